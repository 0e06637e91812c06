//! The table `company_profiles`: one row, what documents say of the company.

use sea_orm::entity::prelude::*;

use crate::features::{billing::CompanyProfileId, media::ImageId};
use platform::{quantity::Percentage, record_table};

record_table! {
    /// The company, as its documents show it from now on; issued ones keep what they were issued with.
    "company_profiles" {
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
    is ("CompanyProfile", CompanyProfileId, hundredths: [TaxPercentage], ids: [LogoImageId: ImageId])
}
