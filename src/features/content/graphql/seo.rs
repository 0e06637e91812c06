//! What search engines and social networks are told of a page.

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};

use crate::features::media::graphql::GqlImage;
use platform::{actor::Locale, graphql::scalars::Url};

/// What staff wrote for search engines, in the language of the page: what they wrote in French stands on an English page
/// only when what it stands for, `text_en`, isn't there in English either.
#[must_use]
pub fn written<'a>(
    french: &'a Option<String>,
    english: &'a Option<String>,
    text_en: &Option<String>,
    locale: Locale,
) -> Option<&'a str> {
    match locale {
        Locale::En => english
            .as_deref()
            .or_else(|| french.as_deref().filter(|_| text_en.is_none())),
        Locale::Fr => french.as_deref(),
    }
}

/// What a page's `<head>` says to search engines and social networks.
#[derive(Debug, SimpleObject)]
pub struct Seo {
    /// `<title>` and `og:title`: as staff wrote it, or else the record's title.
    pub title: String,
    /// `<meta name="description">` and `og:description`: as staff wrote it, or else the beginning of the text, in 160
    /// characters at most.
    pub description: String,
    /// `<link rel="canonical">`: the page's one address on the website.
    pub canonical_url: Url,
    /// `og:image`: null when the record has no picture.
    pub image: Option<GqlImage>,
    /// `article:published_time`: null for a draft.
    pub published_time: Option<DateTime<Utc>>,
    /// `article:modified_time`.
    pub modified_time: DateTime<Utc>,
}
