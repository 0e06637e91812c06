//! `Testimonial`.

use async_graphql::{Context, ID, InputObject, Object, Result};

use super::{
    check_search,
    declare::{content_list, content_mutations, content_type},
    images::picture,
    in_locale, optional_in_locale,
};
use crate::features::{
    accounts::graphql::RecordFields,
    content::{
        kinds::testimonial::{TestimonialFields, TestimonialFilter},
        tables::testimonial::{Entity, Model},
    },
    media::graphql::GqlImage,
};
use platform::{
    error::Violation, graphql::listing::FilterInput, record_inputs, record_order, record_payload,
};

content_type! {
    /// What a customer said.
    GqlTestimonial of Model
}

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

content_list! {
    /// Reads of testimonials.
    query TestimonialQuery;
    /// What customers said, the latest entered first unless asked for otherwise. PUBLISHED means featured. For everybody.
    testimonials: Entity, shown as GqlTestimonial;
    filter "Which testimonials." TestimonialFilterInput;
    order TestimonialOrder;
}

content_mutations! {
    /// Mutations on them.
    mutation TestimonialMutation on Entity;
    /// Adds what a customer said. For staff.
    create_testimonial("The testimonial." CreateTestimonialInput) -> TestimonialPayload;
    /// Changes a testimonial. For staff.
    update_testimonial(UpdateTestimonialInput);
}
