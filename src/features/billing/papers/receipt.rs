//! Receipts for payments.

use anyhow::{Context, Result};
use documents::{Document, DocumentState};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::{Paper, facts};
use crate::features::{
    billing::{
        CompanyDetails, PaymentFilter, PaymentId, company_profile, credit_notes_of, select_payments,
        tables::{invoice, payment},
    },
    clients::living_client,
    projects::Projects,
};
use platform::{
    actor::{Actor, Locale},
    ctx::Ctx,
    money::Amount,
};

pub async fn paper(ctx: &Ctx, actor: &Actor, id: PaymentId) -> Result<Option<Paper>> {
    let conn = ctx.db.reader();
    let all = PaymentFilter {
        include_voided: true,
        ..PaymentFilter::default()
    };
    let found = select_payments(actor, &all)
        .filter(payment::Column::Id.eq(id))
        .one(conn)
        .await?;
    let Some(payment) = found else { return Ok(None) };

    let project = Projects::find_by_id(payment.project_id).one(conn).await?;
    let project = project.with_context(|| format!("the payment {id} has no project"))?;
    let client = living_client(conn, &Actor::System, project.client_id).await?;
    let client = client.with_context(|| format!("the project {} has no living client", project.id))?;
    let invoice = match payment.invoice_id {
        Some(invoice) => invoice::Entity::find_by_id(invoice).one(conn).await?,
        None => None,
    };
    let left = match &invoice {
        Some(invoice) => Some(left_after(conn, invoice, &payment).await?),
        None => None,
    };
    let company = company_profile(conn).await?;
    let stem = match client.locale {
        Locale::Fr => "recu",
        Locale::En => "receipt",
    };
    let locale = client.locale;
    let document = documents::Receipt {
        language: facts::language(locale),
        state: match payment.voided_at {
            None => DocumentState::Issued,
            Some(_) => DocumentState::Cancelled {
                reason: payment.void_reason.clone(),
            },
        },
        company: facts::company(CompanyDetails::from(&company)),
        client: facts::party(client),
        project: project.name,
        date: payment.paid_on,
        amount: facts::minor_units(payment.amount, payment.currency),
        currency: facts::currency(payment.currency),
        mode: facts::payment_mode(payment.mode),
        reference: payment.reference.clone(),
        invoice_number: invoice.and_then(|invoice| invoice.number),
        balance: left.map(|left| facts::minor_units(left, payment.currency)),
    };
    Ok(Some(Paper {
        document: Document::Receipt(Box::new(document)),
        logo: company.logo_image_id,
        file_name: format!("{stem}-{}.pdf", payment.paid_on),
        kept_in: None,
    }))
}

/// What was left to pay once this payment was entered: what came or was voided later doesn't change what its receipt says.
async fn left_after(
    conn: &impl ConnectionTrait,
    invoice: &invoice::Model,
    payment: &payment::Model,
) -> Result<Amount> {
    let until = (payment.created_at, payment.id.0);
    let payments = payment::Entity::find()
        .filter(payment::Column::InvoiceId.eq(invoice.id))
        .all(conn)
        .await?;
    let notes = credit_notes_of(conn, [invoice.id])
        .await?
        .remove(&invoice.id)
        .unwrap_or_default();
    let paid = payments
        .iter()
        .filter(|it| (it.created_at, it.id.0) <= until)
        // What was voided since counted then.
        .filter(|it| it.id == payment.id || it.voided_at.is_none_or(|voided| voided > until.0))
        .map(|it| it.amount.0);
    let credited = notes
        .iter()
        .filter(|it| it.issued_at <= Some(until.0))
        .map(|it| it.total_ttc.0);
    let gone = paid.chain(credited).fold(0, i64::saturating_add);
    Ok(Amount(invoice.net_to_pay.0.saturating_sub(gone)))
}
