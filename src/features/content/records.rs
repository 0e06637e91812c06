//! How content goes and comes back. An item of the portfolio takes its gallery and videos with it; a promotion that led
//! to it stays and leads nowhere.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::SelectStatement,
};
use uuid::Uuid;

use super::{
    PortfolioItemId,
    kinds::{Slugged, forget_slugs},
    model::{MAX_GALLERY, MAX_VIDEOS},
    tables::{
        blog_post, faq, gallery_image, partner, portfolio_item, promotion, service, testimonial, video,
    },
};
use crate::features::media::{self, ImageId};
use platform::{
    actor::Actor,
    ctx::{Ctx, RecordTx},
    db::WriteTx,
    deletion::{Above, FIELD, RecordKind, locked},
    error::{CommandError, ErrorCode, Violation},
    listing::{in_scope, own_scope, readable},
    message,
    messages::Noun,
    record::{self, RecordColumn, RecordEntity},
};

/// The kinds that are below nothing and have nothing below them, but for a picture perhaps.
macro_rules! lists {
    ($($table:ident $(with $picture:ident)?),* $(,)?) => {
        $(impl RecordKind for $table::Entity {
            type Above = ();

            fn readable(ctx: &Ctx, actor: &Actor) -> Select<Self> {
                readable(ctx, actor)
            }

            $(async fn force_delete_rest(with: &RecordTx<'_>, row: &$table::Model) -> Result<(), CommandError> {
                remove_picture(with, row.$picture).await
            })?
        })*
    };
}

lists! {
    service with icon_id,
    partner with logo_id,
    testimonial with photo_id,
    faq,
    promotion with banner_image_id,
}

impl RecordKind for blog_post::Entity {
    type Above = ();

    fn readable(ctx: &Ctx, actor: &Actor) -> Select<Self> {
        readable(ctx, actor)
    }

    async fn bring_back(with: &RecordTx<'_>, batch: Uuid) -> Result<Vec<blog_post::Model>, CommandError> {
        restore_slugged::<Self>(with, batch).await
    }

    async fn force_delete_rest(with: &RecordTx<'_>, row: &blog_post::Model) -> Result<(), CommandError> {
        forget_slugs::<Self>(with.tx, row.id.0).await?;
        remove_picture(with, row.thumbnail_id).await
    }
}

impl RecordKind for portfolio_item::Entity {
    type Above = ();

    fn readable(ctx: &Ctx, actor: &Actor) -> Select<Self> {
        readable(ctx, actor)
    }

    async fn delete_below(
        with: &RecordTx<'_>,
        batch: Uuid,
        deleted: &[portfolio_item::Model],
    ) -> Result<(), CommandError> {
        let items = || deleted.iter().map(|item| item.id);
        let gallery = Condition::all().add(gallery_image::Column::PortfolioItemId.is_in(items()));
        record::soft_delete::<gallery_image::Entity>(with.tx, with.actor, batch, gallery).await?;
        let videos = Condition::all().add(video::Column::PortfolioItemId.is_in(items()));
        record::soft_delete::<video::Entity>(with.tx, with.actor, batch, videos).await?;
        Ok(())
    }

    async fn bring_back(
        with: &RecordTx<'_>,
        batch: Uuid,
    ) -> Result<Vec<portfolio_item::Model>, CommandError> {
        restore_slugged::<Self>(with, batch).await
    }

    async fn restore_below(with: &RecordTx<'_>, batch: Uuid) -> Result<(), CommandError> {
        record::restore::<gallery_image::Entity>(with.tx, with.actor, batch).await?;
        record::restore::<video::Entity>(with.tx, with.actor, batch).await?;
        Ok(())
    }

    async fn force_delete_below(
        with: &RecordTx<'_>,
        item: &portfolio_item::Model,
    ) -> Result<(), CommandError> {
        let gallery = Condition::all().add(gallery_image::Column::PortfolioItemId.eq(item.id));
        let gallery = record::force_delete::<gallery_image::Entity>(with.tx, with.actor, gallery).await?;
        let pictures: Vec<ImageId> = gallery.iter().map(|row| row.image_id).collect();
        media::remove_in_tx(with.tx, &pictures).await?;
        let videos = Condition::all().add(video::Column::PortfolioItemId.eq(item.id));
        record::force_delete::<video::Entity>(with.tx, with.actor, videos).await?;
        Ok(())
    }

    async fn force_delete_rest(
        with: &RecordTx<'_>,
        item: &portfolio_item::Model,
    ) -> Result<(), CommandError> {
        forget_slugs::<Self>(with.tx, item.id.0).await?;
        remove_picture(with, item.main_image_id).await
    }
}

/// A record that is part of an item of the portfolio.
pub trait PartOfItem: RecordEntity {
    /// The item's id.
    const ITEM: Self::Column;
    /// What the list is called in the item's audit entries.
    const LIST: &'static str;
    /// How many an item can have.
    const MOST: usize;

    /// The item's id.
    fn item_of(row: &Self::Model) -> PortfolioItemId;
}

impl PartOfItem for gallery_image::Entity {
    const ITEM: gallery_image::Column = gallery_image::Column::PortfolioItemId;
    const LIST: &'static str = "gallery";
    const MOST: usize = MAX_GALLERY;

    fn item_of(row: &gallery_image::Model) -> PortfolioItemId {
        row.portfolio_item_id
    }
}

impl PartOfItem for video::Entity {
    const ITEM: video::Column = video::Column::PortfolioItemId;
    const LIST: &'static str = "videos";
    const MOST: usize = MAX_VIDEOS;

    fn item_of(row: &video::Model) -> PortfolioItemId {
        row.portfolio_item_id
    }
}

impl<E: PartOfItem> Above<E> for portfolio_item::Model {
    async fn lock(tx: &WriteTx, id: Uuid) -> Result<Option<Self>, CommandError> {
        let part = E::find().filter(E::column(RecordColumn::Id).eq(id));
        let Some(part) = part.one(tx.conn()).await? else {
            return Ok(None);
        };
        let item = portfolio_item::Entity::find_by_id(E::item_of(&part)).lock_exclusive();
        Ok(item.one(tx.conn()).await?)
    }

    fn deleted(&self) -> Option<(Noun, String)> {
        self.deleted_at
            .map(|_| (PortfolioItemId::NOUN, self.id.to_string()))
    }
}

macro_rules! parts_of_items {
    ($($table:ident $(with $picture:ident)?),* $(,)?) => {
        $(impl RecordKind for $table::Entity {
            type Above = portfolio_item::Model;

            fn readable(ctx: &Ctx, actor: &Actor) -> Select<Self> {
                let items = items_readable(actor, ctx.clock.now());
                let living = Self::find().filter($table::Column::DeletedAt.is_null());
                living.filter(Self::ITEM.in_subquery(items))
            }

            async fn check_return(
                with: &RecordTx<'_>,
                item: &portfolio_item::Model,
                _: &$table::Model,
            ) -> Result<(), CommandError> {
                require_room::<Self>(with, item).await
            }

            $(async fn force_delete_rest(with: &RecordTx<'_>, row: &$table::Model) -> Result<(), CommandError> {
                remove_picture(with, row.$picture).await
            })?

            async fn tell_removed(
                with: &RecordTx<'_>,
                item: &portfolio_item::Model,
                row: &$table::Model,
            ) -> Result<(), CommandError> {
                note_in_item::<Self>(with, item, &[row.id.to_string()], &[]).await
            }

            async fn tell_restored(
                with: &RecordTx<'_>,
                item: &portfolio_item::Model,
                row: &$table::Model,
            ) -> Result<(), CommandError> {
                note_in_item::<Self>(with, item, &[], &[row.id.to_string()]).await
            }
        })*
    };
}

parts_of_items! { gallery_image with image_id, video }

/// What happens to a part of a living item is a change of the item: whoever edits it with an older list in hand must
/// look again.
async fn note_in_item<E: PartOfItem>(
    with: &RecordTx<'_>,
    item: &portfolio_item::Model,
    old: &[String],
    new: &[String],
) -> Result<(), CommandError> {
    if item.deleted_at.is_none() {
        let related = record::Related::default().list(E::LIST, old, new);
        let unchanged = portfolio_item::ActiveModel::default();
        record::update_with::<portfolio_item::Entity, _>(with.tx, with.actor, item, unchanged, related)
            .await?;
    }
    Ok(())
}

fn items_readable(actor: &Actor, now: DateTime<Utc>) -> SelectStatement {
    portfolio_item::Entity::find()
        .select_only()
        .column(portfolio_item::Column::Id)
        .filter(in_scope::<portfolio_item::Entity>(own_scope(actor), now))
        .into_query()
}

/// Whether the item, whose row is locked, has room for one more.
async fn require_room<E: PartOfItem<Model: Sync + 'static>>(
    with: &RecordTx<'_>,
    item: &portfolio_item::Model,
) -> Result<(), CommandError> {
    use sea_orm::PaginatorTrait;
    let living = E::find()
        .filter(E::ITEM.eq(item.id))
        .filter(E::column(RecordColumn::DeletedAt).is_null());
    let living = living.count(with.tx.conn()).await?;
    let most = E::MOST;
    if usize::try_from(living).is_ok_and(|living| living < most) {
        return Ok(());
    }
    Err(locked(message!("item-list-full", most, list = E::LIST)))
}

async fn restore_slugged<E: Slugged>(
    with: &RecordTx<'_>,
    batch: Uuid,
) -> Result<Vec<E::Model>, CommandError> {
    record::restore::<E>(with.tx, with.actor, batch)
        .await
        .map_err(|error| {
            if !is_taken(&error) {
                return error.into();
            }
            let message = message!("slug-taken-meanwhile");
            Violation::new(ErrorCode::Taken, FIELD, message).into()
        })
}

fn is_taken(error: &DbErr) -> bool {
    matches!(
        error.sql_err(),
        Some(sea_orm::SqlErr::UniqueConstraintViolation(_))
    )
}

async fn remove_picture(
    with: &RecordTx<'_>,
    picture: impl Into<Option<ImageId>> + Send,
) -> Result<(), CommandError> {
    Ok(media::remove_in_tx(with.tx, picture.into().as_slice()).await?)
}
