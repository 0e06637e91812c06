//! `submitConstructionLead`: the form "Build for me" of the website. Its answer says nothing of what is stored.

use std::net::IpAddr;

use sea_orm::{ActiveValue::Set, EntityTrait, QuerySelect};
use serde::Serialize;
use serde_json::json;

use super::{
    QUOTA,
    edit_lead::{Items, LeadFields, check_item, read, tell_received_in_tx},
    notice::{LEAD_RECEIVED, tell_staff_in_tx},
};
use crate::features::{
    accounts::readable_phone,
    content::{PortfolioItemColumn, PortfolioItemId, PortfolioItems},
    leads::{
        ActivityKind, FormTraces, LeadId,
        spam::Verdict,
        tables::{
            activity::{self, NewActivity},
            lead,
        },
    },
};
use platform::{
    actor::Actor,
    ctx::Ctx,
    db::{WriteTx, write_tx},
    error::{CommandError, Violation},
    form::Checks,
    idempotency::{self, Claim},
    limiter,
    outbox::About,
    record::{self, RecordEntity},
};

const OPERATION: &str = "submitConstructionLead";

/// The form.
#[derive(Debug, Clone, Serialize)]
pub struct SubmitConstructionLead {
    /// What it says, the item of the portfolio aside.
    pub lead: LeadFields,
    /// The id of the item of the portfolio that drew the visitor, as it was sent.
    pub interested_in: Option<String>,
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
pub async fn submit_construction_lead(
    ctx: &Ctx,
    actor: &Actor,
    input: SubmitConstructionLead,
) -> Result<(), CommandError> {
    let now = ctx.clock.now();
    let Verdict::Keep(doubt) = input.traces.check(now) else {
        tracing::info!(form = OPERATION, "a program's form was dropped");
        return Ok(());
    };
    let items = Items::Published(now);
    let mut checks = Checks::of_new(&["input"]);
    let row = read(&mut checks, input.lead.clone(), None);
    let item = read_item(&mut checks, input.interested_in.as_deref())?;
    if !checks.are_passed() {
        // All that is wrong is told at once; without a mistake the transaction looks.
        check_item(ctx.db.reader(), &mut checks, item, items).await?;
    }
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
        let mut checks = Checks::of_new(&["input"]);
        check_item(tx.conn(), &mut checks, item, items).await?;
        checks.finish()?;
        if let Err(retry_after) = limiter::spend_in_tx(tx, &bucket, &QUOTA).await? {
            return Err(CommandError::RateLimited { retry_after });
        }
        let row = lead::ActiveModel {
            id: Set(LeadId::generate(tx.now())),
            interested_in_id: Set(item),
            doubt: Set(doubt),
            ..row.clone()
        };
        let lead = record::insert::<lead::Entity, _>(tx, actor, row).await?;
        tell_received_in_tx(tx, actor, &lead).await?;
        tell_in_tx(ctx, tx, &lead).await?;
        claimed.complete(tx, lead.id).await?;
        Ok(())
    })
}

/// Reads the id of the item: what isn't one is INVALID among the form's other mistakes. An empty one is none.
fn read_item(checks: &mut Checks, id: Option<&str>) -> Result<Option<PortfolioItemId>, CommandError> {
    let id = id.filter(|id| !id.is_empty()).map(PortfolioItemId::parse);
    let path = checks.path("interestedIn");
    let read = id
        .transpose()
        .map_err(|error| Violation::invalid_id(path, &error).into());
    Ok(checks.absorb(read, |it| it)?.flatten())
}

/// Writes to the staff, and notes in the timeline that they were written to.
async fn tell_in_tx(ctx: &Ctx, tx: &WriteTx, lead: &lead::Model) -> Result<(), CommandError> {
    let item: Option<String> = match lead.interested_in_id {
        Some(id) => {
            PortfolioItems::find_by_id(id)
                .select_only()
                .column(PortfolioItemColumn::Title)
                .into_tuple()
                .one(tx.conn())
                .await?
        }
        None => None,
    };
    let data = json!({
        "leadName": lead.name,
        "phone": readable_phone(&lead.phone),
        "email": lead.email,
        "hasLand": lead.has_land,
        "location": lead.location_of_land,
        "interestedIn": item,
        "message": lead.message,
        "receivedAt": lead.created_at,
        "doubtful": lead.doubt.is_some(),
        "leadId": lead.id,
        "replyTo": lead.email.as_ref().map(|email| json!({ "name": lead.name, "address": email })),
    });
    let about = About {
        kind: lead::Entity::KIND,
        record: lead.id.0,
        project: None,
    };
    for delivery in tell_staff_in_tx(ctx, tx, LEAD_RECEIVED, about, &data).await? {
        let what = NewActivity {
            delivery: Some(delivery),
            ..NewActivity::default()
        };
        activity::write_in_tx(tx, &Actor::System, lead.id, ActivityKind::Email, what).await?;
    }
    Ok(())
}
