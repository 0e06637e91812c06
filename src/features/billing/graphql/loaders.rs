//! Loads what many invoices and projects have below them: one statement a level, whoever asks for it.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use sea_orm::DbErr;

use crate::features::{
    billing::{self, Invoice, InvoiceId, InvoiceItem, Payment, Settlement},
    projects::ProjectId,
};
use platform::{actor::Actor, db::Db, graphql::RequestLoader, money::Amount};

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
    SettlementLoader: InvoiceId => Settlement, billing::settlements
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
