//! E-mail for development: into files, or onto the terminal.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use futures_util::{FutureExt, future::BoxFuture};
use tokio::io::AsyncWriteExt;

use super::{Mail, MailTransport, Sender};
use crate::{private_folder, send_error::SendError};

/// Writes each message to a file of its own, `FOLDER/dlv_….eml`, which mail programs open. A second attempt
/// replaces the first one's file.
#[derive(Debug)]
pub struct FileMail {
    folder: PathBuf,
    sender: Sender,
}

impl FileMail {
    /// Writes into `folder`, made when first needed.
    #[must_use]
    pub fn new(folder: PathBuf, sender: Sender) -> Self {
        Self { folder, sender }
    }
}

impl MailTransport for FileMail {
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, Result<(), SendError>> {
        async move {
            let bytes = self.sender.compose(mail)?.formatted();
            write(&self.folder, &mail.id, &bytes)
                .await
                .map_err(|error| SendError::temporary(format!("{error:#}")))
        }
        .boxed()
    }

    fn check(&self) -> BoxFuture<'_, Result<String>> {
        async move {
            private_folder::create_closed(&self.folder).with_context(|| self.folder.display().to_string())?;
            let probe = self.folder.join(".doctor");
            tokio::fs::write(&probe, b"")
                .await
                .with_context(|| probe.display().to_string())?;
            tokio::fs::remove_file(&probe).await?;
            Ok(format!("messages are written to {}", self.folder.display()))
        }
        .boxed()
    }
}

async fn write(folder: &Path, id: &str, bytes: &[u8]) -> Result<()> {
    private_folder::create_closed(folder).with_context(|| folder.display().to_string())?;
    // Written aside and moved into place: whoever watches the folder sees whole messages only.
    let aside = folder.join(format!(".{id}"));
    // The messages hold temporary passwords: they are the server's user's alone.
    let mut file = tokio::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&aside)
        .await
        .with_context(|| aside.display().to_string())?;
    file.write_all(bytes).await?;
    file.sync_all().await?;
    tokio::fs::rename(&aside, folder.join(format!("{id}.eml"))).await?;
    Ok(())
}

/// Writes messages to standard output.
#[derive(Debug)]
pub struct ConsoleMail {
    sender: Sender,
}

impl ConsoleMail {
    /// Messages from `sender`.
    #[must_use]
    pub fn new(sender: Sender) -> Self {
        Self { sender }
    }
}

impl MailTransport for ConsoleMail {
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, Result<(), SendError>> {
        async move {
            // Readable, unlike the encoded message, whose headers are still made to show mistakes in them.
            self.sender.compose(mail)?;
            let page = format!(
                "---- {}\nTo: {}\nSubject: {}\n\n{}\n----\n",
                mail.id, mail.to, mail.subject, mail.text
            );
            let mut out = tokio::io::stdout();
            let written = async {
                out.write_all(page.as_bytes()).await?;
                out.flush().await
            };
            written.await.map_err(SendError::temporary)
        }
        .boxed()
    }

    fn check(&self) -> BoxFuture<'_, Result<String>> {
        async { Ok("messages are written to standard output".to_owned()) }.boxed()
    }
}
