//! What the documents look like and what they say, read back from the PDF by libraries that had no part in writing it.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails, and says where")]

mod carried;
mod contents;
mod references;
mod samples;
mod stable;
mod words;

use std::collections::HashMap;

/// The text of each page, as a reader would copy it, with every run of spaces as one and without invisible characters.
fn pages(pdf: &[u8]) -> Vec<String> {
    let pages = pdf_extract::extract_text_from_mem_by_pages(pdf).unwrap();
    pages.iter().map(|page| plain(page)).collect()
}

/// The text of all pages.
fn text(pdf: &[u8]) -> String {
    pages(pdf).join(" ")
}

/// Any text with spaces as the PDF's readers give them: of one kind, one at a time.
fn plain(text: &str) -> String {
    let visible = text.replace('\u{200b}', "");
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The logo that the samples are printed with.
fn logo() -> Vec<u8> {
    let mut picture = image::RgbaImage::new(420, 200);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        // A gabled house in outline.
        let (x, y) = (f64::from(x), f64::from(y));
        let roof = (x - 210.0).abs() * 0.62 + 18.0;
        let inside = y > roof && y < 190.0 && (x - 210.0).abs() < 150.0;
        let wall = y > roof + 16.0 && y < 176.0 && (x - 210.0).abs() < 132.0;
        let door = (x - 210.0).abs() < 22.0 && y > 112.0;
        if inside && (!wall || door) {
            *pixel = image::Rgba([0x9a, 0x52, 0x32, 0xff]);
        }
    }
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

/// The document as a PDF, with the logo.
fn pdf(document: &documents::Document) -> Vec<u8> {
    documents::render(document, Some(&logo())).unwrap()
}

/// The seven documents that issue 4 names and the English one, by the name of their references.
fn gallery() -> HashMap<&'static str, documents::Document> {
    HashMap::from([
        ("one-line", samples::one_line()),
        ("120-lines", samples::long()),
        ("draft", samples::draft()),
        ("cancelled", samples::cancelled()),
        ("credit-note", samples::credit_note()),
        ("receipt", samples::receipt()),
        ("statement", samples::statement()),
        ("english", samples::english()),
    ])
}
