//! GraphQL behind both transports: what HTTP and WebSocket share.

mod over_http;
mod params;
pub mod trusted;
mod websocket;

use std::{
    collections::HashSet,
    future::Future,
    net::IpAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use async_graphql::{
    Executor, Request, Response, ServerError,
    parser::types::{ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet},
};
use chrono::{DateTime, Utc};
use futures_util::{
    FutureExt, Stream, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use over_http::{handle as over_http, method_not_allowed};
pub use params::Params;
pub use websocket::handle as websocket;

use super::public_answers::PublicAnswers;
use crate::{
    features::accounts::{self, AuthError},
    graphql::permissions,
    platform::{
        actor::{AccountId, Actor, SessionId},
        ctx::Ctx,
        graphql::{
            RequestInfo, ResumeFrom, compact,
            field_order::FieldOrder,
            limits::{self, Limits},
        },
    },
};

/// What clients read when a trusted document isn't known; they then send it whole.
const PERSISTED_QUERY_NOT_FOUND: &str = "PERSISTED_QUERY_NOT_FOUND";
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
}

/// Why a request was not executed.
#[derive(Debug)]
pub struct Refused {
    /// For `extensions.code`.
    pub code: &'static str,
    /// For a person.
    pub message: String,
}

impl Refused {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// Whether a limit was broken.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        self.code == LIMIT_EXCEEDED
    }

    /// As a GraphQL error.
    #[must_use]
    pub fn into_error(self) -> ServerError {
        let mut error = ServerError::new(self.message, None);
        error.extensions.get_or_insert_default().set("code", self.code);
        error
    }
}

impl From<limits::Refusal> for Refused {
    fn from(refusal: limits::Refusal) -> Self {
        Self::new(LIMIT_EXCEEDED, refusal.to_string())
    }
}

/// A request that passed all checks.
pub struct Prepared {
    request: Request,
    /// How the fields of its answer are ordered.
    order: FieldOrder,
    /// The kind of its operation; `None` when its name fits none, which execution will say.
    pub operation: Option<OperationType>,
    /// Whether it asks only for what every visitor gets alike.
    pub is_public: bool,
}

impl Endpoint {
    /// Puts the parts together.
    #[must_use]
    pub fn new(
        schema: impl Executor,
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
    ) -> Result<Caller, AuthError> {
        let found = accounts::authenticate(&self.0.ctx, bearer).await?;
        Ok(Caller {
            actor: found.actor,
            expires_at: found.expires_at,
            request_id,
            remote_addr,
        })
    }

    /// Parses and measures a document and attaches what its resolvers need.
    ///
    /// # Errors
    /// When it doesn't parse, is too much, or asks for the schema without being staff.
    pub fn prepare(&self, params: Params, caller: &Caller) -> Result<Prepared, Refused> {
        let (mut document, params) = self.parse(params)?;
        let variables = async_graphql::Variables::from_json(params.variables.into());
        let measured = limits::measure(
            &document,
            params.operation_name.as_deref(),
            &variables,
            &self.0.limits,
        )?;
        if measured.introspects && !caller.actor.is_staff() {
            return Err(match caller.actor {
                Actor::Anonymous => Refused::new(
                    "UNAUTHENTICATED",
                    "Introspection is for staff: sign in, or read schema.graphql in the repository.",
                ),
                _ => Refused::new(
                    "FORBIDDEN",
                    "Introspection is for staff: read schema.graphql in the repository.",
                ),
            });
        }
        let operation = chosen_operation(&document, params.operation_name.as_deref());
        let is_public = measured.operation == Some(OperationType::Query)
            && matches!(caller.actor, Actor::Anonymous)
            && operation.is_some_and(|operation| asks_for_public_fields(&document, operation));
        // An event's few fields are there at once, in order already; a stream needn't carry more for them.
        let order = operation
            .filter(|operation| operation.ty != OperationType::Subscription)
            .map(|operation| FieldOrder::of(&document, operation))
            .unwrap_or_default();
        let mut request = Request::new(String::new()).variables(variables);
        if let Some(name) = params.operation_name {
            request = request.operation_name(name);
        }
        if measured.operation == Some(OperationType::Subscription) {
            compact::shrink(&mut document);
        }
        request.set_parsed_query(document);
        let info = RequestInfo {
            request_id: caller.request_id.clone(),
            remote_addr: caller.remote_addr,
            event_cursor: self.0.live.head_cursor(),
        };
        let request = crate::graphql::with_request_data(request, caller.actor.clone(), info);
        Ok(Prepared {
            request,
            order,
            operation: measured.operation,
            is_public,
        })
    }

    fn parse(&self, params: Params) -> Result<(ExecutableDocument, Params), Refused> {
        limits::count_tokens(&params.query, &self.0.limits)?;
        let document = async_graphql::parser::parse_query(&params.query)
            .map_err(|error| Refused::new("GRAPHQL_PARSE_FAILED", error.to_string()))?;
        Ok((document, params))
    }

    /// Runs a query or mutation.
    pub async fn execute(&self, prepared: Prepared) -> Response {
        let run = AssertUnwindSafe(self.0.schema.execute(prepared.request)).catch_unwind();
        match tokio::time::timeout(EXECUTION_TIMEOUT, run).await {
            Ok(Ok(mut response)) => {
                prepared.order.apply(&mut response.data);
                finish(response)
            }
            Ok(Err(_)) => panicked(),
            Err(_) => Response::from_errors(vec![
                Refused::new(
                    "TIMEOUT",
                    "The request took too long and was ended: ask for less at once.",
                )
                .into_error(),
            ]),
        }
    }

    /// Runs any operation; a subscription yields many responses.
    #[must_use]
    pub fn execute_stream(
        &self,
        mut prepared: Prepared,
        resume_from: ResumeFrom,
    ) -> BoxStream<'static, Response> {
        prepared.request = prepared.request.data(resume_from);
        if prepared.operation == Some(OperationType::Subscription) {
            Box::pin(Answers(Some(self.0.schema.execute_stream(prepared.request))))
        } else {
            let endpoint = self.clone();
            Box::pin(stream::once(async move { endpoint.execute(prepared).await }))
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

/// The operation that is run: the one of this name, or the only one.
fn chosen_operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<&'a OperationDefinition> {
    document
        .operations
        .iter()
        .find(|(own, _)| name.is_none_or(|wanted| own.is_some_and(|own| own == wanted)))
        .map(|(_, operation)| &operation.node)
}

/// Whether an operation's root fields are all of those that every visitor gets alike, fragments followed. The document
/// was measured: its fragments don't spread themselves, and what follows them is bounded by its length.
fn asks_for_public_fields(document: &ExecutableDocument, operation: &OperationDefinition) -> bool {
    let mut seen = HashSet::new();
    let mut sets: Vec<&SelectionSet> = vec![&operation.selection_set.node];
    while let Some(set) = sets.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.name.node.as_str();
                    if name != "__typename" && !permissions::SAME_FOR_EVERY_VISITOR.contains(&name) {
                        return false;
                    }
                }
                Selection::InlineFragment(fragment) => sets.push(&fragment.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = document.fragments.get(name) else {
                        return false;
                    };
                    if seen.insert(name) {
                        sets.push(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }
    true
}

/// A subscription's responses, made fit for the caller; a panic ends it with an error, and the connection lives on.
struct Answers(Option<BoxStream<'static, Response>>);

impl Stream for Answers {
    type Item = Response;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Response>> {
        let Some(stream) = &mut self.0 else {
            return Poll::Ready(None);
        };
        match catch_unwind(AssertUnwindSafe(|| stream.poll_next_unpin(cx))) {
            Ok(polled) => polled.map(|response| response.map(finish)),
            Err(_) => {
                self.0 = None;
                Poll::Ready(Some(panicked()))
            }
        }
    }
}

/// The answer to what panicked, which the panic hook has logged.
fn panicked() -> Response {
    let masked = crate::platform::graphql::internal(anyhow::anyhow!("a resolver panicked"));
    Response::from_errors(vec![masked.into_server_error(Default::default())])
}

/// Whether the operation never ran: such a response has no `data`.
fn is_request_error(response: &Response) -> bool {
    response.data == async_graphql::Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// Gives every error a code and masks what is ours.
fn finish(mut response: Response) -> Response {
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
            let masked = crate::platform::graphql::internal(anyhow::anyhow!("{}", error.message));
            error.message = masked.message;
            error.extensions = masked.extensions;
            error.source = None;
        } else {
            let code = if error.path.is_empty() {
                "GRAPHQL_VALIDATION_FAILED"
            } else {
                "BAD_REQUEST"
            };
            error.extensions.get_or_insert_default().set("code", code);
        }
    }
    response
}
