//! The table `projects`.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    features::projects::{Phase, ProjectId},
    platform::{
        actor::{AccountId, ClientId},
        money::{Amount, Currency},
    },
    record_entity,
};

/// One contract.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "projects")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProjectId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<AccountId>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<AccountId>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<AccountId>,
    pub deletion_batch: Option<Uuid>,
    pub client_id: ClientId,
    pub name: String,
    pub start_date: Option<NaiveDate>,
    pub estimated_completion: Option<NaiveDate>,
    pub progress_percentage: i32,
    pub current_phase: Phase,
    pub closed_at: Option<DateTime<Utc>>,
    pub currency: Currency,
    pub total_quote: Amount,
    /// The name, folded: for searching, and for an order that both databases agree on.
    pub search_text: String,
}

impl ActiveModelBehavior for ActiveModel {}

record_entity!(
    "Project", ProjectId,
    derived: [SearchText],
    hundredths: [TotalQuote],
    ids: [ClientId: ClientId],
);
