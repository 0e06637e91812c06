//! Sums carried over pages: at a page's foot what has come together so far, the same at the head of the next.

use documents::{Currency, Document, Entry, Language, PaymentMode, amount};
use proptest::prelude::*;

use super::{pages, pdf, plain, samples};

fn said(sum: i64) -> String {
    plain(&amount(sum.into(), Currency::Xof, Language::Fr))
}

/// What stands behind a label that occurs once on the page, if it does.
fn behind<'a>(page: &'a str, label: &str) -> Option<&'a str> {
    let mut parts = page.split(label);
    let behind = parts.nth(1)?;
    assert!(parts.next().is_none(), "{label} twice on\n{page}");
    Some(behind.trim_start())
}

/// Each page's foot carries the sum of the lines begun so far, the next page's head the same.
fn check(lines: Vec<documents::Line>) -> usize {
    let invoice = samples::invoice(lines);
    let pages = pages(&pdf(&Document::Invoice(Box::new(invoice.clone()))));
    let mut begun = 0;
    let mut carried: Option<String> = None;
    for (at, page) in pages.iter().enumerate() {
        let goes_on = page.contains("Désignation");
        assert_eq!(
            behind(page, "Report ").is_some(),
            goes_on && at > 0,
            "page {} of {}:\n{page}",
            at + 1,
            pages.len()
        );
        if let (Some(head), Some(carried)) = (behind(page, "Report "), &carried) {
            assert!(
                head.starts_with(carried.as_str()),
                "page {}: not {carried}: {head}",
                at + 1
            );
        }
        begun += invoice.lines[begun..]
            .iter()
            .take_while(|line| page.contains(&first_line(line)))
            .count();
        carried = None;
        if let Some(foot) = behind(page, "À reporter ") {
            let sum = said(invoice.lines[..begun].iter().map(|line| line.total).sum());
            assert!(foot.starts_with(&sum), "page {}: not {sum}: {foot}", at + 1);
            carried = Some(sum);
        }
        // Until the totals stand there, every page says what it carries.
        let totals_follow = pages[at + 1..].iter().any(|page| page.contains("Total HT"));
        assert_eq!(carried.is_some(), totals_follow, "page {}:\n{page}", at + 1);
    }
    assert_eq!(begun, invoice.lines.len());
    pages.len()
}

fn first_line(line: &documents::Line) -> String {
    plain(line.description.lines().next().unwrap())
}

#[test]
fn every_number_of_lines_carries_right() {
    // Around where the totals, the second and the third page begin, line by line.
    let counts = (7..17).chain(35..38);
    let pages: Vec<usize> = counts.map(|count| check(samples::many_lines(count))).collect();
    assert_eq!(
        (pages.iter().min(), pages.iter().max()),
        (Some(&1), Some(&3)),
        "{pages:?}"
    );
}

#[test]
fn a_description_longer_than_a_page_goes_on_over_it() {
    let tale = format!(
        "Un descriptif sans fin\n{}",
        "Une ligne de texte qui en dit long\n".repeat(110)
    );
    let lines = vec![
        samples::line("Avant", 1_000, 1_000),
        samples::line(&tale, 1_000, 20_000),
        samples::line("Enfin la suite", 1_000, 300_000),
    ];
    assert!(check(lines) >= 3);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_of_any_height_carry_right(heights in prop::collection::vec(1_usize..14, 1..60)) {
        let lines = heights.iter().enumerate().map(|(at, height)| {
            let more = "\nencore une ligne".repeat(height - 1);
            samples::line(&format!("Poste n° {} du lot{more}", at + 1), 1_000, 1_000 + i64::try_from(at).unwrap())
        });
        check(lines.collect());
    }
}

#[test]
fn a_long_statement_carries_all_three_sums() {
    let entries = (0..90).map(|at| {
        let date = samples::day(2026, 1 + at / 10, 1 + at % 10);
        if at % 3 == 2 {
            Entry::Payment {
                date,
                mode: PaymentMode::Cash,
                reference: None,
                invoice_number: None,
                amount: 70_000,
            }
        } else {
            Entry::Invoice {
                date,
                number: format!("BH/2026/{}", at + 1),
                subject: "Travaux".into(),
                amount: 50_000,
            }
        }
    });
    let pages = pages(&pdf(&samples::statement_of(entries.collect())));
    assert!(pages.len() > 2);
    for pair in pages.windows(2) {
        let foot: Vec<&str> = behind(&pair[0], "À reporter ")
            .unwrap()
            .split(' ')
            .take(6)
            .collect();
        let head: Vec<&str> = behind(&pair[1], "Report ").unwrap().split(' ').take(6).collect();
        assert_eq!(foot, head);
    }
    assert!(
        pages.last().unwrap().contains("3 000 000 2 100 000 900 000"),
        "{pages:?}"
    );
}
