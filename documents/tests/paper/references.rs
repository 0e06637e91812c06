//! The documents as pictures, compared with those that somebody looked at: `scripts/documents`.

use std::{path::Path, sync::Arc};

use hayro::{RenderCache, RenderSettings, hayro_interpret::InterpreterSettings, hayro_syntax::Pdf};
use image::GrayImage;

/// Dots for each of the PDF's points: enough that clipping and overlapping are seen.
const SCALE: f32 = 1.0;
/// How far a dot may be off, of 255, before it counts.
const DOT: u8 = 48;
/// Dots of a million that may be off: what antialiasing on another processor makes.
const OFF_IN_A_MILLION: usize = 400;

/// Each page in grey.
fn pictures(pdf: Vec<u8>) -> Vec<GrayImage> {
    let pdf = Pdf::new(Arc::new(pdf)).unwrap();
    let cache = RenderCache::new();
    let settings = RenderSettings {
        x_scale: SCALE,
        y_scale: SCALE,
        ..RenderSettings::default()
    };
    pdf.pages()
        .iter()
        .map(|page| {
            let page = hayro::render(page, &cache, &InterpreterSettings::default(), &settings);
            let (width, height) = (u32::from(page.width()), u32::from(page.height()));
            let mut picture = GrayImage::from_pixel(width, height, image::Luma([255]));
            for (dot, colour) in picture.pixels_mut().zip(page.data()) {
                // On white paper: premultiplied, so what isn't covered adds its share of white.
                let bare = 255 - u32::from(colour.a);
                let grey =
                    (u32::from(colour.r) * 30 + u32::from(colour.g) * 59 + u32::from(colour.b) * 11) / 100;
                dot.0[0] = u8::try_from(grey + bare).unwrap_or(255);
            }
            picture
        })
        .collect()
}

#[test]
fn documents_look_like_their_references() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/references");
    let drawn = Path::new(env!("CARGO_TARGET_TMPDIR")).join("documents");
    std::fs::create_dir_all(&drawn).unwrap();
    let update = std::env::var_os("UPDATE").is_some();
    let mut faults = Vec::new();
    for (name, document) in super::gallery() {
        let pdf = super::pdf(&document);
        std::fs::write(drawn.join(format!("{name}.pdf")), &pdf).unwrap();
        let pages = pictures(pdf);
        let last = pages.len();
        for (at, page) in pages.iter().enumerate() {
            let number = at + 1;
            // Of a long one the first page, one in the middle and the last say everything.
            if number != 1 && number != last && number != last / 2 + 1 {
                continue;
            }
            let file = format!("{name}-{number}of{last}.png");
            page.save(drawn.join(&file)).unwrap();
            let reference = committed.join(&file);
            if update {
                page.save(&reference).unwrap();
            } else if let Some(fault) = difference(page, &reference) {
                faults.push(format!("{file}: {fault}"));
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{}\nlook at the pictures in {} and, if they are right, `UPDATE=1 scripts/documents`",
        faults.join("\n"),
        drawn.display()
    );
}

/// What tells the picture from the reference, if anything does.
fn difference(page: &GrayImage, reference: &Path) -> Option<String> {
    let Ok(reference) = image::open(reference) else {
        return Some("there is no such reference".into());
    };
    let reference = reference.into_luma8();
    if reference.dimensions() != page.dimensions() {
        return Some(format!(
            "{:?}, not {:?}",
            page.dimensions(),
            reference.dimensions()
        ));
    }
    let off = page
        .pixels()
        .zip(reference.pixels())
        .filter(|(a, b)| a.0[0].abs_diff(b.0[0]) > DOT)
        .count();
    let dots = page.pixels().len();
    (off * 1_000_000 > dots * OFF_IN_A_MILLION).then(|| format!("{off} of {dots} dots differ"))
}
