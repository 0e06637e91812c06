//! Files that break a rule and that browsers show all the same.

use super::*;

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

#[test]
fn files_that_phones_and_programs_sent_are_taken() {
    let made = process(include_bytes!("../../testdata/no-eoi.jpg")).unwrap();
    let phone = process(include_bytes!("../../testdata/samsung-no-eoi-trailer.jpg")).unwrap();
    for photo in [&made, &phone] {
        assert_eq!(photo.source, SourceFormat::Jpeg);
        assert!(photo.width > 0 && !photo.renditions.is_empty());
    }
    let plain = process(include_bytes!("../../testdata/orient6.webp")).unwrap();
    let prefixed = process(include_bytes!("../../testdata/orient6-prefixed.webp")).unwrap();
    // 400 × 600 as it lies in the file, on its side.
    for picture in [&plain, &prefixed] {
        assert_eq!((picture.width, picture.height), (600, 400));
    }
    assert_eq!(pixels_of(&prefixed), pixels_of(&plain));
}

#[test]
fn an_iphone_s_photo_is_known_behind_a_jpeg_s_name() {
    let refused = process(include_bytes!("../../testdata/heic.jpg")).unwrap_err();
    assert_eq!(refused, ImageError::Unsupported { found: Some("heic") });
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
pub(super) fn png_chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
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

pub(super) fn png_with(file: &[u8], chunks: &[Vec<u8>]) -> Vec<u8> {
    [&file[..33], &chunks.concat(), &file[33..]].concat()
}

#[test]
fn a_png_without_its_end_is_taken_when_its_pixels_are_whole() {
    let file = encode(photo(300, 200), ImageFormat::Png);
    let whole = process(&file).unwrap();
    let pixels = &file[..file.len() - 12];
    // Nothing, half of the last chunk, and a text that breaks off.
    for rest in [&b""[..], b"\0\0\0\0IE", b"\0\0\x01\0tEXtAuthor"] {
        let made = process(&[pixels, rest].concat()).unwrap();
        assert_eq!(pixels_of(&made), pixels_of(&whole));
    }
    // The same pixels in chunks of 1000 bytes, of which the last are missing.
    let start = file.windows(4).position(|kind| kind == b"IDAT").unwrap() + 4;
    let data = &file[start..pixels.len() - 4];
    let chunks: Vec<Vec<u8>> = data.chunks(1000).map(|part| png_chunk(b"IDAT", part)).collect();
    let kept = |count: usize| [&file[..start - 8], &chunks[..count].concat()].concat();
    assert_eq!(
        pixels_of(&process(&kept(chunks.len())).unwrap()),
        pixels_of(&whole)
    );
    for count in [1, chunks.len() / 2, chunks.len() - 1] {
        assert_eq!(process(&kept(count)).unwrap_err(), ImageError::Truncated);
    }
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
