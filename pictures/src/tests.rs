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
fn type_goes_by_content() {
    let png = encode(photo(64, 48), ImageFormat::Png);
    assert_eq!(process(&png).unwrap().source, SourceFormat::Png);
    let webp = encode(photo(64, 48), ImageFormat::WebP);
    assert_eq!(process(&webp).unwrap().source, SourceFormat::Webp);
    let grey = encode(
        DynamicImage::ImageRgb8(photo(64, 48)).into_luma8(),
        ImageFormat::Jpeg,
    );
    assert_eq!(process(&grey).unwrap().source, SourceFormat::Jpeg);
    let deep = encode(
        DynamicImage::ImageRgb8(photo(64, 48)).into_rgba16(),
        ImageFormat::Png,
    );
    assert_eq!(process(&deep).unwrap().source, SourceFormat::Png);
}

#[test]
fn what_is_no_picture_is_named() {
    let refused = |bytes: &[u8]| process(bytes).unwrap_err();
    assert_eq!(refused(b""), ImageError::Empty);
    assert_eq!(
        refused(b"hello, I am a text"),
        ImageError::Unsupported { found: None }
    );
    for (bytes, name) in [
        (&b"GIF89a\x01\0\x01\0"[..], "a GIF"),
        (b"%PDF-1.7", "a PDF"),
        (b"<!DOCTYPE html><script>", "a web page"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "a video"),
    ] {
        assert_eq!(refused(bytes), ImageError::Unsupported { found: Some(name) });
        assert!(refused(bytes).to_string().contains(name));
    }
    assert_eq!(refused(&vec![0xFF; MAX_BYTES + 1]), ImageError::TooManyBytes);
    let heic = refused(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic").to_string();
    assert!(
        heic.contains("HEIC") && heic.contains("Most Compatible"),
        "{heic}"
    );
}

#[test]
fn truncated_files_are_refused_at_every_length() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let whole = encode(photo(300, 200), format);
        assert!(process(&whole).is_ok());
        // Without its end marker a JPEG has all its pixels still.
        let marker = if format == ImageFormat::Jpeg { 2 } else { 0 };
        let last = whole.len() - 1 - marker;
        for kept in (1..last).step_by(whole.len() / 97 + 1).chain([last]) {
            let error = process(&whole[..kept]).map(|_| kept).unwrap_err();
            assert!(
                matches!(
                    error,
                    ImageError::Truncated | ImageError::Damaged | ImageError::Unsupported { .. }
                ),
                "{format:?} cut to {kept} bytes: {error:?}"
            );
        }
    }
    // A phone's trailer behind the end is no damage.
    let trailer = [
        encode(photo(300, 200), ImageFormat::Jpeg),
        b"MotionPhoto_Data".to_vec(),
    ]
    .concat();
    assert!(process(&trailer).is_ok());
}

#[test]
fn damaged_files_never_panic() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let whole = encode(photo(120, 90), format);
        for at in (0..whole.len()).step_by(whole.len() / 150 + 1) {
            let mut broken = whole.clone();
            broken[at] ^= 0x55;
            let _ = process(&broken);
        }
    }
}

/// A PNG of `width` × `height` single-colour pixels: a few kilobytes that unpack to gigabytes.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut png = encode(RgbImage::new(1, 1), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let mut crc = !0_u32;
    for byte in &png[12..29] {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            };
        }
    }
    png[29..33].copy_from_slice(&(!crc).to_be_bytes());
    png
}

#[test]
fn bombs_are_refused_from_the_header() {
    let started = Instant::now();
    for (width, height) in [(50_000, 50_000), (20_000, 20), (7_000, 6_000), (20, 20_000)] {
        assert_eq!(
            process(&png_header(width, height)).unwrap_err(),
            ImageError::TooManyPixels { width, height }
        );
    }
    // The same in a JPEG's frame header.
    let mut jpeg = encode(photo(16, 16), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF]);
    assert!(matches!(
        process(&jpeg).unwrap_err(),
        ImageError::TooManyPixels { .. }
    ));
    // Within the pixels, but claiming more than the file holds.
    assert!(process(&png_header(6_000, 6_000)).is_err());
    assert!(started.elapsed().as_secs() < 5, "nothing large was decoded");
}

#[test]
fn a_jpeg_of_endless_scans_is_refused() {
    let pixels = photo(640, 480);
    let mut progressive = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut progressive, 80);
    encoder.set_progressive(true);
    encoder
        .encode(pixels.as_raw(), 640, 480, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    assert!(process(&progressive).is_ok());
    let last = progressive
        .windows(2)
        .rposition(|pair| pair == [0xFF, 0xDA])
        .unwrap();
    let scan = progressive[last..progressive.len() - 2].to_vec();
    let end = progressive.split_off(progressive.len() - 2);
    let bomb = [progressive, scan.repeat(500), end].concat();
    let started = Instant::now();
    assert_eq!(process(&bomb).unwrap_err(), ImageError::TooMuchMemory);
    assert!(started.elapsed().as_secs() < 2);
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

/// What the team's testers have sent, small: a photo of 64 × 48 that forgets its end marker.
fn unmarked() -> Vec<u8> {
    let mut whole = encode(photo(64, 48), ImageFormat::Jpeg);
    whole.truncate(whole.len() - 2);
    whole
}

fn pixels_of(made: &ProcessedImage) -> Vec<RgbImage> {
    made.renditions
        .iter()
        .map(|one| decode(one).into_rgb8())
        .collect()
}

#[test]
fn a_jpeg_without_its_end_marker_is_taken_when_its_scans_are_whole() {
    let marked = process(&encode(photo(64, 48), ImageFormat::Jpeg)).unwrap();
    let half_a_marker = [unmarked(), vec![0xFF]].concat();
    // A phone's trailer, which holds bytes that look like markers and scans.
    let trailer = [
        unmarked(),
        b"\0\0\x01\x0A\x0E\xFF\xAD\0\x09abcdefg\xFF\xDA\0\x03x Image_UTC_Data SEFT".to_vec(),
    ]
    .concat();
    for file in [unmarked(), half_a_marker, trailer] {
        assert_eq!(pixels_of(&process(&file).unwrap()), pixels_of(&marked));
    }
    let progressive = progressive_jpeg(640, 480);
    let made = process(&progressive[..progressive.len() - 2]).unwrap();
    assert_eq!(pixels_of(&made), pixels_of(&process(&progressive).unwrap()));
    // Between two scans or inside of one, a part of the picture is missing.
    let last = progressive
        .windows(2)
        .rposition(|pair| pair == [0xFF, 0xDA])
        .unwrap();
    for end in [last, last + 20, progressive.len() - 40] {
        assert_eq!(process(&progressive[..end]).unwrap_err(), ImageError::Truncated);
    }
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

#[test]
fn bytes_between_segments_are_skipped() {
    let plain = phone_photo(64, 48, 6);
    let expected = process(&plain).unwrap();
    let end_of = |at: usize| at + 2 + usize::from(u16::from_be_bytes([plain[at + 2], plain[at + 3]]));
    let first = end_of(2);
    let second = end_of(first);
    for stray in [&b"\0"[..], b"stray", b"\xFF\x00\x12", b"\xFF\xFF\xFF"] {
        // Behind the first segment and behind the second.
        for at in [first, second] {
            let file = [&plain[..at], stray, &plain[at..]].concat();
            let made = process(&file).unwrap_or_else(|error| panic!("{stray:?} at {at}: {error}"));
            assert_eq!((made.width, made.height), (48, 64));
            assert_eq!(pixels_of(&made), pixels_of(&expected));
        }
    }
}

#[test]
fn a_webp_with_the_name_of_the_jpeg_segment_is_turned_upright_too() {
    let lossless = encode(photo(40, 30), ImageFormat::WebP);
    let with_exif = |block: Vec<u8>| {
        let chunk = |kind: &[u8], content: &[u8]| {
            let mut chunk = kind.to_vec();
            chunk.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
            chunk.extend(content);
            chunk.resize(chunk.len().next_multiple_of(2), 0);
            chunk
        };
        let head = [8, 0, 0, 0, 39, 0, 0, 29, 0, 0];
        let body = [
            b"WEBP".to_vec(),
            chunk(b"VP8X", &head),
            lossless[12..].to_vec(),
            chunk(b"EXIF", &block),
        ]
        .concat();
        chunk(b"RIFF", &body)
    };
    let plain = process(&with_exif(exif(6))).unwrap();
    let prefixed = process(&with_exif([b"Exif\0\0".to_vec(), exif(6)].concat())).unwrap();
    assert_eq!((plain.width, plain.height), (30, 40));
    assert_eq!((prefixed.width, prefixed.height), (30, 40));
    assert_eq!(pixels_of(&prefixed), pixels_of(&plain));
}

/// A chunk as a PNG has it; the decoders check its sum.
fn png_chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut chunk = u32::try_from(content.len()).unwrap().to_be_bytes().to_vec();
    chunk.extend(kind);
    chunk.extend(content);
    let mut crc = !0_u32;
    for byte in &chunk[4..] {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            };
        }
    }
    chunk.extend((!crc).to_be_bytes());
    chunk
}

fn png_with(file: &[u8], chunks: &[Vec<u8>]) -> Vec<u8> {
    [&file[..33], &chunks.concat(), &file[33..]].concat()
}

#[test]
fn what_a_png_says_beside_its_pixels_is_read_within_bounds() {
    let plain = encode(RgbImage::from_pixel(60, 40, Rgb([200, 80, 60])), ImageFormat::Png);
    let profile = |bytes: &[u8]| {
        png_chunk(
            b"iCCP",
            &[b"p\0\0".to_vec(), fdeflate::compress_to_vec(bytes)].concat(),
        )
    };
    let p3 = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let good = process(&png_with(&plain, &[profile(&p3), png_chunk(b"eXIf", &exif(6))])).unwrap();
    assert_eq!((good.width, good.height), (40, 60));
    let red = |made: &ProcessedImage| pixels_of(made)[0].get_pixel(20, 20)[0];
    assert!(
        red(&good) > 208,
        "the same numbers are redder in P3: {}",
        red(&good)
    );
    // A profile of 64 MB, and texts that unpack to as much, leave the picture as it is.
    let packed = fdeflate::compress_to_vec(&vec![0; 64 << 20]);
    let bomb = [b"p\0\0".to_vec(), packed].concat();
    let chunks = [b"iCCP", b"zTXt"].map(|kind| png_chunk(kind, &bomb));
    let made = process(&png_with(&plain, &chunks)).unwrap();
    assert_eq!((made.width, made.height), (60, 40));
    assert!(red(&made).abs_diff(200) < 5, "{}", red(&made));
}

#[test]
fn passes_are_counted_by_the_pixels_they_go_over() {
    let file = progressive_jpeg(640, 480);
    let last = file.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
    let scan = file[last..file.len() - 2].to_vec();
    let repeated = |times: usize| {
        let mut bomb = file[..file.len() - 2].to_vec();
        bomb.extend(scan.repeat(times));
        bomb.extend([0xFF, 0xD9]);
        bomb
    };
    assert!(process(&repeated(40)).is_ok());
    let mut large = repeated(40);
    let frame = large.windows(2).position(|pair| pair == [0xFF, 0xC2]).unwrap();
    // 6400 × 4800 pixels: the same passes are a hundred times the work.
    large[frame + 5..frame + 9].copy_from_slice(&[0x12, 0xC0, 0x19, 0x00]);
    assert_eq!(memory_needed(&large).unwrap_err(), ImageError::TooMuchMemory);
}
