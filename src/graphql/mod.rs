//! The schema, merged from the features, and what each request carries.

pub mod meta;
pub mod permissions;
pub mod weights;

use async_graphql::{MergedObject, MergedSubscription, Request, Schema, ValidationMode};

use crate::features::{
    accounts::graphql::{AccountsMutation, AccountsQuery, SecondFactorMutation, SecurityEventsQuery},
    backups::graphql::{BackupsMutation, BackupsQuery},
    billing::graphql::{
        BillingMutation, BillingQuery, CompanyMutation, CompanyQuery, NumberingMutation, NumberingQuery,
    },
    clients::graphql::{ClientsMutation, ClientsQuery},
    content::graphql::{
        BlogMutation, BlogQuery, FaqMutation, FaqQuery, PartnerMutation, PartnerQuery, PortfolioMutation,
        PortfolioQuery, PromotionMutation, PromotionQuery, ServiceMutation, ServiceQuery,
        TestimonialMutation, TestimonialQuery,
    },
    dashboard::graphql::DashboardQuery,
    deliveries::graphql::{DeliveriesMutation, DeliveriesQuery},
    devices::graphql::DevicesMutation,
    feed::{
        FeedHub,
        graphql::{FeedSubscription, streams::StreamEvent},
    },
    leads::graphql::{FormsMutation, LeadsMutation, LeadsQuery},
    media::{
        Media,
        graphql::{MediaMutation, MediaQuery},
    },
    notifications::graphql::NotificationsMutation,
    preferences::graphql::PreferencesMutation,
    privacy::graphql::PrivacyMutation,
    projects::graphql::{ProjectsMutation, ProjectsQuery},
    records::graphql::{RecordsMutation, RecordsQuery},
    staff::graphql::{StaffMutation, StaffQuery},
};
use platform::{
    actor::Actor,
    ctx::Ctx,
    graphql::{JustSignedIn, Loaders, RequestInfo, document::DocumentSchema, scalars::Moment, values::Date},
};

/// The schema.
pub type AppSchema = Schema<Query, Mutation, Subscription>;

/// Reads. A field that needs a role says so; what isn't yours reads like what doesn't exist.
#[derive(MergedObject, Default)]
pub struct Query(
    meta::MetaQuery,
    AccountsQuery,
    SecurityEventsQuery,
    StaffQuery,
    ClientsQuery,
    ProjectsQuery,
    LeadsQuery,
    DashboardQuery,
    BillingQuery,
    CompanyQuery,
    NumberingQuery,
    DeliveriesQuery,
    MediaQuery,
    BackupsQuery,
    RecordsQuery,
    PortfolioQuery,
    ServiceQuery,
    PartnerQuery,
    TestimonialQuery,
    BlogQuery,
    FaqQuery,
    PromotionQuery,
);

/// What people do about themselves and others: apart, since the compiler goes down one level for each part of a chain, and
/// not to any depth.
#[derive(MergedObject, Default)]
pub struct PeopleMutation(
    AccountsMutation,
    SecondFactorMutation,
    StaffMutation,
    DevicesMutation,
    ClientsMutation,
    PrivacyMutation,
    NotificationsMutation,
    PreferencesMutation,
);

/// Writes. Each takes one `input` and answers with the record and `userErrors`; when there are any, nothing was
/// written.
#[derive(MergedObject, Default)]
pub struct Mutation(
    PeopleMutation,
    MediaMutation,
    ProjectsMutation,
    FormsMutation,
    LeadsMutation,
    BillingMutation,
    CompanyMutation,
    NumberingMutation,
    DeliveriesMutation,
    BackupsMutation,
    RecordsMutation,
    PortfolioMutation,
    ServiceMutation,
    PartnerMutation,
    TestimonialMutation,
    BlogMutation,
    FaqMutation,
    PromotionMutation,
);

/// Live streams, over WebSocket.
#[derive(MergedSubscription, Default)]
pub struct Subscription(FeedSubscription);

/// Builds the schema with what its resolvers share.
#[must_use]
pub fn build_schema(ctx: Ctx, media: Media, feed: FeedHub) -> AppSchema {
    schema_builder().data(ctx).data(media).data(feed).finish()
}

/// The schema as documents are validated against it.
///
/// # Errors
/// When it isn't valid, which a test would have found.
pub fn document_schema(schema: &AppSchema) -> anyhow::Result<DocumentSchema> {
    DocumentSchema::parse(&schema.sdl())?
        .with_scalar::<Date>("Date")
        .with_scalar::<Moment>("DateTime")
        .with_weights(weights::WEIGHTS)?
        .with_texts(weights::TEXTS)
}

/// The schema's definition alone, for `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    schema_builder().finish().sdl()
}

fn schema_builder() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .register_output_type::<StreamEvent>()
        // Documents are validated and measured before they get here (platform/src/graphql/document).
        .validation_mode(ValidationMode::Fast)
        .disable_suggestions()
}

/// Who sends a request, and what the transport knows of it.
#[derive(Debug, Clone)]
pub struct Asker {
    actor: Actor,
    info: RequestInfo,
    signed_in: JustSignedIn,
}

impl Asker {
    /// Somebody who has just sent a request.
    #[must_use]
    pub fn new(actor: Actor, info: RequestInfo) -> Self {
        Self {
            actor,
            info,
            signed_in: JustSignedIn::default(),
        }
    }

    /// Attaches what the resolvers need: who asks, and loaders that live as long as this execution.
    #[must_use]
    pub fn asks(self, request: Request) -> Request {
        request
            .data(Loaders::default())
            .data(self.signed_in)
            .data(self.actor)
            .data(self.info)
    }
}
