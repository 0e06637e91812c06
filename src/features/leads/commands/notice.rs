//! Telling the staff by e-mail that somebody has written: the company's own addresses if there are any
//! (`STAFF_EMAIL`), otherwise everybody who works for the company and hasn't turned it off.

use serde_json::{Value, json};

use crate::features::{
    accounts::living_staff,
    preferences::{Topic, turned_off},
};
use platform::{
    actor::{AccountId, Locale},
    ctx::Ctx,
    db::WriteTx,
    error::CommandError,
    outbox::{self, About, Channel, DeliveryId, NewDelivery},
};

/// The e-mail about a new lead. Its data: `name` (the reader's), `leadName`, `phone`, `email`, `hasLand`, `location`,
/// `interestedIn`, `message`, `receivedAt`, `doubtful`, `leadId`, `replyTo` (the visitor).
pub const LEAD_RECEIVED: (&str, Topic) = ("lead_received", Topic::Leads);
/// The e-mail about a new inquiry. Its data: `name` (the reader's), `senderName`, `email`, `phone`, `subjectLine`,
/// `message`, `receivedAt`, `doubtful`, `inquiryId`, `replyTo` (the visitor).
pub const INQUIRY_RECEIVED: (&str, Topic) = ("inquiry_received", Topic::Inquiries);

/// What the company is called in letters to itself.
const COMPANY_NAME: &str = "Belle House";

struct Reader {
    account: AccountId,
    name: String,
    address: String,
    locale: Locale,
}

/// Writes the e-mails about a record; answers with them. One record is told of once.
pub(super) async fn tell_staff_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    (template, topic): (&'static str, Topic),
    about: About,
    data: &Value,
) -> Result<Vec<DeliveryId>, CommandError> {
    let mut written = Vec::new();
    for reader in readers(ctx, tx, topic).await? {
        let mut data = data.clone();
        if let Some(data) = data.as_object_mut() {
            data.insert("name".to_owned(), json!(reader.name));
        }
        let delivery = NewDelivery {
            channel: Channel::Email,
            recipient: reader.account,
            idempotency_key: format!("{}/{}/received/{}", about.kind, about.record, reader.address),
            address: Some(reader.address),
            template,
            locale: reader.locale,
            data,
            secret: false,
            about: Some(about),
            expires_at: None,
        };
        written.extend(outbox::enqueue_in_tx(tx, &ctx.keys, delivery).await?);
    }
    Ok(written)
}

async fn readers(ctx: &Ctx, tx: &WriteTx, topic: Topic) -> Result<Vec<Reader>, CommandError> {
    let own = &ctx.config.staff_email;
    if !own.is_empty() {
        return Ok(own
            .iter()
            .map(|address| Reader {
                account: outbox::COMPANY,
                name: COMPANY_NAME.to_owned(),
                address: address.clone(),
                locale: Locale::default(),
            })
            .collect());
    }
    let staff = living_staff(tx.conn()).await?;
    let not_for = turned_off(tx.conn(), topic, Channel::Email).await?;
    Ok(staff
        .into_iter()
        .filter(|account| !not_for.contains(&account.id))
        .map(|account| Reader {
            account: account.id,
            name: account.name,
            address: account.email,
            locale: account.locale,
        })
        .collect())
}
