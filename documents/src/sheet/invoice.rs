//! Invoices and credit notes.

use super::{Notice, Row, Sheet, Table, addressed, certificate, note};
use crate::{
    DocumentState, Invoice, InvoiceKind,
    format::{amount, date, money, percentage, quantity},
    labels::{Labels, payment_mode},
    text::{line, lines, optional_line, optional_lines},
    words::amount_in_words,
};

pub fn sheet(invoice: &Invoice) -> Sheet {
    let labels = Labels::of(invoice.language);
    let language = invoice.language;
    let said = |minor_units: i64| money(minor_units.into(), invoice.currency, language);
    let mut sheet = Sheet::new(language, &invoice.company, invoice.issue_date);

    let (kind, credited) = match &invoice.kind {
        InvoiceKind::Invoice => (labels.invoice, None),
        InvoiceKind::CreditNote { of } => (labels.credit_note, optional_line(of.as_deref())),
    };
    let is_credit_note = invoice.kind != InvoiceKind::Invoice;
    sheet.named(kind, invoice.number.as_deref(), &format!("{:?}", invoice.state));
    match &invoice.state {
        DocumentState::Draft => {
            sheet.number.get_or_insert_with(|| labels.draft.to_owned());
            sheet.watermark = Some(labels.draft_watermark);
        }
        DocumentState::Issued => {}
        DocumentState::Cancelled { reason } => {
            let reason = optional_lines(reason.as_deref());
            let label = format!("{}{}", labels.reason, labels.colon);
            sheet.watermark = Some(labels.cancelled_watermark);
            sheet.notice = Some(Notice {
                text: labels.cancelled_invoice,
                reason: (!reason.is_empty()).then_some((label, reason)),
            });
        }
    }

    sheet.party = addressed(labels.billed_to, &invoice.client);
    let facts = [
        (labels.issued, invoice.issue_date.map(|day| date(day, language))),
        (labels.due, invoice.due_date.map(|day| date(day, language))),
        (labels.credited, credited),
        (
            labels.mode,
            invoice
                .payment_mode
                .map(|mode| payment_mode(mode, language).to_owned()),
        ),
        (labels.project, optional_line(Some(&invoice.project))),
    ];
    sheet.facts = facts
        .into_iter()
        .filter_map(|(label, value)| Some((label, value?)))
        .collect();
    sheet.subject = optional_line(Some(&invoice.subject)).map(|subject| (labels.subject, subject));
    sheet.table = Some(table(invoice, labels));

    sheet
        .totals
        .push((labels.subtotal.to_owned(), said(invoice.subtotal)));
    let tax = format!(
        "{} {}",
        labels.tax,
        percentage(invoice.tax_percentage.into(), language)
    );
    sheet.totals.push((tax, said(invoice.tax_amount)));
    sheet
        .totals
        .push((labels.total.to_owned(), said(invoice.total_ttc)));
    if invoice.advance_payment != 0 {
        sheet
            .totals
            .push((labels.advance.to_owned(), said(-invoice.advance_payment)));
    }
    let net = if is_credit_note {
        labels.net_credit
    } else {
        labels.net
    };
    sheet.net = Some((net, said(invoice.net_to_pay)));
    let (before, after) = if is_credit_note {
        labels.in_words_credit_note
    } else {
        labels.in_words_invoice
    };
    sheet.words = amount_in_words(invoice.net_to_pay.into(), invoice.currency, language)
        .ok()
        .map(|words| (before, words, after));

    // How to pay is said where something is to be paid.
    if !is_credit_note && !matches!(invoice.state, DocumentState::Cancelled { .. }) {
        sheet
            .notes
            .extend(note(labels.terms, invoice.company.payment_terms.as_deref()));
        sheet
            .notes
            .extend(note(labels.bank, invoice.company.bank_details.as_deref()));
    }
    if invoice.state != DocumentState::Draft {
        sheet.fiscal = certificate(&invoice.company, labels);
    }
    sheet
}

fn table(invoice: &Invoice, labels: &Labels) -> Table {
    let (currency, language) = (invoice.currency, invoice.language);
    let mut sum = 0_i128;
    let rows = invoice.lines.iter().map(|item| {
        sum += i128::from(item.total);
        Row {
            cells: vec![
                lines(&item.description),
                vec![quantity(item.quantity.into(), language)],
                vec![amount(item.unit_price.into(), currency, language)],
                vec![amount(item.total.into(), currency, language)],
            ],
            carried: vec![amount(sum, currency, language)],
        }
    });
    Table {
        rows: rows.collect(),
        head: [
            labels.description,
            labels.quantity,
            labels.unit_price,
            labels.amount,
        ]
        .map(line)
        .to_vec(),
        wide: 0,
        first_number: 1,
        carry: labels.carry,
        carried: labels.carried,
        totals: None,
        empty: labels.no_lines,
    }
}
