//! `Invoice` and its lines.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    loaders::{CreditNotesLoader, InvoiceLoader, InvoicePaymentsLoader, ItemsLoader, SettlementLoader},
    papers::url_of,
    payment::GqlPayment,
};
use crate::{
    features::{
        accounts::graphql::RecordFields,
        billing::{
            self, BilledInvoice, CompanyDetails, Invoice, InvoiceItem, InvoiceKind, InvoiceState,
            PaymentMode, Settlement,
            papers::{PaperId, amount_in_words},
        },
        clients::{StoredClient, graphql::client_by_id},
        projects::{
            Project,
            graphql::{GqlProject, ProjectLoader},
        },
    },
    record_methods,
};
use platform::{
    graphql::{
        ContextExt, Locale, internal, removed_meanwhile,
        scalars::Url,
        values::{Date, Decimal, Money},
    },
    money::{Amount, Currency},
};

/// What has become of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing::InvoiceStatus")]
pub enum InvoiceStatus {
    /// Being written by the staff: it has no number, can be changed, and its client doesn't see it.
    Draft,
    /// Issued, with something left to pay that isn't late. Issued credit notes stay SENT.
    Sent,
    /// Nothing is left to pay (a negative balance means that a refund is due).
    Paid,
    /// Something is left to pay, and the due date is before today in company time. Nobody sets it by hand.
    Overdue,
    /// Taken back as a whole; nothing is owed on it.
    Cancelled,
}

/// An invoice, or what takes one back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "InvoiceKind", name = "InvoiceKind")]
pub enum GqlInvoiceKind {
    /// Asks for money. Its numbers are `BH/{year}/{n}`.
    Invoice,
    /// Takes back an invoice or a part of it; its amounts are positive. Its numbers are `AV/{year}/{n}`.
    CreditNote,
}

/// How money comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "PaymentMode", name = "PaymentMode")]
pub enum GqlPaymentMode {
    /// In cash.
    Cash,
    /// By bank transfer.
    Transfer,
    /// By cheque.
    Check,
    /// By mobile money.
    MobileMoney,
}

/// One line of an invoice.
#[derive(Debug, Clone)]
pub struct GqlInvoiceItem {
    item: InvoiceItem,
    currency: Currency,
}

/// One line of an invoice.
#[Object(name = "InvoiceItem")]
impl GqlInvoiceItem {
    /// The line's id (`itm_…`): name it in `updateInvoice` to keep the line.
    async fn id(&self) -> ID {
        self.item.id.to_string().into()
    }

    /// What is charged; may have several lines.
    async fn description(&self) -> &str {
        &self.item.description
    }

    /// How much, with three decimals at most.
    async fn quantity(&self) -> Decimal {
        Decimal(self.item.quantity.to_decimal())
    }

    /// At which price; negative for a discount.
    async fn unit_price(&self) -> Money {
        Money::new(self.item.unit_price, self.currency)
    }

    /// Quantity times price, rounded half away from zero to the currency's decimals.
    async fn total_price(&self) -> Money {
        Money::new(self.item.total_price, self.currency)
    }
}

/// The company's details as an invoice was issued with them; later changes of the company don't reach it.
#[derive(Debug, Clone, SimpleObject)]
pub struct InvoiceCompany {
    /// The company's name.
    name: String,
    /// Its address; may have several lines.
    address: Option<String>,
    /// Its telephone number.
    phone: Option<String>,
    /// Its e-mail address.
    email: Option<String>,
    /// Its tax identification number (NIF).
    nif: Option<String>,
    /// Its entry in the register of commerce (RCCM).
    rccm: Option<String>,
    /// Where transfers go; may have several lines.
    bank_details: Option<String>,
    /// Payment terms; may have several lines.
    payment_terms: Option<String>,
}

impl From<CompanyDetails> for InvoiceCompany {
    fn from(it: CompanyDetails) -> Self {
        Self {
            name: it.name,
            address: it.address,
            phone: it.phone,
            email: it.email,
            nif: it.nif,
            rccm: it.rccm,
            bank_details: it.bank_details,
            payment_terms: it.payment_terms,
        }
    }
}

/// An invoice or credit note.
#[derive(Debug, Clone)]
pub struct GqlInvoice {
    invoice: Arc<Invoice>,
    /// The project, when it is at hand.
    project: Option<Arc<Project>>,
    /// The lines, when they are at hand.
    items: Option<Arc<[InvoiceItem]>>,
    /// What came in, when it is at hand.
    settlement: Option<Settlement>,
}

impl From<Invoice> for GqlInvoice {
    fn from(invoice: Invoice) -> Self {
        Self {
            invoice: Arc::new(invoice),
            project: None,
            items: None,
            settlement: None,
        }
    }
}

impl GqlInvoice {
    /// An invoice of a project that is at hand.
    #[must_use]
    pub fn of(invoice: Invoice, project: &Arc<Project>) -> Self {
        Self {
            project: Some(Arc::clone(project)),
            ..invoice.into()
        }
    }

    /// An invoice that was loaded with all it shows: resolving it costs no statement.
    #[must_use]
    pub fn loaded(billed: &BilledInvoice, project: &Arc<Project>) -> Self {
        Self {
            invoice: Arc::clone(&billed.invoice),
            project: Some(Arc::clone(project)),
            items: Some(Arc::clone(&billed.items)),
            settlement: Some(billed.settlement),
        }
    }

    fn money(&self, amount: Amount) -> Money {
        Money::new(amount, self.invoice.currency)
    }

    async fn settlement(&self, ctx: &Context<'_>) -> Result<Settlement> {
        if let Some(settlement) = self.settlement {
            return Ok(settlement);
        }
        let loaded = ctx.loader::<SettlementLoader>().load_one(self.invoice.id).await;
        Ok(loaded.map_err(internal)?.unwrap_or_default())
    }

    async fn balance_now(&self, ctx: &Context<'_>) -> Result<Amount> {
        let it = &self.invoice;
        // Drafts, credit notes and cancelled ones know it by themselves.
        let settlement = if it.state == InvoiceState::Issued && it.kind == InvoiceKind::Invoice {
            self.settlement(ctx).await?
        } else {
            Settlement::default()
        };
        Ok(billing::balance(it.kind, it.state, it.net_to_pay, settlement))
    }

    async fn project_row(&self, ctx: &Context<'_>) -> Result<Arc<Project>> {
        if let Some(project) = &self.project {
            return Ok(Arc::clone(project));
        }
        let loaded = ctx
            .loader::<ProjectLoader>()
            .load_one(self.invoice.project_id)
            .await;
        loaded
            .map_err(internal)?
            .ok_or_else(|| removed_meanwhile(self.invoice.id))
    }

    /// The client as it is: what a draft would be issued with.
    async fn client_now(&self, ctx: &Context<'_>) -> Result<StoredClient> {
        let project = self.project_row(ctx).await?;
        let client = client_by_id(ctx, project.client_id).await?;
        client
            .map(|client| client.0)
            .ok_or_else(|| removed_meanwhile(project.id))
    }
}

record_methods!(GqlInvoice, invoice);

/// An invoice or credit note. Clients see issued ones of their own projects, staff drafts too. Once issued, nothing of it
/// changes: payments, credit notes and cancellation follow. Only drafts can be deleted; payments and the passing of the due
/// date don't change its version.
#[Object(name = "Invoice")]
impl GqlInvoice {
    #[graphql(flatten)]
    async fn record(&self) -> RecordFields {
        self.record_fields()
    }

    /// The contract it bills.
    async fn project(&self, ctx: &Context<'_>) -> Result<GqlProject> {
        self.project_row(ctx).await.map(GqlProject)
    }

    /// An invoice, or a credit note.
    async fn kind(&self) -> GqlInvoiceKind {
        self.invoice.kind.into()
    }

    /// The number, such as `BH/2026/12` (credit notes: `AV/2026/3`): consecutive within a year, without gap. Null while it
    /// is a draft.
    async fn number(&self) -> Option<&str> {
        self.invoice.number.as_deref()
    }

    /// What it is for.
    async fn subject(&self) -> &str {
        &self.invoice.subject
    }

    /// What has become of it, as of now: SENT, PAID and OVERDUE follow from balance and due date.
    async fn status(&self, ctx: &Context<'_>) -> Result<InvoiceStatus> {
        let it = &self.invoice;
        let tools = ctx.app();
        let today = billing::today(&tools.config, tools.clock.now());
        let balance = self.balance_now(ctx).await?;
        Ok(billing::status(it.kind, it.state, balance, it.due_date, today).into())
    }

    /// The day of issue, in company time; null while it is a draft.
    async fn issue_date(&self) -> Option<Date> {
        self.invoice.issue_date.map(Date)
    }

    /// When it was issued; null while it is a draft.
    async fn issued_at(&self) -> Option<DateTime<Utc>> {
        self.invoice.issued_at
    }

    /// Until when it is to be paid; null when no day was set, and then it never becomes OVERDUE.
    async fn due_date(&self) -> Option<Date> {
        self.invoice.due_date.map(Date)
    }

    /// The lines, in order; 500 at most.
    async fn items(&self, ctx: &Context<'_>) -> Result<Vec<GqlInvoiceItem>> {
        let currency = self.invoice.currency;
        let wrap = |item: InvoiceItem| GqlInvoiceItem { item, currency };
        if let Some(items) = &self.items {
            return Ok(items.iter().cloned().map(wrap).collect());
        }
        let loaded = ctx.loader::<ItemsLoader>().load_one(self.invoice.id).await;
        let items = loaded.map_err(internal)?.unwrap_or_default();
        Ok(items.into_iter().map(wrap).collect())
    }

    /// The tax rate in percent, with two decimals.
    async fn tax_percentage(&self) -> Decimal {
        Decimal(self.invoice.tax_percentage.to_decimal())
    }

    /// What was paid before, and is subtracted: taken at issuing from the project's payments not tied to an invoice.
    async fn advance_payment(&self) -> Money {
        self.money(self.invoice.advance_payment)
    }

    /// How it is to be paid.
    async fn payment_mode(&self) -> Option<GqlPaymentMode> {
        self.invoice.payment_mode.map(Into::into)
    }

    /// The client's name, as at issuing; of a draft, as it is now.
    async fn client_name(&self, ctx: &Context<'_>) -> Result<String> {
        match &self.invoice.client_name {
            Some(name) => Ok(name.clone()),
            None => Ok(self.client_now(ctx).await?.name),
        }
    }

    /// The client's address, as at issuing; of a draft, as it is now. May have several lines.
    async fn client_address(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        if self.invoice.state == InvoiceState::Draft {
            return Ok(self.client_now(ctx).await?.address);
        }
        Ok(self.invoice.client_address.clone())
    }

    /// The client's telephone number, as at issuing; of a draft, as it is now.
    async fn client_phone(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        if self.invoice.state == InvoiceState::Draft {
            return Ok(self.client_now(ctx).await?.phone);
        }
        Ok(self.invoice.client_phone.clone())
    }

    /// The company's details, as at issuing; null while it is a draft.
    async fn company(&self) -> Result<Option<InvoiceCompany>> {
        let details = self.invoice.company.clone().map(serde_json::from_value);
        let details: Option<CompanyDetails> = details.transpose().map_err(internal)?;
        Ok(details.map(InvoiceCompany::from))
    }

    /// The sum of the lines, each rounded.
    async fn subtotal(&self) -> Money {
        self.money(self.invoice.subtotal)
    }

    /// The tax on the subtotal, rounded once.
    async fn tax_amount(&self) -> Money {
        self.money(self.invoice.tax_amount)
    }

    /// The total with tax.
    async fn total_ttc(&self) -> Money {
        self.money(self.invoice.total_ttc)
    }

    /// The total less the advance.
    async fn net_to_pay(&self) -> Money {
        self.money(self.invoice.net_to_pay)
    }

    /// The sum of its payments that aren't voided; the advance isn't among them.
    async fn amount_paid(&self, ctx: &Context<'_>) -> Result<Money> {
        Ok(self.money(self.settlement(ctx).await?.paid))
    }

    /// The sum of its credit notes.
    async fn amount_credited(&self, ctx: &Context<'_>) -> Result<Money> {
        Ok(self.money(self.settlement(ctx).await?.credited))
    }

    /// What is left to pay: `netToPay` less payments and credit notes. Negative: so much is to be refunded. 0 on credit
    /// notes and cancelled ones; of a draft, what would be to pay.
    async fn balance(&self, ctx: &Context<'_>) -> Result<Money> {
        Ok(self.money(self.balance_now(ctx).await?))
    }

    /// What is to be refunded to the client; 0 when nothing is.
    async fn refund_due(&self, ctx: &Context<'_>) -> Result<Money> {
        let balance = self.balance_now(ctx).await?;
        Ok(self.money(Amount(balance.0.min(0).saturating_neg())))
    }

    /// The invoice that a credit note takes back; null on invoices.
    async fn credited_invoice(&self, ctx: &Context<'_>) -> Result<Option<GqlInvoice>> {
        let Some(id) = self.invoice.credited_invoice_id else {
            return Ok(None);
        };
        let loaded = ctx.loader::<InvoiceLoader>().load_one(id).await;
        Ok(loaded.map_err(internal)?.map(GqlInvoice::from))
    }

    /// The credit notes that take it back, in the order of their numbers; 100 at most.
    async fn credit_notes(&self, ctx: &Context<'_>) -> Result<Vec<GqlInvoice>> {
        let loaded = ctx.loader::<CreditNotesLoader>().load_one(self.invoice.id).await;
        let notes = loaded.map_err(internal)?.unwrap_or_default();
        Ok(notes.into_iter().map(GqlInvoice::from).collect())
    }

    /// Its payments that aren't voided, in the order they came; 200 at most.
    async fn payments(&self, ctx: &Context<'_>) -> Result<Vec<GqlPayment>> {
        let loaded = ctx
            .loader::<InvoicePaymentsLoader>()
            .load_one(self.invoice.id)
            .await;
        let payments = loaded.map_err(internal)?.unwrap_or_default();
        Ok(payments.into_iter().map(GqlPayment::from).collect())
    }

    /// `netToPay` in words with its currency, as printed: «un million deux cent mille francs CFA». Null for a draft below
    /// zero.
    async fn amount_in_words(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which language; the client's unless said.")] locale: Option<Locale>,
    ) -> Result<Option<String>> {
        let locale = match locale {
            Some(locale) => locale.into(),
            None => self.client_now(ctx).await?.locale,
        };
        let it = &self.invoice;
        Ok(amount_in_words(it.net_to_pay, it.currency, locale))
    }

    /// Where its PDF is, in the client's language: works without a token for whoever asked, for 12 to 24 hours and as long
    /// as they stay signed in and may see the invoice. Drafts and cancelled ones have a watermark. What was issued keeps
    /// its bytes for good. Null for a deleted draft.
    async fn pdf_url(&self, ctx: &Context<'_>) -> Option<Url> {
        let living = self.invoice.deleted_at.is_none();
        living.then(|| url_of(ctx, PaperId::Invoice(self.invoice.id)))?
    }

    /// When it was cancelled; null unless it is.
    async fn cancelled_at(&self) -> Option<DateTime<Utc>> {
        self.invoice.cancelled_at
    }

    /// Why it was cancelled; null unless it is.
    async fn cancel_reason(&self) -> Option<&str> {
        self.invoice.cancel_reason.as_deref()
    }
}
