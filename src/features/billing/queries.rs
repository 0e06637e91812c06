//! Reads of invoices and payments. Every list starts from [`select_invoices`] or [`select_payments`], which know who
//! asks: a client sees what was issued and paid on the own living projects, and nothing else, in lists, counts and
//! look-ups alike. Statuses derive in SQL as `model` derives them.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait, SelectStatement, SimpleExpr, UnionType},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    InvoiceId, InvoiceKind, InvoiceState, InvoiceStatus, PaymentId, PaymentMode, Standing,
    tables::{invoice, item, payment},
};
use crate::{
    features::projects::{ProjectColumn, ProjectId, Projects},
    platform::{
        actor::{Actor, ClientId},
        config::Config,
        graphql::RecordScope,
        money::Amount,
        paging::OrderBy,
        search,
    },
};

/// The day it is for the company.
#[must_use]
pub fn today(config: &Config, now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&config.time_zone).date_naive()
}

/// Which invoices a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct InvoiceFilter {
    /// In one of these statuses.
    pub statuses: Option<Vec<InvoiceStatus>>,
    /// Invoices, or credit notes.
    pub kind: Option<InvoiceKind>,
    /// Of this project.
    pub project: Option<ProjectId>,
    /// Of this client's projects.
    pub client: Option<ClientId>,
    /// Issued on this day or later.
    pub issued_from: Option<NaiveDate>,
    /// Issued on this day or earlier.
    pub issued_until: Option<NaiveDate>,
    /// Due on this day or later.
    pub due_from: Option<NaiveDate>,
    /// Due on this day or earlier.
    pub due_until: Option<NaiveDate>,
    /// Overdue ones, or the others.
    pub overdue: Option<bool>,
    /// Each word stands in number, subject, client's or project's name.
    pub search: Option<String>,
}

/// Which payments a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct PaymentFilter {
    /// For this project.
    pub project: Option<ProjectId>,
    /// For this client's projects.
    pub client: Option<ClientId>,
    /// For this invoice.
    pub invoice: Option<InvoiceId>,
    /// In this way.
    pub mode: Option<PaymentMode>,
    /// Paid on this day or later.
    pub paid_from: Option<NaiveDate>,
    /// Paid on this day or earlier.
    pub paid_until: Option<NaiveDate>,
    /// Voided ones too.
    pub include_voided: bool,
}

/// What invoices are ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum InvoiceOrder {
    /// When they were entered.
    #[default]
    CreatedAt,
    /// When they last changed.
    UpdatedAt,
    /// By issue date; drafts last.
    IssueDate,
    /// By due date; those without last.
    DueDate,
    /// By number; drafts last.
    Number,
    /// By total with tax.
    Total,
}

/// What payments are ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum PaymentOrder {
    /// By the day of payment.
    #[default]
    PaidOn,
    /// When they were entered.
    CreatedAt,
    /// By amount.
    Amount,
}

impl InvoiceOrder {
    /// As columns.
    #[must_use]
    pub fn by(self, descending: bool) -> OrderBy<invoice::Entity> {
        let column = match self {
            Self::CreatedAt => invoice::Column::CreatedAt,
            Self::UpdatedAt => invoice::Column::UpdatedAt,
            Self::IssueDate => invoice::Column::IssueDate,
            Self::DueDate => invoice::Column::DueDate,
            Self::Number => invoice::Column::NumberKey,
            Self::Total => invoice::Column::TotalTtc,
        };
        OrderBy::new(column, descending, invoice::Column::Id)
    }
}

impl PaymentOrder {
    /// As columns.
    #[must_use]
    pub fn by(self, descending: bool) -> OrderBy<payment::Entity> {
        let column = match self {
            Self::PaidOn => payment::Column::PaidOn,
            Self::CreatedAt => payment::Column::CreatedAt,
            Self::Amount => payment::Column::Amount,
        };
        OrderBy::new(column, descending, payment::Column::Id)
    }
}

/// The balance of the invoice of the outer row: net to pay less living payments and credit notes.
pub(super) const BALANCE: &str = "(\"invoices\".\"net_to_pay\" \
    - CAST(COALESCE((SELECT SUM(p.\"amount\") FROM \"payments\" p WHERE p.\"invoice_id\" = \"invoices\".\"id\" \
      AND p.\"voided_at\" IS NULL), 0) AS BIGINT) \
    - CAST(COALESCE((SELECT SUM(c.\"total_ttc\") FROM \"invoices\" c WHERE c.\"credited_invoice_id\" = \"invoices\".\"id\" \
      AND c.\"state\" = 'ISSUED'), 0) AS BIGINT))";

/// The condition that an invoice has this status.
fn has_status(status: InvoiceStatus, today: NaiveDate) -> Condition {
    use invoice::Column;
    let state = |state: InvoiceState| Column::State.eq(state);
    let unpaid = || Expr::cust(BALANCE).gt(0_i64);
    let issued = || {
        Condition::all()
            .add(state(InvoiceState::Issued))
            .add(Column::Kind.eq(InvoiceKind::Invoice))
    };
    match status {
        InvoiceStatus::Draft => Condition::all().add(state(InvoiceState::Draft)),
        InvoiceStatus::Cancelled => Condition::all().add(state(InvoiceState::Cancelled)),
        InvoiceStatus::Paid => issued().add(Expr::cust(BALANCE).lte(0_i64)),
        InvoiceStatus::Overdue => issued().add(Column::DueDate.lt(today)).add(unpaid()),
        InvoiceStatus::Sent => Condition::any()
            .add(
                Condition::all()
                    .add(state(InvoiceState::Issued))
                    .add(Column::Kind.eq(InvoiceKind::CreditNote)),
            )
            .add(
                issued()
                    .add(
                        Condition::any()
                            .add(Column::DueDate.is_null())
                            .add(Column::DueDate.gte(today)),
                    )
                    .add(unpaid()),
            ),
    }
}

/// The invoices that `actor` may see, within `scope` and `filter`. `today` is the company's day.
#[must_use]
pub fn select_invoices(
    actor: &Actor,
    filter: &InvoiceFilter,
    scope: RecordScope,
    today: NaiveDate,
) -> Select<invoice::Entity> {
    use invoice::Column;
    let mut only = Condition::all();
    if !actor.is_staff() {
        only = only
            .add(Column::State.ne(InvoiceState::Draft))
            .add(Column::ProjectId.in_subquery(own_projects(actor)));
    }
    only = match scope {
        RecordScope::Published => only
            .add(Column::DeletedAt.is_null())
            .add(Column::State.ne(InvoiceState::Draft)),
        RecordScope::Living => only.add(Column::DeletedAt.is_null()),
        RecordScope::Deleted => only.add(Column::DeletedAt.is_not_null()),
        RecordScope::All => only,
    };
    only = only
        .add_option(filter.kind.map(|kind| Column::Kind.eq(kind)))
        .add_option(filter.project.map(|project| Column::ProjectId.eq(project)))
        .add_option(
            filter
                .client
                .map(|client| Column::ProjectId.in_subquery(projects_of(client))),
        )
        .add_option(filter.issued_from.map(|day| Column::IssueDate.gte(day)))
        .add_option(filter.issued_until.map(|day| Column::IssueDate.lte(day)))
        .add_option(filter.due_from.map(|day| Column::DueDate.gte(day)))
        .add_option(filter.due_until.map(|day| Column::DueDate.lte(day)));
    if let Some(statuses) = &filter.statuses {
        let any = statuses
            .iter()
            .fold(Condition::any(), |any, &one| any.add(has_status(one, today)));
        // An empty list of statuses shows nothing; an empty condition would show all.
        only = if statuses.is_empty() {
            only.add(Column::Id.is_null())
        } else {
            only.add(any)
        };
    }
    if let Some(overdue) = filter.overdue {
        let is = has_status(InvoiceStatus::Overdue, today);
        // A due date that isn't there makes the condition neither true nor false.
        only = only.add(if overdue {
            is
        } else {
            Condition::any().add(Column::DueDate.is_null()).add(is.not())
        });
    }
    for word in filter
        .search
        .iter()
        .flat_map(|query| search::matches(Column::SearchText, query))
    {
        only = only.add(word);
    }
    invoice::Entity::find().filter(only)
}

/// The payments that `actor` may see, within `filter`.
#[must_use]
pub fn select_payments(actor: &Actor, filter: &PaymentFilter) -> Select<payment::Entity> {
    use payment::Column;
    let mut only = Condition::all();
    if !actor.is_staff() {
        only = only.add(Column::ProjectId.in_subquery(own_projects(actor)));
    }
    if !filter.include_voided {
        only = only.add(Column::VoidedAt.is_null());
    }
    only = only
        .add_option(filter.project.map(|project| Column::ProjectId.eq(project)))
        .add_option(
            filter
                .client
                .map(|client| Column::ProjectId.in_subquery(projects_of(client))),
        )
        .add_option(filter.invoice.map(|invoice| Column::InvoiceId.eq(invoice)))
        .add_option(filter.mode.map(|mode| Column::Mode.eq(mode)))
        .add_option(filter.paid_from.map(|day| Column::PaidOn.gte(day)))
        .add_option(filter.paid_until.map(|day| Column::PaidOn.lte(day)));
    payment::Entity::find().filter(only)
}

/// The ids of the actor's own living projects.
fn own_projects(actor: &Actor) -> SelectStatement {
    let own = match actor.client_id() {
        Some(own) => ProjectColumn::ClientId.eq(own),
        None => ProjectColumn::Id.is_null(),
    };
    project_ids(own.and(ProjectColumn::DeletedAt.is_null()))
}

fn projects_of(client: ClientId) -> SelectStatement {
    project_ids(ProjectColumn::ClientId.eq(client))
}

fn project_ids(which: SimpleExpr) -> SelectStatement {
    Projects::find()
        .select_only()
        .column(ProjectColumn::Id)
        .filter(which)
        .into_query()
}

/// A sum as the API's own integer: PostgreSQL widens sums.
pub(super) fn sum(column: &str) -> SimpleExpr {
    Expr::cust(format!("CAST(COALESCE(SUM(\"{column}\"), 0) AS BIGINT)"))
}

fn nothing() -> SimpleExpr {
    Expr::cust("CAST(0 AS BIGINT)")
}

#[derive(Debug, FromQueryResult)]
struct StandingRow {
    invoice: Uuid,
    paid: i64,
    credited: i64,
}

/// What came in for each invoice and what was credited. One statement; invoices without either are absent.
///
/// # Errors
/// When the database refuses.
pub async fn standings(
    conn: &impl ConnectionTrait,
    invoices: impl IntoIterator<Item = InvoiceId>,
) -> Result<HashMap<InvoiceId, Standing>, DbErr> {
    let ids: Vec<InvoiceId> = invoices.into_iter().collect();
    let credited = invoice::Entity::find()
        .select_only()
        .column_as(invoice::Column::CreditedInvoiceId, "invoice")
        .expr_as(nothing(), "paid")
        .expr_as(sum("total_ttc"), "credited")
        .filter(invoice::Column::CreditedInvoiceId.is_in(ids.iter().copied()))
        .filter(invoice::Column::State.eq(InvoiceState::Issued))
        .group_by(invoice::Column::CreditedInvoiceId)
        .into_query();
    let both = payment::Entity::find()
        .select_only()
        .column_as(payment::Column::InvoiceId, "invoice")
        .expr_as(sum("amount"), "paid")
        .expr_as(nothing(), "credited")
        .filter(payment::Column::InvoiceId.is_in(ids.iter().copied()))
        .filter(payment::Column::VoidedAt.is_null())
        .group_by(payment::Column::InvoiceId)
        .into_query()
        .union(UnionType::All, credited)
        .to_owned();
    let rows = StandingRow::find_by_statement(conn.get_database_backend().build(&both))
        .all(conn)
        .await?;
    let mut standings: HashMap<InvoiceId, Standing> = HashMap::new();
    for row in rows {
        let standing = standings.entry(InvoiceId(row.invoice)).or_default();
        standing.paid.0 += row.paid;
        standing.credited.0 += row.credited;
    }
    Ok(standings)
}

/// How much was paid for each project: the sum of its payments that aren't voided. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn paid_of_projects(
    conn: &impl ConnectionTrait,
    projects: impl IntoIterator<Item = ProjectId>,
) -> Result<HashMap<ProjectId, Amount>, DbErr> {
    let rows: Vec<(ProjectId, i64)> = payment::Entity::find()
        .select_only()
        .column(payment::Column::ProjectId)
        .expr_as(sum("amount"), "paid")
        .filter(payment::Column::ProjectId.is_in(projects))
        .filter(payment::Column::VoidedAt.is_null())
        .group_by(payment::Column::ProjectId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(project, paid)| (project, Amount(paid)))
        .collect())
}

/// What of a project's money is free for an advance: payments not tied to an invoice, less the advances of its issued
/// invoices. Decides something only under the lock of the project's row.
///
/// # Errors
/// When the database refuses.
pub async fn free_advance(conn: &impl ConnectionTrait, project: ProjectId) -> Result<Amount, DbErr> {
    let paid: Option<i64> = payment::Entity::find()
        .select_only()
        .expr_as(sum("amount"), "sum")
        .filter(payment::Column::ProjectId.eq(project))
        .filter(payment::Column::InvoiceId.is_null())
        .filter(payment::Column::VoidedAt.is_null())
        .into_tuple()
        .one(conn)
        .await?;
    let taken: Option<i64> = invoice::Entity::find()
        .select_only()
        .expr_as(sum("advance_payment"), "sum")
        .filter(invoice::Column::ProjectId.eq(project))
        .filter(invoice::Column::State.eq(InvoiceState::Issued))
        .into_tuple()
        .one(conn)
        .await?;
    Ok(Amount(paid.unwrap_or(0) - taken.unwrap_or(0)))
}

/// Subtotal and tax of an invoice's credit notes.
///
/// # Errors
/// When the database refuses.
pub async fn credited_parts(
    conn: &impl ConnectionTrait,
    invoice: InvoiceId,
) -> Result<(Amount, Amount), DbErr> {
    let sums: Option<(i64, i64)> = invoice::Entity::find()
        .select_only()
        .expr_as(sum("subtotal"), "subtotal")
        .expr_as(sum("tax_amount"), "tax")
        .filter(invoice::Column::CreditedInvoiceId.eq(invoice))
        .filter(invoice::Column::State.eq(InvoiceState::Issued))
        .into_tuple()
        .one(conn)
        .await?;
    let (subtotal, tax) = sums.unwrap_or_default();
    Ok((Amount(subtotal), Amount(tax)))
}

/// The lines of many invoices, each one's in order. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn items_of(
    conn: &impl ConnectionTrait,
    invoices: impl IntoIterator<Item = InvoiceId>,
) -> Result<HashMap<InvoiceId, Vec<item::Model>>, DbErr> {
    let rows = item::Entity::find()
        .filter(item::Column::InvoiceId.is_in(invoices))
        .order_by_asc(item::Column::Position)
        .all(conn)
        .await?;
    let mut items: HashMap<InvoiceId, Vec<item::Model>> = HashMap::new();
    for row in rows {
        items.entry(row.invoice_id).or_default().push(row);
    }
    Ok(items)
}

/// The issued credit notes of many invoices, in the order of their numbers. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn credit_notes_of(
    conn: &impl ConnectionTrait,
    invoices: impl IntoIterator<Item = InvoiceId>,
) -> Result<HashMap<InvoiceId, Vec<invoice::Model>>, DbErr> {
    let rows = invoice::Entity::find()
        .filter(invoice::Column::CreditedInvoiceId.is_in(invoices))
        .filter(invoice::Column::State.eq(InvoiceState::Issued))
        .order_by_asc(invoice::Column::NumberKey)
        .all(conn)
        .await?;
    let mut notes: HashMap<InvoiceId, Vec<invoice::Model>> = HashMap::new();
    for row in rows {
        if let Some(credited) = row.credited_invoice_id {
            notes.entry(credited).or_default().push(row);
        }
    }
    Ok(notes)
}

/// The payments of many invoices that aren't voided, in the order they came. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn payments_of(
    conn: &impl ConnectionTrait,
    invoices: impl IntoIterator<Item = InvoiceId>,
) -> Result<HashMap<InvoiceId, Vec<payment::Model>>, DbErr> {
    let rows = payment::Entity::find()
        .filter(payment::Column::InvoiceId.is_in(invoices))
        .filter(payment::Column::VoidedAt.is_null())
        .order_by_asc(payment::Column::PaidOn)
        .order_by_asc(payment::Column::Id)
        .all(conn)
        .await?;
    let mut payments: HashMap<InvoiceId, Vec<payment::Model>> = HashMap::new();
    for row in rows {
        if let Some(invoice) = row.invoice_id {
            payments.entry(invoice).or_default().push(row);
        }
    }
    Ok(payments)
}

/// Invoices by id, whoever's: for what has been checked already. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn invoices_by_ids(
    conn: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = InvoiceId>,
) -> Result<HashMap<InvoiceId, invoice::Model>, DbErr> {
    let found = invoice::Entity::find()
        .filter(invoice::Column::Id.is_in(ids))
        .all(conn)
        .await?;
    Ok(found.into_iter().map(|invoice| (invoice.id, invoice)).collect())
}

/// Payments by id, whoever's: for what has been checked already. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn payments_by_ids(
    conn: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = PaymentId>,
) -> Result<HashMap<PaymentId, payment::Model>, DbErr> {
    let found = payment::Entity::find()
        .filter(payment::Column::Id.is_in(ids))
        .all(conn)
        .await?;
    Ok(found.into_iter().map(|payment| (payment.id, payment)).collect())
}

/// An invoice with all that its readers look at, loaded once for all of them.
#[derive(Debug, Clone)]
pub struct BilledInvoice {
    /// The invoice.
    pub invoice: Arc<invoice::Model>,
    /// Its lines, in order.
    pub items: Arc<[item::Model]>,
    /// What came in and was credited.
    pub standing: Standing,
}

/// Issued invoices with their lines and standings. Three statements.
///
/// # Errors
/// When the database refuses.
pub async fn billed_invoices(
    conn: &impl ConnectionTrait,
    ids: Vec<InvoiceId>,
) -> Result<HashMap<InvoiceId, BilledInvoice>, DbErr> {
    let invoices = invoice::Entity::find()
        .filter(invoice::Column::Id.is_in(ids.iter().copied()))
        .filter(invoice::Column::State.ne(InvoiceState::Draft))
        .all(conn)
        .await?;
    let mut items = items_of(conn, ids.iter().copied()).await?;
    let standings = standings(conn, ids).await?;
    Ok(invoices
        .into_iter()
        .map(|invoice| {
            let id = invoice.id;
            let billed = BilledInvoice {
                invoice: Arc::new(invoice),
                items: items.remove(&id).unwrap_or_default().into(),
                standing: standings.get(&id).copied().unwrap_or_default(),
            };
            (id, billed)
        })
        .collect())
}
