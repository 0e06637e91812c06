//! Role guards. A guard answers with a top-level error; it stands on every field that not everybody may read.

use async_graphql::{Context, Guard, Result};

use super::{request::ContextExt, user_error::coded};
use crate::{actor::Actor, message};

/// Who may use a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Anyone,
    /// Whoever is signed in.
    SignedIn,
    /// Clients alone.
    Client,
    /// Staff and administrators.
    Staff,
    /// Administrators alone.
    Admin,
}

/// The guard for an [`Access`].
#[derive(Debug, Clone, Copy)]
pub struct Allow {
    access: Access,
    with_temporary_password: bool,
    without_second_factor: bool,
}

impl Allow {
    /// Whoever is signed in.
    #[must_use]
    pub fn signed_in() -> Self {
        Self {
            access: Access::SignedIn,
            with_temporary_password: false,
            without_second_factor: false,
        }
    }

    /// Clients alone.
    #[must_use]
    pub fn client() -> Self {
        Self {
            access: Access::Client,
            with_temporary_password: false,
            without_second_factor: false,
        }
    }

    /// Staff and administrators.
    #[must_use]
    pub fn staff() -> Self {
        Self {
            access: Access::Staff,
            with_temporary_password: false,
            without_second_factor: false,
        }
    }

    /// Administrators alone.
    #[must_use]
    pub fn admin() -> Self {
        Self {
            access: Access::Admin,
            with_temporary_password: false,
            without_second_factor: false,
        }
    }

    /// Also while a temporary password has not been replaced (DESIGN.md 2.7).
    #[must_use]
    pub fn even_with_temporary_password(self) -> Self {
        Self {
            with_temporary_password: true,
            ..self
        }
    }

    /// Also while a second factor that is asked for has not been set up (`REQUIRE_TOTP`).
    #[must_use]
    pub fn even_without_second_factor(self) -> Self {
        Self {
            without_second_factor: true,
            ..self
        }
    }

    /// Judges an actor.
    ///
    /// # Errors
    /// As the guard.
    pub fn permit(self, actor: &Actor) -> Result<()> {
        let account = match actor {
            Actor::System => return Ok(()),
            Actor::Anonymous if self.access == Access::Anyone => return Ok(()),
            Actor::Anonymous => {
                return Err(coded("UNAUTHENTICATED", message!("sign-in-first")));
            }
            Actor::Account(account) => account,
        };
        if account.must_change_password && !self.with_temporary_password {
            return Err(coded(
                "PASSWORD_CHANGE_REQUIRED",
                message!("password-change-required"),
            ));
        }
        if account.must_set_up_totp && !self.without_second_factor {
            return Err(coded("TOTP_SETUP_REQUIRED", message!("totp-setup-required")));
        }
        let allowed = match self.access {
            Access::Anyone | Access::SignedIn => true,
            Access::Client => account.client.is_some(),
            Access::Staff => actor.is_staff(),
            Access::Admin => actor.is_admin(),
        };
        if allowed {
            Ok(())
        } else {
            Err(coded("FORBIDDEN", message!("role-forbids")))
        }
    }
}

impl Guard for Allow {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        self.permit(ctx.actor())
    }
}

/// For `visible = …`: fields for administrators are shown to them alone.
#[must_use]
pub fn visible_to_admin(ctx: &Context<'_>) -> bool {
    ctx.actor().is_admin()
}
