//! Writing deliveries, as part of somebody else's transaction.

use anyhow::{Result, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::{
    Channel, DeliveryId, Status,
    table::{ActiveModel, Column, Entity},
};
use crate::{
    actor::{AccountId, Locale},
    crypto::Keys,
    db::WriteTx,
};

/// Credentials are kept no longer than this, even if they could not be sent (DESIGN.md 2.7).
const SECRETS_LIVE: TimeDelta = TimeDelta::hours(72);

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// The kind of record.
    pub kind: &'static str,
    /// The record.
    pub record: Uuid,
    /// The project that it belongs to.
    pub project: Option<Uuid>,
}

/// A message to write.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// The way it goes.
    pub channel: Channel,
    /// Whom it is for.
    pub recipient: AccountId,
    /// The e-mail address; `None` for pushes.
    pub address: Option<String>,
    /// What it says: a name that the templates know.
    pub template: &'static str,
    /// In which language.
    pub locale: Locale,
    /// What the template is filled with: an object. An e-mail's `name` is the reader's, who it is addressed to; its
    /// `replyTo`, with a `name` and an `address`, is whom an answer goes to.
    pub data: serde_json::Value,
    /// The data holds credentials: encrypted in the table, shown to nobody, wiped after sending or 72 hours.
    pub secret: bool,
    /// What it is about: with that, the message goes. `None` for what concerns the recipient's account.
    pub about: Option<About>,
    /// One thing that happened is told once: such as `upd_…/posted/push`.
    pub idempotency_key: String,
    /// After this moment it is not sent any more.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Writes a delivery; it goes out after the commit. `None` when one of the same idempotency key exists already:
/// then nothing is written.
///
/// # Errors
/// When the database refuses; when an e-mail has no address or the data is not an object.
pub async fn enqueue_in_tx(tx: &WriteTx, keys: &Keys, delivery: NewDelivery) -> Result<Option<DeliveryId>> {
    let id = DeliveryId::generate(tx.now());
    let written = insert_in_tx(tx, [row(tx, keys, id, delivery)?]).await?;
    Ok((written > 0).then_some(id))
}

/// Writes the deliveries of one thing that happened, in one statement. Those whose idempotency key exists already are
/// passed over.
///
/// # Errors
/// As [`enqueue_in_tx`].
pub async fn enqueue_all_in_tx(tx: &WriteTx, keys: &Keys, deliveries: Vec<NewDelivery>) -> Result<()> {
    if deliveries.is_empty() {
        return Ok(());
    }
    let rows = deliveries
        .into_iter()
        .map(|delivery| row(tx, keys, DeliveryId::generate(tx.now()), delivery))
        .collect::<Result<Vec<_>>>()?;
    insert_in_tx(tx, rows).await?;
    Ok(())
}

async fn insert_in_tx(tx: &WriteTx, rows: impl IntoIterator<Item = ActiveModel>) -> Result<u64, DbErr> {
    let inserted = Entity::insert_many(rows)
        .on_conflict(OnConflict::column(Column::IdempotencyKey).do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await;
    let written = match inserted {
        Err(DbErr::RecordNotInserted) => 0,
        other => other?,
    };
    if written > 0 {
        tx.mark_deliveries();
    }
    Ok(written)
}

fn row(tx: &WriteTx, keys: &Keys, id: DeliveryId, delivery: NewDelivery) -> Result<ActiveModel> {
    ensure!(
        (delivery.channel == Channel::Email) == delivery.address.is_some(),
        "e-mails have an address and pushes have none: {} ({})",
        delivery.template,
        delivery.idempotency_key
    );
    ensure!(
        delivery.data.is_object(),
        "a delivery's data is an object: {}",
        delivery.template
    );
    let (data, secret_data, expires_at) = if delivery.secret {
        let limit = tx.now() + SECRETS_LIVE;
        let sealed = keys.encrypt(&serde_json::to_vec(&delivery.data)?, id.0.as_bytes())?;
        let expires_at = delivery.expires_at.map_or(limit, |asked| asked.min(limit));
        (serde_json::json!({}), Some(sealed), Some(expires_at))
    } else {
        (delivery.data, None, delivery.expires_at)
    };
    Ok(ActiveModel {
        id: Set(id),
        channel: Set(delivery.channel),
        status: Set(if tx.holds_deliveries() {
            Status::Held
        } else {
            Status::Pending
        }),
        recipient_id: Set(delivery.recipient),
        address: Set(delivery.address),
        template: Set(delivery.template.to_owned()),
        locale: Set(delivery.locale),
        data: Set(data),
        secret_data: Set(secret_data),
        is_secret: Set(delivery.secret),
        is_wiped: Set(false),
        idempotency_key: Set(delivery.idempotency_key),
        record_kind: Set(delivery.about.map(|about| about.kind.to_owned())),
        record_id: Set(delivery.about.map(|about| about.record)),
        project_id: Set(delivery.about.and_then(|about| about.project)),
        attempts: Set(0),
        next_attempt_at: Set(tx.now()),
        waits_for_service: Set(false),
        lease_owner: Set(None),
        lease_until: Set(None),
        last_error: Set(None),
        expires_at: Set(expires_at),
        created_at: Set(tx.now()),
        sent_at: Set(None),
    })
}

/// Cancels what waits for `recipient` under `template`, because something newer takes its place (a second
/// temporary password makes the first one's mail a trap). Returns how many were cancelled. One whose attempt is
/// under way may still arrive.
///
/// # Errors
/// When the database refuses.
pub async fn cancel_in_tx(tx: &WriteTx, recipient: AccountId, template: &str) -> Result<u64, DbErr> {
    let which = Condition::all()
        .add(Column::RecipientId.eq(recipient))
        .add(Column::Template.eq(template));
    cancel_unsent(tx, which).await
}

/// Cancels everything that waits for `recipient`, because the account is gone or shut out. Returns how many were
/// cancelled.
///
/// # Errors
/// When the database refuses.
pub async fn cancel_all_in_tx(tx: &WriteTx, recipient: AccountId) -> Result<u64, DbErr> {
    cancel_unsent(tx, Condition::all().add(Column::RecipientId.eq(recipient))).await
}

/// Cancels what waits to tell of these records, or of what belongs to them if they are projects: they are deleted, or are
/// somebody else's now. Returns how many were cancelled.
///
/// # Errors
/// When the database refuses.
pub async fn cancel_about_in_tx(tx: &WriteTx, records: &[Uuid]) -> Result<u64, DbErr> {
    cancel_unsent(tx, about(records)).await
}

fn about(records: &[Uuid]) -> Condition {
    Condition::any()
        .add(Column::RecordId.is_in(records.iter().copied()))
        .add(Column::ProjectId.is_in(records.iter().copied()))
}

async fn cancel_unsent(tx: &WriteTx, which: Condition) -> Result<u64, DbErr> {
    let cancelled = Entity::update_many()
        .col_expr(Column::Status, Expr::value(Status::Cancelled))
        .col_expr(Column::SecretData, Expr::value(Option::<Vec<u8>>::None))
        .filter(which)
        .filter(Column::Status.is_in([Status::Pending, Status::Dead, Status::Held]))
        .exec(tx.conn())
        .await?;
    Ok(cancelled.rows_affected)
}

/// After a backup was restored: what waits may have been sent since the backup was made. A person decides.
///
/// # Errors
/// When the database refuses.
pub async fn hold_waiting(conn: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let held = Entity::update_many()
        .col_expr(Column::Status, Expr::value(Status::Held))
        .col_expr(Column::LeaseOwner, Expr::value(Option::<uuid::Uuid>::None))
        .col_expr(Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(Column::Status.eq(Status::Pending))
        .exec(conn)
        .await?;
    Ok(held.rows_affected)
}

/// Wakes the worker after the commit; for whoever puts a delivery back among those that wait.
pub fn wake_in_tx(tx: &WriteTx) {
    tx.mark_deliveries();
}

/// Removes the messages about a record that is removed for good, sent or not, and about what belonged to it. What they said
/// goes with them.
///
/// # Errors
/// When the database refuses.
pub async fn forget_about_in_tx(tx: &WriteTx, record: Uuid) -> Result<u64, DbErr> {
    let removed = Entity::delete_many()
        .filter(about(&[record]))
        .exec(tx.conn())
        .await?;
    Ok(removed.rows_affected)
}

/// Removes all messages to an account that is removed for good: name and address stand in them.
///
/// # Errors
/// When the database refuses.
pub async fn forget_recipient_in_tx(tx: &WriteTx, recipient: AccountId) -> Result<u64, DbErr> {
    let removed = Entity::delete_many()
        .filter(Column::RecipientId.eq(recipient))
        .exec(tx.conn())
        .await?;
    Ok(removed.rows_affected)
}
