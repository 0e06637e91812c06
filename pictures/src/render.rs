//! Decoding once, and every rendition from the next larger one: a photo of 12 megapixels is read and shrunk to
//! 1920 pixels a single time, turned upright and brought to sRGB at that size, where it is six times cheaper.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Cursor;
use std::sync::Arc;

use data_encoding::BASE64;
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, RgbImage, RgbaImage};
use pic_scale::{
    ImageSize, ImageStore, ImageStoreMut, PicScaleError, Resampling, ResamplingFunction, Scaler,
    WorkloadStrategy,
};

use crate::colours::Colours;
use crate::inspect::{Checked, decode_error, jpeg, open, png};
use crate::{EncodedRendition, ImageError, ProcessedImage, RenditionFormat, SourceFormat, WIDTHS};

const JPEG_QUALITY: u8 = 80;
const WEBP_QUALITY: f32 = 78.0;
/// ThumbHash accepts no larger picture.
const THUMB_SIDE: u32 = 100;

/// A file's pixels, and what must be known to show them right.
struct Decoded {
    pixels: DynamicImage,
    orientation: Orientation,
    /// `None` for sRGB.
    colours: Option<Colours>,
}

fn decode(bytes: &[u8], checked: &Checked) -> Result<Decoded, ImageError> {
    match (checked.format, checked.unmarked_end) {
        (SourceFormat::Svg, _) => Ok(Decoded {
            pixels: DynamicImage::ImageRgba8(crate::svg::rasterise(bytes)?),
            orientation: Orientation::NoTransforms,
            colours: None,
        }),
        (SourceFormat::Jpeg, Some(end)) => decode_unmarked(bytes, end, checked),
        _ => decode_photo(bytes, checked),
    }
}

fn decode_photo(bytes: &[u8], checked: &Checked) -> Result<Decoded, ImageError> {
    let mut decoder = open(bytes, checked.format)?;
    // What was reserved is for this size.
    if Some(decoder.dimensions()) != checked.size {
        return Err(ImageError::Damaged);
    }
    // Broken metadata is no reason to refuse a good picture.
    let mut is_unmarked = false;
    let (exif, colours) = if checked.format == SourceFormat::Png {
        let png = png::read(bytes)?;
        is_unmarked = png.is_unmarked;
        (png.exif.map(<[u8]>::to_vec), png.colours())
    } else {
        let exif = decoder.exif_metadata().unwrap_or_default();
        let profile = decoder.icc_profile().unwrap_or_default();
        let profile = profile.filter(|profile| profile.len() <= png::MAX_PROFILE);
        let is_grey = !decoder.color_type().has_color();
        (
            exif,
            profile.and_then(|profile| Colours::of_icc(&profile, is_grey)),
        )
    };
    let pixels = DynamicImage::from_decoder(decoder).map_err(|error| match decode_error(error) {
        ImageError::Damaged if is_unmarked => ImageError::Truncated,
        error => error,
    });
    Ok(Decoded {
        orientation: exif.as_deref().map_or(Orientation::NoTransforms, orientation_of),
        colours,
        pixels: pixels?,
    })
}

/// Some programs put the name of a JPEG's segment before the block in a WebP or PNG too.
fn orientation_of(exif: &[u8]) -> Orientation {
    let block = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    Orientation::from_exif_chunk(block).unwrap_or(Orientation::NoTransforms)
}

/// Decodes a JPEG without an end marker twice, to find out whether its last scan is whole.
fn decode_unmarked(bytes: &[u8], end: usize, checked: &Checked) -> Result<Decoded, ImageError> {
    let fingerprint = |decoded: &Decoded| {
        let mut hasher = DefaultHasher::new();
        decoded.pixels.as_bytes().hash(&mut hasher);
        hasher.finish()
    };
    let first = decode_photo(&jpeg::go_on_with(bytes, end, 0x00), checked)?;
    let expected = fingerprint(&first);
    drop(first);
    let second = decode_photo(&jpeg::go_on_with(bytes, end, 0xAA), checked)?;
    if fingerprint(&second) == expected {
        Ok(second)
    } else {
        Err(ImageError::Truncated)
    }
}

/// Decodes and renders a file that [`crate::inspect::check`] let through.
pub(crate) fn render(bytes: &[u8], checked: &Checked) -> Result<ProcessedImage, ImageError> {
    let source = checked.format;
    let Decoded {
        pixels,
        orientation,
        colours,
    } = decode(bytes, checked)?;
    // A drawing's flat colours are smaller without loss, and its edges stay sharp.
    let lossless = source == SourceFormat::Svg;

    let mut current = Pixels::from_decoded(pixels);
    let has_alpha = current.has_alpha();
    let (raw_width, raw_height) = current.size();
    let sideways = matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    );
    let (width, height) = if sideways {
        (raw_height, raw_width)
    } else {
        (raw_width, raw_height)
    };

    let mut widths = rendition_widths(width);
    widths.reverse();
    let mut renditions = Vec::with_capacity(widths.len() * 3);
    for (index, target_width) in widths.iter().copied().enumerate() {
        let target_height = scaled_height(width, height, target_width);
        if index == 0 {
            let (w, h) = first_step(raw_width, raw_height, sideways);
            current = shrink(current, w, h)?;
            current = current.into_srgb(colours.as_ref()).upright(orientation);
        } else {
            current = shrink(current, target_width, target_height)?;
        }
        // Pushed in reverse, because the whole list is turned round below.
        if has_alpha {
            renditions.push(current.encode(RenditionFormat::Png, lossless)?);
        }
        renditions.push(current.encode(RenditionFormat::Jpeg, lossless)?);
        renditions.push(current.encode(RenditionFormat::Webp, lossless)?);
    }
    renditions.reverse();
    let thumb_hash = thumb_hash(current)?;
    Ok(ProcessedImage {
        width,
        height,
        has_alpha,
        thumb_hash,
        source,
        renditions,
    })
}

/// The widths to make of an original this wide, narrowest first: the ladder as far as it reaches, and the
/// original's own width where it ends between two steps.
pub(crate) fn rendition_widths(width: u32) -> Vec<u32> {
    let mut widths: Vec<u32> = WIDTHS.into_iter().filter(|step| *step <= width).collect();
    let top = WIDTHS[WIDTHS.len() - 1];
    if width < top && !widths.contains(&width) {
        widths.push(width);
    }
    widths
}

/// What a picture is shrunk to first, as it lies in the file: its largest rendition.
pub(crate) fn first_step(raw_width: u32, raw_height: u32, sideways: bool) -> (u32, u32) {
    let (width, height) = if sideways {
        (raw_height, raw_width)
    } else {
        (raw_width, raw_height)
    };
    let target_width = width.min(WIDTHS[WIDTHS.len() - 1]);
    let target_height = scaled_height(width, height, target_width);
    if sideways {
        (target_height, target_width)
    } else {
        (target_width, target_height)
    }
}

/// The height that keeps the proportions, rounded, at least one pixel.
fn scaled_height(width: u32, height: u32, target_width: u32) -> u32 {
    let (w, h, t) = (u64::from(width), u64::from(height), u64::from(target_width));
    let scaled = (h * t + w / 2) / w.max(1);
    u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
}

/// Eight bits a channel, with or without alpha. Nothing else reaches an encoder.
enum Pixels {
    Rgb(RgbImage),
    Rgba(RgbaImage),
}

impl Pixels {
    /// Drops an alpha channel that nothing uses: it would cost a PNG of every screenshot.
    fn from_decoded(decoded: DynamicImage) -> Self {
        if !decoded.color().has_alpha() {
            return Self::Rgb(decoded.into_rgb8());
        }
        let rgba = decoded.into_rgba8();
        if rgba.as_raw().chunks_exact(4).any(|pixel| pixel[3] != u8::MAX) {
            Self::Rgba(rgba)
        } else {
            Self::Rgb(without_alpha(rgba))
        }
    }

    fn has_alpha(&self) -> bool {
        matches!(self, Self::Rgba(_))
    }

    fn size(&self) -> (u32, u32) {
        match self {
            Self::Rgb(pixels) => pixels.dimensions(),
            Self::Rgba(pixels) => pixels.dimensions(),
        }
    }

    fn raw(&self) -> &[u8] {
        match self {
            Self::Rgb(pixels) => pixels.as_raw(),
            Self::Rgba(pixels) => pixels.as_raw(),
        }
    }

    /// What the file says of its colours and can't be followed leaves them alone.
    fn into_srgb(self, colours: Option<&Colours>) -> Self {
        let converted = colours.and_then(|colours| colours.in_srgb(self.raw(), self.has_alpha()));
        let Some(converted) = converted else {
            return self;
        };
        let (width, height) = self.size();
        match &self {
            Self::Rgb(_) => RgbImage::from_raw(width, height, converted).map_or(self, Self::Rgb),
            Self::Rgba(_) => RgbaImage::from_raw(width, height, converted).map_or(self, Self::Rgba),
        }
    }

    fn upright(self, orientation: Orientation) -> Self {
        if orientation == Orientation::NoTransforms {
            return self;
        }
        let mut image = match self {
            Self::Rgb(pixels) => DynamicImage::ImageRgb8(pixels),
            Self::Rgba(pixels) => DynamicImage::ImageRgba8(pixels),
        };
        image.apply_orientation(orientation);
        match image {
            DynamicImage::ImageRgba8(pixels) => Self::Rgba(pixels),
            other => Self::Rgb(other.into_rgb8()),
        }
    }

    fn encode(&self, format: RenditionFormat, lossless: bool) -> Result<EncodedRendition, ImageError> {
        let (width, height) = self.size();
        let bytes = match format {
            RenditionFormat::Webp => self.webp(lossless)?,
            RenditionFormat::Jpeg => self.jpeg()?,
            RenditionFormat::Png => self.png()?,
        };
        Ok(EncodedRendition {
            width,
            height,
            format,
            bytes,
        })
    }

    fn webp(&self, lossless: bool) -> Result<Vec<u8>, ImageError> {
        let (width, height) = self.size();
        let encoder = match self {
            Self::Rgb(pixels) => webp::Encoder::from_rgb(pixels.as_raw(), width, height),
            Self::Rgba(pixels) => webp::Encoder::from_rgba(pixels.as_raw(), width, height),
        };
        let encoded = encoder
            .encode_simple(lossless, WEBP_QUALITY)
            .map_err(|_| ImageError::Damaged)?;
        Ok(encoded.to_vec())
    }

    fn jpeg(&self) -> Result<Vec<u8>, ImageError> {
        let (width, height) = self.size();
        let (Ok(width), Ok(height)) = (u16::try_from(width), u16::try_from(height)) else {
            return Err(ImageError::Damaged);
        };
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, JPEG_QUALITY);
        encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
        // Progressive: a slow connection sees the whole picture early, and it is smaller besides.
        encoder.set_progressive(true);
        encoder.set_optimized_huffman_tables(true);
        let encoded = match self {
            Self::Rgb(pixels) => encoder.encode(pixels.as_raw(), width, height, jpeg_encoder::ColorType::Rgb),
            Self::Rgba(pixels) => {
                encoder.encode(&on_white(pixels), width, height, jpeg_encoder::ColorType::Rgb)
            }
        };
        encoded.map_err(|_| ImageError::Damaged)?;
        Ok(bytes)
    }

    fn png(&self) -> Result<Vec<u8>, ImageError> {
        let (width, height) = self.size();
        let colour = if self.has_alpha() {
            ExtendedColorType::Rgba8
        } else {
            ExtendedColorType::Rgb8
        };
        let mut bytes = Cursor::new(Vec::new());
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, PngFilter::Adaptive)
            .write_image(self.raw(), width, height, colour)
            .map_err(|_| ImageError::Damaged)?;
        Ok(bytes.into_inner())
    }
}

/// In place: a copy of 40 megapixels would be 120 MB more.
fn without_alpha(pixels: RgbaImage) -> RgbImage {
    let (width, height) = pixels.dimensions();
    let mut raw = pixels.into_raw();
    let count = raw.len() / 4;
    for index in 0..count {
        raw.copy_within(4 * index..4 * index + 3, 3 * index);
    }
    raw.truncate(3 * count);
    RgbImage::from_raw(width, height, raw).unwrap_or_default()
}

fn on_white(pixels: &RgbaImage) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(pixels.as_raw().len() / 4 * 3);
    for pixel in pixels.as_raw().chunks_exact(4) {
        let alpha = u16::from(pixel[3]);
        rgb.extend(pixel[..3].iter().map(|channel| {
            let mixed = (u16::from(*channel) * alpha + 255 * (255 - alpha) + 127) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        }));
    }
    rgb
}

/// Shrinks with SIMD.
fn shrink(pixels: Pixels, width: u32, height: u32) -> Result<Pixels, ImageError> {
    let from = pixels.size();
    if from == (width, height) {
        return Ok(pixels);
    }
    let size = |(width, height): (u32, u32)| ImageSize::new(width as usize, height as usize);
    let (from, to) = (size(from), size((width, height)));
    let mut scaler = Scaler::new(ResamplingFunction::Lanczos3);
    scaler.set_workload_strategy(WorkloadStrategy::PreferQuality);
    let shrunk = match pixels {
        Pixels::Rgb(pixels) => {
            let plan = scaler.plan_rgb_resampling(from, to);
            let raw = resampled(plan, pixels.as_raw(), from, to)?;
            RgbImage::from_raw(width, height, raw).map(Pixels::Rgb)
        }
        Pixels::Rgba(mut pixels) => {
            // What can't be seen must not colour what stands beside it. In place: the resampler would make a copy.
            premultiply(&mut pixels);
            let plan = scaler.plan_rgba_resampling(from, to, false);
            let mut raw = resampled(plan, pixels.as_raw(), from, to)?;
            unpremultiply(&mut raw);
            RgbaImage::from_raw(width, height, raw).map(Pixels::Rgba)
        }
    };
    shrunk.ok_or(ImageError::Damaged)
}

fn resampled<const CHANNELS: usize>(
    plan: Result<Arc<Resampling<u8, CHANNELS>>, PicScaleError>,
    raw: &[u8],
    from: ImageSize,
    to: ImageSize,
) -> Result<Vec<u8>, ImageError> {
    let mut resampled = vec![0; CHANNELS * to.width * to.height];
    let source = ImageStore::borrow(raw, from.width, from.height);
    let target = ImageStoreMut::borrow(&mut resampled, to.width, to.height);
    let (Ok(plan), Ok(source), Ok(mut target)) = (plan, source, target) else {
        return Err(ImageError::Damaged);
    };
    plan.resample(&source, &mut target)
        .map_err(|_| ImageError::Damaged)?;
    drop(target);
    Ok(resampled)
}

fn premultiply(pixels: &mut RgbaImage) {
    for pixel in pixels.chunks_exact_mut(4) {
        let alpha = u16::from(pixel[3]);
        for channel in &mut pixel[..3] {
            *channel = u8::try_from((u16::from(*channel) * alpha + 127) / 255).unwrap_or(u8::MAX);
        }
    }
}

fn unpremultiply(raw: &mut [u8]) {
    for pixel in raw.chunks_exact_mut(4) {
        let alpha = u16::from(pixel[3]);
        for channel in &mut pixel[..3] {
            let full = (u16::from(*channel) * 255 + alpha / 2).checked_div(alpha);
            *channel = u8::try_from(full.unwrap_or(0)).unwrap_or(u8::MAX);
        }
    }
}

fn thumb_hash(pixels: Pixels) -> Result<String, ImageError> {
    let (width, height) = pixels.size();
    let longest = width.max(height);
    let (thumb_width, thumb_height) = if longest <= THUMB_SIDE {
        (width, height)
    } else {
        let fit = |side: u32| (side * THUMB_SIDE / longest).max(1);
        (fit(width), fit(height))
    };
    let small = match shrink(pixels, thumb_width, thumb_height)? {
        Pixels::Rgba(pixels) => pixels,
        Pixels::Rgb(pixels) => DynamicImage::ImageRgb8(pixels).into_rgba8(),
    };
    let hash = thumbhash::rgba_to_thumb_hash(thumb_width as usize, thumb_height as usize, small.as_raw());
    Ok(BASE64.encode(&hash))
}
