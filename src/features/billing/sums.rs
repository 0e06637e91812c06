//! What is paid, credited and owed: sums over payments and credit notes, which no table stores. One of them decides
//! something only under the lock of the project's row.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, SimpleExpr, UnionType},
};
use uuid::Uuid;

use super::{
    InvoiceId, InvoiceState, Settlement,
    tables::{invoice, payment},
};
use crate::features::projects::ProjectId;
use platform::money::Amount;

/// The balance of the invoice of the outer row: net to pay less living payments and credit notes.
pub(super) const BALANCE: &str = "(\"invoices\".\"net_to_pay\" \
    - CAST(COALESCE((SELECT SUM(p.\"amount\") FROM \"payments\" p WHERE p.\"invoice_id\" = \"invoices\".\"id\" \
      AND p.\"voided_at\" IS NULL), 0) AS BIGINT) \
    - CAST(COALESCE((SELECT SUM(c.\"total_ttc\") FROM \"invoices\" c WHERE c.\"credited_invoice_id\" = \"invoices\".\"id\" \
      AND c.\"state\" = 'ISSUED'), 0) AS BIGINT))";

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
pub async fn settlements(
    conn: &impl ConnectionTrait,
    invoices: impl IntoIterator<Item = InvoiceId>,
) -> Result<HashMap<InvoiceId, Settlement>, DbErr> {
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
    let mut settlements: HashMap<InvoiceId, Settlement> = HashMap::new();
    for row in rows {
        let settlement = settlements.entry(InvoiceId(row.invoice)).or_default();
        settlement.paid.0 += row.paid;
        settlement.credited.0 += row.credited;
    }
    Ok(settlements)
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
