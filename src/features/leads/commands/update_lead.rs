//! `updateLead`: what the staff do with a lead short of converting it.

use sea_orm::{
    ActiveValue,
    ActiveValue::{NotSet, Set},
};

use super::{
    create_lead::{Items, check_item},
    lock_lead,
};
use crate::{
    features::{
        accounts::{Email, account_by_id},
        content::PortfolioItemId,
        leads::{
            ActivityKind, LeadId, LeadStatus,
            model::{
                MAX_LOCATION, MAX_MESSAGE, MAX_NOTES, change_status, land, line, name, optional_email,
                paragraphs, required_phone, search_text,
            },
            tables::{
                activity::{self, NewActivity},
                lead,
            },
        },
    },
    platform::{
        actor::{AccountId, Actor, Role},
        ctx::Ctx,
        db::WriteTx,
        error::{CommandError, ErrorCode, Violation, Violations},
        record, search,
        write::write_tx,
    },
};

/// What changes; an absent value stays, an inner `None` clears.
#[derive(Debug, Clone, Default)]
pub struct LeadPatch {
    /// How far the lead has come.
    pub status: Option<LeadStatus>,
    /// Whether somebody has read it.
    pub is_read: Option<bool>,
    /// Who follows it.
    pub assignee: Option<Option<AccountId>>,
    /// What the staff know.
    pub notes: Option<Option<String>>,
    /// Who wants a house.
    pub name: Option<String>,
    /// How to call them.
    pub phone: Option<String>,
    /// How to write to them.
    pub email: Option<Option<String>>,
    /// Whether they have land.
    pub has_land: Option<bool>,
    /// Where it is.
    pub location_of_land: Option<Option<String>>,
    /// What drew them.
    pub interested_in: Option<Option<PortfolioItemId>>,
    /// What they said.
    pub message: Option<Option<String>>,
}

/// A checked [`LeadPatch`].
struct Checked {
    status: Option<LeadStatus>,
    is_read: Option<bool>,
    assignee: Option<Option<AccountId>>,
    notes: Option<Option<String>>,
    name: Option<String>,
    phone: Option<String>,
    email: Option<Option<Email>>,
    has_land: Option<bool>,
    location_of_land: Option<Option<String>>,
    interested_in: Option<Option<PortfolioItemId>>,
    message: Option<Option<String>>,
}

/// Changes a lead, and writes what happened into its timeline. For staff.
///
/// # Errors
/// Violations at `input.patch.…`; CONFLICT when it is not at `expected_version`.
pub async fn update_lead(
    ctx: &Ctx,
    actor: &Actor,
    id: LeadId,
    expected_version: i32,
    patch: LeadPatch,
) -> Result<lead::Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let current = lock_lead(tx, id, &["input", "id"]).await?;
        record::expect_version::<lead::Entity>(&current, expected_version)?;
        let checked = check(tx, &current, patch.clone()).await?;
        let changes = changes(&current, checked);
        let updated = record::update::<lead::Entity, _>(tx, actor, &current, changes).await?;
        if updated.version != current.version {
            write_timeline(tx, actor, &current, &updated).await?;
        }
        Ok(updated)
    })
}

async fn check(tx: &WriteTx, current: &lead::Model, patch: LeadPatch) -> Result<Checked, CommandError> {
    let mut violations = Violations::default();
    let at = |name: &'static str| ["input", "patch", name];
    let status = patch
        .status
        .and_then(|to| violations.check(change_status(current.status, to, &at("status"))));
    let new_name = patch
        .name
        .and_then(|text| violations.check(name(&text, &at("name"))));
    let phone = patch
        .phone
        .and_then(|text| violations.check(required_phone(&text, &at("phone"))));
    let email = patch
        .email
        .and_then(|text| violations.check(optional_email(text.as_deref(), &at("email"))));
    let notes = patch.notes.and_then(|text| {
        violations.check(paragraphs(
            text.as_deref().unwrap_or_default(),
            MAX_NOTES,
            &at("notes"),
        ))
    });
    let location = patch.location_of_land.and_then(|text| {
        violations.check(line(
            text.as_deref().unwrap_or_default(),
            MAX_LOCATION,
            &at("locationOfLand"),
        ))
    });
    let message = patch.message.and_then(|text| {
        violations.check(paragraphs(
            text.as_deref().unwrap_or_default(),
            MAX_MESSAGE,
            &at("message"),
        ))
    });
    violations.check(land(
        patch.has_land.unwrap_or(current.has_land),
        location.as_ref().unwrap_or(&current.location_of_land).as_deref(),
        &at("locationOfLand"),
    ));
    if let Some(Some(account)) = patch.assignee
        && Some(account) != current.assignee_id
        && !is_staff(tx, account).await?
    {
        violations.push(Violation::new(
            ErrorCode::NotFound,
            at("assigneeId"),
            "There is no such member of staff.",
        ));
    }
    if let Some(item) = patch.interested_in {
        let found = check_item(tx.conn(), item, Items::Living, &at("interestedIn")).await;
        if let Err(CommandError::Rejected(found)) = found {
            found.into_iter().for_each(|violation| violations.push(violation));
        } else {
            found?;
        }
    }
    violations.into_result()?;
    Ok(Checked {
        status,
        is_read: patch.is_read,
        assignee: patch.assignee,
        notes,
        name: new_name,
        phone,
        email,
        has_land: patch.has_land,
        location_of_land: location,
        interested_in: patch.interested_in,
        message,
    })
}

/// Whether it is the living account of somebody who works for the company.
async fn is_staff(tx: &WriteTx, id: AccountId) -> Result<bool, CommandError> {
    let account = account_by_id(tx.conn(), id).await?;
    Ok(account.is_some_and(|account| account.role != Role::Client && account.disabled_at.is_none()))
}

fn changes(current: &lead::Model, checked: Checked) -> lead::ActiveModel {
    let mut row = lead::ActiveModel {
        status: set(checked.status),
        is_read: set(checked.is_read),
        assignee_id: set(checked.assignee),
        notes: set(checked.notes),
        phone: set(checked.phone),
        has_land: set(checked.has_land),
        location_of_land: set(checked.location_of_land),
        interested_in_id: set(checked.interested_in),
        message: set(checked.message),
        ..Default::default()
    };
    if let Some(name) = checked.name {
        row.sort_name = Set(search::fold(&name));
        row.name = Set(name);
    }
    if let Some(email) = checked.email {
        let (shown, normalized) = email.map_or((None, None), |it| (Some(it.shown), Some(it.normalized)));
        row.email = Set(shown);
        row.email_normalized = Set(normalized);
    }
    row.search_text = Set(search_text(
        after(&row.name, &current.name).as_str(),
        Some(after(&row.phone, &current.phone).as_str()),
        &[
            after(&row.email, &current.email).as_deref(),
            after(&row.location_of_land, &current.location_of_land).as_deref(),
            after(&row.message, &current.message).as_deref(),
            after(&row.notes, &current.notes).as_deref(),
        ],
    ));
    row
}

fn set<T: Into<sea_orm::Value>>(value: Option<T>) -> ActiveValue<T> {
    value.map_or(NotSet, Set)
}

/// What a column will hold.
fn after<'a, T: Into<sea_orm::Value>>(changed: &'a ActiveValue<T>, current: &'a T) -> &'a T {
    match changed {
        Set(value) => value,
        _ => current,
    }
}

/// One row of the timeline for each thing that changed. That somebody read it is no news.
async fn write_timeline(
    tx: &WriteTx,
    actor: &Actor,
    before: &lead::Model,
    after: &lead::Model,
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
    let said = |lead: &lead::Model| {
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
