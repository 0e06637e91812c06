//! Emptying the bins of galleries and lists of videos.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ModelTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

use super::{
    PortfolioItemId,
    records::PartOfItem,
    tables::{gallery_image, portfolio_item, video},
};
use crate::features::media::{self, ImageId};
use platform::{
    actor::Actor,
    ctx::Ctx,
    db::{WriteTx, write_tx},
    deletion::BIN_KEEPS,
    record::{self, RecordColumn},
};

/// Rows swept in one transaction.
const BATCH: u64 = 200;

/// Removes the pictures and videos for good that were taken out of items more than [`BIN_KEEPS`] ago; answers how many. What
/// was deleted together with its item waits for that one.
///
/// # Errors
/// When the database refuses.
pub async fn sweep_bins(ctx: &Ctx) -> anyhow::Result<u64> {
    let mut swept = 0;
    loop {
        let (pictures, videos) = write_tx!(ctx, |tx| {
            let pictures = sweep::<gallery_image::Entity>(tx).await?;
            let images: Vec<ImageId> = pictures.iter().map(|row| row.image_id).collect();
            media::remove_in_tx(tx, &images).await?;
            let videos = sweep::<video::Entity>(tx).await?;
            Ok::<_, sea_orm::DbErr>((pictures.len() as u64, videos.len() as u64))
        })?;
        swept += pictures + videos;
        if pictures < BATCH && videos < BATCH {
            return Ok(swept);
        }
    }
}

async fn sweep<E>(tx: &WriteTx) -> Result<Vec<E::Model>, sea_orm::DbErr>
where
    E: PartOfItem,
    E::Model: ModelTrait<Entity = E> + Send + Sync,
{
    let rows = old::<E>(tx.now())
        .order_by_asc(E::column(RecordColumn::Id))
        .limit(BATCH)
        .all(tx.conn())
        .await?;
    if rows.is_empty() {
        return Ok(rows);
    }
    // The items before what is below them, as everywhere; and then only what is old still.
    let items: BTreeSet<PortfolioItemId> = rows.iter().map(E::item_of).collect();
    portfolio_item::Entity::find()
        .filter(portfolio_item::Column::Id.is_in(items))
        .order_by_asc(portfolio_item::Column::Id)
        .lock_exclusive()
        .all(tx.conn())
        .await?;
    let ids: Vec<Uuid> = rows.iter().map(E::id_of).collect();
    let still = old::<E>(tx.now())
        .select_only()
        .column(E::column(RecordColumn::Id))
        .into_query();
    let which = Condition::all()
        .add(E::column(RecordColumn::Id).is_in(ids))
        .add(E::column(RecordColumn::Id).in_subquery(still));
    record::force_delete::<E>(tx, &Actor::System, which).await
}

/// What has been in a bin for long enough.
fn old<E: PartOfItem>(now: DateTime<Utc>) -> Select<E> {
    let batches = portfolio_item::Entity::find()
        .select_only()
        .column(portfolio_item::Column::DeletionBatch)
        .filter(portfolio_item::Column::DeletionBatch.is_not_null())
        .into_query();
    E::find()
        .filter(E::column(RecordColumn::DeletedAt).lt(now - BIN_KEEPS))
        .filter(E::column(RecordColumn::DeletionBatch).not_in_subquery(batches))
}
