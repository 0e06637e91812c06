//! What can be known of a file without decoding it: its real type, its size in pixels, whether it is whole, and what
//! memory it will take.

pub(crate) mod jpeg;
pub(crate) mod png;
pub(crate) mod webp;

use std::io::Cursor;

use image::ImageDecoder;
use image::codecs::{jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};

use crate::memory::{self, Demand};
use crate::{ImageError, MAX_BYTES, MAX_MEMORY, MAX_PIXELS, MAX_SIDE, svg};

/// The formats that are accepted, told by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceFormat {
    /// What cameras and phones write.
    Jpeg,
    /// Screenshots, drawings.
    Png,
    /// Whatever a modern app re-encoded.
    Webp,
    /// A drawing: a logo, an icon.
    Svg,
}

impl SourceFormat {
    /// Its media type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Svg => "image/svg+xml",
        }
    }
}

/// Tells a file's type by its first bytes; names the well-known ones that aren't accepted, because "not a picture"
/// would puzzle somebody who chose an iPhone's HEIC.
pub fn sniff(bytes: &[u8]) -> Result<SourceFormat, ImageError> {
    if bytes.is_empty() {
        return Err(ImageError::Empty);
    }
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return Ok(SourceFormat::Jpeg);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Ok(SourceFormat::Png);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Ok(SourceFormat::Webp);
    }
    if svg::is_svg(bytes) {
        return Ok(SourceFormat::Svg);
    }
    Err(ImageError::Unsupported {
        found: other_format(bytes),
    })
}

fn other_format(bytes: &[u8]) -> Option<&'static str> {
    let head = bytes.get(..bytes.len().min(512)).unwrap_or_default();
    if head.get(4..8) == Some(b"ftyp") {
        return Some(match head.get(8..12) {
            Some(b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" | b"mif1" | b"msf1") => "heic",
            Some(b"avif" | b"avis") => "avif",
            _ => "video",
        });
    }
    let known: [(&[u8], &str); 10] = [
        (b"\x1f\x8b", "gzip"),
        (b"GIF8", "gif"),
        (b"BM", "bmp"),
        (b"II*\0", "tiff"),
        (b"MM\0*", "tiff"),
        (b"%PDF", "pdf"),
        (b"PK\x03\x04", "zip"),
        (b"\x1a\x45\xdf\xa3", "video"),
        (b"\xff\x0a", "jpeg-xl"),
        (b"MZ", "program"),
    ];
    if let Some((_, name)) = known.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(name);
    }
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    if text.contains("<html") || text.contains("<!doctype html") {
        return Some("web-page");
    }
    None
}

/// A file that nothing speaks against so far.
#[derive(Debug)]
pub(crate) struct Checked {
    pub format: SourceFormat,
    /// Of the pixels in the file, before it is turned upright. A drawing has none yet.
    pub size: Option<(u32, u32)>,
    /// What making its renditions takes at most, in bytes.
    pub memory: u64,
    /// Where the last scan of a JPEG without an end marker ends.
    pub unmarked_end: Option<usize>,
}

/// Everything that can be refused before a pixel is decoded. Reads through the file once and allocates next to
/// nothing.
pub(crate) fn check(bytes: &[u8]) -> Result<Checked, ImageError> {
    if bytes.len() > MAX_BYTES {
        return Err(ImageError::TooManyBytes);
    }
    let format = sniff(bytes)?;
    let mut unmarked_end = None;
    let (size, decoding, alpha) = match format {
        SourceFormat::Jpeg => {
            let jpeg = jpeg::read(bytes)?;
            unmarked_end = jpeg.unmarked_end;
            (jpeg.size, jpeg.decoding(), false)
        }
        SourceFormat::Png => {
            let png = png::read(bytes)?;
            (png.size, png.decoding(), png.has_alpha())
        }
        SourceFormat::Webp => {
            let webp = webp::read(bytes)?;
            (webp.size, webp.decoding(bytes.len()), webp.alpha)
        }
        // A drawing has no header: it is measured when it is read.
        SourceFormat::Svg => {
            return Ok(Checked {
                format,
                size: None,
                memory: memory::of_drawing(bytes.len()),
                unmarked_end,
            });
        }
    };
    let (width, height) = size;
    if width == 0 || height == 0 {
        return Err(ImageError::Damaged);
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS || width > MAX_SIDE || height > MAX_SIDE {
        return Err(ImageError::TooManyPixels { width, height });
    }
    let memory = memory::of_photo(&Demand {
        file: bytes.len(),
        size,
        decoding,
        alpha,
    });
    if memory > MAX_MEMORY {
        return Err(ImageError::TooMuchMemory);
    }
    Ok(Checked {
        format,
        size: Some(size),
        memory,
        unmarked_end,
    })
}

/// Opens the decoder for the type that was found. It sees of a PNG what draws pixels, nothing else: the other chunks
/// may unpack to a thousand times their size.
pub(crate) fn open<'a>(
    bytes: &'a [u8],
    format: SourceFormat,
) -> Result<Box<dyn ImageDecoder + 'a>, ImageError> {
    let mut limits = image::Limits::default();
    limits.max_image_width = None;
    limits.max_image_height = None;
    limits.max_alloc = Some(MAX_MEMORY);
    let mut decoder: Box<dyn ImageDecoder + 'a> = match format {
        SourceFormat::Jpeg => Box::new(JpegDecoder::new(Cursor::new(bytes)).map_err(decode_error)?),
        SourceFormat::Png => {
            let input = Cursor::new(png::pixels_alone(bytes)?);
            Box::new(PngDecoder::with_limits(input, limits.clone()).map_err(decode_error)?)
        }
        SourceFormat::Webp => Box::new(WebPDecoder::new(Cursor::new(bytes)).map_err(decode_error)?),
        SourceFormat::Svg => return Err(ImageError::Damaged),
    };
    decoder.set_limits(limits).map_err(decode_error)?;
    Ok(decoder)
}

/// The decoders' errors, in terms of what the sender can do about them.
pub(crate) fn decode_error(error: image::ImageError) -> ImageError {
    match error {
        image::ImageError::Limits(_) => ImageError::TooMuchMemory,
        image::ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            ImageError::Truncated
        }
        _ => ImageError::Damaged,
    }
}
