//! The demo company's books: what is paid ahead, invoiced, paid in part and in full, credited, and still being written.

use anyhow::Result;
use chrono::TimeDelta;

use super::{explain, once::made, said};
use crate::{
    app::App,
    features::{
        billing::{
            CompanyProfiles, Invoice, Invoices, PaymentMode,
            commands::{
                CompanyFields, CreateCreditNote, InvoiceFields, ItemInput, MarkInvoicePaid, RecordPayment,
                create_credit_note, create_invoice, mark_invoice_paid, record_payment,
            },
            company_profile, today,
        },
        projects::Project,
    },
};
use platform::{
    actor::Actor,
    editing::{Editable, update},
    idempotency,
};

/// An invoice's lines: description, quantity, unit price.
type Lines = &'static [(&'static str, &'static str, &'static str)];

/// The company's own address, by which its letterhead is known.
const EMAIL: &str = "contact@demo.bellehouse.ne";

struct Bill {
    subject: &'static str,
    lines: Lines,
    advance: &'static str,
    due_in: i64,
    issue: bool,
}

/// What the demo's documents say of the company: every number of it is invented.
async fn letterhead(app: &App, actor: &Actor) -> Result<()> {
    let fields = CompanyFields {
        address: said("Boulevard de la République, Plateau\nNiamey, Niger"),
        phone: said("+227 90 00 00 00"),
        email: said(EMAIL),
        nif: said("00 000/D"),
        rccm: said("NE-NIM-01-2020-B12-00000"),
        bank_details: said("Banque de démonstration, Niamey\nIBAN NE00 0000 0000 0000 0000 0000 0000"),
        payment_terms: said("Payable à l’échéance, par virement, chèque, mobile money ou en espèces."),
        ..CompanyFields::default()
    };
    let profile = company_profile(app.ctx.db.reader()).await?;
    if profile.email.as_deref() == Some(EMAIL) {
        return Ok(());
    }
    update::<CompanyProfiles>(&app.ctx, actor, profile.id, profile.version, fields)
        .await
        .map_err(explain)?;
    Ok(())
}

/// Writes the books of the demo's projects, in the order of `projects`.
pub(super) async fn load(app: &App, actor: &Actor, projects: &[Project]) -> Result<()> {
    let [villa, annex, duplex, guests] = projects else {
        return Ok(());
    };
    letterhead(app, actor).await?;
    pay(app, actor, villa, None, "20000000", 60).await?;
    let shell = Bill {
        subject: "Gros œuvre, première tranche",
        lines: &[
            ("Terrassement et fouilles", "1", "6500000"),
            ("Béton armé, dosé à 350 kg/m³ (m³)", "84.5", "185000"),
            (
                "Élévation en agglos de 20\nrez-de-chaussée, linteaux compris (m²)",
                "312.75",
                "24500",
            ),
            ("Remise commerciale", "1", "-500000"),
        ],
        advance: "20000000",
        due_in: 20,
        issue: true,
    };
    let invoice = bill(app, actor, villa, &shell).await?;
    pay(app, actor, villa, Some(&invoice), "5000000", 1).await?;
    let next = Bill {
        subject: "Gros œuvre, deuxième tranche",
        lines: &[("Plancher haut du rez-de-chaussée (m²)", "164.2", "58000")],
        advance: "0",
        due_in: 45,
        issue: false,
    };
    bill(app, actor, villa, &next).await?;

    let fence = Bill {
        subject: "Clôture, fouilles et longrines",
        lines: &[("Clôture (mètre linéaire)", "40", "62500")],
        advance: "0",
        due_in: 10,
        issue: true,
    };
    let invoice = bill(app, actor, annex, &fence).await?;
    if !is_done(app, actor, "markInvoicePaid", "demo/annex").await? {
        settle(app, actor, &invoice).await?;
    }

    let joinery = Bill {
        subject: "Menuiseries aluminium et peinture",
        lines: &[
            ("Fenêtre coulissante 120 × 110", "14", "185000"),
            ("Porte isoplane complète", "9", "96000"),
            ("Peinture intérieure, deux couches (m²)", "870.5", "3200"),
        ],
        advance: "0",
        due_in: 0,
        issue: true,
    };
    let invoice = bill(app, actor, duplex, &joinery).await?;
    if !is_done(app, actor, "createCreditNote", "demo/duplex/avoir").await? {
        credit(app, actor, &invoice).await?;
    }

    let roof = Bill {
        subject: "Charpente et couverture",
        lines: &[("Charpente bois (m²)", "118", "41000")],
        advance: "0",
        due_in: 30,
        issue: false,
    };
    bill(app, actor, guests, &roof).await?;
    Ok(())
}

/// Whether something was done before the load was broken off.
async fn is_done(app: &App, actor: &Actor, operation: &str, key: &str) -> Result<bool> {
    Ok(idempotency::is_known(&app.ctx.db, actor, operation, key).await?)
}

async fn settle(app: &App, actor: &Actor, invoice: &Invoice) -> Result<()> {
    let settle = MarkInvoicePaid {
        id: invoice.id,
        expected_version: invoice.version,
        paid_on: None,
        mode: Some(PaymentMode::MobileMoney),
        reference: Some("Airtel Money 77120943".to_owned()),
        idempotency_key: "demo/annex".to_owned(),
    };
    mark_invoice_paid(&app.ctx, actor, settle)
        .await
        .map_err(explain)?;
    Ok(())
}

async fn credit(app: &App, actor: &Actor, invoice: &Invoice) -> Result<()> {
    let returned = CreateCreditNote {
        invoice: invoice.id,
        subject: Some("Avoir : une fenêtre retournée".to_owned()),
        items: Some(vec![line(("Fenêtre coulissante 120 × 110", "1", "185000"))]),
        idempotency_key: "demo/duplex/avoir".to_owned(),
    };
    create_credit_note(&app.ctx, actor, returned)
        .await
        .map_err(explain)?;
    Ok(())
}

async fn bill(app: &App, actor: &Actor, project: &Project, bill: &Bill) -> Result<Invoice> {
    let today = today(&app.ctx.config, app.ctx.clock.now());
    let fields = InvoiceFields {
        project_id: Some(Some(project.id)),
        subject: said(bill.subject),
        due_date: Some(Some(today + TimeDelta::days(bill.due_in))),
        advance_payment: said(bill.advance),
        payment_mode: Some(Some(PaymentMode::Transfer)),
        items: Some(Some(bill.lines.iter().copied().map(line).collect())),
        issue: Some(Some(bill.issue)),
        ..InvoiceFields::default()
    };
    let key = format!("demo/{}", bill.subject);
    if let Some(made) = made::<Invoices>(app, actor, Invoices::CREATE, &key).await? {
        return Ok(made);
    }
    create_invoice(&app.ctx, actor, fields, Some(&key))
        .await
        .map_err(explain)
}

fn line((description, quantity, unit_price): (&str, &str, &str)) -> ItemInput {
    ItemInput {
        id: None,
        description: description.to_owned(),
        quantity: quantity.to_owned(),
        unit_price: unit_price.to_owned(),
    }
}

async fn pay(
    app: &App,
    actor: &Actor,
    project: &Project,
    invoice: Option<&Invoice>,
    amount: &str,
    days_ago: i64,
) -> Result<()> {
    let key = format!("demo/{}/{amount}", project.id);
    if is_done(app, actor, "recordPayment", &key).await? {
        return Ok(());
    }
    let today = today(&app.ctx.config, app.ctx.clock.now());
    let input = RecordPayment {
        project: project.id,
        invoice: invoice.map(|invoice| invoice.id),
        amount: amount.to_owned(),
        paid_on: today - TimeDelta::days(days_ago),
        mode: PaymentMode::Transfer,
        reference: Some("Virement BOA".to_owned()),
        idempotency_key: key,
    };
    record_payment(&app.ctx, actor, input).await.map_err(explain)?;
    Ok(())
}
