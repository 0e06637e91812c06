//! Which invoices and payments a list shows. Every list starts from [`select_invoices`] or [`select_payments`], which know
//! who asks: a client sees what was issued and paid on the own living projects, and nothing else, in lists, counts and
//! look-ups alike. Statuses derive in SQL as `model` derives them.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait, SelectStatement, SimpleExpr},
};
use serde::{Deserialize, Serialize};

use super::{
    InvoiceId, InvoiceKind, InvoiceState, InvoiceStatus, PaymentMode,
    sums::BALANCE,
    tables::{invoice, payment},
};
use crate::features::{
    clients::{ClientColumn, Clients},
    projects::{ProjectColumn, ProjectId, Projects},
};
use platform::{
    actor::{Actor, ClientId},
    config::Config,
    listing::RecordScope,
    paging::OrderBy,
    search,
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
    if let Some(query) = &filter.search {
        only = only.add(found_by(query));
    }
    invoice::Entity::find().filter(only)
}

/// That each word stands in a name that the invoice shows: what is its own (its client's name as issued among it), its
/// project's name as it is now, and a draft's client's as it is now.
fn found_by(query: &str) -> Condition {
    use invoice::Column;
    let own = search::matches(Column::SearchText, query);
    let project = search::matches(ProjectColumn::SearchText, query);
    let client = search::matches(ClientColumn::SortName, query);
    let mut all = Condition::all();
    for ((own, project), client) in own.into_iter().zip(project).zip(client) {
        let clients = Clients::find()
            .select_only()
            .column(ClientColumn::Id)
            .filter(client)
            .into_query();
        let of_client = Condition::all()
            .add(Column::State.eq(InvoiceState::Draft))
            .add(Column::ProjectId.in_subquery(project_ids(ProjectColumn::ClientId.in_subquery(clients))));
        all = all.add(
            Condition::any()
                .add(own)
                .add(Column::ProjectId.in_subquery(project_ids(project)))
                .add(of_client),
        );
    }
    all
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
