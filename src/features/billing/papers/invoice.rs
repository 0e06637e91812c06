//! Invoices and credit notes on paper.

use anyhow::{Context, Result};
use documents::{Document, DocumentState, InvoiceKind as PrintedKind, Line, Party};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{Paper, facts};
use crate::features::{
    billing::{
        CompanyDetails, InvoiceFilter, InvoiceId, InvoiceKind, InvoiceState, company_profile, items_of,
        select_invoices,
        tables::{invoice, item},
        today,
    },
    clients::living_client,
    projects::Projects,
};
use platform::{
    actor::{Actor, Locale},
    ctx::Ctx,
    listing::RecordScope,
    money::Currency,
};

pub async fn paper(ctx: &Ctx, actor: &Actor, id: InvoiceId) -> Result<Option<Paper>> {
    let conn = ctx.db.reader();
    let day = today(&ctx.config, ctx.clock.now());
    let found = select_invoices(actor, &InvoiceFilter::default(), RecordScope::Living, day)
        .filter(invoice::Column::Id.eq(id))
        .one(conn)
        .await?;
    let Some(invoice) = found else { return Ok(None) };

    let credited = match invoice.credited_invoice_id {
        Some(id) => invoice::Entity::find_by_id(id).one(conn).await?,
        None => None,
    };
    let project = Projects::find_by_id(invoice.project_id).one(conn).await?;
    let project = project.with_context(|| format!("the invoice {id} has no project"))?;
    let client = living_client(conn, &Actor::System, project.client_id).await?;
    let locale = client.as_ref().map_or(Locale::Fr, |client| client.locale);
    // An issued one goes to whom it was issued, and says what company and project were then.
    let issued_to = invoice.client_name.clone().map(|name| Party {
        name,
        address: invoice.client_address.clone(),
        phone: invoice.client_phone.clone(),
    });
    let client = issued_to
        .or_else(|| client.map(facts::party))
        .with_context(|| format!("the project {} has no living client", project.id))?;
    let (company, logo) = match &invoice.company {
        Some(issued) => (serde_json::from_value(issued.clone())?, invoice.company_logo_id),
        None => {
            let now = company_profile(conn).await?;
            (CompanyDetails::from(&now), now.logo_image_id)
        }
    };
    let items = items_of(conn, [id]).await?.remove(&id).unwrap_or_default();

    let currency = invoice.currency;
    let minor = |amount| facts::minor_units(amount, currency);
    let document = documents::Invoice {
        kind: match invoice.kind {
            InvoiceKind::Invoice => PrintedKind::Invoice,
            InvoiceKind::CreditNote => PrintedKind::CreditNote {
                of: credited.and_then(|credited| credited.number),
            },
        },
        state: document_state(&invoice),
        language: facts::language(locale),
        number: invoice.number.clone(),
        subject: invoice.subject.clone(),
        project: invoice.project_name.clone().unwrap_or(project.name),
        issue_date: invoice.issue_date,
        due_date: invoice.due_date,
        payment_mode: invoice.payment_mode.map(facts::payment_mode),
        company: facts::company(company),
        client,
        lines: items.into_iter().map(|item| line(item, currency)).collect(),
        currency: facts::currency(currency),
        subtotal: minor(invoice.subtotal),
        tax_percentage: invoice.tax_percentage.0,
        tax_amount: minor(invoice.tax_amount),
        total_ttc: minor(invoice.total_ttc),
        advance_payment: minor(invoice.advance_payment),
        net_to_pay: minor(invoice.net_to_pay),
    };
    Ok(Some(Paper {
        document: Document::Invoice(Box::new(document)),
        logo,
        file_name: file_name(&invoice, locale),
        kept_in: (invoice.state != InvoiceState::Draft).then(|| format!("papers/{id}")),
    }))
}

fn document_state(invoice: &invoice::Model) -> DocumentState {
    match invoice.state {
        InvoiceState::Draft => DocumentState::Draft,
        InvoiceState::Issued => DocumentState::Issued,
        InvoiceState::Cancelled => DocumentState::Cancelled {
            reason: invoice.cancel_reason.clone(),
        },
    }
}

fn line(item: item::Model, currency: Currency) -> Line {
    Line {
        description: item.description,
        quantity: item.quantity.0,
        unit_price: facts::minor_units(item.unit_price, currency),
        total: facts::minor_units(item.total_price, currency),
    }
}

/// `BH-2026-12.pdf`; what isn't valid says so in its name.
fn file_name(invoice: &invoice::Model, locale: Locale) -> String {
    let (draft, cancelled) = match locale {
        Locale::Fr => ("brouillon", "-annulee"),
        Locale::En => ("draft", "-cancelled"),
    };
    let stem = invoice
        .number
        .as_deref()
        .map_or(draft.to_owned(), facts::file_stem);
    let suffix = if invoice.state == InvoiceState::Cancelled {
        cancelled
    } else {
        ""
    };
    format!("{stem}{suffix}.pdf")
}
