//! `updateProject`, `closeProject`, `reopenProject`.

use chrono::NaiveDate;
use sea_orm::ActiveValue::{NotSet, Set};

use super::{append_project_changed, create_project::quote, lock_project, no_such_project};
use crate::{
    features::projects::{
        CURRENCY_CHANGES, MOVES, Phase, ProjectBelow, ProjectId, events, lock_project_below_clients_in_tx,
        model::{progress, schedule, title},
        tables::project,
    },
    platform::{
        actor::{Actor, ClientId},
        ctx::Ctx,
        db::WriteTx,
        error::{CommandError, Violation, Violations},
        events::{NewEvent, append_in_tx},
        holds::Step,
        money::Currency,
        record, search,
        write::write_tx,
    },
};

/// What changes; an absent value stays. The inner `None` of a date clears it.
#[derive(Debug, Clone, Default)]
pub struct ProjectPatch {
    /// Moves it to another client.
    pub client: Option<ClientId>,
    /// What it is called.
    pub name: Option<String>,
    /// When work starts.
    pub start_date: Option<Option<NaiveDate>>,
    /// When it should end.
    pub estimated_completion: Option<Option<NaiveDate>>,
    /// How far it is.
    pub current_phase: Option<Phase>,
    /// How far it is, in percent.
    pub progress_percentage: Option<i32>,
    /// The agreed price, as a decimal text.
    pub total_quote: Option<String>,
    /// Another currency.
    pub currency: Option<Currency>,
}

/// Changes a project. Its client sees the change; when it moves, the old client sees it go.
///
/// # Errors
/// Violations at `input.…`; CONFLICT when it is not at `expected_version`.
pub async fn update_project(
    ctx: &Ctx,
    actor: &Actor,
    id: ProjectId,
    expected_version: i32,
    patch: ProjectPatch,
) -> Result<project::Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let locked = lock(tx, id, patch.client).await?;
        let current = &locked.project;
        record::expect_version::<project::Entity>(current, expected_version)?;
        let changes = check(ctx, tx, &locked, patch.clone()).await?;
        let updated = record::update::<project::Entity, _>(tx, actor, current, changes).await?;
        if updated.version != current.version {
            if updated.client_id != current.client_id {
                append_moved_away(tx, current, updated.version).await?;
            }
            append_project_changed(tx, &updated).await?;
        }
        Ok(updated)
    })
}

/// Locks a living project; one that is to move after the client it has and the one it goes to.
async fn lock(tx: &WriteTx, id: ProjectId, to: Option<ClientId>) -> Result<ProjectBelow, CommandError> {
    lock_project_below_clients_in_tx(tx, id, to)
        .await?
        .filter(|locked| locked.project.deleted_at.is_none())
        .ok_or_else(|| no_such_project(&["input", "id"]))
}

async fn check(
    ctx: &Ctx,
    tx: &WriteTx,
    locked: &ProjectBelow,
    patch: ProjectPatch,
) -> Result<project::ActiveModel, CommandError> {
    let current = &locked.project;
    let mut violations = Violations::default();
    let name = patch
        .name
        .and_then(|name| violations.check(title(&name, &["input", "patch", "name"])));
    let percentage = patch
        .progress_percentage
        .and_then(|it| violations.check(progress(it, &["input", "patch", "progressPercentage"])));
    let currency = patch.currency.unwrap_or(current.currency);
    // A new currency must be able to express the quote that stays.
    let quote_text = patch
        .total_quote
        .or_else(|| (currency != current.currency).then(|| current.total_quote.to_decimal(current.currency)));
    let quote = quote_text
        .and_then(|text| violations.check(quote(&text, currency, &["input", "patch", "totalQuote"])));
    violations.check(schedule(
        patch.start_date.unwrap_or(current.start_date),
        patch.estimated_completion.unwrap_or(current.estimated_completion),
        &["input", "patch", "estimatedCompletion"],
    ));
    if let Some(client) = patch.client
        && client != current.client_id
        && !locked.is_living(client)
    {
        violations.push(Violation::not_found(["input", "patch", "clientId"], "client"));
    }
    let moves = patch.client.is_some_and(|client| client != current.client_id);
    let steps = [
        (
            moves,
            MOVES,
            &["input", "patch", "clientId"] as &'static [&'static str],
        ),
        (
            currency != current.currency,
            CURRENCY_CHANGES,
            &["input", "patch", "currency"],
        ),
    ];
    for (_, what, field) in steps.into_iter().filter(|(is_taken, ..)| *is_taken) {
        let step = Step {
            what,
            record: current.id.0,
            field,
        };
        if let Some(objection) = ctx.holders.objection(tx, step).await? {
            violations.push(objection);
        }
    }
    violations.into_result()?;
    Ok(project::ActiveModel {
        currency: Set(currency),
        client_id: patch.client.map_or(NotSet, Set),
        search_text: name.as_deref().map_or(NotSet, |name| Set(search::fold(name))),
        name: name.map_or(NotSet, Set),
        start_date: patch.start_date.map_or(NotSet, Set),
        estimated_completion: patch.estimated_completion.map_or(NotSet, Set),
        current_phase: patch.current_phase.map_or(NotSet, Set),
        progress_percentage: percentage.map_or(NotSet, Set),
        total_quote: quote.map_or(NotSet, Set),
        ..Default::default()
    })
}

/// Tells the client who had the project that it is no longer theirs.
async fn append_moved_away(tx: &WriteTx, before: &project::Model, version: i32) -> Result<(), CommandError> {
    append_in_tx(
        tx,
        NewEvent {
            kind: events::RECORD_REMOVED,
            project: Some(before.id.0),
            client: Some(before.client_id),
            record: Some(("Project", before.id.0, version)),
            ..NewEvent::default()
        },
    )
    .await?;
    Ok(())
}

/// Closes a project: done, and still visible to its client. Closing a closed one changes nothing.
///
/// # Errors
/// CONFLICT when it is not at `expected_version`; NOT_FOUND.
pub async fn close_project(
    ctx: &Ctx,
    actor: &Actor,
    id: ProjectId,
    expected_version: i32,
) -> Result<project::Model, CommandError> {
    set_closed(ctx, actor, id, expected_version, true).await
}

/// Opens a closed project again.
///
/// # Errors
/// As [`close_project`].
pub async fn reopen_project(
    ctx: &Ctx,
    actor: &Actor,
    id: ProjectId,
    expected_version: i32,
) -> Result<project::Model, CommandError> {
    set_closed(ctx, actor, id, expected_version, false).await
}

async fn set_closed(
    ctx: &Ctx,
    actor: &Actor,
    id: ProjectId,
    expected_version: i32,
    closed: bool,
) -> Result<project::Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let current = lock_project(tx, id, &["input", "id"]).await?;
        record::expect_version::<project::Entity>(&current, expected_version)?;
        if current.closed_at.is_some() == closed {
            return Ok(current);
        }
        let changes = project::ActiveModel {
            closed_at: Set(closed.then_some(tx.now())),
            ..Default::default()
        };
        let updated = record::update::<project::Entity, _>(tx, actor, &current, changes).await?;
        append_project_changed(tx, &updated).await?;
        Ok(updated)
    })
}
