//! The files of a client's archive, one after the other: lists a page at a time, pictures and papers one at a time.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use anyhow::{Result, bail};
use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

use super::rows;
use crate::features::{
    accounts::{
        SecurityEventColumn, SecurityEvents, SessionColumn, Sessions, StoredAccount, normalize_email,
    },
    billing::{
        Invoice, InvoiceColumn, InvoiceState, Invoices, PaymentColumn, Payments, items_of,
        papers::{PaperId, Papers, PrintError},
    },
    clients::StoredClient,
    devices::devices_of,
    leads::{Inquiries, InquiryColumn, LeadColumn, Leads},
    media::{Image, Media},
    preferences::wishes_of,
    privacy::consent,
    projects::{
        Project, ProjectColumn, ProjectId, ProjectUpdate, ProjectUpdates, Projects, UpdateColumn,
        images_of_updates,
    },
};
use platform::{
    actor::{Actor, Locale},
    ctx::Ctx,
    export::{Part, Parts},
    images::RenditionFormat,
    listing::RecordScope,
    outbox::table::{Column as DeliveryColumn, Entity as Deliveries},
};

/// Rows that are read at once.
const PAGE: u64 = 100;
/// How often a paper is asked for that others keep waiting, a second apart.
const PATIENCE: u32 = 30;

/// What comes next.
enum Step {
    Introduction,
    Profile,
    Sessions,
    SecurityEvents,
    Devices,
    Forms,
    /// Behind this entry, as the so-manyeth file.
    Inbox(Option<Uuid>, u32),
    Messages(Option<Uuid>, u32),
    Project(Box<Project>),
    Payments(ProjectId, Option<Uuid>, u32),
    Invoices(ProjectId, Option<Uuid>),
    Invoice(Box<Invoice>),
    Paper(Box<Invoice>),
    Updates(ProjectId, Option<Uuid>),
    Update(Box<ProjectUpdate>, Vec<Arc<Image>>),
    Photo(String, Arc<Image>),
}

/// A file, if the step gives one, and what has to come before all that waits.
type Taken = (Option<Part>, Vec<Step>);

/// The files of a client's archive.
pub struct Contents {
    ctx: Ctx,
    media: Media,
    papers: Papers,
    client: StoredClient,
    account: StoredAccount,
    steps: VecDeque<Step>,
    _place: OwnedSemaphorePermit,
}

impl Contents {
    pub fn new(
        ctx: Ctx,
        media: Media,
        papers: Papers,
        (client, account): (StoredClient, StoredAccount),
        place: OwnedSemaphorePermit,
    ) -> Self {
        Self {
            ctx,
            media,
            papers,
            client,
            account,
            steps: [Step::Introduction].into(),
            _place: place,
        }
    }

    async fn take(&self, step: Step) -> Result<Taken> {
        match step {
            Step::Introduction => self.introduction().await,
            Step::Profile => {
                let consents = consent::all_of(self.ctx.db.reader(), self.account.id).await?;
                let wishes = wishes_of(self.ctx.db.reader(), self.account.id).await?;
                let profile = rows::profile(&self.client, &self.account, &consents, &wishes);
                Ok((Some(json_file("profil.json", &profile)?), Vec::new()))
            }
            Step::Sessions => self.sessions().await,
            Step::SecurityEvents => self.security_events().await,
            Step::Devices => {
                let devices = devices_of(self.ctx.db.reader(), self.account.id).await?;
                let devices = devices.iter().map(rows::device).collect();
                Ok((list_file("appareils.json", devices)?, Vec::new()))
            }
            Step::Forms => self.forms().await,
            Step::Inbox(after, number) => self.inbox(after, number).await,
            Step::Messages(after, number) => self.messages(after, number).await,
            Step::Project(project) => {
                let path = format!("chantiers/{}/chantier.json", project.id);
                let file = json_file(&path, &rows::project(&project))?;
                let more = vec![
                    Step::Payments(project.id, None, 1),
                    Step::Invoices(project.id, None),
                    Step::Updates(project.id, None),
                ];
                Ok((Some(file), more))
            }
            Step::Payments(project, after, number) => self.payments(project, after, number).await,
            Step::Invoices(project, after) => self.invoices(project, after).await,
            Step::Invoice(invoice) => {
                let items = items_of(self.ctx.db.reader(), [invoice.id])
                    .await?
                    .remove(&invoice.id);
                let file = rows::invoice(&invoice, &items.unwrap_or_default());
                let path = format!("chantiers/{}/factures/{}.json", invoice.project_id, invoice.id);
                Ok((Some(json_file(&path, &file)?), vec![Step::Paper(invoice)]))
            }
            Step::Paper(invoice) => self.paper(&invoice).await,
            Step::Updates(project, after) => self.updates(project, after).await,
            Step::Update(update, images) => update_file(&update, images),
            Step::Photo(path, image) => self.photo(path, &image).await,
        }
    }

    /// A page that says what is here, and from it everything else.
    async fn introduction(&self) -> Result<Taken> {
        let projects = Projects::find()
            .filter(ProjectColumn::ClientId.eq(self.client.id))
            .filter(ProjectColumn::DeletedAt.is_null())
            .order_by_asc(ProjectColumn::Id)
            .all(self.ctx.db.reader())
            .await?;
        let text = match self.client.locale {
            Locale::Fr => include_str!("introduction.fr.txt"),
            Locale::En => include_str!("introduction.en.txt"),
        };
        let text = text.replace("NOTICE", self.ctx.config.privacy_notice.url.as_str());
        let file = Part {
            path: "LISEZ-MOI.txt".to_owned(),
            bytes: text.into(),
        };
        let lists = [
            Step::Profile,
            Step::Sessions,
            Step::SecurityEvents,
            Step::Devices,
            Step::Forms,
            Step::Inbox(None, 1),
            Step::Messages(None, 1),
        ];
        let projects = projects
            .into_iter()
            .map(|project| Step::Project(Box::new(project)));
        Ok((Some(file), lists.into_iter().chain(projects).collect()))
    }

    async fn sessions(&self) -> Result<Taken> {
        let sessions = Sessions::find()
            .filter(SessionColumn::AccountId.eq(self.account.id))
            .order_by_desc(SessionColumn::CreatedAt)
            .limit(1_000)
            .all(self.ctx.db.reader())
            .await?;
        let sessions = sessions.iter().map(rows::session).collect();
        Ok((list_file("connexions.json", sessions)?, Vec::new()))
    }

    /// The latest thousand: more don't come of one person in the year that they are kept.
    async fn security_events(&self) -> Result<Taken> {
        let events = SecurityEvents::find()
            .filter(SecurityEventColumn::AccountId.eq(self.account.id))
            .order_by_desc(SecurityEventColumn::At)
            .limit(1_000)
            .all(self.ctx.db.reader())
            .await?;
        let events = events.iter().map(rows::security_event).collect();
        Ok((list_file("securite.json", events)?, Vec::new()))
    }

    /// What was sent through the website with the address that the client signs in with, or became this client. Not what came
    /// from the same telephone: anybody may enter a number.
    async fn forms(&self) -> Result<Taken> {
        let conn = self.ctx.db.reader();
        let email = normalize_email(&self.account.email);
        let sent = Condition::any()
            .add(LeadColumn::ClientId.eq(self.client.id))
            .add(LeadColumn::EmailNormalized.eq(email.clone()));
        let leads = Leads::find().filter(sent).limit(1_000).all(conn).await?;
        let inquiries = Inquiries::find()
            .filter(InquiryColumn::EmailNormalized.eq(email))
            .limit(1_000)
            .all(conn)
            .await?;
        let forms = leads
            .iter()
            .map(rows::lead)
            .chain(inquiries.iter().map(rows::inquiry));
        Ok((list_file("formulaires.json", forms.collect())?, Vec::new()))
    }

    async fn inbox(&self, after: Option<Uuid>, number: u32) -> Result<Taken> {
        let told = self
            .ctx
            .announcer
            .told(&self.ctx.db, self.account.id, after)
            .await?;
        let more = told.last().map(|(id, _)| Step::Inbox(Some(*id), number + 1));
        let entries = told.into_iter().map(|(_, entry)| entry).collect();
        let path = format!("boite-de-reception-{number}.json");
        Ok((list_file(&path, entries)?, more.into_iter().collect()))
    }

    async fn messages(&self, after: Option<Uuid>, number: u32) -> Result<Taken> {
        let behind = Condition::all().add_option(after.map(|after| DeliveryColumn::Id.gt(after)));
        let page = Deliveries::find()
            .filter(DeliveryColumn::RecipientId.eq(self.account.id))
            .filter(behind)
            .order_by_asc(DeliveryColumn::Id)
            .limit(PAGE)
            .all(self.ctx.db.reader())
            .await?;
        let more = page
            .last()
            .map(|last| Step::Messages(Some(last.id.0), number + 1));
        let messages = page.iter().map(rows::message).collect();
        let path = format!("messages-{number}.json");
        Ok((list_file(&path, messages)?, more.into_iter().collect()))
    }

    async fn payments(&self, project: ProjectId, after: Option<Uuid>, number: u32) -> Result<Taken> {
        let behind = Condition::all().add_option(after.map(|after| PaymentColumn::Id.gt(after)));
        let page = Payments::find()
            .filter(PaymentColumn::ProjectId.eq(project))
            .filter(PaymentColumn::DeletedAt.is_null())
            .filter(behind)
            .order_by_asc(PaymentColumn::Id)
            .limit(PAGE)
            .all(self.ctx.db.reader())
            .await?;
        let last = page.last().map(|last| last.id.0);
        let more = last.map(|last| Step::Payments(project, Some(last), number + 1));
        let payments = page.iter().map(rows::payment).collect();
        let path = format!("chantiers/{project}/paiements-{number}.json");
        Ok((list_file(&path, payments)?, more.into_iter().collect()))
    }

    /// Issued ones: a draft isn't the client's yet.
    async fn invoices(&self, project: ProjectId, after: Option<Uuid>) -> Result<Taken> {
        let behind = Condition::all().add_option(after.map(|after| InvoiceColumn::Id.gt(after)));
        let page = Invoices::find()
            .filter(InvoiceColumn::ProjectId.eq(project))
            .filter(InvoiceColumn::DeletedAt.is_null())
            .filter(InvoiceColumn::State.ne(InvoiceState::Draft))
            .filter(behind)
            .order_by_asc(InvoiceColumn::Id)
            .limit(PAGE)
            .all(self.ctx.db.reader())
            .await?;
        let more = page.last().map(|last| Step::Invoices(project, Some(last.id.0)));
        let invoices = page.into_iter().map(|invoice| Step::Invoice(Box::new(invoice)));
        Ok((None, invoices.chain(more).collect()))
    }

    async fn paper(&self, invoice: &Invoice) -> Result<Taken> {
        for _ in 0..PATIENCE {
            match self
                .papers
                .print_for(&Actor::System, PaperId::Invoice(invoice.id))
                .await
            {
                Ok(Some((name, bytes))) => {
                    let path = format!("chantiers/{}/factures/{name}", invoice.project_id);
                    return Ok((Some(Part { path, bytes }), Vec::new()));
                }
                Ok(None) => return Ok((None, Vec::new())),
                Err(PrintError::Busy) => tokio::time::sleep(Duration::from_secs(1)).await,
                Err(PrintError::Internal(error)) => return Err(error),
            }
        }
        bail!("the papers of an archive could not be printed in time")
    }

    /// Posted ones: a draft isn't the client's yet.
    async fn updates(&self, project: ProjectId, after: Option<Uuid>) -> Result<Taken> {
        let conn = self.ctx.db.reader();
        let behind = Condition::all().add_option(after.map(|after| UpdateColumn::Id.gt(after)));
        let page = ProjectUpdates::find()
            .filter(UpdateColumn::ProjectId.eq(project))
            .filter(UpdateColumn::DeletedAt.is_null())
            .filter(UpdateColumn::PostedAt.is_not_null())
            .filter(behind)
            .order_by_asc(UpdateColumn::Id)
            .limit(PAGE)
            .all(conn)
            .await?;
        let ids = page.iter().map(|update| update.id);
        let mut images = images_of_updates(conn, ids, RecordScope::Living).await?;
        let more = page.last().map(|last| Step::Updates(project, Some(last.id.0)));
        let updates = page.into_iter().map(|update| {
            let images = images.remove(&update.id).unwrap_or_default();
            Step::Update(Box::new(update), images)
        });
        let updates: Vec<Step> = updates.chain(more).collect();
        Ok((None, updates))
    }

    /// The largest there is: the file as it was uploaded isn't kept.
    async fn photo(&self, path: String, image: &Image) -> Result<Taken> {
        let Some(rendition) = image.renditions.best(None, RenditionFormat::Jpeg) else {
            return Ok((None, Vec::new()));
        };
        let file = self.media.read(image, rendition, None).await?;
        if file.is_none() {
            tracing::error!(image = %image.id, "storage has lost a picture of an archive");
        }
        Ok((file.map(|bytes| Part { path, bytes }), Vec::new()))
    }
}

impl Parts for Contents {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Part>>> {
        Box::pin(async move {
            while let Some(step) = self.steps.pop_front() {
                let (part, more) = self.take(step).await?;
                for step in more.into_iter().rev() {
                    self.steps.push_front(step);
                }
                if part.is_some() {
                    return Ok(part);
                }
            }
            Ok(None)
        })
    }
}

fn update_file(update: &ProjectUpdate, images: Vec<Arc<Image>>) -> Result<Taken> {
    let day = update.posted_at.unwrap_or(update.created_at).date_naive();
    let folder = format!("chantiers/{}/actualites/{day}-{}", update.project_id, update.id);
    let names: Vec<String> = (1..=images.len())
        .map(|it| format!("photo-{it:02}.jpg"))
        .collect();
    let file = json_file(&format!("{folder}/actualite.json"), &rows::update(update, &names))?;
    let photos = names
        .into_iter()
        .zip(images)
        .map(|(name, image)| Step::Photo(format!("{folder}/{name}"), image));
    Ok((Some(file), photos.collect()))
}

fn json_file(path: &str, value: &Value) -> Result<Part> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(Part {
        path: path.to_owned(),
        bytes: bytes.into(),
    })
}

/// None when there is nothing in it.
fn list_file(path: &str, rows: Vec<Value>) -> Result<Option<Part>> {
    if rows.is_empty() {
        return Ok(None);
    }
    json_file(path, &Value::Array(rows)).map(Some)
}
