//! Taking the person out of an account, which stays so that what it did keeps its author.

use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};

use super::tables::{account, password_reset, session};
use platform::{db::WriteTx, error::CommandError};

/// What takes the place of a person in an account.
#[derive(Debug)]
pub struct Nobody<'a> {
    /// The name that is shown from now on.
    pub name: &'a str,
    /// Of a password that nobody knows.
    pub password_hash: &'a str,
}

/// Overwrites name, address and password of an account that the caller has locked and disabled, and removes its sessions and
/// links. Past the audit log, which would keep what it overwrites.
///
/// # Errors
/// When the database refuses.
pub async fn erase_in_tx(
    tx: &WriteTx,
    account: &account::Model,
    nobody: Nobody<'_>,
) -> Result<(), CommandError> {
    use account::Column;
    session::Entity::delete_many()
        .filter(session::Column::AccountId.eq(account.id))
        .exec(tx.conn())
        .await?;
    password_reset::Entity::delete_many()
        .filter(password_reset::Column::AccountId.eq(account.id))
        .exec(tx.conn())
        .await?;
    // `invalid` is nobody's for good (RFC 2606), and the id keeps addresses unique.
    let address = format!("{}@anonyme.invalid", account.id);
    let never: Option<chrono::DateTime<chrono::Utc>> = None;
    account::Entity::update_many()
        .col_expr(Column::Name, Expr::value(nobody.name))
        .col_expr(Column::Email, Expr::value(address.clone()))
        .col_expr(Column::EmailNormalized, Expr::value(address))
        .col_expr(Column::PasswordHash, Expr::value(nobody.password_hash))
        .col_expr(Column::MustChangePassword, Expr::value(false))
        .col_expr(Column::TemporaryPasswordExpiresAt, Expr::value(never))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(account.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}
