//! `Partner`.

use async_graphql::{Context, ID, Object, Result};

use super::{
    declare::{content_list, content_mutations, content_order, content_type, search_filter},
    images::picture,
};
use crate::features::{
    accounts::graphql::RecordFields,
    content::{
        kinds::partner::PartnerFields,
        tables::partner::{Entity, Model},
    },
    media::graphql::GqlImage,
};
use platform::{graphql::scalars::Url, record_inputs, record_order, record_payload};

content_type! {
    /// A partner company.
    GqlPartner of Model
}

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

search_filter! {
    /// Which partners a list shows.
    input PartnerFilterInput;
    /// Each word stands in the name; case and accents don't matter.
    search;
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

content_order! {
    /// The order of all partners.
    input ReorderPartnersInput;
    /// The partners that come first, in this order (500 at most); the others follow in the order they have.
    ids;
    /// What `reorderPartners` answers.
    payload ReorderPartnersPayload;
    /// All living partners in their new order, 500 at most; null when something is wrong.
    partners: Model, shown as GqlPartner;
}

content_list! {
    /// Reads of partners.
    query PartnerQuery;
    /// The company's partners, in the order that staff give them unless asked for otherwise. For everybody.
    partners: Entity, shown as GqlPartner;
    filter "Which partners." PartnerFilterInput;
    order PartnerOrder;
}

content_mutations! {
    /// Mutations on them.
    mutation PartnerMutation on Entity;
    /// Adds a partner. For staff.
    create_partner("The partner." CreatePartnerInput) -> PartnerPayload;
    /// Changes a partner. For staff.
    update_partner(UpdatePartnerInput);
    /// Puts the partners in order, all in one step. For staff.
    reorder_partners(ReorderPartnersInput) -> ReorderPartnersPayload;
}
