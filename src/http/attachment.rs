//! What files that are taken home say of themselves.

use axum::http::{HeaderMap, HeaderValue, header};

/// The headers of a file that browsers save and nobody keeps on the way.
///
/// # Errors
/// When a header can't hold the name.
pub fn headers(content_type: &'static str, file_name: &str) -> anyhow::Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    let fixed = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox; frame-ancestors 'none'",
        ),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let disposition = format!("attachment; filename=\"{file_name}\"");
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition)?);
    Ok(headers)
}
