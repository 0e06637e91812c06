//! A member of staff whose password is chosen already: for whoever sits at the server, and for the demo company.

use secrecy::SecretString;

use super::super::editing::{FirstPassword, StaffFields};
use crate::features::accounts::{Accounts, StoredAccount, check_new_password, hash_password};
use platform::{
    actor::{Actor, Locale, Role},
    ctx::Ctx,
    db::write_tx,
    editing::create_in_tx,
    error::CommandError,
    form::Form,
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

/// Makes an account for a member of staff or an administrator, and sends nothing. For administrators and the server itself.
///
/// # Errors
/// UNAUTHENTICATED and FORBIDDEN for others; violations at `input.…`.
pub async fn create_staff(
    ctx: &Ctx,
    actor: &Actor,
    input: CreateStaff,
) -> Result<StoredAccount, CommandError> {
    actor.require_admin()?;
    let about = vec![input.name.clone(), input.email.clone()];
    let password = check_new_password(&input.password, about, &["input", "password"]).await?;
    let hash = match &password {
        Ok(()) => hash_password(&input.password).await?,
        // It isn't written: the form is refused.
        Err(_) => String::new(),
    };
    let fields = StaffFields {
        name: Some(Some(input.name)),
        email: Some(Some(input.email)),
        role: Some(Some(input.role)),
        locale: Some(Some(input.locale)),
        first_password: Some(FirstPassword::Chosen(hash)),
    };
    write_tx!(ctx, |tx| {
        let mut form = Form::to_create(ctx, tx, actor);
        form.absorb(password.clone().map_err(CommandError::from), |it| it)?;
        create_in_tx::<Accounts>(&mut form, fields.clone()).await
    })
}
