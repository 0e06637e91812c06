//! What can be done with accounts and sessions.

mod change_password;
mod create_staff;
mod login;
mod logout;
mod refresh_session;
mod revoke_sessions;

pub use change_password::{ChangePassword, change_password};
pub use create_staff::{CreateStaff, create_admin, create_staff};
pub use login::{LoggedIn, Login, login};
pub use logout::logout;
pub use refresh_session::refresh_session;
pub use revoke_sessions::{revoke_other_sessions, revoke_session};
