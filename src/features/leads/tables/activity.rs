//! The table `lead_activities`: what happened to a lead, one row a happening, written with it and never changed.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, DbErr, EntityTrait, entity::prelude::*};

use crate::features::{
    leads::{ActivityId, ActivityKind, LeadId, LeadStatus},
    projects::ProjectId,
};
use platform::{
    actor::{AccountId, Actor, ClientId},
    db::WriteTx,
    outbox::DeliveryId,
};

/// One happening.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lead_activities")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ActivityId,
    pub lead_id: LeadId,
    pub at: DateTime<Utc>,
    pub kind: ActivityKind,
    /// Who did it; `None` for the visitor and the server itself.
    pub account_id: Option<AccountId>,
    pub old_status: Option<LeadStatus>,
    pub new_status: Option<LeadStatus>,
    /// Who follows the lead from then on.
    pub assignee_id: Option<AccountId>,
    /// The notes as they were written.
    pub text: Option<String>,
    pub delivery_id: Option<DeliveryId>,
    pub client_id: Option<ClientId>,
    pub project_id: Option<ProjectId>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What happened to a lead, to be written down.
#[derive(Debug, Clone, Default)]
pub struct NewActivity {
    /// The status before and after.
    pub status: Option<(LeadStatus, LeadStatus)>,
    /// Who follows the lead now.
    pub assignee: Option<AccountId>,
    /// The notes.
    pub text: Option<String>,
    /// The e-mail.
    pub delivery: Option<DeliveryId>,
    /// The client it became.
    pub client: Option<ClientId>,
    /// The project it became.
    pub project: Option<ProjectId>,
}

/// Writes down what happened to `lead`.
///
/// # Errors
/// When the database refuses.
pub async fn write_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    lead: LeadId,
    kind: ActivityKind,
    what: NewActivity,
) -> Result<(), DbErr> {
    Entity::insert(ActiveModel {
        id: Set(ActivityId::generate(tx.now())),
        lead_id: Set(lead),
        at: Set(tx.now()),
        kind: Set(kind),
        account_id: Set(actor.account_id()),
        old_status: Set(what.status.map(|(old, _)| old)),
        new_status: Set(what.status.map(|(_, new)| new)),
        assignee_id: Set(what.assignee),
        text: Set(what.text),
        delivery_id: Set(what.delivery),
        client_id: Set(what.client),
        project_id: Set(what.project),
    })
    .exec_without_returning(tx.conn())
    .await?;
    Ok(())
}
