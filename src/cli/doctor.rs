//! `doctor`: looks at everything that a server needs, and says what is wrong and how to mend it.

use std::{
    net::{IpAddr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::{database, healthcheck, lock::is_served, output};
use crate::{
    demo,
    features::{
        accounts,
        backups::{is_stale, last_problem},
        deliveries, media,
    },
    http::desk,
};
use platform::{
    backup::{Copies, Folder},
    clock::{Clock, SharedClock, SystemClock},
    config::Config,
    db::{Db, heartbeat},
    mail, migrate,
    outbox::{Status, table},
    private_folder, push,
    secret_keys::{self, Other},
    storage::Storage,
};

/// What doesn't answer within this is not there.
const PATIENCE: Duration = Duration::from_secs(20);
/// A server that lives has written within this.
const HEARTBEAT_EXPECTED: TimeDelta = TimeDelta::seconds(45);

enum Finding {
    Fine(String),
    Notice(String),
    Wrong { what: String, mend: String },
}

/// Looks, and prints. `true` when nothing is wrong.
///
/// # Errors
/// When nothing can be printed.
pub async fn run(config: &Config) -> Result<bool> {
    let mut healthy = true;
    for (name, finding) in examine(config).await {
        match finding {
            Finding::Fine(what) => output::line(format!("ok      {name}: {what}"))?,
            Finding::Notice(what) => output::line(format!("note    {name}: {what}"))?,
            Finding::Wrong { what, mend } => {
                healthy = false;
                output::line(format!("WRONG   {name}: {what}\n        {mend}"))?;
            }
        }
    }
    output::line(if healthy {
        "Nothing is wrong."
    } else {
        "Mend what is marked WRONG and run `belle-house doctor` again."
    })?;
    Ok(healthy)
}

async fn examine(config: &Config) -> Vec<(&'static str, Finding)> {
    let clock: SharedClock = Arc::new(SystemClock);
    let mut findings = configuration(config);
    findings.push(("data", data_dir(&config.data_dir)));
    findings.extend(openness(&config.data_dir).map(|finding| ("data", finding)));
    let db = reach_database(config).await;
    findings.push(("database", check_database(config, &db).await));
    if let Ok(Some(db)) = &db {
        findings.extend(heartbeat(config, db).await.map(|finding| ("writes", finding)));
        findings.extend(former_key(config, db).await.map(|finding| ("keys", finding)));
        findings.extend(outbox(db).await.map(|finding| ("outbox", finding)));
        findings.extend(
            demo_accounts(config, db)
                .await
                .map(|finding| ("accounts", finding)),
        );
        findings.extend(pictures(config, db).await.map(|finding| ("pictures", finding)));
    }
    if let Some(address) = config.metrics_addr {
        findings.push(("metrics", metrics(config, address).await));
    }
    findings.push(("storage", storage(config).await));
    findings.push((
        "backups",
        backups(config, db.as_ref().ok().and_then(Option::as_ref), clock.now()).await,
    ));
    findings.extend(copies(config).await.map(|finding| ("copies", finding)));
    let mail = async { mail::from_config(config)?.check().await };
    findings.push((
        "mail",
        finding(
            "EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT, EMAIL_USE_TLS or EMAIL_USE_SSL, EMAIL_HOST_USER and EMAIL_HOST_PASSWORD decide where mail goes.",
            mail,
        )
        .await,
    ));
    let push = async { push::from_config(config, Arc::clone(&clock))?.check().await };
    findings.push((
        "push",
        finding(
            "FIREBASE_CREDENTIALS_PATH names the JSON key of a service account of the app's Firebase project; the server's clock must be right.",
            push,
        )
        .await,
    ));
    let texts = async { deliveries::templates(config).map(|_| "all messages have their texts".to_owned()) };
    findings.push(("texts", finding("This build is broken: report it.", texts).await));
    findings
}

fn configuration(config: &Config) -> Vec<(&'static str, Finding)> {
    let mut findings = vec![(
        "configuration",
        Finding::Fine(format!(
            "read; DEBUG={}, listening on {}, reached at {}",
            config.debug, config.bind_addr, config.public_url
        )),
    )];
    let mut notice = |text: &str| findings.push(("configuration", Finding::Notice(text.to_owned())));
    if config.secret_key_generated {
        notice(
            "SECRET_KEY was made here and is kept in DATA_DIR/secret_key; set your own before production.",
        );
    }
    if config.debug && !config.bind_addr.ip().is_loopback() {
        notice(
            "DEBUG=true on an address that others reach: GraphiQL is served to all. Set DEBUG=false in production.",
        );
    }
    if !config.debug && config.public_url.scheme() == "http" {
        notice(
            "PUBLIC_URL begins with http://: tokens and photos travel unencrypted. Put TLS in front and write https://.",
        );
    }
    if !config.debug && config.allowed_hosts.iter().any(|host| host == "*") {
        notice("ALLOWED_HOSTS=* admits every host name; name your own.");
    }
    if !config.debug && config.trusted_proxies.0.is_empty() {
        notice(
            "TRUSTED_PROXIES is empty: behind a proxy, all visitors have its address and share one visitor's limits. Name the proxy; without one, all is well.",
        );
    }
    if !desk::is_built() {
        notice(
            "The staff's desk isn't built, and /desk says so: run scripts/console (and build a release anew).",
        );
    }
    if let Some(prefix) = &config.media_accel_prefix {
        notice(&format!(
            "MEDIA_ACCEL_PREFIX={prefix}: clients' pictures come from nginx, which must know that path (MEDIA of nginx/servers) and may read {}.",
            config.data_dir.join("media").display()
        ));
    }
    if config.cloudinary_configured {
        notice("CLOUDINARY_* is set but not used yet: images go where STORAGE says.");
    }
    findings
}

fn data_dir(folder: &Path) -> Finding {
    let probe = folder.join(".doctor");
    let tried = private_folder::create(folder)
        .and_then(|()| std::fs::write(&probe, b""))
        .and_then(|()| std::fs::remove_file(&probe));
    match tried {
        Ok(()) => Finding::Fine(format!("{} can be written", folder.display())),
        Err(error) => Finding::Wrong {
            what: format!("{}: {error}", folder.display()),
            mend: "Let the server's user write to DATA_DIR, or name another folder.".to_owned(),
        },
    }
}

/// Whether others on this machine can look into the data.
fn openness(folder: &Path) -> Option<Finding> {
    let is_open = private_folder::is_open_to_others(folder).ok()?;
    is_open.then(|| Finding::Wrong {
        what: format!("{} can be read by others on this machine", folder.display()),
        mend: format!("It holds people's data: chmod 700 {}", folder.display()),
    })
}

/// The demo company's accounts, whose password stands in the source.
async fn demo_accounts(config: &Config, db: &Db) -> Option<Finding> {
    let addresses: Vec<&str> = demo::LOGINS.iter().map(|login| login.email).collect();
    // A database without the table has been reported already.
    let open = accounts::open_addresses(db.reader(), &addresses).await.ok()?;
    if open.is_empty() {
        return None;
    }
    let what = format!(
        "{} of the demo company can sign in, with a password that everybody knows: {}",
        open.len(),
        open.join(", ")
    );
    Some(if config.debug {
        Finding::Notice(what)
    } else {
        Finding::Wrong {
            what,
            mend: "`belle-house disable-account --email …` shuts each of them out.".to_owned(),
        }
    })
}

/// Pictures whose files are gone.
async fn pictures(config: &Config, db: &Db) -> Option<Finding> {
    // Storage that can't be opened or read is reported by itself, a database without the table too.
    let storage = Storage::open(&config.storage, &config.data_dir).ok()?;
    let counted = tokio::time::timeout(PATIENCE, media::count_missing(db.reader(), &storage)).await;
    let (missing, all) = counted.ok()?.ok()?;
    Some(if missing == 0 {
        Finding::Fine(format!("{all}, and all of their files are there"))
    } else {
        Finding::Wrong {
            what: format!(
                "{missing} of {all} lack files in {}; whoever asks for one is told 404",
                storage.describe()
            ),
            mend: "Copy the folder `images` back from a backup; what can't be had any more is uploaded anew."
                .to_owned(),
        }
    })
}

/// `None` when there is no SQLite file yet: looking must not create one.
async fn reach_database(config: &Config) -> Result<Option<Db>> {
    if config.database.sqlite_path().is_some_and(|path| !path.exists()) {
        return Ok(None);
    }
    tokio::time::timeout(PATIENCE, database::connect(config))
        .await
        .context("no answer in time")?
        .map(Some)
}

async fn check_database(config: &Config, db: &Result<Option<Db>>) -> Finding {
    let kind = if config.database.is_sqlite() {
        "SQLite"
    } else {
        "PostgreSQL"
    };
    let db = match db {
        Ok(Some(db)) => db,
        Ok(None) => {
            return Finding::Notice("the SQLite file doesn't exist yet; `serve` makes it.".to_owned());
        }
        Err(error) => {
            return Finding::Wrong {
                what: format!("{error:#}"),
                mend: "DATABASE_URL names it: sqlite://path or postgres://user:password@host:5432/name. Is it running, and may this user in?".to_owned(),
            };
        }
    };
    match migrate::pending(db).await {
        Ok(0) => Finding::Fine(format!("{kind} answers, its schema is up to date")),
        Ok(missing) => Finding::Notice(format!(
            "{kind} answers; {missing} migration(s) are missing. `serve` and `migrate` apply them."
        )),
        Err(error) => Finding::Wrong {
            what: format!("{kind} answers, but its migrations can't be told: {error}"),
            mend: "Was it migrated by a newer version? Then start that one, or restore a backup.".to_owned(),
        },
    }
}

/// Whether what a running server writes reaches this process, which reads on a connection of its own.
async fn heartbeat(config: &Config, db: &Db) -> Option<Finding> {
    // A database without the table has been reported already.
    let last = heartbeat::last(db).await.ok()?;
    let age = last.map(|at| SystemClock.now() - at);
    Some(match age {
        Some(age) if age < HEARTBEAT_EXPECTED => {
            Finding::Fine(format!("a server wrote {} s ago, and it is read here", age.num_seconds().max(0)))
        }
        _ if is_served(config) => Finding::Wrong {
            what: "a server is running, and nothing that it writes arrives".to_owned(),
            mend: "Is the disk full? Otherwise restart the server now: it may acknowledge what it can't keep. Report it with its log."
                .to_owned(),
        },
        Some(age) => Finding::Notice(format!(
            "no server has written for {} min; if one is running, restart it",
            age.num_minutes()
        )),
        None => Finding::Notice("no server has written yet".to_owned()),
    })
}

/// Whether the other key that is honoured may be taken away.
async fn former_key(config: &Config, db: &Db) -> Option<Finding> {
    let session = config.jwt.refresh_token_lifetime;
    // A database without the table has been reported already.
    let other = secret_keys::other(db, SystemClock.now(), &config.keys(), session)
        .await
        .ok()??;
    let at = |moment: DateTime<Utc>| {
        moment
            .with_timezone(&config.time_zone)
            .format("%d.%m.%Y %H:%M")
            .to_string()
    };
    Some(Finding::Notice(match other {
        Other::NeverSigned => "SECRET_KEY_PREVIOUS is set, and no server has signed with it here. If it is the key to come, and every instance knows it, let them change places; otherwise take it away (docs/KEYS.md).".to_owned(),
        Other::Signs => "SECRET_KEY_PREVIOUS is set, and a server signed with it less than two hours ago: go on with the roll-out (docs/KEYS.md).".to_owned(),
        Other::Needed { until, for_sessions_until } => format!(
            "SECRET_KEY_PREVIOUS is still set, and needed: until {} for mails and links; until {} for people who have not come back since, who would sign in again. Then take it away.",
            at(until),
            at(for_sessions_until)
        ),
        Other::Spent => "SECRET_KEY_PREVIOUS may be taken away: nothing that it made is good any more.".to_owned(),
    }))
}

async fn outbox(db: &Db) -> Option<Finding> {
    let count = |status| {
        table::Entity::find()
            .filter(table::Column::Status.eq(status))
            .count(db.reader())
    };
    // A database without the table has been reported already.
    let (dead, pending) = (
        count(Status::Dead).await.ok()?,
        count(Status::Pending).await.ok()?,
    );
    Some(if dead == 0 {
        Finding::Fine(format!("{pending} message(s) wait, none was given up"))
    } else {
        Finding::Notice(format!(
            "{dead} message(s) were given up, {pending} wait. `deliveries(filter: {{status: DEAD}})` shows why, `replayDelivery` tries again."
        ))
    })
}

/// Whether Prometheus finds what it asks for, and nobody else does.
async fn metrics(config: &Config, address: SocketAddr) -> Finding {
    if is_public(address.ip()) {
        return Finding::Wrong {
            what: format!(
                "METRICS_ADDR={address} is an address of the public Internet: anybody may read how the server does"
            ),
            mend: "Listen on 127.0.0.1, or on the private address by which Prometheus reaches this machine."
                .to_owned(),
        };
    }
    let asked = tokio::task::spawn_blocking(move || healthcheck::ask(address, "/metrics")).await;
    let told = asked.map_err(anyhow::Error::from).flatten();
    match told {
        Ok(text) if text.contains("belle_house_") || text.contains("process_") => {
            let open = if address.ip().is_unspecified() {
                ", on every address: no firewall may let the world through to that port"
            } else {
                ""
            };
            Finding::Fine(format!("answered at {address}{open}"))
        }
        Ok(_) => Finding::Wrong {
            what: format!("something else answers at {address}"),
            mend: "METRICS_ADDR chooses another address.".to_owned(),
        },
        Err(error) if is_served(config) && config.database.is_sqlite() => Finding::Wrong {
            what: format!("a server is running, and /metrics is not answered: {error:#}"),
            mend: "Restart the server, so that it listens on METRICS_ADDR.".to_owned(),
        },
        Err(_) => Finding::Notice(format!(
            "nothing answers at {address}: no server runs here, or it runs in another container"
        )),
    }
}

/// Whether the world can reach an address, as far as the address tells.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            // Behind a provider's own translation, RFC 6598.
            let [first, second, ..] = address.octets();
            let shared = first == 100 && (64..128).contains(&second);
            !(address.is_unspecified()
                || address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || shared)
        }
        IpAddr::V6(address) => {
            !(address.is_unspecified()
                || address.is_loopback()
                || address.is_unique_local()
                || address.is_unicast_link_local())
        }
    }
}

async fn backups(config: &Config, db: Option<&Db>, now: DateTime<Utc>) -> Finding {
    if config.backup.recipients.is_empty() {
        return Finding::Notice(
            "none are made. `belle-house backup keygen FILE`, on another machine, makes the keys; BACKUP_RECIPIENT takes the public one."
                .to_owned(),
        );
    }
    let problem = match db {
        // A database without the table has been reported already.
        Some(db) => last_problem(db.reader()).await.unwrap_or_default(),
        None => None,
    };
    let folder = Folder::new(config.backup.folder.clone());
    let proven = folder
        .list()
        .map(|backups| backups.into_iter().find(|backup| backup.proven_at.is_some()));
    match proven {
        Ok(Some(backup)) if !is_stale(Some(backup.taken_at), now) => {
            Finding::Fine(format!("{} is proven", backup.name))
        }
        Ok(None) if problem.is_none() => Finding::Notice(format!(
            "none in {} is proven yet; the server makes one when it starts, `belle-house backup` at once",
            folder.path().display()
        )),
        Ok(backup) => Finding::Wrong {
            what: format!(
                "{} is the newest that is proven{}",
                backup.map_or_else(|| "none".to_owned(), |backup| backup.name),
                problem.map_or_else(String::new, |problem| format!("; the last one failed: {problem}")),
            ),
            mend: "Is the server running, the disk full, or the clock wrong? `belle-house backup` makes one now and says what is in the way."
                .to_owned(),
        },
        Err(error) => Finding::Wrong {
            what: format!("{error:#}"),
            mend: "Let the server's user read and write BACKUP_DIR.".to_owned(),
        },
    }
}

/// The bucket that backups are copied to, if there is one.
async fn copies(config: &Config) -> Option<Finding> {
    config.backup.copies.as_ref()?;
    let look = async {
        let copies = Copies::open(config.backup.copies.as_ref())?.context("no bucket is configured")?;
        let newest = copies
            .list()
            .await?
            .into_iter()
            .find(|copy| copy.proven_at.is_some());
        Ok(match newest {
            Some(copy) => format!("{} is in the bucket {}", copy.name, copies.bucket()),
            None => format!(
                "the bucket {} can be read, and holds no proven backup yet",
                copies.bucket()
            ),
        })
    };
    let mend =
        "BACKUP_S3_BUCKET, …_REGION, …_ENDPOINT and the key, which may list, read, write and remove there.";
    Some(finding(mend, look).await)
}

async fn storage(config: &Config) -> Finding {
    let check = async {
        let storage = Storage::open(&config.storage, &config.data_dir)?;
        storage.check().await?;
        Ok(format!("{} can be written and read", storage.describe()))
    };
    finding(
        "STORAGE=fs needs a DATA_DIR that can be written; STORAGE=s3 needs S3_BUCKET, S3_REGION, S3_ENDPOINT and keys that may read and write there.",
        check,
    )
    .await
}

async fn finding(mend: &str, check: impl Future<Output = Result<String>>) -> Finding {
    let outcome = tokio::time::timeout(PATIENCE, check).await;
    match outcome.context("no answer in time").flatten() {
        Ok(what) => Finding::Fine(what),
        Err(error) => Finding::Wrong {
            what: format!("{error:#}"),
            mend: mend.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn public_addresses_are_told_from_others() {
        let is_public = |text: &str| super::is_public(text.parse().unwrap());
        for others in [
            "127.0.0.1",
            "0.0.0.0",
            "10.213.7.4",
            "192.168.1.2",
            "100.64.0.9",
            "::1",
            "fd00::7",
            "::ffff:10.0.0.1",
        ] {
            assert!(!is_public(others), "{others}");
        }
        for open in ["41.138.32.7", "2a01:4f8::1", "::ffff:8.8.8.8"] {
            assert!(is_public(open), "{open}");
        }
    }
}
