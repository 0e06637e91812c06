//! JPEG: its markers, from one end to the other.

use crate::{ImageError, MAX_PIXELS};

/// More passes over a picture than any camera or program makes (some ten). Each costs the decoder a walk through
/// all pixels and the sender some sixty bytes: without a limit, 10 MB could keep a core busy for an hour.
const MAX_SCANS: u32 = 100;
/// Pixels times passes: some three seconds of one core. The largest picture may have 25 passes.
const MAX_SCANNED: u64 = 1_000_000_000;

/// What the markers say.
pub(crate) struct Jpeg {
    pub size: (u32, u32),
    /// Where the last whole scan ends, if no end marker follows it.
    pub unmarked_end: Option<usize>,
    frame: Frame,
    /// The decoder keeps the coefficients of the whole picture: they come in more than one pass.
    buffered: bool,
}

impl Jpeg {
    /// What the decoder holds at most: the pixels, the coefficients of all blocks where they come in passes, and some
    /// rows of each component.
    pub(crate) fn decoding(&self) -> u64 {
        let (width, height) = (u64::from(self.size.0), u64::from(self.size.1));
        let sampling =
            |pick: fn(&Component) -> u64| self.frame.components.iter().map(pick).max().unwrap_or(1);
        let (across, down) = (sampling(|one| one.across), sampling(|one| one.down));
        let units = width.div_ceil(8 * across) * height.div_ceil(8 * down);
        let blocks: u64 = self
            .frame
            .components
            .iter()
            .map(|one| one.across * one.down)
            .sum();
        let coefficients = if self.buffered { units * blocks * 64 * 2 } else { 0 };
        // Grey pixels are decoded first and made RGB then.
        let pixels = width * height * if self.frame.components.len() == 1 { 4 } else { 3 };
        coefficients + pixels + width * 600
    }
}

#[derive(Default)]
struct Frame {
    progressive: bool,
    components: Vec<Component>,
}

struct Component {
    id: u8,
    across: u64,
    down: u64,
    /// To how many bits each coefficient is still unknown.
    missing: [u8; 64],
}

/// Walks a JPEG's markers to its end. The decoder paints what is missing grey and calls it a success; a photo
/// cut off by a lost connection must be sent again instead. Bytes after the end are fine: phones put
/// thumbnails and short videos there, and some forget the end marker before them. Without it, the file counts up to
/// the scan that made the picture complete; whether that scan is whole only the decoder can tell.
pub(crate) fn read(bytes: &[u8]) -> Result<Jpeg, ImageError> {
    let mut walk = Walk {
        bytes,
        at: 2,
        size: None,
        frame: Frame::default(),
        scans: 0,
        buffered: false,
        complete_at: None,
    };
    let unmarked_end = loop {
        match walk.segment() {
            Ok(Next::Segment) => {}
            Ok(Next::End) => break None,
            Err(error @ (ImageError::Truncated | ImageError::Damaged)) => {
                break Some(walk.complete_at.ok_or(error)?);
            }
            Err(error) => return Err(error),
        }
    };
    Ok(Jpeg {
        size: walk.size.ok_or(ImageError::Damaged)?,
        unmarked_end,
        buffered: walk.buffered || walk.frame.progressive,
        frame: walk.frame,
    })
}

enum Next {
    Segment,
    End,
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    size: Option<(u32, u32)>,
    frame: Frame,
    scans: u32,
    buffered: bool,
    complete_at: Option<usize>,
}

impl Walk<'_> {
    fn segment(&mut self) -> Result<Next, ImageError> {
        let marker = self.next_marker()?;
        match marker {
            0xD9 => return Ok(Next::End),
            // Stand-alone markers carry no length.
            0x01 | 0xD0..=0xD8 => return Ok(Next::Segment),
            _ => {}
        }
        let Some(&[high, low]) = self.bytes.get(self.at..self.at + 2) else {
            return Err(ImageError::Truncated);
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length < 2 {
            return Err(ImageError::Damaged);
        }
        let bytes = self.bytes;
        let segment = bytes
            .get(self.at + 2..self.at + length)
            .ok_or(ImageError::Truncated)?;
        self.at += length;
        match marker {
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => self.frame_header(marker, segment)?,
            0xDA => self.scan(segment)?,
            _ => {}
        }
        Ok(Next::Segment)
    }

    /// The next marker, over fill bytes and whatever else stands between two segments: a few programs leave bytes there,
    /// and every decoder skips them.
    fn next_marker(&mut self) -> Result<u8, ImageError> {
        loop {
            let rest = self.bytes.get(self.at..).ok_or(ImageError::Truncated)?;
            let offset = rest
                .iter()
                .position(|byte| *byte == 0xFF)
                .ok_or(ImageError::Truncated)?;
            match rest.get(offset + 1) {
                None => return Err(ImageError::Truncated),
                Some(0xFF) => self.at += offset + 1,
                Some(0x00) => self.at += offset + 2,
                Some(marker) => {
                    self.at += offset + 2;
                    return Ok(*marker);
                }
            }
        }
    }

    /// Read on the way, since what the decoder allocates follows from it.
    fn frame_header(&mut self, marker: u8, segment: &[u8]) -> Result<(), ImageError> {
        if self.size.is_some() {
            return Err(ImageError::Damaged);
        }
        let Some((&[_, h1, h0, w1, w0, count], components)) = segment.split_first_chunk() else {
            return Err(ImageError::Damaged);
        };
        let (width, height) = (u16::from_be_bytes([w1, w0]), u16::from_be_bytes([h1, h0]));
        let (width, height) = (u32::from(width), u32::from(height));
        if u64::from(width) * u64::from(height) > MAX_PIXELS {
            return Err(ImageError::TooManyPixels { width, height });
        }
        self.size = Some((width, height));
        self.frame.progressive = matches!(marker, 0xC2 | 0xC6 | 0xCA | 0xCE);
        for component in components.chunks_exact(3).take(usize::from(count.min(4))) {
            let (across, down) = (component[1] >> 4, component[1] & 15);
            if !(1..=4).contains(&across) || !(1..=4).contains(&down) {
                return Err(ImageError::Damaged);
            }
            self.frame.components.push(Component {
                id: component[0],
                across: u64::from(across),
                down: u64::from(down),
                missing: [u8::MAX; 64],
            });
        }
        Ok(())
    }

    fn scan(&mut self, segment: &[u8]) -> Result<(), ImageError> {
        let (width, height) = self.size.ok_or(ImageError::Damaged)?;
        self.scans += 1;
        if self.scans > MAX_SCANS
            || u64::from(self.scans) * u64::from(width) * u64::from(height) > MAX_SCANNED
        {
            return Err(ImageError::TooMuchMemory);
        }
        self.note_coefficients(segment)?;
        let end = end_of_scan(self.bytes, self.at);
        let known = |component: &Component| component.missing.iter().all(|bits| *bits == 0);
        if self.complete_at.is_none() && self.frame.components.iter().all(known) {
            self.complete_at = Some(end.unwrap_or(self.bytes.len()));
        }
        self.at = end.ok_or(ImageError::Truncated)?;
        Ok(())
    }

    /// Notes which coefficients a scan brings, and how exactly.
    fn note_coefficients(&mut self, segment: &[u8]) -> Result<(), ImageError> {
        let (&count, rest) = segment.split_first().ok_or(ImageError::Damaged)?;
        let count = usize::from(count);
        self.buffered |= count < self.frame.components.len();
        let Some(&[first, last, bits]) = rest.get(2 * count..2 * count + 3) else {
            return Err(ImageError::Damaged);
        };
        let (range, bits) = if self.frame.progressive {
            (usize::from(first)..=usize::from(last.min(63)), bits & 15)
        } else {
            (0..=63, 0)
        };
        for selector in rest.chunks_exact(2).take(count) {
            let named = self.frame.components.iter_mut().find(|one| one.id == selector[0]);
            if let Some(missing) = named.and_then(|one| one.missing.get_mut(range.clone())) {
                missing.fill(bits);
            }
        }
        Ok(())
    }
}

/// Where the first marker after a scan's compressed data stands, if one does.
fn end_of_scan(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        let rest = bytes.get(at..)?;
        let offset = rest.iter().position(|byte| *byte == 0xFF)?;
        match rest.get(offset + 1)? {
            // A stuffed byte, a restart marker, or padding: still inside the scan.
            0x00 | 0xD0..=0xD7 => at += offset + 2,
            0xFF => at += offset + 1,
            _ => return Some(at + offset),
        }
    }
}

/// How many bytes stand for a missing rest: enough for the decoder to make something of them.
const FILLING: usize = 64;

/// The file up to the end of its last scan, as if that went on with `filling`, and ended. Two of these with different
/// fillings show the same picture exactly when the scan had no need of them: when it is whole.
pub(crate) fn go_on_with(bytes: &[u8], end: usize, filling: u8) -> Vec<u8> {
    let mut file = bytes.get(..end).unwrap_or(bytes).to_vec();
    // Half an end marker.
    while file.last() == Some(&0xFF) {
        file.pop();
    }
    file.extend([filling; FILLING]);
    file.extend([0xFF, 0xD9]);
    file
}
