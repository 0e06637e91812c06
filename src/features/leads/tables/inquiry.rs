//! The table `contact_inquiries`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    features::leads::{Doubt, InquiryId},
    platform::actor::AccountId,
    record_entity,
};

/// A question that came through the contact form.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contact_inquiries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InquiryId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    /// `None` for what came through the website.
    pub created_by: Option<AccountId>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<AccountId>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<AccountId>,
    pub deletion_batch: Option<Uuid>,
    pub name: String,
    /// As it was typed.
    pub email: String,
    /// Lower case: what is compared.
    pub email_normalized: String,
    /// In E.164 form.
    pub phone: Option<String>,
    pub subject: String,
    pub message: String,
    pub is_read: bool,
    /// Why it may come from a program.
    pub doubt: Option<Doubt>,
    /// The name folded, so that Élodie stands among the E's on both databases.
    pub sort_name: String,
    /// What a search looks through, folded.
    pub search_text: String,
}

impl ActiveModelBehavior for ActiveModel {}

record_entity!("ContactInquiry", InquiryId, derived: [EmailNormalized, SortName, SearchText]);
