//! `Partner`.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::{check_search, images::picture};
use crate::{
    features::{
        accounts::graphql::RecordFields,
        content::{
            PartnerId, commands,
            kinds::partner::{PartnerFields, PartnerFilter},
            tables::partner::{Entity, Model},
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
            paged,
            scalars::Url,
            split,
        },
        paging::PageArgs,
    },
    record_inputs, record_methods, record_order, record_payload,
};

/// A partner company.
#[derive(Debug, Clone)]
pub struct GqlPartner {
    row: Arc<Model>,
    locale: Language,
}

impl GqlPartner {
    /// The record, read in this language.
    #[must_use]
    pub fn new(row: Model, locale: Language) -> Self {
        Self {
            row: Arc::new(row),
            locale,
        }
    }
}

impl From<Model> for GqlPartner {
    fn from(row: Model) -> Self {
        Self::new(row, Language::Fr)
    }
}

record_methods!(GqlPartner, row);

/// A partner company, in the order that staff give them.
#[Object(name = "Partner")]
impl GqlPartner {
    #[graphql(flatten)]
    async fn record(&self) -> RecordFields {
        self.record_fields()
    }

    /// What it is called.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// Its logo; what is transparent stays so in WebP and PNG.
    async fn logo(&self, ctx: &Context<'_>) -> Result<Option<GqlImage>> {
        picture(ctx, self.row.logo_id, self.row.deleted_at.is_none(), self.locale).await
    }

    /// Where it is on the web.
    async fn website(&self) -> Option<Url> {
        self.row.website.clone().map(Url)
    }

    /// Its place in the list, smallest first.
    async fn order(&self) -> i32 {
        self.row.position
    }
}

/// Which partners a list shows.
#[derive(Debug, Default, InputObject)]
pub struct PartnerFilterInput {
    /// Each word stands in the name; case and accents don't matter.
    pub search: Option<String>,
}

impl FilterInput for PartnerFilterInput {
    type Filter = PartnerFilter;

    fn check(self) -> Result<PartnerFilter, Violation> {
        Ok(PartnerFilter {
            search: check_search(self.search)?,
        })
    }
}

record_order! {
    /// What partners can be ordered by.
    enum PartnerOrderField for Entity {
        /// As staff put them.
        Order => Position,
        /// The name.
        Name => SortName,
        /// When they were entered.
        CreatedAt => CreatedAt,
        /// When they last changed.
        UpdatedAt => UpdatedAt,
    }
    /// An order of partners.
    input PartnerOrder;
}

record_inputs! {
    /// A new partner.
    create CreatePartnerInput;
    /// Changes to a partner: absent keeps, null clears; what can't be empty answers null with REQUIRED.
    patch PartnerPatch;
    /// Which partner (`ptn_…`) changes, from which version, and how.
    update UpdatePartnerInput;
    into PartnerFields;
    required {
        /// What it is called, 200 characters at most.
        name: String,
    }
    optional {
        /// Its logo, uploaded before with `createUpload` (`upl_…`).
        logo_upload_id: ID,
        /// Where it is on the web: a whole http or https address.
        website: String,
        /// Its place in the list, smallest first; behind the last when absent. See `reorderPartners`.
        order: i32,
    }
}

record_payload! {
    /// What a mutation on a partner answers.
    PartnerPayload { partner: GqlPartner, from Model }
}

/// The order of all partners.
#[derive(Debug, InputObject)]
pub struct ReorderPartnersInput {
    /// The partners that come first, in this order (500 at most); the others follow in the order they have.
    pub ids: BoundedList<ID, { commands::MAX_REORDERED }>,
}

/// What `reorderPartners` answers.
#[derive(Debug, SimpleObject)]
pub struct ReorderPartnersPayload {
    /// All living partners in their new order; null when something is wrong.
    pub partners: Option<Vec<GqlPartner>>,
    /// What is wrong with the input; when there is anything, nothing was written.
    pub user_errors: Vec<UserError>,
}

/// Reads of partners.
#[derive(Debug, Default)]
pub struct PartnerQuery;

#[paged]
#[Object]
impl PartnerQuery {
    /// The company's partners, in the order that staff give them unless asked for otherwise. For everybody.
    async fn partners(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which partners.")] filter: Option<PartnerFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<PartnerOrder>,
        #[graphql(desc = "In which state; PUBLISHED when absent, and more for staff alone.")] scope: Option<
            RecordScope,
        >,
        #[graphql(
            desc = "In which language; what has no English text answers in French.",
            default_with = "Locale::Fr"
        )]
        locale: Locale,
    ) -> Result<Connection<GqlPartner>> {
        let locale = locale.into();
        let node = |row| GqlPartner::new(row, locale);
        connection::<Entity, _>(ctx, ctx.actor(), args, filter, order_by, scope, node).await
    }
}

/// Mutations on them.
#[derive(Debug, Default)]
pub struct PartnerMutation;

#[Object]
impl PartnerMutation {
    /// Adds a partner. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn create_partner(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The partner.")] input: CreatePartnerInput,
    ) -> Result<PartnerPayload> {
        Ok(create::<Entity, _>(ctx, input).await?.into())
    }

    /// Changes a partner. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn update_partner(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdatePartnerInput,
    ) -> Result<PartnerPayload> {
        Ok(update::<Entity, _>(ctx, input).await?.into())
    }

    /// Puts the partners in order, all in one step. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn reorder_partners(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order.")] input: ReorderPartnersInput,
    ) -> Result<ReorderPartnersPayload> {
        let path = ["input".to_owned(), "ids".to_owned()];
        let mut violations = Violations::default();
        let ids: Option<Vec<PartnerId>> = input.ids.read(&path, &mut violations);
        let outcome = match ids {
            Some(ids) => {
                let ids: Vec<_> = ids.into_iter().map(|id| id.0).collect();
                commands::reorder::<Entity, _>(ctx.app(), ctx.actor(), &ids).await
            }
            None => Err(violations.into_error()),
        };
        let (rows, user_errors) = split(outcome)?;
        Ok(ReorderPartnersPayload {
            partners: rows.map(|rows| rows.into_iter().map(GqlPartner::from).collect()),
            user_errors,
        })
    }
}
