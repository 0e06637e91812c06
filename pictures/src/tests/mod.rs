//! What becomes of pictures; beside it, which files are refused and which odd ones are taken.

mod colours;
mod refused;
mod taken;

use std::io::Cursor;
use std::time::Instant;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use super::render::rendition_widths;
use super::*;

/// A picture with gradients, edges and grain, so that encoders have something to do. Its left half is reddish,
/// its right half bluish, its top brighter than its bottom.
fn photo(width: u32, height: u32) -> RgbImage {
    let mut seed = 0x2545_F491_u32;
    RgbImage::from_fn(width, height, |x, y| {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        let grain = (seed % 12) as u8;
        let top = if y < height / 2 { 60 } else { 0 };
        let stripe = if (x / 37 + y / 53) % 2 == 0 { 20 } else { 0 };
        if x < width / 2 {
            Rgb([150 + grain + top / 2, 20 + top + stripe, 20 + grain + top])
        } else {
            Rgb([20 + grain + top, 20 + top + stripe, 150 + grain + top / 2])
        }
    })
}

fn encode(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.into().write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// An EXIF block as a phone writes it: orientation, maker, and a GPS position in Niamey.
fn exif(orientation: u16) -> Vec<u8> {
    let mut tiff: Vec<u8> = b"MM\0*\0\0\0\x08".to_vec();
    let entry = |tiff: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        tiff.extend(tag.to_be_bytes());
        tiff.extend(kind.to_be_bytes());
        tiff.extend(count.to_be_bytes());
        tiff.extend(value);
    };
    // IFD0 at 8: 3 entries (2 + 36 + 4 bytes), so the maker's name stands at 50, the GPS IFD at 64.
    tiff.extend(3_u16.to_be_bytes());
    entry(&mut tiff, 0x010F, 2, 14, 50_u32.to_be_bytes());
    let [high, low] = orientation.to_be_bytes();
    entry(&mut tiff, 0x0112, 3, 1, [high, low, 0, 0]);
    entry(&mut tiff, 0x8825, 4, 1, 64_u32.to_be_bytes());
    tiff.extend([0; 4]);
    tiff.extend(b"SECRET-CAMERA\0");
    // The GPS IFD: 4 entries (2 + 48 + 4), its rationals at 118 and 142.
    tiff.extend(4_u16.to_be_bytes());
    entry(&mut tiff, 1, 2, 2, *b"N\0\0\0");
    entry(&mut tiff, 2, 5, 3, 118_u32.to_be_bytes());
    entry(&mut tiff, 3, 2, 2, *b"E\0\0\0");
    entry(&mut tiff, 4, 5, 3, 142_u32.to_be_bytes());
    tiff.extend([0; 4]);
    for (numerator, denominator) in [(13_u32, 1_u32), (30, 1), (4242, 100), (2, 1), (6, 1), (1717, 100)] {
        tiff.extend(numerator.to_be_bytes());
        tiff.extend(denominator.to_be_bytes());
    }
    tiff
}

/// Puts segments (marker, payload) right behind a JPEG's first marker.
fn with_segments(jpeg: &[u8], segments: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut out = jpeg[..2].to_vec();
    for (marker, payload) in segments {
        out.extend([0xFF, *marker]);
        out.extend(u16::try_from(payload.len() + 2).unwrap().to_be_bytes());
        out.extend(payload);
    }
    out.extend(&jpeg[2..]);
    out
}

fn phone_photo(width: u32, height: u32, orientation: u16) -> Vec<u8> {
    let app1 = [b"Exif\0\0".to_vec(), exif(orientation)].concat();
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>SECRET-XMP</x:xmpmeta>".to_vec();
    let jpeg = encode(photo(width, height), ImageFormat::Jpeg);
    with_segments(
        &jpeg,
        &[(0xE1, app1), (0xE1, xmp), (0xFE, b"SECRET-COMMENT".to_vec())],
    )
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

fn decode(rendition: &EncodedRendition) -> DynamicImage {
    image::load_from_memory(&rendition.bytes).unwrap()
}

fn summary(image: &ProcessedImage) -> Vec<String> {
    let line = |r: &EncodedRendition| format!("{}x{}.{}", r.width, r.height, r.format);
    image.renditions.iter().map(line).collect()
}

#[test]
fn a_photo_becomes_the_whole_ladder_in_webp_and_jpeg() {
    let made = process(&encode(photo(2400, 1800), ImageFormat::Jpeg)).unwrap();
    assert_eq!((made.width, made.height, made.has_alpha), (2400, 1800, false));
    assert_eq!(
        summary(&made),
        [
            "320x240.webp",
            "320x240.jpg",
            "640x480.webp",
            "640x480.jpg",
            "1280x960.webp",
            "1280x960.jpg",
            "1920x1440.webp",
            "1920x1440.jpg"
        ]
    );
    for rendition in &made.renditions {
        let back = decode(rendition);
        assert_eq!((back.width(), back.height()), (rendition.width, rendition.height));
        assert_eq!(
            sniff(&rendition.bytes).unwrap().content_type(),
            rendition.format.content_type()
        );
    }
    let hash = data_encoding::BASE64.decode(made.thumb_hash.as_bytes()).unwrap();
    assert!(thumbhash::thumb_hash_to_rgba(&hash).is_ok());
    assert!((20..=30).contains(&hash.len()), "{} bytes", hash.len());
}

#[test]
fn renditions_are_never_larger_than_the_original() {
    assert_eq!(rendition_widths(4000), [320, 640, 1280, 1920]);
    assert_eq!(rendition_widths(1920), [320, 640, 1280, 1920]);
    assert_eq!(rendition_widths(1000), [320, 640, 1000]);
    assert_eq!(rendition_widths(320), [320]);
    assert_eq!(rendition_widths(17), [17]);
    for (width, height) in [(1, 1), (3, 900), (200, 100), (320, 1), (16_000, 2)] {
        let made = process(&encode(photo(width, height), ImageFormat::Png)).unwrap();
        assert_eq!((made.width, made.height), (width, height));
        assert!(
            made.renditions
                .iter()
                .all(|r| r.width <= width && r.height <= height),
            "{made:?}"
        );
        assert!(made.renditions.iter().all(|r| decode(r).width() == r.width));
    }
}

#[test]
fn orientation_is_applied_and_the_position_is_gone() {
    // 6: the camera was held upright; row 0 of the file is the right-hand side of the scene.
    let file = phone_photo(1600, 1200, 6);
    assert!(contains(&file, b"SECRET-CAMERA"));
    assert!(image::metadata::Orientation::from_exif_chunk(&exif(6)).is_some());
    let made = process(&file).unwrap();
    assert_eq!((made.width, made.height), (1200, 1600));
    let largest = made.renditions.last().unwrap();
    assert_eq!((largest.width, largest.height), (1200, 1600));
    // The reddish left half of the file is now the top.
    let back = decode(largest).into_rgb8();
    let (top, bottom) = (back.get_pixel(600, 200), back.get_pixel(600, 1400));
    assert!(top[0] > top[2] && bottom[2] > bottom[0], "{top:?} {bottom:?}");
    // And its bright top half the right.
    let (left, right) = (back.get_pixel(200, 200), back.get_pixel(1000, 200));
    assert!(right[1] > left[1], "{left:?} {right:?}");

    for rendition in &made.renditions {
        for secret in [
            &b"Exif"[..],
            b"SECRET",
            b"GPS",
            b"xmpmeta",
            b"ICC_PROFILE",
            b"EXIF",
            b"XMP ",
            b"ICCP",
        ] {
            assert!(
                !contains(&rendition.bytes, secret),
                "{} holds metadata",
                rendition.format
            );
        }
    }
}

#[test]
fn every_orientation_comes_out_upright() {
    for orientation in 1..=8_u16 {
        let made = process(&phone_photo(400, 300, orientation)).unwrap();
        let sideways = orientation >= 5;
        assert_eq!(
            made.width,
            if sideways { 300 } else { 400 },
            "orientation {orientation}"
        );
        let largest = decode(made.renditions.last().unwrap()).into_rgb8();
        assert_eq!(largest.dimensions(), (made.width, made.height));
        // Where the file's top left corner (reddish, bright) must be found.
        let (w, h) = largest.dimensions();
        let (x, y) = match orientation {
            1 | 5 => (w / 8, h / 8),
            2 | 6 => (w - w / 8, h / 8),
            3 | 7 => (w - w / 8, h - h / 8),
            _ => (w / 8, h - h / 8),
        };
        let pixel = largest.get_pixel(x, y);
        assert!(
            pixel[0] > pixel[2] && pixel[1] > 60,
            "orientation {orientation}: {pixel:?}"
        );
    }
}

#[test]
fn transparency_is_kept_where_it_is_used() {
    let glass = RgbaImage::from_fn(700, 500, |x, _| {
        Rgba([200, 30, 30, if x < 350 { 0 } else { 255 }])
    });
    let made = process(&encode(glass, ImageFormat::Png)).unwrap();
    assert!(made.has_alpha);
    let formats: Vec<_> = made.renditions[..3].iter().map(|r| r.format).collect();
    assert_eq!(
        formats,
        [RenditionFormat::Webp, RenditionFormat::Jpeg, RenditionFormat::Png]
    );
    for rendition in &made.renditions {
        let back = decode(rendition).into_rgba8();
        let (clear, solid) = (back.get_pixel(10, 10), back.get_pixel(rendition.width - 10, 10));
        assert_eq!(solid[3], 255);
        if rendition.format == RenditionFormat::Jpeg {
            assert!(
                clear.0[..3].iter().all(|channel| *channel > 245),
                "laid on white: {clear:?}"
            );
        } else {
            assert_eq!(clear[3], 0);
        }
    }

    let opaque = RgbaImage::from_pixel(400, 300, Rgba([10, 20, 30, 255]));
    let made = process(&encode(opaque, ImageFormat::Png)).unwrap();
    assert!(!made.has_alpha);
    assert!(made.renditions.iter().all(|r| r.format != RenditionFormat::Png));
}

#[test]
fn wide_gamut_colours_come_into_srgb() {
    let p3 = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let icc = [b"ICC_PROFILE\0\x01\x01".to_vec(), p3].concat();
    let plain = encode(
        RgbImage::from_pixel(64, 64, Rgb([200, 80, 60])),
        ImageFormat::Jpeg,
    );
    let tagged = with_segments(&plain, &[(0xE2, icc)]);
    let colour = |file: &[u8]| {
        let made = process(file).unwrap();
        *decode(
            made.renditions
                .iter()
                .find(|r| r.format == RenditionFormat::Jpeg)
                .unwrap(),
        )
        .into_rgb8()
        .get_pixel(32, 32)
    };
    let (untouched, converted) = (colour(&plain), colour(&tagged));
    assert!(untouched[0].abs_diff(200) < 5, "{untouched:?}");
    assert!(
        converted[0] > untouched[0] + 8,
        "the same numbers are redder in P3: {converted:?}"
    );
}

#[test]
fn a_photo_of_twelve_megapixels_is_small_afterwards() {
    let file = phone_photo(4032, 3024, 6);
    let started = Instant::now();
    let made = process(&file).unwrap();
    let took = started.elapsed();
    assert_eq!((made.width, made.height), (3024, 4032));
    let total: usize = made.renditions.iter().map(|r| r.bytes.len()).sum();
    // Generous, for a loaded machine: alone it takes well under a second, in a debug build too.
    assert!(took.as_secs() < 10, "{took:?} for {total} bytes");
    let phone = made
        .renditions
        .iter()
        .find(|r| r.width == 640 && r.format == RenditionFormat::Webp)
        .unwrap();
    assert!(
        phone.bytes.len() < 100_000,
        "{} bytes for a phone",
        phone.bytes.len()
    );
}

fn progressive_jpeg(width: u16, height: u16) -> Vec<u8> {
    let pixels = photo(width.into(), height.into());
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 80);
    encoder.set_progressive(true);
    encoder
        .encode(pixels.as_raw(), width, height, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    file
}
