//! What every request passes: an id, the caller's address, the allowed hosts, the access log, security headers.

use std::{
    net::{AddrParseError, IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tracing::Instrument;

use platform::{
    config::{Config, TrustedProxies},
    metrics,
};

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Whether it was told that somebody whom we don't know forwards requests.
static FORWARDED: AtomicBool = AtomicBool::new(false);

/// The id of a request, in logs, in masked errors and in the answer's `x-request-id`.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// The caller's address, as far as our own proxies vouch for it.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

/// Gives the request its id and address, and logs how it went: no query string, no header, no body, since those
/// may hold secrets.
pub async fn observe(State(config): State<Arc<Config>>, mut request: Request, next: Next) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |info| info.0.ip());
    let trusted = config.trusted_proxies.contains(peer);
    let address = client_address(peer, request.headers(), &config.trusted_proxies);
    if !trusted && request.headers().contains_key(&FORWARDED_FOR) && !FORWARDED.swap(true, Ordering::Relaxed)
    {
        tracing::warn!(
            %peer,
            "X-Forwarded-For came from an address that TRUSTED_PROXIES doesn't name, and isn't believed. If that is your \
             proxy, name it: until then all visitors are one, and share its limits. Said once."
        );
    }
    let request_id = request
        .headers()
        .get(&REQUEST_ID)
        .filter(|_| trusted)
        .and_then(|value| value.to_str().ok())
        .filter(|id| {
            (8..=64).contains(&id.len())
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
        .map_or_else(|| uuid::Uuid::new_v4().simple().to_string(), str::to_owned);
    request.extensions_mut().insert(RequestId(request_id.clone()));
    request.extensions_mut().insert(ClientAddress(address));

    let span = tracing::info_span!("request", id = request_id, method = %request.method(), path = request.uri().path());
    let started = Instant::now();
    let route = route(request.uri().path());
    let mut response = next.run(request).instrument(span.clone()).await;
    metrics::HTTP_SECONDS.observe(started.elapsed(), [route]);
    metrics::HTTP_REQUESTS.count([route, status_class(response.status())]);
    span.in_scope(|| {
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::info!(status = response.status().as_u16(), micros, %address, "answered");
    });
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID.clone(), value);
    }
    response
}

/// The kind of address, of which there are few.
fn route(path: &str) -> &'static str {
    const ROUTES: [&str; 10] = [
        "graphql",
        "media",
        "uploads",
        "papers",
        "exports",
        "unsubscribe",
        "desk",
        "graphiql",
        "readyz",
        "healthz",
    ];
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    match first {
        "sitemap.xml" | "feed.xml" | "feed.en.xml" => "site",
        _ => ROUTES
            .into_iter()
            .find(|route| *route == first)
            .unwrap_or("other"),
    }
}

fn status_class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}

/// The rightmost address that is not a proxy of ours: what stands left of it is the caller's own claim.
fn client_address(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> IpAddr {
    if !proxies.contains(peer) {
        return peer.to_canonical();
    }
    headers
        .get_all(&FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(forwarded_address)
        .rev_collected()
        .into_iter()
        .map_while(Result::ok)
        .find(|&address| !proxies.contains(address))
        .unwrap_or(peer)
        .to_canonical()
}

/// An address as proxies write it: some put the port behind it, and brackets around those of version 6.
fn forwarded_address(part: &str) -> Result<IpAddr, AddrParseError> {
    let part = part.trim().trim_matches('"');
    let bare = part
        .strip_prefix('[')
        .and_then(|part| part.strip_suffix(']'))
        .unwrap_or(part);
    bare.parse()
        .or_else(|_| part.parse().map(|address: SocketAddr| address.ip()))
}

trait RevCollected: Iterator + Sized {
    fn rev_collected(self) -> Vec<Self::Item> {
        let mut items: Vec<Self::Item> = self.collect();
        items.reverse();
        items
    }
}

impl<I: Iterator> RevCollected for I {}

/// Refuses hosts that are not ours (`ALLOWED_HOSTS`) with 421: nothing is ever built from a foreign Host header.
pub async fn hosts(State(config): State<Arc<Config>>, request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|value| value.to_str().ok())
        .or_else(|| request.uri().host())
        .unwrap_or_default()
        .to_ascii_lowercase();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => &host,
    };
    let allowed = config
        .allowed_hosts
        .iter()
        .any(|allowed| match allowed.strip_prefix('.') {
            _ if allowed == "*" => true,
            Some(domain) => name == domain || name.ends_with(allowed.as_str()),
            None => name == allowed,
        });
    if allowed {
        next.run(request).await
    } else {
        (
            StatusCode::MISDIRECTED_REQUEST,
            "This server does not answer for that host; ALLOWED_HOSTS lists those it does.\n",
        )
            .into_response()
    }
}

/// Headers that every answer carries (OWASP HTTP Headers Cheat Sheet), unless a handler chose its own.
pub async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=()",
        ),
        (
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=31536000; includeSubDomains",
        ),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(list: &[&str]) -> TrustedProxies {
        TrustedProxies(list.iter().map(|text| text.parse().unwrap()).collect())
    }

    fn forwarded(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(FORWARDED_FOR.clone(), HeaderValue::from_static(value))])
    }

    #[test]
    fn addresses_are_of_few_kinds() {
        let kinds = [
            "/graphql",
            "/media/img_1/2.webp",
            "/desk/",
            "/",
            "/wp-login.php",
            "/feed.xml",
            "//media",
        ];
        assert_eq!(
            kinds.map(route),
            ["graphql", "media", "desk", "other", "other", "site", "media"]
        );
    }

    #[test]
    fn believes_our_own_proxies_alone() {
        let peer: IpAddr = "10.0.0.5".parse().unwrap();
        for (written, address) in [
            ("41.138.32.7:55001", "41.138.32.7"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("\"[2001:db8::1]\"", "2001:db8::1"),
        ] {
            let seen = client_address(peer, &forwarded(written), &proxies(&["10.0.0.0/8"]));
            assert_eq!(seen, address.parse::<IpAddr>().unwrap(), "{written}");
        }
        let headers = forwarded("6.6.6.6, 41.138.32.7, 10.0.0.9");
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(
            client_address(peer, &headers, &proxies(&["10.0.0.0/8"])),
            ip("41.138.32.7")
        );
        assert_eq!(client_address(peer, &headers, &proxies(&[])), peer);
        assert_eq!(
            client_address(peer, &forwarded("nonsense"), &proxies(&["10.0.0.0/8"])),
            peer
        );
    }
}
