//! Accounts for the company's own people.

use secrecy::SecretString;

use super::super::{
    model::{MAX_NAME_LENGTH, email},
    passwords,
    store::{NewAccount, insert_in_tx},
    tables::account,
};
use platform::{
    actor::{Actor, Locale, Role},
    ctx::Ctx,
    db::write_tx,
    error::CommandError,
    form::{Checks, Fault, line},
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
    let mut checks = Checks::of_new(&["input"]);
    let email = checks.given("email", input.email.clone(), email);
    let name = checks.given("name", input.name.clone(), line(MAX_NAME_LENGTH));
    if input.role == Role::Client {
        checks.refuse("role", Fault::invalid("Clients are made with createClient."));
    }
    let about = vec![input.name, input.email];
    let password = passwords::check_new(&input.password, about, &["input", "password"]).await?;
    checks.absorb(password.map_err(CommandError::from), |it| it)?;
    checks.finish()?;
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
