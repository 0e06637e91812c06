//! Pushes for development: lines of a file.

use std::path::PathBuf;

use anyhow::{Context, Result};
use futures_util::{FutureExt, future::BoxFuture};
use tokio::{io::AsyncWriteExt, sync::Mutex};

use super::{Push, PushTransport, Pushed};
use crate::{private_folder, send_error::SendError};

/// Appends each push to a file as one line of JSON, devices or not.
#[derive(Debug)]
pub struct LogPush {
    path: PathBuf,
    /// One line at a time.
    writing: Mutex<()>,
}

impl LogPush {
    /// Appends to `path`, made when first needed.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            writing: Mutex::new(()),
        }
    }

    async fn append(&self, line: &str) -> Result<()> {
        if let Some(folder) = self.path.parent() {
            private_folder::create(folder)?;
        }
        let _alone = self.writing.lock().await;
        let mut file = tokio::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.path)
            .await
            .with_context(|| self.path.display().to_string())?;
        file.write_all(line.as_bytes()).await?;
        file.flush().await?;
        Ok(())
    }
}

impl PushTransport for LogPush {
    fn send<'a>(&'a self, push: &'a Push, tokens: &'a [String]) -> BoxFuture<'a, Result<Pushed, SendError>> {
        async move {
            let line = serde_json::json!({
                "id": push.id,
                "date": push.date,
                "recipient": push.recipient,
                "title": push.title,
                "body": push.body,
                "data": push.data,
                "devices": tokens.len(),
            });
            self.append(&format!("{line}\n"))
                .await
                .map_err(|error| SendError::temporary(format!("{error:#}")))?;
            Ok(Pushed {
                accepted: tokens.len(),
                ..Pushed::default()
            })
        }
        .boxed()
    }

    fn check(&self) -> BoxFuture<'_, Result<String>> {
        async move {
            self.append("").await?;
            Ok(format!(
                "no FIREBASE_CREDENTIALS_PATH: pushes are written to {}",
                self.path.display()
            ))
        }
        .boxed()
    }
}
