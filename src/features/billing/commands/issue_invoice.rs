//! `issueInvoice` and `issueInvoices`: the step from which on an invoice never changes.

use chrono::NaiveDate;
use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel, QuerySelect};
use serde::Serialize;

use super::{
    Fields, announcing, append_issued,
    checks::advance_refused,
    expect_version_at, lock_invoice, locked,
    printable::{Place, check_printable, names},
    search_text, today,
};
use crate::features::{
    billing::{
        CompanyDetails, InvoiceId, InvoiceKind, InvoiceState, company_profile, items_of,
        model::{NextNumber, SeriesState, next_number},
        sums::free_advance,
        tables::{invoice, series},
    },
    clients::living_client,
    projects::Project,
};
use platform::{
    actor::Actor,
    crypto::sha256,
    ctx::Ctx,
    db::{WriteTx, write_tx},
    editing::made_before,
    error::{CommandError, ErrorCode, Violation, Violations},
    idempotency::{self, Claim},
    message,
    money::Amount,
    record,
};

/// Which draft is issued.
#[derive(Debug, Clone, Serialize)]
pub struct IssueInvoice {
    /// The draft.
    pub id: InvoiceId,
    /// The version that was read.
    pub expected_version: i32,
    /// Makes a repeated call harmless.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// One row of a bulk mutation.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Row {
    /// The invoice.
    pub id: InvoiceId,
    /// The version that was read.
    pub expected_version: i32,
}

/// Which drafts are issued.
#[derive(Debug, Clone)]
pub struct IssueInvoices {
    /// The drafts, in the order they get their numbers.
    pub rows: Vec<Row>,
    /// Makes a repeated call harmless.
    pub idempotency_key: Option<String>,
}

/// Issues a draft: number, date and details are fixed, and its client is told.
///
/// # Errors
/// LOCKED when it is issued already; CONFLICT when it is not at `expected_version`; INVALID, with what is missing.
pub async fn issue_invoice(
    ctx: &Ctx,
    actor: &Actor,
    input: IssueInvoice,
) -> Result<invoice::Model, CommandError> {
    issue_one(ctx, actor, "issueInvoice", input, &["input", "id"]).await
}

/// Issues drafts one after the other, each in a transaction of its own; what is wrong with one is told of that one.
///
/// # Errors
/// INVALID for too many rows or a bad key; what isn't a row's fault ends the whole.
pub async fn issue_invoices(
    ctx: &Ctx,
    actor: &Actor,
    input: IssueInvoices,
) -> Result<Vec<Result<invoice::Model, CommandError>>, CommandError> {
    actor.require_staff()?;
    check_bulk(&input.rows, input.idempotency_key.as_deref())?;
    let mut results = Vec::with_capacity(input.rows.len());
    for (index, row) in input.rows.into_iter().enumerate() {
        let one = IssueInvoice {
            id: row.id,
            expected_version: row.expected_version,
            idempotency_key: row_key(input.idempotency_key.as_deref(), row),
        };
        let index = index.to_string();
        let field = ["input", "rows", index.as_str(), "id"];
        results.push(row_result(
            issue_one(ctx, actor, "issueInvoices", one, &field).await,
        )?);
    }
    Ok(results)
}

/// Whether a bulk mutation may begin.
pub(super) fn check_bulk(rows: &[Row], key: Option<&str>) -> Result<(), CommandError> {
    let mut violations = Violations::default();
    if rows.is_empty() {
        violations.push(Violation::new(
            ErrorCode::Invalid,
            ["input", "rows"],
            message!("no-invoice-named"),
        ));
    }
    if key.is_some_and(|key| key.trim().is_empty() || key.chars().count() > idempotency::MAX_KEY_LENGTH) {
        violations.push(Violation::new(
            ErrorCode::Invalid,
            ["input", "idempotencyKey"],
            message!("key-malformed", max = idempotency::MAX_KEY_LENGTH),
        ));
    }
    violations.into_result()
}

/// Each row has a key of its own, made from the whole's: a repeated call does the rows that were missed and answers for
/// the others.
pub(super) fn row_key(key: Option<&str>, row: Row) -> Option<String> {
    key.map(|key| {
        let digest = sha256(format!("{key}\n{}", row.id).as_bytes());
        data_encoding::HEXLOWER.encode(&digest)
    })
}

/// What is the row's own fault is its result; everything else ends the whole.
pub(super) fn row_result<T>(
    outcome: Result<T, CommandError>,
) -> Result<Result<T, CommandError>, CommandError> {
    match outcome {
        Err(error) if !matches!(error, CommandError::Rejected(_)) => Err(error),
        told => Ok(told),
    }
}

async fn issue_one(
    ctx: &Ctx,
    actor: &Actor,
    operation: &'static str,
    input: IssueInvoice,
    field: &[&str],
) -> Result<invoice::Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let key = input.idempotency_key.as_deref();
        let claimed = match idempotency::claim_in_tx(tx, actor, operation, key, &input).await? {
            Claim::New(claimed) => claimed,
            Claim::Replay(id) => return made_before::<invoice::Entity>(tx, id).await,
        };
        let (project, draft) = lock_invoice(tx, input.id, field).await?;
        if draft.state != InvoiceState::Draft {
            return Err(locked(
                field,
                message!(
                    "invoice-issued-already",
                    number = draft.number.clone().unwrap_or_default()
                ),
            ));
        }
        expect_version_at(&draft, input.expected_version, field)?;
        let issued = issue_in_tx(ctx, tx, actor, &project, &draft, Fields::Of(field)).await?;
        claimed.complete(tx, issued.id.0).await?;
        Ok(issued)
    })
}

/// Issues an invoice that is a draft, as part of `tx`; the project and the draft are locked.
pub(super) async fn issue_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    actor: &Actor,
    project: &Project,
    draft: &invoice::Model,
    fields: Fields<'_>,
) -> Result<invoice::Model, CommandError> {
    let mut violations = Violations::default();
    if items_of(tx.conn(), [draft.id]).await?.is_empty() {
        violations.push(fields.invalid("items", message!("invoice-without-lines")));
    } else if draft.total_ttc <= Amount(0) {
        violations.push(fields.invalid("items", message!("invoice-total-not-positive")));
    } else if draft.advance_payment > Amount(0) {
        let free = free_advance(tx.conn(), project.id).await?;
        let refused = advance_refused(draft.advance_payment, draft.total_ttc, free, draft.currency);
        if let Some(message) = refused {
            violations.push(fields.invalid("advancePayment", message));
        }
    }
    violations.into_result()?;
    let issued = freeze_in_tx(ctx, tx, actor, project, draft, None, fields).await?;
    append_issued(tx, &issued).await?;
    announcing::issued(ctx, tx, project, &issued).await?;
    Ok(issued)
}

/// Gives a draft its number and date, and fixes the client's and the company's details on it. From here on the series is
/// locked, so nothing that may take long comes after. `not_before` is the day of the invoice that a credit note takes back:
/// a clock that was set back doesn't date it earlier.
pub(super) async fn freeze_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    actor: &Actor,
    project: &Project,
    draft: &invoice::Model,
    not_before: Option<NaiveDate>,
    fields: Fields<'_>,
) -> Result<invoice::Model, CommandError> {
    let client = living_client(tx.conn(), &Actor::System, project.client_id)
        .await?
        .ok_or_else(|| anyhow::anyhow!("the living project {} has no living client", project.id))?;
    let company = company_profile(tx.conn()).await?;
    let items = items_of(tx.conn(), [draft.id]).await?;
    let items = items.get(&draft.id).map(Vec::as_slice).unwrap_or_default();
    let company_details = CompanyDetails::from(&company);
    // Once it is issued, nobody can mend it.
    let descriptions = items.iter().map(|item| Some(item.description.as_str())).collect();
    let mut places: Vec<Place<'_>> = vec![
        ("subject", "subject", vec![Some(draft.subject.as_str())]),
        ("items", "line", descriptions),
    ];
    places.extend(names(&client, project, &company_details));
    check_printable(places, fields)?;
    let next = take_number(ctx, tx, draft.kind, not_before, fields).await?;
    if draft.kind == InvoiceKind::Invoice && draft.due_date.is_some_and(|due| due < next.date) {
        // The number goes back with the transaction.
        return Err(fields
            .invalid("dueDate", message!("due-before-issue", day = next.date))
            .into());
    }
    let series = draft.kind.series();
    let number = next.text(series);
    let changes = invoice::ActiveModel {
        state: Set(InvoiceState::Issued),
        search_text: Set(search_text(Some(&number), &draft.subject, Some(&client.name))),
        number: Set(Some(number)),
        series: Set(Some(series.to_owned())),
        year: Set(Some(next.year)),
        sequence: Set(Some(next.sequence)),
        number_key: Set(Some(next.key())),
        issue_date: Set(Some(next.date)),
        issued_at: Set(Some(tx.now())),
        client_name: Set(Some(client.name)),
        client_address: Set(client.address),
        client_phone: Set(client.phone),
        project_name: Set(Some(project.name.clone())),
        company: Set(Some(serde_json::to_value(company_details)?)),
        company_logo_id: Set(company.logo_image_id),
        ..Default::default()
    };
    Ok(record::update::<invoice::Entity, _>(tx, actor, draft, changes).await?)
}

/// Takes the next number of a series. Its row stays locked until the transaction ends, so numbers are given in the order
/// of commits, and one that isn't committed was never given. The day is read under the lock: dates never run backwards.
async fn take_number(
    ctx: &Ctx,
    tx: &WriteTx,
    kind: InvoiceKind,
    not_before: Option<NaiveDate>,
    fields: Fields<'_>,
) -> Result<NextNumber, CommandError> {
    let row = series::Entity::find_by_id(kind.series().to_owned())
        .lock_exclusive()
        .one(tx.conn())
        .await?
        .ok_or_else(|| anyhow::anyhow!("the series {} has no row", kind.series()))?;
    if row.unconfirmed_since.is_some() {
        return Err(
            Violation::new(ErrorCode::Locked, fields.whole(), message!("numbers-unconfirmed")).into(),
        );
    }
    let state = SeriesState {
        year: row.year,
        last_number: row.last_number,
        last_date: row.last_date,
    };
    let today = today(ctx);
    let next = next_number(state, not_before.map_or(today, |day| day.max(today)));
    let mut row = row.into_active_model();
    row.year = Set(next.year);
    row.last_number = Set(next.sequence);
    row.last_date = Set(Some(next.date));
    series::Entity::update(row).exec(tx.conn()).await?;
    Ok(next)
}
