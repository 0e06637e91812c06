//! Accepting connections and letting them go.
//!
//! Our own loop instead of `axum::serve`, which has no timer: there, a client that never finishes its headers keeps
//! its connection for ever, also through a shutdown.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::ConnectInfo,
    http::{HeaderValue, header},
};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::{
    caps::{Full, Place},
    graphql::Endpoint,
    write_timeout::{Pace, WriteTimeout},
};

/// How long the headers of a request may take, and a kept connection may be idle.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a first request may take to come on a connection that was accepted before a stop.
const ON_ITS_WAY: Duration = Duration::from_millis(250);
/// How long requests may take to finish once the server is asked to stop.
const GRACE: Duration = Duration::from_secs(10);
/// As many connections as a kernel keeps waiting (`somaxconn`).
const MAX_WAITING: usize = 4_096;
/// How fast a client must take its answer: slower than a phone at the edge of the network is nobody.
const PACE: Pace = Pace {
    window: Duration::from_secs(30),
    least: 64 * 1024,
};
/// Connections that are told at a time that there are too many; further ones are closed at once.
const MAX_REFUSALS: usize = 200;
/// How long such a connection may take for its request, and to read the refusal.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(2);
/// After a failure that isn't one connection's, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until the endpoint is asked to stop, then finishes what runs: requests are answered, WebSockets closed
/// with 1012.
pub async fn serve(listener: TcpListener, router: Router, endpoint: Endpoint) {
    let connections = TaskTracker::new();
    let refusals = Arc::new(Semaphore::new(MAX_REFUSALS));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = endpoint.stopping() => break,
        };
        match accepted {
            Ok((stream, peer)) => match enter(&endpoint, peer) {
                Ok(place) => {
                    let place = Some(Arc::new(place));
                    connections.spawn(connection(stream, peer, place, router.clone(), endpoint.clone()));
                }
                Err(full) => {
                    if let Ok(turn) = Arc::clone(&refusals).try_acquire_owned() {
                        tokio::spawn(async move {
                            refuse(stream, full).await;
                            drop(turn);
                        });
                    }
                }
            },
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    for (stream, peer) in waiting(listener) {
        connections.spawn(connection(stream, peer, None, router.clone(), endpoint.clone()));
    }
    connections.close();
    let finished = async {
        connections.wait().await;
        endpoint.drained().await;
    };
    if tokio::time::timeout(GRACE, finished).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "stopping without waiting any longer"
        );
    }
}

/// Takes a place for a connection. Behind a proxy of ours everybody has its address: there, requests and WebSockets are
/// counted by the client's.
fn enter(endpoint: &Endpoint, peer: SocketAddr) -> Result<Place, Full> {
    let from = peer.ip();
    let is_ours = endpoint.ctx().config.trusted_proxies.contains(from);
    let cap = &endpoint.caps().connections;
    cap.enter((!is_ours).then_some(from), None)
}

/// Answers the first request of a connection that is one too many, and closes it.
async fn refuse(stream: TcpStream, full: Full) {
    let service = hyper::service::service_fn(move |_: axum::http::Request<Incoming>| async move {
        let mut response = full.refusal("connections");
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
        Ok::<_, Infallible>(response)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // Who is too slow to be told is not told.
    let _ = tokio::time::timeout(REFUSAL_TIMEOUT, connection).await;
}

/// The connections that the kernel has taken for us and nobody has seen yet. Closing the listener resets them, and who has
/// sent a request on one could not know whether it was carried out.
fn waiting(listener: TcpListener) -> Vec<(TcpStream, SocketAddr)> {
    let taken = listener.into_std().map(|listener| {
        // It doesn't block: it ends with what has come so far.
        let accepted = std::iter::from_fn(|| listener.accept().ok()).take(MAX_WAITING);
        let streams = accepted.filter_map(|(stream, peer)| {
            stream.set_nonblocking(true).ok()?;
            Some((TcpStream::from_std(stream).ok()?, peer))
        });
        streams.collect()
    });
    taken.unwrap_or_else(|error| {
        tracing::warn!(%error, "connections that wait to be accepted are lost");
        Vec::new()
    })
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    place: Option<Arc<Place>>,
    router: Router,
    endpoint: Endpoint,
) {
    let service = router.map_request(move |request: axum::http::Request<Incoming>| {
        let mut request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        // A WebSocket outlives this service, and keeps the place.
        if let Some(place) = &place {
            request.extensions_mut().insert(Arc::clone(place));
        }
        request
    });
    // Answers are small and written at once: waiting to fill a packet only delays them.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(
            TokioIo::new(WriteTimeout::new(stream, PACE)),
            TowerToHyperService::new(service),
        )
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        // hyper closes a connection at once on which nothing has come yet, and resets the request that is on its way.
        () = endpoint.stopping() => match tokio::time::timeout(ON_ITS_WAY, connection.as_mut()).await {
            Ok(ended) => ended,
            Err(_) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        },
    };
    if let Err(error) = ended {
        tracing::debug!(%error, %peer, "a connection broke");
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn who_has_connected_before_the_end_is_not_reset() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut clients = Vec::new();
        for _ in 0..5 {
            let mut client = TcpStream::connect(address).await.unwrap();
            client.write_all(b"request").await.unwrap();
            clients.push(client);
        }
        let mut served = waiting(listener);
        assert_eq!(served.len(), clients.len());
        assert!(
            TcpStream::connect(address).await.is_err(),
            "nobody listens any more"
        );
        for ((stream, peer), client) in served.iter_mut().zip(&mut clients) {
            assert_eq!(*peer, client.local_addr().unwrap());
            let mut request = [0; 7];
            stream.read_exact(&mut request).await.unwrap();
            stream.write_all(b"answer").await.unwrap();
            let mut answer = [0; 6];
            client.read_exact(&mut answer).await.unwrap();
            assert_eq!((&request, &answer), (b"request", b"answer"));
        }
    }
}
