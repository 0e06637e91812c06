//! Hearing other instances on PostgreSQL. Missing a notification costs half a second, never an event: the sweep
//! reads the log anyway.

use std::{sync::Arc, time::Duration};

use sea_orm::sqlx::postgres::PgListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::db::{Db, content_version};

/// The channel of the NOTIFY.
pub(super) const CHANNEL: &str = "belle_house_feed";

/// Wakes `woken` at each notification until `stop`; connects again when the connection breaks.
pub(super) async fn listen(db: Db, woken: Arc<Notify>, stop: CancellationToken) {
    loop {
        let ended = tokio::select! {
            () = stop.cancelled() => return,
            ended = hear(&db, &woken) => ended,
        };
        if let Err(error) = ended {
            tracing::warn!(%error, "lost the notification channel; connecting again");
        }
        woken.notify_one();
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
}

async fn hear(db: &Db, woken: &Notify) -> Result<(), sea_orm::sqlx::Error> {
    let mut listener = PgListener::connect_with(db.migrator().get_postgres_connection_pool()).await?;
    listener.listen_all([CHANNEL, content_version::CHANNEL]).await?;
    // Anything may have happened while nobody listened.
    woken.notify_one();
    db.signals().content().wake();
    loop {
        // `None` means that the connection was lost and made again.
        let heard = listener.try_recv().await?;
        let channel = heard.as_ref().map(|heard| heard.channel());
        if channel != Some(content_version::CHANNEL) {
            woken.notify_one();
        }
        if channel != Some(CHANNEL) {
            db.signals().content().wake();
        }
    }
}
