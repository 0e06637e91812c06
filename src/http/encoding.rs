//! How bodies are compressed that are whole before they are sent.

use std::io::Write;

use axum::http::{HeaderMap, header};
use bytes::Bytes;

/// What is longer, in bytes, is written and compressed beside the async threads: a megabyte takes some ten milliseconds.
pub(super) const LARGE: usize = 64 * 1024;

/// Marks a response whose encoding is chosen: the router must not compress it once more under the same tag.
#[derive(Debug, Clone, Copy)]
pub struct Encoded;

/// An encoding that bodies are sent in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Gzip,
    Brotli,
}

impl Encoding {
    pub(super) const ALL: [Self; 3] = [Self::Identity, Self::Gzip, Self::Brotli];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Brotli => "br",
        }
    }

    /// The best of those the client accepts.
    pub(super) fn chosen(headers: &HeaderMap) -> Self {
        let mut best = Self::Identity;
        for value in headers.get_all(header::ACCEPT_ENCODING) {
            for offer in value.to_str().unwrap_or_default().split(',') {
                let (name, quality) = offer.split_once(';').unwrap_or((offer, ""));
                let refused = quality
                    .trim()
                    .strip_prefix("q=")
                    .and_then(|quality| quality.trim().parse::<f32>().ok())
                    .is_some_and(|quality| quality <= 0.0);
                match name.trim().to_ascii_lowercase().as_str() {
                    _ if refused => {}
                    "br" => best = Self::Brotli,
                    "gzip" if best == Self::Identity => best = Self::Gzip,
                    _ => {}
                }
            }
        }
        best
    }
}

/// A large body in the best encoding that the client takes.
pub(super) async fn compressed(body: Bytes, request: &HeaderMap) -> (Encoding, Bytes) {
    let wanted = Encoding::chosen(request);
    let plain = body.clone();
    let made = tokio::task::spawn_blocking(move || match wanted {
        Encoding::Identity => None,
        Encoding::Gzip => gzip(&body),
        Encoding::Brotli => brotli(&body),
    });
    match made.await {
        Ok(Some(copy)) => (wanted, copy),
        _ => (Encoding::Identity, plain),
    }
}

/// `None` when it can't be done; the plain text is then good enough.
pub(super) fn gzip(body: &[u8]) -> Option<Bytes> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(body).ok()?;
    Some(encoder.finish().ok()?.into())
}

/// As [`gzip`].
pub(super) fn brotli(body: &[u8]) -> Option<Bytes> {
    let mut compressed = Vec::new();
    {
        // Quality 5: near the best for JSON, at a tenth of its time.
        let mut encoder = brotli::CompressorWriter::new(&mut compressed, 16 * 1024, 5, 20);
        encoder.write_all(body).ok()?;
        encoder.flush().ok()?;
    }
    Some(compressed.into())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn headers(list: &[(HeaderName, &str)]) -> HeaderMap {
        list.iter()
            .map(|(name, value)| (name.clone(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn the_best_accepted_encoding_is_taken() {
        let chosen = |value| Encoding::chosen(&headers(&[(header::ACCEPT_ENCODING, value)]));
        assert_eq!(chosen("gzip, deflate, br"), Encoding::Brotli);
        assert_eq!(chosen("gzip, br;q=0"), Encoding::Gzip);
        assert_eq!(chosen("deflate"), Encoding::Identity);
        assert_eq!(chosen("GZIP;q=0.5"), Encoding::Gzip);
        assert_eq!(Encoding::chosen(&HeaderMap::new()), Encoding::Identity);
    }
}
