//! How long a document takes when the fonts are loaded: `scripts/documents bench`.

#![expect(clippy::print_stdout, reason = "it is what it is run for")]

use std::time::{Duration, Instant};

use documents::{
    Company, Currency, Document, DocumentState, Invoice, InvoiceKind, Language, Line, Party, RenderError,
};

fn main() -> Result<(), RenderError> {
    println!("before the first document: {}", memory("VmRSS"));
    for (name, lines, rounds) in [
        ("one line", 1, 100),
        ("20 lines", 20, 50),
        ("120 lines", 120, 20),
        ("500 lines", 500, 5),
    ] {
        let document = invoice(lines);
        let cold = Instant::now();
        documents::render(&document, None)?;
        let cold = cold.elapsed();
        let mut took: Vec<Duration> = Vec::new();
        let mut bytes = 0;
        for _ in 0..rounds {
            let start = Instant::now();
            bytes = documents::render(&document, None)?.len();
            took.push(start.elapsed());
        }
        took.sort_unstable();
        let (half, most) = (took[took.len() / 2], took[took.len() * 99 / 100]);
        println!(
            "{name}: first {cold:.1?}, then p50 {half:.1?}, p99 {most:.1?} of {rounds}; {bytes} bytes; {} now, {} at most",
            memory("VmRSS"),
            memory("VmHWM")
        );
    }
    Ok(())
}

/// The process's memory, where the system tells it.
fn memory(what: &str) -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(what)?.strip_prefix(':'));
    line.map_or_else(|| "?".to_owned(), |size| size.trim().to_owned())
}

/// An invoice of so many lines.
fn invoice(lines: usize) -> Document {
    let line = Line {
        description:
            "Maçonnerie en agglomérés creux de 15 × 20 × 40\nPose au mortier de ciment dosé à 300 kg/m³"
                .into(),
        quantity: 186_400,
        unit_price: 9_750,
        total: 1_817_400,
    };
    let total = i64::try_from(lines).unwrap_or(0) * line.total;
    Document::Invoice(Box::new(Invoice {
        kind: InvoiceKind::Invoice,
        state: DocumentState::Issued,
        language: Language::Fr,
        number: Some("BH/2026/12".into()),
        subject: "Gros œuvre".into(),
        project: "Villa Maïga".into(),
        issue_date: None,
        due_date: None,
        payment_mode: None,
        company: Company {
            name: "Belle House".into(),
            ..Company::default()
        },
        client: Party {
            name: "Aïssata Maïga".into(),
            ..Party::default()
        },
        lines: vec![line; lines],
        currency: Currency::Xof,
        subtotal: total,
        tax_percentage: 0,
        tax_amount: 0,
        total_ttc: total,
        advance_payment: 0,
        net_to_pay: total,
    }))
}
