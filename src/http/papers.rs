//! `GET /papers/{id}.pdf`: a printed invoice, receipt or statement, for as long as its URL and the sign-in that was given it
//! are good, and its person may see the record.

use axum::{
    Router,
    body::Body,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use super::{media::matches_etag, problem::Problem};
use crate::features::billing::papers::{OpenError, Papers, PrintError};
use platform::message;

/// The route.
pub fn router(papers: Papers) -> Router {
    Router::new()
        .route("/papers/{file}", get(serve))
        .with_state(papers)
}

async fn serve(
    State(papers): State<Papers>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let opened = papers.open(&file, query.as_deref()).await.map_err(refused)?;
    let etag = format!("\"{}\"", opened.fingerprint);
    let described = describe(opened.file_name(), &etag).map_err(|error| Problem::internal(&error))?;
    if matches_etag(headers.get(header::IF_NONE_MATCH), &etag) {
        return Ok((StatusCode::NOT_MODIFIED, described).into_response());
    }
    papers
        .note_download(&opened)
        .await
        .map_err(|error| Problem::internal(&error))?;
    let pdf = papers.print(opened).await.map_err(unprinted)?;
    Ok((described, Body::from(pdf)).into_response())
}

fn describe(file_name: &str, etag: &str) -> anyhow::Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    let fixed = [
        (header::CONTENT_TYPE, "application/pdf"),
        // Kept, and asked for again each time: an invoice may be cancelled, a sign-in end.
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Browsers show PDFs with a plug-in of their own, which `sandbox` or no `object-src` would keep out.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let disposition = format!("inline; filename=\"{file_name}\"");
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition)?);
    headers.insert(header::ETAG, HeaderValue::from_str(etag)?);
    Ok(headers)
}

fn refused(error: OpenError) -> Problem {
    match error {
        OpenError::Refused(refusal) => Problem::refused(refusal),
        OpenError::SessionEnded => Problem::new(
            StatusCode::FORBIDDEN,
            "SESSION_ENDED",
            message!("paper-session-ended"),
        ),
        OpenError::NotFound => Problem::not_found(),
        OpenError::Internal(error) => Problem::internal(&error),
    }
}

fn unprinted(error: PrintError) -> Problem {
    match error {
        PrintError::Busy => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "BUSY", message!("papers-busy")).retry_after(3)
        }
        PrintError::Internal(error) => Problem::internal(&error),
    }
}
