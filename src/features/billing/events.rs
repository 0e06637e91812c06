//! What happens in billing, for the event log and for announcements.

use platform::events::EventKind;

/// An invoice or credit note became visible to the client. The record is the invoice.
pub const INVOICE_ISSUED: EventKind = EventKind::new("InvoiceIssued");
/// An invoice was paid, is no longer paid, became overdue or was cancelled. The record is the invoice; the payload's
/// `status` says what it came to.
pub const INVOICE_STATUS_CHANGED: EventKind = EventKind::new("InvoiceStatusChanged");
/// A payment was recorded, or voided. The record is the payment.
pub const PAYMENT_RECORDED: EventKind = EventKind::new("PaymentRecorded");

/// Announced: a credit note was issued.
pub const CREDIT_NOTE_ISSUED: EventKind = EventKind::new("CreditNoteIssued");
/// Announced: an invoice was cancelled.
pub const INVOICE_CANCELLED: EventKind = EventKind::new("InvoiceCancelled");
/// Announced: an invoice is due soon.
pub const INVOICE_DUE_SOON: EventKind = EventKind::new("InvoiceDueSoon");
/// Announced: an invoice is overdue.
pub const INVOICE_OVERDUE: EventKind = EventKind::new("InvoiceOverdue");
