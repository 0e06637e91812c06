//! `Service`.

use async_graphql::{Context, ID, Object, Result};

use super::{
    declare::{content_list, content_mutations, content_order, content_type, search_filter},
    images::picture,
    in_locale,
};
use crate::features::{
    accounts::graphql::RecordFields,
    content::{
        kinds::service::ServiceFields,
        tables::service::{Entity, Model},
    },
    media::graphql::GqlImage,
};
use platform::{record_inputs, record_order, record_payload};

content_type! {
    /// Something that the company does for people.
    GqlService of Model
}

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

search_filter! {
    /// Which services a list shows.
    input ServiceFilterInput;
    /// Each word stands in title or description, in either language; case and accents don't matter.
    search;
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

content_order! {
    /// The order of all services.
    input ReorderServicesInput;
    /// The services that come first, in this order (500 at most); the others follow in the order they have.
    ids;
    /// What `reorderServices` answers.
    payload ReorderServicesPayload;
    /// All living services in their new order, 500 at most; null when something is wrong.
    services: Model, shown as GqlService;
}

content_list! {
    /// Reads of services.
    query ServiceQuery;
    /// What the company does for people, in the order that staff give it unless asked for otherwise. For everybody.
    services: Entity, shown as GqlService;
    filter "Which services." ServiceFilterInput;
    order ServiceOrder;
}

content_mutations! {
    /// Mutations on them.
    mutation ServiceMutation on Entity;
    /// Adds a service. For staff.
    create_service("The service." CreateServiceInput) -> ServicePayload;
    /// Changes a service. For staff.
    update_service(UpdateServiceInput);
    /// Puts the services in order, all in one step. For staff.
    reorder_services(ReorderServicesInput) -> ReorderServicesPayload;
}
