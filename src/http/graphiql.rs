//! `/graphiql`: GraphiQL with a login, for developers and for what the desk doesn't do (`console/src`). The page holds
//! no data, loads nothing from elsewhere, and keeps the token in memory alone.

use axum::{Router, extract::Path, http::HeaderMap, response::Response, routing::get};

use super::embedded::{self, Encoding};

/// What the page may do. Everything comes from this server; there are no inline scripts and nothing is evaluated.
///
/// `'unsafe-inline'` for styles alone, because Monaco, GraphiQL's editor, writes the places of lines and cursors as
/// `style` attributes and its theme as `<style>` elements. A style can't read the token, and has nowhere to send what
/// it could see: pictures and fonts come from this server too.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self'; \
                      connect-src 'self'; img-src 'self' data:; font-src 'self'; frame-ancestors 'none'; \
                      base-uri 'none'; form-action 'none'";

/// The page and its assets.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/graphiql", get(page))
        .route("/graphiql/assets/{name}", get(asset))
}

/// Whether the page has been built.
pub fn is_built() -> bool {
    embedded::find("index.html", Encoding::Brotli).is_some()
}

async fn page(request: HeaderMap) -> Response {
    embedded::answer("index.html", &request, "no-cache", POLICY).unwrap_or_else(|| embedded::missing(POLICY))
}

async fn asset(Path(name): Path<String>, request: HeaderMap) -> Response {
    embedded::asset(&format!("assets/{name}"), &request, POLICY)
}
