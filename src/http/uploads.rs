//! `PUT /uploads/{id}`: the bytes of a file whose URL `createUpload` handed out.
//!
//! Reading is bounded three ways: by the declared size (never more than 10 MB), by a time without a byte, and by
//! how many bodies, and how many bytes of bodies, are in memory at once.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use axum::{Json, Router};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::sync::Semaphore;

use super::problem::Problem;
use crate::features::media::{Image, Media, UploadError, UploadId};
use platform::images::MAX_BYTES;
use platform::message;
use platform::signed_url::SignedQuery;

/// Bodies in memory at once.
const BODIES: usize = 24;
/// Their declared bytes together, in KiB: sixteen photos of 8 MB.
const BODIES_KIB: usize = 128 * 1024;
/// A connection that sends nothing for so long is given up; poor ones stall for a while.
const STALLED_AFTER: Duration = Duration::from_secs(30);
/// And one that drips is given up too: 10 MB in this time is 12 KB a second.
const TOO_SLOW_AFTER: Duration = Duration::from_secs(15 * 60);

#[derive(Clone)]
struct Uploads {
    media: Media,
    bodies: Arc<Semaphore>,
    body_kib: Arc<Semaphore>,
}

/// The route. It must not stand under the limit of 256 KB that GraphQL's bodies have: it has its own.
pub fn router(media: Media) -> Router {
    let state = Uploads {
        media,
        bodies: Arc::new(Semaphore::new(BODIES)),
        body_kib: Arc::new(Semaphore::new(BODIES_KIB)),
    };
    Router::new()
        .route("/uploads/{id}", put(receive))
        .with_state(state)
}

async fn receive(
    State(uploads): State<Uploads>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let signed = SignedQuery::parse(query.as_deref());
    let id = UploadId::parse(&id).map_err(|_| Problem::not_found())?;
    uploads
        .media
        .urls()
        .check_upload(id, signed.expires, &signed.signature)
        .map_err(Problem::refused)?;
    let form = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.to_ascii_lowercase().starts_with("multipart/"));
    if form {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "MULTIPART_NOT_ACCEPTED",
            message!("file-as-form"),
        ));
    }
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MAX_BYTES as u64) {
        return Err(too_large());
    }
    let expected = uploads.media.expect_upload(id).await.map_err(failed)?;
    if let Some(image) = expected.received {
        // Read to the end all the same: many clients see a broken pipe, not the answer, when they are cut off.
        drain(body).await;
        return Ok(received(id, &image));
    }
    let busy = |_| failed(UploadError::Busy);
    let _place = uploads.bodies.try_acquire().map_err(busy)?;
    let kib = u32::try_from(expected.byte_size.div_ceil(1024)).unwrap_or(u32::MAX);
    let _bytes = uploads.body_kib.try_acquire_many(kib).map_err(busy)?;
    let bytes = tokio::time::timeout(TOO_SLOW_AFTER, read(body, expected.byte_size))
        .await
        .map_err(|_| {
            let message = message!("file-too-slow");
            Problem::new(StatusCode::REQUEST_TIMEOUT, "TOO_SLOW", message)
        })??;
    let image = uploads.media.receive(id, bytes).await.map_err(failed)?;
    Ok(received(id, &image))
}

fn received(id: UploadId, image: &Image) -> Response {
    let body = serde_json::json!({
        "id": id,
        "image": {
            "id": image.id,
            "width": image.width,
            "height": image.height,
            "thumbHash": image.thumb_hash,
        },
    });
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

async fn read(body: Body, declared: u64) -> Result<Bytes, Problem> {
    let mut stream = body.into_data_stream();
    // Grown by doubling, it would hold three times what arrives.
    let capacity = usize::try_from(declared).unwrap_or(MAX_BYTES).min(MAX_BYTES);
    let mut bytes = BytesMut::with_capacity(capacity);
    loop {
        let chunk = tokio::time::timeout(STALLED_AFTER, stream.next())
            .await
            .map_err(|_| {
                let message = message!("file-stalled");
                Problem::new(StatusCode::REQUEST_TIMEOUT, "STALLED", message)
            })?;
        match chunk {
            None => return Ok(bytes.freeze()),
            // The sender is gone; nobody reads this answer, but the log shows it.
            Some(Err(error)) => {
                tracing::debug!(%error, "an upload broke off");
                return Err(Problem::new(
                    StatusCode::BAD_REQUEST,
                    "CONNECTION_LOST",
                    message!("body-broke-off"),
                ));
            }
            Some(Ok(chunk)) => {
                bytes.extend_from_slice(&chunk);
                if bytes.len() > MAX_BYTES {
                    return Err(too_large());
                }
                let received = bytes.len() as u64;
                if received > declared {
                    return Err(Problem::new(
                        StatusCode::UNPROCESSABLE_ENTITY,
                        "SIZE_MISMATCH",
                        message!("file-longer-than-declared", declared),
                    ));
                }
            }
        }
    }
}

async fn drain(body: Body) {
    let mut stream = body.into_data_stream();
    let mut read = 0;
    while let Ok(Some(Ok(chunk))) = tokio::time::timeout(STALLED_AFTER, stream.next()).await {
        read += chunk.len();
        if read > MAX_BYTES {
            return;
        }
    }
}

fn too_large() -> Problem {
    use platform::images::ImageError;
    failed(UploadError::Image(ImageError::TooManyBytes))
}

fn failed(error: UploadError) -> Problem {
    use platform::images::ImageError;
    let status = match &error {
        UploadError::NotFound => StatusCode::NOT_FOUND,
        UploadError::Expired => StatusCode::GONE,
        UploadError::Image(ImageError::TooManyBytes) => StatusCode::PAYLOAD_TOO_LARGE,
        UploadError::Image(ImageError::Unsupported { .. }) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        UploadError::Image(_) | UploadError::SizeMismatch { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        UploadError::Busy => StatusCode::SERVICE_UNAVAILABLE,
        UploadError::Internal(source) => {
            tracing::error!(error = format!("{source:#}"), "an upload failed");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    let busy = matches!(error, UploadError::Busy);
    let problem = Problem::new(status, error.code(), error.message());
    if busy { problem.retry_after(5) } else { problem }
}
