//! Loads what many leads have below them: one statement a level, whoever asks for it.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use sea_orm::DbErr;

use crate::features::{
    clients::{StoredClient, clients_by_contact},
    deliveries::{Delivery, deliveries_by_ids},
    leads::{Lead, LeadId, MAX_DUPLICATES, duplicates_of},
};
use platform::{actor::Actor, db::Db, graphql::RequestLoader, outbox::DeliveryId};

/// Loads deliveries by id, for those who may see all.
#[derive(Debug, Clone)]
pub struct DeliveryLoader(Db);

impl RequestLoader for DeliveryLoader {
    fn for_request(db: &Db, _: &Actor) -> Self {
        Self(db.clone())
    }
}

impl Loader<DeliveryId> for DeliveryLoader {
    type Value = Delivery;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[DeliveryId]) -> Result<HashMap<DeliveryId, Delivery>, Self::Error> {
        let found = deliveries_by_ids(self.0.reader(), keys.iter().copied())
            .await
            .map_err(Arc::new)?;
        Ok(found.into_iter().map(|it| (it.id, it)).collect())
    }
}

/// What one person leaves: the number and address of a lead.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Contact {
    /// The lead.
    pub lead: LeadId,
    /// In E.164 form.
    pub phone: String,
    /// In lower case.
    pub email: Option<String>,
}

impl Contact {
    /// Of a lead.
    #[must_use]
    pub fn of(lead: &Lead) -> Self {
        Self {
            lead: lead.id,
            phone: lead.phone.clone(),
            email: lead.email_normalized.clone(),
        }
    }

    fn is_of(&self, phone: &str, email: Option<&str>) -> bool {
        self.phone == phone || (self.email.is_some() && self.email.as_deref() == email)
    }
}

/// Loads other leads of the same person.
#[derive(Debug, Clone)]
pub struct DuplicatesLoader(Db);

impl RequestLoader for DuplicatesLoader {
    fn for_request(db: &Db, _: &Actor) -> Self {
        Self(db.clone())
    }
}

impl Loader<Contact> for DuplicatesLoader {
    type Value = Vec<Lead>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[Contact]) -> Result<HashMap<Contact, Vec<Lead>>, Self::Error> {
        let traces: Vec<_> = keys
            .iter()
            .map(|key| (key.phone.clone(), key.email.clone()))
            .collect();
        let found = duplicates_of(self.0.reader(), &traces).await.map_err(Arc::new)?;
        let most = usize::try_from(crate::features::leads::MAX_DUPLICATES).unwrap_or(usize::MAX);
        Ok(keys
            .iter()
            .map(|key| {
                let same = found.iter().filter(|lead| {
                    lead.id != key.lead && key.is_of(&lead.phone, lead.email_normalized.as_deref())
                });
                (key.clone(), same.take(most).cloned().collect())
            })
            .collect())
    }
}

/// Loads clients who are the same person as a lead.
#[derive(Debug, Clone)]
pub struct KnownClientsLoader(Db);

impl RequestLoader for KnownClientsLoader {
    fn for_request(db: &Db, _: &Actor) -> Self {
        Self(db.clone())
    }
}

impl Loader<Contact> for KnownClientsLoader {
    type Value = Vec<StoredClient>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[Contact]) -> Result<HashMap<Contact, Vec<StoredClient>>, Self::Error> {
        let phones = keys.iter().map(|key| key.phone.clone());
        let emails = keys.iter().filter_map(|key| key.email.clone());
        let found = clients_by_contact(self.0.reader(), phones, emails)
            .await
            .map_err(Arc::new)?;
        Ok(keys
            .iter()
            .map(|key| {
                let same = found.iter().filter(|(client, email)| {
                    key.is_of(client.phone.as_deref().unwrap_or_default(), Some(email))
                });
                let most = usize::try_from(MAX_DUPLICATES).unwrap_or(usize::MAX);
                (
                    key.clone(),
                    same.map(|(client, _)| client.clone()).take(most).collect(),
                )
            })
            .collect())
    }
}
