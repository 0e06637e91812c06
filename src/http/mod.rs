//! The protocols: what arrives over HTTP and WebSocket, and nothing of what it means.

mod archives;
mod attachment;
pub mod caps;
pub mod desk;
mod embedded;
mod encoding;
mod exports;
pub mod graphiql;
pub mod graphql;
mod health;
mod language;
pub mod media;
pub mod metrics;
pub mod middleware;
mod papers;
pub mod problem;
pub mod public_answers;
mod serve;
mod site;
mod unread;
mod unsubscribe;
pub mod uploads;
mod write_timeout;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::{from_fn, from_fn_with_state},
    response::IntoResponse,
    routing::{any, get},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{NotForContentType, Predicate, SizeAbove},
    },
    cors::{AllowOrigin, CorsLayer},
};

pub use serve::serve;

use self::graphql::Endpoint;
use crate::features::{billing::papers::Papers, media::Media, privacy::Archives};
use platform::{config::Config, export::Exports};

/// The stack of each thread that requests run on, in bytes. A thread that overflows its stack takes the process with it,
/// so this is twice what the deepest and widest requests that the limits let pass were seen to need
/// (`tests/suite/stack.rs`); builds without optimisation need far more. Only what is used of it takes memory.
pub const WORKER_STACK: usize = if cfg!(debug_assertions) { 8 << 20 } else { 4 << 20 };

/// Every address that the server answers.
pub fn router(
    endpoint: Endpoint,
    media: Media,
    exports: Exports,
    papers: Papers,
    archives: Archives,
    config: &Arc<Config>,
) -> Router {
    let graphql = Router::new()
        .route("/graphql", any(dispatch))
        .layer(cors(config))
        .with_state(endpoint.clone());
    let catalogues = Arc::clone(&endpoint.ctx().catalogues);
    let files = Router::new()
        .merge(uploads::router(media.clone()))
        .merge(media::router(media))
        .merge(exports::router(exports))
        .merge(archives::router(archives))
        .merge(papers::router(papers));
    let files = problem::told(files, catalogues).layer(cors(config));
    let mut router = Router::new()
        .merge(graphql)
        .merge(site::router(endpoint.clone()))
        .merge(unsubscribe::router(endpoint.clone()))
        .merge(files)
        .merge(desk::router())
        .fallback(not_found);
    if config.graphiql {
        router = router.merge(graphiql::router());
    }
    router
        .layer(from_fn_with_state(Arc::clone(config), middleware::hosts))
        // Asked by orchestrators, which know an instance by its address alone.
        .route("/readyz", get(health::ready).with_state(endpoint))
        .route("/healthz", get(health::alive))
        .layer(
            CompressionLayer::new().compress_when(
                SizeAbove::new(1024)
                    .and(NotForContentType::IMAGES)
                    // What takes room in them is compressed already.
                    .and(NotForContentType::const_new("application/pdf"))
                    .and(NotForContentType::const_new("application/gzip"))
                    .and(is_not_encoded),
            ),
        )
        .layer(CatchPanicLayer::custom(|_| panicked()))
        .layer(from_fn(middleware::security_headers))
        .layer(from_fn(unread::settle))
        .layer(from_fn_with_state(Arc::clone(config), middleware::observe))
}

/// WebSocket upgrades, queries and mutations share one address.
async fn dispatch(
    endpoint: axum::extract::State<Endpoint>,
    request_id: axum::Extension<middleware::RequestId>,
    address: axum::Extension<middleware::ClientAddress>,
    request: Request,
) -> axum::response::Response {
    use axum::{RequestExt, extract::WebSocketUpgrade, http::Method};
    let upgrades = request
        .headers()
        .get(header::UPGRADE)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"));
    if upgrades {
        let mut request = request;
        let headers = request.headers().clone();
        let connection = request.extensions().get::<Arc<caps::Place>>().cloned();
        let upgrade = request.extract_parts::<WebSocketUpgrade>().await;
        return graphql::websocket(endpoint, request_id, address, connection, headers, upgrade).await;
    }
    match *request.method() {
        Method::GET | Method::HEAD | Method::POST => {
            graphql::over_http(endpoint, request_id, address, request).await
        }
        _ => graphql::method_not_allowed(endpoint).await,
    }
}

fn cors(config: &Config) -> CorsLayer {
    use axum::http::Method;
    let origins: Vec<HeaderValue> = config
        .cors_allowed_origins
        .iter()
        .filter_map(|origin| HeaderValue::from_str(origin).ok())
        .collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::PUT])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::ACCEPT,
            header::IF_NONE_MATCH,
            header::RANGE,
        ])
        .expose_headers([
            header::HeaderName::from_static("x-request-id"),
            header::ETAG,
            header::RETRY_AFTER,
        ])
        .max_age(Duration::from_secs(3600))
}

/// Whether the router may choose a response's encoding.
fn is_not_encoded(
    _: StatusCode,
    _: axum::http::Version,
    _: &axum::http::HeaderMap,
    extensions: &axum::http::Extensions,
) -> bool {
    extensions.get::<encoding::Encoded>().is_none()
}

async fn not_found() -> impl IntoResponse {
    (
        StatusCode::NOT_FOUND,
        "There is nothing here. The API is at /graphql.\n",
    )
}

fn panicked() -> axum::response::Response {
    // The panic's own text is in the log, by the panic hook.
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something went wrong on our side.\n",
    )
        .into_response()
}
