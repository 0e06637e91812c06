//! `viewerEvents`, `projectUpdatePosted`, `invoiceIssued`, `staffEvents`.

use std::time::Duration;

use async_graphql::{Context, ID, Result, Subscription};
use futures_util::{Stream, stream};
use sea_orm::{ColumnTrait, QueryFilter};

use super::{
    events::{InvoiceIssued, ProjectUpdatePosted},
    streams::{StaffEvent, StreamEvent, ViewerEvent},
};
use crate::features::{
    feed::{EventDetails, FeatureEvents, FeedEvent, FeedHub},
    projects::{ProjectColumn, ProjectFilter, ProjectId, select_projects},
};
use platform::{
    actor::Actor,
    clock::SharedClock,
    error::Violation,
    feed::{Item, Reader, Subscription as FeedStream, later_of},
    graphql::{Allow, ContextExt, RecordScope, ResumeFrom, coded, internal, user_error::top_level},
    message,
};

/// How long a stream waits before it reads the log again after the database failed.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// The live streams.
#[derive(Debug, Default)]
pub struct FeedSubscription;

#[Subscription]
impl FeedSubscription {
    /// Everything that happens to what is yours, in order, each event once. For clients.
    ///
    /// With `after` it first replays what you missed (`replayed: true`), then goes live without a gap; without, it starts
    /// now. Take the first `after` from `eventCursor`, later ones from the last event you handled. When the connection
    /// breaks, clients resend the old `after`: put the newest cursor into `resumeFrom` of `connection_init`, and the later
    /// of the two wins.
    #[graphql(guard = "Allow::client()")]
    async fn viewer_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cursor of the last event you handled.")] after: Option<String>,
        #[graphql(
            desc = "Events of this project alone (`prj_…`); the stream ends when it is no longer yours."
        )]
        project_id: Option<ID>,
    ) -> Result<impl Stream<Item = ViewerEvent> + use<>> {
        let project = Box::pin(checked_project(ctx, project_id)).await?;
        let reader = Reader {
            staff: false,
            ..reader(ctx.actor(), project)?
        };
        events(ctx, reader, From::Cursor(after), ViewerEvent::of).await
    }

    /// Updates as they are posted, from now on: a client's own, or all for staff. A convenience over the same log as
    /// `viewerEvents`, which is the one that can resume.
    #[graphql(guard = "Allow::signed_in()")]
    async fn project_update_posted(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this project alone (`prj_…`).")] project_id: Option<ID>,
    ) -> Result<impl Stream<Item = ProjectUpdatePosted> + use<>> {
        let project = Box::pin(checked_project(ctx, project_id)).await?;
        let reader = reader(ctx.actor(), project)?;
        events(ctx, reader, From::Now, |event| match event {
            StreamEvent::ProjectUpdatePosted(event) => Some(event),
            _ => None,
        })
        .await
    }

    /// Invoices and credit notes as they are issued, from now on: a client's own, or all for staff. A convenience over the
    /// same log as `viewerEvents`, which is the one that can resume.
    #[graphql(guard = "Allow::signed_in()")]
    async fn invoice_issued(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this project alone (`prj_…`).")] project_id: Option<ID>,
    ) -> Result<impl Stream<Item = InvoiceIssued> + use<>> {
        let project = checked_project(ctx, project_id).await?;
        let reader = reader(ctx.actor(), project)?;
        events(ctx, reader, From::Now, |event| match event {
            StreamEvent::InvoiceIssued(event) => Some(event),
            _ => None,
        })
        .await
    }

    /// Everything that happens to the company's projects and their books, new leads and inquiries, and messages that were
    /// given up: in order, each event once; resumes like `viewerEvents`. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn staff_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cursor of the last event you handled.")] after: Option<String>,
    ) -> Result<impl Stream<Item = StaffEvent> + use<>> {
        let reader = reader(ctx.actor(), None)?;
        events(ctx, reader, From::Cursor(after), StaffEvent::of).await
    }
}

fn reader(actor: &Actor, project: Option<ProjectId>) -> Result<Reader> {
    let account = actor
        .account()
        .ok_or_else(|| internal(anyhow::anyhow!("a stream without an account")))?;
    Ok(Reader {
        account: account.id,
        session: account.session,
        client: account.client,
        staff: actor.is_staff(),
        project: project.map(|project| project.0),
    })
}

/// The project that a stream is about, if it is the caller's to see. Boxed where it is awaited: a stream's state is as
/// large as its largest step for as long as it lives.
async fn checked_project(ctx: &Context<'_>, id: Option<ID>) -> Result<Option<ProjectId>> {
    let Some(id) = id else { return Ok(None) };
    let id =
        ProjectId::parse(&id).map_err(|error| top_level(Violation::invalid_id(["projectId"], &error)))?;
    let found = select_projects(ctx.actor(), &ProjectFilter::default(), RecordScope::Living)
        .filter(ProjectColumn::Id.eq(id))
        .one(ctx.app().db.reader())
        .await
        .map_err(internal)?;
    match found {
        Some(_) => Ok(Some(id)),
        None => Err(coded("NOT_FOUND", message!("no-such", kind = ProjectId::NOUN))),
    }
}

/// The stream of `reader`: of each event what `to_event` makes of it, or nothing.
async fn events<T, F>(
    ctx: &Context<'_>,
    reader: Reader,
    from: From,
    to_event: F,
) -> Result<impl Stream<Item = T> + use<T, F>>
where
    F: Fn(StreamEvent) -> Option<T> + Send + 'static,
    T: Send + 'static,
{
    let after = match from {
        From::Now => None,
        From::Cursor(after) => {
            let resume_from = ctx
                .data_opt::<ResumeFrom>()
                .and_then(|resume| resume.0.as_deref());
            later_of(after.as_deref(), resume_from)
        }
    };
    let hub = ctx.data_unchecked::<FeedHub>();
    let stream = Box::pin(hub.subscribe(reader, after.as_deref()))
        .await
        .map_err(internal)?;
    Ok(stream::unfold(
        State {
            stream,
            reader,
            clock: ctx.app().clock.clone(),
            to_event,
            over: false,
        },
        |mut state| async {
            let event = state.next().await?;
            Some((event, state))
        },
    ))
}

/// Where a stream begins.
enum From {
    /// At the head.
    Now,
    /// Behind a cursor, if there is one: this or the connection's `resumeFrom`.
    Cursor(Option<String>),
}

struct State<F> {
    stream: FeedStream<FeatureEvents>,
    reader: Reader,
    clock: SharedClock,
    to_event: F,
    over: bool,
}

impl<F> State<F> {
    async fn next<T>(&mut self) -> Option<T>
    where
        F: Fn(StreamEvent) -> Option<T>,
    {
        loop {
            if self.over {
                return None;
            }
            let item = match self.stream.next().await {
                Ok(item) => item?,
                Err(error) => {
                    tracing::warn!(
                        error = format!("{error:#}"),
                        "a stream could not read the log; trying again"
                    );
                    tokio::time::sleep(RETRY_AFTER).await;
                    continue;
                }
            };
            self.over = self.loses_its_project(&item);
            if let Some(event) = (self.to_event)(StreamEvent::of(&item, self.clock.now())) {
                return Some(event);
            }
        }
    }

    /// A stream of one project ends once the project is removed for its reader.
    fn loses_its_project(&self, item: &Item<FeedEvent>) -> bool {
        match (self.reader.project, item) {
            (Some(project), Item::Event { event, .. }) => {
                matches!(&event.what, EventDetails::RecordRemoved { id, .. } if *id == ProjectId(project).to_string())
            }
            _ => false,
        }
    }
}
