//! GraphQL over HTTP (the GraphQL Foundation's draft of 2025): POST JSON, GET for queries, both media types with
//! the statuses that belong to each. `tests/node/graphql-http-audit.mjs` runs the draft's own audits.

use std::{sync::Arc, time::Duration};

use async_graphql::{Response as GraphqlResponse, ServerError, parser::types::OperationType};
use axum::{
    body::Body,
    extract::{Extension, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

use super::{
    BAD_REQUEST, Endpoint, Executed, PERSISTED_QUERY_NOT_FOUND, Params, Refused, Watched, cookie,
    is_request_error,
};
use crate::{
    features::accounts::AuthError,
    http::{
        caps::{Full, RETRY_AFTER_SECONDS},
        encoding::{Encoded, Encoding, LARGE, compressed},
        language::{self, thousandths},
        middleware::{ClientAddress, RequestId},
        public_answers::{PublicAnswer, Question},
    },
};
use platform::{actor::Locale, message};

/// The largest body, in bytes (DESIGN.md 6).
const MAX_BODY: usize = 256 * 1024;
/// How much of a body that is too large is read all the same, in bytes: as much as the largest photo that somebody puts
/// here by mistake.
const MAX_DISCARDED: usize = 12 * 1024 * 1024;
/// What an answer has around its data, in bytes.
const ENVELOPE: usize = 64;
/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);

const GRAPHQL_RESPONSE_JSON: &str = "application/graphql-response+json; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

/// The media type of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Accepted {
    /// Statuses say how the request went.
    GraphqlResponse,
    /// The older type: a well-formed request is answered with 200, whatever became of it.
    Json,
}

/// Answers `GET` and `POST /graphql`.
pub async fn handle(
    State(endpoint): State<Endpoint>,
    Extension(request_id): Extension<RequestId>,
    Extension(address): Extension<ClientAddress>,
    request: Request,
) -> Response {
    let language = language::asked_for(request.headers());
    let mut replies = Replies {
        endpoint: &endpoint,
        accepted: Accepted::Json,
        locale: language,
        watched: Watched::begin(),
    };
    let Some(accepted) = negotiate(request.headers()) else {
        return replies.refuse(
            StatusCode::NOT_ACCEPTABLE,
            Refused::for_developers(
                BAD_REQUEST,
                "Accept application/graphql-response+json or application/json.",
            ),
        );
    };
    replies.accepted = accepted;
    let (parts, body) = request.into_parts();
    // Read before anything else of this request is: what changes from here on isn't promised by the answer.
    let anonymous = !parts.headers.contains_key(header::AUTHORIZATION);
    let generation = if anonymous {
        endpoint.public().generation()
    } else {
        None
    };
    let reads = matches!(parts.method, Method::GET | Method::HEAD);
    let mut question = Question {
        kind: ("GET", accepted.content_type()),
        text: Bytes::copy_from_slice(parts.uri.query().unwrap_or_default().as_bytes()),
    };
    if reads && let Some(answer) = endpoint.public().find(generation, &question) {
        replies.watched.kept(&answer);
        answer.prepare(&parts.headers).await;
        return answer.respond(&parts.headers);
    }
    let mut caller = match endpoint
        .authenticate(bearer(&parts.headers), request_id.0, address.0, language)
        .await
    {
        Ok(caller) => caller,
        Err(error) => return replies.refuse_token(&error),
    };
    replies.locale = caller.locale();
    let public_url = &endpoint.ctx().config.public_url;
    let cookie = cookie::of(&parts.method, &parts.headers, public_url);
    caller.cookie.clone_from(&cookie);
    caller.user_agent = super::user_agent(&parts.headers);
    let params = if reads {
        Params::from_url_query(parts.uri.query().unwrap_or_default())
    } else {
        match read_body(&parts.headers, body).await {
            Ok(bytes) => {
                question = Question {
                    kind: ("POST", accepted.content_type()),
                    text: bytes.clone(),
                };
                if let Some(answer) = endpoint.public().find(generation, &question) {
                    replies.watched.kept(&answer);
                    answer.prepare(&parts.headers).await;
                    return answer.respond_once(&parts.headers);
                }
                Params::from_json(&bytes)
            }
            Err((status, refused)) => return replies.refuse(status, refused),
        }
    };
    let params = match params {
        Ok(params) => params,
        Err(refused) if refused.code == PERSISTED_QUERY_NOT_FOUND => {
            return replies.refuse(accepted.request_error(), refused);
        }
        Err(refused) => return replies.refuse(StatusCode::BAD_REQUEST, refused),
    };
    let document = params.document_name;
    replies.watched.document(document);
    let account = caller.actor.account_id();
    let place = endpoint
        .caps()
        .operations
        .enter(Some(caller.remote_addr), account);
    let _place = match place {
        Ok(place) => place,
        Err(full) => return replies.refuse_full(full),
    };
    let prepared = match endpoint.prepare(params, &caller).await {
        Ok(prepared) => prepared,
        Err(refused) => return replies.refuse(accepted.request_error(), refused),
    };
    replies.watched.kind(prepared.operation);
    match prepared.operation {
        OperationType::Mutation if parts.method != Method::POST => {
            let mut response = replies.refuse(
                StatusCode::METHOD_NOT_ALLOWED,
                Refused::for_developers(BAD_REQUEST, "Mutations are sent with POST."),
            );
            response
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static("POST"));
            return response;
        }
        OperationType::Subscription => {
            let refused = Refused::for_developers(
                BAD_REQUEST,
                "Subscriptions run over WebSocket: connect to this address with the subprotocol graphql-transport-ws.",
            );
            return replies.refuse(accepted.request_error(), refused);
        }
        _ => {}
    }
    let may_keep = anonymous && prepared.is_public;
    let Executed { response, bytes } = endpoint.execute(prepared).await;
    replies.watched.ended(&response.errors);
    let status = accepted.status(&response);
    let may_keep = may_keep && response.errors.is_empty();
    let is_large = bytes >= LARGE as u64;
    let Some(body) = written_beside(response, bytes).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if may_keep {
        let ready = Arc::new(PublicAnswer::new(accepted.content_type(), body).to_document(document));
        endpoint.public().keep(generation, question, &ready);
        ready.prepare(&parts.headers).await;
        return if reads {
            ready.respond(&parts.headers)
        } else {
            ready.respond_once(&parts.headers)
        };
    }
    let mut response = if is_large {
        large(accepted, status, body, &parts.headers).await
    } else {
        with_body(accepted, status, body)
    };
    let change = cookie.and_then(|cookie| cookie.take_change());
    let header = change.and_then(|it| cookie::header_of(&it, public_url, endpoint.ctx().clock.now()));
    response
        .headers_mut()
        .extend(header.map(|header| (header::SET_COOKIE, header)));
    response
}

/// A large answer, compressed beside the async threads.
async fn large(accepted: Accepted, status: StatusCode, body: Bytes, asked: &HeaderMap) -> Response {
    let (encoding, body) = compressed(body, asked).await;
    let mut response = with_body(accepted, status, body);
    let headers = response.headers_mut();
    headers.insert(
        header::VARY,
        HeaderValue::from_static("Accept, Accept-Encoding, Accept-Language, Authorization"),
    );
    if encoding != Encoding::Identity {
        headers.insert(
            header::CONTENT_ENCODING,
            HeaderValue::from_static(encoding.name()),
        );
    }
    response.extensions_mut().insert(Encoded);
    response
}

/// Answers every other method.
pub async fn method_not_allowed(State(endpoint): State<Endpoint>) -> Response {
    let mut replies = Replies {
        endpoint: &endpoint,
        accepted: Accepted::Json,
        locale: Locale::default(),
        watched: Watched::begin(),
    };
    let mut response = replies.refuse(
        StatusCode::METHOD_NOT_ALLOWED,
        Refused::for_developers(BAD_REQUEST, "Send POST with a JSON body, or GET for queries."),
    );
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
    response
}

impl Accepted {
    const fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => GRAPHQL_RESPONSE_JSON,
            Self::Json => JSON,
        }
    }

    /// The status of a well-formed request whose document can't be run.
    fn request_error(self) -> StatusCode {
        match self {
            Self::GraphqlResponse => StatusCode::BAD_REQUEST,
            Self::Json => StatusCode::OK,
        }
    }

    /// The status of an answer. What is our fault says so to both kinds of client.
    fn status(self, response: &GraphqlResponse) -> StatusCode {
        if !is_request_error(response) {
            StatusCode::OK
        } else if has_code(response, "TIMEOUT") {
            StatusCode::GATEWAY_TIMEOUT
        } else if has_code(response, "INTERNAL") {
            StatusCode::INTERNAL_SERVER_ERROR
        } else {
            self.request_error()
        }
    }
}

/// Chooses the media type by the client's preference; `None` when it takes neither.
fn negotiate(headers: &HeaderMap) -> Option<Accepted> {
    let Some(accept) = headers.get(header::ACCEPT) else {
        return Some(Accepted::Json);
    };
    let mut best: Option<(u16, Accepted)> = None;
    for range in accept.to_str().ok()?.split(',') {
        let Ok(range) = range.trim().parse::<mime::Mime>() else {
            continue;
        };
        let quality = range.get_param("q").map_or(1000, |q| thousandths(q.as_str()));
        let offered = match range.essence_str() {
            "application/graphql-response+json" => Accepted::GraphqlResponse,
            "application/json" | "application/*" | "*/*" => Accepted::Json,
            _ => continue,
        };
        if quality > 0 && best.is_none_or(|(highest, _)| quality > highest) {
            best = Some((quality, offered));
        }
    }
    best.map(|(_, accepted)| accepted)
}

async fn read_body(headers: &HeaderMap, body: Body) -> Result<Bytes, (StatusCode, Refused)> {
    let for_developers = |message| Refused::for_developers(BAD_REQUEST, message);
    let told = |message| Refused::new(BAD_REQUEST, message);
    let content_type: Option<mime::Mime> = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok());
    match content_type {
        Some(ref given) if given.essence_str() == "application/json" => {
            let charset = given.get_param(mime::CHARSET);
            if charset.is_some_and(|charset| charset != mime::UTF_8) {
                return Err((
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    for_developers("Send JSON in UTF-8."),
                ));
            }
        }
        Some(ref given) if given.essence_str() == "multipart/form-data" => {
            return Err((
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                for_developers(
                    "Files go in two steps: call createUpload, PUT the bytes to the uploadUrl it returns, then name the upload's id in the mutation.",
                ),
            ));
        }
        _ => {
            return Err((
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                for_developers("Send the content type application/json."),
            ));
        }
    }
    match tokio::time::timeout(BODY_TIMEOUT, collect(body)).await {
        Ok(Ok(Some(bytes))) => Ok(bytes),
        Ok(Ok(None)) => Err((
            StatusCode::PAYLOAD_TOO_LARGE,
            told(message!("body-too-large", kilobytes = MAX_BODY / 1024)),
        )),
        Ok(Err(_)) => Err((StatusCode::BAD_REQUEST, told(message!("body-broke-off")))),
        Err(_) => Err((StatusCode::REQUEST_TIMEOUT, told(message!("body-too-slow")))),
    }
}

/// All of a body; `None` when it is too large. What is too much is still read and thrown away, up to [`MAX_DISCARDED`]: a
/// client that is cut off while it sends never reads why.
async fn collect(body: Body) -> Result<Option<Bytes>, axum::Error> {
    let mut stream = body.into_data_stream();
    let mut kept = BytesMut::new();
    let mut length = 0;
    while let Some(part) = stream.next().await {
        let part = part?;
        length += part.len();
        if length <= MAX_BODY {
            kept.extend_from_slice(&part);
        } else if length > MAX_DISCARDED {
            break;
        }
    }
    Ok((length <= MAX_BODY).then(|| kept.freeze()))
}

/// The token of `Authorization: Bearer …`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// How the answers to a request are written.
struct Replies<'a> {
    endpoint: &'a Endpoint,
    accepted: Accepted,
    /// The language of whoever reads them.
    locale: Locale,
    watched: Watched,
}

impl Replies<'_> {
    fn refuse_token(&mut self, error: &AuthError) -> Response {
        let message = match error {
            AuthError::Expired => message!("token-expired"),
            AuthError::Invalid => message!("token-invalid"),
            AuthError::Revoked => message!("session-ended"),
            AuthError::Internal(error) => {
                let masked = platform::graphql::internal(anyhow::anyhow!("{error:#}"));
                let masked = masked.into_server_error(Default::default());
                return self.refuse(StatusCode::INTERNAL_SERVER_ERROR, vec![masked].into());
            }
        };
        let mut response = self.refuse(StatusCode::UNAUTHORIZED, Refused::new("UNAUTHENTICATED", message));
        response.headers_mut().insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer error=\"invalid_token\""),
        );
        response
    }

    /// Says that too much is going on.
    fn refuse_full(&mut self, full: Full) -> Response {
        let mut response = self.refuse(full.status(), Refused::full(full, "operations"));
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
        response
    }

    /// The answer to a request that never ran.
    fn refuse(&mut self, status: StatusCode, refused: Refused) -> Response {
        let mut errors = refused.into_errors();
        self.endpoint.tell_refused(&mut errors, self.locale);
        self.send(status, &GraphqlResponse::from_errors(errors))
    }

    fn send(&mut self, status: StatusCode, response: &GraphqlResponse) -> Response {
        self.watched.ended(&response.errors);
        answer(self.accepted, status, response)
    }
}

fn answer(accepted: Accepted, status: StatusCode, response: &GraphqlResponse) -> Response {
    match written(response, 0) {
        Some(body) => with_body(accepted, status, body),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn with_body(accepted: Accepted, status: StatusCode, body: Bytes) -> Response {
    (
        status,
        [
            (header::CONTENT_TYPE, accepted.content_type()),
            (header::CACHE_CONTROL, "private, no-store"),
            (header::VARY, "Accept, Accept-Language, Authorization"),
        ],
        body,
    )
        .into_response()
}

/// As [`written`]: a large one where it holds up nobody.
async fn written_beside(response: GraphqlResponse, bytes: u64) -> Option<Bytes> {
    if bytes >= LARGE as u64 {
        tokio::task::spawn_blocking(move || written(&response, bytes))
            .await
            .ok()?
    } else {
        written(&response, bytes)
    }
}

/// A response as JSON, which is about as long as `bytes`. `None` is logged.
fn written(response: &GraphqlResponse, bytes: u64) -> Option<Bytes> {
    let mut body = Vec::with_capacity(usize::try_from(bytes).unwrap_or(0).saturating_add(ENVELOPE));
    // A response of an operation that never ran has no `data` (GraphQL specification, 7.1.1).
    let outcome = if is_request_error(response) {
        #[derive(serde::Serialize)]
        struct Errors<'a> {
            errors: &'a [ServerError],
        }
        serde_json::to_writer(
            &mut body,
            &Errors {
                errors: &response.errors,
            },
        )
    } else {
        serde_json::to_writer(&mut body, response)
    };
    let body = outcome.map(|()| body);
    body.inspect_err(|error| tracing::error!(%error, "an answer could not be written as JSON"))
        .ok()
        .map(Bytes::from)
}

fn has_code(response: &GraphqlResponse, code: &str) -> bool {
    response.errors.iter().any(|error| {
        error
            .extensions
            .as_ref()
            .and_then(|extensions| extensions.get("code"))
            == Some(&async_graphql::Value::from(code))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(value: &str) -> Option<Accepted> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, value.parse().unwrap());
        negotiate(&headers)
    }

    #[test]
    fn takes_the_client_s_preference() {
        assert_eq!(accept("application/json"), Some(Accepted::Json));
        assert_eq!(accept("*/*"), Some(Accepted::Json));
        assert_eq!(
            accept("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8"),
            Some(Accepted::GraphqlResponse)
        );
        assert_eq!(
            accept("application/json;q=0.5, application/graphql-response+json;q=0.9"),
            Some(Accepted::GraphqlResponse)
        );
        assert_eq!(
            accept("application/json, application/graphql-response+json;q=0"),
            Some(Accepted::Json)
        );
        assert_eq!(accept("text/html"), None);
        assert_eq!(negotiate(&HeaderMap::new()), Some(Accepted::Json));
    }
}
