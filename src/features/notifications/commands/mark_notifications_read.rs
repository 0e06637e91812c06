//! `markNotificationsRead`.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use crate::features::notifications::{
    NotificationId,
    table::{Column, Entity},
};
use platform::{actor::Actor, ctx::Ctx, db::write_tx, error::CommandError};

/// The most entries marked by name at once.
pub const MAX_IDS: usize = 100;

/// Kinds named at once, at most: more than there are.
pub const MAX_KINDS: usize = 20;

/// Marks entries of the actor's own inbox as read: those named, those of the kinds named, or all. Ids of others' entries and of none are passed
/// over in silence: afterwards none of the named ones is unread. Answers how many were.
///
/// # Errors
/// INVALID when too many are named.
pub async fn mark_notifications_read(
    ctx: &Ctx,
    actor: &Actor,
    ids: Option<Vec<NotificationId>>,
    kinds: Option<Vec<String>>,
) -> Result<u64, CommandError> {
    let account = actor.account_id().ok_or(CommandError::Unauthenticated)?;
    write_tx!(ctx, |tx| {
        let mut marking = Entity::update_many()
            .col_expr(Column::ReadAt, Expr::value(Some(tx.now())))
            .filter(Column::AccountId.eq(account))
            .filter(Column::ReadAt.is_null());
        if let Some(ids) = &ids {
            marking = marking.filter(Column::Id.is_in(ids.iter().copied()));
        }
        if let Some(kinds) = &kinds {
            marking = marking.filter(Column::Kind.is_in(kinds));
        }
        let marked = marking.exec(tx.conn()).await?.rows_affected;
        Ok(marked)
    })
}
