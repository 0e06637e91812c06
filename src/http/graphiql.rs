//! `/graphiql`: a page to try the API from. It holds no data, loads nothing from elsewhere, and keeps the token in
//! memory alone.

use axum::{
    http::header,
    response::{Html, IntoResponse},
};
use data_encoding::BASE64;

use crate::platform::crypto::sha256;

const STYLE: &str = include_str!("graphiql.css");
const SCRIPT: &str = include_str!("graphiql.js");

/// `GET /graphiql`.
pub async fn page() -> impl IntoResponse {
    let hash = |text: &str| format!("'sha256-{}'", BASE64.encode(&sha256(text.as_bytes())));
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    );
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Belle House API</title><meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head>{}<script type=\"module\">{SCRIPT}</script></html>",
        include_str!("graphiql.html")
    );
    (
        [
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::CACHE_CONTROL, "no-cache".to_owned()),
        ],
        Html(html),
    )
}
