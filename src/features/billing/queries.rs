//! Invoices and payments by id and of each other, whoever's: for what a list or a look-up through `filters` has let
//! through already. One statement each.

use std::{collections::HashMap, sync::Arc};

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::{
    InvoiceId, InvoiceState, PaymentId, Settlement, settlements,
    tables::{invoice, item, payment},
};

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
    pub settlement: Settlement,
}

/// Issued invoices with their lines and settlements. Three statements.
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
    let settlements = settlements(conn, ids).await?;
    Ok(invoices
        .into_iter()
        .map(|invoice| {
            let id = invoice.id;
            let billed = BilledInvoice {
                invoice: Arc::new(invoice),
                items: items.remove(&id).unwrap_or_default().into(),
                settlement: settlements.get(&id).copied().unwrap_or_default(),
            };
            (id, billed)
        })
        .collect())
}
