//! Bringing a backup back, and what follows from it.

use std::{path::Path, sync::Arc};

use anyhow::Result;
use chrono::{DateTime, Utc};

use crate::features::{
    accounts::end_all_after_restore,
    billing::{hold_after_restore, today},
};
use platform::{
    backup::{self, Consequences, Identities, Progress, Restored, Target},
    config::Config,
    db::DatabaseOptions,
    outbox,
    storage::Storage,
};

/// Where a backup is brought back to. `replace`: also over data that is there.
#[must_use]
pub fn target(
    config: &Config,
    database: DatabaseOptions,
    storage: Storage,
    replace: bool,
    now: DateTime<Utc>,
) -> Target {
    Target {
        database,
        storage,
        replace,
        consequences: consequences(config, now),
    }
}

/// Brings a backup back, all of it or nothing.
///
/// # Errors
/// When it isn't whole or the target refuses: what was there is there then.
pub async fn restore(
    path: &Path,
    identities: &Identities,
    target: &Target,
    now: DateTime<Utc>,
    progress: &Progress,
) -> Result<Restored> {
    backup::restore(path, identities, target, now, progress).await
}

/// Nobody knows what happened between the backup and the restore: sessions end, messages wait for a person, and no number
/// is given before an administrator has said which was the last.
fn consequences(config: &Config, now: DateTime<Utc>) -> Consequences {
    let today = today(config, now);
    Arc::new(move |tx| {
        Box::pin(async move {
            end_all_after_restore(tx, now).await?;
            outbox::hold_waiting(tx).await?;
            hold_after_restore(tx, now, today).await?;
            Ok(())
        })
    })
}
