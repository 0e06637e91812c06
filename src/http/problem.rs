//! The one shape of errors outside GraphQL: `{"code", "message"}`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};

use super::language;
use platform::message;
use platform::messages::{Catalogues, Message};
use platform::signed_url::Refusal;

/// An error of a plain HTTP endpoint. [`tell`] writes it, in the language that the request asked for.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    status: StatusCode,
    code: &'static str,
    message: Message,
    retry_after: Option<u32>,
}

impl Problem {
    /// A code for programs and a message for people.
    pub(super) fn new(status: StatusCode, code: &'static str, message: Message) -> Self {
        Self {
            status,
            code,
            message,
            retry_after: None,
        }
    }

    /// Says when to try again.
    pub(super) fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// What isn't there, or isn't the caller's.
    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", message!("nothing-here"))
    }

    /// A URL that isn't honoured.
    pub(super) fn refused(refusal: Refusal) -> Self {
        let (status, code) = match refusal {
            Refusal::Forged => (StatusCode::FORBIDDEN, "BAD_SIGNATURE"),
            Refusal::Expired => (StatusCode::GONE, "EXPIRED"),
        };
        Self::new(status, code, refusal.into())
    }

    /// A fault of ours: logged, not told.
    pub(super) fn internal(error: &anyhow::Error) -> Self {
        tracing::error!(error = format!("{error:#}"), "internal error");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "INTERNAL",
            message!("internal-problem"),
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// The routes, whose problems are told in the language of each request.
pub fn told(routes: Router, catalogues: Arc<Catalogues>) -> Router {
    routes.layer(from_fn_with_state(catalogues, tell))
}

/// Writes the problem that a handler answered with, if it did.
async fn tell(State(catalogues): State<Arc<Catalogues>>, request: Request, next: Next) -> Response {
    let locale = language::asked_for(request.headers());
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let message = catalogues.render(&problem.message, locale);
        let body = Json(serde_json::json!({ "code": problem.code, "message": message })).into_response();
        let (described, body) = body.into_parts();
        // That of no body, until now.
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response.headers_mut().extend(described.headers);
        *response.body_mut() = body;
    }
    response
}
