//! `previewInvoice`: what is being typed, added up by the server.

use async_graphql::{Context, ID, InputObject, Object, Result};

use crate::features::billing::{
    Totals,
    commands::{Preview, PreviewInvoice},
    model::MAX_ITEMS,
    papers::amount_in_words,
};
use platform::{
    error::CommandError,
    graphql::{
        BoundedList, ContextExt, Locale, UserError, parse_id, split,
        values::{Decimal, Money},
    },
    money::Amount,
};

/// The figures of one line that is being typed.
#[derive(Debug, InputObject)]
pub struct PreviewInvoiceItemInput {
    /// How much: more than 0, three decimals at most, 10^9 at most.
    pub quantity: Decimal,
    /// At which price, with no more decimals than the currency has; negative for a discount.
    pub unit_price: Decimal,
}

/// The figures of an invoice that is being typed.
#[derive(Debug, InputObject)]
pub struct PreviewInvoiceInput {
    /// For which contract (`prj_…`); the invoice has its currency.
    pub project_id: ID,
    /// The tax rate, 0 to 100 percent with two decimals at most; the company's when absent.
    pub tax_percentage: Option<Decimal>,
    /// What was paid before and is subtracted; 0 when absent.
    pub advance_payment: Option<Decimal>,
    /// The lines, in order; 500 at most.
    pub items: BoundedList<PreviewInvoiceItemInput, MAX_ITEMS>,
}

impl PreviewInvoiceInput {
    pub(super) fn read(self) -> Result<PreviewInvoice, CommandError> {
        let lines = self.items.at(["input", "items"])?;
        Ok(PreviewInvoice {
            project: parse_id(&self.project_id, &["input", "projectId"])?,
            tax_percentage: self.tax_percentage.map(|it| it.0),
            advance_payment: self.advance_payment.map(|it| it.0),
            lines: lines
                .into_iter()
                .map(|line| (line.quantity.0, line.unit_price.0))
                .collect(),
        })
    }
}

/// What an invoice that is being typed comes to. Nothing was written.
#[derive(Debug)]
pub struct InvoicePreview {
    preview: Option<Preview>,
    user_errors: Vec<UserError>,
}

impl InvoicePreview {
    pub(super) fn of(outcome: Result<Preview, CommandError>) -> Result<Self> {
        let (mut preview, mut user_errors) = split(outcome)?;
        if let Some(preview) = &mut preview {
            let mistakes = std::mem::take(&mut preview.mistakes);
            user_errors.extend(mistakes.into_iter().map(UserError::from));
        }
        Ok(Self { preview, user_errors })
    }

    fn total(&self, of: impl Fn(&Totals) -> Amount) -> Option<Money> {
        let preview = self.preview.as_ref()?;
        Some(Money::new(of(preview.totals.as_ref()?), preview.currency))
    }
}

/// What an invoice that is being typed comes to. Nothing was written.
#[Object]
impl InvoicePreview {
    /// Each line's total, in the order of the lines, 500 at most; empty while a line has a mistake.
    async fn lines(&self) -> Vec<Money> {
        let preview = self.preview.iter();
        preview
            .flat_map(|it| it.lines.iter().map(|total| Money::new(*total, it.currency)))
            .collect()
    }

    /// The sum of the lines; null while a figure has a mistake, as the other totals are.
    async fn subtotal(&self) -> Option<Money> {
        self.total(|it| it.subtotal)
    }

    /// Tax on the subtotal, rounded once.
    async fn tax_amount(&self) -> Option<Money> {
        self.total(|it| it.tax)
    }

    /// With tax.
    async fn total_ttc(&self) -> Option<Money> {
        self.total(|it| it.total_ttc)
    }

    /// Less the advance.
    async fn net_to_pay(&self) -> Option<Money> {
        self.total(|it| it.net_to_pay)
    }

    /// `netToPay` in words with its currency, as it would be printed. Null below zero, and without totals.
    async fn amount_in_words(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which language; the reader's unless said.")] locale: Option<Locale>,
    ) -> Option<String> {
        let preview = self.preview.as_ref()?;
        let locale = locale.map_or_else(|| ctx.locale(), Into::into);
        amount_in_words(preview.totals?.net_to_pay, preview.currency, locale)
    }

    /// What of the project's money an advance may take: payments that aren't tied to an invoice, less the advances of its
    /// issued invoices; 0 or more. Null without a project.
    async fn advance_available(&self) -> Option<Money> {
        let preview = self.preview.as_ref()?;
        Some(Money::new(preview.advance_available, preview.currency))
    }

    /// What is wrong with the figures, as `createInvoice` or `issueInvoice` would say it.
    async fn user_errors(&self) -> &[UserError] {
        &self.user_errors
    }
}
