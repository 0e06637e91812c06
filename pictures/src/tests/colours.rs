//! PNGs that say what their colours mean in one of five ways. What is expected is computed by the formulas: to linear light by
//! the file's curve, by its primaries to CIE XYZ, adapted to D50 (Bradford), and back by those of sRGB (IEC 61966-2-1).

use super::taken::{png_chunk, png_with};
use super::*;

const COLOUR: [u8; 3] = [200, 80, 60];

/// A colour, next to a clear part: so a PNG is made of it, without loss.
fn plain() -> Vec<u8> {
    let picture = RgbaImage::from_fn(40, 20, |x, _| {
        let [red, green, blue] = COLOUR;
        Rgba([red, green, blue, if x < 20 { 0 } else { 255 }])
    });
    encode(picture, ImageFormat::Png)
}

/// What the colour becomes.
fn shown(chunks: &[Vec<u8>]) -> [u8; 3] {
    let made = process(&png_with(&plain(), chunks)).unwrap();
    let png = made
        .renditions
        .iter()
        .find(|it| it.format == RenditionFormat::Png);
    let Rgba([red, green, blue, alpha]) = *decode(png.unwrap()).into_rgba8().get_pixel(30, 10);
    assert_eq!(alpha, 255);
    [red, green, blue]
}

/// One more or less is what rounding makes of it.
#[track_caller]
fn assert_shown(chunks: &[Vec<u8>], expected: [u8; 3]) {
    let shown = shown(chunks);
    let is_near = shown
        .iter()
        .zip(expected)
        .all(|(one, other)| one.abs_diff(other) <= 1);
    assert!(is_near, "{shown:?} is not {expected:?}");
}

fn numbers(kind: &[u8; 4], numbers: &[u32]) -> Vec<u8> {
    let content: Vec<u8> = numbers.iter().copied().flat_map(u32::to_be_bytes).collect();
    png_chunk(kind, &content)
}

fn gamma(gamma: u32) -> Vec<u8> {
    numbers(b"gAMA", &[gamma])
}

/// White, red, green, blue.
const SRGB: [u32; 8] = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000];
const ADOBE: [u32; 8] = [31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000];
/// The same under the light of D50, as scanners have it.
const ADOBE_D50: [u32; 8] = [34_570, 35_850, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000];

fn chromaticities(chromaticities: [u32; 8]) -> Vec<u8> {
    numbers(b"cHRM", &chromaticities)
}

fn code_points(primaries: u8, transfer: u8) -> Vec<u8> {
    png_chunk(b"cICP", &[primaries, transfer, 0, 1])
}

fn profile(profile: &moxcms::ColorProfile) -> Vec<u8> {
    let packed = fdeflate::compress_to_vec(&profile.encode().unwrap());
    png_chunk(b"iCCP", &[b"p\0\0".to_vec(), packed].concat())
}

fn srgb() -> Vec<u8> {
    png_chunk(b"sRGB", &[0])
}

const IN_P3: [u8; 3] = [216, 69, 50];
const IN_ADOBE: [u8; 3] = [230, 79, 56];
const LINEAR: [u8; 3] = [229, 152, 133];

#[test]
fn exponent_and_chromaticities_are_followed() {
    assert_shown(&[], COLOUR);
    assert_shown(&[gamma(45_455), chromaticities(ADOBE)], IN_ADOBE);
    assert_shown(&[chromaticities(SRGB), gamma(100_000)], LINEAR);
    assert_shown(&[gamma(55_556), chromaticities(ADOBE_D50)], [242, 100, 80]);
    // An exponent alone is between it and 1/2.2, as Firefox has it; the usual one changes nothing.
    assert_shown(&[gamma(100_000)], [228, 151, 132]);
    assert_eq!(shown(&[gamma(45_455)]), COLOUR);
    // Primaries without a curve say nothing.
    assert_eq!(shown(&[chromaticities(ADOBE)]), COLOUR);
}

#[test]
fn code_points_are_followed() {
    assert_shown(&[code_points(12, 13)], IN_P3);
    assert_shown(&[code_points(1, 13)], COLOUR);
    assert_shown(&[code_points(1, 8)], LINEAR);
    // Unspecified, light beyond white, and what isn't RGB.
    assert_eq!(shown(&[code_points(2, 2)]), COLOUR);
    assert_eq!(shown(&[code_points(9, 16)]), COLOUR);
    assert_eq!(shown(&[png_chunk(b"cICP", &[12, 13, 1, 1])]), COLOUR);
    assert_eq!(shown(&[png_chunk(b"cICP", &[12, 13])]), COLOUR);
}

#[test]
fn what_counts_most_is_believed() {
    let p3 = profile(&moxcms::ColorProfile::new_display_p3());
    let adobe = [gamma(45_455), chromaticities(ADOBE)].concat();
    let linear = code_points(1, 8);
    // cICP, iCCP, sRGB, and what is left; in whatever order they stand.
    assert_shown(&[adobe.clone(), srgb(), p3.clone(), linear], LINEAR);
    assert_shown(&[srgb(), adobe.clone(), p3], IN_P3);
    assert_shown(&[adobe.clone(), srgb()], COLOUR);
    assert_shown(std::slice::from_ref(&adobe), IN_ADOBE);
    // What can't be read isn't there.
    let broken = png_chunk(b"iCCP", b"p\0\0nothing");
    assert_shown(&[broken, adobe.clone()], IN_ADOBE);
    assert_shown(&[code_points(9, 16), adobe.clone()], IN_ADOBE);
    // Behind the pixels it is too late.
    let file = plain();
    let (pixels, end) = file.split_at(file.len() - 12);
    let late = process(&[pixels, &adobe, end].concat()).unwrap();
    let png = late
        .renditions
        .iter()
        .find(|it| it.format == RenditionFormat::Png);
    let [red, ..] = decode(png.unwrap()).into_rgba8().get_pixel(30, 10).0;
    assert_eq!(red, COLOUR[0]);
}

#[test]
fn numbers_that_mean_nothing_do_no_harm() {
    for numbers in [[0; 8], [u32::MAX; 8], [31_270; 8]] {
        assert_eq!(shown(&[gamma(45_455), chromaticities(numbers)]), COLOUR);
    }
    for power in [0, 1, u32::MAX] {
        let _ = shown(&[gamma(power)]);
        let _ = shown(&[gamma(power), chromaticities(SRGB)]);
    }
    assert_eq!(shown(&[gamma(0)]), COLOUR);
    assert_eq!(shown(&[png_chunk(b"gAMA", b"\0")]), COLOUR);
}

#[test]
fn a_grey_picture_follows_a_grey_profile() {
    // Linear: 128 of 255 is half of the light, which sRGB writes as 188.
    let mut linear = moxcms::ColorProfile::new_gray_with_gamma(1.0);
    linear.description = None;
    let grey = image::GrayImage::from_pixel(40, 20, image::Luma([128]));
    let plain = encode(grey, ImageFormat::Png);
    let made = process(&png_with(&plain, &[profile(&linear)])).unwrap();
    let shown = decode(&made.renditions[0]).into_rgb8().get_pixel(20, 10).0;
    assert!(shown.iter().all(|value| value.abs_diff(188) <= 2), "{shown:?}");
    // A picture in colour isn't in the space of it.
    assert_eq!(self::shown(&[profile(&linear)]), COLOUR);
}
