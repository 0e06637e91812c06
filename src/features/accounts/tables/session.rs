//! The table `sessions`: one row a signed-in device, kept after its end so that a stolen refresh token is
//! recognised.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use platform::actor::{AccountId, SessionId};

/// Why a session ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum RevokedReason {
    /// The person signed out on the device itself.
    #[sea_orm(string_value = "LOGOUT")]
    Logout,
    /// The person ended it from another device.
    #[sea_orm(string_value = "REVOKED")]
    Revoked,
    /// The password changed elsewhere.
    #[sea_orm(string_value = "PASSWORD_CHANGED")]
    PasswordChanged,
    /// A refresh token came a second time: one of the two bearers is a thief.
    #[sea_orm(string_value = "TOKEN_REUSED")]
    TokenReused,
    /// The staff disabled the account.
    #[sea_orm(string_value = "ACCOUNT_DISABLED")]
    AccountDisabled,
    /// The account was deleted.
    #[sea_orm(string_value = "ACCOUNT_DELETED")]
    AccountDeleted,
    /// The staff sent new credentials or changed the address to sign in with.
    #[sea_orm(string_value = "CREDENTIALS_RESET")]
    CredentialsReset,
    /// A backup was restored, which may hold sessions that were ended since.
    #[sea_orm(string_value = "RESTORED")]
    Restored,
}

/// One signed-in device.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    pub account_id: AccountId,
    pub device_name: Option<String>,
    pub created_at: DateTime<Utc>,
    /// The last time tokens were taken out: not written for each request.
    pub last_seen_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub revoked_reason: Option<RevokedReason>,
    /// SHA-256 of the refresh token that is good now.
    pub refresh_hash: Vec<u8>,
    /// SHA-256 of the one before it, which may come again for a minute (DESIGN.md 6).
    pub previous_refresh_hash: Option<Vec<u8>>,
    /// When the present refresh token was first given out.
    pub refreshed_at: DateTime<Utc>,
    /// Access tokens made before are worth nothing; `None` until the password is changed from this session.
    pub tokens_from: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
