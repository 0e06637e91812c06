//! The events of billing.

use std::sync::Arc;

use async_graphql::{ID, Object, Result};
use chrono::{DateTime, Utc};

use super::types::{Delivered, mismatch};
use crate::features::{
    billing::graphql::{GqlInvoice, GqlPayment, InvoiceStatus},
    feed::EventDetails,
    projects::graphql::GqlProject,
};

/// An invoice was issued.
#[derive(Debug, Clone)]
pub struct InvoiceIssued(pub(super) Delivered);

/// An invoice or credit note was issued: show it. Everything of it is at hand; no further request is needed.
#[Object]
impl InvoiceIssued {
    /// The event's id (`evt_…`): the same event has the same id in every stream.
    pub(crate) async fn id(&self) -> ID {
        self.0.id()
    }

    /// Keep the last one you handled: a stream that starts with it as `after` misses nothing.
    pub(crate) async fn cursor(&self) -> String {
        self.0.cursor.to_string()
    }

    /// When it happened.
    pub(crate) async fn occurred_at(&self) -> DateTime<Utc> {
        self.0.event.occurred_at
    }

    /// Whether it happened before this stream began: you may have seen it.
    pub(crate) async fn replayed(&self) -> bool {
        self.0.replayed
    }

    /// The invoice or credit note as it is now.
    async fn invoice(&self) -> Result<GqlInvoice> {
        match &self.0.event.what {
            EventDetails::InvoiceIssued(billed, project) => Ok(GqlInvoice::loaded(billed, project)),
            _ => Err(mismatch()),
        }
    }

    /// The project it is about.
    async fn project(&self) -> Result<GqlProject> {
        match &self.0.event.what {
            EventDetails::InvoiceIssued(_, project) => Ok(GqlProject(Arc::clone(project))),
            _ => Err(mismatch()),
        }
    }
}

/// An invoice's status changed.
#[derive(Debug, Clone)]
pub struct InvoiceStatusChanged(pub(super) Delivered);

/// An invoice was paid, is no longer paid, became overdue or was cancelled.
#[Object]
impl InvoiceStatusChanged {
    /// The event's id (`evt_…`): the same event has the same id in every stream.
    pub(crate) async fn id(&self) -> ID {
        self.0.id()
    }

    /// Keep the last one you handled: a stream that starts with it as `after` misses nothing.
    pub(crate) async fn cursor(&self) -> String {
        self.0.cursor.to_string()
    }

    /// When it happened.
    pub(crate) async fn occurred_at(&self) -> DateTime<Utc> {
        self.0.event.occurred_at
    }

    /// Whether it happened before this stream began: you may have seen it.
    pub(crate) async fn replayed(&self) -> bool {
        self.0.replayed
    }

    /// What it came to then; `invoice.status` is what it is now.
    async fn status(&self) -> Result<InvoiceStatus> {
        match &self.0.event.what {
            EventDetails::InvoiceStatusChanged(_, _, status) => Ok((*status).into()),
            _ => Err(mismatch()),
        }
    }

    /// The invoice as it is now.
    async fn invoice(&self) -> Result<GqlInvoice> {
        match &self.0.event.what {
            EventDetails::InvoiceStatusChanged(billed, project, _) => Ok(GqlInvoice::loaded(billed, project)),
            _ => Err(mismatch()),
        }
    }

    /// The project it is about.
    async fn project(&self) -> Result<GqlProject> {
        match &self.0.event.what {
            EventDetails::InvoiceStatusChanged(_, project, _) => Ok(GqlProject(Arc::clone(project))),
            _ => Err(mismatch()),
        }
    }
}

/// A payment was recorded.
#[derive(Debug, Clone)]
pub struct PaymentRecorded(pub(super) Delivered);

/// A payment was recorded, or voided (then its `voidedAt` says so): read again the amounts that you show of its project
/// and invoice.
#[Object]
impl PaymentRecorded {
    /// The event's id (`evt_…`): the same event has the same id in every stream.
    pub(crate) async fn id(&self) -> ID {
        self.0.id()
    }

    /// Keep the last one you handled: a stream that starts with it as `after` misses nothing.
    pub(crate) async fn cursor(&self) -> String {
        self.0.cursor.to_string()
    }

    /// When it happened.
    pub(crate) async fn occurred_at(&self) -> DateTime<Utc> {
        self.0.event.occurred_at
    }

    /// Whether it happened before this stream began: you may have seen it.
    pub(crate) async fn replayed(&self) -> bool {
        self.0.replayed
    }

    /// The payment as it is now.
    async fn payment(&self) -> Result<GqlPayment> {
        match &self.0.event.what {
            EventDetails::PaymentRecorded(payment, _) => Ok(GqlPayment(Arc::clone(payment))),
            _ => Err(mismatch()),
        }
    }

    /// The project it is about.
    async fn project(&self) -> Result<GqlProject> {
        match &self.0.event.what {
            EventDetails::PaymentRecorded(_, project) => Ok(GqlProject(Arc::clone(project))),
            _ => Err(mismatch()),
        }
    }
}
