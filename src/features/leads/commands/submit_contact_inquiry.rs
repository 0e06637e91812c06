//! `submitContactInquiry`: the contact form of the website. Its answer says nothing of what is stored.

use std::net::IpAddr;

use sea_orm::ActiveValue::Set;
use serde::Serialize;
use serde_json::json;

use super::{
    QUOTA,
    notice::{INQUIRY_RECEIVED_TEMPLATE, tell_staff_in_tx},
};
use crate::{
    features::{
        accounts::{Email, phone, readable_phone},
        leads::{
            Doubt, FormTraces, InquiryId, events,
            model::{MAX_MESSAGE, MAX_SUBJECT, line, name, paragraphs, required, search_text},
            spam::Verdict,
            tables::inquiry,
        },
    },
    platform::{
        actor::Actor,
        ctx::Ctx,
        db::WriteTx,
        error::{CommandError, Violations},
        events::{NewEvent, append_in_tx},
        idempotency::{self, Claim},
        limiter, record, search,
        write::write_tx,
    },
};

const OPERATION: &str = "submitContactInquiry";

/// The form.
#[derive(Debug, Clone, Serialize)]
pub struct SubmitContactInquiry {
    /// Who asks.
    pub name: String,
    /// How to answer.
    pub email: String,
    /// How to call back.
    pub phone: Option<String>,
    /// What it is about.
    pub subject: String,
    /// The question.
    pub message: String,
    /// How it was filled. Not part of what a repeated call must agree on: the second attempt happens later.
    #[serde(skip)]
    pub traces: FormTraces,
    /// Where it comes from.
    #[serde(skip)]
    pub remote_addr: IpAddr,
    /// Makes a repeated call harmless.
    #[serde(skip)]
    pub idempotency_key: String,
}

#[derive(Clone)]
struct Checked {
    name: String,
    email: Email,
    phone: Option<String>,
    subject: String,
    message: String,
}

impl SubmitContactInquiry {
    fn check(&self) -> Result<Checked, CommandError> {
        let mut violations = Violations::default();
        let name = violations.check(name(&self.name, &["input", "name"]));
        let email = violations.check(Email::parse(&self.email, &["input", "email"]));
        let number = self.phone.as_deref().unwrap_or_default();
        let number = violations.check(phone(number, &["input", "phone"]));
        let subject = violations.check(subject(&self.subject, &["input", "subject"]));
        let message = violations.check(message(&self.message, &["input", "message"]));
        match (name, email, number, subject, message) {
            (Some(name), Some(email), Some(phone), Some(subject), Some(message)) => Ok(Checked {
                name,
                email,
                phone,
                subject,
                message,
            }),
            _ => Err(violations.into_error()),
        }
    }
}

/// What an inquiry is about.
pub(super) fn subject(text: &str, field: &[&str]) -> Result<String, crate::platform::error::Violation> {
    required(
        line(text, MAX_SUBJECT, field),
        field,
        "Say in a few words what it is about.",
    )
}

/// The question itself.
pub(super) fn message(text: &str, field: &[&str]) -> Result<String, crate::platform::error::Violation> {
    required(paragraphs(text, MAX_MESSAGE, field), field, "Write a message.")
}

/// Takes a form. Success says nothing of what was stored: a program's form was not.
///
/// # Errors
/// Violations at `input.…`; [`CommandError::RateLimited`] after five from one address in ten minutes.
pub async fn submit_contact_inquiry(
    ctx: &Ctx,
    actor: &Actor,
    input: SubmitContactInquiry,
) -> Result<(), CommandError> {
    let now = ctx.clock.now();
    let Verdict::Keep(doubt) = input.traces.check(now) else {
        tracing::info!(form = OPERATION, "a program's form was dropped");
        return Ok(());
    };
    let checked = input.check()?;
    let network = limiter::network(input.remote_addr).to_string();
    let bucket = limiter::bucket(&ctx.keys, OPERATION, &[&network]);
    if let Some(retry_after) = limiter::spent(&ctx.db, now, &bucket, &QUOTA).await?
        && !idempotency::is_known(&ctx.db, actor, OPERATION, &input.idempotency_key).await?
    {
        return Err(CommandError::RateLimited { retry_after });
    }
    write_tx!(ctx, |tx| {
        let key = Some(input.idempotency_key.as_str());
        let claimed = match idempotency::claim_in_tx(tx, actor, OPERATION, key, &input).await? {
            Claim::New(claimed) => claimed,
            Claim::Replay(_) => return Ok(()),
        };
        if let Err(retry_after) = limiter::spend_in_tx(tx, &bucket, &QUOTA).await? {
            return Err(CommandError::RateLimited { retry_after });
        }
        let inquiry = insert_in_tx(tx, actor, checked.clone(), doubt).await?;
        tell_in_tx(ctx, tx, &inquiry).await?;
        claimed.complete(tx, inquiry.id).await?;
        Ok(())
    })
}

async fn insert_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    checked: Checked,
    doubt: Option<Doubt>,
) -> Result<inquiry::Model, CommandError> {
    let row = inquiry::ActiveModel {
        id: Set(InquiryId::generate(tx.now())),
        sort_name: Set(search::fold(&checked.name)),
        search_text: Set(search_text(
            &checked.name,
            checked.phone.as_deref(),
            &[
                Some(&checked.email.shown),
                Some(&checked.subject),
                Some(&checked.message),
            ],
        )),
        name: Set(checked.name),
        email: Set(checked.email.shown),
        email_normalized: Set(checked.email.normalized),
        phone: Set(checked.phone),
        subject: Set(checked.subject),
        message: Set(checked.message),
        is_read: Set(false),
        doubt: Set(doubt),
        ..Default::default()
    };
    let inquiry = record::insert::<inquiry::Entity, _>(tx, actor, row).await?;
    append_in_tx(
        tx,
        NewEvent {
            kind: events::INQUIRY_RECEIVED,
            for_staff: true,
            record: Some(("ContactInquiry", inquiry.id.0, inquiry.version)),
            ..NewEvent::default()
        },
    )
    .await?;
    Ok(inquiry)
}

async fn tell_in_tx(ctx: &Ctx, tx: &WriteTx, inquiry: &inquiry::Model) -> Result<(), CommandError> {
    let data = json!({
        "senderName": inquiry.name,
        "email": inquiry.email,
        "phone": inquiry.phone.as_deref().map(readable_phone),
        "subjectLine": inquiry.subject,
        "message": inquiry.message,
        "receivedAt": inquiry.created_at,
        "doubtful": inquiry.doubt.is_some(),
        "inquiryId": inquiry.id,
    });
    let about = inquiry.id.to_string();
    tell_staff_in_tx(ctx, tx, INQUIRY_RECEIVED_TEMPLATE, &about, &data).await?;
    Ok(())
}
