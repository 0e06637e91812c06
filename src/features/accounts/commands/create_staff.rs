//! Accounts for the company's own people.

use secrecy::SecretString;

use super::super::{
    model::{Email, person_name},
    passwords,
    store::{NewAccount, insert_in_tx},
    tables::account,
};
use crate::platform::{
    actor::{Actor, Locale, Role},
    ctx::Ctx,
    error::{CommandError, ErrorCode, Violation, Violations},
    write::write_tx,
};

/// What an account of staff takes.
#[derive(Debug)]
pub struct CreateStaff {
    /// The address to sign in with.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// STAFF or ADMIN.
    pub role: Role,
    /// The language the person reads.
    pub locale: Locale,
    /// The password, chosen by the person.
    pub password: SecretString,
}

/// Makes an account for a member of staff or an administrator. For administrators and the server itself.
///
/// # Errors
/// [`CommandError::Forbidden`] for others; violations at `input.…`.
pub async fn create_staff(
    ctx: &Ctx,
    actor: &Actor,
    input: CreateStaff,
) -> Result<account::Model, CommandError> {
    if !actor.is_admin() {
        return Err(CommandError::Forbidden);
    }
    let mut violations = Violations::default();
    let email = violations.check(Email::parse(&input.email, &["input", "email"]));
    let name = violations.check(person_name(&input.name, &["input", "name"]));
    if input.role == Role::Client {
        violations.push(Violation::new(
            ErrorCode::Invalid,
            ["input", "role"],
            "Clients are made with createClient.",
        ));
    }
    let about = vec![input.name, input.email];
    violations.check(passwords::check_new(&input.password, about, &["input", "password"]).await?);
    let (Some(email), Some(name), true) = (email, name, violations.is_empty()) else {
        return Err(violations.into_error());
    };
    let password_hash = passwords::hash(&input.password).await?;
    write_tx!(ctx, |tx| {
        insert_in_tx(
            tx,
            actor,
            NewAccount {
                email: email.clone(),
                name: name.clone(),
                role: input.role,
                locale: input.locale,
                password_hash: password_hash.clone(),
                temporary_password_expires_at: None,
            },
        )
        .await
    })
}

/// Makes an administrator: what `belle-house create-admin` does.
///
/// # Errors
/// As [`create_staff`].
pub async fn create_admin(
    ctx: &Ctx,
    email: String,
    name: String,
    password: SecretString,
) -> Result<account::Model, CommandError> {
    let input = CreateStaff {
        email,
        name,
        role: Role::Admin,
        locale: Locale::default(),
        password,
    };
    create_staff(ctx, &Actor::System, input).await
}
