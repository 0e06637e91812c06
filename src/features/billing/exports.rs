//! Invoices and the accounting journal as CSV, with headings in French.

use std::collections::HashMap;

use anyhow::Result;
use chrono::NaiveDate;
use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::{
    InvoiceFilter, InvoiceId, InvoiceKind, InvoiceOrder, InvoiceState, InvoiceStatus, PaymentFilter,
    PaymentOrder, balance, invoices_by_ids,
    journal::{self, Entry},
    select_invoices, select_payments, settlements, status,
    tables::{invoice, payment},
    today,
};
use crate::features::{
    clients::clients_by_ids,
    projects::{ProjectId, projects_by_ids},
};
use platform::{
    actor::{Actor, ClientId},
    ctx::Ctx,
    export::{Cell, Export, Place, Rows},
    listing::RecordScope,
    paging::{self, OrderBy},
};

/// The invoices and credit notes that a filter finds, in the order of their numbers: issued ones, and drafts when the filter
/// asks for them.
#[derive(Debug, Clone, Copy)]
pub struct InvoicesExport;

/// The accounting journal of some days.
#[derive(Debug, Clone, Copy)]
pub struct JournalExport;

/// Which days of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalFilter {
    /// This day and later ones.
    pub from: NaiveDate,
    /// This day and earlier ones.
    pub until: NaiveDate,
}

impl Export for InvoicesExport {
    fn name(&self) -> &'static str {
        "invoices"
    }

    fn file_stem(&self) -> &'static str {
        "factures"
    }

    fn open(&self, ctx: &Ctx, filter: serde_json::Value) -> Result<Box<dyn Rows>> {
        Ok(Box::new(InvoiceRows {
            today: today(&ctx.config, ctx.clock.now()),
            ctx: ctx.clone(),
            filter: serde_json::from_value(filter)?,
            place: Place::Start,
        }))
    }
}

struct InvoiceRows {
    ctx: Ctx,
    today: NaiveDate,
    filter: InvoiceFilter,
    place: Place,
}

impl InvoiceRows {
    fn scope(&self) -> RecordScope {
        let statuses = self.filter.statuses.as_deref().unwrap_or_default();
        if statuses.contains(&InvoiceStatus::Draft) {
            RecordScope::Living
        } else {
            RecordScope::Published
        }
    }
}

impl Rows for InvoiceRows {
    fn header(&self) -> Vec<&'static str> {
        vec![
            "Numéro",
            "Type",
            "Date",
            "Échéance",
            "Statut",
            "Client",
            "Projet",
            "Objet",
            "Devise",
            "Total HT",
            "Taux de TVA",
            "TVA",
            "Total TTC",
            "Acompte",
            "Net à payer",
            "Payé",
            "Avoirs",
            "Solde",
            "Identifiant",
        ]
    }

    fn next_page(&mut self) -> BoxFuture<'_, Result<Vec<Vec<Cell>>>> {
        Box::pin(async move {
            let Some(window) = self.place.window() else {
                return Ok(Vec::new());
            };
            let conn = self.ctx.db.reader();
            let list = select_invoices(&Actor::System, &self.filter, self.scope(), self.today);
            let page = paging::fetch(conn, list, &InvoiceOrder::Number.by(false), &window).await?;
            self.place = Place::behind(&page);
            let invoices: Vec<invoice::Model> = page.rows.into_iter().map(|row| row.model).collect();
            let settlements = settlements(conn, invoices.iter().map(|invoice| invoice.id)).await?;
            let projects = projects_by_ids(conn, invoices.iter().map(|invoice| invoice.project_id)).await?;
            let project = |id: ProjectId| projects.get(&id).map(|project| project.name.clone());
            // A draft goes to the client as it is now.
            let clients: HashMap<ClientId, String> = clients_by_ids(
                conn,
                &Actor::System,
                projects.values().map(|project| project.client_id),
            )
            .await?
            .into_iter()
            .map(|client| (client.id, client.name))
            .collect();
            let client = |invoice: &invoice::Model| {
                let now = || {
                    clients
                        .get(&projects.get(&invoice.project_id)?.client_id)
                        .cloned()
                };
                invoice.client_name.clone().or_else(now)
            };
            Ok(invoices
                .into_iter()
                .map(|invoice| {
                    let settlement = settlements.get(&invoice.id).copied().unwrap_or_default();
                    let left = balance(invoice.kind, invoice.state, invoice.net_to_pay, settlement);
                    let now = status(invoice.kind, invoice.state, left, invoice.due_date, self.today);
                    let money =
                        |amount: platform::money::Amount| Cell::Number(amount.to_decimal(invoice.currency));
                    vec![
                        Cell::text(invoice.number.clone()),
                        kind_in_french(invoice.kind).into(),
                        day(invoice.issue_date),
                        day(invoice.due_date),
                        status_in_french(now).into(),
                        Cell::text(client(&invoice)),
                        Cell::text(project(invoice.project_id)),
                        invoice.subject.clone().into(),
                        invoice.currency.code().into(),
                        money(invoice.subtotal),
                        Cell::Number(invoice.tax_percentage.to_decimal()),
                        money(invoice.tax_amount),
                        money(invoice.total_ttc),
                        money(invoice.advance_payment),
                        money(invoice.net_to_pay),
                        money(settlement.paid),
                        money(settlement.credited),
                        money(left),
                        invoice.id.to_string().into(),
                    ]
                })
                .collect())
        })
    }
}

fn day(day: Option<NaiveDate>) -> Cell {
    Cell::Number(day.map(|day| day.to_string()).unwrap_or_default())
}

fn kind_in_french(kind: InvoiceKind) -> &'static str {
    match kind {
        InvoiceKind::Invoice => "Facture",
        InvoiceKind::CreditNote => "Avoir",
    }
}

fn status_in_french(status: InvoiceStatus) -> &'static str {
    match status {
        InvoiceStatus::Draft => "Brouillon",
        InvoiceStatus::Sent => "Envoyée",
        InvoiceStatus::Paid => "Payée",
        InvoiceStatus::Overdue => "En retard",
        InvoiceStatus::Cancelled => "Annulée",
    }
}

impl Export for JournalExport {
    fn name(&self) -> &'static str {
        "journal"
    }

    fn file_stem(&self) -> &'static str {
        "journal-comptable"
    }

    fn open(&self, ctx: &Ctx, filter: serde_json::Value) -> Result<Box<dyn Rows>> {
        Ok(Box::new(JournalRows {
            ctx: ctx.clone(),
            filter: serde_json::from_value(filter)?,
            part: Some(Part::Invoices),
            place: Place::Start,
        }))
    }
}

/// The journal's parts, one after the other, each in the order of its days or numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Invoices,
    CreditNotes,
    ReleasedAdvances,
    Payments,
    VoidedPayments,
}

impl Part {
    fn next(self) -> Option<Self> {
        match self {
            Self::Invoices => Some(Self::CreditNotes),
            Self::CreditNotes => Some(Self::ReleasedAdvances),
            Self::ReleasedAdvances => Some(Self::Payments),
            Self::Payments => Some(Self::VoidedPayments),
            Self::VoidedPayments => None,
        }
    }
}

struct JournalRows {
    ctx: Ctx,
    filter: JournalFilter,
    part: Option<Part>,
    place: Place,
}

impl JournalRows {
    /// The next entries of a part; none at its end.
    async fn entries(&mut self, part: Part) -> Result<Vec<Entry>> {
        let Some(window) = self.place.window() else {
            return Ok(Vec::new());
        };
        let (ctx, JournalFilter { from, until }) = (self.ctx.clone(), self.filter);
        let (conn, accounts) = (ctx.db.reader(), &ctx.config.accounts);
        match part {
            Part::Invoices | Part::CreditNotes => {
                let filter = InvoiceFilter {
                    kind: Some(match part {
                        Part::Invoices => InvoiceKind::Invoice,
                        _ => InvoiceKind::CreditNote,
                    }),
                    issued_from: Some(from),
                    issued_until: Some(until),
                    ..InvoiceFilter::default()
                };
                let list = select_invoices(&Actor::System, &filter, RecordScope::Published, until);
                let page = paging::fetch(conn, list, &InvoiceOrder::Number.by(false), &window).await?;
                self.place = Place::behind(&page);
                let rows = page.rows.iter();
                Ok(rows
                    .filter_map(|row| journal::of_invoice(accounts, &row.model))
                    .collect())
            }
            Part::ReleasedAdvances => {
                let list = invoice::Entity::find()
                    .filter(invoice::Column::State.eq(InvoiceState::Cancelled))
                    .filter(invoice::Column::CancelledOn.between(from, until));
                let order = OrderBy::new(invoice::Column::CancelledOn, false, invoice::Column::Id);
                let page = paging::fetch(conn, list, &order, &window).await?;
                self.place = Place::behind(&page);
                let rows = page.rows.iter();
                Ok(rows
                    .filter_map(|row| journal::of_released_advance(accounts, &row.model))
                    .collect())
            }
            Part::Payments => {
                let filter = PaymentFilter {
                    paid_from: Some(from),
                    paid_until: Some(until),
                    include_voided: true,
                    ..PaymentFilter::default()
                };
                let list = select_payments(&Actor::System, &filter);
                let page = paging::fetch(conn, list, &PaymentOrder::PaidOn.by(false), &window).await?;
                self.place = Place::behind(&page);
                let payments: Vec<payment::Model> = page.rows.into_iter().map(|row| row.model).collect();
                let numbers = numbers(&ctx, &payments).await?;
                let number = |payment: &payment::Model| numbers.get(&payment.invoice_id?).cloned();
                Ok(payments
                    .iter()
                    .map(|payment| journal::of_payment(accounts, payment, number(payment).as_deref()))
                    .collect())
            }
            Part::VoidedPayments => {
                let list = payment::Entity::find().filter(payment::Column::VoidedOn.between(from, until));
                let order = OrderBy::new(payment::Column::VoidedOn, false, payment::Column::Id);
                let page = paging::fetch(conn, list, &order, &window).await?;
                self.place = Place::behind(&page);
                let payments: Vec<payment::Model> = page.rows.into_iter().map(|row| row.model).collect();
                let numbers = numbers(&ctx, &payments).await?;
                let number = |payment: &payment::Model| numbers.get(&payment.invoice_id?).cloned();
                Ok(payments
                    .iter()
                    .filter_map(|payment| journal::of_voided(accounts, payment, number(payment).as_deref()))
                    .collect())
            }
        }
    }
}

/// The numbers of the invoices that payments are for.
async fn numbers(ctx: &Ctx, payments: &[payment::Model]) -> Result<HashMap<InvoiceId, String>> {
    let ids: Vec<InvoiceId> = payments.iter().filter_map(|payment| payment.invoice_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = invoices_by_ids(ctx.db.reader(), ids).await?;
    Ok(found
        .into_iter()
        .filter_map(|(id, invoice)| Some((id, invoice.number?)))
        .collect())
}

impl Rows for JournalRows {
    fn header(&self) -> Vec<&'static str> {
        vec![
            "Journal", "Date", "Pièce", "Compte", "Libellé", "Débit", "Crédit", "Devise",
        ]
    }

    fn next_page(&mut self) -> BoxFuture<'_, Result<Vec<Vec<Cell>>>> {
        Box::pin(async move {
            while let Some(part) = self.part {
                let entries = self.entries(part).await?;
                if matches!(self.place, Place::End) {
                    self.part = part.next();
                    self.place = Place::Start;
                }
                if !entries.is_empty() {
                    return Ok(entries.iter().flat_map(lines).collect());
                }
            }
            Ok(Vec::new())
        })
    }
}

fn lines(entry: &Entry) -> Vec<Vec<Cell>> {
    let money = |amount: platform::money::Amount| {
        if amount == platform::money::Amount(0) {
            Cell::Number(String::new())
        } else {
            Cell::Number(amount.to_decimal(entry.currency))
        }
    };
    entry
        .postings
        .iter()
        .map(|posting| {
            vec![
                entry.journal.into(),
                day(Some(entry.date)),
                entry.piece.clone().into(),
                Cell::Number(posting.account.clone()),
                entry.label.clone().into(),
                money(posting.debit),
                money(posting.credit),
                entry.currency.code().into(),
            ]
        })
        .collect()
}
