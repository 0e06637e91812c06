//! What can be done with accounts and sessions.

mod begin_totp;
mod change_password;
mod change_totp;
mod confirm_totp;
mod login;
mod logout;
mod note_export;
mod refresh_session;
mod replace_password;
mod request_password_reset;
mod reset_password;
mod reset_totp;
mod revoke_sessions;

pub use begin_totp::{BegunTotp, begin_totp};
pub use change_password::{ChangePassword, change_password};
pub use change_totp::{DisableTotp, disable_totp, regenerate_recovery_codes};
pub use confirm_totp::confirm_totp;
pub use login::{LoggedIn, Login, login};
pub use logout::logout;
pub use note_export::note_export;
pub use refresh_session::refresh_session;
pub use replace_password::replace_password;
pub use request_password_reset::{
    RequestPasswordReset, purge as purge_password_resets, request_password_reset,
};
pub use reset_password::{ResetPassword, reset_password};
pub use reset_totp::reset_totp;
pub use revoke_sessions::{revoke_other_sessions, revoke_session};
