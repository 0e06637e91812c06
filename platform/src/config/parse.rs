//! Reading single settings, remembering every mistake.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    str::FromStr,
};

use sea_orm::sqlx::postgres::PgConnectOptions;
use secrecy::SecretString;
use url::Url;

use crate::backup_keys::Recipient;

use super::{
    AtOnce, ConfigError, ConfigErrors, EmailBackend, EmailConfig, StorageConfig,
    settings::{SETTINGS, default_of},
};

/// Reads settings and collects mistakes.
pub(super) struct Reader<'a> {
    source: &'a dyn Fn(&str) -> Option<String>,
    /// What stands in the files that `…_FILE` name, by setting.
    files: HashMap<&'static str, String>,
    errors: Vec<ConfigError>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a dyn Fn(&str) -> Option<String>) -> Self {
        let mut reader = Self {
            source,
            files: HashMap::new(),
            errors: Vec::new(),
        };
        for setting in SETTINGS.iter().flat_map(|group| group.settings) {
            reader.read_file(setting.key);
        }
        reader
    }

    /// `KEY_FILE` names a file that holds the setting, as container engines and systemd hand out secrets.
    fn read_file(&mut self, key: &'static str) {
        let Some(path) = self.optional(&format!("{key}_FILE")) else {
            return;
        };
        if self.optional(key).is_some() {
            self.error(key, format!("and {key}_FILE exclude each other: set one."));
            return;
        }
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                self.files.insert(key, text);
            }
            Err(error) => self.error(key, format!("can't be read from {key}_FILE={path}: {error}.")),
        }
    }

    pub(super) fn finish<T>(self, value: T) -> Result<T, ConfigErrors> {
        if self.errors.is_empty() {
            Ok(value)
        } else {
            Err(ConfigErrors(self.errors))
        }
    }

    pub(super) fn error(&mut self, key: &'static str, message: String) {
        self.errors.push(ConfigError { key, message });
    }

    pub(super) fn optional(&self, key: &str) -> Option<String> {
        let given = |value: String| Some(value.trim().to_owned()).filter(|value| !value.is_empty());
        (self.source)(key)
            .and_then(given)
            .or_else(|| self.files.get(key).cloned().and_then(given))
    }

    pub(super) fn text(&self, key: &str) -> String {
        self.optional(key).unwrap_or_else(|| default_of(key).to_owned())
    }

    pub(super) fn boolean(&mut self, key: &'static str, default: bool) -> bool {
        let Some(text) = self.optional(key) else {
            return default;
        };
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => true,
            "false" | "0" | "no" | "off" => false,
            _ => {
                self.error(key, format!("is \"{text}\"; write true or false."));
                default
            }
        }
    }

    pub(super) fn parsed<T: FromStr>(&mut self, key: &'static str, expected: &str) -> Option<T> {
        let text = self.text(key);
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.error(key, format!("is \"{text}\"; write {expected}."));
        }
        parsed
    }

    pub(super) fn log_filter(&mut self, key: &'static str) -> String {
        let text = self.text(key);
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&text) {
            self.error(
                key,
                format!(
                    "is \"{text}\" ({error}); write a filter such as info,belle_house=debug,platform=debug."
                ),
            );
        }
        text
    }

    pub(super) fn number(&mut self, key: &'static str, least: u32, most: u32) -> u32 {
        match self.parsed::<u32>(key, "a whole number") {
            Some(number) if (least..=most).contains(&number) => number,
            Some(number) => {
                self.error(
                    key,
                    format!("is {number}; write a number from {least} to {most}."),
                );
                least
            }
            None => least,
        }
    }

    /// Three numbers of things at a time, comma-separated.
    pub(super) fn at_once(&mut self, key: &'static str) -> AtOnce {
        let list = self.list(key);
        let numbers: Vec<usize> = list.iter().filter_map(|text| text.parse().ok()).collect();
        match numbers.as_slice() {
            [process, address, account] if list.len() == 3 && numbers.iter().all(|number| *number > 0) => {
                AtOnce {
                    process: *process,
                    address: *address,
                    account: *account,
                }
            }
            _ => {
                let message = "must be three whole numbers above 0: of the process, of an address, of an account, such as 1000,200,100.";
                self.error(key, message.to_owned());
                AtOnce {
                    process: 1,
                    address: 1,
                    account: 1,
                }
            }
        }
    }

    /// Days, comma-separated: 1 to 365 each.
    pub(super) fn days(&mut self, key: &'static str) -> Vec<u16> {
        let mut days = Vec::new();
        for text in self.list(key) {
            match text.parse() {
                Ok(number @ 1..=365) => days.push(number),
                _ => self.error(
                    key,
                    format!("has \"{text}\"; write numbers of days from 1 to 365, such as 7,30, or none."),
                ),
            }
        }
        days
    }

    /// An account's number.
    pub(super) fn account(&mut self, key: &'static str) -> String {
        let text = self.text(key);
        if text.len() > 20 || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            self.error(
                key,
                format!("is \"{text}\"; write an account's number, such as 4111."),
            );
        }
        text
    }

    /// The name of an edition, such as `2026-12`.
    pub(super) fn version(&mut self, key: &'static str) -> String {
        let text = self.text(key);
        if text.len() > 40 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            self.error(
                key,
                format!("is \"{text}\"; write 40 letters and digits at most, such as 2026-12."),
            );
        }
        text
    }

    pub(super) fn one_of(&mut self, key: &'static str, choices: &[&str]) -> String {
        let text = self.text(key);
        let known = choices.iter().find(|choice| choice.eq_ignore_ascii_case(&text));
        if known.is_none() {
            self.error(
                key,
                format!("is \"{text}\"; write one of {}.", choices.join(", ")),
            );
        }
        known.map_or(text, |known| (*known).to_owned())
    }

    fn list(&self, key: &str) -> Vec<String> {
        self.text(key)
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    }

    pub(super) fn addresses(&mut self, key: &'static str) -> Vec<String> {
        let addresses = self.list(key);
        for address in &addresses {
            // Mail servers take letters of ASCII alone before the @; the domain is sent in Punycode.
            let has_plain_local = address
                .rsplit_once('@')
                .is_some_and(|(local, _)| local.is_ascii());
            if !has_plain_local
                || !email_address::EmailAddress::is_valid(address)
                || address.contains(['<', '"'])
            {
                self.error(
                    key,
                    format!("has \"{address}\"; write bare addresses, such as commercial@bellehouse.ne."),
                );
            }
        }
        addresses
    }

    /// An address of its own for metrics, where one is wanted.
    pub(super) fn metrics_addr(&mut self, bind_addr: SocketAddr) -> Option<SocketAddr> {
        let text = self.optional("METRICS_ADDR")?;
        let address = text.parse::<SocketAddr>().ok();
        if address.is_none() {
            self.error(
                "METRICS_ADDR",
                format!("is \"{text}\"; write an address and a port, such as 127.0.0.1:9464."),
            );
        }
        if address.is_some_and(|address| address.port() == bind_addr.port() && address.port() != 0) {
            self.error(
                "METRICS_ADDR",
                "has BIND_ADDR's port: it needs one of its own, which no proxy hands on.".to_owned(),
            );
        }
        address
    }

    /// Public keys of backups, comma-separated.
    pub(super) fn recipients(&mut self, key: &'static str) -> Vec<Recipient> {
        let mut recipients = Vec::new();
        for text in self.list(key) {
            match text.parse() {
                Ok(recipient) => recipients.push(recipient),
                // Not what was written: it may be a secret.
                Err(wrong) => self.error(key, format!("{wrong}.")),
            }
        }
        recipients
    }

    /// A page below a site, from its path.
    pub(super) fn below(&mut self, key: &'static str, site: &Url) -> Url {
        let path = self.text(key);
        let page = format!(
            "{}/{}",
            site.as_str().trim_end_matches('/'),
            path.trim_start_matches('/')
        );
        match Url::parse(&page) {
            Ok(url) if path.starts_with('/') && url.query().is_none() && url.fragment().is_none() => url,
            _ => {
                self.error(
                    key,
                    format!("is \"{path}\"; write a path such as {}.", default_of(key)),
                );
                site.clone()
            }
        }
    }

    pub(super) fn url(&mut self, key: &'static str, default: impl FnOnce() -> String) -> Url {
        let given = self.optional(key);
        let text = given.unwrap_or_else(default);
        match Url::parse(&text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => url,
            _ => {
                self.error(
                    key,
                    format!("is \"{text}\"; write a URL that begins with http:// or https://."),
                );
                fallback_url()
            }
        }
    }

    pub(super) fn hosts(&mut self, public_url: &Url) -> Vec<String> {
        let mut hosts: Vec<String> = self
            .list("ALLOWED_HOSTS")
            .iter()
            .map(|host| host.to_ascii_lowercase())
            .collect();
        let local = ["localhost", "127.0.0.1", "[::1]"];
        let own = public_url.host_str().map(str::to_ascii_lowercase);
        let serves_locally = own.as_deref().is_some_and(|host| local.contains(&host));
        hosts.extend(own);
        if serves_locally {
            hosts.extend(local.map(str::to_owned));
        }
        hosts.sort();
        hosts.dedup();
        hosts
    }

    pub(super) fn origins(&mut self, key: &'static str) -> Vec<String> {
        let mut origins = Vec::new();
        for text in self.list(key) {
            match Url::parse(&text).map(|url| url.origin()) {
                Ok(origin)
                    if origin.is_tuple() && origin.ascii_serialization() == text.trim_end_matches('/') =>
                {
                    origins.push(origin.ascii_serialization());
                }
                _ => self.error(
                    key,
                    format!("has \"{text}\"; write origins such as https://bellehouse.ne, without a path."),
                ),
            }
        }
        origins
    }

    pub(super) fn proxies(&mut self, key: &'static str) -> TrustedProxies {
        let mut networks = Vec::new();
        for text in self.list(key) {
            match text.parse() {
                Ok(network) => networks.push(network),
                Err(()) => self.error(
                    key,
                    format!("has \"{text}\"; write addresses or networks, such as 10.0.0.0/8."),
                ),
            }
        }
        TrustedProxies(networks)
    }

    pub(super) fn database_url(&mut self, data_dir: &Path) -> SecretString {
        let Some(url) = self.optional("DATABASE_URL") else {
            return self.database_from_parts().unwrap_or_else(|| {
                format!("sqlite://{}", data_dir.join("belle-house.sqlite3").display()).into()
            });
        };
        // The value may hold a password: no part of it is repeated.
        if !["sqlite:", "postgres://", "postgresql://"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            self.error(
                "DATABASE_URL",
                "must begin with sqlite:// or postgres://.".to_owned(),
            );
        } else if !is_whole(&url) {
            self.error(
                "DATABASE_URL",
                "isn't a URL of a database: write postgres://user:password@host:5432/name, and in the password %40 for @, %2F for /, %23 for #, %3F for ? and %25 for %; or set DB_NAME, DB_USER and DB_PASSWORD, which need none of that.".to_owned(),
            );
        }
        url.into()
    }

    /// `DB_NAME`, `DB_USER` and `DB_PASSWORD`, which compose files share with PostgreSQL's own container.
    fn database_from_parts(&mut self) -> Option<SecretString> {
        let name = self.optional("DB_NAME");
        let user = self.optional("DB_USER");
        let password = self.optional("DB_PASSWORD");
        if name.is_none() && user.is_none() && password.is_none() {
            return None;
        }
        for (key, value) in [("DB_NAME", &name), ("DB_USER", &user)] {
            if value.is_none() {
                self.error(key, "is missing: without DATABASE_URL, DB_NAME, DB_USER and DB_PASSWORD say which PostgreSQL database to take.".to_owned());
            }
        }
        let mut login = in_url(&user.unwrap_or_default());
        if let Some(password) = password {
            login = format!("{login}:{}", in_url(&password));
        }
        let mut host = self.text("DB_HOST");
        if host.starts_with('/') {
            host = in_url(&host);
        }
        let port = self.number("DB_PORT", 1, 65_535);
        let name = in_url(&name.unwrap_or_default());
        Some(format!("postgres://{login}@{host}:{port}/{name}").into())
    }

    pub(super) fn email(&mut self, debug: bool) -> EmailConfig {
        let name = self.text("EMAIL_BACKEND");
        if !debug && self.optional("EMAIL_BACKEND").is_none() {
            self.error(
                "EMAIL_BACKEND",
                "is missing. With DEBUG=false the server does not start without one: write smtp, or say file if letters, temporary passwords in them, are to stay in DATA_DIR/mail.".to_owned(),
            );
        }
        let backend = match name.as_str() {
            "smtp" | "django.core.mail.backends.smtp.EmailBackend" => EmailBackend::Smtp,
            "file" | "django.core.mail.backends.filebased.EmailBackend" => EmailBackend::File,
            "console" | "django.core.mail.backends.console.EmailBackend" => EmailBackend::Console,
            _ => {
                self.error(
                    "EMAIL_BACKEND",
                    format!("is \"{name}\"; write smtp, file or console."),
                );
                EmailBackend::File
            }
        };
        let use_tls = self.boolean("EMAIL_USE_TLS", false);
        let use_ssl = self.boolean("EMAIL_USE_SSL", false);
        if use_tls && use_ssl {
            self.error(
                "EMAIL_USE_SSL",
                "and EMAIL_USE_TLS exclude each other: set one.".to_owned(),
            );
        }
        let port = match (self.optional("EMAIL_PORT"), use_tls, use_ssl) {
            (Some(_), ..) => u16::try_from(self.number("EMAIL_PORT", 1, 65_535)).unwrap_or(25),
            (None, true, _) => 587,
            (None, _, true) => 465,
            (None, false, false) => 25,
        };
        let default_from = self.text("DEFAULT_FROM_EMAIL");
        if default_from.parse::<lettre::message::Mailbox>().is_err() {
            self.error(
                "DEFAULT_FROM_EMAIL",
                format!(
                    "is \"{default_from}\"; write an address, such as Belle House <contact@bellehouse.ne>."
                ),
            );
        }
        let host_user = self.optional("EMAIL_HOST_USER");
        let host_password = self.optional("EMAIL_HOST_PASSWORD").map(SecretString::from);
        if backend == EmailBackend::Smtp && host_user.is_some() != host_password.is_some() {
            self.error(
                "EMAIL_HOST_PASSWORD",
                "and EMAIL_HOST_USER go together: set both or none.".to_owned(),
            );
        }
        let host = self.text("EMAIL_HOST");
        let is_open = backend == EmailBackend::Smtp && !use_tls && !use_ssl && !is_this_machine(&host);
        if is_open && host_password.is_some() {
            self.error(
                "EMAIL_USE_TLS",
                format!("is false, and {host} is another machine: the password would cross the network in clear. Set EMAIL_USE_TLS=true (usually port 587) or EMAIL_USE_SSL=true (465)."),
            );
        }
        EmailConfig {
            backend,
            default_from,
            host,
            port,
            use_tls,
            use_ssl,
            ca_path: self.optional("EMAIL_CA_PATH").map(PathBuf::from),
            host_user,
            host_password,
        }
    }

    pub(super) fn storage(&mut self) -> StorageConfig {
        match self.one_of("STORAGE", &["fs", "s3"]).as_str() {
            "s3" => StorageConfig::S3 {
                bucket: self.required("S3_BUCKET", "STORAGE=s3"),
                endpoint: self.optional("S3_ENDPOINT"),
                region: self.text("S3_REGION"),
                access_key_id: self.required("S3_ACCESS_KEY_ID", "STORAGE=s3"),
                secret_access_key: self.required("S3_SECRET_ACCESS_KEY", "STORAGE=s3").into(),
            },
            _ => StorageConfig::Fs,
        }
    }

    /// Whose keys are its own: whoever takes the server should not be able to remove what was copied.
    pub(super) fn backup_copies(&mut self) -> Option<StorageConfig> {
        const FOR: &str = "BACKUP_S3_BUCKET";
        Some(StorageConfig::S3 {
            bucket: self.optional(FOR)?,
            endpoint: self.optional("BACKUP_S3_ENDPOINT"),
            region: self.text("BACKUP_S3_REGION"),
            access_key_id: self.required("BACKUP_S3_ACCESS_KEY_ID", FOR),
            secret_access_key: self.required("BACKUP_S3_SECRET_ACCESS_KEY", FOR).into(),
        })
    }

    /// A path of nginx's own. It becomes part of a header, and of what nginx looks up: plain words between slashes.
    pub(super) fn media_accel_prefix(&mut self, storage: &StorageConfig) -> Option<String> {
        const KEY: &str = "MEDIA_ACCEL_PREFIX";
        let prefix = self.optional(KEY)?;
        let is_word = |word: &str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            !word.is_empty() && word.bytes().all(plain)
        };
        let inner = prefix.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        if !inner.is_some_and(|inner| inner.split('/').all(is_word)) {
            self.error(KEY, format!("is {prefix}, not a path such as /_media/."));
            return None;
        }
        if matches!(storage, StorageConfig::S3 { .. }) {
            self.error(
                KEY,
                "is for STORAGE=fs: nginx has no files of a bucket.".to_owned(),
            );
            return None;
        }
        Some(prefix)
    }

    fn required(&mut self, key: &'static str, by: &str) -> String {
        self.optional(key).unwrap_or_else(|| {
            self.error(key, format!("is missing: {by} needs it."));
            String::new()
        })
    }
}

/// Whether a database's URL says all that it seems to: a `/`, `?` or `#` in a password ends the part before the `@`, and
/// what follows would be taken for a name, and told as one.
fn is_whole(url: &str) -> bool {
    let Ok(parsed) = Url::parse(url) else {
        return false;
    };
    if parsed.scheme() == "sqlite" {
        return true;
    }
    let rest = [Some(parsed.path()), parsed.query()];
    parsed.fragment().is_none()
        && !rest.into_iter().flatten().any(|part| part.contains('@'))
        && url.parse::<PgConnectOptions>().is_ok()
}

/// Whether a host is the machine that we run on.
fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// As a part of a URL: whatever could end the part is written by its code (RFC 3986, 2.1).
fn in_url(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[expect(clippy::expect_used, reason = "a constant that parses")]
fn fallback_url() -> Url {
    Url::parse("http://localhost/").expect("a constant URL")
}

/// Proxies whose forwarding headers are believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(pub Vec<IpNetwork>);

impl TrustedProxies {
    /// Whether `address` is one of them.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// An address or a network in CIDR notation (RFC 4632).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IpNetwork {
    address: IpAddr,
    prefix: u32,
}

impl IpNetwork {
    /// Whether `address` lies in the network.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => same_prefix(
                u128::from(network.to_bits()),
                u128::from(address.to_bits()),
                32 - self.prefix,
            ),
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                same_prefix(network.to_bits(), address.to_bits(), 128 - self.prefix)
            }
            _ => false,
        }
    }
}

fn same_prefix(one: u128, other: u128, host_bits: u32) -> bool {
    one.checked_shr(host_bits) == other.checked_shr(host_bits)
}

impl FromStr for IpNetwork {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u32>().map_err(|_| ())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| ())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(longest);
        if prefix > longest {
            Err(())
        } else {
            Ok(Self { address, prefix })
        }
    }
}
