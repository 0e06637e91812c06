//! `/desk`: the staff's desk (`console/desk`), and the way there from `/`. The page holds no data and loads nothing from
//! elsewhere; all its addresses answer with the same page, whose program knows them.

use axum::{
    Router,
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use data_encoding::BASE64;
use platform::crypto::random_bytes;

use super::{
    embedded::{self, Encoding},
    not_found,
};

/// What stands in the built page where the nonce belongs.
const PLACE: &str = "__CSP_NONCE__";

/// What assets may do: they are scripts, styles and pictures, no pages.
const ASSET_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// The page, its assets, and the way to them.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/", get(lead))
        .route("/desk", get(page))
        .route("/desk/", get(page))
        .route("/desk/{*path}", get(page))
        .route("/desk/assets/{name}", get(asset))
}

/// Whether the page has been built.
pub fn is_built() -> bool {
    embedded::find("desk/index.html", Encoding::Plain).is_some()
}

/// Browsers are led to the desk; programs that ask at the wrong address are told the right one.
async fn lead(request: HeaderMap) -> Response {
    let browser = request
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/html"));
    if browser {
        Redirect::to("/desk").into_response()
    } else {
        not_found().await.into_response()
    }
}

/// What the page may do: nothing inline but style elements that carry the nonce, which is another one each time. Mantine
/// writes the theme's variables and its responsive styles as such.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; connect-src 'self'; \
         img-src 'self' data: blob:; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
}

async fn page() -> Response {
    let nonce = BASE64.encode(&random_bytes::<16>());
    let Ok(policy) = HeaderValue::from_str(&policy(&nonce)) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let Some((file, _)) = embedded::find("desk/index.html", Encoding::Plain) else {
        return embedded::missing(ASSET_POLICY);
    };
    let html = String::from_utf8_lossy(&file.data).replace(PLACE, &nonce);
    let mut response = Response::new(Body::from(html));
    embedded::describe(&mut response, "text/html; charset=utf-8", "no-store", policy);
    response
}

async fn asset(Path(name): Path<String>, request: HeaderMap) -> Response {
    embedded::asset(&format!("desk/assets/{name}"), &request, ASSET_POLICY)
}
