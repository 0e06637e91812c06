//! `Payment`.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};

use super::{
    loaders::InvoiceLoader,
    papers::url_of,
    types::{GqlInvoice, GqlPaymentMode},
};
use crate::{
    features::{
        accounts::graphql::RecordFields,
        billing::{Payment, papers::PaperId},
        projects::graphql::{GqlProject, ProjectLoader},
    },
    record_methods,
};
use platform::graphql::{
    ContextExt, internal, removed_meanwhile,
    scalars::Url,
    values::{Date, Money},
};

/// A payment.
#[derive(Debug, Clone)]
pub struct GqlPayment(pub Arc<Payment>);

impl From<Payment> for GqlPayment {
    fn from(payment: Payment) -> Self {
        Self(Arc::new(payment))
    }
}

record_methods!(GqlPayment, 0);

/// Money that came in for a project. It is voided, never edited or deleted. Clients see those of their own projects.
#[Object(name = "Payment")]
impl GqlPayment {
    #[graphql(flatten)]
    async fn record(&self) -> RecordFields {
        self.record_fields()
    }

    /// The contract it is for.
    async fn project(&self, ctx: &Context<'_>) -> Result<GqlProject> {
        let loaded = ctx.loader::<ProjectLoader>().load_one(self.0.project_id).await;
        loaded
            .map_err(internal)?
            .map(GqlProject)
            .ok_or_else(|| removed_meanwhile(self.0.id))
    }

    /// The invoice it pays; null for money paid ahead, which invoices take their advance from.
    async fn invoice(&self, ctx: &Context<'_>) -> Result<Option<GqlInvoice>> {
        let Some(id) = self.0.invoice_id else {
            return Ok(None);
        };
        let loaded = ctx.loader::<InvoiceLoader>().load_one(id).await;
        Ok(loaded.map_err(internal)?.map(GqlInvoice::from))
    }

    /// How much.
    async fn amount(&self) -> Money {
        Money::new(self.0.amount, self.0.currency)
    }

    /// The day it came in.
    async fn paid_on(&self) -> Date {
        Date(self.0.paid_on)
    }

    /// In which way.
    async fn mode(&self) -> GqlPaymentMode {
        self.0.mode.into()
    }

    /// The reference of the transfer, the cheque or the transaction.
    async fn reference(&self) -> Option<&str> {
        self.0.reference.as_deref()
    }

    /// Where its receipt is, a PDF in the client's language: works without a token for whoever asked, for 12 to 24 hours and
    /// as long as they stay signed in and may see the payment. A voided one's has a watermark.
    async fn receipt_url(&self, ctx: &Context<'_>) -> Option<Url> {
        url_of(ctx, PaperId::Receipt(self.0.id))
    }

    /// When it was voided: it counts no more. Null while it counts.
    async fn voided_at(&self) -> Option<DateTime<Utc>> {
        self.0.voided_at
    }

    /// Why it was voided.
    async fn void_reason(&self) -> Option<&str> {
        self.0.void_reason.as_deref()
    }
}
