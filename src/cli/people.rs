//! `create-admin`: the first account of a new installation. The password comes from standard input, so that it
//! stands in no process list and no shell history.

use std::{io::IsTerminal, sync::Arc};

use anyhow::{Context, Result, bail};
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};

use super::{database, output};
use crate::features::accounts::commands::create_admin;
use platform::{
    announce::{Announcement, Announcer},
    clock::SystemClock,
    config::Config,
    crypto::Keys,
    ctx::Ctx,
    db::WriteTx,
    error::CommandError,
};

/// A new administrator is told by whoever types this.
#[derive(Debug)]
struct Unannounced;

impl Announcer for Unannounced {
    fn announce_in_tx<'a>(
        &'a self,
        _: &'a WriteTx,
        _: &'a Keys,
        _: Announcement,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Makes an administrator.
///
/// # Errors
/// What is wrong with the input, or with the database.
pub async fn run(config: Config, email: String, name: String) -> Result<()> {
    let password = read_password()?;
    let ctx = Ctx {
        db: database::open(&config).await?,
        clock: Arc::new(SystemClock),
        keys: Arc::new(Keys::new(config.secret_key.expose_secret())),
        config: Arc::new(config),
        announcer: Arc::new(Unannounced),
        holders: Default::default(),
    };
    match create_admin(&ctx, email, name, password).await {
        Ok(account) => output::line(format!(
            "Made the administrator {} ({}).",
            account.email, account.id
        )),
        Err(CommandError::Rejected(violations)) => {
            let told: Vec<String> = violations
                .into_iter()
                .map(|violation| match violation.field.last() {
                    Some(field) => format!("{field}: {}", violation.message),
                    None => violation.message,
                })
                .collect();
            bail!(told.join("\n"))
        }
        Err(CommandError::Internal(error)) => Err(error),
        Err(error) => Err(error.into()),
    }
}

fn read_password() -> Result<SecretString> {
    let input = std::io::stdin();
    if input.is_terminal() {
        output::line("Password (it will be visible; end with Enter):")?;
    }
    let mut line = String::new();
    input
        .read_line(&mut line)
        .context("the password can't be read from standard input")?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!(
            "Give the password on standard input, such as: printf %s \"$PASSWORD\" | belle-house create-admin …"
        );
    }
    Ok(password.to_owned().into())
}
