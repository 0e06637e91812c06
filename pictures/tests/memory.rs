//! What `memory_needed` promises, held against what is really allocated. A test binary of its own, because it counts
//! every allocation of the process. (libwebp's encoder has an allocator of its own, and isn't counted.)

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that can't go on fails, and says where"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Cursor;
use std::sync::atomic::{AtomicU64, Ordering};

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use pictures::{MAX_MEMORY, memory_needed, process};

struct Counting;

static HELD: AtomicU64 = AtomicU64::new(0);
static PEAK: AtomicU64 = AtomicU64::new(0);

#[expect(
    unsafe_code,
    reason = "an allocator can't be written without; it hands everything on"
)]
// SAFETY: the system's allocator does the work, with the arguments as they came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size() as u64, Ordering::Relaxed) + layout.size() as u64;
        PEAK.fetch_max(held, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size() as u64, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Noise, which no encoder makes small (but small enough for a file of 10 MB), with the given transparency.
fn noise(width: u32, height: u32, alpha: u8) -> DynamicImage {
    let mut seed = 0x2545_F491_u32;
    let pixels = RgbaImage::from_fn(width, height, |_, _| {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        let [red, green, blue, _] = seed.to_le_bytes();
        Rgba([red & 7, green & 7, blue & 7, alpha])
    });
    DynamicImage::ImageRgba8(pixels)
}

/// One colour: small in a file, as large as any other when decoded.
fn plain(width: u32, height: u32, alpha: u8) -> DynamicImage {
    DynamicImage::ImageRgba8(RgbaImage::from_pixel(width, height, Rgba([90, 120, 60, alpha])))
}

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

fn jpeg(picture: &DynamicImage, progressive: bool, sampling: SamplingFactor) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 70);
    encoder.set_progressive(progressive);
    encoder.set_sampling_factor(sampling);
    let pixels = picture.to_rgb8();
    let (width, height) = (pixels.width() as u16, pixels.height() as u16);
    encoder
        .encode(pixels.as_raw(), width, height, ColorType::Rgb)
        .unwrap();
    file
}

fn grey_jpeg(picture: &DynamicImage) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let grey = DynamicImage::ImageLuma8(picture.to_luma8());
    grey.write_to(&mut file, ImageFormat::Jpeg).unwrap();
    file.into_inner()
}

fn webp(picture: &DynamicImage, lossless: bool) -> Vec<u8> {
    let alpha = picture.color().has_alpha();
    let (rgb, rgba) = (picture.to_rgb8(), picture.to_rgba8());
    let encoder = if alpha {
        webp::Encoder::from_rgba(&rgba, rgba.width(), rgba.height())
    } else {
        webp::Encoder::from_rgb(&rgb, rgb.width(), rgb.height())
    };
    encoder.encode_simple(lossless, 60.0).unwrap().to_vec()
}

/// Layers that reach beyond the canvas of 400 units; the renderer follows to 800 on each side.
fn drawing(layers: usize, beyond: u32) -> Vec<u8> {
    let side = 400 + 2 * beyond;
    let rect =
        format!("<rect x=\"-{beyond}\" y=\"-{beyond}\" width=\"{side}\" height=\"{side}\" fill=\"#345\"/>");
    let (open, close) = ("<g opacity=\".9\">".repeat(layers), "</g>".repeat(layers));
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 400\">{open}{rect}{close}</svg>")
        .into_bytes()
}

fn cases() -> Vec<(&'static str, Vec<u8>)> {
    let (solid, clear) = (plain(4000, 3000, 255), plain(4000, 3000, 100));
    let deep = |picture: DynamicImage| png(&picture);
    vec![
        ("JPEG", jpeg(&solid, false, SamplingFactor::F_2_2)),
        ("JPEG, progressive", jpeg(&solid, true, SamplingFactor::F_2_2)),
        (
            "JPEG, progressive, 4:4:4",
            jpeg(&solid, true, SamplingFactor::F_1_1),
        ),
        ("JPEG, grey", grey_jpeg(&solid)),
        (
            "JPEG, noise, tall",
            jpeg(&noise(1900, 6000, 255), false, SamplingFactor::F_1_1),
        ),
        (
            "JPEG, noise, just wider than the ladder",
            jpeg(&noise(1930, 6000, 255), false, SamplingFactor::F_1_1),
        ),
        ("PNG, grey", deep(solid.to_luma8().into())),
        ("PNG, grey and alpha", deep(clear.to_luma_alpha8().into())),
        ("PNG, RGB", deep(solid.to_rgb8().into())),
        ("PNG, RGBA", png(&clear)),
        ("PNG, RGBA without a transparent pixel", png(&solid)),
        ("PNG, 16 bits grey", deep(solid.to_luma16().into())),
        (
            "PNG, 16 bits grey and alpha",
            deep(clear.to_luma_alpha16().into()),
        ),
        ("PNG, 16 bits RGB", deep(solid.to_rgb16().into())),
        ("PNG, 16 bits RGBA", deep(clear.to_rgba16().into())),
        ("PNG, noise, tall", png(&noise(1200, 4000, 100))),
        ("WebP", webp(&solid.to_rgb8().into(), false)),
        ("WebP, transparent", webp(&clear, false)),
        ("WebP, lossless", webp(&solid.to_rgb8().into(), true)),
        ("WebP, lossless, transparent", webp(&clear, true)),
        ("SVG, layers", drawing(4, 100)),
    ]
}

#[test]
fn what_is_told_is_enough() {
    for (name, file) in cases() {
        let told = memory_needed(&file).unwrap();
        let before = HELD.load(Ordering::Relaxed);
        PEAK.store(before, Ordering::Relaxed);
        let made = process(&file);
        let took = PEAK.load(Ordering::Relaxed) - before;
        assert!(made.is_ok(), "{name}: {made:?}");
        println!("{name}: {} of {} MB told", took / 1_000_000, told / 1_000_000);
        assert!(took <= told, "{name}: took {took}, told {told}");
        assert!(told <= MAX_MEMORY);
    }
    // Nested, they would hold gigabytes.
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    assert!(process(&drawing(3, 900)).is_err());
    assert!(PEAK.load(Ordering::Relaxed) - before < 32 * 1024 * 1024);
}
