//! A project's statement of account: what was invoiced and credited with tax, and every payment that counts. Advances are
//! among the payments, so invoices stand with their totals, not with what was left to pay of them.

use std::collections::HashMap;

use anyhow::{Context, Result};
use chrono::{DateTime, NaiveDate, Utc};
use documents::{Document, Entry};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{Paper, facts};
use crate::features::{
    billing::{
        CompanyDetails, InvoiceId, InvoiceKind, InvoiceState, company_profile,
        tables::{invoice, payment},
        today,
    },
    clients::living_client,
    projects::{ProjectColumn, ProjectFilter, ProjectId, select_projects},
};
use platform::{
    actor::{Actor, Locale},
    ctx::Ctx,
    listing::RecordScope,
};

/// An entry and where it stands: by day, and within a day as things happened.
type Dated = (NaiveDate, DateTime<Utc>, Entry);

pub async fn paper(ctx: &Ctx, actor: &Actor, id: ProjectId) -> Result<Option<Paper>> {
    let conn = ctx.db.reader();
    let found = select_projects(actor, &ProjectFilter::default(), RecordScope::Living)
        .filter(ProjectColumn::Id.eq(id))
        .one(conn)
        .await?;
    let Some(project) = found else { return Ok(None) };

    let client = living_client(conn, &Actor::System, project.client_id).await?;
    let client = client.with_context(|| format!("the project {id} has no living client"))?;
    let company = company_profile(conn).await?;
    let invoices = invoice::Entity::find()
        .filter(invoice::Column::ProjectId.eq(id))
        // A cancelled one stays: the credit note of its cancellation takes it back.
        .filter(invoice::Column::State.ne(InvoiceState::Draft))
        .all(conn)
        .await?;
    let payments = payment::Entity::find()
        .filter(payment::Column::ProjectId.eq(id))
        .filter(payment::Column::VoidedAt.is_null())
        .all(conn)
        .await?;
    let numbers: HashMap<InvoiceId, String> = invoices
        .iter()
        .filter_map(|invoice| Some((invoice.id, invoice.number.clone()?)))
        .collect();
    let issued = invoices.iter().filter_map(|invoice| issued(invoice, &numbers));
    let paid = payments.iter().map(|payment| paid(payment, &numbers));
    let mut entries: Vec<Dated> = issued.chain(paid).collect();
    entries.sort_by_key(|(day, at, _)| (*day, *at));

    let day = today(&ctx.config, ctx.clock.now());
    let stem = match client.locale {
        Locale::Fr => "releve",
        Locale::En => "statement",
    };
    let document = documents::Statement {
        language: facts::language(client.locale),
        company: facts::company(CompanyDetails::from(&company)),
        client: facts::party(client),
        project: project.name,
        date: day,
        currency: facts::currency(project.currency),
        entries: entries.into_iter().map(|(_, _, entry)| entry).collect(),
    };
    Ok(Some(Paper {
        document: Document::Statement(Box::new(document)),
        logo: company.logo_image_id,
        file_name: format!("{stem}-{day}.pdf"),
        kept_in: None,
    }))
}

/// An issued invoice or credit note; both have number and date.
fn issued(invoice: &invoice::Model, numbers: &HashMap<InvoiceId, String>) -> Option<Dated> {
    let (number, date, at) = (invoice.number.clone()?, invoice.issue_date?, invoice.issued_at?);
    let amount = facts::minor_units(invoice.total_ttc, invoice.currency);
    let entry = match invoice.kind {
        InvoiceKind::Invoice => Entry::Invoice {
            date,
            number,
            subject: invoice.subject.clone(),
            amount,
        },
        InvoiceKind::CreditNote => Entry::CreditNote {
            date,
            number,
            of: invoice
                .credited_invoice_id
                .and_then(|id| numbers.get(&id).cloned()),
            amount,
        },
    };
    Some((date, at, entry))
}

fn paid(payment: &payment::Model, numbers: &HashMap<InvoiceId, String>) -> Dated {
    let entry = Entry::Payment {
        date: payment.paid_on,
        mode: facts::payment_mode(payment.mode),
        reference: payment.reference.clone(),
        invoice_number: payment.invoice_id.and_then(|id| numbers.get(&id).cloned()),
        amount: facts::minor_units(payment.amount, payment.currency),
    };
    (payment.paid_on, payment.created_at, entry)
}
