//! The files of the staff's two pages, the desk and GraphiQL, which `scripts/console` builds into `console/dist`: a
//! release build carries them inside, a debug build reads them from there.

use std::{borrow::Cow, io::Read};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use data_encoding::HEXLOWER;
use flate2::read::GzDecoder;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::media::matches_etag;

/// What a page says when `scripts/console` hasn't been run.
const MISSING: &str = include_str!("missing.html");

/// The files that `scripts/console` wrote. Of each there is either the plain one, or `.br` and `.gz`.
#[derive(RustEmbed)]
#[folder = "console/dist"]
#[allow_missing = true]
struct Files;

/// How a file lies in the folder and goes over the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Brotli,
    Gzip,
    Plain,
}

impl Encoding {
    /// The best that the reader understands. Over plain HTTP browsers don't ask for brotli.
    pub fn wanted(request: &HeaderMap) -> Self {
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
pub fn find(path: &str, wanted: Encoding) -> Option<(EmbeddedFile, Encoding)> {
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

/// How to build the page that isn't there.
pub fn missing(policy: &'static str) -> Response {
    let mut response = Response::new(Body::from(MISSING));
    describe(
        &mut response,
        "text/html",
        "no-store",
        HeaderValue::from_static(policy),
    );
    response
}

/// An asset, whose name carries a hash of its content: what has been loaded once is never asked for again.
pub fn asset(path: &str, request: &HeaderMap, policy: &'static str) -> Response {
    answer(path, request, "public, max-age=31536000, immutable", policy)
        .unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// The file as it goes out: encoded, tagged, described; `304` when the reader has it.
pub fn answer(
    path: &str,
    request: &HeaderMap,
    cache_control: &'static str,
    policy: &'static str,
) -> Option<Response> {
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
    describe(
        &mut response,
        mime,
        cache_control,
        HeaderValue::from_static(policy),
    );
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
pub fn describe(
    response: &mut Response,
    mime: &'static str,
    cache_control: &'static str,
    policy: HeaderValue,
) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
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
        assert_eq!(
            missing("default-src 'none'").headers()[header::CONTENT_SECURITY_POLICY],
            "default-src 'none'"
        );
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
