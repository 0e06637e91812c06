//! `GET /exports/people/{id}.tar.gz`: everything that is kept of a client, for as long as its URL and the sign-in that asked for
//! it are good.

use axum::{
    Router,
    body::Body,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use futures_util::FutureExt;

use super::{attachment, problem::Problem};
use crate::features::privacy::{Archives, OpenError};
use platform::{export::archive, message};

const CONTENT_TYPE: &str = "application/gzip";

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
    let headers =
        attachment::headers(CONTENT_TYPE, &opened.file_name).map_err(|error| Problem::internal(&error))?;
    let (session, client, made_at) = (opened.session, opened.client(), archives.now());
    let bytes = archive(opened.parts, made_at, move || {
        let archives = archives.clone();
        async move { archives.is_allowed(session, client).await }.boxed()
    });
    Ok((headers, Body::from_stream(bytes)).into_response())
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
