//! Every setting with its default and meaning: the source of `.env.example`.

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The environment variable.
    pub key: &'static str,
    /// What it is when absent; empty when it is then off or worked out.
    pub default: &'static str,
    /// A value to show in `.env.example`.
    pub example: &'static str,
    /// What it does.
    pub about: &'static str,
}

const fn setting(
    key: &'static str,
    default: &'static str,
    example: &'static str,
    about: &'static str,
) -> Setting {
    Setting {
        key,
        default,
        example,
        about,
    }
}

/// A group of settings under a heading.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// The heading.
    pub title: &'static str,
    /// Its settings.
    pub settings: &'static [Setting],
}

/// All settings, in the order of `.env.example`.
pub const SETTINGS: &[Group] = &[
    Group {
        title: "The server",
        settings: &[
            setting(
                "SECRET_KEY",
                "",
                "",
                "The root of all keys: 32 characters or more, random (`openssl rand -base64 48`). Changing it signs everybody out, unless SECRET_KEY_PREVIOUS has the one before. A debug build without one makes its own and keeps it in DATA_DIR/secret_key.",
            ),
            setting(
                "SECRET_KEY_PREVIOUS",
                "",
                "",
                "While SECRET_KEY changes: the one before, whose tokens, links and sealed mails stay good. `belle-house rotate-key` prints a new key and what to do, docs/KEYS.md says why, `doctor` when this one may go.",
            ),
            setting(
                "DEBUG",
                "",
                "false",
                "Demo company, GraphiQL, pretty logs. true in a debug build, false in a release build.",
            ),
            setting(
                "ALLOWED_HOSTS",
                "",
                "api.bellehouse.ne",
                "Host names that requests may carry, comma-separated; .example.com admits subdomains, * admits all. PUBLIC_URL's host and, with DEBUG, localhost are always allowed.",
            ),
            setting(
                "BIND_ADDR",
                "127.0.0.1:8000",
                "127.0.0.1:8000",
                "Where to listen.",
            ),
            setting(
                "PUBLIC_URL",
                "",
                "https://api.bellehouse.ne",
                "Where clients reach this server: signed URLs begin with it. http://BIND_ADDR when absent.",
            ),
            setting(
                "WEBSITE_URL",
                "",
                "https://bellehouse.ne",
                "Where the public website is: links in e-mails begin with it. PUBLIC_URL when absent.",
            ),
            setting(
                "PASSWORD_RESET_PATH",
                "/mot-de-passe",
                "/mot-de-passe",
                "The page of the website where a forgotten password is replaced: links in e-mails go there, with #token=….",
            ),
            setting(
                "PRIVACY_NOTICE_VERSION",
                "1",
                "2026-12",
                "The privacy notice that people accept: write another name or date when it changes, and the app asks again. docs/PRIVACY.md",
            ),
            setting(
                "PRIVACY_NOTICE_PATH",
                "/confidentialite",
                "/confidentialite",
                "The page of the website where the privacy notice stands.",
            ),
            setting(
                "CORS_ALLOWED_ORIGINS",
                "",
                "https://bellehouse.ne",
                "Origins that browsers may call from, comma-separated and exact; WebSockets too.",
            ),
            setting(
                "TRUSTED_PROXIES",
                "",
                "127.0.0.1,::1",
                "Addresses or networks (10.0.0.0/8) of our own proxies, whose X-Forwarded-For is believed.",
            ),
            setting(
                "CONNECTIONS_AT_ONCE",
                "8000,1000,50",
                "8000,1000,50",
                "Connections at a time: of the process (below the limit on open files, LimitNOFILE), of an address, and WebSockets of an account. Beyond: 503 or 429; a WebSocket closes with 1013.",
            ),
            setting(
                "OPERATIONS_AT_ONCE",
                "1000,200,100",
                "1000,200,100",
                "Queries and mutations that run at a time: of the process, of an address, of an account. Beyond: RATE_LIMITED, with 503 or 429 over HTTP.",
            ),
            setting(
                "SUBSCRIPTIONS_AT_ONCE",
                "20000,4000,200",
                "20000,4000,200",
                "Subscriptions at a time: of the process, of an address, of an account. Beyond: RATE_LIMITED.",
            ),
            setting(
                "METRICS_ADDR",
                "",
                "127.0.0.1:9464",
                "Where Prometheus asks for /metrics: an address and port of its own that the world doesn't reach. Without it nothing listens and nothing is counted.",
            ),
            setting(
                "DATA_DIR",
                "data",
                "data",
                "Database, media, mail and push log of a server without other services.",
            ),
            setting(
                "GRAPHIQL",
                "",
                "false",
                "Serves the staff's console at /graphiql; scripts/console builds it. As DEBUG when absent.",
            ),
            setting(
                "LOG",
                "info,sea_orm_migration=warn",
                "info,sea_orm_migration=warn",
                "The log filter, such as info,belle_house=debug,platform=debug. Libraries say no more than info, whatever is asked: below that they write tokens and passwords.",
            ),
        ],
    },
    Group {
        title: "The company",
        settings: &[
            setting(
                "TIME_ZONE",
                "Africa/Niamey",
                "Africa/Niamey",
                "The company's time zone, by its IANA name.",
            ),
            setting(
                "CURRENCY",
                "XOF",
                "XOF",
                "The currency of new projects: XOF, EUR or USD.",
            ),
            setting(
                "STAFF_EMAIL",
                "",
                "commercial@bellehouse.ne",
                "Who is written to when a lead or an inquiry comes in: addresses, comma-separated. Everybody with a STAFF or ADMIN account when absent.",
            ),
        ],
    },
    Group {
        title: "Billing",
        settings: &[
            setting(
                "REMINDER_DAYS_BEFORE",
                "3",
                "7,3",
                "Clients are reminded of an unpaid invoice so many days before its due date, comma-separated.",
            ),
            setting(
                "REMINDER_DAYS_AFTER",
                "7,30",
                "7,14,30",
                "And so many days after it. That it has become overdue they are told in any case.",
            ),
            setting(
                "REMINDER_HOUR",
                "8",
                "8",
                "Not before this hour of the day, in company time.",
            ),
            setting(
                "ACCOUNT_CLIENTS",
                "4111",
                "4111",
                "The accounting journal's account (SYSCOHADA) of what clients owe.",
            ),
            setting(
                "ACCOUNT_ADVANCES",
                "4191",
                "4191",
                "Its account of what clients have paid ahead.",
            ),
            setting("ACCOUNT_TAX", "4431", "4431", "Its account of tax collected."),
            setting("ACCOUNT_SALES", "7051", "7051", "Its account of sales."),
            setting("ACCOUNT_CASH", "5711", "5711", "Its account of cash."),
            setting("ACCOUNT_BANK", "5211", "5211", "Its account of the bank."),
            setting(
                "ACCOUNT_CHECKS",
                "5131",
                "5131",
                "Its account of cheques to be cashed.",
            ),
            setting(
                "ACCOUNT_MOBILE_MONEY",
                "5521",
                "5521",
                "Its account of mobile money.",
            ),
        ],
    },
    Group {
        title: "The database",
        settings: &[
            setting(
                "DATABASE_URL",
                "",
                "postgres://bellehouse:password@localhost:5432/bellehouse",
                "sqlite://path or postgres://user:password@host:5432/name. Made of the DB_… below when absent; without those, an SQLite file in DATA_DIR.",
            ),
            setting(
                "DB_NAME",
                "",
                "bellehouse",
                "The name of the PostgreSQL database. docker-compose.yml makes it.",
            ),
            setting("DB_USER", "", "bellehouse", "Its user."),
            setting("DB_PASSWORD", "", "", "The user's password, with any characters."),
            setting(
                "DB_HOST",
                "localhost",
                "localhost",
                "Its host, or the folder of its socket.",
            ),
            setting("DB_PORT", "5432", "5432", "Its port."),
            setting(
                "DATABASE_MAX_CONNECTIONS",
                "16",
                "16",
                "Connections at most (SQLite: readers). On PostgreSQL two of them answer no request: one listens, one numbers events; four are the least.",
            ),
            setting(
                "DATABASE_STATEMENT_TIMEOUT",
                "30",
                "30",
                "Seconds after which PostgreSQL ends a statement.",
            ),
        ],
    },
    Group {
        title: "Tokens",
        settings: &[
            setting(
                "JWT_ACCESS_TOKEN_LIFETIME_MINUTES",
                "60",
                "60",
                "How long an access token is good for.",
            ),
            setting(
                "JWT_REFRESH_TOKEN_LIFETIME_DAYS",
                "7",
                "7",
                "How long a session lives without being used.",
            ),
            setting(
                "REQUIRE_TOTP",
                "none",
                "staff",
                "Who must sign in with a second factor (an authenticator app): none, admin or staff, which is administrators too. Whoever must and has none can do nothing but set it up.",
            ),
        ],
    },
    Group {
        title: "E-mail",
        settings: &[
            setting(
                "EMAIL_BACKEND",
                "file",
                "smtp",
                "smtp, file (DATA_DIR/mail/*.eml) or console; Django's dotted names are taken too. With DEBUG=false it must be set.",
            ),
            setting("EMAIL_HOST", "localhost", "smtp.gmail.com", "The SMTP server."),
            setting(
                "EMAIL_PORT",
                "",
                "587",
                "Its port; 587 with EMAIL_USE_TLS, 465 with EMAIL_USE_SSL, else 25.",
            ),
            setting(
                "EMAIL_USE_TLS",
                "false",
                "true",
                "STARTTLS. With a user and a password, this or EMAIL_USE_SSL must be true, unless the server is on this machine.",
            ),
            setting("EMAIL_USE_SSL", "false", "false", "TLS from the start."),
            setting(
                "EMAIL_CA_PATH",
                "",
                "/etc/bellehouse/mail-ca.pem",
                "A file with the certificate (PEM) of the authority that has signed the SMTP server's, when it is none of the well-known ones.",
            ),
            setting("EMAIL_HOST_USER", "", "your-email@gmail.com", "The user."),
            setting("EMAIL_HOST_PASSWORD", "", "your-app-password", "The password."),
            setting(
                "DEFAULT_FROM_EMAIL",
                "Belle House <contact@bellehouse.ne>",
                "Belle House <contact@bellehouse.ne>",
                "The sender.",
            ),
        ],
    },
    Group {
        title: "Push",
        settings: &[setting(
            "FIREBASE_CREDENTIALS_PATH",
            "",
            "/etc/bellehouse/firebase.json",
            "The service account's JSON file. Without it pushes are written to DATA_DIR/push.log.",
        )],
    },
    Group {
        title: "Images",
        settings: &[
            setting("STORAGE", "fs", "fs", "fs (DATA_DIR/media) or s3."),
            setting(
                "MEDIA_ACCEL_PREFIX",
                "",
                "/_media/",
                "nginx hands out clients' pictures itself once they are allowed, by X-Accel-Redirect to addresses that begin so: nginx/servers with MEDIA makes it know them. Only where every request comes through that nginx, and with STORAGE=fs. The server hands them out when absent.",
            ),
            setting("S3_BUCKET", "", "bellehouse-media", "The bucket."),
            setting(
                "S3_ENDPOINT",
                "",
                "https://s3.gra.io.cloud.ovh.net",
                "The service, when it isn't AWS.",
            ),
            setting("S3_REGION", "us-east-1", "gra", "The region."),
            setting("S3_ACCESS_KEY_ID", "", "", "The key's id."),
            setting("S3_SECRET_ACCESS_KEY", "", "", "The key."),
            setting("CLOUDINARY_CLOUD_NAME", "", "", "Kept for later: not used yet."),
            setting("CLOUDINARY_API_KEY", "", "", "Kept for later: not used yet."),
            setting("CLOUDINARY_API_SECRET", "", "", "Kept for later: not used yet."),
        ],
    },
    Group {
        title: "Backups",
        settings: &[
            setting(
                "BACKUP_RECIPIENT",
                "",
                "age1…",
                "The public key that backups are encrypted to, from `belle-house backup keygen`; several comma-separated. Without one no backups are made. The identity that opens them is kept elsewhere.",
            ),
            setting(
                "BACKUP_DIR",
                "",
                "/srv/backups",
                "Where they are kept; instances share it. DATA_DIR/backups when absent.",
            ),
            setting(
                "BACKUP_S3_BUCKET",
                "",
                "bellehouse-backups",
                "A bucket that each backup is copied to, away from this machine: `backup list`, `backup verify` and `restore` find it there. Without one they stay here.",
            ),
            setting(
                "BACKUP_S3_ENDPOINT",
                "",
                "https://s3.gra.io.cloud.ovh.net",
                "The service, when it isn't AWS.",
            ),
            setting("BACKUP_S3_REGION", "us-east-1", "gra", "The region."),
            setting(
                "BACKUP_S3_ACCESS_KEY_ID",
                "",
                "",
                "The id of a key for that bucket.",
            ),
            setting("BACKUP_S3_SECRET_ACCESS_KEY", "", "", "The key."),
            setting(
                "BACKUP_HOUR",
                "2",
                "2",
                "One a day is made, not before this hour, in company time.",
            ),
            setting(
                "BACKUP_KEEP_DAILY",
                "7",
                "7",
                "Of how many days the last proven one stays.",
            ),
            setting("BACKUP_KEEP_WEEKLY", "4", "4", "And of how many weeks."),
            setting("BACKUP_KEEP_MONTHLY", "12", "12", "And of how many months."),
        ],
    },
];

/// The default of `key`; empty for one that has none.
#[must_use]
pub fn default_of(key: &str) -> &'static str {
    SETTINGS
        .iter()
        .flat_map(|group| group.settings)
        .find(|setting| setting.key == key)
        .map_or("", |setting| setting.default)
}

/// The text of `.env.example`.
#[must_use]
pub fn env_example() -> String {
    let mut text = String::from(
        "# Every setting, with what it is when absent. None is needed for `cargo run`.\n# Copy to .env and take the # away from what you set. Each may come from a file instead, whose path stands in the setting's\n# name with _FILE behind it: SECRET_KEY_FILE=/run/secrets/secret_key. This file is checked against the code by a test.\n",
    );
    for group in SETTINGS {
        text.push_str(&format!("\n# ---- {}\n", group.title));
        for setting in group.settings {
            let default = if setting.default.is_empty() {
                String::new()
            } else {
                format!(" Default: {}", setting.default)
            };
            text.push_str(&format!(
                "\n# {}{default}\n# {}={}\n",
                setting.about, setting.key, setting.example
            ));
        }
    }
    text
}
