//! Whether the process lives, and whether it can serve.

use axum::{extract::State, http::StatusCode, response::IntoResponse};

use super::graphql::Endpoint;

/// `GET /healthz`: the process answers.
pub async fn alive() -> impl IntoResponse {
    "ok\n"
}

/// `GET /readyz`: the database answers, what is written is read, and the live feed is verified. 503 says which of them
/// isn't so.
pub async fn ready(State(endpoint): State<Endpoint>) -> impl IntoResponse {
    if let Err(error) = endpoint.ping_database().await {
        tracing::warn!(%error, "not ready: the database does not answer");
        return (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n");
    }
    if !endpoint.writes_are_seen() {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "what is written to the database is not read from it\n",
        );
    }
    if !endpoint.feed_is_verified() {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "the live feed could not be verified lately\n",
        );
    }
    (StatusCode::OK, "ok\n")
}
