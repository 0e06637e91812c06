//! Setting up, changing and switching off the second factor of one's own account.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

use crate::features::accounts::{
    SecondFactor,
    commands::{self, DisableTotp, begin_totp, confirm_totp, disable_totp},
};
use platform::{
    error::CommandError,
    graphql::{Allow, ContextExt, UserError, split},
};

/// The second factor of your account.
#[derive(Debug, SimpleObject)]
#[graphql(name = "SecondFactor")]
pub struct GqlSecondFactor {
    /// Since when signing in asks for it.
    pub since: DateTime<Utc>,
    /// How many of the ten recovery codes have not been used.
    pub recovery_codes_left: i32,
}

impl From<SecondFactor> for GqlSecondFactor {
    fn from(factor: SecondFactor) -> Self {
        Self {
            since: factor.since,
            recovery_codes_left: i32::try_from(factor.recovery_codes_left).unwrap_or(i32::MAX),
        }
    }
}

/// What beginning to set an authenticator app up takes.
#[derive(InputObject)]
pub struct BeginTotpInput {
    /// Your password.
    #[graphql(secret)]
    pub password: String,
}

/// What an authenticator app is given.
#[derive(SimpleObject)]
pub struct BeginTotpPayload {
    /// The secret, to be typed into the app (base32); null when nothing was begun. It is shown this once.
    pub secret: Option<String>,
    /// The same as an `otpauth://` address: draw it as a QR code, or open it on the phone itself.
    pub uri: Option<String>,
    /// INVALID at `input.password`. LOCKED: there is a second factor already, switch it off first.
    pub user_errors: Vec<UserError>,
}

/// A code of the authenticator app.
#[derive(InputObject)]
pub struct ConfirmTotpInput {
    /// The six digits that the app shows now.
    #[graphql(secret)]
    pub code: String,
}

/// New recovery codes.
#[derive(SimpleObject)]
pub struct RecoveryCodesPayload {
    /// The recovery codes, 10 at most: each stands in for the app once. They are shown this once: have them printed or kept in
    /// a safe place. Empty when nothing was written.
    pub recovery_codes: Vec<String>,
    /// INVALID at `input.code`: the code is wrong, was used before, or ran out. LOCKED: there is nothing to confirm or to
    /// change.
    pub user_errors: Vec<UserError>,
}

/// What switching the second factor off takes.
#[derive(InputObject)]
pub struct DisableTotpInput {
    /// Your password.
    #[graphql(secret)]
    pub password: String,
    /// The six digits that the app shows now, or a recovery code.
    #[graphql(secret)]
    pub code: String,
}

/// What `disableTotp` answers.
#[derive(SimpleObject)]
pub struct DisableTotpPayload {
    /// Whether the second factor is off now.
    pub disabled: bool,
    /// INVALID at `input.password` or `input.code`. LOCKED: there is no second factor.
    pub user_errors: Vec<UserError>,
}

/// What new recovery codes take.
#[derive(InputObject)]
pub struct RegenerateRecoveryCodesInput {
    /// The six digits that the app shows now, or a recovery code.
    #[graphql(secret)]
    pub code: String,
}

/// Mutations on one's own second factor.
#[derive(Debug, Default)]
pub struct SecondFactorMutation;

#[Object]
impl SecondFactorMutation {
    /// Begins to set an authenticator app up (TOTP, RFC 6238): makes the secret that the app is given, good for an hour.
    /// Signing in asks for codes once `confirmTotp` has had the first one. After ten wrong passwords in 15 minutes each
    /// further attempt waits longer (RATE_LIMITED). For staff, also while REQUIRE_TOTP keeps everything else shut.
    #[graphql(guard = "Allow::staff().even_without_second_factor()")]
    async fn begin_totp(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Your password.")] input: BeginTotpInput,
    ) -> Result<BeginTotpPayload> {
        let password = input.password.into();
        let (begun, user_errors) = split(begin_totp(ctx.app(), ctx.actor(), &password).await)?;
        let shown = |secret: &SecretString| secret.expose_secret().to_owned();
        Ok(BeginTotpPayload {
            secret: begun.as_ref().map(|begun| shown(&begun.secret)),
            uri: begun.as_ref().map(|begun| shown(&begun.uri)),
            user_errors,
        })
    }

    /// Switches the second factor on, with the first code that the app shows, and answers ten recovery codes. The owner is
    /// written to. Ten wrong codes in 15 minutes are free, then each further one waits longer (RATE_LIMITED). For staff, also
    /// while REQUIRE_TOTP keeps everything else shut.
    #[graphql(guard = "Allow::staff().even_without_second_factor()")]
    async fn confirm_totp(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The app's code.")] input: ConfirmTotpInput,
    ) -> Result<RecoveryCodesPayload> {
        let remote = ctx.request().remote();
        codes_payload(confirm_totp(ctx.app(), ctx.actor(), &input.code.into(), &remote).await)
    }

    /// Switches the second factor off: signing in takes the password alone, and where REQUIRE_TOTP asks for a second factor
    /// only setting one up works. The owner is written to. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn disable_totp(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Your password and a code.")] input: DisableTotpInput,
    ) -> Result<DisableTotpPayload> {
        let input = DisableTotp {
            password: input.password.into(),
            code: input.code.into(),
            remote: ctx.request().remote(),
        };
        let (done, user_errors) = split(disable_totp(ctx.app(), ctx.actor(), input).await)?;
        Ok(DisableTotpPayload {
            disabled: done.is_some(),
            user_errors,
        })
    }

    /// Answers ten new recovery codes; the former ones are worth nothing any more. The owner is written to. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn regenerate_recovery_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A code.")] input: RegenerateRecoveryCodesInput,
    ) -> Result<RecoveryCodesPayload> {
        let remote = ctx.request().remote();
        let code = input.code.into();
        codes_payload(commands::regenerate_recovery_codes(ctx.app(), ctx.actor(), &code, &remote).await)
    }
}

fn codes_payload(outcome: Result<Vec<SecretString>, CommandError>) -> Result<RecoveryCodesPayload> {
    let (codes, user_errors) = split(outcome)?;
    let codes = codes.unwrap_or_default();
    Ok(RecoveryCodesPayload {
        recovery_codes: codes.iter().map(|code| code.expose_secret().to_owned()).collect(),
        user_errors,
    })
}
