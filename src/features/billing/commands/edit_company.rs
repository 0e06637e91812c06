//! `updateCompanyProfile`: what documents issued from now on say of the company. Issued ones keep what they were issued
//! with.

use sea_orm::ActiveValue::Set;
use serde::Serialize;

use super::checks::tax;
use crate::features::{
    accounts::email,
    billing::{
        model::{MAX_DESCRIPTION, MAX_SUBJECT},
        tables::company::{ActiveModel, Entity, Model},
    },
    media::{
        UploadId,
        pictures::{keep_replaced, picture},
    },
};
use platform::{
    actor::Actor,
    editing::Editable,
    error::CommandError,
    form::{Change, Fault, Form, line, optional_text},
    message,
    text::ascii_digits,
};

/// The longest text that documents print on one line of their head or foot, in characters.
const MAX_IDENTITY: usize = 120;

/// What a person can enter of the company.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CompanyFields {
    /// The company's name.
    pub name: Change<String>,
    /// Its address, in lines.
    pub address: Change<String>,
    /// Its telephone number.
    pub phone: Change<String>,
    /// Its e-mail address.
    pub email: Change<String>,
    /// Tax identification number.
    pub nif: Change<String>,
    /// Entry in the register of commerce.
    pub rccm: Change<String>,
    /// Where transfers go, in lines.
    pub bank_details: Change<String>,
    /// Terms printed at the foot.
    pub payment_terms: Change<String>,
    /// A new logo.
    pub logo_upload_id: Change<UploadId>,
    /// The tax rate of new invoices, as a decimal text.
    pub tax_percentage: Change<String>,
    /// Number of a certified invoicing device.
    pub fiscal_nim: Change<String>,
    /// Its signature.
    pub fiscal_signature: Change<String>,
    /// The text of its QR code.
    pub fiscal_qr: Change<String>,
}

impl Editable for Entity {
    type Row = ActiveModel;
    type Fields = CompanyFields;
    type Below = ();
    /// None is ever made: see `check`.
    const CREATE: &'static str = "createCompanyProfile";

    /// Administrators.
    fn permit(actor: &Actor) -> Result<(), CommandError> {
        actor.require_admin()
    }

    async fn check(
        form: &mut Form<'_>,
        fields: CompanyFields,
        current: Option<&Model>,
    ) -> Result<(ActiveModel, ()), CommandError> {
        // There is one company, and it has a profile from the first migration on.
        let now = current.ok_or(CommandError::Forbidden)?;
        let name = form.required("name", fields.name, Some(&now.name), line(MAX_SUBJECT));
        let email = form.optional("email", fields.email, Some(&now.email), |text| {
            optional_text(MAX_IDENTITY)(text)?.map(email).transpose()
        });
        let phone = form.optional("phone", fields.phone, Some(&now.phone), telephones);
        let tax = form.required(
            "taxPercentage",
            fields.tax_percentage,
            Some(&now.tax_percentage),
            tax,
        );
        let logo = picture(
            form,
            "logoUploadId",
            fields.logo_upload_id,
            Some(now.logo_image_id),
        )
        .await?;
        // It stays longer than that as long as issued documents show it.
        keep_replaced(form, now.logo_image_id, logo).await?;
        let mut text = |field, change, stands, longest| {
            Set(form.optional(field, change, Some(stands), optional_text(longest)))
        };
        let row = ActiveModel {
            name: Set(name),
            phone: Set(phone),
            email: Set(email),
            tax_percentage: Set(tax),
            logo_image_id: Set(logo),
            nif: text("nif", fields.nif, &now.nif, MAX_IDENTITY),
            rccm: text("rccm", fields.rccm, &now.rccm, MAX_IDENTITY),
            fiscal_nim: text("fiscalNim", fields.fiscal_nim, &now.fiscal_nim, MAX_IDENTITY),
            address: text("address", fields.address, &now.address, MAX_DESCRIPTION),
            bank_details: text(
                "bankDetails",
                fields.bank_details,
                &now.bank_details,
                MAX_DESCRIPTION,
            ),
            payment_terms: text(
                "paymentTerms",
                fields.payment_terms,
                &now.payment_terms,
                MAX_DESCRIPTION,
            ),
            fiscal_signature: text(
                "fiscalSignature",
                fields.fiscal_signature,
                &now.fiscal_signature,
                MAX_DESCRIPTION,
            ),
            fiscal_qr: text("fiscalQr", fields.fiscal_qr, &now.fiscal_qr, MAX_DESCRIPTION),
            ..Default::default()
        };
        Ok((row, ()))
    }
}

/// The rule of one number or several, as they are to be printed: a letterhead's are written for people, with what separates
/// them.
fn telephones(text: String) -> Result<Option<String>, Fault> {
    let printable =
        |letter: char| letter.is_ascii_digit() || letter.is_whitespace() || "+-–./(),;·|".contains(letter);
    let text = optional_text(MAX_IDENTITY)(ascii_digits(&text))?;
    let is_readable = text.as_deref().is_none_or(|text| {
        text.chars().filter(char::is_ascii_digit).count() >= 6 && text.chars().all(printable)
    });
    if is_readable {
        return Ok(text);
    }
    Err(Fault::invalid(message!("company-phone-malformed")))
}
