//! `companyProfile` and `updateCompanyProfile`.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use chrono::{DateTime, Utc};

use crate::features::{
    accounts::graphql::{GqlActor, actor_of},
    billing::{CompanyProfile, CompanyProfiles, commands::CompanyFields, company_profile},
    media::{find_image, graphql::GqlImage},
};
use platform::{
    editing::update,
    graphql::{
        Allow, ContextExt,
        editing::{PatchInput, or_current},
        internal,
        values::Decimal,
    },
    read_inputs, record_payload,
};

/// The company, as documents issued from now on show it.
#[derive(Debug, Clone)]
pub struct GqlCompanyProfile(pub CompanyProfile);

impl From<CompanyProfile> for GqlCompanyProfile {
    fn from(profile: CompanyProfile) -> Self {
        Self(profile)
    }
}

/// The company, as documents issued from now on show it; issued ones keep what they were issued with. For staff.
#[Object(name = "CompanyProfile")]
impl GqlCompanyProfile {
    /// The profile's id (`cmp_…`).
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Counts the changes; send it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// Who changed it last; null before the first change.
    async fn updated_by(&self, ctx: &Context<'_>) -> Result<Option<GqlActor>> {
        actor_of(ctx, self.0.updated_by).await
    }

    /// The company's name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its address; may have several lines.
    async fn address(&self) -> Option<&str> {
        self.0.address.as_deref()
    }

    /// Its telephone number.
    async fn phone(&self) -> Option<&str> {
        self.0.phone.as_deref()
    }

    /// Its e-mail address.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// Its tax identification number (NIF).
    async fn nif(&self) -> Option<&str> {
        self.0.nif.as_deref()
    }

    /// Its entry in the register of commerce (RCCM).
    async fn rccm(&self) -> Option<&str> {
        self.0.rccm.as_deref()
    }

    /// Where transfers go; may have several lines.
    async fn bank_details(&self) -> Option<&str> {
        self.0.bank_details.as_deref()
    }

    /// Payment terms printed at the foot of invoices.
    async fn payment_terms(&self) -> Option<&str> {
        self.0.payment_terms.as_deref()
    }

    /// The logo.
    async fn logo(&self, ctx: &Context<'_>) -> Result<Option<GqlImage>> {
        let Some(id) = self.0.logo_image_id else {
            return Ok(None);
        };
        let found = find_image(ctx.app().db.reader(), id).await.map_err(internal)?;
        Ok(found.map(GqlImage::from))
    }

    /// The tax rate of new invoices that don't say their own, in percent.
    async fn tax_percentage(&self) -> Decimal {
        Decimal(self.0.tax_percentage.to_decimal())
    }

    /// The number of a certified invoicing device (NIM); printed only when filled. We claim no fiscal compliance.
    async fn fiscal_nim(&self) -> Option<&str> {
        self.0.fiscal_nim.as_deref()
    }

    /// Its signature; printed only when filled.
    async fn fiscal_signature(&self) -> Option<&str> {
        self.0.fiscal_signature.as_deref()
    }

    /// The text of its QR code; printed only when filled.
    async fn fiscal_qr(&self) -> Option<&str> {
        self.0.fiscal_qr.as_deref()
    }
}

/// Reads of the company's profile.
#[derive(Debug, Default)]
pub struct CompanyQuery;

#[Object]
impl CompanyQuery {
    /// The company, as documents issued from now on show it. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn company_profile(&self, ctx: &Context<'_>) -> Result<GqlCompanyProfile> {
        let found = company_profile(ctx.app().db.reader()).await;
        found.map(GqlCompanyProfile).map_err(internal)
    }
}

/// Changes to the company's profile: absent keeps, null clears. Texts have 4,000 characters at most; telephone,
/// e-mail address and the numbers of registers 120, since documents print them on one line.
#[derive(Debug, InputObject)]
pub struct CompanyProfilePatch {
    /// The company's name, 200 characters at most. It can't be empty: null is REQUIRED.
    pub name: MaybeUndefined<String>,
    /// Its address; may have several lines.
    pub address: MaybeUndefined<String>,
    /// Its telephone number.
    pub phone: MaybeUndefined<String>,
    /// Its e-mail address.
    pub email: MaybeUndefined<String>,
    /// Its tax identification number (NIF).
    pub nif: MaybeUndefined<String>,
    /// Its entry in the register of commerce (RCCM).
    pub rccm: MaybeUndefined<String>,
    /// Where transfers go; may have several lines.
    pub bank_details: MaybeUndefined<String>,
    /// Payment terms printed at the foot of invoices.
    pub payment_terms: MaybeUndefined<String>,
    /// A new logo, uploaded before with `createUpload` (`upl_…`); null removes it.
    pub logo_upload_id: MaybeUndefined<ID>,
    /// The tax rate of new invoices that don't say their own: 0 to 100 with two decimals at most. Null is REQUIRED.
    pub tax_percentage: MaybeUndefined<Decimal>,
    /// The number of a certified invoicing device (NIM).
    pub fiscal_nim: MaybeUndefined<String>,
    /// Its signature.
    pub fiscal_signature: MaybeUndefined<String>,
    /// The text of its QR code.
    pub fiscal_qr: MaybeUndefined<String>,
}

/// How the company's profile changes, and from which version.
#[derive(Debug, InputObject)]
pub struct UpdateCompanyProfileInput {
    /// The version you read. If it isn't the current one the answer is CONFLICT, with the current profile.
    pub expected_version: i32,
    /// The changes.
    pub patch: CompanyProfilePatch,
}

record_payload! {
    /// What `updateCompanyProfile` answers.
    UpdateCompanyProfilePayload {
        /// The profile as it is now; with CONFLICT the current one, with other errors null.
        company_profile: GqlCompanyProfile, from CompanyProfile
    }
}

read_inputs! {
    patch CompanyProfilePatch {
        name, address, phone, email, nif, rccm, bank_details, payment_terms, logo_upload_id, tax_percentage,
        fiscal_nim, fiscal_signature, fiscal_qr,
    }
    into CompanyFields
}

/// Mutations on the company's profile.
#[derive(Debug, Default)]
pub struct CompanyMutation;

#[Object]
impl CompanyMutation {
    /// Changes what documents issued from now on say of the company. For administrators.
    #[graphql(guard = "Allow::admin()")]
    async fn update_company_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateCompanyProfileInput,
    ) -> Result<UpdateCompanyProfilePayload> {
        let (app, version) = (ctx.app(), input.expected_version);
        let id = company_profile(app.db.reader()).await.map_err(internal)?.id;
        let outcome = match input.patch.fields() {
            Ok(fields) => update::<CompanyProfiles>(app, ctx.actor(), id, version, fields).await,
            Err(error) => Err(error),
        };
        Ok(or_current::<CompanyProfiles>(ctx, Some(id), outcome)
            .await?
            .into())
    }
}
