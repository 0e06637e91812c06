//! People, from the command line: `create-admin` for the first account of a new installation, `create-staff`,
//! `disable-account`, and `reset-password` and `reset-totp` for whoever is locked out of everything. Passwords come from standard input, so
//! that they stand in no process list and no shell history.

use std::{io::IsTerminal, sync::Arc};

use anyhow::{Context, Result, bail};
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};

use super::{database, output};
use crate::{
    features::{
        accounts::{
            commands::{replace_password, reset_totp as take_totp_off},
            living_account_by_email, normalize_email,
        },
        clients::{client_of_account, commands::disable_client},
        staff::commands::{CreateStaff, create_staff, disable_staff_member},
    },
    messages,
};
use platform::{
    actor::{Actor, Locale, Role},
    announce::{Announcement, Announcer},
    clock::SystemClock,
    config::Config,
    crypto::Keys,
    ctx::Ctx,
    db::WriteTx,
    error::CommandError,
};

/// Whoever types these commands tells the people.
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

/// Makes somebody of the staff, with the password that stands on standard input.
///
/// # Errors
/// What is wrong with the input, or with the database.
pub async fn create(config: Config, email: String, name: String, role: Role) -> Result<()> {
    let input = CreateStaff {
        email,
        name,
        role,
        locale: Locale::default(),
        password: read_password()?,
    };
    let ctx = open(config).await?;
    let account = told(&ctx, create_staff(&ctx, &Actor::System, input).await)?;
    let what = match role {
        Role::Admin => "administrator",
        Role::Staff | Role::Client => "member of staff",
    };
    output::line(format!("Made the {what} {} ({}).", account.email, account.id))
}

/// Shuts somebody out: a client, or a member of staff.
///
/// # Errors
/// When nobody has the address, or it is the last administrator's.
pub async fn disable(config: Config, email: String) -> Result<()> {
    let ctx = open(config).await?;
    let address = normalize_email(&email);
    let account = living_account_by_email(ctx.db.reader(), &address).await?;
    let account = account.with_context(|| format!("nobody signs in with {email}"))?;
    match client_of_account(ctx.db.reader(), account.id).await? {
        Some(client) => {
            told(&ctx, disable_client(&ctx, &Actor::System, client.id).await)?;
        }
        None => {
            told(&ctx, disable_staff_member(&ctx, &Actor::System, account.id).await)?;
        }
    }
    output::line(format!(
        "{} can't sign in any more; sessions and streams have ended.",
        account.email
    ))
}

/// Prints a temporary password for somebody, to be handed over in person.
///
/// # Errors
/// When nobody has the address, or the account is disabled.
pub async fn reset_password(config: Config, email: String) -> Result<()> {
    let ctx = open(config).await?;
    let temporary = told(&ctx, replace_password(&ctx, &email).await)?;
    output::line(format!(
        "Temporary password, good until {}: {}",
        temporary
            .expires_at
            .with_timezone(&ctx.config.time_zone)
            .format("%d.%m.%Y %H:%M"),
        temporary.password().expose_secret()
    ))
}

/// Takes the second factor off somebody's account.
///
/// # Errors
/// When nobody has the address, or the account has none.
pub async fn reset_totp(config: Config, email: String) -> Result<()> {
    let ctx = open(config).await?;
    told(&ctx, take_totp_off(&ctx, &email).await)?;
    output::line(format!(
        "{email} signs in with the password alone now; sessions have ended."
    ))
}

async fn open(config: Config) -> Result<Ctx> {
    Ok(Ctx {
        db: database::open(&config).await?,
        clock: Arc::new(SystemClock),
        keys: Arc::new(config.keys()),
        config: Arc::new(config),
        catalogues: Arc::new(messages::catalogues()?),
        announcer: Arc::new(Unannounced),
        holders: Default::default(),
    })
}

/// What a command refused, in lines for whoever typed it.
fn told<T>(ctx: &Ctx, outcome: Result<T, CommandError>) -> Result<T> {
    match outcome {
        Ok(value) => Ok(value),
        Err(CommandError::Rejected(violations)) => {
            let told: Vec<String> = violations
                .into_iter()
                .map(|violation| {
                    let message = ctx.catalogues.render(&violation.message, Locale::En);
                    match violation.field.last() {
                        Some(field) => format!("{field}: {message}"),
                        None => message,
                    }
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
            "Give the password on standard input, such as: printf %s \"$PASSWORD\" | belle-house create-staff …"
        );
    }
    Ok(password.to_owned().into())
}
