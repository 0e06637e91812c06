//! What can be known of a file without decoding it: its real type, its size in pixels, whether it is whole.

use std::io::Cursor;

use image::ImageDecoder;
use image::codecs::{jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};

use crate::{ImageError, MAX_BYTES, MAX_DECODER_BYTES, MAX_PIXELS, MAX_SIDE, svg};

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
            Some(b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1") => "an HEIC photo",
            Some(b"avif" | b"avis") => "an AVIF picture",
            _ => "a video",
        });
    }
    let known: [(&[u8], &str); 10] = [
        (b"\x1f\x8b", "a compressed file (an SVGZ must be saved as SVG)"),
        (b"GIF8", "a GIF"),
        (b"BM", "a BMP picture"),
        (b"II*\0", "a TIFF or raw picture"),
        (b"MM\0*", "a TIFF or raw picture"),
        (b"%PDF", "a PDF"),
        (b"PK\x03\x04", "a ZIP archive or office document"),
        (b"\x1a\x45\xdf\xa3", "a video"),
        (b"\xff\x0a", "a JPEG XL picture"),
        (b"MZ", "a Windows program"),
    ];
    if let Some((_, name)) = known.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(name);
    }
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    if text.contains("<html") || text.contains("<!doctype html") {
        return Some("a web page");
    }
    None
}

/// Everything that can be refused before a pixel is decoded.
pub(crate) fn check(bytes: &[u8]) -> Result<SourceFormat, ImageError> {
    if bytes.len() > MAX_BYTES {
        return Err(ImageError::TooManyBytes);
    }
    let format = sniff(bytes)?;
    match format {
        SourceFormat::Jpeg => check_jpeg(bytes)?,
        SourceFormat::Png => check_png(bytes)?,
        SourceFormat::Webp => check_webp(bytes)?,
        // A drawing has no header: it is measured when it is read.
        SourceFormat::Svg => return Ok(format),
    }
    let decoder = open(bytes, format)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(ImageError::Damaged);
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS || width > MAX_SIDE || height > MAX_SIDE {
        return Err(ImageError::TooManyPixels { width, height });
    }
    if decoder.total_bytes() > MAX_DECODER_BYTES {
        return Err(ImageError::TooMuchMemory);
    }
    Ok(format)
}

/// Opens the decoder for the type that was found, with its limits set.
pub(crate) fn open<'a>(
    bytes: &'a [u8],
    format: SourceFormat,
) -> Result<Box<dyn ImageDecoder + 'a>, ImageError> {
    let mut limits = image::Limits::default();
    limits.max_image_width = None;
    limits.max_image_height = None;
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    let input = Cursor::new(bytes);
    let mut decoder: Box<dyn ImageDecoder + 'a> = match format {
        SourceFormat::Jpeg => Box::new(JpegDecoder::new(input).map_err(decode_error)?),
        SourceFormat::Png => Box::new(PngDecoder::with_limits(input, limits.clone()).map_err(decode_error)?),
        SourceFormat::Webp => Box::new(WebPDecoder::new(input).map_err(decode_error)?),
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

/// More passes over a picture than any camera or program makes (some ten). Each costs the decoder a walk through
/// all pixels and the sender some sixty bytes: without a limit, 10 MB could keep a core busy for an hour.
const MAX_SCANS: u32 = 100;

/// Walks a JPEG's markers to its end. The decoder paints what is missing grey and calls it a success; a photo
/// cut off by a lost connection must be sent again instead. Bytes after the end are fine: phones put
/// thumbnails and short videos there. The frame header is read on the way, since a progressive file's
/// coefficients, which the decoder's limits don't count, take six bytes a pixel.
fn check_jpeg(bytes: &[u8]) -> Result<(), ImageError> {
    let mut at = 2;
    let mut scans = 0;
    loop {
        // Any number of 0xFF may stand before a marker.
        while bytes.get(at) == Some(&0xFF) && bytes.get(at + 1) == Some(&0xFF) {
            at += 1;
        }
        let (Some(&prefix), Some(&marker)) = (bytes.get(at), bytes.get(at + 1)) else {
            return Err(ImageError::Truncated);
        };
        if prefix != 0xFF {
            return Err(ImageError::Damaged);
        }
        at += 2;
        match marker {
            0xD9 => return Ok(()),
            // Stand-alone markers carry no length.
            0x01 | 0xD0..=0xD7 => continue,
            _ => {}
        }
        let Some(&[high, low]) = bytes.get(at..at + 2) else {
            return Err(ImageError::Truncated);
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length < 2 {
            return Err(ImageError::Damaged);
        }
        let Some(segment) = bytes.get(at..at + length) else {
            return Err(ImageError::Truncated);
        };
        if matches!(marker, 0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF)
            && let Some(&[h1, h0, w1, w0]) = segment.get(3..7)
        {
            let (width, height) = (u16::from_be_bytes([w1, w0]), u16::from_be_bytes([h1, h0]));
            let (width, height) = (u32::from(width), u32::from(height));
            if u64::from(width) * u64::from(height) > MAX_PIXELS {
                return Err(ImageError::TooManyPixels { width, height });
            }
        }
        at += length;
        if marker == 0xDA {
            scans += 1;
            if scans > MAX_SCANS {
                return Err(ImageError::Damaged);
            }
            at = end_of_scan(bytes, at)?;
        }
    }
}

/// Where the first marker after a scan's compressed data stands.
fn end_of_scan(bytes: &[u8], start: usize) -> Result<usize, ImageError> {
    let mut at = start;
    loop {
        let rest = bytes.get(at..).ok_or(ImageError::Truncated)?;
        let offset = rest
            .iter()
            .position(|byte| *byte == 0xFF)
            .ok_or(ImageError::Truncated)?;
        match rest.get(offset + 1) {
            None => return Err(ImageError::Truncated),
            // A stuffed byte, a restart marker, or padding: still inside the scan.
            Some(0x00 | 0xD0..=0xD7) => at += offset + 2,
            Some(0xFF) => at += offset + 1,
            Some(_) => return Ok(at + offset),
        }
    }
}

/// A PNG must reach its IEND chunk. Chunk lengths are checked against the file, so that a chunk that claims
/// 2 GB is found out here and not by an allocation.
fn check_png(bytes: &[u8]) -> Result<(), ImageError> {
    let mut at = 8;
    loop {
        let Some(&[a, b, c, d]) = bytes.get(at..at + 4) else {
            return Err(ImageError::Truncated);
        };
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        let kind = bytes.get(at + 4..at + 8).ok_or(ImageError::Truncated)?;
        if length > MAX_BYTES || bytes.len() < at + 12 + length {
            return Err(ImageError::Truncated);
        }
        if kind == b"IEND" {
            return Ok(());
        }
        at += 12 + length;
    }
}

/// A WebP's RIFF header says how long the file must be.
fn check_webp(bytes: &[u8]) -> Result<(), ImageError> {
    let Some(&[a, b, c, d]) = bytes.get(4..8) else {
        return Err(ImageError::Truncated);
    };
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    if bytes.len() < length.saturating_add(8) {
        Err(ImageError::Truncated)
    } else {
        Ok(())
    }
}
