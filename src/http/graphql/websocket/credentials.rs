//! The access token, in the places where stock clients put it.

use axum::http::{HeaderMap, header};
use serde_json::{Map, Value};

/// The names that hold the token, in the order in which they are looked at; of a client's spelling neither case nor `-`
/// nor `_` matter.
const NAMES: [&str; 4] = ["authorization", "accesstoken", "authtoken", "token"];

/// Names under which other servers are sent credentials, written as in [`NAMES`].
const UNREAD_NAMES: [&str; 19] = [
    "apikey",
    "apitoken",
    "auth",
    "authentication",
    "authheader",
    "authorizationheader",
    "bearer",
    "bearertoken",
    "credentials",
    "idtoken",
    "jwt",
    "jwttoken",
    "password",
    "refreshtoken",
    "sessiontoken",
    "usertoken",
    "xaccesstoken",
    "xapikey",
    "xauthtoken",
];

/// Why there is no telling who a client is. It must not pass for a visitor: its user would be one and never know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// A value that isn't text, or `headers` that aren't an object.
    NotText,
    /// The scheme, and nothing behind it.
    Empty,
    /// Another scheme than Bearer.
    Scheme,
    /// In a place where nobody looks.
    Place,
}

impl Unreadable {
    /// What its developer reads: 123 bytes at most.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::NotText => {
                "Unauthorized: a token is sent as text, in an object: {\"Authorization\": \"Bearer …\"}"
            }
            Self::Empty => "Unauthorized: the token is empty; leave it out to connect as a visitor",
            Self::Scheme => "Unauthorized: tokens are sent with the scheme Bearer, or without any",
            Self::Place => "Unauthorized: send the token as Authorization, accessToken, authToken or token",
        }
    }
}

/// The token in the payload of `connection_init`: in the payload itself, or in its `headers`.
pub(super) fn in_payload(payload: &Map<String, Value>) -> Result<Option<String>, Unreadable> {
    let none = Map::new();
    let headers = match payload
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("headers"))
    {
        None | Some((_, Value::Null)) => &none,
        Some((_, Value::Object(headers))) => headers,
        Some(_) => return Err(Unreadable::NotText),
    };
    for place in [payload, headers] {
        for wanted in NAMES {
            let named = place.iter().filter(|(name, _)| plain(name) == wanted);
            for (_, value) in named {
                match value {
                    Value::Null => {}
                    // What apps send whose user isn't signed in.
                    Value::String(text) if text.trim().is_empty() => {}
                    Value::String(text) => return token_of(text).map(Some),
                    _ => return Err(Unreadable::NotText),
                }
            }
        }
    }
    if [payload, headers].into_iter().any(holds_credentials) {
        return Err(Unreadable::Place);
    }
    Ok(None)
}

/// The token in the request that asked for the upgrade: apps may set headers, browsers can't.
pub(super) fn in_upgrade(headers: &HeaderMap) -> Result<Option<String>, Unreadable> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let text = value.to_str().map_err(|_| Unreadable::NotText)?;
    // For a proxy on the way, which has let it pass.
    if scheme_of(text).is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic")) {
        return Ok(None);
    }
    token_of(text).map(Some)
}

fn scheme_of(text: &str) -> Option<&str> {
    text.trim()
        .split_once(char::is_whitespace)
        .map(|(scheme, _)| scheme)
}

/// The token in `Bearer …`, or in a text that is nothing else.
fn token_of(text: &str) -> Result<String, Unreadable> {
    let text = text.trim();
    let token = match scheme_of(text) {
        None if text.eq_ignore_ascii_case("bearer") => "",
        None => text,
        Some(scheme) if scheme.eq_ignore_ascii_case("bearer") => text[scheme.len()..].trim_start(),
        Some(_) => return Err(Unreadable::Scheme),
    };
    if token.is_empty() {
        Err(Unreadable::Empty)
    } else {
        Ok(token.to_owned())
    }
}

/// A name without what clients spell differently.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|letter| !matches!(letter, '-' | '_' | ' '));
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Whether something in it is named as credentials are, or looks like a token, whatever its name.
fn holds_credentials(place: &Map<String, Value>) -> bool {
    place.iter().any(|(name, value)| {
        UNREAD_NAMES.contains(&plain(name).as_str()) && !is_nothing(value) || is_token(value)
    })
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

/// Whether it is a token by its looks, or something in it is. Its depth was limited before.
fn is_token(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            let has_scheme = scheme_of(text).is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"));
            // A JSON Web Token: `{"` in base64, and three parts.
            has_scheme || text.starts_with("eyJ") && text.split('.').count() == 3
        }
        Value::Array(items) => items.iter().any(is_token),
        Value::Object(members) => {
            let is_named = |(name, value): (&String, &Value)| {
                NAMES.contains(&plain(name).as_str()) && !is_nothing(value)
            };
            members.iter().any(is_named) || holds_credentials(members)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(payload: Value) -> Result<Option<String>, Unreadable> {
        let Value::Object(payload) = payload else {
            panic!("{payload}")
        };
        in_payload(&payload)
    }

    #[test]
    fn reads_the_token_where_stock_clients_put_it() {
        for payload in [
            json!({ "Authorization": "Bearer t" }),
            json!({ "authorization": "bearer t" }),
            json!({ "AUTHORIZATION": "BEARER  t " }),
            json!({ "Authorization": "t" }),
            json!({ "headers": { "Authorization": "Bearer t" } }),
            json!({ "headers": { "authorization": "bearer t", "X-App": "1" }, "Authorization": null }),
            json!({ "Headers": { "authToken": "t" } }),
            json!({ "authToken": "t" }),
            json!({ "auth_token": "Bearer t" }),
            json!({ "token": "t", "refreshToken": "eyJ.b.c" }),
            json!({ "accessToken": "t" }),
            json!({ "access-token": "bearer t" }),
        ] {
            assert_eq!(read(payload.clone()), Ok(Some("t".to_owned())), "{payload}");
        }
    }

    #[test]
    fn who_sends_no_credentials_is_a_visitor() {
        for payload in [
            json!({}),
            json!({ "Authorization": null, "headers": null }),
            json!({ "headers": { "authorization": "" }, "authToken": " " }),
            json!({ "headers": {}, "resumeFrom": "abc.def.ghi", "locale": "fr", "author": "Amina" }),
            json!({ "password": "", "jwt": null, "auth": {}, "X-CSRF-Token": "5" }),
        ] {
            assert_eq!(read(payload.clone()), Ok(None), "{payload}");
        }
    }

    #[test]
    fn credentials_that_cannot_be_read_are_refused() {
        for (payload, reason) in [
            (json!({ "Authorization": 5 }), Unreadable::NotText),
            (json!({ "authToken": ["t"] }), Unreadable::NotText),
            (json!({ "token": { "value": "t" } }), Unreadable::NotText),
            (
                json!({ "headers": "Authorization: Bearer t" }),
                Unreadable::NotText,
            ),
            (
                json!({ "headers": [["Authorization", "Bearer t"]] }),
                Unreadable::NotText,
            ),
            (json!({ "Authorization": "Bearer " }), Unreadable::Empty),
            (
                json!({ "headers": { "Authorization": "bearer" } }),
                Unreadable::Empty,
            ),
            (json!({ "Authorization": "Basic YTpi" }), Unreadable::Scheme),
            (json!({ "Authorization": "Bearer: t" }), Unreadable::Scheme),
            (json!({ "jwt": "t" }), Unreadable::Place),
            (json!({ "X-Auth-Token": "t" }), Unreadable::Place),
            (json!({ "headers": { "x-api-key": "t" } }), Unreadable::Place),
            (json!({ "auth": { "jwt": "t" } }), Unreadable::Place),
            (json!({ "user": { "token": "t" } }), Unreadable::Place),
            (json!({ "refreshToken": "t" }), Unreadable::Place),
            (json!({ "context": { "who": "Bearer t" } }), Unreadable::Place),
            (
                json!({ "me": "eyJhbGciOiJIUzI1NiJ9.e30.c2ln" }),
                Unreadable::Place,
            ),
        ] {
            assert_eq!(read(payload.clone()), Err(reason), "{payload}");
        }
    }

    #[test]
    fn reads_the_header_of_the_upgrade() {
        for (value, found) in [
            ("Bearer t", Ok(Some("t".to_owned()))),
            ("bearer t", Ok(Some("t".to_owned()))),
            ("Basic YTpi", Ok(None)),
            ("Digest a", Err(Unreadable::Scheme)),
            ("Bearer", Err(Unreadable::Empty)),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            assert_eq!(in_upgrade(&headers), found, "{value}");
        }
        assert_eq!(in_upgrade(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn reasons_fit_into_a_close_frame() {
        for unreadable in [
            Unreadable::NotText,
            Unreadable::Empty,
            Unreadable::Scheme,
            Unreadable::Place,
        ] {
            assert!(unreadable.reason().len() <= 123, "{unreadable:?}");
        }
    }
}
