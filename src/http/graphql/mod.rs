//! GraphQL behind both transports: what HTTP and WebSocket share.

mod over_http;
mod params;
pub mod trusted;
mod websocket;

use std::{
    future::Future,
    net::IpAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use async_graphql::{Executor, Request, Response, ServerError, Variables, parser::types::OperationType};
use chrono::{DateTime, Utc};
use futures_util::{
    FutureExt, Stream, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream, Peekable},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use over_http::{handle as over_http, method_not_allowed};
pub use params::Params;
pub use websocket::handle as websocket;

use super::public_answers::PublicAnswers;
use crate::{
    features::accounts::{self, AuthError},
    graphql::permissions,
};
use platform::{
    actor::{AccountId, Actor, Locale, SessionId},
    ctx::Ctx,
    graphql::{
        RequestInfo, ResumeFrom, coded,
        document::{self, DocumentSchema, Documents, Plan, variables},
        limits::{self, Limits},
    },
    message,
    messages::Message,
};

/// What clients read when a trusted document isn't known; they then send it whole.
const PERSISTED_QUERY_NOT_FOUND: &str = "PERSISTED_QUERY_NOT_FOUND";
/// What becomes of documents and variables that don't fit the schema; each error has a code of its own.
const INVALID_DOCUMENT: &str = "GRAPHQL_VALIDATION_FAILED";
/// The code of a request that isn't one.
const BAD_REQUEST: &str = "BAD_REQUEST";
/// The code of what breaks a limit.
const LIMIT_EXCEEDED: &str = "LIMIT_EXCEEDED";
/// A query or mutation that takes longer is ended.
const EXECUTION_TIMEOUT: Duration = Duration::from_secs(30);

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
    limits: Limits,
    documents: Documents,
    shutdown: CancellationToken,
    sockets: TaskTracker,
    allowed_origins: Vec<String>,
    public: PublicAnswers,
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
    /// The language that was asked for (`Accept-Language`).
    pub language: Locale,
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

/// Why a request was not executed: one error or more, each with its `extensions.code`.
#[derive(Debug)]
pub struct Refused {
    /// The code of the first.
    code: &'static str,
    errors: Vec<ServerError>,
}

impl Refused {
    /// What a person is told.
    fn new(code: &'static str, message: Message) -> Self {
        let error = coded(code, message).into_server_error(Default::default());
        Self {
            code,
            errors: vec![ServerError {
                locations: Vec::new(),
                ..error
            }],
        }
    }

    /// What the developer of a program is told, in English: that it doesn't send what GraphQL over HTTP and WebSocket asks
    /// for, or sends too much at once.
    fn for_developers(code: &'static str, message: impl Into<String>) -> Self {
        let mut error = ServerError::new(message, None);
        error.extensions.get_or_insert_default().set("code", code);
        Self {
            code,
            errors: vec![error],
        }
    }

    /// Whether a limit was broken.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        self.code == LIMIT_EXCEEDED
    }

    /// As GraphQL errors, which [`Endpoint::tell`] puts in words.
    #[must_use]
    pub fn into_errors(self) -> Vec<ServerError> {
        self.errors
    }
}

impl From<limits::Refusal> for Refused {
    fn from(refusal: limits::Refusal) -> Self {
        Self::for_developers(LIMIT_EXCEEDED, refusal.to_string())
    }
}

impl From<Vec<ServerError>> for Refused {
    fn from(errors: Vec<ServerError>) -> Self {
        Self {
            code: INVALID_DOCUMENT,
            errors,
        }
    }
}

impl From<document::Refused> for Refused {
    fn from(refused: document::Refused) -> Self {
        match refused {
            document::Refused::Limit(refusal) => refusal.into(),
            document::Refused::Invalid(errors) => errors.into(),
        }
    }
}

/// A request that passed all checks.
pub struct Prepared {
    request: Request,
    /// How it runs, and what form its answer has.
    plan: Arc<Plan>,
    /// The language in which its errors are told.
    locale: Locale,
    /// The kind of its operation.
    pub operation: OperationType,
    /// Whether it asks only for what every visitor gets alike.
    pub is_public: bool,
}

/// An answer of an operation; or, in place of all answers, why there are none: it never ran, or its source stream could
/// not be made.
pub type Answer = Result<Response, Vec<ServerError>>;

impl Endpoint {
    /// Puts the parts together.
    #[must_use]
    pub fn new(
        schema: impl Executor,
        documents: DocumentSchema,
        ctx: Ctx,
        live: Arc<dyn Live>,
        shutdown: CancellationToken,
        allowed_origins: Vec<String>,
    ) -> Self {
        let public = PublicAnswers::new(&ctx);
        Self(Arc::new(EndpointParts {
            schema: Box::new(schema),
            public,
            ctx,
            live,
            limits: Limits::default(),
            documents: Documents::new(documents, Limits::default()),
            shutdown,
            sockets: TaskTracker::new(),
            allowed_origins,
        }))
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
            language,
        })
    }

    /// Reads, plans and measures a document and attaches what its resolvers need.
    ///
    /// # Errors
    /// When it doesn't parse, doesn't fit the schema, is too much, or asks for the schema without being staff.
    pub async fn prepare(&self, params: Params, caller: &Caller) -> Result<Prepared, Refused> {
        let EndpointParts {
            documents, limits, ..
        } = &*self.0;
        let document = documents.get(params.query).await?;
        let operation = document
            .operation(params.operation_name.as_deref())
            .map_err(|error| vec![error])?;
        let variables = variables::coerce(documents.schema(), operation, params.variables)?;
        let plan = Plan::of(documents.schema(), operation, &variables, limits)?;
        if plan.introspects() && !caller.actor.is_staff() {
            let code = match caller.actor {
                Actor::Anonymous => "UNAUTHENTICATED",
                _ => "FORBIDDEN",
            };
            return Err(Refused::new(code, message!("introspection-for-staff")));
        }
        plan.check_cost(&variables, limits)?;
        let is_public = operation.kind == OperationType::Query
            && matches!(caller.actor, Actor::Anonymous)
            && asks_for_public_fields(&plan);
        let info = RequestInfo {
            request_id: caller.request_id.clone(),
            remote_addr: caller.remote_addr,
            language: caller.language,
            event_cursor: self.0.live.head_cursor(),
        };
        Ok(Prepared {
            request: crate::graphql::with_request_data(
                request(&plan, operation, variables),
                caller.actor.clone(),
                info,
            ),
            plan,
            locale: caller.locale(),
            operation: operation.kind,
            is_public,
        })
    }

    /// Runs a query or mutation.
    pub async fn execute(&self, prepared: Prepared) -> Response {
        let locale = prepared.locale;
        let run = AssertUnwindSafe(self.0.schema.execute(prepared.request)).catch_unwind();
        let response = match tokio::time::timeout(EXECUTION_TIMEOUT, run).await {
            Ok(Ok(mut response)) => {
                prepared.plan.complete(&mut response);
                response
            }
            Ok(Err(_)) => panicked(),
            Err(_) => {
                let refused = Refused::new("TIMEOUT", message!("request-timed-out"));
                Response::from_errors(refused.into_errors())
            }
        };
        self.finish(response, locale)
    }

    /// Gives every error a code, masks what is ours, and puts our own messages in words.
    fn finish(&self, mut response: Response, locale: Locale) -> Response {
        self.tell(&mut response.errors, locale);
        finish(&mut response);
        // Masking has a message of its own.
        self.tell(&mut response.errors, locale);
        response
    }

    /// Puts our own messages in words.
    fn tell(&self, errors: &mut [ServerError], locale: Locale) {
        platform::graphql::tell(errors, &self.0.ctx.catalogues, locale);
    }

    /// Runs any operation; a subscription yields many answers.
    #[must_use]
    pub fn execute_stream(
        &self,
        mut prepared: Prepared,
        resume_from: ResumeFrom,
    ) -> BoxStream<'static, Answer> {
        prepared.request = prepared.request.data(resume_from);
        if prepared.operation == OperationType::Subscription {
            Box::pin(Answers {
                stream: Some(self.0.schema.execute_stream(prepared.request).peekable()),
                plan: prepared.plan,
                endpoint: self.clone(),
                locale: prepared.locale,
                begun: false,
            })
        } else {
            let endpoint = self.clone();
            Box::pin(stream::once(async move {
                let response = endpoint.execute(prepared).await;
                if is_request_error(&response) {
                    Err(response.errors)
                } else {
                    Ok(response)
                }
            }))
        }
    }

    /// Runs a connection that shutting down waits for.
    fn track<F: Future<Output = ()>>(&self, connection: F) -> impl Future<Output = ()> + use<F> {
        self.0.sockets.track_future(connection)
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

    fn live(&self) -> &dyn Live {
        self.0.live.as_ref()
    }
}

/// What async-graphql runs. Validated it is already.
fn request(plan: &Plan, operation: &document::Operation, variables: Variables) -> Request {
    let mut request = Request::new(String::new());
    request.set_parsed_query(plan.document(operation, &variables));
    request.variables(variables)
}

/// Whether an operation's root fields are all of those that every visitor gets alike.
fn asks_for_public_fields(plan: &Plan) -> bool {
    plan.root_fields().all(|name| {
        let name = name.as_str();
        name == "__typename" || permissions::SAME_FOR_EVERY_VISITOR.contains(&name)
    })
}

/// A subscription's answers, made fit for the caller; a panic ends it with an error, and the connection lives on.
struct Answers {
    stream: Option<Peekable<BoxStream<'static, Response>>>,
    plan: Arc<Plan>,
    endpoint: Endpoint,
    locale: Locale,
    /// Whether anything has come.
    begun: bool,
}

impl Answers {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Answer>> {
        let Some(running) = &mut self.stream else {
            return Poll::Ready(None);
        };
        let Some(mut response) = std::task::ready!(running.poll_next_unpin(cx)) else {
            return Poll::Ready(None);
        };
        let is_first = !std::mem::replace(&mut self.begun, true);
        if is_request_error(&response) || is_first && is_of_no_event(&response, running, cx) {
            return Poll::Ready(Some(Err(self.endpoint.finish(response, self.locale).errors)));
        }
        self.plan.complete(&mut response);
        Poll::Ready(Some(Ok(self.endpoint.finish(response, self.locale))))
    }
}

impl Stream for Answers {
    type Item = Answer;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Answer>> {
        match catch_unwind(AssertUnwindSafe(|| self.poll(cx))) {
            Ok(polled) => polled,
            Err(_) => {
                self.stream = None;
                Poll::Ready(Some(Err(self.endpoint.finish(panicked(), self.locale).errors)))
            }
        }
    }
}

/// Whether the first response says that the source stream could not be made (specification, 6.2.3.1), and not that an
/// event could not be told. async-graphql answers both alike. But an event's error is below the root field, unless the
/// events themselves are results; and then the stream goes on, while one that was never made is over.
fn is_of_no_event(
    response: &Response,
    rest: &mut Peekable<BoxStream<'static, Response>>,
    cx: &mut Context<'_>,
) -> bool {
    response.data == async_graphql::Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.len() <= 1)
        && matches!(Pin::new(rest).poll_peek(cx), Poll::Ready(None))
}

/// The answer to what panicked, which the panic hook has logged.
fn panicked() -> Response {
    let masked = platform::graphql::internal(anyhow::anyhow!("a resolver panicked"));
    Response::from_errors(vec![masked.into_server_error(Default::default())])
}

/// Whether the operation never ran: such a response has no `data`.
fn is_request_error(response: &Response) -> bool {
    response.data == async_graphql::Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// Gives every error a code and masks what is ours.
fn finish(response: &mut Response) {
    for error in &mut response.errors {
        let has_code = error
            .extensions
            .as_ref()
            .is_some_and(|extensions| extensions.get("code").is_some());
        if has_code {
            continue;
        }
        if error.source.is_some() {
            // A plain `?` in a resolver: nobody chose this text for the caller.
            let masked = platform::graphql::internal(anyhow::anyhow!("{}", error.message));
            error.message = masked.message;
            error.extensions = masked.extensions;
            error.source = masked.source;
        } else {
            let code = if error.path.is_empty() {
                "GRAPHQL_VALIDATION_FAILED"
            } else {
                BAD_REQUEST
            };
            error.extensions.get_or_insert_default().set("code", code);
        }
    }
}
