//! `PortfolioItem`.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};

use super::{
    declare::content_type,
    images::picture,
    in_locale,
    loaders::{GalleryLoader, ItemLoader, VideoLoader},
    optional_in_locale,
    portfolio_inputs::{
        CreatePortfolioItemInput, PortfolioCategory, PortfolioFilterInput, PortfolioOrder,
        UpdatePortfolioItemInput,
    },
    portfolio_media::{GqlGalleryImage, GqlVideo},
    seo::{self, Seo},
};
use crate::features::{
    accounts::graphql::RecordFields,
    content::{
        PortfolioItemId,
        kinds::{by_slug, portfolio_item::PortfolioFilter},
        model::area,
        queries::{ItemBelow, portfolio_path},
        tables::portfolio_item::{Entity, Model},
    },
    media::graphql::GqlImage,
};
use platform::{
    actor::Locale as Language,
    graphql::{
        Allow, Connection, ContextExt, Locale, RecordScope,
        editing::{create, update},
        internal,
        listing::connection,
        paged,
        scalars::Url,
        user_error::top_level,
        values::Decimal,
    },
    listing::{resolve_scope, select},
    paging::PageArgs,
    record_payload,
    text::shortened,
};

/// Characters of a description for search engines that nobody has written.
const DESCRIPTION: usize = 160;

/// A living item that another record points at, drafts for staff alone.
///
/// # Errors
/// When the database refuses.
pub async fn portfolio_item_by_id(
    ctx: &Context<'_>,
    id: Option<PortfolioItemId>,
    locale: Language,
) -> Result<Option<GqlPortfolioItem>> {
    let Some(id) = id else { return Ok(None) };
    let item = ctx.loader::<ItemLoader>().load_one(id).await.map_err(internal)?;
    let now = ctx.app().clock.now();
    let staff = ctx.actor().is_staff();
    Ok(item
        .filter(|item| staff || item.is_public(now))
        .map(|item| GqlPortfolioItem::shared(item, locale)))
}

content_type! {
    /// A design or finished building.
    GqlPortfolioItem of Model
}

impl GqlPortfolioItem {
    /// A record that others hold too, read in this language.
    #[must_use]
    pub fn shared(row: Arc<Model>, locale: Language) -> Self {
        Self { row, locale }
    }

    fn is_public(&self, ctx: &Context<'_>) -> bool {
        self.row.is_public(ctx.app().clock.now())
    }

    /// What to load below it, for a caller who may see that scope.
    fn below(&self, ctx: &Context<'_>, scope: Option<RecordScope>) -> Result<ItemBelow> {
        let scope = resolve_scope(ctx.actor(), scope, RecordScope::Living).map_err(top_level)?;
        Ok(ItemBelow {
            item: self.row.id,
            batch: self.row.deletion_batch,
            scope,
        })
    }
}

/// A design or a finished building that the company shows. Marketing: it is never linked to a client; a client's contract
/// is a `Project`.
#[Object(name = "PortfolioItem")]
impl GqlPortfolioItem {
    #[graphql(flatten)]
    async fn record(&self) -> RecordFields {
        self.record_fields()
    }

    /// What it is called in its address. It stays once the item has been published; if staff change it all the same, the
    /// old one still finds the item.
    async fn slug(&self) -> &str {
        &self.row.slug
    }

    /// What it is called.
    async fn title(&self) -> &str {
        in_locale(&self.row.title, &self.row.title_en, self.locale)
    }

    /// What it is called in English; null when nobody has written that.
    async fn title_en(&self) -> Option<&str> {
        self.row.title_en.as_deref()
    }

    /// Whether it is a design or built.
    async fn category(&self) -> PortfolioCategory {
        self.row.category.into()
    }

    /// The picture that stands for it; always there when the item is published.
    async fn main_image(&self, ctx: &Context<'_>) -> Result<Option<GqlImage>> {
        picture(ctx, self.row.main_image_id, self.is_public(ctx), self.locale).await
    }

    /// What it is; may have several lines.
    async fn description(&self) -> &str {
        in_locale(&self.row.description, &self.row.description_en, self.locale)
    }

    /// The description in English; null when nobody has written that.
    async fn description_en(&self) -> Option<&str> {
        self.row.description_en.as_deref()
    }

    /// The area that `area` tells, exact, such as `405.30`; null when it tells none that can be read without doubt.
    async fn area_square_metres(&self) -> Option<Decimal> {
        self.row.area_square_cm.map(area::square_metres).map(Decimal)
    }

    /// How large it is, as text, such as `405,30 m²`.
    async fn area(&self) -> Option<&str> {
        optional_in_locale(&self.row.area, &self.row.area_en, self.locale)
    }

    /// `area` in English; null when nobody has written that.
    async fn area_en(&self) -> Option<&str> {
        self.row.area_en.as_deref()
    }

    /// What the company did, such as `Conception et Réalisation`.
    async fn task(&self) -> Option<&str> {
        optional_in_locale(&self.row.task, &self.row.task_en, self.locale)
    }

    /// `task` in English; null when nobody has written that.
    async fn task_en(&self) -> Option<&str> {
        self.row.task_en.as_deref()
    }

    /// Whose it is, for display alone, such as `M. Christophe`.
    async fn owner(&self) -> Option<&str> {
        optional_in_locale(&self.row.owner, &self.row.owner_en, self.locale)
    }

    /// `owner` in English; null when nobody has written that.
    async fn owner_en(&self) -> Option<&str> {
        self.row.owner_en.as_deref()
    }

    /// What it is for, such as `Habitation`.
    async fn usage(&self) -> Option<&str> {
        optional_in_locale(&self.row.usage, &self.row.usage_en, self.locale)
    }

    /// `usage` in English; null when nobody has written that.
    async fn usage_en(&self) -> Option<&str> {
        self.row.usage_en.as_deref()
    }

    /// The part of town.
    async fn district(&self) -> Option<&str> {
        optional_in_locale(&self.row.district, &self.row.district_en, self.locale)
    }

    /// `district` in English; null when nobody has written that.
    async fn district_en(&self) -> Option<&str> {
        self.row.district_en.as_deref()
    }

    /// The city.
    async fn city(&self) -> Option<&str> {
        optional_in_locale(&self.row.city, &self.row.city_en, self.locale)
    }

    /// `city` in English; null when nobody has written that.
    async fn city_en(&self) -> Option<&str> {
        self.row.city_en.as_deref()
    }

    /// The country.
    async fn country(&self) -> Option<&str> {
        optional_in_locale(&self.row.country, &self.row.country_en, self.locale)
    }

    /// `country` in English; null when nobody has written that.
    async fn country_en(&self) -> Option<&str> {
        self.row.country_en.as_deref()
    }

    /// Who built it.
    async fn contractor(&self) -> &str {
        &self.row.contractor
    }

    /// The year.
    async fn year(&self) -> Option<i32> {
        self.row.year
    }

    /// The pictures of its gallery, in order; 60 at most. Those in its bin, the latest first, are for staff: `restoreRecord`
    /// brings one back, and after 30 days they are gone.
    async fn gallery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those it shows (LIVING, PUBLISHED), those in its bin (DELETED), or both (ALL).")]
        scope: Option<RecordScope>,
    ) -> Result<Vec<GqlGalleryImage>> {
        let is_public = self.is_public(ctx);
        let found = ctx
            .loader::<GalleryLoader>()
            .load_one(self.below(ctx, scope)?)
            .await
            .map_err(internal)?;
        Ok(found
            .unwrap_or_default()
            .into_iter()
            .map(|(row, image)| {
                let is_public = is_public && row.deleted_at.is_none();
                GqlGalleryImage::loaded(row, image, is_public, self.locale)
            })
            .collect())
    }

    /// Its videos, in order; 20 at most. Those in its bin, the latest first, are for staff: `restoreRecord` brings one back,
    /// and after 30 days they are gone.
    async fn videos(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those it shows (LIVING, PUBLISHED), those in its bin (DELETED), or both (ALL).")]
        scope: Option<RecordScope>,
    ) -> Result<Vec<GqlVideo>> {
        let found = ctx
            .loader::<VideoLoader>()
            .load_one(self.below(ctx, scope)?)
            .await
            .map_err(internal)?;
        Ok(found
            .unwrap_or_default()
            .into_iter()
            .map(|row| GqlVideo::new(row, self.locale))
            .collect())
    }

    /// What search engines and social networks are told of its page.
    async fn seo(&self, ctx: &Context<'_>) -> Result<Seo> {
        let row = &self.row;
        let title = seo::written(&row.seo_title, &row.seo_title_en, &row.title_en, self.locale)
            .unwrap_or_else(|| in_locale(&row.title, &row.title_en, self.locale));
        let text = in_locale(&row.description, &row.description_en, self.locale);
        let (french, english) = (&row.seo_description, &row.seo_description_en);
        let description = seo::written(french, english, &row.description_en, self.locale)
            .map_or_else(|| shortened(text, DESCRIPTION), str::to_owned);
        let website = ctx.app().config.website_url.as_str().trim_end_matches('/');
        Ok(Seo {
            title: title.to_owned(),
            description,
            canonical_url: Url(format!("{website}/{}", portfolio_path(&row.slug))),
            image: picture(ctx, row.main_image_id, self.is_public(ctx), self.locale).await?,
            published_time: row.published_at,
            modified_time: row.updated_at,
        })
    }

    /// The title for search engines as staff wrote it; null when nobody has. Pages take `seo.title`.
    async fn seo_title(&self) -> Option<&str> {
        optional_in_locale(&self.row.seo_title, &self.row.seo_title_en, self.locale)
    }

    /// The title for search engines in English; null when nobody has written that.
    async fn seo_title_en(&self) -> Option<&str> {
        self.row.seo_title_en.as_deref()
    }

    /// The description for search engines as staff wrote it; null when nobody has. Pages take `seo.description`.
    async fn seo_description(&self) -> Option<&str> {
        optional_in_locale(
            &self.row.seo_description,
            &self.row.seo_description_en,
            self.locale,
        )
    }

    /// The description for search engines in English; null when nobody has written that.
    async fn seo_description_en(&self) -> Option<&str> {
        self.row.seo_description_en.as_deref()
    }

    /// Whether it is meant to be shown; visitors see it from `publishedAt` on.
    async fn is_published(&self) -> bool {
        self.row.is_published
    }

    /// From when visitors see it; null for a draft without a date.
    async fn published_at(&self) -> Option<DateTime<Utc>> {
        self.row.published_at
    }
}

record_payload! {
    /// What a mutation on an item of the portfolio answers.
    PortfolioItemPayload { portfolio_item: GqlPortfolioItem, from Model }
}

/// Reads of the portfolio.
#[derive(Debug, Default)]
pub struct PortfolioQuery;

#[paged]
#[Object]
impl PortfolioQuery {
    /// The portfolio: designs and finished buildings, the latest published first unless asked for otherwise. For
    /// everybody.
    async fn portfolio(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which items.")] filter: Option<PortfolioFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<PortfolioOrder>,
        #[graphql(desc = "In which state; PUBLISHED when absent, and more for staff alone.")] scope: Option<
            RecordScope,
        >,
        #[graphql(
            desc = "In which language; what has no English text answers in French.",
            default_with = "Locale::Fr"
        )]
        locale: Locale,
    ) -> Result<Connection<GqlPortfolioItem>> {
        let locale = locale.into();
        let node = |row| GqlPortfolioItem::new(row, locale);
        connection::<Entity, _>(ctx, ctx.actor(), args, filter, order_by, scope, node).await
    }

    /// The item that a slug leads to, an earlier one of its slugs too: compare `slug` with what you asked for, and
    /// redirect when they differ. Null when there is none to see. For everybody.
    async fn portfolio_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is called in its address.")] slug: String,
        #[graphql(
            desc = "In which state it is looked for; PUBLISHED when absent, and more for staff alone."
        )]
        scope: Option<RecordScope>,
        #[graphql(
            desc = "In which language; what has no English text answers in French.",
            default_with = "Locale::Fr"
        )]
        locale: Locale,
    ) -> Result<Option<GqlPortfolioItem>> {
        let scope = resolve_scope(ctx.actor(), scope, RecordScope::Published).map_err(top_level)?;
        let command = ctx.app();
        let list = select::<Entity>(scope, command.clock.now(), &PortfolioFilter::default());
        let found = by_slug(command.db.reader(), list, &slug)
            .await
            .map_err(internal)?;
        Ok(found.map(|row| GqlPortfolioItem::new(row, locale.into())))
    }
}

/// Mutations on them.
#[derive(Debug, Default)]
pub struct PortfolioMutation;

#[Object]
impl PortfolioMutation {
    /// Adds an item to the portfolio, with its gallery and videos, as a draft unless `isPublished` says otherwise. For
    /// staff.
    #[graphql(guard = "Allow::staff()")]
    async fn create_portfolio_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item.")] input: CreatePortfolioItemInput,
    ) -> Result<PortfolioItemPayload> {
        Ok(create::<Entity, _>(ctx, input).await?.into())
    }

    /// Changes an item of the portfolio. A list of pictures or videos replaces the one there is: an entry with an id stays,
    /// one without is added, what is missing is removed, and the order is that of the list. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn update_portfolio_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdatePortfolioItemInput,
    ) -> Result<PortfolioItemPayload> {
        Ok(update::<Entity, _>(ctx, input).await?.into())
    }
}
