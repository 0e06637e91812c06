//! Loads what many leads have below them: one statement a level, whoever asks for it.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use sea_orm::DbErr;

use crate::{
    features::{
        clients::{StoredClient, clients_by_contact},
        deliveries::{Delivery, deliveries_by_ids},
        leads::{Activity, ActivityColumn, Lead, LeadId, duplicates_of, select_activities},
    },
    platform::{
        actor::Actor,
        db::Db,
        error::CommandError,
        graphql::RequestLoader,
        outbox::DeliveryId,
        paging::{self, OrderBy, Page, Window},
    },
};

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

/// A page of one lead's timeline.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TimelinePage {
    /// The lead.
    pub lead: LeadId,
    /// The latest first.
    pub descending: bool,
    /// Which page.
    pub window: Window,
}

/// Loads pages of timelines, and counts them.
#[derive(Debug, Clone)]
pub struct TimelineLoader {
    db: Db,
    actor: Actor,
}

impl RequestLoader for TimelineLoader {
    fn for_request(db: &Db, actor: &Actor) -> Self {
        Self {
            db: db.clone(),
            actor: actor.clone(),
        }
    }
}

impl Loader<TimelinePage> for TimelineLoader {
    type Value = Arc<Page<Activity>>;
    type Error = Arc<CommandError>;

    async fn load(&self, keys: &[TimelinePage]) -> Result<HashMap<TimelinePage, Self::Value>, Self::Error> {
        let mut lists: HashMap<(bool, &Window), Vec<LeadId>> = HashMap::new();
        for key in keys {
            lists
                .entry((key.descending, &key.window))
                .or_default()
                .push(key.lead);
        }
        let mut pages = HashMap::new();
        for ((descending, window), leads) in lists {
            let order = OrderBy::new(ActivityColumn::At, descending, ActivityColumn::Id);
            let found = paging::fetch_nested(
                self.db.reader(),
                select_activities(&self.actor),
                ActivityColumn::LeadId,
                ActivityColumn::Id,
                leads.into_iter().map(|lead| lead.0),
                &order,
                window,
            )
            .await
            .map_err(Arc::new)?;
            pages.extend(found.into_iter().map(|(lead, page)| {
                let key = TimelinePage {
                    lead: LeadId(lead),
                    descending,
                    window: window.clone(),
                };
                (key, Arc::new(page))
            }));
        }
        Ok(pages)
    }
}

/// The timeline of one lead, to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimelineOf(pub LeadId);

impl Loader<TimelineOf> for TimelineLoader {
    type Value = i64;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[TimelineOf]) -> Result<HashMap<TimelineOf, i64>, Self::Error> {
        let list = select_activities(&self.actor);
        let leads = keys.iter().map(|key| key.0.0);
        let counted = paging::count_nested(self.db.reader(), list, ActivityColumn::LeadId, leads)
            .await
            .map_err(Arc::new)?;
        Ok(counted
            .into_iter()
            .map(|(lead, count)| (TimelineOf(LeadId(lead)), count))
            .collect())
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
                (key.clone(), same.map(|(client, _)| client.clone()).collect())
            })
            .collect())
    }
}
