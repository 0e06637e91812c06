//! `submitContactInquiry`: the contact form of the website. Its answer says nothing of what is stored.

use std::net::IpAddr;

use sea_orm::ActiveValue::Set;
use serde::Serialize;
use serde_json::json;

use super::{
    QUOTA,
    edit_inquiry::{InquiryFields, read, tell_received_in_tx},
    notice::{INQUIRY_RECEIVED, tell_staff_in_tx},
};
use crate::features::{
    accounts::readable_phone,
    leads::{FormTraces, InquiryId, spam::Verdict, tables::inquiry},
};
use platform::{
    actor::Actor,
    ctx::Ctx,
    db::{WriteTx, write_tx},
    editing::Editable,
    error::CommandError,
    form::Checks,
    idempotency::{self, Claim},
    limiter,
    outbox::About,
    record::{self, RecordEntity},
};

const OPERATION: &str = inquiry::Entity::CREATE;

/// The form.
#[derive(Debug, Clone, Serialize)]
pub struct SubmitContactInquiry {
    /// What it says.
    pub inquiry: InquiryFields,
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
    let mut checks = Checks::of_new(&["input"]);
    let row = read(&mut checks, input.inquiry.clone(), None);
    checks.finish()?;
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
        let row = inquiry::ActiveModel {
            id: Set(InquiryId::generate(tx.now())),
            doubt: Set(doubt),
            ..row.clone()
        };
        let inquiry = record::insert::<inquiry::Entity, _>(tx, actor, row).await?;
        tell_received_in_tx(tx, &inquiry).await?;
        tell_in_tx(ctx, tx, &inquiry).await?;
        claimed.complete(tx, inquiry.id).await?;
        Ok(())
    })
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
        "replyTo": { "name": inquiry.name, "address": inquiry.email },
    });
    let about = About {
        kind: inquiry::Entity::KIND,
        record: inquiry.id.0,
        project: None,
    };
    tell_staff_in_tx(ctx, tx, INQUIRY_RECEIVED, about, &data).await?;
    Ok(())
}
