//! `numberSeries` and `confirmNumberSeries`.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use crate::features::billing::{
    commands::{ConfirmNumberSeries, confirm_number_series},
    numbering::{LostNumber, NumberSeries, lost_numbers, number_series, printed},
};
use platform::graphql::{Allow, BoundedList, ContextExt, UserError, internal, split, values::Date};

/// Lost numbers that are shown.
const MOST_SHOWN: u64 = 500;
/// Years that a backup may be old.
const YEARS: usize = 10;

/// A series of numbers of invoices (`BH`) or credit notes (`AV`).
#[derive(Debug)]
pub struct GqlNumberSeries(NumberSeries);

/// A series of numbers of invoices (`BH`) or credit notes (`AV`). For staff.
#[Object(name = "NumberSeries")]
impl GqlNumberSeries {
    /// The letters before the year.
    async fn series(&self) -> &str {
        &self.0.series
    }

    /// The last number that was given; null when none was.
    async fn last_number(&self) -> Option<String> {
        let row = &self.0;
        (row.last_number > 0).then(|| printed(&row.series, row.year, row.last_number))
    }

    /// The day it was given.
    async fn last_date(&self) -> Option<Date> {
        self.0.last_date.map(Date)
    }

    /// Since when a restored backup keeps numbers from being given; null when they are given.
    async fn unconfirmed_since(&self) -> Option<DateTime<Utc>> {
        self.0.unconfirmed_since
    }

    /// Numbers that were given after a backup that was restored, whose documents aren't here: the latest first, 500 at most.
    async fn lost_numbers(&self, ctx: &Context<'_>) -> Result<Vec<GqlLostNumber>> {
        let found = lost_numbers(ctx.app().db.reader(), &self.0.series, MOST_SHOWN).await;
        Ok(found.map_err(internal)?.into_iter().map(Into::into).collect())
    }
}

/// A number whose document was lost: it was given after the backup that was restored.
#[derive(Debug, SimpleObject)]
#[graphql(name = "LostNumber")]
pub struct GqlLostNumber {
    /// The number, as it was printed.
    number: String,
    /// When an administrator said so.
    recorded_at: DateTime<Utc>,
}

impl From<LostNumber> for GqlLostNumber {
    fn from(lost: LostNumber) -> Self {
        Self {
            number: printed(&lost.series, lost.year, lost.sequence),
            recorded_at: lost.recorded_at,
        }
    }
}

/// The last numbers of a series after a backup was restored.
#[derive(Debug, InputObject)]
pub struct ConfirmNumberSeriesInput {
    /// The letters of the series: `BH` for invoices, `AV` for credit notes.
    pub series: String,
    /// The last number that was given in each year since, as it is printed on the last document that left the house
    /// (`BH/2026/14`), the earliest year first, 10 at most. The first one is of the year of `lastNumber`. Empty when
    /// nothing was issued since the backup was made.
    pub last_numbers: BoundedList<String, YEARS>,
}

/// What `confirmNumberSeries` answers.
#[derive(Debug, SimpleObject)]
pub struct ConfirmNumberSeriesPayload {
    /// The series, from which numbers are given again.
    pub number_series: Option<GqlNumberSeries>,
    /// What is wrong with the input.
    pub user_errors: Vec<UserError>,
}

/// Reads of the series of numbers.
#[derive(Debug, Default)]
pub struct NumberingQuery;

#[Object]
impl NumberingQuery {
    /// The series of numbers of invoices and credit notes, 2 at most. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn number_series(&self, ctx: &Context<'_>) -> Result<Vec<GqlNumberSeries>> {
        let found = number_series(ctx.app().db.reader()).await;
        Ok(found
            .map_err(internal)?
            .into_iter()
            .map(GqlNumberSeries)
            .collect())
    }
}

/// Mutations on the series of numbers.
#[derive(Debug, Default)]
pub struct NumberingMutation;

#[Object]
impl NumberingMutation {
    /// After a backup was restored: says which number of a series was the last one that left the house. Those between the
    /// last one known here and that one are recorded as lost, and invoices are issued again. LOCKED when nothing is to be
    /// confirmed. For administrators.
    #[graphql(guard = "Allow::admin()")]
    async fn confirm_number_series(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which series, and its last numbers.")] input: ConfirmNumberSeriesInput,
    ) -> Result<ConfirmNumberSeriesPayload> {
        let outcome = match input.last_numbers.at(["input", "lastNumbers"]) {
            Ok(last_numbers) => {
                let input = ConfirmNumberSeries {
                    series: input.series,
                    last_numbers,
                };
                confirm_number_series(ctx.app(), ctx.actor(), input).await
            }
            Err(violation) => Err(violation.into()),
        };
        let (series, user_errors) = split(outcome)?;
        Ok(ConfirmNumberSeriesPayload {
            number_series: series.map(GqlNumberSeries),
            user_errors,
        })
    }
}
