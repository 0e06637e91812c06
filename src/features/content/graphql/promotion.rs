//! `AppPromotion`.

use async_graphql::{Context, ID, InputObject, Object, Result};

use super::{
    GqlPortfolioItem, check_search, declare::content_type, images::picture, in_locale, portfolio_item_by_id,
};
use crate::features::{
    accounts::graphql::RecordFields,
    content::{
        kinds::promotion::{PromotionFields, PromotionFilter},
        tables::promotion::{Entity, Model},
    },
    media::graphql::GqlImage,
};
use platform::{
    actor::{Actor, Locale as Language},
    error::Violation,
    graphql::{
        Allow, Connection, ContextExt, Locale, RecordScope,
        editing::{create, update},
        listing::{FilterInput, connection},
        paged,
        scalars::Url,
    },
    paging::PageArgs,
    record_inputs, record_order, record_payload,
};

content_type! {
    /// A banner in the clients' app.
    GqlPromotion of Model
}

/// A banner in the clients' app. Clients see it while it is active and what it leads to is there to see.
#[Object(name = "AppPromotion")]
impl GqlPromotion {
    #[graphql(flatten)]
    async fn record(&self) -> RecordFields {
        self.record_fields()
    }

    /// What it says.
    async fn title(&self) -> &str {
        in_locale(&self.row.title, &self.row.title_en, self.locale)
    }

    /// What it says in English; null when nobody has written that.
    async fn title_en(&self) -> Option<&str> {
        self.row.title_en.as_deref()
    }

    /// The banner; always there while the promotion is active.
    async fn banner_image(&self, ctx: &Context<'_>) -> Result<Option<GqlImage>> {
        picture(ctx, self.row.banner_image_id, false, self.locale).await
    }

    /// The item of the portfolio that it leads to; null when it leads elsewhere, or the item isn't there to see any more.
    async fn linked_portfolio_item(&self, ctx: &Context<'_>) -> Result<Option<GqlPortfolioItem>> {
        portfolio_item_by_id(ctx, self.row.portfolio_item_id, self.locale).await
    }

    /// Where it leads on the web; null when it leads to an item.
    async fn external_link(&self) -> Option<Url> {
        self.row.external_link.clone().map(Url)
    }

    /// Whether clients see it, as far as what it leads to is there to see.
    async fn is_active(&self) -> bool {
        self.row.is_active
    }
}

/// Which promotions a list shows. All of what is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct AppPromotionFilterInput {
    /// Only those switched on, or only the others. Clients see active ones whatever is asked.
    pub active: Option<bool>,
    /// Each word stands in the title, in either language; case and accents don't matter.
    pub search: Option<String>,
}

impl FilterInput for AppPromotionFilterInput {
    type Filter = PromotionFilter;

    fn check(self) -> Result<PromotionFilter, Violation> {
        Ok(PromotionFilter {
            active: self.active,
            search: check_search(self.search)?,
        })
    }
}

record_order! {
    /// What promotions can be ordered by.
    enum AppPromotionOrderField for Entity {
        /// When they were entered.
        CreatedAt => CreatedAt,
        /// When they last changed.
        UpdatedAt => UpdatedAt,
        /// The title.
        Title => SortTitle,
    }
    /// An order of promotions.
    input AppPromotionOrder;
}

record_inputs! {
    /// A new banner. It leads to an item of the portfolio or out to the web.
    create CreateAppPromotionInput;
    /// Changes to a promotion: absent keeps, null clears; what can't be empty answers null with REQUIRED.
    patch AppPromotionPatch;
    /// Which promotion (`prm_…`) changes, from which version, and how.
    update UpdateAppPromotionInput;
    into PromotionFields;
    required {
        /// What it says, 200 characters at most.
        title: String,
    }
    optional {
        /// What it says in English.
        title_en: String,
        /// The banner, uploaded before with `createUpload` (`upl_…`). An active promotion needs one.
        banner_image_upload_id: ID,
        /// The item of the portfolio that it leads to (`pfi_…`). Clients see the promotion while the item is published.
        linked_portfolio_item_id: ID,
        /// Where it leads on the web: a whole http or https address. Not together with an item.
        external_link: String,
        /// Whether clients see it; not when absent.
        is_active: bool,
    }
}

record_payload! {
    /// What a mutation on a promotion answers.
    AppPromotionPayload { app_promotion: GqlPromotion, from Model }
}

/// A page of the promotions that `actor` may see, in their language unless another is asked for.
///
/// # Errors
/// A top-level error for wrong arguments or a scope that isn't the caller's.
pub async fn promotion_connection(
    ctx: &Context<'_>,
    actor: &Actor,
    args: PageArgs,
    filter: Option<AppPromotionFilterInput>,
    order_by: Option<AppPromotionOrder>,
    scope: Option<RecordScope>,
    locale: Option<Locale>,
) -> Result<Connection<GqlPromotion>> {
    let own = actor.account().map(|account| account.locale).unwrap_or_default();
    let locale = locale.map_or(own, Language::from);
    let node = |row| GqlPromotion::new(row, locale);
    connection::<Entity, _>(ctx, actor, args, filter, order_by, scope, node).await
}

/// Reads of promotions.
#[derive(Debug, Default)]
pub struct PromotionQuery;

#[paged]
#[Object]
impl PromotionQuery {
    /// The banners of the clients' app: the active ones whose item is published or that lead out to the web, the latest
    /// entered first unless asked for otherwise. For whoever is signed in.
    #[graphql(guard = "Allow::signed_in()")]
    async fn promotions(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which promotions.")] filter: Option<AppPromotionFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<AppPromotionOrder>,
        #[graphql(desc = "In which state; PUBLISHED when absent, and more for staff alone.")] scope: Option<
            RecordScope,
        >,
        #[graphql(
            desc = "In which language; yours when absent. What has no English text answers in French."
        )]
        locale: Option<Locale>,
    ) -> Result<Connection<GqlPromotion>> {
        promotion_connection(ctx, ctx.actor(), args, filter, order_by, scope, locale).await
    }
}

/// Mutations on them.
#[derive(Debug, Default)]
pub struct PromotionMutation;

#[Object]
impl PromotionMutation {
    /// Adds a banner to the clients' app. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn create_app_promotion(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The promotion.")] input: CreateAppPromotionInput,
    ) -> Result<AppPromotionPayload> {
        Ok(create::<Entity, _>(ctx, input).await?.into())
    }

    /// Changes a promotion. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn update_app_promotion(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateAppPromotionInput,
    ) -> Result<AppPromotionPayload> {
        Ok(update::<Entity, _>(ctx, input).await?.into())
    }
}
