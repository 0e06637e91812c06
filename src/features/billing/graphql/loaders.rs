//! Loads what many invoices and projects have below them: one statement a level, whoever asks for it.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use chrono::NaiveDate;
use sea_orm::DbErr;

use crate::{
    features::{
        billing::{
            self, Invoice, InvoiceColumn, InvoiceFilter, InvoiceId, InvoiceItem, InvoiceOrder, Payment,
            PaymentColumn, PaymentFilter, PaymentOrder, Standing, select_invoices, select_payments,
        },
        projects::ProjectId,
    },
    platform::{
        actor::Actor,
        db::Db,
        error::CommandError,
        graphql::{RecordScope, RequestLoader},
        money::Amount,
        paging::{self, Page, Window},
    },
};

/// A loader that maps ids through one query of `billing`; the caller has checked that what it starts from may be seen.
macro_rules! by_id {
    ($(#[$doc:meta])* $name:ident: $key:ty => $value:ty, $query:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(Db);

        impl RequestLoader for $name {
            fn for_request(db: &Db, _: &Actor) -> Self {
                Self(db.clone())
            }
        }

        impl Loader<$key> for $name {
            type Value = $value;
            type Error = Arc<DbErr>;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, $value>, Self::Error> {
                $query(self.0.reader(), keys.iter().copied())
                    .await
                    .map_err(Arc::new)
            }
        }
    };
}

by_id!(
    /// Loads the lines of invoices.
    ItemsLoader: InvoiceId => Vec<InvoiceItem>, billing::items_of
);
by_id!(
    /// Loads what came in for invoices and was credited on them.
    StandingLoader: InvoiceId => Standing, billing::standings
);
by_id!(
    /// Loads the credit notes of invoices.
    CreditNotesLoader: InvoiceId => Vec<Invoice>, billing::credit_notes_of
);
by_id!(
    /// Loads the payments of invoices.
    InvoicePaymentsLoader: InvoiceId => Vec<Payment>, billing::payments_of
);
by_id!(
    /// Loads invoices.
    InvoiceLoader: InvoiceId => Invoice, billing::invoices_by_ids
);
by_id!(
    /// Loads how much was paid for projects.
    PaidLoader: ProjectId => Amount, billing::paid_of_projects
);

/// A page of one project's invoices. Projects of one operation that ask for the same page share a statement.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NestedInvoices {
    /// The project.
    pub project: ProjectId,
    /// Which page of what.
    pub list: Arc<InvoiceList>,
}

/// What a list of invoices shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InvoiceList {
    /// Which invoices.
    pub filter: InvoiceFilter,
    /// In which state.
    pub scope: RecordScope,
    /// The company's day.
    pub today: NaiveDate,
    /// In which order.
    pub order: InvoiceOrder,
    /// Largest first.
    pub descending: bool,
    /// Which page.
    pub window: Window,
}

/// Loads pages of invoices, and counts them.
#[derive(Debug, Clone)]
pub struct NestedInvoicesLoader {
    db: Db,
    actor: Actor,
}

impl RequestLoader for NestedInvoicesLoader {
    fn for_request(db: &Db, actor: &Actor) -> Self {
        Self {
            db: db.clone(),
            actor: actor.clone(),
        }
    }
}

impl Loader<NestedInvoices> for NestedInvoicesLoader {
    type Value = Arc<Page<Invoice>>;
    type Error = Arc<CommandError>;

    async fn load(
        &self,
        keys: &[NestedInvoices],
    ) -> Result<HashMap<NestedInvoices, Self::Value>, Self::Error> {
        let mut lists: HashMap<&Arc<InvoiceList>, Vec<ProjectId>> = HashMap::new();
        for key in keys {
            lists.entry(&key.list).or_default().push(key.project);
        }
        let mut pages = HashMap::new();
        for (list, projects) in lists {
            let found = paging::fetch_nested(
                self.db.reader(),
                select_invoices(&self.actor, &list.filter, list.scope, list.today),
                InvoiceColumn::ProjectId,
                InvoiceColumn::Id,
                projects.into_iter().map(|project| project.0),
                &list.order.by(list.descending),
                &list.window,
            )
            .await
            .map_err(Arc::new)?;
            pages.extend(found.into_iter().map(|(project, page)| {
                (
                    NestedInvoices {
                        project: ProjectId(project),
                        list: Arc::clone(list),
                    },
                    Arc::new(page),
                )
            }));
        }
        Ok(pages)
    }
}

/// The invoices of one project to count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CountInvoices {
    /// The project.
    pub project: ProjectId,
    /// Which of them; its page doesn't matter.
    pub list: Arc<InvoiceList>,
}

impl Loader<CountInvoices> for NestedInvoicesLoader {
    type Value = i64;
    type Error = Arc<CommandError>;

    async fn load(&self, keys: &[CountInvoices]) -> Result<HashMap<CountInvoices, i64>, Self::Error> {
        let mut lists: HashMap<&Arc<InvoiceList>, Vec<ProjectId>> = HashMap::new();
        for key in keys {
            lists.entry(&key.list).or_default().push(key.project);
        }
        let mut counts = HashMap::new();
        for (list, projects) in lists {
            let all = select_invoices(&self.actor, &list.filter, list.scope, list.today);
            let parents = projects.into_iter().map(|project| project.0);
            let counted = paging::count_nested(self.db.reader(), all, InvoiceColumn::ProjectId, parents)
                .await
                .map_err(|error| Arc::new(error.into()))?;
            counts.extend(counted.into_iter().map(|(project, count)| {
                (
                    CountInvoices {
                        project: ProjectId(project),
                        list: Arc::clone(list),
                    },
                    count,
                )
            }));
        }
        Ok(counts)
    }
}

/// A page of one project's payments. Projects of one operation that ask for the same page share a statement.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NestedPayments {
    /// The project.
    pub project: ProjectId,
    /// Which page of what.
    pub list: Arc<PaymentList>,
}

/// What a list of payments shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PaymentList {
    /// Which payments.
    pub filter: PaymentFilter,
    /// In which order.
    pub order: PaymentOrder,
    /// Largest first.
    pub descending: bool,
    /// Which page.
    pub window: Window,
}

/// Loads pages of payments, and counts them.
#[derive(Debug, Clone)]
pub struct NestedPaymentsLoader {
    db: Db,
    actor: Actor,
}

impl RequestLoader for NestedPaymentsLoader {
    fn for_request(db: &Db, actor: &Actor) -> Self {
        Self {
            db: db.clone(),
            actor: actor.clone(),
        }
    }
}

impl Loader<NestedPayments> for NestedPaymentsLoader {
    type Value = Arc<Page<Payment>>;
    type Error = Arc<CommandError>;

    async fn load(
        &self,
        keys: &[NestedPayments],
    ) -> Result<HashMap<NestedPayments, Self::Value>, Self::Error> {
        let mut lists: HashMap<&Arc<PaymentList>, Vec<ProjectId>> = HashMap::new();
        for key in keys {
            lists.entry(&key.list).or_default().push(key.project);
        }
        let mut pages = HashMap::new();
        for (list, projects) in lists {
            let found = paging::fetch_nested(
                self.db.reader(),
                select_payments(&self.actor, &list.filter),
                PaymentColumn::ProjectId,
                PaymentColumn::Id,
                projects.into_iter().map(|project| project.0),
                &list.order.by(list.descending),
                &list.window,
            )
            .await
            .map_err(Arc::new)?;
            pages.extend(found.into_iter().map(|(project, page)| {
                (
                    NestedPayments {
                        project: ProjectId(project),
                        list: Arc::clone(list),
                    },
                    Arc::new(page),
                )
            }));
        }
        Ok(pages)
    }
}

/// The payments of one project to count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CountPayments {
    /// The project.
    pub project: ProjectId,
    /// Which of them; its page doesn't matter.
    pub list: Arc<PaymentList>,
}

impl Loader<CountPayments> for NestedPaymentsLoader {
    type Value = i64;
    type Error = Arc<CommandError>;

    async fn load(&self, keys: &[CountPayments]) -> Result<HashMap<CountPayments, i64>, Self::Error> {
        let mut lists: HashMap<&Arc<PaymentList>, Vec<ProjectId>> = HashMap::new();
        for key in keys {
            lists.entry(&key.list).or_default().push(key.project);
        }
        let mut counts = HashMap::new();
        for (list, projects) in lists {
            let all = select_payments(&self.actor, &list.filter);
            let parents = projects.into_iter().map(|project| project.0);
            let counted = paging::count_nested(self.db.reader(), all, PaymentColumn::ProjectId, parents)
                .await
                .map_err(|error| Arc::new(error.into()))?;
            counts.extend(counted.into_iter().map(|(project, count)| {
                (
                    CountPayments {
                        project: ProjectId(project),
                        list: Arc::clone(list),
                    },
                    count,
                )
            }));
        }
        Ok(counts)
    }
}
