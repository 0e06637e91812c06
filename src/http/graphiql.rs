//! `/graphiql`: the console of the staff, GraphiQL with a login (`console/`). `scripts/console` builds it into
//! `console/dist`; a release build carries it inside, a debug build reads it from there. The page holds no data, loads
//! nothing from elsewhere, and keeps the token in memory alone.

use std::{borrow::Cow, io::Read};

use axum::{
    Router,
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use data_encoding::HEXLOWER;
use flate2::read::GzDecoder;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::media::matches_etag;

/// What the page may do. Everything comes from this server; there are no inline scripts and nothing is evaluated.
///
/// `'unsafe-inline'` for styles alone, because Monaco, GraphiQL's editor, writes the places of lines and cursors as
/// `style` attributes and its theme as `<style>` elements. A style can't read the token, and has nowhere to send what
/// it could see: pictures and fonts come from this server too.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self'; \
                      connect-src 'self'; img-src 'self' data:; font-src 'self'; frame-ancestors 'none'; \
                      base-uri 'none'; form-action 'none'";

/// When the console hasn't been built.
const MISSING: &str = include_str!("graphiql.html");

/// The files that `scripts/console` wrote. Of each there is either the plain one, or `.br` and `.gz`.
#[derive(RustEmbed)]
#[folder = "console/dist"]
#[allow_missing = true]
struct Files;

/// The page and its assets.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/graphiql", get(page))
        .route("/graphiql/assets/{name}", get(asset))
}

/// Whether the console has been built.
pub fn is_built() -> bool {
    find("index.html", Encoding::Brotli).is_some()
}

/// How a file lies in the folder and goes over the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Brotli,
    Gzip,
    Plain,
}

impl Encoding {
    /// The best that the reader understands. Over plain HTTP browsers don't ask for brotli.
    fn wanted(request: &HeaderMap) -> Self {
        let accepted = request
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        accepted.fold(Self::Plain, |best, offer| {
            let (name, weight) = offer.split_once(';').unwrap_or((offer, ""));
            let refused = weight
                .trim()
                .strip_prefix("q=")
                .is_some_and(|it| it.parse() == Ok(0.0_f32));
            match name.trim() {
                _ if refused => best,
                "br" => Self::Brotli,
                "gzip" if best == Self::Plain => Self::Gzip,
                _ => best,
            }
        })
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Plain => "",
        }
    }
}

/// The file in the wanted encoding or the next plainer one.
fn find(path: &str, wanted: Encoding) -> Option<(EmbeddedFile, Encoding)> {
    let get =
        |encoding: Encoding| Files::get(&format!("{path}{}", encoding.suffix())).map(|file| (file, encoding));
    let compressed = if wanted == Encoding::Plain {
        None
    } else {
        get(wanted)
    };
    compressed.or_else(|| get(Encoding::Plain)).or_else(|| {
        let (mut file, _) = get(Encoding::Gzip)?;
        let mut plain = Vec::new();
        GzDecoder::new(file.data.as_ref()).read_to_end(&mut plain).ok()?;
        file.data = Cow::Owned(plain);
        Some((file, Encoding::Plain))
    })
}

async fn page(request: HeaderMap) -> Response {
    answer("index.html", &request, "no-cache").unwrap_or_else(missing)
}

fn missing() -> Response {
    let mut response = Response::new(Body::from(MISSING));
    describe(&mut response, "text/html", "no-store");
    response
}

/// The names of assets carry a hash of their content: what has been loaded once is never asked for again.
async fn asset(Path(name): Path<String>, request: HeaderMap) -> Response {
    answer(
        &format!("assets/{name}"),
        &request,
        "public, max-age=31536000, immutable",
    )
    .unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

fn answer(path: &str, request: &HeaderMap, cache_control: &'static str) -> Option<Response> {
    let (file, encoding) = find(path, Encoding::wanted(request))?;
    let hash = HEXLOWER.encode(&file.metadata.sha256_hash()[..16]);
    // Of one file, each encoding is another body and needs another tag.
    let etag = format!("\"{hash}{}\"", encoding.suffix());
    let mut response = if matches_etag(request.get(header::IF_NONE_MATCH), &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let body = match file.data {
            Cow::Borrowed(embedded) => Bytes::from_static(embedded),
            Cow::Owned(read) => Bytes::from(read),
        };
        Response::new(Body::from(body))
    };
    let mime = mime_guess::from_path(path)
        .first_raw()
        .unwrap_or("application/octet-stream");
    describe(&mut response, mime, cache_control);
    let headers = response.headers_mut();
    headers.insert(header::ETAG, HeaderValue::from_str(&etag).ok()?);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    match encoding {
        Encoding::Brotli => headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br")),
        Encoding::Gzip => headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip")),
        Encoding::Plain => None,
    };
    Some(response)
}

/// The policy goes with the assets too: a worker's is the one its own script came with.
fn describe(response: &mut Response, mime: &'static str, cache_control: &'static str) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(accept: &'static str) -> Encoding {
        Encoding::wanted(&HeaderMap::from_iter([(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static(accept),
        )]))
    }

    #[test]
    fn says_how_to_build_it_while_it_is_missing() {
        assert!(MISSING.contains("<code>scripts/console</code>") && !MISSING.contains("<script"));
        assert_eq!(missing().headers()[header::CONTENT_SECURITY_POLICY], POLICY);
        assert!(find("no-such-file.html", Encoding::Gzip).is_none());
    }

    #[test]
    fn chooses_the_best_encoding_that_the_reader_takes() {
        assert_eq!(wanted("gzip, deflate, br, zstd"), Encoding::Brotli);
        assert_eq!(wanted("br;q=1.0, gzip;q=0.8"), Encoding::Brotli);
        assert_eq!(wanted("gzip, deflate"), Encoding::Gzip);
        assert_eq!(wanted("gzip, br;q=0"), Encoding::Gzip);
        assert_eq!(wanted("gzip;q=0"), Encoding::Plain);
        assert_eq!(wanted("identity"), Encoding::Plain);
        assert_eq!(Encoding::wanted(&HeaderMap::new()), Encoding::Plain);
    }
}
