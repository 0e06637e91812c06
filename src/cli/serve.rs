//! `serve`: the whole product.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{application, demo, lock::ServingLock, output};
use crate::app::Workers;
use platform::config::Config;

/// How long requests may take to finish once the server is told to stop.
const GRACE: Duration = Duration::from_secs(20);

/// How long the database may take to say goodbye. It is only tidier: what was acknowledged is safe without it.
const CLOSING: Duration = Duration::from_secs(5);

/// Serves until it is told to stop (SIGTERM, SIGINT).
///
/// # Errors
/// When the server can't start.
pub async fn run(config: Config) -> Result<()> {
    let _lock = ServingLock::take(&config)?;
    let bind_addr = config.bind_addr;
    let listener = TcpListener::bind(bind_addr).await.with_context(|| {
        format!("can't listen on {bind_addr}; is another server there? BIND_ADDR chooses another")
    })?;
    let wants_demo = wants_demo(&config);
    if wants_demo {
        output::line("First start: drawing and loading a demo company, a few seconds…")?;
        demo::make_database(&config).await?;
    }
    let mut app = application::init(config).await?;
    let address = listener.local_addr()?;
    if let Some(metrics) = app.watch().await? {
        tracing::info!(address = %metrics, "metrics are at /metrics");
    }
    greet(&app.ctx.config, address, wants_demo)?;
    let db = app.ctx.db.clone();
    let stop = app.stop_token();
    tokio::spawn(stop_on_signal(stop.clone()));
    let serving = app.serve(listener, Workers::All);
    tokio::pin!(serving);
    let served = tokio::select! {
        served = &mut serving => served,
        () = stop.cancelled() => {
            tracing::info!("stopping: finishing requests, closing sockets");
            tokio::time::timeout(GRACE, serving).await.unwrap_or_else(|_| {
                tracing::warn!(seconds = GRACE.as_secs(), "some requests did not finish in time");
                Ok(())
            })
        }
    };
    // SQLite puts its log into the file when the last connection says goodbye: what is copied after a stop is whole.
    match tokio::time::timeout(CLOSING, db.close()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the database was not closed"),
        Err(_) => tracing::warn!("the database was not closed in time"),
    }
    served
}

/// The demo company loads by itself in one case alone: in development, on loopback, into an SQLite file that is about
/// to be made (DESIGN.md 9). A release `serve` never makes an account.
fn wants_demo(config: &Config) -> bool {
    let new_file = config.database.sqlite_path().is_some_and(|path| !path.exists());
    config.debug && config.bind_addr.ip().is_loopback() && new_file
}

/// In development for whoever started it; in production one more line of the log, which is all that a collector reads.
fn greet(config: &Config, address: std::net::SocketAddr, with_demo: bool) -> Result<()> {
    if !config.debug {
        let data_dir = config.data_dir.display().to_string();
        tracing::info!(%address, data_dir, version = env!("CARGO_PKG_VERSION"), "serving");
        return Ok(());
    }
    output::line(format!("Belle House serves http://{address}/graphql"))?;
    output::line(format!("  staff's desk:  http://{address}/desk"))?;
    if config.graphiql {
        output::line(format!("  try it out:    http://{address}/graphiql"))?;
    }
    output::line(format!("  data folder:  {}", config.data_dir.display()))?;
    if with_demo {
        output::line("  a demo company has been loaded; sign in as")?;
        demo::print_logins()?;
    }
    Ok(())
}

async fn stop_on_signal(stop: CancellationToken) {
    match wait_for_signal().await {
        Ok(()) => stop.cancel(),
        Err(error) => {
            tracing::error!(%error, "signals can't be heard; the server stops only when it is ended")
        }
    }
}

async fn wait_for_signal() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let heard = tokio::select! {
        heard = tokio::signal::ctrl_c() => heard.is_ok(),
        heard = terminate.recv() => heard.is_some(),
    };
    if heard {
        Ok(())
    } else {
        bail!("the signal handler ended")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(data_dir: &std::path::Path, pairs: &[(&str, &str)]) -> Config {
        Config::load(|key| match key {
            "DATA_DIR" => Some(data_dir.display().to_string()),
            "SECRET_KEY" => Some("Zq7vJ0mKx2LwB9tR4yHs6PfD8gNc1AeU".to_owned()),
            "PUBLIC_URL" => Some("http://localhost:8000".to_owned()),
            "EMAIL_BACKEND" => Some("file".to_owned()),
            _ => pairs
                .iter()
                .find(|(name, _)| *name == key)
                .map(|(_, value)| (*value).to_owned()),
        })
        .unwrap()
    }

    #[test]
    fn the_demo_company_loads_by_itself_in_development_on_loopback_into_a_new_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let wants = |pairs: &[(&str, &str)]| wants_demo(&config(folder.path(), pairs));
        assert!(wants(&[("DEBUG", "true")]));
        assert!(
            !wants(&[("DEBUG", "false")]),
            "a release server never makes an account"
        );
        assert!(!wants(&[("DEBUG", "true"), ("BIND_ADDR", "0.0.0.0:8000")]));
        assert!(!wants(&[
            ("DEBUG", "true"),
            ("DATABASE_URL", "postgres://localhost/bellehouse")
        ]));
        std::fs::write(folder.path().join("belle-house.sqlite3"), "").unwrap();
        assert!(!wants(&[("DEBUG", "true")]));
    }
}
