//! The company's logo, made fit for the page.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, ImageReader, Limits, imageops::FilterType};

/// The room for it on the page, in millimetres.
const ROOM: (f64, f64) = (42.0, 20.0);
/// The longest side kept: 42 mm at 400 dots an inch.
const MAX_SIDE: u32 = 660;
/// The longest side read.
const MAX_SIDE_READ: u32 = 8_000;
/// Memory that decoding may take.
const MAX_DECODED: u64 = 128 * 1024 * 1024;

/// A logo as the template takes it.
pub struct Logo {
    /// PNG or JPEG.
    pub bytes: Vec<u8>,
    /// Width and height on the page, in millimetres.
    pub size: (f64, f64),
}

/// Makes the logo fit; `None` when it can't be read.
pub fn prepare(bytes: &[u8]) -> Option<Logo> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let format = reader.format()?;
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) {
        return None;
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE_READ);
    limits.max_image_height = Some(MAX_SIDE_READ);
    limits.max_alloc = Some(MAX_DECODED);
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let scale = (ROOM.0 / width).min(ROOM.1 / height);
    let size = (width * scale, height * scale);
    let fits = picture.width() <= MAX_SIDE && picture.height() <= MAX_SIDE;
    if fits && format != ImageFormat::WebP {
        return Some(Logo {
            bytes: bytes.to_vec(),
            size,
        });
    }
    let picture = if fits {
        picture
    } else {
        picture.resize(MAX_SIDE, MAX_SIDE, FilterType::Lanczos3)
    };
    // Eight bits a channel, which every reader of PDF shows.
    let picture = DynamicImage::ImageRgba8(picture.into_rgba8());
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).ok()?;
    Some(Logo {
        bytes: png.into_inner(),
        size,
    })
}
