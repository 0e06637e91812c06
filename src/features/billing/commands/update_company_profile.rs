//! `updateCompanyProfile`: what documents issued from now on say of the company.

use sea_orm::{
    ActiveValue::{NotSet, Set},
    EntityTrait, QuerySelect,
};

use super::{
    Fields,
    checks::{self, long_note},
};
use crate::{
    features::{
        accounts::email as email_rule,
        billing::{model::MAX_DESCRIPTION, tables::company},
        media::{UploadId, attach_in_tx},
    },
    platform::{
        actor::Actor,
        ctx::Ctx,
        error::{CommandError, ErrorCode, Violation, Violations},
        record,
        write::write_tx,
    },
};

/// What documents print on one line of their head or foot.
const ONE_LINE: [&str; 5] = ["phone", "email", "nif", "rccm", "fiscalNim"];
/// The longest of those, in characters.
const MAX_IDENTITY: usize = 120;

/// What changes; an absent value stays. The inner `None` clears.
#[derive(Debug, Clone, Default)]
pub struct CompanyPatch {
    /// The company's name.
    pub name: Option<String>,
    /// Its address, in lines.
    pub address: Option<Option<String>>,
    /// Its telephone number.
    pub phone: Option<Option<String>>,
    /// Its e-mail address.
    pub email: Option<Option<String>>,
    /// Tax identification number.
    pub nif: Option<Option<String>>,
    /// Entry in the register of commerce.
    pub rccm: Option<Option<String>>,
    /// Where transfers go, in lines.
    pub bank_details: Option<Option<String>>,
    /// Terms printed at the foot.
    pub payment_terms: Option<Option<String>>,
    /// A new logo.
    pub logo: Option<Option<UploadId>>,
    /// The tax rate of new invoices, as a decimal text.
    pub tax_percentage: Option<String>,
    /// Number of a certified invoicing device.
    pub fiscal_nim: Option<Option<String>>,
    /// Its signature.
    pub fiscal_signature: Option<Option<String>>,
    /// The text of its QR code.
    pub fiscal_qr: Option<Option<String>>,
}

/// Changes the company's profile. For administrators. Issued documents keep what they were issued with.
///
/// # Errors
/// CONFLICT when it is not at `expected_version`; violations at `input.patch.…`.
pub async fn update_company_profile(
    ctx: &Ctx,
    actor: &Actor,
    expected_version: i32,
    patch: CompanyPatch,
) -> Result<company::Model, CommandError> {
    match actor {
        Actor::Anonymous => return Err(CommandError::Unauthenticated),
        _ if actor.is_admin() => {}
        _ => return Err(CommandError::Forbidden),
    }
    write_tx!(ctx, |tx| {
        let patch = patch.clone();
        let current = company::Entity::find()
            .lock_exclusive()
            .one(tx.conn())
            .await?
            .ok_or_else(|| anyhow::anyhow!("the company has no profile"))?;
        record::expect_version::<company::Entity>(&current, expected_version)?;
        let fields = Fields::Patch;
        let mut violations = Violations::default();
        let mut text = |value: Option<Option<String>>, name: &str| match value {
            None => NotSet,
            Some(None) => Set(None),
            Some(Some(value)) => {
                let most = if ONE_LINE.contains(&name) {
                    MAX_IDENTITY
                } else {
                    MAX_DESCRIPTION
                };
                violations
                    .check(long_note(&value, most, fields.at(name)))
                    .map_or(NotSet, Set)
            }
        };
        let mut changes = company::ActiveModel {
            address: text(patch.address, "address"),
            phone: text(patch.phone.clone(), "phone"),
            email: text(patch.email.clone(), "email"),
            nif: text(patch.nif, "nif"),
            rccm: text(patch.rccm, "rccm"),
            bank_details: text(patch.bank_details, "bankDetails"),
            payment_terms: text(patch.payment_terms, "paymentTerms"),
            fiscal_nim: text(patch.fiscal_nim, "fiscalNim"),
            fiscal_signature: text(patch.fiscal_signature, "fiscalSignature"),
            fiscal_qr: text(patch.fiscal_qr, "fiscalQr"),
            ..Default::default()
        };
        if let Some(Some(email)) = patch
            .email
            .filter(|email| email.as_deref().is_some_and(|text| !text.trim().is_empty()))
        {
            violations.check(email_rule(email).map_err(|it| it.at(&["input", "patch", "email"])));
        }
        if let Some(Some(phone)) = patch.phone {
            violations.check(telephones(&phone, fields.at("phone")));
        }
        if let Some(name) = patch.name {
            changes.name = violations
                .check(checks::subject(&name, fields.at("name")))
                .map_or(NotSet, Set);
        }
        if let Some(tax) = patch.tax_percentage {
            changes.tax_percentage = violations
                .check(checks::tax(&tax, fields.at("taxPercentage")))
                .map_or(NotSet, Set);
        }
        violations.into_result()?;
        // An old logo stays as long as issued documents show it; the sweep takes it once none does.
        changes.logo_image_id = match patch.logo {
            None => NotSet,
            Some(None) => Set(None),
            Some(Some(upload)) => {
                let field = ["input", "patch", "logoUploadId"];
                let images = attach_in_tx(tx, actor, &field, &[upload])
                    .await
                    .map_err(|error| error.below(&["input", "patch", "logoUploadId", "0"], &field))?;
                Set(images.first().copied())
            }
        };
        let updated = record::update::<company::Entity, _>(tx, actor, &current, changes).await?;
        Ok(updated)
    })
}

/// One number or several, as they are to be printed: a letterhead's are written for people, with what separates them.
fn telephones(text: &str, field: Vec<String>) -> Result<(), Violation> {
    let printable =
        |letter: char| letter.is_ascii_digit() || letter.is_whitespace() || "+-–./(),;·|".contains(letter);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if text.trim().is_empty() || (digits >= 6 && text.chars().all(printable)) {
        return Ok(());
    }
    Err(Violation::new(
        ErrorCode::Invalid,
        field,
        "This is not a telephone number. Write one or several, such as \"+227 20 12 34 56 / +227 90 12 34 56\".",
    ))
}
