//! What an upload goes through, and what a picture's files are.

use chrono::TimeDelta;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use platform::images::RenditionFormat;

/// How long the bytes may take to come, and how long a received picture waits to be named in a mutation.
pub const UPLOAD_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// Where an upload stands. A refused file leaves it PENDING, so that a better one can be sent to the same URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum UploadState {
    /// No picture yet.
    #[sea_orm(string_value = "PENDING")]
    Pending,
    /// The picture is made; no record shows it yet.
    #[sea_orm(string_value = "COMPLETE")]
    Complete,
    /// A record shows it.
    #[sea_orm(string_value = "USED")]
    Used,
    /// A record showed it and shows another now: it can be named again until it expires, and goes then.
    #[sea_orm(string_value = "REPLACED")]
    Replaced,
}

/// One file of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendition {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// How it is encoded.
    pub format: RenditionFormat,
    /// Its size.
    pub bytes: u32,
    /// The beginning of the SHA-256 of its content, in hexadecimal: part of its key, and its ETag.
    pub hash: String,
}

/// A picture's files, narrowest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Renditions(pub Vec<Rendition>);

impl Renditions {
    /// The one with exactly this width and format.
    #[must_use]
    pub fn exactly(&self, width: u32, format: RenditionFormat) -> Option<&Rendition> {
        self.0
            .iter()
            .find(|rendition| rendition.width == width && rendition.format == format)
    }

    /// The smallest one that is at least as wide as `width`, or else the widest; the widest without `width`. A
    /// format that wasn't made (PNG of an opaque picture) gives JPEG.
    #[must_use]
    pub fn best(&self, width: Option<u32>, format: RenditionFormat) -> Option<&Rendition> {
        let made = self.0.iter().any(|rendition| rendition.format == format);
        let format = if made { format } else { RenditionFormat::Jpeg };
        let of_format = || self.0.iter().filter(move |rendition| rendition.format == format);
        of_format()
            .filter(|rendition| width.is_some_and(|width| rendition.width >= width))
            .min_by_key(|rendition| rendition.width)
            .or_else(|| of_format().max_by_key(|rendition| rendition.width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renditions(formats: &[RenditionFormat]) -> Renditions {
        let of = |width: u32, format: RenditionFormat| Rendition {
            width,
            height: width / 2,
            format,
            bytes: 1,
            hash: String::new(),
        };
        Renditions(
            [320, 640, 1000]
                .into_iter()
                .flat_map(|w| formats.iter().map(move |f| of(w, *f)))
                .collect(),
        )
    }

    #[test]
    fn the_smallest_that_is_wide_enough_is_best() {
        let opaque = renditions(&[RenditionFormat::Webp, RenditionFormat::Jpeg]);
        let chosen = |width| opaque.best(width, RenditionFormat::Webp).map(|r| r.width);
        assert_eq!(chosen(Some(1)), Some(320));
        assert_eq!(chosen(Some(320)), Some(320));
        assert_eq!(chosen(Some(321)), Some(640));
        assert_eq!(chosen(Some(5000)), Some(1000));
        assert_eq!(chosen(None), Some(1000));
        assert_eq!(
            opaque.best(None, RenditionFormat::Png).map(|r| r.format),
            Some(RenditionFormat::Jpeg)
        );
        assert!(opaque.exactly(640, RenditionFormat::Webp).is_some());
        assert!(opaque.exactly(641, RenditionFormat::Webp).is_none());
    }
}
