//! Receipts for payments.

use super::{Notice, Sheet, addressed};
use crate::{
    DocumentState, Receipt,
    format::{date, money},
    labels::{Labels, payment_mode},
    text::optional_line,
    words::amount_in_words,
};

pub fn sheet(receipt: &Receipt) -> Sheet {
    let labels = Labels::of(receipt.language);
    let (currency, language) = (receipt.currency, receipt.language);
    let mut sheet = Sheet::new(language, &receipt.company, Some(receipt.date));
    let day = date(receipt.date, language);
    let detail = format!(
        "{day} {} {:?} {:?}",
        receipt.amount, receipt.reference, receipt.state
    );
    sheet.named(labels.receipt, None, &detail);
    sheet.number = Some(day);
    if receipt.state != DocumentState::Issued {
        sheet.watermark = Some(labels.voided_watermark);
        sheet.notice = Some(Notice {
            text: labels.cancelled_other,
            reason: None,
        });
    }
    sheet.party = addressed(labels.received_from, &receipt.client);
    let invoice = optional_line(receipt.invoice_number.as_deref());
    let facts = [
        (labels.mode, Some(payment_mode(receipt.mode, language).to_owned())),
        (labels.reference, optional_line(receipt.reference.as_deref())),
        (labels.project, optional_line(Some(&receipt.project))),
        (labels.paid_invoice, invoice.clone()),
    ];
    sheet.facts = facts
        .into_iter()
        .filter_map(|(label, value)| Some((label, value?)))
        .collect();
    sheet.hero = Some((
        labels.amount_received,
        money(receipt.amount.into(), currency, language),
    ));
    let (before, after) = labels.in_words_receipt;
    sheet.words = amount_in_words(receipt.amount.into(), currency, language)
        .ok()
        .map(|words| (before, words, after));
    let left = match (&invoice, receipt.balance) {
        (None, _) => vec![labels.advance_on_project.to_owned()],
        (Some(_), Some(left)) if left > 0 => {
            vec![format!(
                "{}{}{}",
                labels.balance_left,
                labels.colon,
                money(left.into(), currency, language)
            )]
        }
        (Some(_), Some(_)) => vec![labels.settled.to_owned()],
        (Some(_), None) => Vec::new(),
    };
    if receipt.state == DocumentState::Issued && !left.is_empty() {
        sheet.notes.push((labels.balance, left));
    }
    sheet.signature = Some(format!("{} {}", labels.for_company, sheet.author));
    sheet
}
