//! Who is calling: handed to every query and command, so that no read or write forgets to ask.

use serde::{Deserialize, Serialize};

use super::error::CommandError;
use crate::typed_id;

pub use super::locale::Locale;

typed_id!(
    /// The account of a person who can sign in: a client, a member of staff or an administrator.
    AccountId, "acc", "account"
);
typed_id!(
    /// One signed-in device.
    SessionId, "ses", "session"
);
typed_id!(
    /// A client's profile.
    ClientId, "cli", "client"
);

/// What an account may do (DESIGN.md 2.8).
#[derive(
    Default,
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    sea_orm::EnumIter,
    sea_orm::DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Follows their own projects. What may do least stands in for a role that was refused.
    #[default]
    #[sea_orm(string_value = "CLIENT")]
    Client,
    /// Full work on all data.
    #[sea_orm(string_value = "STAFF")]
    Staff,
    /// Staff who may also force-delete and manage staff.
    #[sea_orm(string_value = "ADMIN")]
    Admin,
}

/// A signed-in account, as its session row said at the start of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account.
    pub id: AccountId,
    /// The session that the access token names.
    pub session: SessionId,
    /// What it may do.
    pub role: Role,
    /// The client profile, for accounts of role CLIENT.
    pub client: Option<ClientId>,
    /// Until a temporary password is replaced, only replacing it works.
    pub must_change_password: bool,
    /// Until a second factor that `REQUIRE_TOTP` asks for is set up, only setting it up works.
    pub must_set_up_totp: bool,
    /// The language the person reads.
    pub locale: Locale,
    /// The person's name.
    pub name: String,
    /// The address the person signs in with.
    pub email: String,
}

/// Who is calling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Nobody has signed in.
    Anonymous,
    /// A signed-in person.
    Account(Box<Account>),
    /// The server itself: command line and workers.
    System,
}

impl Actor {
    /// The signed-in account.
    #[must_use]
    pub fn account(&self) -> Option<&Account> {
        match self {
            Self::Account(account) => Some(account),
            Self::Anonymous | Self::System => None,
        }
    }

    /// The signed-in account's id; `None` for visitors and the server itself.
    #[must_use]
    pub fn account_id(&self) -> Option<AccountId> {
        self.account().map(|account| account.id)
    }

    /// The caller's client profile.
    #[must_use]
    pub fn client_id(&self) -> Option<ClientId> {
        self.account().and_then(|account| account.client)
    }

    /// Whether the caller works for the company; the server itself counts.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        match self {
            Self::Account(account) => matches!(account.role, Role::Staff | Role::Admin),
            Self::System => true,
            Self::Anonymous => false,
        }
    }

    /// Refuses whoever doesn't work for the company.
    ///
    /// # Errors
    /// UNAUTHENTICATED for visitors, FORBIDDEN for clients.
    pub fn require_staff(&self) -> Result<(), CommandError> {
        match self {
            Self::Anonymous => Err(CommandError::Unauthenticated),
            _ if self.is_staff() => Ok(()),
            _ => Err(CommandError::Forbidden),
        }
    }

    /// Refuses whoever is no administrator.
    ///
    /// # Errors
    /// UNAUTHENTICATED for visitors, FORBIDDEN for others.
    pub fn require_admin(&self) -> Result<(), CommandError> {
        match self {
            Self::Anonymous => Err(CommandError::Unauthenticated),
            _ if self.is_admin() => Ok(()),
            _ => Err(CommandError::Forbidden),
        }
    }

    /// Whether the caller is an administrator; the server itself counts.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        match self {
            Self::Account(account) => account.role == Role::Admin,
            Self::System => true,
            Self::Anonymous => false,
        }
    }
}
