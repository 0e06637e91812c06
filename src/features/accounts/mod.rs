//! Who is calling: accounts, their passwords, signed-in devices and tokens. Clients' profiles are the feature
//! `clients`; what the three roles may do is decided where it is done.

mod attempts;
mod authenticate;
pub mod commands;
pub mod credentials;
mod erase;
pub mod graphql;
mod hashers;
mod known_addresses;
mod model;
mod new_places;
mod own_password;
mod passwords;
mod phone;
mod queries;
mod second_factor;
mod security_events;
mod sessions;
mod store;
mod tables;
mod tokens;
mod totp;

pub use authenticate::actor_of_session;
pub use authenticate::{AuthError, Authenticated, authenticate};
pub use credentials::Temporary;
pub use erase::{Nobody, erase_in_tx};
pub use known_addresses::purge as purge_known_addresses;
pub use model::{MAX_NAME_LENGTH, email, normalize_email, optional_email};
pub use passwords::{check_new as check_new_password, hash as hash_password};
pub use phone::{phone, readable_phone};
pub use queries::{
    SecondFactor, SessionAccess, StaffSession, account_by_id, accounts_by_ids, has_others,
    living_account_by_email, living_staff, open_addresses, second_factor_of, session_access, sessions_of,
    staff_session,
};
pub use second_factor::{reset_in_tx as reset_second_factor_in_tx, seal_anew as seal_second_factors_anew};
pub use security_events::{
    NewSecurityEvent, SecurityEventFilter, forget_in_tx as forget_security_events_in_tx,
    note_in_tx as note_security_event_in_tx, purge as purge_security_events, select_security_events,
    told as told_security_event,
};
pub use sessions::{
    ACCOUNT_DISABLED, SESSION_REVOKED, SessionTokens, TOKENS_REPLACED, announce_end_in_tx,
    announce_new_rights_in_tx, end_all_after_restore, purge as purge_sessions, revoke_all_in_tx,
};
pub use store::{
    NewAccount, check_email_free_in_tx, disable_in_tx, enable_in_tx, insert_in_tx, taken_or_internal,
};
pub use tables::{
    account::{
        ActiveModel as AccountRow, Column as AccountColumn, Entity as Accounts, Model as StoredAccount,
    },
    security_event::{
        Column as SecurityEventColumn, Entity as SecurityEvents, Model as SecurityEvent, RefusalReason,
        SecurityEventId, SecurityEventKind,
    },
    session::{Column as SessionColumn, Entity as Sessions, Model as StoredSession, RevokedReason},
};
