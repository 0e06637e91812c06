//! Accepting connections and letting them go.
//!
//! Our own loop instead of `axum::serve`, which has no timer: there, a client that never finishes its headers keeps
//! its connection for ever, also through a shutdown.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, extract::ConnectInfo};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::graphql::Endpoint;

/// How long the headers of a request may take, and a kept connection may be idle.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long requests may take to finish once the server is asked to stop.
const GRACE: Duration = Duration::from_secs(10);
/// After a failure that isn't one connection's, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until the endpoint is asked to stop, then finishes what runs: requests are answered, WebSockets closed
/// with 1012.
pub async fn serve(listener: TcpListener, router: Router, endpoint: Endpoint) {
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = endpoint.stopping() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                // Answers are small and written at once: waiting to fill a packet only delays them.
                let _ = stream.set_nodelay(true);
                connections.spawn(connection(stream, peer, router.clone(), endpoint.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
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

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, endpoint: Endpoint) {
    let service = router.map_request(move |request: axum::http::Request<Incoming>| {
        let mut request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = endpoint.stopping() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, %peer, "a connection broke");
    }
}
