//! The documents that the tests draw: as the company's own would be, and longer.

use chrono::NaiveDate;
use documents::{
    Company, Currency, Document, DocumentState, Entry, Invoice, InvoiceKind, Language, Line, Party,
    PaymentMode, Receipt, Statement,
};

pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

pub fn company() -> Company {
    Company {
        name: "Belle House".into(),
        address: Some("Boulevard de la République, Plateau\nBP 10 245, Niamey, Niger".into()),
        phone: Some("+227 90 12 34 56 · +227 96 65 43 21".into()),
        email: Some("contact@bellehouse.example".into()),
        nif: Some("45 871/P".into()),
        rccm: Some("NE-NIM-01-2019-B12-00417".into()),
        bank_details: Some(
            "Banque Atlantique Niger, agence du Plateau\nIBAN NE58 NE03 8010 0100 1303 0500 0268\nBIC ATNENENE".into(),
        ),
        payment_terms: Some(
            "Payable à réception, au plus tard à l’échéance. Tout retard entraîne des pénalités au taux légal en vigueur."
                .into(),
        ),
        fiscal: documents::Fiscal::default(),
    }
}

pub fn client() -> Party {
    Party {
        name: "Aïssata Œuvrard-Maïga".into(),
        address: Some("Quartier Koira Kano, rue KK-112\nNiamey".into()),
        phone: Some("+227 90 00 11 22".into()),
    }
}

pub fn line(description: &str, quantity: i64, unit_price: i64) -> Line {
    let total = (quantity * unit_price + 500 * quantity.signum() * unit_price.signum()) / 1000;
    Line {
        description: description.into(),
        quantity,
        unit_price,
        total,
    }
}

/// An issued invoice over these lines, with VAT at 19 %.
pub fn invoice(lines: Vec<Line>) -> Invoice {
    let subtotal: i64 = lines.iter().map(|line| line.total).sum();
    let tax_amount = (subtotal * 19 + 50) / 100;
    Invoice {
        kind: InvoiceKind::Invoice,
        state: DocumentState::Issued,
        language: Language::Fr,
        number: Some("BH/2026/12".into()),
        subject: "Gros œuvre du rez-de-chaussée – situation n° 2".into(),
        project: "Villa Maïga, Koira Kano".into(),
        issue_date: Some(day(2026, 11, 21)),
        due_date: Some(day(2026, 12, 1)),
        payment_mode: Some(PaymentMode::Transfer),
        company: company(),
        client: client(),
        lines,
        currency: Currency::Xof,
        subtotal,
        tax_percentage: 1_900,
        tax_amount,
        total_ttc: subtotal + tax_amount,
        advance_payment: 0,
        net_to_pay: subtotal + tax_amount,
    }
}

pub fn one_line() -> Document {
    Document::Invoice(Box::new(invoice(vec![line(
        "Fondations en béton armé dosé à 350 kg/m³\nFouilles, ferraillage HA 12, coffrage, coulage et cure, semelles \
         isolées et longrines comprises.",
        24_500,
        185_000,
    )])))
}

/// What a site is made of, over and over, some of it at length.
pub fn many_lines(count: usize) -> Vec<Line> {
    const WORKS: [(&str, i64, i64); 8] = [
        ("Implantation de l’ouvrage et piquetage", 1_000, 150_000),
        (
            "Béton de propreté dosé à 150 kg/m³, épaisseur 5 cm",
            12_750,
            68_500,
        ),
        (
            "Maçonnerie en agglomérés creux de 15 × 20 × 40\nPose au mortier de ciment dosé à 300 kg/m³, joints tirés au \
             fer, harpage aux angles et aux croisements de murs, linteaux compris.",
            186_400,
            9_750,
        ),
        ("Poteaux en béton armé 20 × 20", 18_000, 42_000),
        ("Enduit intérieur au mortier de ciment", 372_125, 3_200),
        (
            "Fourniture et pose de menuiseries en aluminium\nProfilés laqués RAL 7016\nVitrage feuilleté 44.2",
            14_000,
            185_000,
        ),
        ("Remise commerciale", 1_000, -75_000),
        ("Évacuation des déblais à la décharge publique", 8_333, 12_500),
    ];
    (0..count)
        .map(|at| {
            let (description, quantity, price) = WORKS[at % WORKS.len()];
            line(&format!("{}. {description}", at + 1), quantity, price)
        })
        .collect()
}

pub fn long() -> Document {
    let mut invoice = invoice(many_lines(120));
    invoice.advance_payment = 12_000_000;
    invoice.net_to_pay -= invoice.advance_payment;
    Document::Invoice(Box::new(invoice))
}

pub fn draft() -> Document {
    let mut invoice = invoice(many_lines(5));
    invoice.state = DocumentState::Draft;
    invoice.number = None;
    invoice.issue_date = None;
    Document::Invoice(Box::new(invoice))
}

pub fn cancelled() -> Document {
    let mut invoice = invoice(many_lines(3));
    invoice.state = DocumentState::Cancelled {
        reason: Some(
            "Le chantier a changé de maître d’ouvrage : la facture est refaite au nom de la SCI.".into(),
        ),
    };
    Document::Invoice(Box::new(invoice))
}

pub fn credit_note() -> Document {
    let mut invoice = invoice(vec![line("Agglomérés livrés en trop et repris", 240_000, 425)]);
    invoice.kind = InvoiceKind::CreditNote {
        of: Some("BH/2026/12".into()),
    };
    invoice.number = Some("AV/2026/3".into());
    invoice.subject = "Reprise de matériaux".into();
    invoice.due_date = None;
    invoice.payment_mode = None;
    Document::Invoice(Box::new(invoice))
}

/// In English and in euros, with what a certified device would print.
pub fn english() -> Document {
    let mut invoice = invoice(vec![
        line(
            "Architectural drawings\nPreliminary design, permit set and working drawings",
            1_000,
            1_250_000,
        ),
        line("Site supervision, per day", 12_500, 18_050),
    ]);
    invoice.language = Language::En;
    invoice.currency = Currency::Eur;
    invoice.subject = "Design and supervision".into();
    invoice.advance_payment = 500_000;
    invoice.net_to_pay -= 500_000;
    invoice.company.payment_terms = Some("Due within ten days.".into());
    invoice.company.fiscal = documents::Fiscal {
        nim: Some("ES05000123".into()),
        signature: Some("7K3D-9QPL-22XM-A81Z".into()),
        qr: Some("ES05000123;7K3D9QPL22XMA81Z;45871P;BH/2026/12;1744.77".into()),
    };
    Document::Invoice(Box::new(invoice))
}

pub fn receipt() -> Document {
    Document::Receipt(Box::new(Receipt {
        language: Language::Fr,
        state: DocumentState::Issued,
        company: company(),
        client: client(),
        project: "Villa Maïga, Koira Kano".into(),
        date: day(2026, 11, 24),
        amount: 2_000_000,
        currency: Currency::Xof,
        mode: PaymentMode::MobileMoney,
        reference: Some("CI261124.1804.B77120".into()),
        invoice_number: Some("BH/2026/12".into()),
        balance: Some(3_393_675),
    }))
}

pub fn statement_of(entries: Vec<Entry>) -> Document {
    Document::Statement(Box::new(Statement {
        language: Language::Fr,
        company: company(),
        client: client(),
        project: "Villa Maïga, Koira Kano".into(),
        date: day(2026, 11, 30),
        currency: Currency::Xof,
        entries,
    }))
}

pub fn statement() -> Document {
    statement_of(vec![
        Entry::Payment {
            date: day(2026, 10, 2),
            mode: PaymentMode::Transfer,
            reference: Some("VIR 8841-02".into()),
            invoice_number: None,
            amount: 3_000_000,
        },
        Entry::Invoice {
            date: day(2026, 10, 15),
            number: "BH/2026/9".into(),
            subject: "Études et implantation".into(),
            amount: 4_165_000,
        },
        Entry::Invoice {
            date: day(2026, 11, 21),
            number: "BH/2026/12".into(),
            subject: "Gros œuvre du rez-de-chaussée – situation n° 2".into(),
            amount: 5_393_675,
        },
        Entry::Payment {
            date: day(2026, 11, 24),
            mode: PaymentMode::MobileMoney,
            reference: Some("CI261124.1804.B77120".into()),
            invoice_number: Some("BH/2026/12".into()),
            amount: 2_000_000,
        },
        Entry::CreditNote {
            date: day(2026, 11, 26),
            number: "AV/2026/3".into(),
            of: Some("BH/2026/12".into()),
            amount: 121_380,
        },
    ])
}
