//! The mutations on invoices and payments.

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use super::{
    inputs::{
        CancelInvoiceInput, CreateCreditNoteInput, CreateInvoiceInput, DuplicateInvoiceInput,
        ExportAccountingJournalInput, ExportInvoicesInput, IssueInvoiceInput, IssueInvoicesInput,
        MarkInvoicePaidInput, MarkInvoicesPaidInput, RecordPaymentInput, UpdateInvoiceInput,
        VoidPaymentInput, rows,
    },
    payment::GqlPayment,
    types::GqlInvoice,
};
use crate::features::billing::{
    Invoice, InvoiceId, Invoices, InvoicesExport, JournalExport, JournalFilter, Payment, PaymentId, Payments,
    commands::{
        self, CancelInvoice, CreateCreditNote, DuplicateInvoice, IssueInvoice, IssueInvoices,
        MarkInvoicePaid, MarkInvoicesPaid, RecordPayment, Row, VoidPayment,
    },
};
use platform::{
    error::{CommandError, ErrorCode, Violation, Violations},
    export::Exports,
    graphql::{
        Allow, ContextExt, ExportPayload, UserError,
        editing::{CreateInput, Entered, or_current, update},
        parse_id, split,
    },
    message, record_payload,
};

record_payload! {
    /// What a mutation on an invoice answers.
    InvoicePayload {
        /// The invoice as it is now; with CONFLICT the current one, with other errors null.
        invoice: GqlInvoice, from Invoice
    }
}

/// What became of one row of a bulk mutation.
#[derive(Debug, SimpleObject)]
pub struct InvoiceResult {
    /// The invoice's id (`inv_…`), as it was sent.
    pub id: ID,
    /// The invoice as it is now; with CONFLICT the current one, with other errors null.
    pub invoice: Option<GqlInvoice>,
    /// What is wrong with this row; when there is anything, nothing of it was written.
    pub user_errors: Vec<UserError>,
}

/// What a bulk mutation on invoices answers.
#[derive(Debug, SimpleObject)]
pub struct InvoicesPayload {
    /// A result for each row, in the order of the rows, 100 at most: each was done, or not, by itself.
    pub results: Vec<InvoiceResult>,
    /// What is wrong with the input as a whole; when there is anything, no row was done.
    pub user_errors: Vec<UserError>,
}

/// What `markInvoicePaid` answers.
#[derive(Debug, SimpleObject)]
pub struct MarkInvoicePaidPayload {
    /// The invoice as it is now; with CONFLICT the current one, with other errors null.
    pub invoice: Option<GqlInvoice>,
    /// The payment that settled it.
    pub payment: Option<GqlPayment>,
    /// What is wrong with the input; when there is anything, nothing was written.
    pub user_errors: Vec<UserError>,
}

/// What `createCreditNote` answers.
#[derive(Debug, SimpleObject)]
pub struct CreateCreditNotePayload {
    /// The credit note.
    pub credit_note: Option<GqlInvoice>,
    /// What is wrong with the input; when there is anything, nothing was written.
    pub user_errors: Vec<UserError>,
}

record_payload! {
    /// What a mutation on a payment answers.
    PaymentPayload {
        /// The payment as it is now; with CONFLICT the current one, with other errors null.
        payment: GqlPayment, from Payment
    }
}

/// Mutations on invoices and payments.
#[derive(Debug, Default)]
pub struct BillingMutation;

#[Object]
impl BillingMutation {
    /// Writes an invoice as a draft, and with `issue: true` issues it in the same step. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn create_invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invoice.")] input: CreateInvoiceInput,
    ) -> Result<InvoicePayload> {
        let outcome = async {
            let (fields, key) = input.fields()?;
            commands::create_invoice(ctx.app(), ctx.actor(), fields, key.as_deref()).await
        };
        Ok(split(outcome.await)?.into())
    }

    /// Changes a draft: its values, and its lines added, changed, removed and reordered in one patch. An issued invoice is
    /// LOCKED. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn update_invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateInvoiceInput,
    ) -> Result<InvoicePayload> {
        Ok(update::<Invoices, _>(ctx, input).await?.into())
    }

    /// Writes a new draft like an invoice, whatever has become of that: the same project, subject, lines, tax rate and way to
    /// pay; without its advance and due date. A credit note is LOCKED. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn duplicate_invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: DuplicateInvoiceInput,
    ) -> Result<InvoicePayload> {
        let outcome = async {
            let input = DuplicateInvoice {
                id: parse_id(&input.id, &["input", "id"])?,
                idempotency_key: input.idempotency_key,
            };
            commands::duplicate_invoice(ctx.app(), ctx.actor(), input).await
        };
        Ok(split(outcome.await)?.into())
    }

    /// Issues a draft: it gets its number and date, lines, totals, client's and company's details are fixed for good, and
    /// its client is told in the app, by push and by e-mail. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn issue_invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: IssueInvoiceInput,
    ) -> Result<InvoicePayload> {
        let id = parse_id::<InvoiceId>(&input.id, &["input", "id"]);
        let current = id.as_ref().ok().copied();
        let outcome = async {
            let input = IssueInvoice {
                id: id?,
                expected_version: input.expected_version,
                idempotency_key: input.idempotency_key,
            };
            commands::issue_invoice(ctx.app(), ctx.actor(), input).await
        };
        Ok(or_current::<Invoices>(ctx, current, outcome.await).await?.into())
    }

    /// Issues drafts, 100 at most, one after the other in the order given; each is done, or not, by itself. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn issue_invoices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: IssueInvoicesInput,
    ) -> Result<InvoicesPayload> {
        let rows = rows(input.rows);
        let sent = rows.as_ref().map_or_else(|_| Vec::new(), Clone::clone);
        let outcome = async {
            let input = IssueInvoices {
                rows: rows?,
                idempotency_key: input.idempotency_key,
            };
            commands::issue_invoices(ctx.app(), ctx.actor(), input).await
        };
        bulk_payload(ctx, &sent, outcome.await).await
    }

    /// Records that what is left on an issued invoice was paid. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn mark_invoice_paid(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and how.")] input: MarkInvoicePaidInput,
    ) -> Result<MarkInvoicePaidPayload> {
        let id = parse_id::<InvoiceId>(&input.id, &["input", "id"]);
        let current = id.as_ref().ok().copied();
        let outcome = async {
            let input = MarkInvoicePaid {
                id: id?,
                expected_version: input.expected_version,
                paid_on: input.paid_on.map(|day| day.0),
                mode: input.mode.map(Into::into),
                reference: input.reference,
                idempotency_key: input.idempotency_key,
            };
            commands::mark_invoice_paid(ctx.app(), ctx.actor(), input).await
        };
        let mut payment = None;
        let outcome = outcome.await.map(|(invoice, settled)| {
            payment = Some(settled);
            invoice
        });
        let (invoice, user_errors) = or_current::<Invoices>(ctx, current, outcome).await?;
        Ok(MarkInvoicePaidPayload {
            invoice: invoice.map(GqlInvoice::from),
            payment: payment.map(GqlPayment::from),
            user_errors,
        })
    }

    /// Records that what is left on each of these issued invoices was paid, 100 at most; each is done, or not, by itself.
    /// For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn mark_invoices_paid(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and how.")] input: MarkInvoicesPaidInput,
    ) -> Result<InvoicesPayload> {
        let rows = rows(input.rows);
        let sent = rows.as_ref().map_or_else(|_| Vec::new(), Clone::clone);
        let outcome = async {
            let input = MarkInvoicesPaid {
                rows: rows?,
                paid_on: input.paid_on.map(|day| day.0),
                mode: input.mode.map(Into::into),
                reference: input.reference,
                idempotency_key: input.idempotency_key,
            };
            let settled = commands::mark_invoices_paid(ctx.app(), ctx.actor(), input).await?;
            let invoices = settled.into_iter().map(|row| row.map(|(invoice, _)| invoice));
            Ok(invoices.collect())
        };
        bulk_payload(ctx, &sent, outcome.await).await
    }

    /// Takes an issued invoice back as a whole. Its advance is free again, a credit note takes back what is left of it, and
    /// nothing is owed on it. LOCKED while a payment on it isn't voided. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn cancel_invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: CancelInvoiceInput,
    ) -> Result<InvoicePayload> {
        let id = parse_id::<InvoiceId>(&input.id, &["input", "id"]);
        let current = id.as_ref().ok().copied();
        let outcome = async {
            let input = CancelInvoice {
                id: id?,
                expected_version: input.expected_version,
                reason: input.reason,
                idempotency_key: input.idempotency_key,
            };
            commands::cancel_invoice(ctx.app(), ctx.actor(), input).await
        };
        Ok(or_current::<Invoices>(ctx, current, outcome.await).await?.into())
    }

    /// Issues a credit note, which takes back an issued invoice or a part of it. Its amounts are positive and, with those
    /// of earlier credit notes, never exceed the invoice's. When more was paid than is then owed, the invoice's balance is
    /// negative: a refund is due. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn create_credit_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The credit note.")] input: CreateCreditNoteInput,
    ) -> Result<CreateCreditNotePayload> {
        let outcome = async {
            let mut violations = Violations::default();
            let invoice = violations.check(parse_id(&input.invoice_id, &["input", "invoiceId"]));
            let path = ["input", "items"].map(str::to_owned);
            let items = input.items.and_then(|list| list.read(&path, &mut violations));
            let Some(invoice) = invoice.filter(|_| violations.is_empty()) else {
                return Err(violations.into_error());
            };
            let input = CreateCreditNote {
                invoice,
                subject: input.subject,
                items,
                idempotency_key: input.idempotency_key,
            };
            commands::create_credit_note(ctx.app(), ctx.actor(), input).await
        };
        let (note, user_errors) = split(outcome.await)?;
        Ok(CreateCreditNotePayload {
            credit_note: note.map(GqlInvoice::from),
            user_errors,
        })
    }

    /// Records money that came in: for an issued invoice, no more than its balance, or ahead of one. Its client is told.
    /// For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn record_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment.")] input: RecordPaymentInput,
    ) -> Result<PaymentPayload> {
        let outcome = async {
            let mut violations = Violations::default();
            let project = violations.check(parse_id(&input.project_id, &["input", "projectId"]));
            let invoice = input
                .invoice_id
                .and_then(|id| violations.check(parse_id(&id, &["input", "invoiceId"])));
            let Some(project) = project.filter(|_| violations.is_empty()) else {
                return Err(violations.into_error());
            };
            let input = RecordPayment {
                project,
                invoice,
                amount: input.amount.0,
                paid_on: input.paid_on.0,
                mode: input.mode.into(),
                reference: input.reference,
                idempotency_key: input.idempotency_key,
            };
            commands::record_payment(ctx.app(), ctx.actor(), input).await
        };
        Ok(split(outcome.await)?.into())
    }

    /// Voids a payment that never was, or bounced: it stays to be seen with the reason, and counts no more. LOCKED when
    /// issued invoices have taken their advance from it. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn void_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: VoidPaymentInput,
    ) -> Result<PaymentPayload> {
        let id = parse_id::<PaymentId>(&input.id, &["input", "id"]);
        let current = id.as_ref().ok().copied();
        let outcome = async {
            let input = VoidPayment {
                id: id?,
                expected_version: input.expected_version,
                reason: input.reason,
                idempotency_key: input.idempotency_key,
            };
            commands::void_payment(ctx.app(), ctx.actor(), input).await
        };
        Ok(or_current::<Payments>(ctx, current, outcome.await).await?.into())
    }

    /// Hands out a list of invoices and credit notes as CSV, in the order of their numbers: a URL that is good for ten
    /// minutes. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn export_invoices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which invoices.")] input: ExportInvoicesInput,
    ) -> Result<ExportPayload> {
        let outcome = async {
            let filter = input.filter.unwrap_or_default().check(&["input", "filter"])?;
            let separator = input.separator.into();
            Exports::sign(ctx.app(), ctx.actor(), &InvoicesExport, &filter, separator)
        };
        ExportPayload::of(outcome.await)
    }

    /// Hands out the accounting journal of some days as CSV: invoices, credit notes, advances given back, payments and
    /// voided payments, as entries whose debits equal their credits, with the accounts of the configuration. A URL that is
    /// good for ten minutes. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn export_accounting_journal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which days.")] input: ExportAccountingJournalInput,
    ) -> Result<ExportPayload> {
        let outcome = async {
            let days = JournalFilter {
                from: input.from.0,
                until: input.until.0,
            };
            if days.until < days.from {
                let message = message!("days-reversed");
                return Err(Violation::new(ErrorCode::Invalid, ["input", "until"], message).into());
            }
            let separator = input.separator.into();
            Exports::sign(ctx.app(), ctx.actor(), &JournalExport, &days, separator)
        };
        ExportPayload::of(outcome.await)
    }
}

async fn bulk_payload(
    ctx: &Context<'_>,
    rows: &[Row],
    outcome: Result<Vec<Result<Invoice, CommandError>>, CommandError>,
) -> Result<InvoicesPayload> {
    let (done, user_errors) = split(outcome)?;
    let mut results = Vec::with_capacity(rows.len());
    for (row, outcome) in rows.iter().zip(done.unwrap_or_default()) {
        let (invoice, user_errors) = or_current::<Invoices>(ctx, Some(row.id), outcome).await?;
        results.push(InvoiceResult {
            id: row.id.to_string().into(),
            invoice: invoice.map(GqlInvoice::from),
            user_errors,
        });
    }
    Ok(InvoicesPayload { results, user_errors })
}
