//! `GET /media/{image}/{width}.{format}`: a picture's file, for whoever holds a URL that was signed for them; and
//! `GET /media/{image}/{width}-{hash}.{format}`: one of what the website shows, for everybody and for ever.
//!
//! The signature says that the URL is ours and not too old; the database says, at each request, whether the sign-in that it
//! was made for is still good, and whether a record still shows the picture to its person. Both answers are the same for a picture that never existed.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::problem::Problem;
use super::public_answers::keep_in_nginx;
use crate::features::media::{Audience, ImageId, Media, Rendition};
use platform::images::RenditionFormat;
use platform::message;
use platform::signed_url::SignedQuery;

/// The route.
pub fn router(media: Media) -> Router {
    Router::new()
        .route("/media/{image}/{file}", get(serve))
        .with_state(media)
}

async fn serve(
    State(media): State<Media>,
    Path((image, file)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (audience, caching) = match parse_public(&file) {
        Some(_) => (Audience::Public, FOR_EVER.to_owned()),
        None => signed_access(&media, &image, &file, query.as_deref()).await?,
    };
    let (id, width, format) = parse(&image, &file).ok_or_else(Problem::not_found)?;
    let image = media
        .visible_image(id, audience)
        .await
        .map_err(|error| Problem::internal(&error))?
        .ok_or_else(Problem::not_found)?;
    let rendition = image
        .renditions
        .exactly(width, format)
        // A public URL names the content itself.
        .filter(|rendition| parse_public(&file).is_none_or(|hash| hash == rendition.hash))
        .ok_or_else(Problem::not_found)?;

    let etag = format!("\"{}\"", rendition.hash);
    let mut response = Response::new(Body::empty());
    describe(response.headers_mut(), id, rendition, &etag, &caching)?;
    if parse_public(&file).is_some() {
        keep_in_nginx(response.headers_mut());
    }
    if matches_etag(headers.get(header::IF_NONE_MATCH), &etag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(response);
    }

    // Of what is public nginx keeps the bytes already. A part of a file is ours to cut: what `If-Range` names is the ETag that
    // we gave, which nginx doesn't compare.
    let is_whole = method == Method::GET && !headers.contains_key(header::RANGE);
    if parse_public(&file).is_none() && is_whole {
        let accelerated = media.accelerated(&image, rendition).await;
        if let Some(address) = accelerated.map_err(|error| Problem::internal(&error))? {
            // For nginx, which tells nobody else.
            let redirect = header::HeaderName::from_static("x-accel-redirect");
            set(response.headers_mut(), redirect, &address)?;
            return Ok(response);
        }
    }

    let total = u64::from(rendition.bytes);
    let wanted = match asked_range(&headers, &etag, total) {
        // A HEAD has no parts.
        _ if method == Method::HEAD => Wanted::Everything,
        wanted => wanted,
    };
    let (range, length) = match &wanted {
        Wanted::Everything => (None, total),
        Wanted::Part(range) => (Some(range.clone()), range.end - range.start),
        Wanted::Nothing => {
            let mut response = Problem::new(
                StatusCode::RANGE_NOT_SATISFIABLE,
                "RANGE_NOT_SATISFIABLE",
                message!("file-shorter"),
            )
            .into_response();
            set(
                response.headers_mut(),
                header::CONTENT_RANGE,
                &format!("bytes */{total}"),
            )?;
            return Ok(response);
        }
    };
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    if let Some(range) = &range {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let shown = format!("bytes {}-{}/{total}", range.start, range.end - 1);
        set(response.headers_mut(), header::CONTENT_RANGE, &shown)?;
    }
    if method != Method::HEAD {
        let content = media
            .read(&image, rendition, range)
            .await
            .map_err(|error| Problem::internal(&error))?;
        let content = content.ok_or_else(|| {
            tracing::error!(image = %id, width, %format, "storage has lost a picture's file");
            Problem::new(
                StatusCode::NOT_FOUND,
                "FILE_MISSING",
                message!("picture-file-missing"),
            )
        })?;
        *response.body_mut() = Body::from(content);
    }
    Ok(response)
}

/// How long a file whose URL names its content may be kept.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Who a signed URL was made for, as far as they are still signed in, and how long its answer may be kept.
async fn signed_access(
    media: &Media,
    image: &str,
    file: &str,
    query: Option<&str>,
) -> Result<(Audience, String), Problem> {
    let signed = SignedQuery::parse(query);
    let path = format!("/media/{image}/{file}");
    let session = media
        .urls()
        .check_rendition(&path, &signed)
        .map_err(Problem::refused)?;
    let audience = media
        .audience_of(session)
        .await
        .map_err(|error| Problem::internal(&error))?
        .ok_or_else(|| {
            Problem::new(
                StatusCode::FORBIDDEN,
                "SESSION_ENDED",
                message!("picture-session-ended"),
            )
        })?;
    let age = (signed.expires - media.now().timestamp()).max(0);
    Ok((audience, format!("private, max-age={age}, immutable")))
}

/// The hash in the name of a public file: `640-2c26b46b68ffc68f.webp`.
fn parse_public(file: &str) -> Option<&str> {
    let (name, _) = file.split_once('.')?;
    let (_, hash) = name.split_once('-')?;
    Some(hash)
}

fn parse(image: &str, file: &str) -> Option<(ImageId, u32, RenditionFormat)> {
    let (name, format) = file.split_once('.')?;
    let width = name.split_once('-').map_or(name, |(width, _)| width);
    Some((
        ImageId::parse(image).ok()?,
        width.parse().ok()?,
        format.parse().ok()?,
    ))
}

/// The headers that a file has whether it is sent whole, in part or not at all.
fn describe(
    headers: &mut HeaderMap,
    id: ImageId,
    rendition: &Rendition,
    etag: &str,
    caching: &str,
) -> Result<(), Problem> {
    let format = rendition.format;
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(format.content_type()),
    );
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    // Nothing here is ever a page; and the web console, on another origin, may show it.
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'"),
    );
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("cross-origin"),
    );
    set(headers, header::ETAG, etag)?;
    set(headers, header::CACHE_CONTROL, caching)?;
    let name = format!("inline; filename=\"{id}-{}.{format}\"", rendition.width);
    set(headers, header::CONTENT_DISPOSITION, &name)
}

fn set(headers: &mut HeaderMap, name: header::HeaderName, value: &str) -> Result<(), Problem> {
    let value = HeaderValue::from_str(value).map_err(|error| Problem::internal(&error.into()))?;
    headers.insert(name, value);
    Ok(())
}

pub(super) fn matches_etag(header: Option<&HeaderValue>, etag: &str) -> bool {
    let Some(list) = header.and_then(|value| value.to_str().ok()) else {
        return false;
    };
    list.split(',')
        .map(str::trim)
        .any(|one| one == "*" || one.trim_start_matches("W/") == etag)
}

#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Everything,
    Part(std::ops::Range<u64>),
    Nothing,
}

/// Reads `Range` (RFC 9110, 14.2). What isn't understood, such as several ranges at once, is answered with the whole
/// file, as the standard allows; `If-Range` with another version as well.
fn asked_range(headers: &HeaderMap, etag: &str, total: u64) -> Wanted {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    if text(header::IF_RANGE).is_some_and(|version| version != etag) {
        return Wanted::Everything;
    }
    let asked = text(header::RANGE).and_then(|value| value.strip_prefix("bytes=")?.trim().split_once('-'));
    let Some((first, last)) = asked else {
        return Wanted::Everything;
    };
    let number = |text: &str| {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { text.parse::<u64>().ok() } else { None }
    };
    match (first, last) {
        ("", "") => Wanted::Everything,
        ("", suffix) => match number(suffix) {
            None => Wanted::Everything,
            Some(0) => Wanted::Nothing,
            Some(length) => Wanted::Part(total.saturating_sub(length)..total),
        },
        (first, "") => match number(first) {
            None => Wanted::Everything,
            Some(first) if first >= total => Wanted::Nothing,
            Some(first) => Wanted::Part(first..total),
        },
        (first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first > last => Wanted::Everything,
            (Some(first), Some(_)) if first >= total => Wanted::Nothing,
            (Some(first), Some(last)) => Wanted::Part(first..total.min(last.saturating_add(1))),
            _ => Wanted::Everything,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &str) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, range.parse().unwrap());
        asked_range(&headers, "\"v1\"", 1000)
    }

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        assert_eq!(asked("bytes=0-0"), Wanted::Part(0..1));
        assert_eq!(asked("bytes=10-19"), Wanted::Part(10..20));
        assert_eq!(asked("bytes=990-5000"), Wanted::Part(990..1000));
        assert_eq!(asked("bytes=990-"), Wanted::Part(990..1000));
        assert_eq!(asked("bytes=-10"), Wanted::Part(990..1000));
        assert_eq!(asked("bytes=-5000"), Wanted::Part(0..1000));
        assert_eq!(asked("bytes=1000-"), Wanted::Nothing);
        assert_eq!(asked("bytes=1000-1001"), Wanted::Nothing);
        assert_eq!(asked("bytes=-0"), Wanted::Nothing);
        for ignored in [
            "bytes=5-2",
            "bytes=-",
            "bytes=a-b",
            "bytes=0-1,5-6",
            "items=0-1",
            "bytes=+1-2",
            "x",
        ] {
            assert_eq!(asked(ignored), Wanted::Everything, "{ignored}");
        }
    }

    #[test]
    fn a_range_of_another_version_is_the_whole_file() {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static("bytes=0-1"));
        headers.insert(header::IF_RANGE, HeaderValue::from_static("\"v0\""));
        assert_eq!(asked_range(&headers, "\"v1\"", 1000), Wanted::Everything);
        assert_eq!(asked_range(&headers, "\"v0\"", 1000), Wanted::Part(0..2));
    }

    #[test]
    fn etags_match_weakly_in_lists() {
        let matches = |value: &str| matches_etag(Some(&value.parse().unwrap()), "\"v1\"");
        assert!(matches("\"v1\"") && matches("W/\"v1\"") && matches("\"v0\", \"v1\"") && matches("*"));
        assert!(!matches("\"v0\"") && !matches("v1") && !matches_etag(None, "\"v1\""));
    }
}
