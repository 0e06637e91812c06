//! QR codes as squares for the template to draw.

use qrcodegen::{QrCode, QrCodeEcc};
use serde::Serialize;

/// A code, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Squares {
    /// Squares on a side.
    pub size: i32,
    /// The dark runs, row by row: column, row, length.
    pub runs: Vec<(i32, i32, i32)>,
}

/// The text's code; `None` when the text is too long for one.
pub fn squares(text: &str) -> Option<Squares> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut runs = Vec::new();
    for row in 0..code.size() {
        let mut column = 0;
        while column < code.size() {
            let length = (column..code.size())
                .take_while(|x| code.get_module(*x, row))
                .count();
            let length = i32::try_from(length).ok()?;
            if length > 0 {
                runs.push((column, row, length));
            }
            column += length.max(1);
        }
    }
    Some(Squares {
        size: code.size(),
        runs,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_every_dark_square_once() {
        let text = "NIM;ES05000123;BH/2026/12";
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let Squares { size, runs } = squares(text).unwrap();
        let mut dark = vec![0; usize::try_from(size * size).unwrap()];
        for (column, row, length) in runs {
            for x in column..column + length {
                dark[usize::try_from(row * size + x).unwrap()] += 1;
            }
        }
        for y in 0..size {
            for x in 0..size {
                let drawn = dark[usize::try_from(y * size + x).unwrap()];
                assert_eq!(drawn, i32::from(code.get_module(x, y)), "{x},{y}");
            }
        }
    }

    #[test]
    fn too_much_text_has_no_code() {
        assert_eq!(squares(&"x".repeat(10_000)), None);
    }
}
