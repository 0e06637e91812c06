//! GraphQL behind both transports: what HTTP and WebSocket share.

mod cookie;
mod execute;
mod heavy;
mod over_http;
mod params;
mod refused;
pub mod trusted;
mod watched;
mod websocket;

use std::{future::Future, net::IpAddr, sync::Arc};

use async_graphql::{Executor, Request, Response, ServerError, Variables, parser::types::OperationType};
use axum::http::{HeaderMap, header};
use chrono::{DateTime, Utc};
use futures_util::{future::BoxFuture, stream::BoxStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use execute::Executed;
use execute::is_request_error;
use heavy::HeavyOperations;
pub use over_http::{handle as over_http, method_not_allowed};
pub use params::Params;
pub use refused::Refused;
pub use watched::Watched;
pub use websocket::handle as websocket;

use super::{caps::Caps, public_answers::PublicAnswers};
use crate::{
    features::accounts::{self, AuthError},
    graphql::{Asker, permissions},
};
use platform::{
    actor::{AccountId, Actor, Locale, SessionId},
    ctx::Ctx,
    graphql::{
        RequestInfo, SessionCookie,
        document::{self, Cost, DocumentSchema, Documents, Plan, Step, variables},
        limits::Limits,
    },
    message,
    remote::readable_user_agent,
};

/// What clients read when a trusted document isn't known; they then send it whole.
const PERSISTED_QUERY_NOT_FOUND: &str = "PERSISTED_QUERY_NOT_FOUND";
/// What becomes of documents and variables that don't fit the schema; each error has a code of its own.
const INVALID_DOCUMENT: &str = "GRAPHQL_VALIDATION_FAILED";
/// The code of a request that isn't one.
const BAD_REQUEST: &str = "BAD_REQUEST";
/// The code of what breaks a limit.
const LIMIT_EXCEEDED: &str = "LIMIT_EXCEEDED";
/// The code of what comes while too much is going on.
const RATE_LIMITED: &str = "RATE_LIMITED";

/// What the transports need of the live feed.
pub trait Live: Send + Sync {
    /// The cursor of the last event delivered here.
    fn head_cursor(&self) -> String;
    /// Resolves once the session is revoked or its account may no longer sign in.
    fn session_ended(&self, session: SessionId, account: AccountId) -> BoxFuture<'static, ()>;
    /// Whether rights were verified lately, so that events are being delivered.
    fn is_verified(&self) -> bool;
}

/// The schema with all that running it takes. Cheap to clone.
#[derive(Clone)]
pub struct Endpoint(Arc<EndpointParts>);

struct EndpointParts {
    schema: Box<dyn Run>,
    ctx: Ctx,
    live: Arc<dyn Live>,
    documents: Documents,
    shutdown: CancellationToken,
    sockets: TaskTracker,
    allowed_origins: Vec<String>,
    public: PublicAnswers,
    caps: Caps,
    heavy: HeavyOperations,
}

/// A schema whose root types don't matter here: tests have one that does what no real field may.
trait Run: Send + Sync {
    fn execute(&self, request: Request) -> BoxFuture<'_, Response>;
    fn execute_stream(&self, request: Request) -> BoxStream<'static, Response>;
}

impl<E: Executor> Run for E {
    fn execute(&self, request: Request) -> BoxFuture<'_, Response> {
        Box::pin(Executor::execute(self, request))
    }

    fn execute_stream(&self, request: Request) -> BoxStream<'static, Response> {
        Executor::execute_stream(self, request, None)
    }
}

/// Who sent a request, as the transport found out.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who it is.
    pub actor: Actor,
    /// When the access token runs out.
    pub expires_at: Option<DateTime<Utc>>,
    /// The id of the request or connection.
    pub request_id: String,
    /// The address.
    pub remote_addr: IpAddr,
    /// What it says of itself (`User-Agent`).
    pub user_agent: Option<Arc<str>>,
    /// The language that was asked for (`Accept-Language`).
    pub language: Locale,
    /// The session's cookie, for a page of this very origin.
    pub cookie: Option<Arc<SessionCookie>>,
}

impl Caller {
    /// The language that the caller reads: the account's, else the one asked for.
    #[must_use]
    pub fn locale(&self) -> Locale {
        self.actor
            .account()
            .map_or(self.language, |account| account.locale)
    }
}

/// What a caller says of itself.
fn user_agent(headers: &HeaderMap) -> Option<Arc<str>> {
    let text = headers.get(header::USER_AGENT)?.to_str().ok()?;
    readable_user_agent(text)
}

/// A request that passed all checks.
pub struct Prepared {
    /// How it runs, and what form its answer has.
    plan: Arc<Plan>,
    document: Arc<document::Operation>,
    variables: Variables,
    asker: Asker,
    /// The language in which its errors are told.
    locale: Locale,
    /// The kind of its operation.
    pub operation: OperationType,
    /// Whether it asks only for what every visitor gets alike.
    pub is_public: bool,
    cost: Cost,
}

/// An answer of an operation; or, in place of all answers, why there are none: it never ran, or its source stream could
/// not be made.
pub type Answer = Result<Response, Vec<ServerError>>;

impl Endpoint {
    /// Puts the parts together, with threads for heavy operations.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn new(
        schema: impl Executor,
        documents: DocumentSchema,
        ctx: Ctx,
        live: Arc<dyn Live>,
        shutdown: CancellationToken,
        allowed_origins: Vec<String>,
    ) -> std::io::Result<Self> {
        let public = PublicAnswers::new(&ctx);
        Ok(Self(Arc::new(EndpointParts {
            caps: Caps::new(&ctx.config.caps),
            heavy: HeavyOperations::start(crate::http::WORKER_STACK)?,
            schema: Box::new(schema),
            public,
            ctx,
            live,
            documents: Documents::new(documents, Limits::default()),
            shutdown,
            sockets: TaskTracker::new(),
            allowed_origins,
        })))
    }

    /// Finds out who holds the token.
    ///
    /// # Errors
    /// When the token is not good, or the database is away.
    pub async fn authenticate(
        &self,
        bearer: Option<&str>,
        request_id: String,
        remote_addr: IpAddr,
        language: Locale,
    ) -> Result<Caller, AuthError> {
        let found = accounts::authenticate(&self.0.ctx, bearer).await?;
        Ok(Caller {
            actor: found.actor,
            expires_at: found.expires_at,
            request_id,
            remote_addr,
            user_agent: None,
            language,
            cookie: None,
        })
    }

    /// Reads, plans and measures a document and attaches what its resolvers need.
    ///
    /// # Errors
    /// When it doesn't parse, doesn't fit the schema, is too much, or asks for the schema without being staff.
    pub async fn prepare(&self, params: Params, caller: &Caller) -> Result<Prepared, Refused> {
        let documents = &self.0.documents;
        let limits = match caller.actor {
            Actor::Anonymous => Limits::default(),
            _ => Limits::of_accounts(),
        };
        let document = documents.get(params.query).await?;
        let operation = document
            .operation(params.operation_name.as_deref())
            .map_err(|error| vec![error])?;
        let variables = variables::coerce(documents.schema(), operation, params.variables)?;
        let plan = Plan::of(documents.schema(), operation, &variables, &limits)?;
        if plan.introspects() && !caller.actor.is_staff() {
            let code = match caller.actor {
                Actor::Anonymous => "UNAUTHENTICATED",
                _ => "FORBIDDEN",
            };
            return Err(Refused::new(code, message!("introspection-for-staff")));
        }
        let cost = plan.check_cost(&variables, &limits)?;
        let is_public = operation.kind == OperationType::Query
            && matches!(caller.actor, Actor::Anonymous)
            && asks_for_public_fields(&plan);
        let info = RequestInfo {
            request_id: caller.request_id.clone(),
            remote_addr: caller.remote_addr,
            user_agent: caller.user_agent.clone(),
            language: caller.language,
            event_cursor: self.0.live.head_cursor(),
            cookie: caller.cookie.clone(),
        };
        Ok(Prepared {
            plan,
            document: Arc::clone(operation),
            variables,
            asker: Asker::new(caller.actor.clone(), info),
            locale: caller.locale(),
            operation: operation.kind,
            is_public,
            cost,
        })
    }

    /// Runs a connection that shutting down waits for.
    fn track<F: Future<Output = ()>>(&self, connection: F) -> impl Future<Output = ()> + use<F> {
        self.0.sockets.track_future(connection)
    }

    /// How many WebSockets are open.
    #[must_use]
    pub fn open_sockets(&self) -> usize {
        self.0.sockets.len()
    }

    /// Resolves when the server is asked to stop.
    pub async fn stopping(&self) {
        self.0.shutdown.cancelled().await;
    }

    /// Resolves when the last WebSocket is closed; call it after the stop.
    pub async fn drained(&self) {
        self.0.sockets.close();
        self.0.sockets.wait().await;
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Why it doesn't.
    pub async fn ping_database(&self) -> Result<(), sea_orm::DbErr> {
        self.0.ctx.db.reader().ping().await
    }

    /// Whether readers of the database see what is written.
    #[must_use]
    pub fn writes_are_seen(&self) -> bool {
        self.0.ctx.db.heartbeat().is_seen()
    }

    /// Whether the live feed delivers.
    #[must_use]
    pub fn feed_is_verified(&self) -> bool {
        self.0.live.is_verified()
    }

    /// What queries work with.
    #[must_use]
    pub fn ctx(&self) -> &Ctx {
        &self.0.ctx
    }

    /// The answers that are ready for visitors.
    #[must_use]
    pub fn public(&self) -> &PublicAnswers {
        &self.0.public
    }

    /// How much may be going on at a time.
    #[must_use]
    pub fn caps(&self) -> &Caps {
        &self.0.caps
    }

    fn live(&self) -> &dyn Live {
        self.0.live.as_ref()
    }
}

impl Prepared {
    /// What async-graphql runs. Validated it is already.
    fn into_request(self) -> Request {
        let mut request = Request::new(String::new());
        request.set_parsed_query(self.plan.document(&self.document, &self.variables));
        self.asker.asks(request.variables(self.variables))
    }

    /// What async-graphql runs of it at one step.
    fn request_of(&self, step: Step<'_>) -> Request {
        let mut request = Request::new(String::new());
        request.set_parsed_query(step.document(&self.document, &self.variables));
        let asker = self.asker.clone();
        asker.asks(request.variables(self.variables.clone()))
    }
}

/// Whether an operation's root fields are all of those that every visitor gets alike.
fn asks_for_public_fields(plan: &Plan) -> bool {
    plan.root_fields().all(|name| {
        let name = name.as_str();
        name == "__typename" || permissions::SAME_FOR_EVERY_VISITOR.contains(&name)
    })
}
