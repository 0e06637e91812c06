//! Content records of any kind, for what is done alike to all of them: finding by id, deleting, restoring, removing for
//! good. An item takes its gallery and videos with it; a promotion that led to it stays and leads nowhere.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, Select,
};
use uuid::Uuid;

use super::{
    BlogPostId, GalleryImageId, PartnerId, PortfolioItemId, PromotionId, ServiceId, TestimonialId, VideoId,
    kinds::forget_slugs,
    model::{MAX_GALLERY, MAX_VIDEOS},
    tables::{blog_post, gallery_image, partner, portfolio_item, promotion, service, testimonial, video},
};
use crate::{
    features::media::{self, ImageId},
    platform::{
        actor::Actor,
        db::WriteTx,
        error::{CommandError, ErrorCode, Violation},
        graphql::RecordScope,
        listing::{self, in_scope},
        record::{self, RecordColumn, RecordEntity},
    },
};

const FIELD: [&str; 2] = ["input", "id"];

macro_rules! kinds {
    ($($variant:ident $id:ident $table:ident $noun:literal $with_article:literal;)*) => {
        /// The id of a content record.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ContentId {
            $(#[doc = $with_article] $variant($id),)*
        }

        /// A content record.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum ContentRecord {
            $(#[doc = $with_article] $variant(Box<$table::Model>),)*
        }

        impl ContentId {
            /// The names of the kinds in the audit log and in the API, with the prefixes of their ids.
            pub const KINDS: &[(&str, &str)] =
                &[$((<$table::Entity as RecordEntity>::KIND, $id::PREFIX),)*];

            /// The kinds in words, each with the prefix of its ids.
            #[must_use]
            pub fn expected() -> Vec<String> {
                vec![$(format!("{} ({}_…)", $with_article, $id::PREFIX),)*]
            }

            /// The id with this prefix; `None` when it isn't one of content.
            #[must_use]
            pub fn of(prefix: &str, id: Uuid) -> Option<Self> {
                match prefix {
                    $($id::PREFIX => Some(Self::$variant($id(id))),)*
                    _ => None,
                }
            }

            /// Its kind, in words.
            #[must_use]
            pub fn noun(self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $noun,)*
                }
            }

            /// The record as it is, living or deleted. For those who may see all.
            ///
            /// # Errors
            /// When the database refuses.
            pub async fn load(self, conn: &impl ConnectionTrait) -> Result<Option<ContentRecord>, DbErr> {
                Ok(match self {
                    $(Self::$variant(id) => {
                        $table::Entity::find_by_id(id).one(conn).await?.map(|row| ContentRecord::$variant(Box::new(row)))
                    })*
                })
            }

            /// Locks the record, living or deleted, at the version that the caller expects; the batch it was deleted
            /// with, if it was.
            async fn lock(self, tx: &WriteTx, expected: Option<i32>) -> Result<Option<Uuid>, CommandError> {
                match self {
                    $(Self::$variant(id) => lock::<$table::Entity>(tx, id.0, expected).await?.map(|it| it.deletion_batch),)*
                }
                .ok_or_else(|| self.not_found())
            }
        }

        impl std::fmt::Display for ContentId {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $(Self::$variant(id) => id.fmt(f),)*
                }
            }
        }
    };
}

kinds! {
    PortfolioItem PortfolioItemId portfolio_item "portfolio item" "a portfolio item";
    GalleryImage GalleryImageId gallery_image "gallery image" "a gallery image";
    Video VideoId video "portfolio video" "a portfolio video";
    Service ServiceId service "service" "a service";
    Partner PartnerId partner "partner" "a partner";
    Testimonial TestimonialId testimonial "testimonial" "a testimonial";
    BlogPost BlogPostId blog_post "blog post" "a blog post";
    Promotion PromotionId promotion "promotion" "a promotion";
}

async fn lock<E>(tx: &WriteTx, id: Uuid, expected: Option<i32>) -> Result<Option<E::Model>, CommandError>
where
    E: RecordEntity,
    E::Model: sea_orm::ModelTrait<Entity = E>,
{
    let found = E::find()
        .filter(E::column(RecordColumn::Id).eq(id))
        .lock_exclusive()
        .one(tx.conn())
        .await?;
    if let (Some(row), Some(expected)) = (&found, expected) {
        record::expect_version::<E>(row, expected)?;
    }
    Ok(found)
}

impl ContentId {
    fn not_found(self) -> CommandError {
        Violation::not_found(FIELD, self.noun()).into()
    }

    /// The record, if `actor` may see it at the moment `now`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn visible(
        self,
        conn: &impl ConnectionTrait,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Option<ContentRecord>, DbErr> {
        let scope = listing::own_scope(actor);
        // Whoever hasn't signed in sees the website, not the app.
        if matches!(self, Self::Promotion(_)) && matches!(actor, Actor::Anonymous) {
            return Ok(None);
        }
        macro_rules! listed {
            ($variant:ident, $table:ident, $id:expr) => {
                $table::Entity::find_by_id($id)
                    .filter(in_scope::<$table::Entity>(scope, now))
                    .one(conn)
                    .await?
                    .map(|row| ContentRecord::$variant(Box::new(row)))
            };
        }
        macro_rules! below {
            ($variant:ident, $table:ident, $id:expr) => {
                $table::Entity::find_by_id($id)
                    .filter($table::Column::DeletedAt.is_null())
                    .filter($table::Column::PortfolioItemId.in_subquery(items_in(scope, now)))
                    .one(conn)
                    .await?
                    .map(|row| ContentRecord::$variant(Box::new(row)))
            };
        }
        Ok(match self {
            Self::PortfolioItem(id) => listed!(PortfolioItem, portfolio_item, id),
            Self::GalleryImage(id) => below!(GalleryImage, gallery_image, id),
            Self::Video(id) => below!(Video, video, id),
            Self::Service(id) => listed!(Service, service, id),
            Self::Partner(id) => listed!(Partner, partner, id),
            Self::Testimonial(id) => listed!(Testimonial, testimonial, id),
            Self::BlogPost(id) => listed!(BlogPost, blog_post, id),
            Self::Promotion(id) => listed!(Promotion, promotion, id),
        })
    }

    /// The item that this record is part of, locked before it: always from the top down.
    async fn lock_item(self, tx: &WriteTx) -> Result<Option<portfolio_item::Model>, CommandError> {
        let item = match self {
            Self::GalleryImage(id) => gallery_image::Entity::find_by_id(id)
                .one(tx.conn())
                .await?
                .map(|row| row.portfolio_item_id),
            Self::Video(id) => video::Entity::find_by_id(id)
                .one(tx.conn())
                .await?
                .map(|row| row.portfolio_item_id),
            _ => return Ok(None),
        };
        let item = item.ok_or_else(|| self.not_found())?;
        lock::<portfolio_item::Entity>(tx, item.0, None).await
    }

    /// Deletes the record and what is below it, as part of `batch`.
    ///
    /// # Errors
    /// NOT_FOUND when it isn't there or is deleted already; CONFLICT when it is not at `expected_version`.
    pub async fn delete_in_tx(
        self,
        tx: &WriteTx,
        actor: &Actor,
        batch: Uuid,
        expected_version: Option<i32>,
    ) -> Result<ContentRecord, CommandError> {
        let item = self.lock_item(tx).await?;
        self.lock(tx, expected_version).await?;
        macro_rules! delete {
            ($variant:ident, $table:ident, $id:expr) => {{
                let this = Condition::all().add($table::Column::Id.eq($id));
                let mut deleted = record::soft_delete::<$table::Entity>(tx, actor, batch, this).await?;
                deleted
                    .pop()
                    .map(|row| ContentRecord::$variant(Box::new(row)))
            }};
        }
        let deleted = match self {
            Self::PortfolioItem(id) => delete!(PortfolioItem, portfolio_item, id),
            Self::GalleryImage(id) => delete!(GalleryImage, gallery_image, id),
            Self::Video(id) => delete!(Video, video, id),
            Self::Service(id) => delete!(Service, service, id),
            Self::Partner(id) => delete!(Partner, partner, id),
            Self::Testimonial(id) => delete!(Testimonial, testimonial, id),
            Self::BlogPost(id) => delete!(BlogPost, blog_post, id),
            Self::Promotion(id) => delete!(Promotion, promotion, id),
        };
        let deleted = deleted.ok_or_else(|| self.not_found())?;
        if let Self::PortfolioItem(id) = self {
            let gallery = Condition::all().add(gallery_image::Column::PortfolioItemId.eq(id));
            record::soft_delete::<gallery_image::Entity>(tx, actor, batch, gallery).await?;
            let videos = Condition::all().add(video::Column::PortfolioItemId.eq(id));
            record::soft_delete::<video::Entity>(tx, actor, batch, videos).await?;
        }
        self.note_in_item(tx, actor, item, true).await?;
        Ok(deleted)
    }

    /// Brings the record back with exactly what was deleted together with it.
    ///
    /// # Errors
    /// NOT_FOUND; LOCKED when it isn't deleted, or its item is; TAKEN when another record has its slug by now; CONFLICT
    /// when it is not at `expected_version`.
    pub async fn restore_in_tx(
        self,
        tx: &WriteTx,
        actor: &Actor,
        expected_version: Option<i32>,
    ) -> Result<(), CommandError> {
        let item = self.lock_item(tx).await?;
        let Some(batch) = self.lock(tx, expected_version).await? else {
            let message = format!("This {} isn't deleted: there is nothing to restore.", self.noun());
            return Err(locked(message));
        };
        if let Some(item) = item.as_ref().filter(|item| item.deleted_at.is_some()) {
            let message = format!(
                "The portfolio item {} that this {} belongs to is deleted: restore that first.",
                item.id,
                self.noun()
            );
            return Err(locked(message));
        }
        match self {
            Self::PortfolioItem(_) => {
                restore_slugged::<portfolio_item::Entity>(tx, actor, batch).await?;
                record::restore::<gallery_image::Entity>(tx, actor, batch).await?;
                record::restore::<video::Entity>(tx, actor, batch).await?;
            }
            Self::BlogPost(_) => restore_slugged::<blog_post::Entity>(tx, actor, batch).await?,
            Self::GalleryImage(_) => {
                if let Some(item) = &item {
                    let living = gallery_image::Entity::find()
                        .filter(gallery_image::Column::PortfolioItemId.eq(item.id))
                        .filter(gallery_image::Column::DeletedAt.is_null());
                    require_room(tx, living, MAX_GALLERY, "pictures in its gallery").await?;
                }
                record::restore::<gallery_image::Entity>(tx, actor, batch).await?;
            }
            Self::Video(_) => {
                if let Some(item) = &item {
                    let living = video::Entity::find()
                        .filter(video::Column::PortfolioItemId.eq(item.id))
                        .filter(video::Column::DeletedAt.is_null());
                    require_room(tx, living, MAX_VIDEOS, "videos").await?;
                }
                record::restore::<video::Entity>(tx, actor, batch).await?;
            }
            Self::Service(_) => drop(record::restore::<service::Entity>(tx, actor, batch).await?),
            Self::Partner(_) => drop(record::restore::<partner::Entity>(tx, actor, batch).await?),
            Self::Testimonial(_) => drop(record::restore::<testimonial::Entity>(tx, actor, batch).await?),
            Self::Promotion(_) => drop(record::restore::<promotion::Entity>(tx, actor, batch).await?),
        }
        self.note_in_item(tx, actor, item, false).await
    }

    /// Removes the record for good, with what is below it, its pictures and its old slugs.
    ///
    /// # Errors
    /// NOT_FOUND; CONFLICT when it is not at `expected_version`.
    pub async fn force_delete_in_tx(
        self,
        tx: &WriteTx,
        actor: &Actor,
        expected_version: Option<i32>,
    ) -> Result<(), CommandError> {
        let item = self.lock_item(tx).await?;
        let was_living = self.lock(tx, expected_version).await?.is_none();
        let mut pictures: Vec<ImageId> = Vec::new();
        macro_rules! remove {
            ($table:ident, $which:expr $(, $picture:ident)?) => {{
                let which = Condition::all().add($which);
                let removed = record::force_delete::<$table::Entity>(tx, actor, which).await?;
                $(pictures.extend(removed.iter().filter_map(|row| Option::<ImageId>::from(row.$picture)));)?
                drop(removed);
            }};
        }
        match self {
            Self::PortfolioItem(id) => {
                remove!(
                    gallery_image,
                    gallery_image::Column::PortfolioItemId.eq(id),
                    image_id
                );
                remove!(video, video::Column::PortfolioItemId.eq(id));
                forget_slugs::<portfolio_item::Entity>(tx, id.0).await?;
                remove!(portfolio_item, portfolio_item::Column::Id.eq(id), main_image_id);
            }
            Self::GalleryImage(id) => remove!(gallery_image, gallery_image::Column::Id.eq(id), image_id),
            Self::Video(id) => remove!(video, video::Column::Id.eq(id)),
            Self::Service(id) => remove!(service, service::Column::Id.eq(id), icon_id),
            Self::Partner(id) => remove!(partner, partner::Column::Id.eq(id), logo_id),
            Self::Testimonial(id) => remove!(testimonial, testimonial::Column::Id.eq(id), photo_id),
            Self::BlogPost(id) => {
                forget_slugs::<blog_post::Entity>(tx, id.0).await?;
                remove!(blog_post, blog_post::Column::Id.eq(id), thumbnail_id);
            }
            Self::Promotion(id) => remove!(promotion, promotion::Column::Id.eq(id), banner_image_id),
        }
        media::remove_in_tx(tx, &pictures).await?;
        if was_living {
            self.note_in_item(tx, actor, item, true).await?;
        }
        Ok(())
    }

    /// What happens to a part of a living item is a change of the item: whoever edits it with an older list in hand must
    /// look again.
    async fn note_in_item(
        self,
        tx: &WriteTx,
        actor: &Actor,
        item: Option<portfolio_item::Model>,
        went: bool,
    ) -> Result<(), CommandError> {
        let Some(item) = item.filter(|item| item.deleted_at.is_none()) else {
            return Ok(());
        };
        let list = match self {
            Self::Video(_) => "videos",
            _ => "gallery",
        };
        let this = [self.to_string()];
        let (old, new): (&[String], &[String]) = if went { (&this, &[]) } else { (&[], &this) };
        let related = record::Related::default().list(list, old, new);
        let unchanged = portfolio_item::ActiveModel::default();
        record::update_with::<portfolio_item::Entity, _>(tx, actor, &item, unchanged, related).await?;
        Ok(())
    }
}

fn items_in(scope: RecordScope, now: DateTime<Utc>) -> sea_orm::sea_query::SelectStatement {
    use sea_orm::QueryTrait;
    portfolio_item::Entity::find()
        .select_only()
        .column(portfolio_item::Column::Id)
        .filter(in_scope::<portfolio_item::Entity>(scope, now))
        .into_query()
}

/// Whether one more fits to the `living` ones of an item, whose row is locked.
async fn require_room<E>(tx: &WriteTx, living: Select<E>, most: usize, what: &str) -> Result<(), CommandError>
where
    E: EntityTrait,
    E::Model: Send + Sync,
{
    use sea_orm::PaginatorTrait;
    let living = living.count(tx.conn()).await?;
    if usize::try_from(living).is_ok_and(|living| living < most) {
        return Ok(());
    }
    Err(locked(format!(
        "The item has {most} {what} already: remove one of them first, then restore this one."
    )))
}

async fn restore_slugged<E>(tx: &WriteTx, actor: &Actor, batch: Uuid) -> Result<(), CommandError>
where
    E: RecordEntity,
    E::Model: sea_orm::ModelTrait<Entity = E>,
{
    match record::restore::<E>(tx, actor, batch).await {
        Ok(_) => Ok(()),
        Err(error) if is_taken(&error) => {
            let message =
                "Another record has this one's slug by now: change that one's slug, then restore this one.";
            Err(Violation::new(ErrorCode::Taken, FIELD, message).into())
        }
        Err(error) => Err(error.into()),
    }
}

fn is_taken(error: &DbErr) -> bool {
    matches!(
        error.sql_err(),
        Some(sea_orm::SqlErr::UniqueConstraintViolation(_))
    )
}

fn locked(message: String) -> CommandError {
    Violation::new(ErrorCode::Locked, FIELD, message).into()
}
