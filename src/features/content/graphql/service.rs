//! `Service`.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::{check_search, images::picture, in_locale};
use crate::{
    features::{
        accounts::graphql::RecordFields,
        content::{
            ServiceId, commands,
            kinds::service::{ServiceFields, ServiceFilter},
            tables::service::{Entity, Model},
        },
        media::graphql::GqlImage,
    },
    platform::{
        actor::Locale as Language,
        error::{Violation, Violations},
        graphql::{
            Allow, BoundedList, Connection, ContextExt, Locale, RecordScope, UserError,
            editing::{Entered, create, update},
            listing::{FilterInput, connection},
            paged, split,
        },
        paging::PageArgs,
    },
    record_inputs, record_methods, record_order, record_payload,
};

/// Something that the company does for people.
#[derive(Debug, Clone)]
pub struct GqlService {
    row: Arc<Model>,
    locale: Language,
}

impl GqlService {
    /// The record, read in this language.
    #[must_use]
    pub fn new(row: Model, locale: Language) -> Self {
        Self {
            row: Arc::new(row),
            locale,
        }
    }
}

impl From<Model> for GqlService {
    fn from(row: Model) -> Self {
        Self::new(row, Language::Fr)
    }
}

record_methods!(GqlService, row);

/// Something that the company does for people, in the order that staff give them.
#[Object(name = "Service")]
impl GqlService {
    #[graphql(flatten)]
    async fn record(&self) -> RecordFields {
        self.record_fields()
    }

    /// What it is called.
    async fn title(&self) -> &str {
        in_locale(&self.row.title, &self.row.title_en, self.locale)
    }

    /// What it is called in English; null when nobody has written that.
    async fn title_en(&self) -> Option<&str> {
        self.row.title_en.as_deref()
    }

    /// A drawing for it, from an SVG or PNG file: it keeps its transparency, as WebP and PNG.
    async fn icon(&self, ctx: &Context<'_>) -> Result<Option<GqlImage>> {
        picture(ctx, self.row.icon_id, self.row.deleted_at.is_none(), self.locale).await
    }

    /// What it is, in a few sentences; may have several lines.
    async fn short_description(&self) -> &str {
        in_locale(
            &self.row.short_description,
            &self.row.short_description_en,
            self.locale,
        )
    }

    /// The description in English; null when nobody has written that.
    async fn short_description_en(&self) -> Option<&str> {
        self.row.short_description_en.as_deref()
    }

    /// Its place in the list, smallest first.
    async fn order(&self) -> i32 {
        self.row.position
    }
}

/// Which services a list shows.
#[derive(Debug, Default, InputObject)]
pub struct ServiceFilterInput {
    /// Each word stands in title or description, in either language; case and accents don't matter.
    pub search: Option<String>,
}

impl FilterInput for ServiceFilterInput {
    type Filter = ServiceFilter;

    fn check(self) -> Result<ServiceFilter, Violation> {
        Ok(ServiceFilter {
            search: check_search(self.search)?,
        })
    }
}

record_order! {
    /// What services can be ordered by.
    enum ServiceOrderField for Entity {
        /// As staff put them.
        Order => Position,
        /// The title.
        Title => SortTitle,
        /// When they were entered.
        CreatedAt => CreatedAt,
        /// When they last changed.
        UpdatedAt => UpdatedAt,
    }
    /// An order of services.
    input ServiceOrder;
}

record_inputs! {
    /// A new service.
    create CreateServiceInput;
    /// Changes to a service: absent keeps, null clears; what can't be empty answers null with REQUIRED.
    patch ServicePatch;
    /// Which service (`svc_…`) changes, from which version, and how.
    update UpdateServiceInput;
    into ServiceFields;
    required {
        /// What it is called, 200 characters at most.
        title: String,
        /// What it is, in a few sentences, 20,000 characters at most.
        short_description: String,
    }
    optional {
        /// What it is called in English, 200 characters at most.
        title_en: String,
        /// The description in English.
        short_description_en: String,
        /// A drawing for it, uploaded before with `createUpload` (`upl_…`), from an SVG or PNG file.
        icon_upload_id: ID,
        /// Its place in the list, smallest first; behind the last when absent. See `reorderServices`.
        order: i32,
    }
}

record_payload! {
    /// What a mutation on a service answers.
    ServicePayload { service: GqlService, from Model }
}

/// The order of all services.
#[derive(Debug, InputObject)]
pub struct ReorderServicesInput {
    /// The services that come first, in this order (500 at most); the others follow in the order they have.
    pub ids: BoundedList<ID, { commands::MAX_REORDERED }>,
}

/// What `reorderServices` answers.
#[derive(Debug, SimpleObject)]
pub struct ReorderServicesPayload {
    /// All living services in their new order; null when something is wrong.
    pub services: Option<Vec<GqlService>>,
    /// What is wrong with the input; when there is anything, nothing was written.
    pub user_errors: Vec<UserError>,
}

/// Reads of services.
#[derive(Debug, Default)]
pub struct ServiceQuery;

#[paged]
#[Object]
impl ServiceQuery {
    /// What the company does for people, in the order that staff give it unless asked for otherwise. For everybody.
    async fn services(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which services.")] filter: Option<ServiceFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<ServiceOrder>,
        #[graphql(desc = "In which state; PUBLISHED when absent, and more for staff alone.")] scope: Option<
            RecordScope,
        >,
        #[graphql(
            desc = "In which language; what has no English text answers in French.",
            default_with = "Locale::Fr"
        )]
        locale: Locale,
    ) -> Result<Connection<GqlService>> {
        let locale = locale.into();
        let node = |row| GqlService::new(row, locale);
        connection::<Entity, _>(ctx, ctx.actor(), args, filter, order_by, scope, node).await
    }
}

/// Mutations on them.
#[derive(Debug, Default)]
pub struct ServiceMutation;

#[Object]
impl ServiceMutation {
    /// Adds a service. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn create_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service.")] input: CreateServiceInput,
    ) -> Result<ServicePayload> {
        Ok(create::<Entity, _>(ctx, input).await?.into())
    }

    /// Changes a service. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn update_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateServiceInput,
    ) -> Result<ServicePayload> {
        Ok(update::<Entity, _>(ctx, input).await?.into())
    }

    /// Puts the services in order, all in one step. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn reorder_services(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order.")] input: ReorderServicesInput,
    ) -> Result<ReorderServicesPayload> {
        let path = ["input".to_owned(), "ids".to_owned()];
        let mut violations = Violations::default();
        let ids: Option<Vec<ServiceId>> = input.ids.read(&path, &mut violations);
        let outcome = match ids {
            Some(ids) => {
                let ids: Vec<_> = ids.into_iter().map(|id| id.0).collect();
                commands::reorder::<Entity, _>(ctx.app(), ctx.actor(), &ids).await
            }
            None => Err(violations.into_error()),
        };
        let (rows, user_errors) = split(outcome)?;
        Ok(ReorderServicesPayload {
            services: rows.map(|rows| rows.into_iter().map(GqlService::from).collect()),
            user_errors,
        })
    }
}
