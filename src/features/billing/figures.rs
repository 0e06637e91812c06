//! The figures on the staff's first page: what is owed and late, by project, and what a month brought.

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    InvoiceKind, InvoiceState,
    sums::{BALANCE, sum},
    tables::{invoice, payment},
};
use crate::features::projects::ProjectId;
use platform::money::{Amount, Currency};

/// What is owed on one project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// The project.
    pub project: ProjectId,
    /// Its currency.
    pub currency: Currency,
    /// What is left to pay on its issued invoices; refunds due don't lessen it.
    pub outstanding: Amount,
    /// What of that is late.
    pub overdue: Amount,
    /// How many of its invoices are late.
    pub overdue_count: i64,
}

#[derive(Debug, FromQueryResult)]
struct OwedRow {
    project: Uuid,
    currency: Currency,
    outstanding: i64,
    overdue: i64,
    overdue_count: i64,
}

/// What is owed on each project that owes anything, the most overdue first. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn owed_by_project(conn: &impl ConnectionTrait, today: NaiveDate) -> Result<Vec<Owed>, DbErr> {
    let late = invoice::Column::DueDate.lt(today);
    let whole = |expr: sea_orm::sea_query::SimpleExpr| expr.cast_as("BIGINT");
    let balance = || Expr::cust(BALANCE);
    let query = invoice::Entity::find()
        .select_only()
        .column_as(invoice::Column::ProjectId, "project")
        .column(invoice::Column::Currency)
        .expr_as(whole(balance().sum()), "outstanding")
        .expr_as(
            whole(Expr::case(late.clone(), balance()).finally(0_i64).sum()),
            "overdue",
        )
        .expr_as(
            whole(Expr::case(late, 1_i64).finally(0_i64).sum()),
            "overdue_count",
        )
        .filter(invoice::Column::State.eq(InvoiceState::Issued))
        .filter(invoice::Column::Kind.eq(InvoiceKind::Invoice))
        .filter(balance().gt(0_i64))
        .group_by(invoice::Column::ProjectId)
        .group_by(invoice::Column::Currency)
        .into_query();
    let rows = OwedRow::find_by_statement(conn.get_database_backend().build(&query))
        .all(conn)
        .await?;
    let mut owed: Vec<Owed> = rows
        .into_iter()
        .map(|row| Owed {
            project: ProjectId(row.project),
            currency: row.currency,
            outstanding: Amount(row.outstanding),
            overdue: Amount(row.overdue),
            overdue_count: row.overdue_count,
        })
        .collect();
    owed.sort_by_key(|it| std::cmp::Reverse((it.overdue, it.outstanding, it.project)));
    Ok(owed)
}

/// What was invoiced with tax from `from` to `until`, less what credit notes of these days took back; a sum for each
/// currency. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn invoiced_between(
    conn: &impl ConnectionTrait,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<(Currency, Amount)>, DbErr> {
    let rows: Vec<(Currency, InvoiceKind, i64)> = invoice::Entity::find()
        .select_only()
        .column(invoice::Column::Currency)
        .column(invoice::Column::Kind)
        .expr_as(sum("total_ttc"), "sum")
        .filter(invoice::Column::State.ne(InvoiceState::Draft))
        .filter(invoice::Column::IssueDate.between(from, until))
        .group_by(invoice::Column::Currency)
        .group_by(invoice::Column::Kind)
        .into_tuple()
        .all(conn)
        .await?;
    let signed = rows.into_iter().map(|(currency, kind, sum)| match kind {
        InvoiceKind::Invoice => (currency, Amount(sum)),
        InvoiceKind::CreditNote => (currency, Amount(-sum)),
    });
    Ok(by_currency(signed))
}

/// What came in from `from` to `until`, voided payments left out; a sum for each currency. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn received_between(
    conn: &impl ConnectionTrait,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<(Currency, Amount)>, DbErr> {
    let rows: Vec<(Currency, i64)> = payment::Entity::find()
        .select_only()
        .column(payment::Column::Currency)
        .expr_as(sum("amount"), "sum")
        .filter(payment::Column::VoidedAt.is_null())
        .filter(payment::Column::PaidOn.between(from, until))
        .group_by(payment::Column::Currency)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(by_currency(
        rows.into_iter().map(|(currency, sum)| (currency, Amount(sum))),
    ))
}

/// One sum a currency, in the order of the currencies' codes.
#[must_use]
pub fn by_currency(amounts: impl IntoIterator<Item = (Currency, Amount)>) -> Vec<(Currency, Amount)> {
    let mut sums = std::collections::BTreeMap::new();
    for (currency, amount) in amounts {
        let entry = sums.entry(currency.code()).or_insert((currency, Amount(0)));
        entry.1 = Amount(entry.1.0.saturating_add(amount.0));
    }
    sums.into_values().collect()
}
