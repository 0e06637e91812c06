//! Turns whatever a camera wrote into a few small, clean files.
//!
//! Everything here is pure and synchronous: bytes in, bytes out, no clock, no disk. The server's
//! `platform::images::Workshop` runs it off the async threads. It is a crate of its own for one reason: resizing
//! and encoding are generic code, compiled where they are called, and `opt-level = 3` for this crate alone makes
//! a debug build as quick with a photo as a release (0.6 s instead of 5).
//!
//! A picture is re-encoded, never passed through, for three reasons: a site photo's GPS position is a client's address; a file that was decoded and encoded again carries
//! no payload for anyone's decoder; and a phone on a poor connection wants 60 KB, not 6 MB.

mod colours;
mod inspect;
mod memory;
mod render;
mod svg;

#[cfg(test)]
mod svg_tests;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

pub use inspect::{SourceFormat, sniff};

/// The largest file that is accepted, in bytes.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;
/// The largest picture that is decoded, in pixels, read from its header before anything is decoded.
pub const MAX_PIXELS: u64 = 40_000_000;
/// The longest side that is accepted: WebP can hold no longer one.
pub const MAX_SIDE: u32 = 16_383;
/// The most memory that making one picture may take, in bytes; what would take more is refused. The largest photo of
/// the costliest kind (40 megapixels, progressive, without subsampling) just fits in.
pub const MAX_MEMORY: u64 = 400 * 1024 * 1024;
/// The widths that are made, as far as the original is that wide.
pub const WIDTHS: [u32; 4] = [320, 640, 1280, 1920];

/// A file format that renditions are stored and served in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RenditionFormat {
    /// Lossy WebP: the smallest, understood by every phone of the last ten years.
    Webp,
    /// JPEG, for everything else. Transparent pictures are laid on white.
    Jpeg,
    /// PNG, made only of pictures with transparency.
    Png,
}

impl RenditionFormat {
    /// The file extension used in keys and URLs.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Webp => "webp",
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    /// The media type to serve it with.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Webp => "image/webp",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

impl fmt::Display for RenditionFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.extension())
    }
}

/// The text after the dot of a URL named no format of ours.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a rendition format")]
pub struct UnknownFormat;

impl FromStr for RenditionFormat {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "webp" => Ok(Self::Webp),
            "jpg" | "jpeg" => Ok(Self::Jpeg),
            "png" => Ok(Self::Png),
            _ => Err(UnknownFormat),
        }
    }
}

/// One finished file.
#[derive(Clone, Debug)]
pub struct EncodedRendition {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// How `bytes` are encoded.
    pub format: RenditionFormat,
    /// The file.
    pub bytes: Vec<u8>,
}

/// What became of one uploaded picture.
#[derive(Clone, Debug)]
pub struct ProcessedImage {
    /// Width of the original, upright, in pixels. The renditions may all be smaller. A drawing counts as large as
    /// it was drawn.
    pub width: u32,
    /// Height of the original, upright, in pixels.
    pub height: u32,
    /// Whether any pixel lets the background through.
    pub has_alpha: bool,
    /// ThumbHash, in base64: a blurred preview in some 25 bytes.
    pub thumb_hash: String,
    /// What the file really was, whatever it was called.
    pub source: SourceFormat,
    /// Narrowest first; each width in each of its formats.
    pub renditions: Vec<EncodedRendition>,
}

/// Why a file was refused. What the person who chose it is told is made of this elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// Nothing was sent.
    #[error("empty")]
    Empty,
    /// More bytes than [`MAX_BYTES`].
    #[error("too many bytes")]
    TooManyBytes,
    /// The content is none of the accepted formats; `found` names it when it is a well-known other one, such as
    /// `heic`.
    #[error("not an accepted format: {}", found.unwrap_or("unknown"))]
    Unsupported {
        /// The format that was recognised instead.
        found: Option<&'static str>,
    },
    /// More pixels than [`MAX_PIXELS`], or a side longer than [`MAX_SIDE`].
    #[error("{width} × {height} pixels are too many")]
    TooManyPixels {
        /// As the header says.
        width: u32,
        /// As the header says.
        height: u32,
    },
    /// It would need more memory than [`MAX_MEMORY`], or more passes than a picture of its kind should.
    #[error("too much memory or time")]
    TooMuchMemory,
    /// The file ends before the picture does.
    #[error("it ends before the picture does")]
    Truncated,
    /// A drawing asks for more than is drawn here; of what, such as `too-complicated`.
    #[error("a drawing that isn't drawn here: {0}")]
    Drawing(&'static str),
    /// The decoder gave up.
    #[error("damaged")]
    Damaged,
}

impl ImageError {
    /// A stable, upper-case name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "EMPTY_FILE",
            Self::TooManyBytes => "TOO_LARGE",
            Self::Unsupported { .. } => "UNSUPPORTED_TYPE",
            Self::TooManyPixels { .. } => "TOO_MANY_PIXELS",
            Self::TooMuchMemory => "TOO_MUCH_MEMORY",
            Self::Truncated => "TRUNCATED_FILE",
            Self::Drawing(_) => "UNSUPPORTED_DRAWING",
            Self::Damaged => "DAMAGED_FILE",
        }
    }
}

/// Checks a file as far as that goes without decoding it, and says how many bytes [`process`] will take at most: to
/// be set aside before it is called, when several pictures are made at once. Reads through the file; a few milliseconds.
pub fn memory_needed(bytes: &[u8]) -> Result<u64, ImageError> {
    Ok(inspect::check(bytes)?.memory)
}

/// Checks, decodes, turns upright and renders one picture. Blocking: some 500 ms of one core for a photo of 12
/// megapixels. Call it off the async threads.
pub fn process(bytes: &[u8]) -> Result<ProcessedImage, ImageError> {
    let checked = inspect::check(bytes)?;
    render::render(bytes, &checked)
}
