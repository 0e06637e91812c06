//! What documents say of the company: as it is now, and as it was when a document was issued.

use std::collections::HashSet;

use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};

use super::tables::{company, invoice};
use crate::features::media::{Audience, ImageId, ImageUse};
use platform::db::Db;

/// The company's details on one document, frozen when it is issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CompanyDetails {
    /// The company's name.
    pub name: String,
    /// Its address, in lines.
    pub address: Option<String>,
    /// Its telephone number.
    pub phone: Option<String>,
    /// Its e-mail address.
    pub email: Option<String>,
    /// Tax identification number.
    pub nif: Option<String>,
    /// Entry in the register of commerce.
    pub rccm: Option<String>,
    /// Where transfers go, in lines.
    pub bank_details: Option<String>,
    /// Terms printed at the foot.
    pub payment_terms: Option<String>,
    /// Number of a certified invoicing device; printed when filled.
    pub fiscal_nim: Option<String>,
    /// Its signature; printed when filled.
    pub fiscal_signature: Option<String>,
    /// The text of its QR code; printed when filled.
    pub fiscal_qr: Option<String>,
}

impl CompanyDetails {
    /// What of it is printed in letters.
    #[must_use]
    pub fn printed(&self) -> [Option<&str>; 10] {
        [
            Some(self.name.as_str()),
            self.address.as_deref(),
            self.phone.as_deref(),
            self.email.as_deref(),
            self.nif.as_deref(),
            self.rccm.as_deref(),
            self.bank_details.as_deref(),
            self.payment_terms.as_deref(),
            self.fiscal_nim.as_deref(),
            self.fiscal_signature.as_deref(),
        ]
    }
}

impl From<&company::Model> for CompanyDetails {
    fn from(row: &company::Model) -> Self {
        Self {
            name: row.name.clone(),
            address: row.address.clone(),
            phone: row.phone.clone(),
            email: row.email.clone(),
            nif: row.nif.clone(),
            rccm: row.rccm.clone(),
            bank_details: row.bank_details.clone(),
            payment_terms: row.payment_terms.clone(),
            fiscal_nim: row.fiscal_nim.clone(),
            fiscal_signature: row.fiscal_signature.clone(),
            fiscal_qr: row.fiscal_qr.clone(),
        }
    }
}

/// The company as documents issued now will show it.
///
/// # Errors
/// When the database refuses.
pub async fn company_profile(conn: &impl ConnectionTrait) -> anyhow::Result<company::Model> {
    company::Entity::find()
        .one(conn)
        .await?
        .ok_or_else(|| anyhow::anyhow!("the company has no profile: run `belle-house migrate`"))
}

/// The logo on documents: the current one, and those that issued documents were issued with.
#[derive(Debug, Clone, Copy, Default)]
pub struct CompanyLogos;

impl ImageUse for CompanyLogos {
    fn referenced<'a>(
        &'a self,
        db: &'a Db,
        images: &'a [ImageId],
    ) -> BoxFuture<'a, Result<HashSet<ImageId>, DbErr>> {
        Box::pin(async move {
            let current: Vec<Option<ImageId>> = company::Entity::find()
                .select_only()
                .column(company::Column::LogoImageId)
                .filter(company::Column::LogoImageId.is_in(images.iter().copied()))
                .into_tuple()
                .all(db.reader())
                .await?;
            let issued: Vec<Option<ImageId>> = invoice::Entity::find()
                .select_only()
                .column(invoice::Column::CompanyLogoId)
                .distinct()
                .filter(invoice::Column::CompanyLogoId.is_in(images.iter().copied()))
                .into_tuple()
                .all(db.reader())
                .await?;
            Ok(current.into_iter().chain(issued).flatten().collect())
        })
    }

    fn visible<'a>(
        &'a self,
        db: &'a Db,
        image: ImageId,
        audience: Audience,
    ) -> BoxFuture<'a, Result<bool, DbErr>> {
        Box::pin(async move {
            if audience != Audience::Staff {
                // Clients see it within their documents, never by itself.
                return Ok(false);
            }
            let shown = company::Entity::find()
                .filter(company::Column::LogoImageId.eq(image))
                .one(db.reader())
                .await?;
            Ok(shown.is_some())
        })
    }
}
