//! `createLead`, `updateLead`: what a lead says, whoever entered it, and what follows from a change.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait};
use serde::Serialize;

use crate::features::{
    accounts::{account_by_id, normalize_email, optional_email},
    content::{PortfolioItemId, PortfolioItems},
    leads::{
        ActivityKind, LeadStatus, events,
        model::{MAX_LOCATION, MAX_MESSAGE, MAX_NOTES, change_status, name, required_phone, search_text},
        tables::{
            activity::{self, NewActivity},
            lead::{ActiveModel, Entity, Model},
        },
    },
};
use platform::{
    actor::{AccountId, Actor, Role},
    db::WriteTx,
    editing::Editable,
    error::{CommandError, ErrorCode},
    events::{NewEvent, append_in_tx},
    form::{self, Change, Checks, Fault, Form, optional_line, optional_text},
    message, search,
};

/// What a lead says, and what the staff make of it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LeadFields {
    /// How far it has come.
    pub status: Change<LeadStatus>,
    /// Whether somebody has read it.
    pub is_read: Change<bool>,
    /// Who follows it.
    pub assignee_id: Change<AccountId>,
    /// What the staff know.
    pub notes: Change<String>,
    /// Who wants a house.
    pub name: Change<String>,
    /// How to call them.
    pub phone: Change<String>,
    /// How to write to them.
    pub email: Change<String>,
    /// Whether they have land to build on.
    pub has_land: Change<bool>,
    /// Where it is.
    pub location_of_land: Change<String>,
    /// What drew them.
    pub interested_in: Change<PortfolioItemId>,
    /// What they say.
    pub message: Change<String>,
}

/// Which items of the portfolio a lead may name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Items {
    /// What visitors see at this moment.
    Published(DateTime<Utc>),
    /// Whatever there is.
    Living,
}

impl Editable for Entity {
    type Row = ActiveModel;
    type Fields = LeadFields;
    type Below = ();
    const CREATE: &'static str = "createLead";

    async fn check(
        form: &mut Form<'_>,
        fields: LeadFields,
        current: Option<&Model>,
    ) -> Result<(ActiveModel, ()), CommandError> {
        let (assignee, item) = (fields.assignee_id.flatten(), fields.interested_in.flatten());
        let follows = current.and_then(|it| it.assignee_id);
        let row = read(form, fields, current);
        if let Some(account) = assignee.filter(|account| Some(*account) != follows)
            && !is_staff(form.tx(), account).await?
        {
            form.refuse(
                "assigneeId",
                Fault::new(ErrorCode::NotFound, message!("assignee-missing")),
            );
        }
        check_item(form.tx().conn(), form, item, Items::Living).await?;
        Ok((row, ()))
    }

    async fn write_below(
        form: &Form<'_>,
        (): (),
        current: Option<&Model>,
        saved: &Model,
    ) -> Result<(), CommandError> {
        match current {
            None => tell_received_in_tx(form.tx(), form.actor(), saved).await,
            Some(current) => write_timeline(form.tx(), form.actor(), current, saved).await,
        }
    }
}

/// The rules that need no look at other records, for the website's form as well.
pub(super) fn read(checks: &mut Checks, fields: LeadFields, current: Option<&Model>) -> ActiveModel {
    let now = current;
    let stands = now.map_or(LeadStatus::New, |it| it.status);
    let status = checks.required("status", fields.status, Some(&stands), |to| {
        change_status(stands, to)
    });
    let is_read = now.is_some_and(|it| it.is_read);
    let is_read = checks.required("isRead", fields.is_read, Some(&is_read), form::any);
    let name = checks.required("name", fields.name, now.map(|it| &it.name), name);
    let phone = checks.required("phone", fields.phone, now.map(|it| &it.phone), required_phone);
    let email = checks.optional("email", fields.email, now.map(|it| &it.email), optional_email);
    let notes = checks.optional(
        "notes",
        fields.notes,
        now.map(|it| &it.notes),
        optional_text(MAX_NOTES),
    );
    let has_land = checks.required("hasLand", fields.has_land, now.map(|it| &it.has_land), form::any);
    let location = checks.optional(
        "locationOfLand",
        fields.location_of_land,
        now.map(|it| &it.location_of_land),
        optional_line(MAX_LOCATION),
    );
    if has_land && location.is_none() && !checks.is_refused("locationOfLand") {
        let missing = Fault::new(ErrorCode::Required, message!("land-location-required"));
        checks.refuse("locationOfLand", missing);
    }
    let message = checks.optional(
        "message",
        fields.message,
        now.map(|it| &it.message),
        optional_text(MAX_MESSAGE),
    );
    let assignee = checks.optional(
        "assigneeId",
        fields.assignee_id,
        now.map(|it| &it.assignee_id),
        form::any,
    );
    let interested_in = checks.optional(
        "interestedIn",
        fields.interested_in,
        now.map(|it| &it.interested_in_id),
        form::any,
    );
    let others = [&email, &location, &message, &notes].map(Option::as_deref);
    ActiveModel {
        search_text: Set(search_text(&name, Some(&phone), &others)),
        sort_name: Set(search::fold(&name)),
        name: Set(name),
        phone: Set(phone),
        email_normalized: Set(email.as_deref().map(normalize_email)),
        email: Set(email),
        has_land: Set(has_land),
        location_of_land: Set(location),
        interested_in_id: Set(interested_in),
        message: Set(message),
        status: Set(status),
        is_read: Set(is_read),
        assignee_id: Set(assignee),
        notes: Set(notes),
        ..Default::default()
    }
}

/// Checks that there is such an item of the portfolio: NOT_FOUND at `interestedIn`.
pub(super) async fn check_item(
    conn: &impl ConnectionTrait,
    checks: &mut Checks,
    item: Option<PortfolioItemId>,
    items: Items,
) -> Result<(), DbErr> {
    let Some(id) = item else { return Ok(()) };
    let found = PortfolioItems::find_by_id(id).one(conn).await?;
    if !found.is_some_and(|item| match items {
        Items::Published(now) => item.is_public(now),
        Items::Living => item.deleted_at.is_none(),
    }) {
        checks.refuse("interestedIn", Fault::not_found(PortfolioItemId::NOUN));
    }
    Ok(())
}

/// Whether it is the living account of somebody who works for the company.
async fn is_staff(tx: &WriteTx, id: AccountId) -> Result<bool, DbErr> {
    let account = account_by_id(tx.conn(), id).await?;
    Ok(account.is_some_and(|account| account.role != Role::Client && account.disabled_at.is_none()))
}

/// Writes a new lead's first row of the timeline, and the event that the staff see.
pub(super) async fn tell_received_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    lead: &Model,
) -> Result<(), CommandError> {
    activity::write_in_tx(tx, actor, lead.id, ActivityKind::Received, NewActivity::default()).await?;
    append_in_tx(
        tx,
        NewEvent::about::<Entity>(events::LEAD_RECEIVED, lead).for_staff(),
    );
    Ok(())
}

/// One row of the timeline for each thing that changed. That somebody read it is no news.
async fn write_timeline(
    tx: &WriteTx,
    actor: &Actor,
    before: &Model,
    after: &Model,
) -> Result<(), CommandError> {
    let write = async |kind, what| activity::write_in_tx(tx, actor, after.id, kind, what).await;
    if before.status != after.status {
        let what = NewActivity {
            status: Some((before.status, after.status)),
            ..NewActivity::default()
        };
        write(ActivityKind::StatusChanged, what).await?;
    }
    if before.assignee_id != after.assignee_id {
        let what = NewActivity {
            assignee: after.assignee_id,
            ..NewActivity::default()
        };
        write(ActivityKind::Assigned, what).await?;
    }
    if before.notes != after.notes {
        let what = NewActivity {
            text: after.notes.clone(),
            ..NewActivity::default()
        };
        write(ActivityKind::Noted, what).await?;
    }
    let said = |lead: &Model| {
        (
            lead.name.clone(),
            lead.phone.clone(),
            lead.email.clone(),
            lead.has_land,
            lead.location_of_land.clone(),
            lead.interested_in_id,
            lead.message.clone(),
        )
    };
    if said(before) != said(after) {
        write(ActivityKind::Corrected, NewActivity::default()).await?;
    }
    Ok(())
}
