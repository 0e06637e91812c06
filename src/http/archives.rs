//! `GET /exports/people/{id}.tar.gz`: everything that is kept of a client, for as long as its URL and the sign-in that asked for
//! it are good.

use axum::{
    Router,
    body::Body,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use futures_util::FutureExt;

use super::problem::Problem;
use crate::features::privacy::{Archives, OpenError};
use platform::{export::archive, message};

/// The route.
pub fn router(archives: Archives) -> Router {
    Router::new()
        .route("/exports/people/{file}", get(download))
        .with_state(archives)
}

async fn download(
    State(archives): State<Archives>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let opened = archives.open(&file, query.as_deref()).await.map_err(refused)?;
    archives
        .note_download(&opened)
        .await
        .map_err(|error| Problem::internal(&error))?;
    let headers = headers(&opened.file_name).map_err(|error| Problem::internal(&error))?;
    let (session, client, made_at) = (opened.session, opened.client(), archives.now());
    let bytes = archive(opened.parts, made_at, move || {
        let archives = archives.clone();
        async move { archives.is_allowed(session, client).await }.boxed()
    });
    Ok((headers, Body::from_stream(bytes)).into_response())
}

fn headers(file_name: &str) -> anyhow::Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    let fixed = [
        (header::CONTENT_TYPE, "application/gzip"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox; frame-ancestors 'none'",
        ),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let disposition = format!("attachment; filename=\"{file_name}\"");
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition)?);
    Ok(headers)
}

fn refused(error: OpenError) -> Problem {
    match error {
        OpenError::Refused(refusal) => Problem::refused(refusal),
        OpenError::SessionEnded => Problem::new(
            StatusCode::FORBIDDEN,
            "SESSION_ENDED",
            message!("archive-session-ended"),
        ),
        OpenError::NotFound => Problem::not_found(),
        OpenError::Busy => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "BUSY", message!("archives-busy")).retry_after(60)
        }
        OpenError::Internal(error) => Problem::internal(&error),
    }
}
