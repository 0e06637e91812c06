//! Files that are no pictures, are damaged, or would take more than they look.

use super::*;

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
        (&b"GIF89a\x01\0\x01\0"[..], "gif"),
        (b"%PDF-1.7", "pdf"),
        (b"<!DOCTYPE html><script>", "web-page"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "video"),
    ] {
        assert_eq!(refused(bytes), ImageError::Unsupported { found: Some(name) });
    }
    assert_eq!(refused(&vec![0xFF; MAX_BYTES + 1]), ImageError::TooManyBytes);
    assert_eq!(
        refused(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
        ImageError::Unsupported { found: Some("heic") }
    );
}

#[test]
fn truncated_files_are_refused_at_every_length() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let whole = encode(photo(300, 200), format);
        assert!(process(&whole).is_ok());
        // Without its end marker a JPEG or PNG has all its pixels still.
        let marker = match format {
            ImageFormat::Jpeg => 2,
            ImageFormat::Png => 12,
            _ => 0,
        };
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
