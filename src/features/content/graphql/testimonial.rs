//! `Testimonial`.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result};

use super::{check_search, images::picture, in_locale, optional_in_locale};
use crate::{
    features::{
        accounts::graphql::RecordFields,
        content::{
            kinds::testimonial::{TestimonialFields, TestimonialFilter},
            tables::testimonial::{Entity, Model},
        },
        media::graphql::GqlImage,
    },
    platform::{
        actor::Locale as Language,
        error::Violation,
        graphql::{
            Allow, Connection, ContextExt, Locale, RecordScope,
            editing::{create, update},
            listing::{FilterInput, connection},
            paged,
        },
        paging::PageArgs,
    },
    record_inputs, record_methods, record_order, record_payload,
};

/// What a customer said.
#[derive(Debug, Clone)]
pub struct GqlTestimonial {
    row: Arc<Model>,
    locale: Language,
}

impl GqlTestimonial {
    /// The record, read in this language.
    #[must_use]
    pub fn new(row: Model, locale: Language) -> Self {
        Self {
            row: Arc::new(row),
            locale,
        }
    }
}

impl From<Model> for GqlTestimonial {
    fn from(row: Model) -> Self {
        Self::new(row, Language::Fr)
    }
}

record_methods!(GqlTestimonial, row);

/// What a customer said. Visitors see the featured ones.
#[Object(name = "Testimonial")]
impl GqlTestimonial {
    #[graphql(flatten)]
    async fn record(&self) -> RecordFields {
        self.record_fields()
    }

    /// Who said it.
    async fn client_name(&self) -> &str {
        &self.row.client_name
    }

    /// What they are, such as `Propriétaire`.
    async fn role(&self) -> Option<&str> {
        optional_in_locale(&self.row.role, &self.row.role_en, self.locale)
    }

    /// What they are, in English; null when nobody has written that.
    async fn role_en(&self) -> Option<&str> {
        self.row.role_en.as_deref()
    }

    /// Their photo.
    async fn photo(&self, ctx: &Context<'_>) -> Result<Option<GqlImage>> {
        picture(
            ctx,
            self.row.photo_id,
            self.row.deleted_at.is_none() && self.row.is_featured,
            self.locale,
        )
        .await
    }

    /// What they said; may have several lines.
    async fn content(&self) -> &str {
        in_locale(&self.row.content, &self.row.content_en, self.locale)
    }

    /// What they said, in English; null when nobody has written that.
    async fn content_en(&self) -> Option<&str> {
        self.row.content_en.as_deref()
    }

    /// Stars: 1 to 5.
    async fn rating(&self) -> i32 {
        self.row.rating
    }

    /// Whether visitors see it.
    async fn is_featured(&self) -> bool {
        self.row.is_featured
    }
}

/// Which testimonials a list shows. All of what is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct TestimonialFilterInput {
    /// Only featured ones, or only the others. Visitors see featured ones whatever is asked.
    pub featured: Option<bool>,
    /// With this many stars or more.
    pub rating_from: Option<i32>,
    /// Each word stands in name, role or content, in either language; case and accents don't matter.
    pub search: Option<String>,
}

impl FilterInput for TestimonialFilterInput {
    type Filter = TestimonialFilter;

    fn check(self) -> Result<TestimonialFilter, Violation> {
        Ok(TestimonialFilter {
            featured: self.featured,
            rating_from: self.rating_from,
            search: check_search(self.search)?,
        })
    }
}

record_order! {
    /// What testimonials can be ordered by.
    enum TestimonialOrderField for Entity {
        /// When they were entered.
        CreatedAt => CreatedAt,
        /// When they last changed.
        UpdatedAt => UpdatedAt,
        /// Stars.
        Rating => Rating,
        /// The customer's name.
        ClientName => SortName,
    }
    /// An order of testimonials.
    input TestimonialOrder;
}

record_inputs! {
    /// What a customer said.
    create CreateTestimonialInput;
    /// Changes to a testimonial: absent keeps, null clears; what can't be empty answers null with REQUIRED.
    patch TestimonialPatch;
    /// Which testimonial (`tst_…`) changes, from which version, and how.
    update UpdateTestimonialInput;
    into TestimonialFields;
    required {
        /// Who said it, 200 characters at most.
        client_name: String,
        /// What they said, 20,000 characters at most.
        content: String,
        /// Stars: 1 to 5.
        rating: i32,
    }
    optional {
        /// What they are, such as `Propriétaire`, 300 characters at most.
        role: String,
        /// What they are, in English.
        role_en: String,
        /// Their photo, uploaded before with `createUpload` (`upl_…`).
        photo_upload_id: ID,
        /// What they said, in English.
        content_en: String,
        /// Whether visitors see it; not when absent.
        is_featured: bool,
    }
}

record_payload! {
    /// What a mutation on a testimonial answers.
    TestimonialPayload { testimonial: GqlTestimonial, from Model }
}

/// Reads of testimonials.
#[derive(Debug, Default)]
pub struct TestimonialQuery;

#[paged]
#[Object]
impl TestimonialQuery {
    /// What customers said, the latest entered first unless asked for otherwise. PUBLISHED means featured. For everybody.
    async fn testimonials(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which testimonials.")] filter: Option<TestimonialFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<TestimonialOrder>,
        #[graphql(desc = "In which state; PUBLISHED when absent, and more for staff alone.")] scope: Option<
            RecordScope,
        >,
        #[graphql(
            desc = "In which language; what has no English text answers in French.",
            default_with = "Locale::Fr"
        )]
        locale: Locale,
    ) -> Result<Connection<GqlTestimonial>> {
        let locale = locale.into();
        let node = |row| GqlTestimonial::new(row, locale);
        connection::<Entity, _>(ctx, ctx.actor(), args, filter, order_by, scope, node).await
    }
}

/// Mutations on them.
#[derive(Debug, Default)]
pub struct TestimonialMutation;

#[Object]
impl TestimonialMutation {
    /// Adds what a customer said. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn create_testimonial(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The testimonial.")] input: CreateTestimonialInput,
    ) -> Result<TestimonialPayload> {
        Ok(create::<Entity, _>(ctx, input).await?.into())
    }

    /// Changes a testimonial. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn update_testimonial(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateTestimonialInput,
    ) -> Result<TestimonialPayload> {
        Ok(update::<Entity, _>(ctx, input).await?.into())
    }
}
