//! Properties of the rules, for whatever comes.

use proptest::prelude::*;

use super::*;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn currencies() -> impl Strategy<Value = Currency> {
    prop_oneof![Just(Currency::Xof), Just(Currency::Eur), Just(Currency::Usd)]
}

/// Lines whose prices the currency can express.
fn lines(currency: Currency) -> impl Strategy<Value = Vec<Line>> {
    let step = currency.smallest().0;
    let line = (1_i64..20_000_000, -500_000_i64..500_000).prop_map(move |(quantity, steps)| Line {
        quantity: Quantity(quantity),
        unit_price: Amount(steps * step),
    });
    proptest::collection::vec(line, 0..40)
}

proptest! {
    /// A rounded line is the nearest amount that the currency can express, and of two equally near the one away from zero.
    #[test]
    fn a_line_is_rounded_to_the_nearest(
        (currency, quantity, steps) in (currencies(), 1_i64..5_000_000, -100_000_000_i64..100_000_000)
    ) {
        let step = i128::from(currency.smallest().0);
        let unit_price = Amount(steps * currency.smallest().0);
        let total = line_total(Line { quantity: Quantity(quantity), unit_price }, currency).unwrap();
        prop_assert_eq!(i128::from(total.0) % step, 0);
        let exact = i128::from(unit_price.0) * i128::from(quantity); // in thousandths of hundredths
        let error = i128::from(total.0) * 1_000 - exact;
        prop_assert!(error.abs() * 2 <= step * 1_000, "more than half a step off");
        if error.abs() * 2 == step * 1_000 {
            prop_assert!(error.signum() == exact.signum(), "a half goes away from zero");
        }
    }

    /// Lines add up to the subtotal, and subtotal and tax to the total; a discount line takes off what it says.
    #[test]
    fn totals_add_up(
        (currency, lines) in currencies().prop_flat_map(|currency| (Just(currency), lines(currency))),
        tax in 0_i64..=10_000,
        advance in 0_i64..1_000_000,
    ) {
        let advance = Amount(advance * currency.smallest().0);
        let totals = totals(lines.iter().copied(), Percentage(tax), advance, currency).unwrap();
        let sum: i64 = lines.iter().map(|&line| line_total(line, currency).unwrap().0).sum();
        prop_assert_eq!(totals.subtotal.0, sum);
        prop_assert_eq!(totals.total_ttc.0, totals.subtotal.0 + totals.tax.0);
        prop_assert_eq!(totals.net_to_pay.0, totals.total_ttc.0 - advance.0);
        prop_assert_eq!(totals.tax.0 % currency.smallest().0, 0);
        let negated = lines.iter().map(|line| Line { unit_price: Amount(-line.unit_price.0), ..*line });
        let mirrored = super::totals(negated, Percentage(tax), Amount(0), currency).unwrap();
        prop_assert_eq!(mirrored.total_ttc.0, -totals.total_ttc.0, "rounding is the same on both sides of zero");
    }

    /// Whatever credit notes are taken one after the other, and the rest at last, exactly the invoice is taken back.
    #[test]
    fn credit_notes_take_back_exactly_the_invoice(
        price in 1_i64..1_000_000,
        tax in 0_i64..=3_000,
        parts in proptest::collection::vec(1_i64..200_000, 0..12),
    ) {
        let currency = Currency::Xof;
        let of = |price: i64| {
            let line = Line { quantity: Quantity(Quantity::ONE), unit_price: Amount(price * 100) };
            totals([line], Percentage(tax), Amount(0), currency).unwrap()
        };
        let whole = of(price);
        let mut credited = (Amount(0), Amount(0));
        for part in parts {
            let left = Creditable::of((whole.subtotal, whole.tax), credited);
            let note = of(part);
            if left.holds(note) {
                credited = (Amount(credited.0.0 + note.subtotal.0), Amount(credited.1.0 + note.tax.0));
            }
        }
        let left = Creditable::of((whole.subtotal, whole.tax), credited);
        prop_assert!(left.subtotal >= Amount(0) && left.tax >= Amount(0));
        prop_assert_eq!(credited.0.0 + credited.1.0 + left.total.0, whole.total_ttc.0);
    }

    /// Whatever days the clock shows, numbers are 1, 2, 3… within each year and dates never run backwards.
    #[test]
    fn numbers_have_no_gap_and_dates_never_run_backwards(days in proptest::collection::vec(-400_i64..800, 1..200)) {
        let mut state = SeriesState { year: 0, last_number: 0, last_date: None };
        let mut given: std::collections::BTreeMap<i32, i64> = std::collections::BTreeMap::new();
        for offset in days {
            let today = day(2026, 12, 1) + chrono::TimeDelta::days(offset);
            let next = next_number(state, today);
            prop_assert!(state.last_date.is_none_or(|last| last <= next.date));
            prop_assert!(next.date >= today);
            prop_assert_eq!(next.year, next.date.year());
            let last = given.entry(next.year).or_default();
            *last += 1;
            prop_assert_eq!(next.sequence, *last);
            prop_assert!(next.key() > i64::from(state.year) * 1_000_000_000 + state.last_number);
            state = SeriesState { year: next.year, last_number: next.sequence, last_date: Some(next.date) };
        }
    }

    /// Statuses follow balance and due date, and nothing else.
    #[test]
    fn statuses_derive(net in 1_i64..1_000, paid in 0_i64..1_000, credited in 0_i64..1_000, late in -5_i64..5) {
        let today = day(2026, 12, 1);
        let settlement = Settlement { paid: Amount(paid.min(net)), credited: Amount(credited) };
        let left = balance(InvoiceKind::Invoice, InvoiceState::Issued, Amount(net), settlement);
        prop_assert_eq!(left.0, net - paid.min(net) - credited);
        let due = Some(today - chrono::TimeDelta::days(late));
        let told = status(InvoiceKind::Invoice, InvoiceState::Issued, left, due, today);
        let expected = match (left > Amount(0), late > 0) {
            (false, _) => InvoiceStatus::Paid,
            (true, true) => InvoiceStatus::Overdue,
            (true, false) => InvoiceStatus::Sent,
        };
        prop_assert_eq!(told, expected);
        prop_assert_eq!(InvoiceStatus::from_name(told.name()), Some(told));
        let cancelled = balance(InvoiceKind::Invoice, InvoiceState::Cancelled, Amount(net), settlement);
        prop_assert_eq!(cancelled, Amount(0));
    }
}

#[test]
fn the_worked_example_of_the_design() {
    let line = Line {
        quantity: Quantity(Quantity::ONE),
        unit_price: Amount(100_000_000),
    };
    let totals = totals([line], Percentage(0), Amount(30_000_000), Currency::Xof).unwrap();
    assert_eq!(totals.net_to_pay, Amount(70_000_000));
    let settlement = Settlement {
        paid: Amount(20_000_000),
        credited: Amount(0),
    };
    let left = balance(
        InvoiceKind::Invoice,
        InvoiceState::Issued,
        totals.net_to_pay,
        settlement,
    );
    assert_eq!(left, Amount(50_000_000));
}

#[test]
fn what_is_beyond_bounds_is_refused_not_wrapped() {
    let line = Line {
        quantity: Quantity(1_000_000_000_000),
        unit_price: Amount(100_000_000_000_000),
    };
    assert_eq!(line_total(line, Currency::Eur), None);
    let line = Line {
        quantity: Quantity(Quantity::ONE),
        unit_price: Amount(60_000_000_000_000),
    };
    assert!(totals([line], Percentage(0), Amount(0), Currency::Eur).is_some());
    assert_eq!(
        totals([line, line], Percentage(0), Amount(0), Currency::Eur),
        None
    );
    assert_eq!(totals([line], Percentage(10_000), Amount(0), Currency::Eur), None);
}

#[test]
fn numbers_are_printed_as_the_specification_says() {
    let state = SeriesState {
        year: 2026,
        last_number: 11,
        last_date: Some(day(2026, 12, 31)),
    };
    assert_eq!(
        next_number(state, day(2026, 12, 31)).text(InvoiceKind::Invoice.series()),
        "BH/2026/12"
    );
    assert_eq!(
        next_number(state, day(2027, 1, 1)).text(InvoiceKind::CreditNote.series()),
        "AV/2027/1"
    );
    // The machine's calendar was wrong for a moment: the series doesn't go back with it.
    assert_eq!(next_number(state, day(2025, 6, 1)).date, day(2026, 12, 31));
}
