//! `createProject`: a signed contract.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use serde::Serialize;

use super::{append_project_changed, lock_client, require_staff};
use crate::{
    features::projects::{
        Phase, ProjectId,
        model::{progress, schedule, title},
        tables::project,
    },
    platform::{
        actor::{Actor, ClientId},
        ctx::Ctx,
        error::{CommandError, ErrorCode, Violation, Violations},
        idempotency::{self, Claim},
        money::{Amount, Currency},
        record, search,
    },
};

/// A new contract.
#[derive(Debug, Clone, Serialize)]
pub struct CreateProject {
    /// Whose it is.
    pub client: ClientId,
    /// What it is called.
    pub name: String,
    /// When work starts.
    pub start_date: Option<NaiveDate>,
    /// When it should end.
    pub estimated_completion: Option<NaiveDate>,
    /// How far it is.
    pub current_phase: Option<Phase>,
    /// How far it is, in percent.
    pub progress_percentage: Option<i32>,
    /// The agreed price, as a decimal text.
    pub total_quote: Option<String>,
    /// Its currency; the configured one when absent.
    pub currency: Option<Currency>,
    /// Makes a repeated call harmless.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// Makes a project.
///
/// # Errors
/// Violations at `input.…`; NOT_FOUND when there is no such client.
pub async fn create_project(
    ctx: &Ctx,
    actor: &Actor,
    input: CreateProject,
) -> Result<project::Model, CommandError> {
    require_staff(actor)?;
    let tx = ctx.db.begin_write(ctx.clock.now()).await?;
    let key = input.idempotency_key.as_deref();
    let claimed = match idempotency::claim_in_tx(&tx, actor, "createProject", key, &input).await? {
        Claim::New(claimed) => claimed,
        Claim::Replay(id) => return replay(&tx, ProjectId(id)).await,
    };
    let mut violations = Violations::default();
    let name = violations.check(title(&input.name, &["input", "name"]));
    let percentage = violations.check(progress(
        input.progress_percentage.unwrap_or(0),
        &["input", "progressPercentage"],
    ));
    violations.check(schedule(
        input.start_date,
        input.estimated_completion,
        &["input", "estimatedCompletion"],
    ));
    let currency = input
        .currency
        .or_else(|| Currency::from_code(&ctx.config.currency))
        .unwrap_or(Currency::Xof);
    let quote = violations.check(quote(
        input.total_quote.as_deref().unwrap_or("0"),
        currency,
        &["input", "totalQuote"],
    ));
    if !lock_client(&tx, input.client).await? {
        violations.push(Violation::not_found(["input", "clientId"], "client"));
    }
    violations.into_result()?;
    let (Some(name), Some(percentage), Some(quote)) = (name, percentage, quote) else {
        return Err(anyhow::anyhow!("a value passed without having been checked").into());
    };
    let row = project::ActiveModel {
        id: Set(ProjectId::generate(tx.now())),
        client_id: Set(input.client),
        search_text: Set(search::fold(&name)),
        name: Set(name),
        start_date: Set(input.start_date),
        estimated_completion: Set(input.estimated_completion),
        progress_percentage: Set(percentage),
        current_phase: Set(input.current_phase.unwrap_or(Phase::Foundation)),
        closed_at: Set(None),
        currency: Set(currency),
        total_quote: Set(quote),
        ..Default::default()
    };
    let project = record::insert::<project::Entity, _>(&tx, actor, row).await?;
    append_project_changed(&tx, &project).await?;
    claimed.complete(&tx, project.id.0).await?;
    tx.commit().await?;
    Ok(project)
}

async fn replay(tx: &crate::platform::db::WriteTx, id: ProjectId) -> Result<project::Model, CommandError> {
    use sea_orm::EntityTrait;
    project::Entity::find_by_id(id)
        .one(tx.conn())
        .await?
        .ok_or_else(|| Violation::not_found(["input", "idempotencyKey"], "project any more").into())
}

/// Reads a quote.
///
/// # Errors
/// INVALID at `field`.
pub(super) fn quote(text: &str, currency: Currency, field: &[&str]) -> Result<Amount, Violation> {
    let invalid = |message: String| Violation::new(ErrorCode::Invalid, field.iter().copied(), message);
    let amount = Amount::parse(text, currency).map_err(|error| invalid(format!("Not a quote: {error}.")))?;
    if amount < Amount(0) {
        Err(invalid("A quote is not negative.".to_owned()))
    } else {
        Ok(amount)
    }
}
