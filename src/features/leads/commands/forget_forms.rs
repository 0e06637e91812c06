//! Removing the forms that somebody sent, for good: they ask to be forgotten.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, Condition, EntityTrait, ModelTrait, QueryFilter};
use uuid::Uuid;

use super::super::tables::{activity, inquiry, lead};
use platform::{
    actor::ClientId,
    announce::Forgotten,
    ctx::RecordTx,
    deletion::removed,
    error::CommandError,
    events::append_in_tx,
    outbox,
    record::{self, RecordColumn, RecordEntity},
};

/// Removes the leads and inquiries that came from one of these addresses (lower case), the leads that came from one of these
/// numbers (E.164) with no other address, and those that became this client; and what the staff was told of them. The audit
/// log says so, with what tells of the person masked. Answers how many. The caller has checked that `actor` may.
///
/// # Errors
/// When the database refuses.
pub async fn forget_forms_in_tx(
    with: &RecordTx<'_>,
    client: ClientId,
    emails: &BTreeSet<String>,
    phones: &BTreeSet<String>,
) -> Result<usize, CommandError> {
    use lead::Column;
    // A family may share a telephone: a form with somebody else's address is theirs.
    let by_phone = Condition::all()
        .add(Column::Phone.is_in(phones.iter().cloned()))
        .add(Column::EmailNormalized.is_null());
    let sent = Condition::any()
        .add(Column::ClientId.eq(client))
        .add(Column::EmailNormalized.is_in(emails.iter().cloned()))
        .add(by_phone);
    let leads = lead::Entity::find().filter(sent).all(with.tx.conn()).await?;
    activity::Entity::delete_many()
        .filter(activity::Column::LeadId.is_in(leads.iter().map(|lead| lead.id)))
        .exec(with.tx.conn())
        .await?;
    let asked = inquiry::Entity::find()
        .filter(inquiry::Column::EmailNormalized.is_in(emails.iter().cloned()))
        .all(with.tx.conn())
        .await?;
    Ok(forget_in_tx::<lead::Entity>(with, &leads).await?
        + forget_in_tx::<inquiry::Entity>(with, &asked).await?)
}

async fn forget_in_tx<E>(with: &RecordTx<'_>, rows: &[E::Model]) -> Result<usize, CommandError>
where
    E: RecordEntity,
    E::Model: ModelTrait<Entity = E>,
{
    let ids: Vec<Uuid> = rows.iter().map(E::id_of).collect();
    for row in rows {
        let id = E::id_of(row);
        outbox::forget_about_in_tx(with.tx, id).await?;
        let told = Forgotten::Record(id);
        with.ctx.announcer.forget_in_tx(with.tx, told).await?;
        if E::batch_of(row).is_none() {
            append_in_tx(with.tx, removed::<E>(row));
        }
    }
    let these = Condition::all().add(E::column(RecordColumn::Id).is_in(ids));
    record::force_delete::<E>(with.tx, with.actor, these).await?;
    Ok(rows.len())
}
