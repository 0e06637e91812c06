//! What becomes of a connection whose request was answered before its body was read: the rest is read and thrown away when
//! it is little, so that the next request finds its beginning; otherwise the answer says that the connection ends.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};
use futures_util::StreamExt;
use hyper::body::{Frame, SizeHint};

/// The most that is thrown away, in bytes: as large as a GraphQL request may be.
const MAX_DISCARDED: usize = 256 * 1024;
/// How long the rest may take to arrive; it is on its way already.
const PATIENCE: Duration = Duration::from_millis(500);

/// Leaves a connection in order behind each answer.
pub async fn settle(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    // Who waits to be told "100 Continue" has sent nothing yet, and reading would ask for it.
    let waits = request.headers().contains_key(header::EXPECT);
    let left = Left::default();
    let watched = Arc::clone(&left);
    let request = request.map(|body| {
        Body::new(Watched {
            body: Some(body),
            left: watched,
        })
    });
    let mut response = next.run(request).await;
    let left = left.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(body) = left
        && (waits || !discarded(body).await)
    {
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Reads the rest of a body; `false` when it is too much or doesn't come.
async fn discarded(body: Body) -> bool {
    let reading = async {
        let mut rest = body.into_data_stream();
        let mut length = 0;
        while let Some(part) = rest.next().await {
            length += part.ok()?.len();
            if length > MAX_DISCARDED {
                return None;
            }
        }
        Some(())
    };
    matches!(tokio::time::timeout(PATIENCE, reading).await, Ok(Some(())))
}

/// What a handler has left of a body.
type Left = Arc<Mutex<Option<Body>>>;

/// A body that is handed back when it is dropped before its end.
struct Watched {
    body: Option<Body>,
    left: Left,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let frame = ready!(Pin::new(body).poll_frame(cx));
        // After an error nothing more comes either.
        if !matches!(frame, Some(Ok(_))) {
            self.body = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) {
            *self.left.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
        }
    }
}
