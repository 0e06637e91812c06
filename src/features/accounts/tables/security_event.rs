//! The table `security_events`: what happened to accounts that their owners should know of.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use platform::{
    actor::{AccountId, Role, SessionId},
    typed_id,
};

typed_id!(
    /// One security event.
    SecurityEventId, "sev", "security event"
);

/// What happened to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum SecurityEventKind {
    /// Somebody signed in where the account has signed in before, or for the first time at all.
    #[sea_orm(string_value = "SIGNED_IN")]
    SignedIn,
    /// Somebody signed in where the account never has.
    #[sea_orm(string_value = "SIGNED_IN_FROM_NEW_PLACE")]
    SignedInFromNewPlace,
    /// Somebody tried to sign in and was refused.
    #[sea_orm(string_value = "SIGN_IN_REFUSED")]
    SignInRefused,
    /// The person replaced the password.
    #[sea_orm(string_value = "PASSWORD_CHANGED")]
    PasswordChanged,
    /// Somebody asked for a link by which a forgotten password is replaced.
    #[sea_orm(string_value = "PASSWORD_RESET_REQUESTED")]
    PasswordResetRequested,
    /// A forgotten password was replaced by way of that link.
    #[sea_orm(string_value = "PASSWORD_RESET")]
    PasswordReset,
    /// The staff, or whoever sits at the server, put a temporary password in the place of the present one.
    #[sea_orm(string_value = "TEMPORARY_PASSWORD_MADE")]
    TemporaryPasswordMade,
    /// What the account may do changed.
    #[sea_orm(string_value = "ROLE_CHANGED")]
    RoleChanged,
    /// A refresh token came a second time: its session was ended.
    #[sea_orm(string_value = "REFRESH_TOKEN_REUSED")]
    RefreshTokenReused,
    /// The account signs in with an authenticator app from now on.
    #[sea_orm(string_value = "TOTP_ENABLED")]
    TotpEnabled,
    /// The person switched the second factor off.
    #[sea_orm(string_value = "TOTP_DISABLED")]
    TotpDisabled,
    /// Somebody else took the second factor off: the phone was lost.
    #[sea_orm(string_value = "TOTP_RESET")]
    TotpReset,
    /// The person took new recovery codes.
    #[sea_orm(string_value = "RECOVERY_CODES_REPLACED")]
    RecoveryCodesReplaced,
    /// Somebody signed in, or changed the second factor, with a recovery code.
    #[sea_orm(string_value = "RECOVERY_CODE_USED")]
    RecoveryCodeUsed,
    /// The account was disabled.
    #[sea_orm(string_value = "ACCOUNT_DISABLED")]
    AccountDisabled,
    /// The account was enabled again.
    #[sea_orm(string_value = "ACCOUNT_ENABLED")]
    AccountEnabled,
}

/// Why somebody was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum RefusalReason {
    /// The password is another.
    #[sea_orm(string_value = "WRONG_PASSWORD")]
    WrongPassword,
    /// Too many attempts before it: the password was not looked at.
    #[sea_orm(string_value = "RATE_LIMITED")]
    RateLimited,
    /// The password is right, and the account is disabled.
    #[sea_orm(string_value = "DISABLED")]
    Disabled,
    /// The password is right, temporary, and past its time.
    #[sea_orm(string_value = "EXPIRED")]
    Expired,
    /// The password is right, and the code of the second factor is not.
    #[sea_orm(string_value = "WRONG_CODE")]
    WrongCode,
}

/// One event. Nothing in it opens anything.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "security_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SecurityEventId,
    pub at: DateTime<Utc>,
    /// Whose account it is.
    pub account_id: AccountId,
    pub kind: SecurityEventKind,
    /// Who did it, where that is another account.
    pub by_account_id: Option<AccountId>,
    /// The session that began, ended, or in which it was done.
    pub session_id: Option<SessionId>,
    /// What the person calls the device of a new session.
    pub device_name: Option<String>,
    /// Of a refusal.
    pub reason: Option<RefusalReason>,
    /// Of another role.
    pub old_role: Option<Role>,
    pub new_role: Option<Role>,
    /// From where: `None` when it was not told then, or came from the server itself.
    pub address: Option<String>,
    pub user_agent: Option<String>,
    /// Of a sign-in: [`Remote::place`](platform::remote::Remote::place).
    pub place: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
