//! Billing on the staff's first page.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use chrono::{Datelike, Months, NaiveDate};
use tokio::sync::OnceCell;

use crate::features::{
    billing::{
        figures::{Owed, by_currency, invoiced_between, owed_by_project, received_between},
        today,
    },
    projects::graphql::{GqlProject, ProjectLoader},
};
use platform::{
    error::{ErrorCode, Violation},
    graphql::{ContextExt, internal, removed_meanwhile, user_error::top_level, values::Money},
    message,
    money::{Amount, Currency},
};

/// Projects shown unless asked for otherwise.
const SHOWN: i32 = 20;

/// What is owed on one project.
#[derive(Debug, Clone, Copy)]
pub struct ProjectOwed(Owed);

/// What is owed on one project.
#[Object]
impl ProjectOwed {
    /// The project.
    async fn project(&self, ctx: &Context<'_>) -> Result<GqlProject> {
        let loaded = ctx.loader::<ProjectLoader>().load_one(self.0.project).await;
        loaded
            .map_err(internal)?
            .map(GqlProject)
            .ok_or_else(|| removed_meanwhile(self.0.project))
    }

    /// What is left to pay on its issued invoices; refunds due don't lessen it.
    async fn outstanding(&self) -> Money {
        Money::new(self.0.outstanding, self.0.currency)
    }

    /// What of that is overdue.
    async fn overdue(&self) -> Money {
        Money::new(self.0.overdue, self.0.currency)
    }
}

/// Billing on the staff's first page.
#[derive(Debug, Default)]
pub struct BillingFigures {
    owed: OnceCell<Arc<[Owed]>>,
}

impl BillingFigures {
    /// Read once for all the fields that show it.
    async fn owed(&self, ctx: &Context<'_>) -> Result<Arc<[Owed]>> {
        let read = async || {
            let tools = ctx.app();
            let today = today(&tools.config, tools.clock.now());
            let owed = owed_by_project(tools.db.reader(), today)
                .await
                .map_err(internal)?;
            Ok::<_, async_graphql::Error>(Arc::from(owed))
        };
        self.owed.get_or_try_init(read).await.cloned()
    }
}

fn money(sums: Vec<(Currency, Amount)>) -> Vec<Money> {
    sums.into_iter()
        .map(|(currency, amount)| Money::new(amount, currency))
        .collect()
}

/// The first and the last day of a day's month.
fn month_of(day: NaiveDate) -> (NaiveDate, NaiveDate) {
    let first = day.with_day(1).unwrap_or(day);
    let last = (first + Months::new(1)).pred_opt().unwrap_or(day);
    (first, last)
}

/// What is owed to the company and what this month brought, a sum for each currency. Each field costs a statement at most.
#[Object]
impl BillingFigures {
    /// What is left to pay on issued invoices, one sum for each currency, 3 at most; refunds due don't lessen it.
    async fn outstanding(&self, ctx: &Context<'_>) -> Result<Vec<Money>> {
        let owed = self.owed(ctx).await?;
        Ok(money(by_currency(
            owed.iter().map(|it| (it.currency, it.outstanding)),
        )))
    }

    /// What of that is overdue, for each currency, 3 at most.
    async fn overdue(&self, ctx: &Context<'_>) -> Result<Vec<Money>> {
        let owed = self.owed(ctx).await?;
        let late = owed.iter().filter(|it| it.overdue > Amount(0));
        Ok(money(by_currency(late.map(|it| (it.currency, it.overdue)))))
    }

    /// How many invoices are overdue; `invoices(filter: { overdue: true })` lists them.
    async fn overdue_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let owed = self.owed(ctx).await?;
        let count: i64 = owed.iter().map(|it| it.overdue_count).sum();
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// What was invoiced this month in company time, with tax, less this month's credit notes; for each currency, 3 at most.
    async fn issued_this_month(&self, ctx: &Context<'_>) -> Result<Vec<Money>> {
        let tools = ctx.app();
        let (from, until) = month_of(today(&tools.config, tools.clock.now()));
        let sums = invoiced_between(tools.db.reader(), from, until).await;
        sums.map(money).map_err(internal)
    }

    /// What came in this month in company time, for each currency, 3 at most.
    async fn paid_this_month(&self, ctx: &Context<'_>) -> Result<Vec<Money>> {
        let tools = ctx.app();
        let (from, until) = month_of(today(&tools.config, tools.clock.now()));
        let sums = received_between(tools.db.reader(), from, until).await;
        sums.map(money).map_err(internal)
    }

    /// The projects that owe something, the most overdue first, then the most outstanding.
    async fn by_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 100 at most.", default_with = "SHOWN")] first: i32,
    ) -> Result<Vec<ProjectOwed>> {
        let count = usize::try_from(first)
            .ok()
            .filter(|count| (1..=100).contains(count));
        let count = count.ok_or_else(|| {
            let wrong = Violation::new(
                ErrorCode::Invalid,
                ["first"],
                message!("number-out-of-range", from = 1, to = 100),
            );
            top_level(wrong)
        })?;
        let owed = self.owed(ctx).await?;
        Ok(owed.iter().take(count).copied().map(ProjectOwed).collect())
    }
}
