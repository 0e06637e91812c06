//! `createLead`: a lead that came by telephone or over the counter; and what every new lead has in common.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait};
use serde::Serialize;

use crate::{
    features::{
        accounts::Email,
        content::{PortfolioItemId, PortfolioItems},
        leads::{
            ActivityKind, Doubt, LeadId, LeadStatus, events,
            model::{
                MAX_LOCATION, MAX_MESSAGE, land, line, name, optional_email, paragraphs, required_phone,
                search_text,
            },
            tables::{
                activity::{self, NewActivity},
                lead,
            },
        },
    },
    platform::{
        actor::Actor,
        ctx::Ctx,
        db::WriteTx,
        error::{CommandError, Violation, Violations},
        events::{NewEvent, append_in_tx},
        idempotency::{self, Claim},
        record, search,
        write::write_tx,
    },
};

/// What a new lead says.
#[derive(Debug, Clone, Serialize)]
pub struct NewLead {
    /// Who wants a house.
    pub name: String,
    /// How to call them.
    pub phone: String,
    /// How to write to them.
    pub email: Option<String>,
    /// Whether they have land to build on.
    pub has_land: bool,
    /// Where it is.
    pub location_of_land: Option<String>,
    /// What drew them.
    pub interested_in: Option<PortfolioItemId>,
    /// What they say.
    pub message: Option<String>,
}

/// A checked [`NewLead`].
#[derive(Clone)]
pub(super) struct CheckedLead {
    name: String,
    phone: String,
    email: Option<Email>,
    has_land: bool,
    location_of_land: Option<String>,
    interested_in: Option<PortfolioItemId>,
    message: Option<String>,
}

/// Which items of the portfolio a lead may name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Items {
    /// What visitors see at this moment.
    Published(DateTime<Utc>),
    /// Whatever there is.
    Living,
}

impl NewLead {
    /// Checks the input by itself.
    ///
    /// # Errors
    /// All mistakes, at `input.…`.
    pub(super) fn check(&self) -> Result<CheckedLead, Violations> {
        let mut violations = Violations::default();
        let name = violations.check(name(&self.name, &["input", "name"]));
        let phone = violations.check(required_phone(&self.phone, &["input", "phone"]));
        let email = violations.check(optional_email(self.email.as_deref(), &["input", "email"]));
        let location = self.location_of_land.as_deref().unwrap_or_default();
        let location = violations.check(line(location, MAX_LOCATION, &["input", "locationOfLand"]));
        if let Some(location) = &location {
            violations.check(land(
                self.has_land,
                location.as_deref(),
                &["input", "locationOfLand"],
            ));
        }
        let message = self.message.as_deref().unwrap_or_default();
        let message = violations.check(paragraphs(message, MAX_MESSAGE, &["input", "message"]));
        match (name, phone, email, location, message) {
            (Some(name), Some(phone), Some(email), Some(location_of_land), Some(message))
                if violations.is_empty() =>
            {
                Ok(CheckedLead {
                    name,
                    phone,
                    email,
                    has_land: self.has_land,
                    location_of_land,
                    interested_in: self.interested_in,
                    message,
                })
            }
            _ => Err(violations),
        }
    }

    /// All that is wrong with an input of which `found` is wrong by itself.
    ///
    /// # Errors
    /// Always: the violations.
    /// What is wrong with all of it when the item in `interestedIn` can't even be read: `unread` says why.
    #[must_use]
    pub fn refuse_unread(&self, unread: Violation) -> CommandError {
        let mut found = self.check().err().unwrap_or_default();
        found.push(unread);
        found.into_error()
    }

    pub(super) async fn refuse(
        &self,
        conn: &impl ConnectionTrait,
        items: Items,
        mut found: Violations,
    ) -> CommandError {
        match check_item(conn, self.interested_in, items, &["input", "interestedIn"]).await {
            Err(CommandError::Rejected(violations)) => {
                for violation in violations {
                    found.push(violation);
                }
                found.into_error()
            }
            Err(error) => error,
            Ok(()) => found.into_error(),
        }
    }
}

/// Checks that there is such an item of the portfolio.
///
/// # Errors
/// NOT_FOUND at `field`.
pub(super) async fn check_item(
    conn: &impl ConnectionTrait,
    item: Option<PortfolioItemId>,
    items: Items,
    field: &[&str],
) -> Result<(), CommandError> {
    let Some(id) = item else { return Ok(()) };
    let found = PortfolioItems::find_by_id(id).one(conn).await?;
    match found.filter(|item| match items {
        Items::Published(now) => item.is_public(now),
        Items::Living => item.deleted_at.is_none(),
    }) {
        Some(_) => Ok(()),
        None => Err(Violation::not_found(field.iter().copied(), "portfolio item").into()),
    }
}

/// Writes a new lead, its first row of the timeline, and the event that the staff see.
pub(super) async fn insert_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    checked: CheckedLead,
    doubt: Option<Doubt>,
) -> Result<lead::Model, DbErr> {
    let (email, email_normalized) = checked
        .email
        .map_or((None, None), |email| (Some(email.shown), Some(email.normalized)));
    let row = lead::ActiveModel {
        id: Set(LeadId::generate(tx.now())),
        sort_name: Set(search::fold(&checked.name)),
        search_text: Set(search_text(
            &checked.name,
            Some(&checked.phone),
            &[
                email.as_deref(),
                checked.location_of_land.as_deref(),
                checked.message.as_deref(),
            ],
        )),
        name: Set(checked.name),
        phone: Set(checked.phone),
        email: Set(email),
        email_normalized: Set(email_normalized),
        has_land: Set(checked.has_land),
        location_of_land: Set(checked.location_of_land),
        interested_in_id: Set(checked.interested_in),
        message: Set(checked.message),
        status: Set(LeadStatus::New),
        is_read: Set(false),
        assignee_id: Set(None),
        notes: Set(None),
        doubt: Set(doubt),
        converted_at: Set(None),
        client_id: Set(None),
        project_id: Set(None),
        ..Default::default()
    };
    let lead = record::insert::<lead::Entity, _>(tx, actor, row).await?;
    activity::write_in_tx(tx, actor, lead.id, ActivityKind::Received, NewActivity::default()).await?;
    append_in_tx(
        tx,
        NewEvent {
            kind: events::LEAD_RECEIVED,
            for_staff: true,
            record: Some(("ConstructionLead", lead.id.0, lead.version)),
            ..NewEvent::default()
        },
    )
    .await?;
    Ok(lead)
}

/// Enters a lead that came another way than through the website. For staff, who are not written to about it.
///
/// # Errors
/// Violations at `input.…`.
pub async fn create_lead(
    ctx: &Ctx,
    actor: &Actor,
    input: NewLead,
    idempotency_key: Option<&str>,
) -> Result<lead::Model, CommandError> {
    actor.require_staff()?;
    let checked = match input.check() {
        Ok(checked) => checked,
        Err(found) => return Err(input.refuse(ctx.db.reader(), Items::Living, found).await),
    };
    write_tx!(ctx, |tx| {
        let claimed = match idempotency::claim_in_tx(tx, actor, "createLead", idempotency_key, &input).await?
        {
            Claim::New(claimed) => claimed,
            Claim::Replay(id) => {
                return lead::Entity::find_by_id(LeadId(id))
                    .one(tx.conn())
                    .await?
                    .ok_or_else(|| {
                        Violation::not_found(["input", "idempotencyKey"], "lead any more").into()
                    });
            }
        };
        check_item(
            tx.conn(),
            input.interested_in,
            Items::Living,
            &["input", "interestedIn"],
        )
        .await?;
        let lead = insert_in_tx(tx, actor, checked.clone(), None).await?;
        claimed.complete(tx, lead.id).await?;
        Ok(lead)
    })
}
