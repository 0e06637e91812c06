//! What a printed invoice, receipt or statement says, as plain data: the seam to whatever draws it. Nothing here knows of
//! tables or of paper.

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, EntityTrait};

use super::{
    CompanyDetails, InvoiceId, InvoiceKind, InvoiceState, PaymentId, PaymentMode, balance, company_profile,
    items_of, standings,
    tables::{invoice, item, payment},
};
use crate::{
    features::{
        clients::living_client,
        media::ImageId,
        projects::{Project, Projects},
    },
    platform::{
        actor::{Actor, Locale},
        money::{Amount, Currency},
        quantity::{Percentage, Quantity},
    },
};

/// To whom a document goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressee {
    /// The name.
    pub name: String,
    /// The address, in lines.
    pub address: Option<String>,
    /// The telephone number.
    pub phone: Option<String>,
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentLine {
    /// What is charged; may have several lines.
    pub description: String,
    /// How much.
    pub quantity: Quantity,
    /// At which price.
    pub unit_price: Amount,
    /// Together, rounded.
    pub total: Amount,
}

/// An invoice or credit note on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceDocument {
    /// Which of the two.
    pub kind: InvoiceKind,
    /// Draft and cancelled ones get a watermark.
    pub state: InvoiceState,
    /// The language of the words on it.
    pub locale: Locale,
    /// The number; none on a draft.
    pub number: Option<String>,
    /// The number of the invoice that a credit note takes back.
    pub credited_number: Option<String>,
    /// What it is for.
    pub subject: String,
    /// The project's name.
    pub project: String,
    /// The day of issue; none on a draft.
    pub issue_date: Option<NaiveDate>,
    /// Until when it is to be paid.
    pub due_date: Option<NaiveDate>,
    /// How it is to be paid.
    pub payment_mode: Option<PaymentMode>,
    /// The company, as at issuing.
    pub company: CompanyDetails,
    /// Its logo, as at issuing.
    pub logo: Option<ImageId>,
    /// The client, as at issuing.
    pub client: Addressee,
    /// The table.
    pub lines: Vec<DocumentLine>,
    /// The currency of all amounts.
    pub currency: Currency,
    /// The sum of the lines.
    pub subtotal: Amount,
    /// The tax rate.
    pub tax_percentage: Percentage,
    /// The tax.
    pub tax_amount: Amount,
    /// With tax.
    pub total_ttc: Amount,
    /// What was paid before.
    pub advance_payment: Amount,
    /// What is asked for.
    pub net_to_pay: Amount,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
}

/// A payment's receipt on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptDocument {
    /// The language of the words on it.
    pub locale: Locale,
    /// The company as it is.
    pub company: CompanyDetails,
    /// Its logo.
    pub logo: Option<ImageId>,
    /// Who paid.
    pub client: Addressee,
    /// The project's name.
    pub project: String,
    /// The payment.
    pub payment: payment::Model,
    /// The number of the invoice it pays.
    pub invoice_number: Option<String>,
    /// What is left to pay on that invoice.
    pub balance: Option<Amount>,
}

/// What an invoice's paper says; `None` when there is no such invoice.
///
/// # Errors
/// When the database refuses.
pub async fn invoice_document(
    conn: &impl ConnectionTrait,
    id: InvoiceId,
) -> anyhow::Result<Option<InvoiceDocument>> {
    let Some(invoice) = invoice::Entity::find_by_id(id).one(conn).await? else {
        return Ok(None);
    };
    let credited = match invoice.credited_invoice_id {
        Some(id) => invoice::Entity::find_by_id(id).one(conn).await?,
        None => None,
    };
    let (project, addressee, locale) = addressee(conn, &invoice).await?;
    let (company, logo) = match &invoice.company {
        Some(issued) => (serde_json::from_value(issued.clone())?, invoice.company_logo_id),
        None => {
            let now = company_profile(conn).await?;
            (CompanyDetails::from(&now), now.logo_image_id)
        }
    };
    let lines = items_of(conn, [id]).await?.remove(&id).unwrap_or_default();
    Ok(Some(InvoiceDocument {
        kind: invoice.kind,
        state: invoice.state,
        locale,
        number: invoice.number,
        credited_number: credited.and_then(|credited| credited.number),
        subject: invoice.subject,
        project: project.name,
        issue_date: invoice.issue_date,
        due_date: invoice.due_date,
        payment_mode: invoice.payment_mode,
        company,
        logo,
        client: addressee,
        lines: lines.into_iter().map(DocumentLine::from).collect(),
        currency: invoice.currency,
        subtotal: invoice.subtotal,
        tax_percentage: invoice.tax_percentage,
        tax_amount: invoice.tax_amount,
        total_ttc: invoice.total_ttc,
        advance_payment: invoice.advance_payment,
        net_to_pay: invoice.net_to_pay,
        cancel_reason: invoice.cancel_reason,
    }))
}

impl From<item::Model> for DocumentLine {
    fn from(item: item::Model) -> Self {
        Self {
            description: item.description,
            quantity: item.quantity,
            unit_price: item.unit_price,
            total: item.total_price,
        }
    }
}

/// The project, who the invoice goes to, and their language. An issued one goes to whom it was issued.
async fn addressee(
    conn: &impl ConnectionTrait,
    invoice: &invoice::Model,
) -> anyhow::Result<(Project, Addressee, Locale)> {
    let project = Projects::find_by_id(invoice.project_id)
        .one(conn)
        .await?
        .ok_or_else(|| anyhow::anyhow!("the invoice {} has no project", invoice.id))?;
    let client = living_client(conn, &Actor::System, project.client_id).await?;
    let locale = client.as_ref().map_or(Locale::Fr, |client| client.locale);
    let issued = invoice.client_name.clone().map(|name| Addressee {
        name,
        address: invoice.client_address.clone(),
        phone: invoice.client_phone.clone(),
    });
    let addressee = issued.or_else(|| {
        client.map(|client| Addressee {
            name: client.name,
            address: client.address,
            phone: client.phone,
        })
    });
    let addressee =
        addressee.ok_or_else(|| anyhow::anyhow!("the project {} has no living client", project.id))?;
    Ok((project, addressee, locale))
}

/// What a payment's receipt says; `None` when there is no such payment.
///
/// # Errors
/// When the database refuses.
pub async fn receipt_document(
    conn: &impl ConnectionTrait,
    id: PaymentId,
) -> anyhow::Result<Option<ReceiptDocument>> {
    let Some(payment) = payment::Entity::find_by_id(id).one(conn).await? else {
        return Ok(None);
    };
    let project = Projects::find_by_id(payment.project_id)
        .one(conn)
        .await?
        .ok_or_else(|| anyhow::anyhow!("the payment {id} has no project"))?;
    let client = living_client(conn, &Actor::System, project.client_id)
        .await?
        .ok_or_else(|| anyhow::anyhow!("the project {} has no living client", project.id))?;
    let invoice = match payment.invoice_id {
        Some(invoice) => invoice::Entity::find_by_id(invoice).one(conn).await?,
        None => None,
    };
    let left = match &invoice {
        Some(invoice) => {
            let standings = standings(conn, [invoice.id]).await?;
            let standing = standings.get(&invoice.id).copied().unwrap_or_default();
            Some(balance(invoice.kind, invoice.state, invoice.net_to_pay, standing))
        }
        None => None,
    };
    let company = company_profile(conn).await?;
    Ok(Some(ReceiptDocument {
        locale: client.locale,
        company: CompanyDetails::from(&company),
        logo: company.logo_image_id,
        client: Addressee {
            name: client.name,
            address: client.address,
            phone: client.phone,
        },
        project: project.name,
        payment,
        invoice_number: invoice.and_then(|invoice| invoice.number),
        balance: left,
    }))
}
