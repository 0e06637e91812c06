//! Emptying the bins of updates.

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, sea_query::ExprTrait};

use super::tables::update_image::{Column, Entity};
use crate::features::media;
use platform::{ctx::Ctx, db::write_tx, deletion::BIN_KEEPS};

/// Pictures swept in one transaction.
const BATCH: u64 = 200;

/// Removes the pictures for good that were taken out of updates more than [`BIN_KEEPS`] ago; answers how many.
///
/// # Errors
/// When the database refuses.
pub async fn sweep_bins(ctx: &Ctx) -> anyhow::Result<u64> {
    let mut swept = 0;
    loop {
        let gone: Vec<_> = write_tx!(ctx, |tx| {
            let old = Entity::find()
                .filter(Column::DeletedAt.lt(tx.now() - BIN_KEEPS))
                .limit(BATCH)
                .lock_exclusive()
                .all(tx.conn())
                .await?;
            let images: Vec<_> = old.iter().map(|link| link.image_id).collect();
            let links = old.iter().fold(Condition::any(), |any, link| {
                let this = Column::UpdateId
                    .eq(link.update_id)
                    .and(Column::ImageId.eq(link.image_id));
                any.add(this)
            });
            if !images.is_empty() {
                Entity::delete_many().filter(links).exec(tx.conn()).await?;
                media::remove_in_tx(tx, &images).await?;
            }
            Ok::<_, sea_orm::DbErr>(images)
        })?;
        swept += gone.len() as u64;
        if (gone.len() as u64) < BATCH {
            return Ok(swept);
        }
    }
}
