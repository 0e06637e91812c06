//! Role guards. A guard answers with a top-level error; it stands on every field that not everybody may read.

use async_graphql::{Context, ErrorExtensions, Guard, Result};

use super::request::ContextExt;
use crate::actor::Actor;

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
}

impl Allow {
    /// Whoever is signed in.
    #[must_use]
    pub fn signed_in() -> Self {
        Self {
            access: Access::SignedIn,
            with_temporary_password: false,
        }
    }

    /// Clients alone.
    #[must_use]
    pub fn client() -> Self {
        Self {
            access: Access::Client,
            with_temporary_password: false,
        }
    }

    /// Staff and administrators.
    #[must_use]
    pub fn staff() -> Self {
        Self {
            access: Access::Staff,
            with_temporary_password: false,
        }
    }

    /// Administrators alone.
    #[must_use]
    pub fn admin() -> Self {
        Self {
            access: Access::Admin,
            with_temporary_password: false,
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

    /// Judges an actor.
    ///
    /// # Errors
    /// As the guard.
    pub fn permit(self, actor: &Actor) -> Result<()> {
        let account = match actor {
            Actor::System => return Ok(()),
            Actor::Anonymous if self.access == Access::Anyone => return Ok(()),
            Actor::Anonymous => {
                return Err(refusal(
                    "UNAUTHENTICATED",
                    "Sign in first: send an access token from `login`.",
                ));
            }
            Actor::Account(account) => account,
        };
        if account.must_change_password && !self.with_temporary_password {
            return Err(refusal(
                "PASSWORD_CHANGE_REQUIRED",
                "Replace the temporary password with `changePassword` first.",
            ));
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
            Err(refusal("FORBIDDEN", "Your role does not allow this."))
        }
    }
}

impl Guard for Allow {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        self.permit(ctx.actor())
    }
}

fn refusal(code: &'static str, message: &str) -> async_graphql::Error {
    async_graphql::Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

/// For `visible = …`: fields for administrators are shown to them alone.
#[must_use]
pub fn visible_to_admin(ctx: &Context<'_>) -> bool {
    ctx.actor().is_admin()
}
