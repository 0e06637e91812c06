//! From an announcement to an inbox entry, its live event, and deliveries: all in the announcer's transaction.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use futures_util::future::BoxFuture;
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    NotificationId,
    queries::{page_of_account, remove_of_account_in_tx, remove_of_record_in_tx},
    table::{ActiveModel, Column, Entity, Model},
};
use crate::features::{
    billing,
    clients::{self, StoredClient},
    feed::NOTIFICATION_ADDED,
    preferences::{self, Topic, wishes_of},
    projects,
};
use platform::{
    actor::AccountId,
    announce::{Announcement, Announcer, Forgotten},
    crypto::Keys,
    db::{Db, WriteTx},
    events::{EventKind, NewEvent, append_in_tx},
    outbox::{About, Channel, NewDelivery, Templates, enqueue_all_in_tx},
};

/// Writes inbox entries and deliveries.
pub struct Inbox {
    templates: Arc<Templates>,
}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inbox")
    }
}

/// With which words one kind of event is announced.
fn template_of(kind: EventKind) -> Option<&'static str> {
    match kind {
        projects::events::PROJECT_UPDATE_POSTED => Some("project_update_posted"),
        billing::events::INVOICE_ISSUED => Some("invoice_issued"),
        billing::events::CREDIT_NOTE_ISSUED => Some("credit_note_issued"),
        billing::events::INVOICE_CANCELLED => Some("invoice_cancelled"),
        billing::events::PAYMENT_RECORDED => Some("payment_recorded"),
        billing::events::INVOICE_DUE_SOON => Some("invoice_due_soon"),
        billing::events::INVOICE_OVERDUE => Some("invoice_overdue"),
        clients::ACCOUNT_CREATED => Some("account_created"),
        _ => None,
    }
}

impl Inbox {
    /// With these texts.
    #[must_use]
    pub fn new(templates: Arc<Templates>) -> Self {
        Self { templates }
    }

    async fn write(&self, tx: &WriteTx, keys: &Keys, announcement: Announcement) -> Result<()> {
        let template =
            template_of(announcement.kind).context("an announcement of a kind that nobody has words for")?;
        let Some((client, account)) = clients::addressee(tx.conn(), announcement.client).await? else {
            return Ok(());
        };
        // Nobody is behind it any more; what happens to the papers that stay is nobody's news.
        if client.anonymised_at.is_some() {
            return Ok(());
        }
        let data = with_name(announcement.data.clone(), &client);
        let notice = self.templates.notice(template, client.locale, &data)?;
        let id = NotificationId::generate(tx.now());
        let (record_kind, record_id) = announcement.record;
        let written = Entity::insert(ActiveModel {
            id: Set(id),
            account_id: Set(client.account_id),
            kind: Set(announcement.kind.name().to_owned()),
            title: Set(notice.title),
            body: Set(notice.body),
            project_id: Set(announcement.project),
            record_kind: Set(record_kind.to_owned()),
            record_id: Set(record_id),
            created_at: Set(tx.now()),
            read_at: Set(None),
        })
        .on_conflict(
            OnConflict::columns([Column::AccountId, Column::Kind, Column::RecordId])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(tx.conn())
        .await?;
        if written == 0 {
            return Ok(());
        }
        append_in_tx(
            tx,
            NewEvent::naming(NOTIFICATION_ADDED, ("Notification", id.0, 1)).for_account(client.account_id),
        );
        // A new account's e-mail is enqueued with the account, and its push waits for the first device.
        let topic = Topic::of_template(template).filter(|_| account.disabled_at.is_none());
        let Some(topic) = topic else {
            return Ok(());
        };
        let wishes = wishes_of(tx.conn(), client.account_id).await?;
        let channels = [
            (Channel::Push, None),
            (Channel::Email, Some(account.email.clone())),
        ];
        let deliveries = channels
            .into_iter()
            .filter(|(channel, _)| wishes.wants(topic, *channel))
            .map(|(channel, address)| NewDelivery {
                channel,
                recipient: client.account_id,
                address,
                template,
                locale: client.locale,
                data: data.clone(),
                secret: false,
                about: Some(About {
                    kind: record_kind,
                    record: record_id,
                    project: announcement.project,
                }),
                idempotency_key: format!("{id}/{channel:?}"),
                expires_at: None,
            })
            .collect();
        enqueue_all_in_tx(tx, keys, deliveries).await
    }
}

fn with_name(mut data: Value, client: &StoredClient) -> Value {
    if let Some(data) = data.as_object_mut() {
        data.insert("name".to_owned(), client.name.clone().into());
    }
    data
}

/// An entry as its person takes it home.
fn shown(entry: &Model) -> Value {
    json!({
        "id": entry.id,
        "kind": entry.kind,
        "title": entry.title,
        "body": entry.body,
        "createdAt": entry.created_at,
        "readAt": entry.read_at,
    })
}

impl Announcer for Inbox {
    fn announce_in_tx<'a>(
        &'a self,
        tx: &'a WriteTx,
        keys: &'a Keys,
        announcement: Announcement,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.write(tx, keys, announcement))
    }

    fn told<'a>(
        &'a self,
        db: &'a Db,
        account: AccountId,
        after: Option<Uuid>,
    ) -> BoxFuture<'a, Result<Vec<(Uuid, Value)>>> {
        Box::pin(async move {
            let entries = page_of_account(db.reader(), account, after).await?;
            Ok(entries
                .into_iter()
                .map(|entry| (entry.id.0, shown(&entry)))
                .collect())
        })
    }

    fn forget_in_tx<'a>(&'a self, tx: &'a WriteTx, gone: Forgotten) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            match gone {
                Forgotten::Record(record) => remove_of_record_in_tx(tx, record).await?,
                Forgotten::Account(account) => {
                    remove_of_account_in_tx(tx, account).await?;
                    preferences::forget_account_in_tx(tx, account).await?;
                }
            }
            Ok(())
        })
    }
}
