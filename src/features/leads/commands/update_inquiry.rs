//! `updateInquiry`: corrects an inquiry, or marks it read.

use sea_orm::ActiveValue::{NotSet, Set};

use super::{
    lock_inquiry,
    submit_contact_inquiry::{message, subject},
};
use crate::{
    features::{
        accounts::{Email, phone},
        leads::{
            InquiryId,
            model::{name, search_text},
            tables::inquiry,
        },
    },
    platform::{
        actor::Actor,
        ctx::Ctx,
        error::{CommandError, Violations},
        record, search,
        write::write_tx,
    },
};

/// What changes; an absent value stays, an inner `None` clears.
#[derive(Debug, Clone, Default)]
pub struct InquiryPatch {
    /// Whether somebody has read it.
    pub is_read: Option<bool>,
    /// Who asks.
    pub name: Option<String>,
    /// How to answer.
    pub email: Option<String>,
    /// How to call back.
    pub phone: Option<Option<String>>,
    /// What it is about.
    pub subject: Option<String>,
    /// The question.
    pub message: Option<String>,
}

/// Changes an inquiry. For staff.
///
/// # Errors
/// Violations at `input.patch.…`; CONFLICT when it is not at `expected_version`.
pub async fn update_inquiry(
    ctx: &Ctx,
    actor: &Actor,
    id: InquiryId,
    expected_version: i32,
    patch: InquiryPatch,
) -> Result<inquiry::Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let current = lock_inquiry(tx, id, &["input", "id"]).await?;
        record::expect_version::<inquiry::Entity>(&current, expected_version)?;
        let changes = check(&current, patch.clone())?;
        let updated = record::update::<inquiry::Entity, _>(tx, actor, &current, changes).await?;
        Ok(updated)
    })
}

fn check(current: &inquiry::Model, patch: InquiryPatch) -> Result<inquiry::ActiveModel, CommandError> {
    let mut violations = Violations::default();
    let at = |name: &'static str| ["input", "patch", name];
    let new_name = patch
        .name
        .and_then(|text| violations.check(name(&text, &at("name"))));
    let email = patch
        .email
        .and_then(|text| violations.check(Email::parse(&text, &at("email"))));
    let number = patch
        .phone
        .and_then(|text| violations.check(phone(text.as_deref().unwrap_or_default(), &at("phone"))));
    let subject = patch
        .subject
        .and_then(|text| violations.check(subject(&text, &at("subject"))));
    let message = patch
        .message
        .and_then(|text| violations.check(message(&text, &at("message"))));
    violations.into_result()?;
    let shown = email
        .as_ref()
        .map_or(current.email.as_str(), |email| email.shown.as_str());
    let text = search_text(
        new_name.as_deref().unwrap_or(&current.name),
        number.as_ref().unwrap_or(&current.phone).as_deref(),
        &[
            Some(shown),
            Some(subject.as_deref().unwrap_or(&current.subject)),
            Some(message.as_deref().unwrap_or(&current.message)),
        ],
    );
    let (shown, normalized) = email.map_or((NotSet, NotSet), |it| (Set(it.shown), Set(it.normalized)));
    Ok(inquiry::ActiveModel {
        is_read: patch.is_read.map_or(NotSet, Set),
        sort_name: new_name.as_deref().map_or(NotSet, |name| Set(search::fold(name))),
        name: new_name.map_or(NotSet, Set),
        email: shown,
        email_normalized: normalized,
        phone: number.map_or(NotSet, Set),
        subject: subject.map_or(NotSet, Set),
        message: message.map_or(NotSet, Set),
        search_text: Set(text),
        ..Default::default()
    })
}
