//! The cookie of a browser's session. It is read for pages of this very origin alone, and only where a page has to ask for
//! permission before it may send at all (`POST` with JSON): nobody else's page can use it.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, Method, header};
use chrono::{DateTime, Utc};
use cookie::{Cookie, SameSite, time::Duration};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use platform::graphql::{CookieChange, SessionCookie};

/// Over HTTPS: the prefix makes the browser refuse it from anywhere but this host, and without `Secure` (RFC 6265bis, 4.1.3.2).
const SECURE: &str = "__Host-belle-house";
/// Over plain HTTP, on one's own machine.
const PLAIN: &str = "belle-house";

fn name_for(public_url: &Url) -> &'static str {
    if public_url.scheme() == "https" {
        SECURE
    } else {
        PLAIN
    }
}

/// The cookie of a request, when a page of this origin sent it.
pub(super) fn of(method: &Method, headers: &HeaderMap, public_url: &Url) -> Option<Arc<SessionCookie>> {
    if method != Method::POST || !is_of_this_origin(headers, public_url) {
        return None;
    }
    let name = name_for(public_url);
    let token = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| Cookie::split_parse(value).flatten())
        .find(|cookie| cookie.name() == name)
        .map(|cookie| SecretString::from(cookie.value()));
    Some(Arc::new(SessionCookie::new(token)))
}

/// Browsers say in `Origin` whose page sends a `POST`, and no script can change that.
fn is_of_this_origin(headers: &HeaderMap, public_url: &Url) -> bool {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let Some(origin) = text(header::ORIGIN).and_then(|origin| Url::parse(origin).ok()) else {
        return false;
    };
    let addressed =
        text(header::HOST).and_then(|host| Url::parse(&format!("{}://{host}", public_url.scheme())).ok());
    origin.origin() == public_url.origin()
        || addressed.is_some_and(|addressed| addressed.origin() == origin.origin())
}

/// The header that makes the browser do what the resolvers said.
pub(super) fn header_of(change: &CookieChange, public_url: &Url, now: DateTime<Utc>) -> Option<HeaderValue> {
    let (value, lifetime) = match change {
        CookieChange::Keep(token, until) => (token.expose_secret(), (*until - now).num_seconds().max(0)),
        CookieChange::Forget => ("", 0),
    };
    let cookie = Cookie::build((name_for(public_url), value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(public_url.scheme() == "https")
        .max_age(Duration::seconds(lifetime));
    let mut header = HeaderValue::from_str(&cookie.to_string()).ok()?;
    header.set_sensitive(true);
    Some(header)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn over_https_it_is_for_this_host_alone() {
        let public_url = Url::parse("https://api.bellehouse.ne/").unwrap();
        let now = DateTime::UNIX_EPOCH;
        let keep = CookieChange::Keep("abc".into(), now + TimeDelta::days(1));
        assert_eq!(
            header_of(&keep, &public_url, now).unwrap(),
            "__Host-belle-house=abc; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=86400"
        );
        assert_eq!(
            header_of(&CookieChange::Forget, &public_url, now).unwrap(),
            "__Host-belle-house=; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=0"
        );
    }

    #[test]
    fn it_is_read_for_pages_of_this_origin_alone() {
        let public_url = Url::parse("https://api.bellehouse.ne/").unwrap();
        let token = |method: Method, origin: &str, host: &str, cookies: &str| {
            let mut headers = HeaderMap::new();
            for (name, value) in [
                (header::ORIGIN, origin),
                (header::HOST, host),
                (header::COOKIE, cookies),
            ] {
                headers.insert(name, HeaderValue::from_str(value).unwrap());
            }
            let cookie = of(&method, &headers, &public_url)?;
            let token = cookie.token.as_ref()?;
            Some(token.expose_secret().to_owned())
        };
        let (own, host) = ("https://api.bellehouse.ne", "api.bellehouse.ne");
        let cookies = "a=1; __Host-belle-house=abc; b=2";
        assert_eq!(token(Method::POST, own, host, cookies).as_deref(), Some("abc"));
        // A proxy that leaves the port out of `Host`, and an address that isn't the public one.
        assert_eq!(
            token(Method::POST, own, "127.0.0.1:8000", cookies).as_deref(),
            Some("abc")
        );
        let (local, named) = ("https://localhost:8000", "localhost:8000");
        assert_eq!(token(Method::POST, local, named, cookies).as_deref(), Some("abc"));
        for (method, origin, host, cookies) in [
            (Method::GET, own, host, cookies),
            (Method::POST, "https://www.bellehouse.ne", host, cookies),
            (Method::POST, "https://api.bellehouse.ne:8443", host, cookies),
            (Method::POST, "http://api.bellehouse.ne", host, cookies),
            (Method::POST, "null", host, cookies),
            (Method::POST, own, host, "belle-house=abc"),
        ] {
            assert_eq!(token(method, origin, host, cookies), None, "{origin} {cookies}");
        }
    }
}
