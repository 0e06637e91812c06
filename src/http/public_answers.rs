//! Answers that every visitor gets alike, kept ready in memory, with what browsers and proxies need to ask again
//! cheaply: a strong `ETag` for each encoding, `304`, and `Cache-Control` that lets nobody answer without asking.
//!
//! What may be kept is decided elsewhere; for how long by [`platform::db::content_version`]: an answer belongs to the
//! generation it was asked in, and is never found again in another.

use std::sync::{Arc, OnceLock};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use quick_cache::{Weighter, sync::Cache};

use super::encoding::{self, Encoded, Encoding, LARGE};
use platform::{
    clock::SharedClock, crypto::sha256, ctx::Ctx, db::Db, db::content_version::Generation, metrics,
};

/// Memory for answers, in bytes.
const CAPACITY: u64 = 48 * 1024 * 1024;
/// How many answers are expected: only a hint.
const EXPECTED: usize = 2_000;
/// Longer requests and answers aren't kept.
const MAX_KEY: usize = 16 * 1024;
const MAX_BODY: usize = 1024 * 1024;
/// Shorter answers aren't compressed, as in the router.
const COMPRESSED_FROM: usize = 1024;
/// What an entry costs besides its texts.
const OVERHEAD: u64 = 400;

/// May be kept by anybody, and is asked about each time: a copy that nobody asked about could be older than a second.
const CACHE_CONTROL: &str = "public, max-age=0, must-revalidate";
/// The token is named so that no shared cache gives a visitor's answer to somebody who has signed in.
const VARY: &str = "Accept, Accept-Encoding, Authorization";

/// What was asked, told apart to the letter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Question {
    /// The kind of request and the media type of the answer.
    pub kind: (&'static str, &'static str),
    /// The query string or the body.
    pub text: Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    generation: Generation,
    question: Question,
}

#[derive(Debug, Clone)]
struct Weights;

impl Weighter<Key, Arc<PublicAnswer>> for Weights {
    fn weight(&self, key: &Key, answer: &Arc<PublicAnswer>) -> u64 {
        // Twice: compressed copies may join.
        let texts = key.question.text.len() + 2 * answer.body.len();
        OVERHEAD + u64::try_from(texts).unwrap_or(u64::MAX / 2)
    }
}

/// The answers that are ready. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PublicAnswers {
    kept: Arc<Cache<Key, Arc<PublicAnswer>, Weights>>,
    db: Db,
    clock: SharedClock,
}

impl PublicAnswers {
    /// None yet.
    #[must_use]
    pub fn new(ctx: &Ctx) -> Self {
        Self {
            kept: Arc::new(Cache::with_weighter(EXPECTED, CAPACITY, Weights)),
            db: ctx.db.clone(),
            clock: Arc::clone(&ctx.clock),
        }
    }

    /// The present generation. Must be asked before an answer is computed that is then kept for it.
    #[must_use]
    pub fn generation(&self) -> Option<Generation> {
        self.db.signals().content().generation(self.clock.now())
    }

    /// The answer of this generation, if it is ready.
    #[must_use]
    pub fn find(&self, generation: Option<Generation>, question: &Question) -> Option<Arc<PublicAnswer>> {
        let question = question.clone();
        let found = self.kept.get(&Key {
            generation: generation?,
            question,
        });
        let result = if found.is_some() { "hit" } else { "miss" };
        metrics::CACHE_LOOKUPS.count(["answers", result]);
        found
    }

    /// Keeps an answer whose computing began in this generation.
    pub fn keep(&self, generation: Option<Generation>, question: Question, answer: &Arc<PublicAnswer>) {
        let Some(generation) = generation else { return };
        if question.text.len() <= MAX_KEY && answer.body.len() <= MAX_BODY {
            self.kept.insert(Key { generation, question }, Arc::clone(answer));
        }
    }
}

/// One answer, and its compressed copies once somebody has asked for them.
#[derive(Debug)]
pub struct PublicAnswer {
    content_type: &'static str,
    /// The name of the trusted document that it answers, if it is one.
    document: Option<&'static str>,
    body: Bytes,
    /// Of content and content type.
    tag: String,
    gzip: OnceLock<Option<Bytes>>,
    brotli: OnceLock<Option<Bytes>>,
}

impl PublicAnswer {
    /// An answer with this content.
    #[must_use]
    pub fn new(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let mut hashed = Vec::with_capacity(body.len() + content_type.len() + 1);
        hashed.extend_from_slice(content_type.as_bytes());
        hashed.push(0);
        hashed.extend_from_slice(&body);
        Self {
            content_type,
            document: None,
            tag: BASE64URL_NOPAD.encode(&sha256(&hashed)[..18]),
            body,
            gzip: OnceLock::new(),
            brotli: OnceLock::new(),
        }
    }

    /// The same, of a trusted document.
    #[must_use]
    pub fn to_document(self, name: Option<&'static str>) -> Self {
        Self {
            document: name,
            ..self
        }
    }

    /// The name of the trusted document that it answers, if it is one.
    #[must_use]
    pub fn document(&self) -> Option<&'static str> {
        self.document
    }

    /// The answer to one request: the whole, or `304` when the client has it.
    #[must_use]
    pub fn respond(&self, request: &HeaderMap) -> Response {
        let (encoding, body) = self.encoded(Encoding::chosen(request));
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        if let Ok(tag) = HeaderValue::from_str(&self.etag(encoding)) {
            headers.insert(header::ETAG, tag);
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHE_CONTROL));
        keep_in_nginx(headers);
        headers.insert(header::VARY, HeaderValue::from_static(VARY));
        if self.is_known_to(request) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        self.fill(&mut response, encoding, body);
        response
    }

    /// The same content as an answer that nobody may keep: to a `POST`, which caches don't understand.
    #[must_use]
    pub fn respond_once(&self, request: &HeaderMap) -> Response {
        let (encoding, body) = self.encoded(Encoding::chosen(request));
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        );
        headers.insert(header::VARY, HeaderValue::from_static(VARY));
        self.fill(&mut response, encoding, body);
        response
    }

    /// Makes the copy that a request will be answered with, beside the async threads when that takes long.
    pub async fn prepare(self: &Arc<Self>, request: &HeaderMap) {
        let wanted = Encoding::chosen(request);
        let is_made = match wanted {
            Encoding::Identity => true,
            Encoding::Gzip => self.gzip.get().is_some(),
            Encoding::Brotli => self.brotli.get().is_some(),
        };
        if is_made || self.body.len() < LARGE {
            return;
        }
        let answer = Arc::clone(self);
        // Should it panic, the copy is made where it is asked for.
        let _ = tokio::task::spawn_blocking(move || answer.encoded(wanted)).await;
    }

    fn fill(&self, response: &mut Response, encoding: Encoding, body: Bytes) {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        if encoding != Encoding::Identity {
            headers.insert(
                header::CONTENT_ENCODING,
                HeaderValue::from_static(encoding.name()),
            );
        }
        response.extensions_mut().insert(Encoded);
        *response.body_mut() = Body::from(body);
    }

    fn encoded(&self, wanted: Encoding) -> (Encoding, Bytes) {
        let copy = match wanted {
            _ if self.body.len() < COMPRESSED_FROM => None,
            Encoding::Identity => None,
            Encoding::Gzip => self.gzip.get_or_init(|| encoding::gzip(&self.body)).clone(),
            Encoding::Brotli => self.brotli.get_or_init(|| encoding::brotli(&self.body)).clone(),
        };
        copy.map_or_else(|| (Encoding::Identity, self.body.clone()), |copy| (wanted, copy))
    }

    /// One for each encoding: a strong tag promises the same bytes.
    fn etag(&self, encoding: Encoding) -> String {
        match encoding {
            Encoding::Identity => format!("\"{}\"", self.tag),
            other => format!("\"{}-{}\"", self.tag, other.name()),
        }
    }

    /// Whether the client has this content, in whatever encoding (RFC 9110, 13.1.2).
    fn is_known_to(&self, request: &HeaderMap) -> bool {
        let mut tags = request
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(|tag| tag.trim().trim_start_matches("W/"));
        tags.any(|tag| {
            tag == "*"
                || Encoding::ALL
                    .into_iter()
                    .any(|encoding| tag == self.etag(encoding))
        })
    }
}

/// Lets our own nginx (`nginx/`) keep a copy, out of date from the start, so that it asks about it each time and has it
/// when nobody answers. nginx keeps nothing without this header, and doesn't hand it on.
pub fn keep_in_nginx(headers: &mut HeaderMap) {
    // A time, by its `@`: the second second of 1970.
    headers.insert(
        HeaderName::from_static("x-accel-expires"),
        HeaderValue::from_static("@1"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(HeaderName, &str)]) -> HeaderMap {
        list.iter()
            .map(|(name, value)| (name.clone(), value.parse().unwrap()))
            .collect()
    }

    fn tag(response: &Response) -> String {
        response.headers()[header::ETAG].to_str().unwrap().to_owned()
    }

    #[test]
    fn tags_follow_content_type_and_encoding() {
        let text = "x".repeat(5000);
        let answer = PublicAnswer::new("application/json", text.clone());
        let same = PublicAnswer::new("application/json", text.clone());
        let other = PublicAnswer::new("application/graphql-response+json", text);
        let plain = answer.respond(&HeaderMap::new());
        assert_eq!(tag(&plain), tag(&same.respond(&HeaderMap::new())));
        assert_ne!(tag(&plain), tag(&other.respond(&HeaderMap::new())));
        let mut tags = vec![tag(&plain)];
        for coding in ["gzip", "br"] {
            let asked = headers(&[(header::ACCEPT_ENCODING, coding)]);
            let response = answer.respond(&asked);
            assert_eq!(response.headers()[header::CONTENT_ENCODING], coding);
            tags.push(tag(&response));
        }
        assert_eq!(tags.iter().collect::<std::collections::HashSet<_>>().len(), 3);
        for known in tags {
            for sent in [
                known.clone(),
                format!("W/{known}"),
                format!("\"a\", {known}"),
                "*".to_owned(),
            ] {
                let asked = headers(&[(header::IF_NONE_MATCH, &sent)]);
                assert_eq!(
                    answer.respond(&asked).status(),
                    StatusCode::NOT_MODIFIED,
                    "{sent}"
                );
            }
        }
        let asked = headers(&[(header::IF_NONE_MATCH, "\"another\"")]);
        assert_eq!(answer.respond(&asked).status(), StatusCode::OK);
    }
}
