//! The table `invoice_items`: the lines of an invoice, in order.

use sea_orm::entity::prelude::*;

use crate::features::billing::{InvoiceId, InvoiceItemId};
use platform::{money::Amount, quantity::Quantity};

/// One line.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoice_items")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvoiceItemId,
    pub invoice_id: InvoiceId,
    pub position: i32,
    pub description: String,
    pub quantity: Quantity,
    pub unit_price: Amount,
    /// Quantity times price, rounded to the currency.
    pub total_price: Amount,
}

impl ActiveModelBehavior for ActiveModel {}
