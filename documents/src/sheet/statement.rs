//! Statements of account.

use super::{Row, Sheet, Table, addressed, note};
use crate::{
    Entry, Statement,
    format::{amount, date, money, short_date},
    labels::{Labels, payment_mode},
    text::{line, optional_line},
};

pub fn sheet(statement: &Statement) -> Sheet {
    let labels = Labels::of(statement.language);
    let (currency, language) = (statement.currency, statement.language);
    let mut sheet = Sheet::new(language, &statement.company, Some(statement.date));
    let detail = format!("{} {}", statement.project, statement.date);
    sheet.named(labels.statement, None, &detail);
    let day = date(statement.date, language);
    sheet.number = optional_line(Some(&statement.project));
    sheet.party = addressed(labels.account_of, &statement.client);
    sheet.facts = vec![(labels.drawn_up, day)];
    let (table, balance) = table(statement, labels);
    sheet.table = Some(table);
    let label = match balance {
        0 => labels.even_balance,
        1.. => labels.due_balance,
        _ => labels.credit_balance,
    };
    sheet.net = Some((label, money(balance.abs(), currency, language)));
    if balance > 0 {
        sheet
            .notes
            .extend(note(labels.bank, statement.company.bank_details.as_deref()));
    }
    sheet
}

/// The table, and the balance it ends with.
fn table(statement: &Statement, labels: &Labels) -> (Table, i128) {
    let (currency, language) = (statement.currency, statement.language);
    let said = |minor_units: i128| amount(minor_units, currency, language);
    let (mut owed, mut paid) = (0_i128, 0_i128);
    let rows: Vec<Row> = statement
        .entries
        .iter()
        .map(|entry| {
            let (day, debit, credit) = sums(entry);
            owed += debit;
            paid += credit;
            let balance = said(owed - paid);
            let shown = |sum: i128| vec![if sum == 0 { String::new() } else { said(sum) }];
            Row {
                cells: vec![
                    vec![short_date(day)],
                    label(entry, statement, labels),
                    shown(debit),
                    shown(credit),
                    vec![balance.clone()],
                ],
                carried: vec![said(owed), said(paid), balance],
            }
        })
        .collect();
    let table = Table {
        head: [
            labels.date,
            labels.label,
            labels.debit,
            labels.credit,
            labels.balance,
        ]
        .map(line)
        .to_vec(),
        wide: 1,
        first_number: 2,
        carry: labels.carry,
        carried: labels.carried,
        totals: Some(vec![
            labels.totals.to_owned(),
            said(owed),
            said(paid),
            said(owed - paid),
        ]),
        empty: labels.nothing_yet,
        rows,
    };
    (table, owed - paid)
}

/// The day, what is owed more and what is owed less.
fn sums(entry: &Entry) -> (chrono::NaiveDate, i128, i128) {
    match *entry {
        Entry::Invoice { date, amount, .. } => (date, amount.into(), 0),
        Entry::CreditNote { date, amount, .. } | Entry::Payment { date, amount, .. } => {
            (date, 0, amount.into())
        }
    }
}

fn label(entry: &Entry, statement: &Statement, labels: &Labels) -> Vec<String> {
    let about = |what: &str, number: Option<&str>| match optional_line(number) {
        Some(number) => format!("{what} {number}"),
        None => String::new(),
    };
    let (what, more) = match entry {
        Entry::Invoice { number, subject, .. } => {
            (format!("{} {}", labels.invoice, line(number)), line(subject))
        }
        Entry::CreditNote { number, of, .. } => (
            format!("{} {}", labels.credit_note, line(number)),
            about(labels.credit_note_of, of.as_deref()),
        ),
        Entry::Payment {
            mode,
            reference,
            invoice_number,
            ..
        } => {
            let paid = about(labels.payment_of, invoice_number.as_deref());
            let parts = [
                Some(payment_mode(*mode, statement.language).to_owned()),
                optional_line(reference.as_deref()),
                Some(paid),
            ];
            let parts: Vec<String> = parts
                .into_iter()
                .flatten()
                .filter(|part| !part.is_empty())
                .collect();
            (labels.payment.to_owned(), parts.join(" · "))
        }
    };
    [what, more].into_iter().filter(|text| !text.is_empty()).collect()
}
