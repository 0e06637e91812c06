//! `previewInvoice`: what a draft would come to while it is being typed. Nothing is written, and nothing locked.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::checks::{ItemInput, advance_refused, amount, items, tax, totals};
use crate::features::{
    billing::{company_profile, model::Totals, sums::free_advance},
    projects::{ProjectColumn, ProjectId, Projects},
};
use platform::{
    actor::Actor,
    ctx::Ctx,
    error::{CommandError, Violation},
    form::{Change, Checks, Fault},
    money::{Amount, Currency},
};

/// What an invoice's figures come from, as far as it was typed.
#[derive(Debug)]
pub struct PreviewInvoice {
    /// For which contract; its currency is the invoice's.
    pub project: ProjectId,
    /// The tax rate as a decimal text; the company's unless said otherwise.
    pub tax_percentage: Option<String>,
    /// What was paid before, as a decimal text.
    pub advance_payment: Option<String>,
    /// Quantity and price of each line, as decimal texts.
    pub lines: Vec<(String, String)>,
}

/// What it would come to.
#[derive(Debug)]
pub struct Preview {
    /// The project's.
    pub currency: Currency,
    /// Each line's total; empty unless all lines can be read.
    pub lines: Vec<Amount>,
    /// Unless something can't be read, or is beyond what is taken.
    pub totals: Option<Totals>,
    /// What of the project's money an advance may take; 0 or more.
    pub advance_available: Amount,
    /// What is wrong, as `createInvoice` and `issueInvoice` would say it.
    pub mistakes: Vec<Violation>,
}

/// Adds up what was typed.
///
/// # Errors
/// NOT_FOUND when there is no such project.
pub async fn preview_invoice(
    ctx: &Ctx,
    actor: &Actor,
    input: PreviewInvoice,
) -> Result<Preview, CommandError> {
    actor.require_staff()?;
    let mut checks = Checks::of_new(&["input"]);
    let conn = ctx.db.reader();
    let project = Projects::find()
        .filter(ProjectColumn::Id.eq(input.project))
        .filter(ProjectColumn::DeletedAt.is_null())
        .one(conn)
        .await?
        .ok_or_else(|| checks.end_with("projectId", Fault::not_found(ProjectId::NOUN)))?;
    let (currency, company) = (project.currency, company_profile(conn).await?);
    let entered = |text: Option<String>| -> Change<String> { text.map(Some) };
    let tax = checks.required(
        "taxPercentage",
        entered(input.tax_percentage),
        Some(&company.tax_percentage),
        tax,
    );
    let advance = checks.required(
        "advancePayment",
        entered(input.advance_payment),
        Some(&Amount(0)),
        amount(currency),
    );
    let lines: Vec<ItemInput> = input.lines.into_iter().map(numbers_alone).collect();
    let items = items(&mut checks, &lines, &[], currency);
    let is_read = checks.are_passed();
    let totals = totals(&mut checks, &items, tax, advance, currency);
    let totals = checks.are_passed().then_some(totals);
    let free = free_advance(conn, project.id).await?.max(Amount(0));
    let refused = totals.and_then(|totals| advance_refused(advance, totals.total_ttc, free, currency));
    if let Some(message) = refused {
        checks.refuse("advancePayment", Fault::invalid(message));
    }
    let mistakes = match checks.finish() {
        Ok(()) => Vec::new(),
        Err(CommandError::Rejected(mistakes)) => mistakes,
        Err(error) => return Err(error),
    };
    Ok(Preview {
        currency,
        lines: if is_read {
            items.iter().map(|item| item.total).collect()
        } else {
            Vec::new()
        },
        totals,
        advance_available: free,
        mistakes,
    })
}

/// A line of which only the figures count: its description may still be to come.
fn numbers_alone((quantity, unit_price): (String, String)) -> ItemInput {
    ItemInput {
        id: None,
        description: "-".to_owned(),
        quantity,
        unit_price,
    }
}
