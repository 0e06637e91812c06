//! One connection: a loop over its socket, its operations, and the reasons to end.

use std::{net::IpAddr, pin::Pin};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tokio_stream::StreamMap;

use super::{
    FAREWELL_TIMEOUT, INIT_TIMEOUT, MAX_OPERATIONS, PING_INTERVAL, PROTOCOL, SEND_TIMEOUT,
    message::{Close, Incoming, Init, Outgoing},
};
use crate::{
    features::accounts::AuthError,
    http::graphql::{Answer, Caller, Endpoint, Params, Refused},
};
use platform::graphql::ResumeFrom;

/// An operation's answers, and `None` at its end.
type Answers = BoxStream<'static, Option<Answer>>;

/// Why the loop ends.
enum End {
    /// With a close frame.
    Close(Close),
    /// The peer has closed.
    Closed,
    /// The peer is gone.
    Gone,
}

pub(super) struct Connection {
    endpoint: Endpoint,
    socket: WebSocket,
    request_id: String,
    remote_addr: IpAddr,
    signed_in: Option<SignedIn>,
    operations: StreamMap<String, Answers>,
}

/// What `connection_init` left behind.
struct SignedIn {
    token: Option<String>,
    resume_from: ResumeFrom,
    /// When the access token runs out.
    expires_at: Option<Instant>,
    /// Resolves when the session ends.
    session_ended: BoxFuture<'static, ()>,
}

impl Connection {
    pub(super) fn new(
        endpoint: Endpoint,
        socket: WebSocket,
        request_id: String,
        remote_addr: IpAddr,
    ) -> Box<Self> {
        Box::new(Self {
            endpoint,
            socket,
            request_id,
            remote_addr,
            signed_in: None,
            operations: StreamMap::new(),
        })
    }

    /// Serves the connection to its end. There are thousands, and a task is as large as its largest step for as long as
    /// it lives: what happens now and then is boxed where it is awaited, and so is the connection itself, which would
    /// be held twice otherwise.
    pub(super) async fn run(mut self: Box<Self>) {
        let end = if self
            .socket
            .protocol()
            .is_some_and(|protocol| protocol == PROTOCOL)
        {
            self.serve().await
        } else {
            End::Close(Close::UnacceptableProtocol)
        };
        let farewell = async {
            match end {
                End::Close(close) => {
                    let (code, reason) = close.code_and_reason();
                    tracing::debug!(request_id = self.request_id, code, reason, "closing a websocket");
                    let frame = Message::Close(Some(CloseFrame {
                        code,
                        reason: reason.into(),
                    }));
                    if self.socket.send(frame).await.is_err() {
                        return;
                    }
                }
                End::Closed => {}
                End::Gone => return,
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
                Some(signed_in) => signed_in.expires_at.map_or(next_ping, |at| at.min(next_ping)),
            };
            timer.as_mut().reset(deadline);
            let step = tokio::select! {
                biased;
                () = shutdown.cancelled() => return End::Close(Close::ServiceRestart),
                () = session_ended(&mut self.signed_in) => return End::Close(Close::Unauthorized),
                () = timer.as_mut() => {
                    let now = Instant::now();
                    match &self.signed_in {
                        None if now >= init_deadline => return End::Close(Close::InitTimeout),
                        Some(SignedIn { expires_at: Some(at), .. }) if now >= *at => {
                            return End::Close(Close::Expired);
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
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(End::Close(Close::BadMessage)),
            // The library answers pings by itself.
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return Ok(()),
        };
        match Incoming::parse(&text).ok_or(End::Close(Close::BadMessage))? {
            Incoming::ConnectionInit(init) => self.init(init).await,
            Incoming::Ping => self.say(&Outgoing::Pong).await,
            Incoming::Pong => Ok(()),
            Incoming::Subscribe { id, params } => {
                if self.signed_in.is_none() {
                    return Err(End::Close(Close::Unauthorized));
                }
                if self.operations.contains_key(&id) {
                    return Err(End::Close(Close::DuplicateId));
                }
                self.subscribe(id, params).await
            }
            Incoming::Complete { id } => {
                self.operations.remove(&id);
                Ok(())
            }
        }
    }

    async fn init(&mut self, init: Init) -> Result<(), End> {
        if self.signed_in.is_some() {
            return Err(End::Close(Close::SecondInit));
        }
        let caller = self.caller(init.token.as_deref()).await?;
        let session_ended = match caller.actor.account() {
            Some(account) => self.endpoint.live().session_ended(account.session, account.id),
            None => std::future::pending().boxed(),
        };
        let expires_at = caller.expires_at.map(|at| {
            let left = at - self.endpoint.0.ctx.clock.now();
            Instant::now() + left.to_std().unwrap_or_default()
        });
        self.signed_in = Some(SignedIn {
            token: init.token,
            resume_from: ResumeFrom(init.resume_from),
            expires_at,
            session_ended,
        });
        self.say(&Outgoing::ConnectionAck).await
    }

    /// Who holds the token now: asked again for each operation, since a session can end and a password change.
    async fn caller(&mut self, token: Option<&str>) -> Result<Caller, End> {
        self.endpoint
            .authenticate(token, self.request_id.clone(), self.remote_addr)
            .await
            .map_err(|error| {
                End::Close(match error {
                    AuthError::Expired => Close::Expired,
                    AuthError::Internal(error) => {
                        let _ = platform::graphql::internal(anyhow::anyhow!("{error:#}"));
                        Close::Internal
                    }
                    AuthError::Invalid | AuthError::Revoked => Close::Unauthorized,
                })
            })
    }

    async fn subscribe(&mut self, id: String, params: Result<Params, Refused>) -> Result<(), End> {
        if self.operations.len() >= MAX_OPERATIONS {
            let refused = Refused::new(
                "LIMIT_EXCEEDED",
                format!("A connection runs {MAX_OPERATIONS} operations at a time; complete one first."),
            );
            return self
                .say(&Outgoing::Error {
                    id: &id,
                    payload: &refused.into_errors(),
                })
                .await;
        }
        let (token, resume_from) = self
            .signed_in
            .as_ref()
            .map(|signed_in| (signed_in.token.clone(), signed_in.resume_from.clone()))
            .unwrap_or_default();
        let caller = self.caller(token.as_deref()).await?;
        let prepared = match params {
            Ok(params) => self.endpoint.prepare(params, &caller).await,
            Err(refused) => Err(refused),
        };
        match prepared {
            Ok(prepared) => {
                let answers = self.endpoint.execute_stream(prepared, resume_from);
                self.operations
                    .insert(id, answers.map(Some).chain(stream::iter([None])).boxed());
                Ok(())
            }
            Err(refused) => {
                self.say(&Outgoing::Error {
                    id: &id,
                    payload: &refused.into_errors(),
                })
                .await
            }
        }
    }

    async fn forward(&mut self, id: &str, answer: Option<Answer>) -> Result<(), End> {
        match answer {
            None => self.say(&Outgoing::Complete { id }).await,
            Some(Ok(response)) => {
                let payload = &response;
                self.say(&Outgoing::Next { id, payload }).await
            }
            Some(Err(errors)) => {
                // `error` ends the operation: no `complete` follows.
                self.operations.remove(id);
                let payload = &errors;
                self.say(&Outgoing::Error { id, payload }).await
            }
        }
    }

    async fn say(&mut self, message: &Outgoing<'_>) -> Result<(), End> {
        let text = serde_json::to_string(message).map_err(|error| {
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
            () = session_ended(&mut self.signed_in) => Err(End::Close(Close::Unauthorized)),
        }
    }
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
