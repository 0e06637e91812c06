//! The table `company_profiles`: one row, what documents say of the company.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    features::{billing::CompanyProfileId, media::ImageId},
    platform::{actor::AccountId, quantity::Percentage},
    record_entity,
};

/// The company, as its documents show it from now on; issued ones keep what they were issued with.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "company_profiles")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CompanyProfileId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<AccountId>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<AccountId>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<AccountId>,
    pub deletion_batch: Option<Uuid>,
    /// Always 1: there is one company.
    #[sea_orm(unique)]
    pub singleton: i32,
    pub name: String,
    pub address: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    /// Tax identification number.
    pub nif: Option<String>,
    /// Entry in the register of commerce.
    pub rccm: Option<String>,
    pub bank_details: Option<String>,
    pub payment_terms: Option<String>,
    pub logo_image_id: Option<ImageId>,
    /// The rate of new invoices that don't say their own.
    pub tax_percentage: Percentage,
    pub fiscal_nim: Option<String>,
    pub fiscal_signature: Option<String>,
    pub fiscal_qr: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

record_entity!("CompanyProfile", CompanyProfileId, hundredths: [TaxPercentage]);
