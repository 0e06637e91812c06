//! Signing in and out, passwords, devices.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use secrecy::SecretString;

use super::{types::GqlSessionTokens, viewer::Viewer};
use crate::features::accounts::{
    SessionTokens,
    commands::{
        self, ChangePassword, Login, RequestPasswordReset, ResetPassword, change_password, refresh_session,
        request_password_reset, reset_password, revoke_other_sessions, revoke_session,
    },
};
use platform::{
    actor::SessionId,
    error::{CommandError, ErrorCode, Violation},
    graphql::{
        Allow, BoundedList, ContextExt, CookieChange, SessionCookie, UserError, scalars::EmailAddress, split,
    },
    message,
};

/// What signing in takes.
#[derive(InputObject)]
pub struct LoginInput {
    /// The account's address, in any case.
    pub email: EmailAddress,
    /// The password, 128 characters at most.
    #[graphql(secret)]
    pub password: String,
    /// For an account with a second factor (TOTP_REQUIRED): the six digits of the authenticator app, or a recovery code. Each
    /// is good once.
    #[graphql(secret)]
    pub totp_code: Option<String>,
    /// What to call the device in the list of sessions, such as "Téléphone de Zaïnab"; cut at 100 characters.
    pub device_name: Option<String>,
    /// For pages that this server serves: keeps the refresh token in a cookie that no script can read, where
    /// `refreshSession`, `changePassword` and `logout` find it. `session.refreshToken` is empty then. Sent from anywhere
    /// else it is INVALID.
    #[graphql(default)]
    pub cookie: bool,
}

/// What `login` answers.
#[derive(SimpleObject)]
pub struct LoginPayload {
    /// The tokens of the new session.
    pub session: Option<GqlSessionTokens>,
    /// Who signed in. All that is theirs can be read at once, without sending the token first.
    pub viewer: Option<Viewer>,
    /// INVALID: the address or the password is wrong. EXPIRED: the temporary password ran out. FORBIDDEN: the account
    /// is disabled. TOTP_REQUIRED: the password is right, and the account has a second factor: send it all again with
    /// `totpCode`. INVALID at `input.totpCode`: the code is wrong, was used before, or ran out.
    pub user_errors: Vec<UserError>,
}

/// A refresh token to trade.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// From `login`, `changePassword` or the last `refreshSession`; absent where a cookie has it (`LoginInput.cookie`).
    #[graphql(secret)]
    pub refresh_token: Option<String>,
}

/// A session's new tokens.
#[derive(SimpleObject)]
pub struct SessionPayload {
    /// The new tokens. The former refresh token is worth nothing any more; the former access token runs out by itself
    /// after `refreshSession`, and at once after `changePassword`.
    pub session: Option<GqlSessionTokens>,
    /// What stood in the way.
    pub user_errors: Vec<UserError>,
}

/// Which session to end.
#[derive(InputObject)]
pub struct LogoutInput {
    /// For a device whose access token has run out; otherwise the session of the access token ends.
    #[graphql(secret)]
    pub refresh_token: Option<String>,
}

/// What `logout` answers.
#[derive(SimpleObject)]
pub struct LogoutPayload {
    /// Whether the session is over; it is, once this is answered.
    pub signed_out: bool,
    /// Always empty: signing out twice is no mistake.
    pub user_errors: Vec<UserError>,
}

/// What changing a password takes.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The present password, or the temporary one.
    #[graphql(secret)]
    pub current_password: String,
    /// The new one: 8 to 128 characters, not easily guessed. No rules about kinds of characters.
    #[graphql(secret)]
    pub new_password: String,
}

/// Who forgot a password.
#[derive(InputObject)]
pub struct RequestPasswordResetInput {
    /// The address to sign in with, in any case.
    pub email: EmailAddress,
}

/// What `requestPasswordReset` answers: the same whether there is such an account or not.
#[derive(SimpleObject)]
pub struct RequestPasswordResetPayload {
    /// Whether the request was taken. Say: «If there is an account with this address, an e-mail is on its way.»
    pub requested: bool,
    /// INVALID at `input.email`: this is not an e-mail address.
    pub user_errors: Vec<UserError>,
}

/// What replacing a forgotten password takes.
#[derive(InputObject)]
pub struct ResetPasswordInput {
    /// From the link in the e-mail: what follows `#token=`.
    #[graphql(secret)]
    pub token: String,
    /// The new password: 8 to 128 characters, not easily guessed. No rules about kinds of characters.
    #[graphql(secret)]
    pub new_password: String,
}

/// What `resetPassword` answers.
#[derive(SimpleObject)]
pub struct ResetPasswordPayload {
    /// Whether the password was replaced: sign in with it. All of the account's sessions have ended.
    pub password_reset: bool,
    /// EXPIRED at `input.token`: the link was used, is older than 24 hours, or a newer one was asked for. INVALID at
    /// `input.newPassword`: a weak password; the link is still good.
    pub user_errors: Vec<UserError>,
}

/// Which device to sign out.
#[derive(InputObject)]
pub struct RevokeSessionInput {
    /// The session's id (`ses_…`), from `viewer.sessions`.
    pub id: ID,
}

/// Sessions that can be kept by name; nobody has as many devices.
const MAX_KEPT: usize = 100;

/// Which devices stay signed in.
#[derive(InputObject)]
pub struct RevokeOtherSessionsInput {
    /// Sessions to keep besides the caller's own, 100 at most.
    pub keep: Option<BoundedList<ID, MAX_KEPT>>,
}

/// Which sessions ended.
#[derive(SimpleObject)]
pub struct RevokeSessionsPayload {
    /// The sessions that are over now; 100 at most are named.
    pub session_ids: Vec<ID>,
    /// What stood in the way.
    pub user_errors: Vec<UserError>,
}

/// Mutations on the caller's own account.
#[derive(Debug, Default)]
pub struct AccountsMutation;

#[Object]
impl AccountsMutation {
    /// Signs in and opens a session for this device. For everybody. After ten failures for an account from one address
    /// in 15 minutes each further attempt waits longer (RATE_LIMITED, with `extensions.retryAfterSeconds`); so it does after
    /// 30 an hour for an account from addresses it never signed in from, 100 in 15 minutes from one address, and failures
    /// on 20 accounts an hour from one address. Wrong codes of a second factor count as wrong passwords do. A right password from an address it has signed in from waits for none of
    /// those three.
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The credentials.")] input: LoginInput,
    ) -> Result<LoginPayload> {
        let cookie = ctx.request().cookie.as_deref().filter(|_| input.cookie);
        if input.cookie && cookie.is_none() {
            let message = message!("cookie-of-another-origin");
            let refused = Violation::new(ErrorCode::Invalid, ["input", "cookie"], message);
            let (_, user_errors) = split::<()>(Err(refused.into()))?;
            return Ok(LoginPayload {
                session: None,
                viewer: None,
                user_errors,
            });
        }
        let login = Login {
            email: input.email.0,
            password: input.password.into(),
            totp_code: input.totp_code.map(Into::into),
            device_name: input.device_name,
            remote: ctx.request().remote(),
        };
        let (logged_in, user_errors) = split(commands::login(ctx.app(), login).await)?;
        let (session, viewer) = match logged_in {
            Some(logged_in) => {
                let viewer = Viewer::of(&logged_in.actor);
                ctx.sign_in(logged_in.actor);
                (Some(kept(logged_in.tokens, cookie)), viewer)
            }
            None => (None, None),
        };
        Ok(LoginPayload {
            session,
            viewer,
            user_errors,
        })
    }

    /// Trades a refresh token for new tokens. For everybody who has one; send it without `Authorization`, or with a
    /// token that is still good. A refresh token that comes a second time ends the session, unless it comes within a
    /// minute and its successor is unused (EXPIRED: sign in again).
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refresh token.")] input: RefreshSessionInput,
    ) -> Result<SessionPayload> {
        let cookie = ctx.request().cookie.as_deref();
        let (token, cookie) = match input.refresh_token {
            Some(token) => (token.into(), None),
            None => (cookie.and_then(|it| it.token.clone()).unwrap_or_default(), cookie),
        };
        let payload = session_payload(
            refresh_session(ctx.app(), &token, &ctx.request().remote()).await,
            cookie,
        )?;
        if let Some(cookie) = cookie.filter(|it| it.token.is_some() && payload.session.is_none()) {
            cookie.change(CookieChange::Forget);
        }
        Ok(payload)
    }

    /// Signs this device out: its tokens and streams end. For whoever is signed in, or holds a refresh token.
    async fn logout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session to end; by default the caller's.")] input: Option<LogoutInput>,
    ) -> Result<LogoutPayload> {
        let named: Option<SecretString> = input.and_then(|input| input.refresh_token).map(Into::into);
        let cookie = ctx.request().cookie.as_deref().filter(|it| it.token.is_some());
        let token = match (named, cookie) {
            (None, Some(cookie)) => {
                cookie.change(CookieChange::Forget);
                cookie.token.clone()
            }
            (named, _) => named,
        };
        let outcome = commands::logout(ctx.app(), ctx.actor(), token.as_ref()).await;
        let (done, user_errors) = split(outcome)?;
        Ok(LogoutPayload {
            signed_out: done.is_some(),
            user_errors,
        })
    }

    /// Replaces the caller's password, ends their other sessions, and gives this one new tokens. For whoever is signed
    /// in, also with a temporary password.
    #[graphql(guard = "Allow::signed_in().even_with_temporary_password().even_without_second_factor()")]
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old password and the new one.")] input: ChangePasswordInput,
    ) -> Result<SessionPayload> {
        let input = ChangePassword {
            current_password: input.current_password.into(),
            new_password: input.new_password.into(),
            remote: ctx.request().remote(),
        };
        let cookie = ctx.request().cookie.as_deref().filter(|it| it.token.is_some());
        session_payload(change_password(ctx.app(), ctx.actor(), input).await, cookie)
    }

    /// Mails a link by which a forgotten password is replaced, to clients and staff alike: good once, for 24 hours, and
    /// in the place of earlier ones. For everybody; five links an hour for an address, 30 from a network (RATE_LIMITED,
    /// with `extensions.retryAfterSeconds`). The answer is the same whether the account exists or not.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who forgot a password.")] input: RequestPasswordResetInput,
    ) -> Result<RequestPasswordResetPayload> {
        let request = RequestPasswordReset {
            email: input.email.0,
            remote: ctx.request().remote(),
        };
        let (requested, user_errors) = split(request_password_reset(ctx.app(), request).await)?;
        Ok(RequestPasswordResetPayload {
            requested: requested.is_some(),
            user_errors,
        })
    }

    /// Replaces a forgotten password by way of the mailed link, ends all of the account's sessions, and says so by
    /// e-mail. For whoever has the link.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The link's token and the new password.")] input: ResetPasswordInput,
    ) -> Result<ResetPasswordPayload> {
        let reset = ResetPassword {
            token: input.token.into(),
            new_password: input.new_password.into(),
            remote: ctx.request().remote(),
        };
        let (done, user_errors) = split(reset_password(ctx.app(), reset).await)?;
        Ok(ResetPasswordPayload {
            password_reset: done.is_some(),
            user_errors,
        })
    }

    /// Signs one of the caller's devices out: its tokens and streams end. For whoever is signed in.
    #[graphql(guard = "Allow::signed_in()")]
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session to end.")] input: RevokeSessionInput,
    ) -> Result<RevokeSessionsPayload> {
        let outcome = match session_id(&input.id, "id") {
            Ok(id) => revoke_session(ctx.app(), ctx.actor(), id)
                .await
                .map(|id| vec![id]),
            Err(violation) => Err(violation.into()),
        };
        revoked_payload(outcome)
    }

    /// Signs all of the caller's other devices out. For whoever is signed in.
    #[graphql(guard = "Allow::signed_in()")]
    async fn revoke_other_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to keep; by default none.")] input: Option<RevokeOtherSessionsInput>,
    ) -> Result<RevokeSessionsPayload> {
        let keep = input
            .and_then(|input| input.keep)
            .unwrap_or_default()
            .at(["input", "keep"])
            .and_then(|ids| ids.iter().map(|id| session_id(id, "keep")).collect());
        let outcome = match keep {
            Ok(keep) => revoke_other_sessions(ctx.app(), ctx.actor(), keep).await,
            Err(violation) => Err(violation.into()),
        };
        revoked_payload(outcome)
    }
}

fn session_id(text: &str, field: &str) -> Result<SessionId, Violation> {
    SessionId::parse(text).map_err(|error| Violation::invalid_id(["input", field], &error))
}

/// The tokens as they are answered: the refresh token goes into the cookie, if there is one.
fn kept(tokens: SessionTokens, cookie: Option<&SessionCookie>) -> GqlSessionTokens {
    let tokens = GqlSessionTokens::from(tokens);
    match cookie {
        Some(cookie) => tokens.kept_in(cookie),
        None => tokens,
    }
}

fn session_payload(
    outcome: Result<SessionTokens, CommandError>,
    cookie: Option<&SessionCookie>,
) -> Result<SessionPayload> {
    let (tokens, user_errors) = split(outcome)?;
    Ok(SessionPayload {
        session: tokens.map(|tokens| kept(tokens, cookie)),
        user_errors,
    })
}

fn revoked_payload(outcome: Result<Vec<SessionId>, CommandError>) -> Result<RevokeSessionsPayload> {
    let (ended, user_errors) = split(outcome)?;
    Ok(RevokeSessionsPayload {
        session_ids: ended
            .unwrap_or_default()
            .into_iter()
            .take(MAX_KEPT)
            .map(|id| id.to_string().into())
            .collect(),
        user_errors,
    })
}
