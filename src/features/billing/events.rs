//! What happens in billing, for the event log and for announcements.

/// An invoice or credit note became visible to the client. The record is the invoice.
pub const INVOICE_ISSUED: &str = "InvoiceIssued";
/// An invoice was paid, is no longer paid, became overdue or was cancelled. The record is the invoice; the payload's
/// `status` says what it came to.
pub const INVOICE_STATUS_CHANGED: &str = "InvoiceStatusChanged";
/// A payment was recorded, or voided. The record is the payment.
pub const PAYMENT_RECORDED: &str = "PaymentRecorded";

/// Announced: a credit note was issued.
pub const CREDIT_NOTE_ISSUED: &str = "CreditNoteIssued";
/// Announced: an invoice was cancelled.
pub const INVOICE_CANCELLED: &str = "InvoiceCancelled";
/// Announced: an invoice is due soon.
pub const INVOICE_DUE_SOON: &str = "InvoiceDueSoon";
/// Announced: an invoice is overdue.
pub const INVOICE_OVERDUE: &str = "InvoiceOverdue";
