//! Configuration from the environment and `.env`, checked at start: every mistake is told at once, by its key.
//!
//! The names are those of the customer's specification, section 11; [`settings::SETTINGS`] lists them all and
//! `.env.example` is made from it.

mod parse;
mod secret_key;
pub mod settings;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

pub use parse::{IpNetwork, TrustedProxies};

use self::parse::Reader;
use super::{actor::Role, backup_keys::Recipient, crypto::Keys};

/// Everything that is configured. Secrets don't print.
#[derive(Debug, Clone)]
pub struct Config {
    /// Development conveniences: demo company, GraphiQL, pretty logs.
    pub debug: bool,
    /// Serves `/graphiql`.
    pub graphiql: bool,
    /// The root of all keys.
    pub secret_key: SecretString,
    /// Whether the secret was made here because none was configured; the server then listens on loopback alone.
    pub secret_key_generated: bool,
    /// Another secret whose works are good, while keys change (docs/KEYS.md).
    pub secret_key_previous: Option<SecretString>,
    /// Host names that requests may carry; `*` admits all, a leading dot admits subdomains.
    pub allowed_hosts: Vec<String>,
    /// Origins that browsers may call from.
    pub cors_allowed_origins: Vec<String>,
    /// Where to listen.
    pub bind_addr: SocketAddr,
    /// Where Prometheus asks for `/metrics`; without it nothing listens and nothing is counted.
    pub metrics_addr: Option<SocketAddr>,
    /// Database, media, mail and push log of a server without other services.
    pub data_dir: PathBuf,
    /// Where clients reach this server; signed URLs begin with it.
    pub public_url: Url,
    /// Where the public website is; links in e-mails begin with it.
    pub website_url: Url,
    /// Where on the website a forgotten password is replaced.
    password_reset_url: Url,
    /// What people accept about their data.
    pub privacy_notice: PrivacyNoticeConfig,
    /// The company's time zone.
    pub time_zone: chrono_tz::Tz,
    /// The currency of new projects.
    pub currency: String,
    /// Who is written to when a lead or an inquiry comes in; empty: everybody who works for the company.
    pub staff_email: Vec<String>,
    /// When clients are reminded of their invoices.
    pub reminders: ReminderConfig,
    /// The accounts of the accounting journal.
    pub accounts: AccountsConfig,
    /// the log filter, such as `info,belle_house=debug,platform=debug`.
    pub log: String,
    /// Proxies whose `X-Forwarded-For` and `X-Request-Id` are believed.
    pub trusted_proxies: TrustedProxies,
    /// What may be going on at a time.
    pub caps: CapsConfig,
    /// The database.
    pub database: DatabaseConfig,
    /// Tokens.
    pub jwt: JwtConfig,
    /// Who of the staff must have a second factor.
    pub require_totp: RequireTotp,
    /// E-mail.
    pub email: EmailConfig,
    /// The service account for push; without one pushes go to `push.log`.
    pub firebase_credentials_path: Option<PathBuf>,
    /// Where images are kept.
    pub storage: StorageConfig,
    /// Where nginx finds the media folder below its own addresses, `/_media/`; it then sends clients' pictures itself.
    pub media_accel_prefix: Option<String>,
    /// Backups.
    pub backup: BackupConfig,
    /// Whether any `CLOUDINARY_*` is set: kept for later, `doctor` says so.
    pub cloudinary_configured: bool,
}

/// How many of a kind at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtOnce {
    /// In this process.
    pub process: usize,
    /// From one address; of IPv6 from one subscriber's network.
    pub address: usize,
    /// Of one account, on all of its devices.
    pub account: usize,
}

/// What may be going on at a time.
#[derive(Debug, Clone, Copy)]
pub struct CapsConfig {
    /// Connections; of an account, its WebSockets.
    pub connections: AtOnce,
    /// Queries and mutations that run.
    pub operations: AtOnce,
    /// Subscriptions.
    pub subscriptions: AtOnce,
}

/// The privacy notice that people are shown and accept.
#[derive(Debug, Clone)]
pub struct PrivacyNoticeConfig {
    /// Which one it is: people are asked again when it changes.
    pub version: String,
    /// Where it stands on the website.
    pub url: Url,
}

/// When clients are reminded of their invoices, in company time.
#[derive(Debug, Clone)]
pub struct ReminderConfig {
    /// So many days before the due date.
    pub days_before: Vec<u16>,
    /// So many days after it.
    pub days_after: Vec<u16>,
    /// Not before this hour of the day.
    pub hour: u32,
}

/// The accounts of the accounting journal (SYSCOHADA by default).
#[derive(Debug, Clone)]
pub struct AccountsConfig {
    /// What clients owe.
    pub clients: String,
    /// What clients have paid ahead.
    pub advances: String,
    /// Tax collected.
    pub tax: String,
    /// Sales.
    pub sales: String,
    /// Cash.
    pub cash: String,
    /// The bank.
    pub bank: String,
    /// Cheques on their way to the bank.
    pub checks: String,
    /// Mobile money.
    pub mobile_money: String,
}

/// When backups are made, for whom, where, and how many stay.
#[derive(Debug, Clone)]
pub struct BackupConfig {
    /// Whose identities open them. None: no backups are made.
    pub recipients: Vec<Recipient>,
    /// Where they are kept.
    pub folder: PathBuf,
    /// The bucket that each is copied to, away from this machine.
    pub copies: Option<StorageConfig>,
    /// Not before this hour of the day, in company time.
    pub hour: u32,
    /// How many stay.
    pub keep: Keep,
}

/// How many are kept: of each of the last days, weeks, months that have one, the last proven one.
#[derive(Debug, Clone, Copy)]
pub struct Keep {
    /// Days.
    pub daily: u32,
    /// Weeks, from Monday.
    pub weekly: u32,
    /// Months.
    pub monthly: u32,
    /// Whose days.
    pub time_zone: chrono_tz::Tz,
}

/// How to reach the database.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// `sqlite://…` or `postgres://…`; holds the password.
    pub url: SecretString,
    /// Connections at most.
    pub max_connections: u32,
    /// A statement that runs longer is ended.
    pub statement_timeout: Duration,
}

impl DatabaseConfig {
    /// Whether it is embedded SQLite.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.url.expose_secret().starts_with("sqlite:")
    }

    /// The file of an SQLite database; `None` for PostgreSQL and for databases in memory.
    #[must_use]
    pub fn sqlite_path(&self) -> Option<PathBuf> {
        let rest = self.url.expose_secret().strip_prefix("sqlite:")?;
        let path = rest
            .strip_prefix("//")
            .unwrap_or(rest)
            .split('?')
            .next()
            .unwrap_or_default();
        (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
    }
}

/// How long tokens live.
#[derive(Debug, Clone, Copy)]
pub struct JwtConfig {
    /// Access tokens.
    pub access_token_lifetime: TimeDelta,
    /// Refresh tokens, from their last use.
    pub refresh_token_lifetime: TimeDelta,
}

/// Who must sign in with a second factor. Everybody of the staff may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequireTotp {
    /// Nobody.
    None,
    /// Administrators.
    Admin,
    /// Everybody who works for the company.
    Staff,
}

impl RequireTotp {
    /// Whether it is asked of whoever has this role.
    #[must_use]
    pub fn covers(self, role: Role) -> bool {
        match role {
            Role::Client => false,
            Role::Staff => self == Self::Staff,
            Role::Admin => self != Self::None,
        }
    }
}

/// How e-mail leaves.
#[derive(Debug, Clone)]
pub struct EmailConfig {
    /// The transport.
    pub backend: EmailBackend,
    /// The sender, such as `Belle House <contact@bellehouse.ne>`.
    pub default_from: String,
    /// The SMTP server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// STARTTLS (usually port 587).
    pub use_tls: bool,
    /// TLS from the start (usually port 465).
    pub use_ssl: bool,
    /// Authorities (PEM) whose certificates are taken besides those of the well-known ones.
    pub ca_path: Option<PathBuf>,
    /// The user; without one no authentication is tried.
    pub host_user: Option<String>,
    /// The user's password.
    pub host_password: Option<SecretString>,
}

/// Where e-mail goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailBackend {
    /// To an SMTP server.
    Smtp,
    /// Into `DATA_DIR/mail/*.eml`.
    File,
    /// To standard output.
    Console,
}

/// Where images are kept.
#[derive(Debug, Clone)]
pub enum StorageConfig {
    /// In `DATA_DIR/media`.
    Fs,
    /// In a bucket of a service that speaks S3.
    S3 {
        /// The bucket.
        bucket: String,
        /// The service's address; AWS's own when absent.
        endpoint: Option<String>,
        /// The region.
        region: String,
        /// The key's id.
        access_key_id: String,
        /// The key.
        secret_access_key: SecretString,
    },
}

/// One mistake in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The setting.
    pub key: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

/// All mistakes in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl std::fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "The configuration has {} mistake(s):", self.0.len())?;
        for error in &self.0 {
            writeln!(f, "  {}: {}", error.key, error.message)?;
        }
        write!(
            f,
            "Settings come from the environment and from .env; .env.example explains each."
        )
    }
}

impl std::error::Error for ConfigErrors {}

impl Config {
    /// Reads `.env` and the environment (which wins).
    ///
    /// # Errors
    /// All mistakes at once.
    pub fn from_env() -> Result<Self, ConfigErrors> {
        if let Err(error) = dotenvy::dotenv()
            && !error.not_found()
        {
            return Err(ConfigErrors(vec![ConfigError {
                key: ".env",
                message: error.to_string(),
            }]));
        }
        Self::load(|key| std::env::var(key).ok())
    }

    /// The keys that the configured secrets come to.
    #[must_use]
    pub fn keys(&self) -> Keys {
        let keys = Keys::new(self.secret_key.expose_secret());
        match &self.secret_key_previous {
            Some(previous) => keys.honouring(previous.expose_secret()),
            None => keys,
        }
    }

    /// The page of the website on which a forgotten password is replaced, for whoever holds this token. It stands behind
    /// `#`: browsers send that part to nobody, so it comes into no log and no `Referer` (RFC 9110, 17.9).
    #[must_use]
    pub fn password_reset_link(&self, token: &str) -> String {
        let mut link = self.password_reset_url.clone();
        link.set_fragment(Some(&format!("token={token}")));
        link.into()
    }

    /// Reads settings by name from `source`; an empty value counts as absent.
    ///
    /// # Errors
    /// All mistakes at once.
    pub fn load(source: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigErrors> {
        let mut read = Reader::new(&source);
        let debug = read.boolean("DEBUG", cfg!(debug_assertions));
        let data_dir = PathBuf::from(read.text("DATA_DIR"));
        let bind_addr =
            read.parsed::<SocketAddr>("BIND_ADDR", "an address and a port, such as 127.0.0.1:8000");
        let bind_addr = bind_addr.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8000)));
        let metrics_addr = read.metrics_addr(bind_addr);
        let public_url = read.url("PUBLIC_URL", || format!("http://{bind_addr}/"));
        let website_url = read.url("WEBSITE_URL", || public_url.to_string());
        let password_reset_url = read.below("PASSWORD_RESET_PATH", &website_url);
        let (secret_key, secret_key_generated) = secret_key::read(&mut read, debug, &data_dir, bind_addr);
        let privacy_notice = PrivacyNoticeConfig {
            version: read.version("PRIVACY_NOTICE_VERSION"),
            url: read.below("PRIVACY_NOTICE_PATH", &website_url),
        };
        let secret_key_previous = secret_key::read_previous(&mut read, &secret_key);
        let storage = read.storage();
        let time_zone = read
            .parsed("TIME_ZONE", "an IANA time zone, such as Africa/Niamey")
            .unwrap_or(chrono_tz::Africa::Niamey);
        let config = Self {
            debug,
            graphiql: read.boolean("GRAPHIQL", debug),
            secret_key,
            secret_key_generated,
            secret_key_previous,
            privacy_notice,
            allowed_hosts: read.hosts(&public_url),
            cors_allowed_origins: read.origins("CORS_ALLOWED_ORIGINS"),
            bind_addr,
            metrics_addr,
            public_url,
            website_url,
            password_reset_url,
            time_zone,
            currency: read.one_of("CURRENCY", &["XOF", "EUR", "USD"]),
            staff_email: read.addresses("STAFF_EMAIL"),
            reminders: ReminderConfig {
                days_before: read.days("REMINDER_DAYS_BEFORE"),
                days_after: read.days("REMINDER_DAYS_AFTER"),
                hour: read.number("REMINDER_HOUR", 0, 23),
            },
            accounts: AccountsConfig {
                clients: read.account("ACCOUNT_CLIENTS"),
                advances: read.account("ACCOUNT_ADVANCES"),
                tax: read.account("ACCOUNT_TAX"),
                sales: read.account("ACCOUNT_SALES"),
                cash: read.account("ACCOUNT_CASH"),
                bank: read.account("ACCOUNT_BANK"),
                checks: read.account("ACCOUNT_CHECKS"),
                mobile_money: read.account("ACCOUNT_MOBILE_MONEY"),
            },
            log: read.log_filter("LOG"),
            trusted_proxies: read.proxies("TRUSTED_PROXIES"),
            caps: CapsConfig {
                connections: read.at_once("CONNECTIONS_AT_ONCE"),
                operations: read.at_once("OPERATIONS_AT_ONCE"),
                subscriptions: read.at_once("SUBSCRIPTIONS_AT_ONCE"),
            },
            database: DatabaseConfig {
                url: read.database_url(&data_dir),
                max_connections: read.number("DATABASE_MAX_CONNECTIONS", 1, 1000),
                statement_timeout: Duration::from_secs(u64::from(read.number(
                    "DATABASE_STATEMENT_TIMEOUT",
                    1,
                    3600,
                ))),
            },
            jwt: JwtConfig {
                access_token_lifetime: TimeDelta::minutes(i64::from(read.number(
                    "JWT_ACCESS_TOKEN_LIFETIME_MINUTES",
                    1,
                    1440,
                ))),
                refresh_token_lifetime: TimeDelta::days(i64::from(read.number(
                    "JWT_REFRESH_TOKEN_LIFETIME_DAYS",
                    1,
                    365,
                ))),
            },
            require_totp: match read.one_of("REQUIRE_TOTP", &["none", "admin", "staff"]).as_str() {
                "staff" => RequireTotp::Staff,
                "admin" => RequireTotp::Admin,
                _ => RequireTotp::None,
            },
            email: read.email(debug),
            firebase_credentials_path: read.optional("FIREBASE_CREDENTIALS_PATH").map(PathBuf::from),
            media_accel_prefix: read.media_accel_prefix(&storage),
            storage,
            backup: BackupConfig {
                recipients: read.recipients("BACKUP_RECIPIENT"),
                folder: read
                    .optional("BACKUP_DIR")
                    .map_or_else(|| data_dir.join("backups"), PathBuf::from),
                copies: read.backup_copies(),
                hour: read.number("BACKUP_HOUR", 0, 23),
                keep: Keep {
                    daily: read.number("BACKUP_KEEP_DAILY", 1, 1000),
                    weekly: read.number("BACKUP_KEEP_WEEKLY", 0, 1000),
                    monthly: read.number("BACKUP_KEEP_MONTHLY", 0, 1000),
                    time_zone,
                },
            },
            cloudinary_configured: [
                "CLOUDINARY_CLOUD_NAME",
                "CLOUDINARY_API_KEY",
                "CLOUDINARY_API_SECRET",
            ]
            .iter()
            .any(|key| read.optional(key).is_some()),
            data_dir,
        };
        read.finish(config)
    }
}

#[cfg(test)]
mod tests;
