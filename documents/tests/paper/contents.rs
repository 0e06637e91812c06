//! What is read in the PDF is what was given, whatever was given.

use documents::{
    Currency, Document, DocumentState, Invoice, InvoiceKind, Language, Party, PaymentMode, Receipt,
    amount_in_words, date, money,
};

use super::{gallery, pages, pdf, plain, samples, text};

fn draw(invoice: Invoice) -> String {
    text(&pdf(&Document::Invoice(Box::new(invoice))))
}

/// Without spaces: readers guess them, from where lines break and how letters are kerned.
fn dense(text: &str) -> String {
    plain(text).replace(' ', "")
}

/// Every one of these is in the text.
fn says(text: &str, expected: &[&str]) {
    let dense_text = dense(text);
    for it in expected {
        assert!(dense_text.contains(&dense(it)), "no «{it}» in\n{text}");
    }
}

#[test]
fn an_invoice_says_all_that_it_was_given() {
    let invoice = samples::invoice(samples::many_lines(6));
    let said = draw(invoice.clone());
    let company = samples::company();
    for block in [
        &company.address,
        &company.phone,
        &company.email,
        &company.nif,
        &company.rccm,
        &company.bank_details,
    ] {
        for line in block.as_deref().unwrap().lines() {
            says(&said, &[line]);
        }
    }
    says(
        &said,
        &[
            "Facture",
            "BH/2026/12",
            "21 novembre 2026",
            "1er décembre 2026",
            "Virement bancaire",
            "Villa Maïga, Koira Kano",
            "Aïssata Œuvrard-Maïga",
            "Quartier Koira Kano, rue KK-112",
            "+227 90 00 11 22",
            "Gros œuvre du rez-de-chaussée – situation n° 2",
            "TVA 19 %",
            "Page 1 / 1",
            "Payable à réception, au plus tard à l’échéance.",
        ],
    );
    for sum in [
        invoice.subtotal,
        invoice.tax_amount,
        invoice.total_ttc,
        invoice.net_to_pay,
    ] {
        says(&said, &[&money(sum.into(), Currency::Xof, Language::Fr)]);
    }
    let words = amount_in_words(invoice.net_to_pay.into(), Currency::Xof, Language::Fr).unwrap();
    says(
        &said,
        &[&format!("Arrêté la présente facture à la somme de {words}.")],
    );
    assert!(!said.contains("BROUILLON") && !said.contains("ANNULÉE"), "{said}");
}

#[test]
fn all_of_120_lines_are_there_in_order() {
    let invoice = samples::invoice(samples::many_lines(120));
    let pdf = pdf(&Document::Invoice(Box::new(invoice.clone())));
    let pages = pages(&pdf);
    let said = pages.join(" ");
    let mut from = 0;
    for line in &invoice.lines {
        let first = plain(line.description.lines().next().unwrap());
        let found = said[from..]
            .find(&first)
            .unwrap_or_else(|| panic!("{first} is missing or out of order"));
        from += found;
        let total = plain(&documents::amount(line.total.into(), Currency::Xof, Language::Fr));
        assert!(said[from..].contains(&total), "{first}: no {total}");
    }
    for (at, page) in pages.iter().enumerate() {
        says(
            page,
            &[
                &format!("Page {} / {}", at + 1, pages.len()),
                "BH/2026/12",
                "Belle House",
            ],
        );
    }
}

#[test]
fn watermarks_are_on_every_page() {
    for (language, draft, cancelled) in [
        (Language::Fr, "BROUILLON", "ANNULÉE"),
        (Language::En, "DRAFT", "CANCELLED"),
    ] {
        let mut invoice = samples::invoice(samples::many_lines(30));
        invoice.language = language;
        invoice.state = DocumentState::Draft;
        for page in pages(&pdf(&Document::Invoice(Box::new(invoice.clone())))) {
            says(&page, &[draft]);
        }
        invoice.state = DocumentState::Cancelled {
            reason: Some("Une erreur\nde client".into()),
        };
        let said = pages(&pdf(&Document::Invoice(Box::new(invoice))));
        says(&said[0], &["Une erreur", "de client"]);
        for page in said {
            says(&page, &[cancelled]);
        }
    }
}

#[test]
fn a_credit_note_names_what_it_takes_back() {
    let said = text(&pdf(&samples::credit_note()));
    says(
        &said,
        &[
            "Avoir",
            "AV/2026/3",
            "Avoir sur facture BH/2026/12",
            "Net à votre crédit",
            "Arrêté le présent avoir à la somme de",
        ],
    );
    assert!(
        !said.contains("Échéance") && !said.contains("Net à payer"),
        "{said}"
    );
}

#[test]
fn a_receipt_says_who_paid_what_and_what_is_left() {
    let Document::Receipt(receipt) = samples::receipt() else {
        panic!()
    };
    let said = text(&pdf(&samples::receipt()));
    says(
        &said,
        &[
            "Reçu de paiement",
            "24 novembre 2026",
            "2 000 000 F CFA",
            "deux millions de francs CFA",
            "Mobile money",
            "CI261124.1804.B77120",
            "BH/2026/12",
            "Aïssata Œuvrard-Maïga",
            "3 393 675 F CFA",
        ],
    );
    let drawn = |change: fn(&mut Receipt)| {
        let mut changed = (*receipt).clone();
        change(&mut changed);
        text(&pdf(&Document::Receipt(Box::new(changed))))
    };
    says(&drawn(|it| it.balance = Some(0)), &["Facture soldée"]);
    says(&drawn(|it| it.invoice_number = None), &["Acompte sur le projet"]);
    says(
        &drawn(|it| it.state = DocumentState::Cancelled { reason: None }),
        &["ANNULÉ", "n’est plus valable"],
    );
    says(
        &drawn(|it| {
            it.language = Language::En;
            it.mode = PaymentMode::Check;
        }),
        &[
            "Payment receipt",
            "24 November 2026",
            "2,000,000 F CFA",
            "two million CFA francs",
            "Cheque",
        ],
    );
}

#[test]
fn a_statement_runs_a_balance() {
    let said = text(&pdf(&samples::statement()));
    says(
        &said,
        &[
            "Relevé de compte",
            "Villa Maïga, Koira Kano",
            "30 novembre 2026",
            "02/10/2026",
            "−3 000 000",
            "1 165 000",
            "6 558 675",
            "4 558 675",
            "4 437 295",
            "9 558 675",
            "5 121 380",
            "Solde à payer",
            "4 437 295 F CFA",
            "Facture BH/2026/9",
            "Avoir AV/2026/3",
            "VIR 8841-02",
        ],
    );
    let empty = text(&pdf(&samples::statement_of(Vec::new())));
    says(
        &empty,
        &["Aucune opération à ce jour.", "Compte soldé", "0 F CFA"],
    );
}

#[test]
fn english_is_english_throughout() {
    let said = text(&pdf(&samples::english()));
    says(
        &said,
        &[
            "Invoice",
            "12,500.00",
            "BILL TO",
            "21 November 2026",
            "€17,559.94",
            "−€5,000.00",
            "Net to pay",
            "€12,559.94",
            "This invoice amounts to twelve thousand five hundred and fifty-nine euros and ninety-four cents.",
            "ES05000123",
            "Page 1 / 1",
        ],
    );
    for french in ["Facture", "Montant", "Total HT", "Arrêté", "Échéance", "Objet"] {
        assert!(!said.contains(french), "{french} in\n{said}");
    }
}

#[test]
fn what_is_typed_is_printed_and_never_run() {
    let hostile = [
        r#"#panic("x") #read("/etc/passwd") $x^2$ *bold* _it_ \ ] [ @ref <label> `raw` // no /* comment */"#,
        r#""quoted" 'single' {{template}} ${var} %s \u{1F600} -- --- ... ~ = - + / 1."#,
        "#import \"@preview/cetz:0.1.0\"",
    ];
    let mut invoice = samples::invoice(hostile.iter().map(|it| samples::line(it, 1_000, 500)).collect());
    invoice.subject = hostile[0].into();
    invoice.project = "#{1+1}".into();
    invoice.client = Party {
        name: "=== O'Brien & <b>#</b>".into(),
        address: Some("$a$\n- b\n= c".into()),
        phone: None,
    };
    invoice.company.name = "*Belle* _House_ #1".into();
    let said = draw(invoice);
    says(&said, &hostile);
    says(
        &said,
        &[
            "#{1+1}",
            "=== O'Brien & <b>#</b>",
            "$a$",
            "= c",
            "*Belle* _House_ #1",
        ],
    );
}

#[test]
fn a_word_without_end_is_broken_and_whole() {
    let word = "Anticonstitutionnellement".repeat(40);
    let mut invoice = samples::invoice(vec![samples::line(&word, 1_000, 500)]);
    invoice.client.name = "W".repeat(200);
    invoice.project = "M".repeat(200);
    invoice.subject = "x".repeat(200);
    let said = draw(invoice);
    says(
        &said,
        &[&word, &"W".repeat(200), &"M".repeat(200), &"x".repeat(200)],
    );
}

/// What is copied from the page is what was typed: a bank takes no account number with something in it that nobody sees.
#[test]
fn a_long_number_is_whole_when_copied() {
    const IBAN: &str = "NE58NE0380100100130305000268";
    let mut invoice = samples::invoice(vec![samples::line("Étude", 1_000, 500)]);
    invoice.company.bank_details = Some(format!(
        "IBAN {IBAN}\ncomptabilite.fournisseurs@bellehouse.example"
    ));
    let text = draw(invoice);
    assert!(text.contains(IBAN), "{text}");
    assert!(
        text.contains("comptabilite.fournisseurs@bellehouse.example"),
        "{text}"
    );
}

#[test]
fn what_is_empty_is_left_out() {
    let bare = Invoice {
        kind: InvoiceKind::CreditNote { of: None },
        state: DocumentState::Draft,
        language: Language::Fr,
        number: None,
        subject: String::new(),
        project: " ".into(),
        issue_date: None,
        due_date: None,
        payment_mode: None,
        company: documents::Company::default(),
        client: Party::default(),
        lines: Vec::new(),
        currency: Currency::Usd,
        subtotal: 0,
        tax_percentage: 0,
        tax_amount: 0,
        total_ttc: 0,
        advance_payment: 0,
        net_to_pay: 0,
    };
    let document = Document::Invoice(Box::new(bare));
    let said = text(&documents::render(&document, None).unwrap());
    says(
        &said,
        &[
            "Avoir",
            "Brouillon",
            "Aucune ligne.",
            "zéro dollar américain",
            "TVA 0 %",
        ],
    );
    for label in [
        "Objet",
        "OBJET",
        "Projet",
        "Échéance",
        "NIF",
        "RCCM",
        "Conditions",
        "CONDITIONS",
    ] {
        assert!(!said.contains(label), "{label} in\n{said}");
    }
}

#[test]
fn less_than_nothing_is_printed_without_words() {
    let mut invoice = samples::invoice(vec![samples::line("Remise", 1_000, -500)]);
    invoice.net_to_pay = -595;
    let said = draw(invoice);
    says(&said, &["−595 F CFA"]);
    assert!(!said.contains("Arrêté"), "{said}");
}

#[test]
fn the_largest_amounts_fit() {
    let mut invoice = samples::invoice(vec![samples::line("Tout", 1_000, 1)]);
    invoice.currency = Currency::Eur;
    let largest = 100_000_000_000_000_000;
    invoice.lines[0].unit_price = -largest;
    invoice.lines[0].total = largest;
    invoice.lines[0].quantity = 1_000_000_000_000;
    (invoice.subtotal, invoice.total_ttc, invoice.net_to_pay) = (largest, largest, largest);
    let said = draw(invoice);
    says(
        &said,
        &[
            "1 000 000 000 000 000,00 €",
            "−1 000 000 000 000 000,00",
            "1 000 000 000",
            "un billiard d’euros",
        ],
    );
}

#[test]
fn a_broken_logo_costs_only_the_logo() {
    let document = samples::one_line();
    let bare = documents::render(&document, None).unwrap();
    let whole = super::logo();
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec();
    for broken in [
        Vec::new(),
        b"not a picture".to_vec(),
        whole[..whole.len() / 2].to_vec(),
        svg,
    ] {
        assert!(documents::render(&document, Some(&broken)).unwrap() == bare);
    }
}

#[test]
fn every_kind_of_picture_serves_as_a_logo() {
    let picture = image::load_from_memory(&super::logo()).unwrap();
    let large = picture.resize_exact(2_000, 100, image::imageops::FilterType::Nearest);
    let bare = documents::render(&samples::one_line(), None).unwrap();
    for (picture, format) in [
        (picture.clone(), image::ImageFormat::WebP),
        (
            image::DynamicImage::ImageRgb8(picture.to_rgb8()),
            image::ImageFormat::Jpeg,
        ),
        (
            image::DynamicImage::ImageRgba16(picture.to_rgba16()),
            image::ImageFormat::Png,
        ),
        (large, image::ImageFormat::Png),
    ] {
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        let pdf = documents::render(&samples::one_line(), Some(&bytes.into_inner())).unwrap();
        assert!(pdf != bare, "{format:?}");
    }
}

#[test]
fn the_file_says_what_it_is() {
    let pdf = lopdf_info(&pdf(&samples::one_line()));
    assert_eq!(pdf, ["Facture BH/2026/12", "Belle House", "2026-11-21"]);
}

/// Title, author and date of the file, from its metadata.
fn lopdf_info(bytes: &[u8]) -> [String; 3] {
    let file = pdf_extract::Document::load_mem(bytes).unwrap();
    let info = file.trailer.get(b"Info").unwrap().as_reference().unwrap();
    let info = file.get_dictionary(info).unwrap();
    let entry = |key: &[u8]| {
        let bytes = info.get(key).unwrap().as_str().unwrap();
        match bytes.strip_prefix(&[0xfe, 0xff]) {
            Some(wide) => {
                let wide: Vec<u16> = wide
                    .chunks(2)
                    .map(|it| u16::from_be_bytes([it[0], it[1]]))
                    .collect();
                String::from_utf16(&wide).unwrap()
            }
            None => String::from_utf8_lossy(bytes).into_owned(),
        }
    };
    let created = entry(b"CreationDate");
    let created = format!("{}-{}-{}", &created[2..6], &created[6..8], &created[8..10]);
    [entry(b"Title"), entry(b"Author"), created]
}

#[test]
fn no_sign_is_missing_from_the_fonts() {
    // What documents print by themselves, and what people type here: French, English, Hausa, Zarma, Portuguese.
    let mut signs: Vec<char> = (' '..='~')
        .chain('\u{a0}'..='ÿ')
        .filter(|it| *it != '\u{ad}')
        .collect();
    signs.extend("ŒœŸŠšŽžƁɓƊɗƘƙƳƴŊŋƝɲƐɛƆɔ\u{202f}\u{2212}–—‘’“”„…•€°№²³×÷≤≥".chars());
    for name in [
        "Inter-Regular.otf",
        "Inter-SemiBold.otf",
        "InterDisplay-Light.otf",
    ] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fonts")
            .join(name);
        let bytes = std::fs::read(path).unwrap();
        let font = ttf_parser::Face::parse(&bytes, 0).unwrap();
        let missing: String = signs
            .iter()
            .filter(|it| font.glyph_index(**it).is_none())
            .collect();
        assert_eq!(missing, "", "{name}");
    }
}

#[test]
fn what_is_written_in_niger_is_printed_and_copied() {
    let names = "Ɓagudo ɓera, ƙofa ɗaki, Ŋalan 'yaƴa";
    // Arabic, Hausa's Ajami with the letters of the Warsh tradition, digits.
    let arabic = ["بيت جميل", "غِدَا ࢻࢼࢽ ڟ ݣ", "نيامي ١٢"];
    for text in arabic.into_iter().chain([names]) {
        assert_eq!(documents::missing_signs(text), Vec::<char>::new(), "{text}");
    }
    let mut invoice = samples::invoice(vec![samples::line(&arabic.join("\n"), 1_000, 250_000)]);
    invoice.client.name = names.into();
    let said = draw(invoice);
    says(&said, &[names]);
    for letter in arabic.concat().chars().filter(|letter| letter.is_alphanumeric()) {
        assert!(said.contains(letter), "{letter} is lost: {said}");
    }
    assert_eq!(
        documents::missing_signs("Villa 你好 😀 你\u{200d}\n❤\u{fe0f}\u{202e}"),
        ['你', '好', '😀']
    );
}

#[test]
fn every_document_of_the_gallery_is_drawn_without_a_logo_too() {
    for (name, document) in gallery() {
        let said = text(&documents::render(&document, None).unwrap());
        assert!(said.contains("Belle House"), "{name}: {said}");
    }
    assert_eq!(date(samples::day(2026, 8, 1), Language::Fr), "1er\u{a0}août 2026");
}
