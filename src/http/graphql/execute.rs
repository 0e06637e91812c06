//! Running an operation: in time, beside the async threads when it is heavy, and to an answer that is fit for the caller.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use async_graphql::{Response, ServerError, Value, indexmap::IndexMap, parser::types::OperationType};
use futures_util::{
    FutureExt, Stream, StreamExt,
    stream::{self, BoxStream, Peekable},
};

use super::{
    Answer, BAD_REQUEST, Endpoint, LIMIT_EXCEEDED, Prepared, Refused, Watched,
    heavy::{NotRun, is_heavy},
    refused::shorten,
    watched,
};
use platform::{
    actor::Locale,
    graphql::{
        ResumeFrom,
        document::{self, Plan},
    },
    message,
};

/// A query or mutation that takes longer is ended.
const EXECUTION_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest answer, in bytes of JSON.
const MAX_ANSWER: u64 = 4 * 1024 * 1024;

/// What became of a query or mutation.
pub struct Executed {
    /// The answer.
    pub response: Response,
    /// How long it is as JSON, about, in bytes.
    pub bytes: u64,
}

impl From<Response> for Executed {
    fn from(response: Response) -> Self {
        Self {
            bytes: document::json_size(&response),
            response,
        }
    }
}

impl Endpoint {
    /// Runs a query or mutation: a heavy one beside the async threads, when its turn comes. It ends when nobody waits
    /// for it any more.
    pub async fn execute(&self, prepared: Prepared) -> Executed {
        if !is_heavy(&prepared.plan, prepared.cost) {
            return self.run(prepared).await;
        }
        let (cost, locale, endpoint) = (prepared.cost, prepared.locale, self.clone());
        let work = async move { endpoint.run(prepared).await };
        match self.0.heavy.run(cost, EXECUTION_TIMEOUT, work).await {
            Ok(executed) => executed,
            Err(NotRun::TookTooLong) => self.finish(took_too_long(), locale).into(),
            Err(NotRun::Panicked) => self.finish(panicked(), locale).into(),
        }
    }

    async fn run(&self, prepared: Prepared) -> Executed {
        let (locale, operation) = (prepared.locale, prepared.operation);
        let run = AssertUnwindSafe(self.answer(prepared)).catch_unwind();
        let response = match tokio::time::timeout(EXECUTION_TIMEOUT, run).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => panicked(),
            Err(_) => took_too_long(),
        };
        bounded(self.finish(response, locale), operation)
    }

    /// The answer in the form of the specification.
    async fn answer(&self, prepared: Prepared) -> Response {
        let in_turn = prepared.operation == OperationType::Mutation && prepared.plan.steps().len() > 1;
        if in_turn {
            return self.answer_in_turn(&prepared).await;
        }
        let plan = Arc::clone(&prepared.plan);
        let mut response = self.0.schema.execute(prepared.into_request()).await;
        plan.complete(&mut response);
        response
    }

    /// A mutation's fields, each by itself once the one before it is done (specification, 6.3.1), until one of them leaves no
    /// `data`: who sends several steps relies on those before, as graphql-js has it. Each reads what the others wrote.
    async fn answer_in_turn(&self, prepared: &Prepared) -> Response {
        let mut whole = Response::new(Value::Null);
        let mut data = IndexMap::new();
        for step in prepared.plan.steps() {
            let mut response = self.0.schema.execute(prepared.request_of(step)).await;
            step.complete(&mut response);
            whole.errors.append(&mut response.errors);
            let Value::Object(found) = response.data else {
                return whole;
            };
            data.extend(found);
        }
        whole.data = Value::Object(data);
        whole
    }

    /// Gives every error a code, masks what is ours, and puts our own messages in words.
    fn finish(&self, mut response: Response, locale: Locale) -> Response {
        self.tell(&mut response.errors, locale);
        finish(&mut response);
        // Masking has a message of its own.
        self.tell(&mut response.errors, locale);
        watched::count(&response.errors);
        response
    }

    /// As [`Endpoint::tell`], for a request that never ran.
    pub(super) fn tell_refused(&self, errors: &mut [ServerError], locale: Locale) {
        watched::count(errors);
        self.tell(errors, locale);
    }

    /// Puts our own messages in words.
    pub(super) fn tell(&self, errors: &mut [ServerError], locale: Locale) {
        platform::graphql::tell(errors, &self.0.ctx.catalogues, locale);
    }

    /// Runs any operation; a subscription yields many answers. `watched` is told how it went.
    #[must_use]
    pub fn execute_stream(
        &self,
        prepared: Prepared,
        resume_from: ResumeFrom,
        mut watched: Watched,
    ) -> BoxStream<'static, Answer> {
        watched.kind(prepared.operation);
        if prepared.operation == OperationType::Subscription {
            watched.streams();
            let (plan, locale) = (Arc::clone(&prepared.plan), prepared.locale);
            let request = prepared.into_request().data(resume_from);
            Box::pin(Answers {
                stream: Some(self.0.schema.execute_stream(request).peekable()),
                plan,
                endpoint: self.clone(),
                locale,
                begun: false,
            })
        } else {
            let endpoint = self.clone();
            Box::pin(stream::once(async move {
                let Executed { response, .. } = endpoint.execute(prepared).await;
                watched.ended(&response.errors);
                if is_request_error(&response) {
                    Err(response.errors)
                } else {
                    Ok(response)
                }
            }))
        }
    }
}

fn took_too_long() -> Response {
    let refused = Refused::new("TIMEOUT", message!("request-timed-out"));
    Response::from_errors(refused.into_errors())
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
        let response = self.endpoint.finish(response, self.locale);
        Poll::Ready(Some(Ok(bounded(response, OperationType::Subscription).response)))
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
pub(super) fn is_request_error(response: &Response) -> bool {
    response.data == async_graphql::Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// The answer, unless it is larger than answers may be: then what is wrong, and nothing of it.
fn bounded(response: Response, operation: OperationType) -> Executed {
    let bytes = document::json_size(&response);
    if bytes <= MAX_ANSWER {
        return Executed { response, bytes };
    }
    let done = match operation {
        OperationType::Mutation => "The changes were made, but the",
        OperationType::Query | OperationType::Subscription => "The",
    };
    let message =
        format!("{done} answer has {bytes} bytes, more than the {MAX_ANSWER} allowed: ask for less at once.");
    let refused = Refused::for_developers(LIMIT_EXCEEDED, message);
    watched::count(refused.errors());
    Response::from_errors(refused.into_errors()).into()
}

/// Gives every error a code and masks what is ours.
fn finish(response: &mut Response) {
    for error in &mut response.errors {
        shorten(error);
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
