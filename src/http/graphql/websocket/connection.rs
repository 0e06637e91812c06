//! One connection: a loop over its socket, its operations, and the reasons to end.

use std::{net::IpAddr, pin::Pin, sync::Arc, time::Duration};

use async_graphql::{Response, parser::types::OperationType};
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tokio_stream::StreamMap;

use super::{
    FAREWELL_TIMEOUT, INIT_TIMEOUT, KEEP_ALIVE_INTERVAL, MAX_OPERATIONS, PING_INTERVAL, SEND_TIMEOUT,
    close::Close,
    credentials::Unreadable,
    message::{Dialect, Incoming, Init, Invalid, Outgoing},
};
use crate::{
    features::accounts::AuthError,
    http::{
        caps::{Cap, Place},
        encoding::LARGE,
        graphql::{
            Answer, BAD_REQUEST, Caller, Endpoint, LIMIT_EXCEEDED, Params, Prepared, Refused, Watched,
        },
    },
};
use platform::{
    actor::Locale,
    graphql::{ResumeFrom, document::json_size},
};

/// How long answers that are being made are waited for when the connection's token was replaced.
const LAST_ANSWERS: Duration = Duration::from_millis(500);

/// An operation's answers, and `None` at its end.
type Answers = BoxStream<'static, Option<Answer>>;

/// Why the loop ends.
enum End {
    /// With a close frame.
    Close(Close),
    /// The session has ended, or goes on with other tokens than this connection's.
    SessionOver,
    /// The peer has closed.
    Closed,
    /// The peer is gone.
    Gone,
}

pub(super) struct Connection {
    endpoint: Endpoint,
    socket: WebSocket,
    place: Place,
    /// Both differ in their messages alone.
    dialect: Dialect,
    /// What the request for the upgrade said, until `connection_init` has its say.
    upgrade_token: Result<Option<String>, Unreadable>,
    request_id: String,
    remote_addr: IpAddr,
    /// What the client said of itself in that request.
    user_agent: Option<Arc<str>>,
    /// The language that the request for the upgrade asked for.
    language: Locale,
    /// The language that the caller reads.
    locale: Locale,
    signed_in: Option<SignedIn>,
    operations: StreamMap<String, Answers>,
}

/// What `connection_init` left behind.
struct SignedIn {
    token: Option<String>,
    resume_from: ResumeFrom,
    /// When the access token runs out.
    expires_at: Option<Instant>,
    /// When the legacy dialect says `ka` next.
    next_keep_alive: Option<Instant>,
    /// Resolves when the session ends.
    session_ended: BoxFuture<'static, ()>,
}

impl Connection {
    pub(super) fn new(
        endpoint: Endpoint,
        socket: WebSocket,
        place: Place,
        upgrade_token: Result<Option<String>, Unreadable>,
        request_id: String,
        remote_addr: IpAddr,
        language: Locale,
    ) -> Box<Self> {
        Box::new(Self {
            endpoint,
            socket,
            place,
            dialect: Dialect::GraphQLWS,
            upgrade_token,
            request_id,
            remote_addr,
            user_agent: None,
            language,
            locale: language,
            signed_in: None,
            operations: StreamMap::new(),
        })
    }

    /// Says what the client calls itself.
    pub(super) fn of_user_agent(mut self: Box<Self>, user_agent: Option<Arc<str>>) -> Box<Self> {
        self.user_agent = user_agent;
        self
    }

    /// Serves the connection to its end. There are thousands, and a task is as large as its largest step for as long as
    /// it lives: what happens now and then is boxed where it is awaited, and so is the connection itself, which would
    /// be held twice otherwise.
    pub(super) async fn run(mut self: Box<Self>) {
        let chosen = self.socket.protocol().and_then(|name| name.to_str().ok());
        let end = match chosen.and_then(|name| name.parse().ok()) {
            Some(dialect) => {
                self.dialect = dialect;
                self.serve().await
            }
            None => End::Close(Close::UnacceptableProtocol),
        };
        let end = match end {
            End::SessionOver => Box::pin(self.session_over()).await,
            end => end,
        };
        let farewell = async {
            match end {
                End::Close(close) => {
                    let (code, reason) = close.code_and_reason();
                    tracing::debug!(request_id = self.request_id, code, reason, "closing a websocket");
                    // Its clients don't look at close codes.
                    if self.is_legacy()
                        && close.error_code().is_some()
                        && let Ok(text) = Outgoing::ConnectionError(close).write(self.dialect)
                        && self.socket.send(Message::Text(text.into())).await.is_err()
                    {
                        return;
                    }
                    let frame = Message::Close(Some(CloseFrame {
                        code,
                        reason: reason.into(),
                    }));
                    if self.socket.send(frame).await.is_err() {
                        return;
                    }
                }
                End::Closed => {}
                End::Gone | End::SessionOver => return,
            }
            // Waits for the peer's close frame, so that ours isn't lost in a reset, or sends the answer to it.
            while let Some(Ok(_)) = self.socket.recv().await {}
        };
        let _ = Box::pin(timeout(FAREWELL_TIMEOUT, farewell)).await;
    }

    async fn serve(&mut self) -> End {
        let shutdown = self.endpoint.0.shutdown.clone();
        let init_deadline = Instant::now() + INIT_TIMEOUT;
        let mut next_ping = Instant::now() + PING_INTERVAL;
        let mut awaiting_pong = false;
        let mut timer: Pin<Box<Sleep>> = Box::pin(sleep_until(init_deadline));
        loop {
            let deadline = match &self.signed_in {
                None => init_deadline.min(next_ping),
                Some(SignedIn {
                    expires_at,
                    next_keep_alive,
                    ..
                }) => [*expires_at, *next_keep_alive]
                    .into_iter()
                    .flatten()
                    .fold(next_ping, Instant::min),
            };
            timer.as_mut().reset(deadline);
            let step = tokio::select! {
                biased;
                () = shutdown.cancelled() => return End::Close(Close::ServiceRestart),
                () = session_ended(&mut self.signed_in) => return End::SessionOver,
                () = timer.as_mut() => {
                    let now = Instant::now();
                    match &mut self.signed_in {
                        None if now >= init_deadline => return End::Close(Close::InitTimeout),
                        Some(SignedIn { expires_at: Some(at), .. }) if now >= *at => {
                            return End::Close(Close::Expired);
                        }
                        Some(SignedIn { next_keep_alive: Some(at), .. }) if now >= *at => {
                            *at = now + KEEP_ALIVE_INTERVAL;
                            self.say(Outgoing::KeepAlive).boxed().await
                        }
                        _ if awaiting_pong => return End::Gone,
                        _ => {
                            awaiting_pong = true;
                            next_ping = now + PING_INTERVAL;
                            self.send(Message::Ping(bytes::Bytes::new())).boxed().await
                        }
                    }
                }
                message = self.socket.recv() => match message {
                    None => return End::Gone,
                    Some(Ok(Message::Close(_))) => return End::Closed,
                    Some(Err(error)) => return unreadable(error),
                    Some(Ok(message)) => {
                        awaiting_pong = false;
                        next_ping = Instant::now() + PING_INTERVAL;
                        self.receive(message).boxed().await
                    }
                },
                Some((id, answer)) = self.operations.next() => self.forward(&id, answer).boxed().await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn receive(&mut self, message: Message) -> Result<(), End> {
        let message = match message {
            Message::Text(text) => Incoming::parse(self.dialect, &text),
            Message::Binary(_) => Err(Invalid(None)),
            // The library answers pings by itself.
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return Ok(()),
        };
        match message {
            Ok(Incoming::Init(init)) => self.init(init).await,
            Ok(Incoming::Ping) => self.say(Outgoing::Pong).await,
            Ok(Incoming::Pong) => Ok(()),
            Ok(Incoming::Start { id, params }) => {
                if self.signed_in.is_none() {
                    return Err(End::Close(Close::NotInitialised));
                }
                // In the legacy dialect the new one takes its place.
                if self.operations.remove(&id).is_some() && !self.is_legacy() {
                    return Err(End::Close(Close::DuplicateId));
                }
                self.start(id, params).await
            }
            Ok(Incoming::Stop { id }) => {
                // The legacy dialect answers: the client may wait for it.
                if self.operations.remove(&id).is_some() && self.is_legacy() {
                    return self.say(Outgoing::Complete { id: &id }).await;
                }
                Ok(())
            }
            Ok(Incoming::Terminate) => Err(End::Close(Close::Terminated)),
            Err(Invalid(id)) => self.pass_over(id).await,
        }
    }

    /// Answers a message that the dialect doesn't have: the legacy one goes on once it has begun.
    async fn pass_over(&mut self, id: Option<String>) -> Result<(), End> {
        let invalid = Close::BadMessage;
        if !self.is_legacy() || self.signed_in.is_none() {
            return Err(End::Close(invalid));
        }
        match id {
            Some(id) => {
                let (_, reason) = invalid.code_and_reason();
                self.refuse(&id, Refused::for_developers(BAD_REQUEST, reason))
                    .await
            }
            None => self.say(Outgoing::ConnectionError(invalid)).await,
        }
    }

    async fn init(&mut self, init: Init) -> Result<(), End> {
        if self.signed_in.is_some() {
            return Err(End::Close(Close::SecondInit));
        }
        let of_upgrade = std::mem::replace(&mut self.upgrade_token, Ok(None));
        let token = match init.token {
            Ok(None) => of_upgrade,
            told => told,
        };
        let token = token.map_err(|unreadable| End::Close(Close::Credentials(unreadable)))?;
        let caller = self.caller(token.as_deref()).await?;
        if let Some(account) = caller.actor.account_id() {
            let belongs = self.place.belongs_to(account);
            belongs.map_err(|_| End::Close(Close::TooManyConnections))?;
        }
        let session_ended = match caller.actor.account() {
            Some(account) => self.endpoint.live().session_ended(account.session, account.id),
            None => std::future::pending().boxed(),
        };
        let expires_at = caller.expires_at.map(|at| {
            let left = at - self.endpoint.0.ctx.clock.now();
            Instant::now() + left.to_std().unwrap_or_default()
        });
        self.signed_in = Some(SignedIn {
            token,
            resume_from: ResumeFrom(init.resume_from),
            expires_at,
            next_keep_alive: self.is_legacy().then(|| Instant::now() + KEEP_ALIVE_INTERVAL),
            session_ended,
        });
        self.say(Outgoing::Ack).await?;
        // A client waits for the second `ka` only when it has seen the first.
        if self.is_legacy() {
            self.say(Outgoing::KeepAlive).await?;
        }
        Ok(())
    }

    /// Who holds the token now: asked again for each operation, since a session can end and a password change.
    async fn caller(&mut self, token: Option<&str>) -> Result<Caller, End> {
        let mut caller = self
            .endpoint
            .authenticate(token, self.request_id.clone(), self.remote_addr, self.language)
            .await
            .map_err(|error| {
                End::Close(match error {
                    AuthError::Expired => Close::Expired,
                    AuthError::Internal(error) => {
                        let _ = platform::graphql::internal(anyhow::anyhow!("{error:#}"));
                        Close::Internal
                    }
                    AuthError::Invalid => Close::BadToken,
                    AuthError::Revoked => Close::SessionEnded,
                })
            })?;
        caller.user_agent.clone_from(&self.user_agent);
        self.locale = caller.locale();
        Ok(caller)
    }

    async fn start(&mut self, id: String, params: Result<Params, Refused>) -> Result<(), End> {
        let mut watched = Watched::begin();
        if self.operations.len() >= MAX_OPERATIONS {
            let refused = Refused::for_developers(
                LIMIT_EXCEEDED,
                format!("A connection runs {MAX_OPERATIONS} operations at a time; complete one first."),
            );
            watched.ended(refused.errors());
            return self.refuse(&id, refused).await;
        }
        let (token, resume_from) = self
            .signed_in
            .as_ref()
            .map(|signed_in| (signed_in.token.clone(), signed_in.resume_from.clone()))
            .unwrap_or_default();
        let caller = self.caller(token.as_deref()).await?;
        watched.document(params.as_ref().ok().and_then(|params| params.document_name));
        match prepare(&self.endpoint, params, &caller).await {
            Ok((prepared, place)) => {
                let answers = self.endpoint.execute_stream(prepared, resume_from, watched);
                let answers = answers.map(move |answer| {
                    // Taken for as long as the operation runs.
                    let _ = &place;
                    Some(answer)
                });
                self.operations
                    .insert(id, answers.chain(stream::iter([None])).boxed());
                Ok(())
            }
            Err(refused) => {
                watched.ended(refused.errors());
                self.refuse(&id, refused).await
            }
        }
    }

    async fn refuse(&mut self, id: &str, refused: Refused) -> Result<(), End> {
        let mut errors = refused.into_errors();
        self.endpoint.tell_refused(&mut errors, self.locale);
        self.say(Outgoing::Error { id, errors: &errors }).await
    }

    async fn forward(&mut self, id: &str, answer: Option<Answer>) -> Result<(), End> {
        match answer {
            None => self.say(Outgoing::Complete { id }).await,
            Some(Ok(response)) => self.answer(id, response).await,
            Some(Err(errors)) => {
                // `error` ends the operation: no `complete` follows.
                self.operations.remove(id);
                let errors = &errors;
                self.say(Outgoing::Error { id, errors }).await
            }
        }
    }

    /// Sends an answer; a large one is written where it holds up nobody.
    async fn answer(&mut self, id: &str, response: Response) -> Result<(), End> {
        if json_size(&response) < LARGE as u64 {
            let response = &response;
            return self.say(Outgoing::Answer { id, response }).await;
        }
        let (id, dialect) = (id.to_owned(), self.dialect);
        let written = tokio::task::spawn_blocking(move || {
            let message = Outgoing::Answer {
                id: &id,
                response: &response,
            };
            message.write(dialect)
        });
        match written.await {
            Ok(written) => self.send_written(written).await,
            Err(_) => Err(End::Close(Close::Internal)),
        }
    }

    fn is_legacy(&self) -> bool {
        self.dialect == Dialect::SubscriptionsTransportWS
    }

    async fn say(&mut self, message: Outgoing<'_>) -> Result<(), End> {
        let written = message.write(self.dialect);
        self.send_written(written).await
    }

    async fn send_written(&mut self, written: serde_json::Result<String>) -> Result<(), End> {
        let text = written.map_err(|error| {
            tracing::error!(%error, "a message could not be written as JSON");
            End::Close(Close::Internal)
        })?;
        self.send(Message::Text(text.into())).await
    }

    /// Sends, for as long as the connection has a reason to live: a reader that stalls holds up nobody's end.
    async fn send(&mut self, message: Message) -> Result<(), End> {
        let stopping = self.endpoint.0.shutdown.cancelled();
        tokio::select! {
            biased;
            sent = timeout(SEND_TIMEOUT, self.socket.send(message)) => match sent {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) | Err(_) => Err(End::Gone),
            },
            () = stopping => Err(End::Close(Close::ServiceRestart)),
            () = session_ended(&mut self.signed_in) => Err(End::SessionOver),
        }
    }

    /// Says whether to sign in again or to come back with the new tokens; those may be in an answer of this very connection
    /// that is about to be written.
    async fn session_over(&mut self) -> End {
        let Some(SignedIn { token, .. }) = self.signed_in.take() else {
            return End::Close(Close::SessionEnded);
        };
        match self.caller(token.as_deref()).await {
            Ok(_) | Err(End::Close(Close::Expired)) => {}
            Err(end) => return end,
        }
        let last = tokio::time::sleep(LAST_ANSWERS);
        tokio::pin!(last);
        while !self.operations.is_empty() {
            let next = tokio::select! {
                biased;
                () = &mut last => break,
                next = self.operations.next() => next,
            };
            let Some((id, answer)) = next else { break };
            if let Err(end) = self.forward(&id, answer).boxed().await {
                return end;
            }
        }
        End::Close(Close::Expired)
    }
}

/// Prepares an operation, and takes its place among those that run.
async fn prepare(
    endpoint: &Endpoint,
    params: Result<Params, Refused>,
    caller: &Caller,
) -> Result<(Prepared, Place), Refused> {
    let enter = |cap: &Cap, what| {
        let place = cap.enter(Some(caller.remote_addr), caller.actor.account_id());
        place.map_err(|full| Refused::full(full, what))
    };
    let caps = endpoint.caps();
    let place = enter(&caps.operations, "operations")?;
    let prepared = endpoint.prepare(params?, caller).await?;
    if prepared.operation == OperationType::Subscription {
        return Ok((prepared, enter(&caps.subscriptions, "subscriptions")?));
    }
    Ok((prepared, place))
}

/// What to make of a frame that could not be read.
fn unreadable(error: axum::Error) -> End {
    use tokio_tungstenite::tungstenite::Error;
    match error.into_inner().downcast_ref::<Error>() {
        Some(Error::Capacity(_)) => End::Close(Close::TooBig),
        Some(Error::Utf8(_)) => End::Close(Close::BadMessage),
        _ => End::Gone,
    }
}

/// Resolves when the session behind the connection ends; never for visitors.
async fn session_ended(signed_in: &mut Option<SignedIn>) {
    match signed_in {
        Some(signed_in) => (&mut signed_in.session_ended).await,
        None => std::future::pending().await,
    }
}
