//! `createProject`, `updateProject`: a contract, and what its client sees of it.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use serde::Serialize;
use uuid::Uuid;

use super::append_project_changed;
use crate::features::projects::{
    CURRENCY_CHANGES, MOVES, Phase, ProjectId, events, lock_living_client_in_tx,
    lock_project_below_clients_in_tx,
    model::{MAX_TITLE, schedule_is_ordered},
    tables::project::{ActiveModel, Entity, Model},
};
use platform::{
    actor::{Actor, ClientId},
    ctx::{Ctx, holds::Step},
    db::WriteTx,
    editing::Editable,
    error::CommandError,
    events::{NewEvent, append_in_tx},
    form::{self, Change, Checks, Fault, Form, line, whole},
    message,
    money::{Amount, Currency},
    outbox,
    record::{self, RecordEntity},
    search,
};

/// What a person can enter of a contract.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ProjectFields {
    /// Whose it is.
    pub client_id: Change<ClientId>,
    /// What it is called.
    pub name: Change<String>,
    /// When work starts.
    pub start_date: Change<NaiveDate>,
    /// When it should end.
    pub estimated_completion: Change<NaiveDate>,
    /// How far it is.
    pub current_phase: Change<Phase>,
    /// How far it is, in percent.
    pub progress_percentage: Change<i32>,
    /// The agreed price, as a decimal text.
    pub total_quote: Change<String>,
    /// Its currency; the configured one unless said otherwise.
    pub currency: Change<Currency>,
}

impl Editable for Entity {
    type Row = ActiveModel;
    type Fields = ProjectFields;
    type Below = ();
    const CREATE: &'static str = "createProject";

    /// After the client that it has and the one that it is to go to.
    async fn lock(tx: &WriteTx, id: Uuid, fields: &ProjectFields) -> Result<Option<Model>, CommandError> {
        let to = fields.client_id.flatten();
        let locked = lock_project_below_clients_in_tx(tx, ProjectId(id), to).await?;
        let project = locked.map(|locked| locked.project);
        Ok(project.filter(|project| project.deleted_at.is_none()))
    }

    async fn check(
        form: &mut Form<'_>,
        fields: ProjectFields,
        current: Option<&Model>,
    ) -> Result<(ActiveModel, ()), CommandError> {
        let (client, currency) = (fields.client_id, fields.currency.flatten());
        let row = read(form.ctx(), form, fields, current);
        let stands = current.map(|it| it.client_id.0);
        let client = client.map(|id| id.map(|id| id.0));
        let client = ClientId(form.required("clientId", client, stands.as_ref(), form::any));
        let moves = !form.is_refused("clientId") && Some(client.0) != stands;
        if moves && lock_living_client_in_tx(form.tx(), client).await?.is_none() {
            form.refuse("clientId", Fault::not_found(ClientId::NOUN));
        }
        if let Some(current) = current {
            ask(form, current, moves, MOVES, &["input", "patch", "clientId"]).await?;
            let changes = currency.is_some_and(|currency| currency != current.currency);
            ask(
                form,
                current,
                changes,
                CURRENCY_CHANGES,
                &["input", "patch", "currency"],
            )
            .await?;
        }
        let row = ActiveModel {
            client_id: Set(client),
            ..row
        };
        Ok((row, ()))
    }

    /// Its client sees the change; when it moves, the old client sees it go.
    async fn write_below(
        form: &Form<'_>,
        (): (),
        current: Option<&Model>,
        saved: &Model,
    ) -> Result<(), CommandError> {
        if let Some(before) = current {
            if before.version == saved.version {
                return Ok(());
            }
            if before.client_id != saved.client_id {
                append_moved_away(form.tx(), before, saved.version).await?;
                // It is not the former client's to hear of any more.
                outbox::cancel_about_in_tx(form.tx(), &[saved.id.0]).await?;
            }
        }
        append_project_changed(form.tx(), saved).await
    }
}

/// Asks those who hold on to the project, if it takes that step.
async fn ask(
    form: &mut Form<'_>,
    project: &Model,
    is_taken: bool,
    what: &'static str,
    field: &'static [&'static str],
) -> Result<(), CommandError> {
    if is_taken {
        let record = project.id.0;
        let step = Step { what, record, field };
        let objection = form.ctx().holders.objection(form.tx(), step).await?;
        form.absorb(objection.map_or(Ok(()), |it| Err(it.into())), |it| it)?;
    }
    Ok(())
}

/// The rules of a contract, whoever its client is.
pub fn read(ctx: &Ctx, checks: &mut Checks, fields: ProjectFields, current: Option<&Model>) -> ActiveModel {
    let now = current;
    let name = checks.required("name", fields.name, now.map(|it| &it.name), line(MAX_TITLE));
    let phase = now.map_or(Phase::Foundation, |it| it.current_phase);
    let phase = checks.required("currentPhase", fields.current_phase, Some(&phase), form::any);
    let progress = checks.required(
        "progressPercentage",
        fields.progress_percentage,
        Some(&now.map_or(0, |it| it.progress_percentage)),
        whole(0, 100),
    );
    let start = checks.optional(
        "startDate",
        fields.start_date,
        now.map(|it| &it.start_date),
        form::any,
    );
    let completion = checks.optional(
        "estimatedCompletion",
        fields.estimated_completion,
        now.map(|it| &it.estimated_completion),
        form::any,
    );
    if !schedule_is_ordered(start, completion) {
        let message = message!("completion-before-start");
        checks.refuse("estimatedCompletion", Fault::invalid(message));
    }
    let currency = now.map_or_else(
        || Currency::from_code(&ctx.config.currency).unwrap_or_default(),
        |it| it.currency,
    );
    let currency = checks.required("currency", fields.currency, Some(&currency), form::any);
    // A new currency must be able to express the quote that stays.
    let stays = now.filter(|it| it.currency != currency);
    let stays = stays.map(|it| Some(it.total_quote.to_decimal(it.currency)));
    let quote = checks.required(
        "totalQuote",
        fields.total_quote.or(stays),
        Some(&now.map_or(Amount(0), |it| it.total_quote)),
        |text| quote(&text, currency),
    );
    ActiveModel {
        search_text: Set(search::fold(&name)),
        name: Set(name),
        start_date: Set(start),
        estimated_completion: Set(completion),
        progress_percentage: Set(progress),
        current_phase: Set(phase),
        currency: Set(currency),
        total_quote: Set(quote),
        ..Default::default()
    }
}

fn quote(text: &str, currency: Currency) -> Result<Amount, Fault> {
    match Amount::parse(text, currency) {
        Ok(amount) if amount >= Amount(0) => Ok(amount),
        Ok(_) => Err(Fault::invalid(message!("quote-negative"))),
        Err(error) => Err(Fault::invalid(error.into())),
    }
}

/// Makes a checked project as part of the caller's transaction; the caller has checked that `actor` may, and holds the
/// client.
///
/// # Errors
/// When the database refuses.
pub async fn create_project_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    client: ClientId,
    checked: ActiveModel,
) -> Result<Model, CommandError> {
    let row = ActiveModel {
        id: Set(ProjectId::generate(tx.now())),
        client_id: Set(client),
        ..checked
    };
    let project = record::insert::<Entity, _>(tx, actor, row).await?;
    append_project_changed(tx, &project).await?;
    Ok(project)
}

/// Tells the client who had the project that it is no longer theirs.
async fn append_moved_away(tx: &WriteTx, before: &Model, version: i32) -> Result<(), CommandError> {
    append_in_tx(
        tx,
        NewEvent::naming(events::RECORD_REMOVED, (Entity::KIND, before.id.0, version))
            .for_owner_of(before.id.0)
            .for_client(before.client_id),
    );
    Ok(())
}
