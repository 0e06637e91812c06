//! `createProject`: a signed contract.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use serde::Serialize;

use super::append_project_changed;
use crate::{
    features::projects::{
        Phase, ProjectId, lock_living_client_in_tx,
        model::{progress, schedule, title},
        tables::project,
    },
    platform::{
        actor::{Actor, ClientId},
        ctx::Ctx,
        db::WriteTx,
        error::{CommandError, ErrorCode, Violation, Violations},
        idempotency::{self, Claim},
        money::{Amount, Currency},
        record, search,
        write::write_tx,
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

/// A checked [`CreateProject`].
#[derive(Debug, Clone)]
pub struct CheckedProject {
    name: String,
    start_date: Option<NaiveDate>,
    estimated_completion: Option<NaiveDate>,
    current_phase: Phase,
    progress_percentage: i32,
    currency: Currency,
    total_quote: Amount,
}

impl CreateProject {
    /// Checks the input by itself, whoever its client is: all mistakes at once.
    ///
    /// # Errors
    /// Violations at `input.…`.
    pub fn check(&self, ctx: &Ctx) -> Result<CheckedProject, CommandError> {
        let mut violations = Violations::default();
        let name = violations.check(title(&self.name, &["input", "name"]));
        let percentage = violations.check(progress(
            self.progress_percentage.unwrap_or(0),
            &["input", "progressPercentage"],
        ));
        violations.check(schedule(
            self.start_date,
            self.estimated_completion,
            &["input", "estimatedCompletion"],
        ));
        let currency = self
            .currency
            .or_else(|| Currency::from_code(&ctx.config.currency))
            .unwrap_or(Currency::Xof);
        let quote = violations.check(quote(
            self.total_quote.as_deref().unwrap_or("0"),
            currency,
            &["input", "totalQuote"],
        ));
        violations.into_result()?;
        let (Some(name), Some(progress_percentage), Some(total_quote)) = (name, percentage, quote) else {
            return Err(anyhow::anyhow!("a value passed without having been checked").into());
        };
        Ok(CheckedProject {
            name,
            start_date: self.start_date,
            estimated_completion: self.estimated_completion,
            current_phase: self.current_phase.unwrap_or(Phase::Foundation),
            progress_percentage,
            currency,
            total_quote,
        })
    }
}

/// Makes a project as part of the caller's transaction; the caller has checked that `actor` may, and holds the client.
///
/// # Errors
/// When the database refuses.
pub async fn create_project_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    client: ClientId,
    checked: CheckedProject,
) -> Result<project::Model, CommandError> {
    let row = project::ActiveModel {
        id: Set(ProjectId::generate(tx.now())),
        client_id: Set(client),
        search_text: Set(search::fold(&checked.name)),
        name: Set(checked.name),
        start_date: Set(checked.start_date),
        estimated_completion: Set(checked.estimated_completion),
        progress_percentage: Set(checked.progress_percentage),
        current_phase: Set(checked.current_phase),
        closed_at: Set(None),
        currency: Set(checked.currency),
        total_quote: Set(checked.total_quote),
        ..Default::default()
    };
    let project = record::insert::<project::Entity, _>(tx, actor, row).await?;
    append_project_changed(tx, &project).await?;
    Ok(project)
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
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let key = input.idempotency_key.as_deref();
        let claimed = match idempotency::claim_in_tx(tx, actor, "createProject", key, &input).await? {
            Claim::New(claimed) => claimed,
            Claim::Replay(id) => return replay(tx, ProjectId(id)).await,
        };
        let checked = input.check(ctx);
        if lock_living_client_in_tx(tx, input.client).await?.is_none() {
            let missing = Violation::not_found(["input", "clientId"], "client");
            return Err(match checked {
                Err(CommandError::Rejected(mut violations)) => {
                    violations.push(missing);
                    CommandError::Rejected(violations)
                }
                Err(error) => error,
                Ok(_) => missing.into(),
            });
        }
        let project = create_project_in_tx(tx, actor, input.client, checked?).await?;
        claimed.complete(tx, project.id.0).await?;
        Ok(project)
    })
}

async fn replay(tx: &WriteTx, id: ProjectId) -> Result<project::Model, CommandError> {
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
