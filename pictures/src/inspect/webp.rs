//! WebP: its container.

use crate::{ImageError, MAX_MEMORY};

/// What the container says.
pub(crate) struct Webp {
    pub size: (u32, u32),
    pub alpha: bool,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Lossy,
    Lossless,
    /// Lossy with its transparency apart, lossless with metadata: told from the chunks.
    Extended,
    Animated,
}

impl Webp {
    /// What the decoder holds at most, in bytes a pixel as its sources say, and the code tables of lossless pictures: a
    /// file can ask for 290 bytes of them with each of its own. No honest one does, so a large file is not refused
    /// for it; it is decoded without a second one beside it.
    pub(crate) fn decoding(&self, file: usize) -> u64 {
        let pixels = u64::from(self.size.0) * u64::from(self.size.1);
        let tables = (file as u64 * 290).min(MAX_MEMORY / 2);
        let pixels_and_rows = |each: u64| pixels * each / 2 + u64::from(self.size.0 + self.size.1) * 64;
        match self.kind {
            Kind::Lossy => pixels_and_rows(10),
            Kind::Lossless => pixels_and_rows(16).max(tables),
            Kind::Extended => pixels_and_rows(21).max(tables),
            Kind::Animated => pixels_and_rows(30).max(tables),
        }
    }
}

/// A WebP's RIFF header says how long the file must be; its first chunk, how large the picture is.
pub(crate) fn read(bytes: &[u8]) -> Result<Webp, ImageError> {
    let Some(&[a, b, c, d]) = bytes.get(4..8) else {
        return Err(ImageError::Truncated);
    };
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    if bytes.len() < length.saturating_add(8) {
        return Err(ImageError::Truncated);
    }
    let kind = bytes.get(12..16).ok_or(ImageError::Truncated)?;
    let mut head = [0; 10];
    for (to, from) in head.iter_mut().zip(bytes.get(20..).unwrap_or_default()) {
        *to = *from;
    }
    let long = |low: u8, middle: u8, high: u8| 1 + u32::from_le_bytes([low, middle, high, 0]);
    let short = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
    match kind {
        b"VP8 " => Ok(Webp {
            size: (short(head[6], head[7]), short(head[8], head[9])),
            alpha: false,
            kind: Kind::Lossy,
        }),
        b"VP8L" => {
            let packed = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
            Ok(Webp {
                size: (1 + (packed & 0x3FFF), 1 + ((packed >> 14) & 0x3FFF)),
                alpha: (packed >> 28) & 1 == 1,
                kind: Kind::Lossless,
            })
        }
        b"VP8X" => Ok(Webp {
            size: (long(head[4], head[5], head[6]), long(head[7], head[8], head[9])),
            alpha: head[0] & 0x10 != 0,
            kind: if head[0] & 0x02 != 0 {
                Kind::Animated
            } else {
                Kind::Extended
            },
        }),
        _ => Err(ImageError::Damaged),
    }
}
