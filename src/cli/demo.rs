//! The demo company: `demo` loads it into the configured database, and a newcomer's first start makes a database with it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{
    application,
    lock::{ServingLock, one_name},
    output,
};
use crate::{
    app,
    demo::{self, LOGINS, PASSWORD},
    features::{accounts, media},
};
use platform::{config::Config, db::Db, storage::Storage};

/// `demo`: loads the demo company into whatever database is configured.
///
/// # Errors
/// When it is there already; without `into_production`, when the database is one that people work with.
pub async fn load(config: Config, into_production: bool) -> Result<()> {
    let _lock = ServingLock::take(&config)?;
    if !config.debug && !into_production {
        bail!(
            "DEBUG=false: this is a server that people work with, and everybody knows the demo company's passwords. \
             `demo --into-production` loads it all the same."
        );
    }
    let app = application::init(config).await?;
    let addresses: Vec<&str> = LOGINS.iter().map(|login| login.email).collect();
    if !into_production && accounts::has_others(app.ctx.db.reader(), &addresses).await? {
        bail!(
            "There are accounts of real people in this database, and everybody knows the demo company's passwords. \
             `demo --into-production` loads it all the same."
        );
    }
    demo::load(&app).await?;
    output::line("The demo company is loaded. Its logins:")?;
    print_logins()
}

/// Who can sign in, and with what.
///
/// # Errors
/// When nobody reads.
pub fn print_logins() -> Result<()> {
    for login in LOGINS {
        output::line(format!("    {:<28} {}", login.email, login.who))?;
    }
    output::line(format!("    each with the password       {PASSWORD}"))
}

/// Makes the configured SQLite file, which isn't there yet, with the demo company in it: beside its place, and moved there
/// when it is whole. What a start that was broken off has left is removed first, so that the next one begins anew.
///
/// # Errors
/// When the database or the pictures can't be written, or another process has made the file meanwhile.
pub async fn make_database(config: &Config) -> Result<()> {
    let path = config
        .database
        .sqlite_path()
        .context("only SQLite's files are made")?;
    let path = one_name(&path).with_context(|| path.display().to_string())?;
    let aside = with_ending(&path, ".unfinished");
    let mut unfinished = config.clone();
    unfinished.database.url = format!("sqlite://{}", aside.display()).into();
    discard(&unfinished, &aside).await?;
    let app = application::init(unfinished).await?;
    demo::load(&app).await?;
    app.ctx.db.clone().close().await?;
    drop(app);
    put_in_place(&aside, &path).with_context(|| path.display().to_string())
}

/// Moves a database that nobody has open to its place, where nothing is.
fn put_in_place(aside: &Path, path: &Path) -> Result<()> {
    let log = with_ending(aside, "-wal");
    if std::fs::metadata(&log).is_ok_and(|metadata| metadata.len() > 0) {
        bail!("{} holds what isn't in the database yet", log.display());
    }
    std::fs::File::open(aside)?.sync_all()?;
    // Unlike a renamed file, a linked one takes no other's place.
    std::fs::hard_link(aside, path)?;
    std::fs::remove_file(aside)?;
    if let Some(folder) = path.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Removes an unfinished database, with the pictures that it knows.
async fn discard(config: &Config, aside: &Path) -> Result<()> {
    if aside.exists()
        && let Err(error) = discard_pictures(config).await
    {
        tracing::warn!(
            error = format!("{error:#}"),
            "pictures of a first start that was broken off are left in storage"
        );
    }
    for ending in ["", "-wal", "-shm"] {
        match std::fs::remove_file(with_ending(aside, ending)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| aside.display().to_string());
            }
            _ => {}
        }
    }
    Ok(())
}

async fn discard_pictures(config: &Config) -> Result<()> {
    let db: Db = app::connect(config).await?;
    let folders = media::folders(db.reader()).await?;
    db.close().await?;
    let storage = Storage::open(&config.storage, &config.data_dir)?;
    for folder in folders {
        storage.remove_folder(&folder).await?;
    }
    Ok(())
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
