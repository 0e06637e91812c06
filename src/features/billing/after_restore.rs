//! What a restored backup means for billing: invoices that were issued after it was made may be out in the world.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, sea_query::Expr};

use super::{reminders::hold_past_reminders, tables::series};

/// Gives no numbers before an administrator has confirmed the last one of each series, and holds the reminders of days up
/// to `today`.
///
/// # Errors
/// When the database refuses.
pub async fn hold_after_restore(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    today: NaiveDate,
) -> Result<(), DbErr> {
    series::Entity::update_many()
        .col_expr(series::Column::UnconfirmedSince, Expr::value(now))
        .exec(conn)
        .await?;
    hold_past_reminders(conn, today).await
}
