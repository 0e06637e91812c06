//! `/metrics` for Prometheus, on an address of its own (`METRICS_ADDR`): how the server does is nobody's business who only
//! reaches the API. The one place that knows the exporter; everything else counts with [`platform::metrics`].
//!
//! Whoever asks can't hurt: few at a time are heard, and what is read from the database for them is read once in some
//! seconds (`gauges.rs`).

mod gauges;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result};
use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use platform::metrics::{self, Kind};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::sync::CancellationToken;

pub use gauges::Gauges;

/// Connections at a time: Prometheus, and a person who looks.
const CONNECTIONS: usize = 8;
/// How long the headers of a request may take, and a kept connection may be idle.
const HEADER_TIMEOUT: Duration = Duration::from_secs(75);
/// After a failure that isn't one connection's.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How often the times of the last seconds are put into their buckets; they take memory until then.
const UPKEEP: Duration = Duration::from_secs(5);
/// The text format, as Prometheus names it.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Where everything that is counted in this process ends. There is one: the facade has one for the whole process.
static COUNTED: Mutex<Option<PrometheusHandle>> = Mutex::new(None);

/// Listens for Prometheus. Nothing is answered until [`Exporter::serve`].
pub struct Exporter {
    listener: TcpListener,
    counted: PrometheusHandle,
}

#[derive(Clone)]
struct Page {
    counted: PrometheusHandle,
    gauges: Gauges,
}

impl Exporter {
    /// Takes the address, and begins to count.
    ///
    /// # Errors
    /// When the address can't be had.
    pub async fn bind(address: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("can't listen on {address}; METRICS_ADDR chooses another"))?;
        let counted = begin()?;
        Ok(Self { listener, counted })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system doesn't say.
    pub fn address(&self) -> Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    /// Answers until `stop`.
    pub async fn serve(self, gauges: Gauges, stop: CancellationToken) {
        let page = Page {
            counted: self.counted,
            gauges,
        };
        let upkeep = page.counted.clone();
        let router = Router::new().route("/metrics", get(answer)).with_state(page);
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let mut tick = tokio::time::interval(UPKEEP);
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                _ = tick.tick() => {
                    upkeep.run_upkeep();
                    continue;
                }
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    // Who finds no place is hung up on.
                    if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
                        let (router, stop) = (router.clone(), stop.clone());
                        tokio::spawn(async move {
                            tokio::select! {
                                () = stop.cancelled() => {}
                                () = connection(stream, router) => {}
                            }
                            drop(place);
                        });
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection for metrics could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

async fn connection(stream: TcpStream, router: Router) {
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection for metrics broke");
    }
}

async fn answer(State(page): State<Page>) -> Response {
    page.gauges.read().await;
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], page.counted.render()).into_response()
}

/// Counts from now on, in buckets that the table says; the second time it goes on with the first one's figures.
fn begin() -> Result<PrometheusHandle> {
    let mut counted = COUNTED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*counted {
        return Ok(handle.clone());
    }
    let mut builder = PrometheusBuilder::new();
    for metric in metrics::ALL {
        if let Kind::Histogram(bounds) = metric.kind {
            builder = builder.set_buckets_for_metric(Matcher::Full(metric.name.to_owned()), bounds)?;
        }
    }
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    ::metrics::set_global_recorder(recorder)
        .map_err(|_| anyhow::anyhow!("something else counts in this process already"))?;
    ::metrics::with_recorder(|recorder| {
        for metric in metrics::ALL {
            let (name, help) = (metric.name.into(), metric.help.into());
            match metric.kind {
                Kind::Counter => recorder.describe_counter(name, None, help),
                Kind::Gauge => recorder.describe_gauge(name, None, help),
                Kind::Histogram(_) => recorder.describe_histogram(name, None, help),
            }
        }
    });
    metrics::begin();
    begin_at_zero();
    *counted = Some(handle.clone());
    Ok(handle)
}

/// What alarms are made of stands at zero from the start: a counter that first appears as 1 has not grown, as Prometheus
/// sees it.
fn begin_at_zero() {
    metrics::BUILD_INFO.set(Some(1.0), [env!("CARGO_PKG_VERSION")]);
    for status in ["2xx", "5xx"] {
        metrics::HTTP_REQUESTS.add(0, ["graphql", status]);
    }
    for outcome in ["ok", "fault"] {
        metrics::GRAPHQL_REQUESTS.add(0, ["other", "query", outcome]);
    }
    for code in ["INTERNAL", "TIMEOUT"] {
        metrics::GRAPHQL_ERRORS.add(0, [code]);
    }
    for channel in ["push", "email"] {
        metrics::OUTBOX_ATTEMPTS.add(0, [channel, "dead"]);
    }
    for reason in ["wrong", "disabled", "expired", "rate_limited"] {
        metrics::LOGINS_REFUSED.add(0, [reason]);
    }
    for kind in ["read", "write", "commit"] {
        metrics::SQL_ERRORS.add(0, [kind]);
    }
    metrics::LOGINS.add(0, []);
    metrics::SQL_RETRIES.add(0, []);
}
