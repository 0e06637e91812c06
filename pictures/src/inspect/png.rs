//! PNG: its chunks, from one end to the other.

use crate::{ImageError, MAX_BYTES};

/// A display's colour profile has a few kilobytes; packed ones unpack to a thousand times their size.
pub(crate) const MAX_PROFILE: usize = 512 * 1024;
const SIGNATURE: usize = 8;

/// What the chunks say.
pub(crate) struct Png<'a> {
    pub size: (u32, u32),
    depth: u8,
    colour: u8,
    transparency: bool,
    profile: Option<&'a [u8]>,
    /// Where the camera was held, as in a JPEG.
    pub exif: Option<&'a [u8]>,
}

impl Png<'_> {
    pub(crate) fn has_alpha(&self) -> bool {
        self.transparency || matches!(self.colour, 4 | 6)
    }

    /// What the decoder's pixels and their conversion to eight bits of RGB or RGBA hold at most.
    pub(crate) fn decoding(&self) -> u64 {
        let pixels = u64::from(self.size.0) * u64::from(self.size.1);
        let grey = matches!(self.colour, 0 | 4);
        let channels = if grey { 1 } else { 3 } + u64::from(self.has_alpha());
        let depth = if self.depth == 16 { 2 } else { 1 };
        let converted = if grey || depth == 2 {
            3 + u64::from(self.has_alpha())
        } else {
            0
        };
        pixels * (channels * depth + converted)
    }

    /// The colour profile, unpacked as far as one may go.
    pub(crate) fn profile(&self) -> Option<Vec<u8>> {
        let chunk = self.profile?;
        let name = chunk.iter().position(|byte| *byte == 0)?;
        // The method of compression stands between them; there is but one.
        fdeflate::decompress_to_vec_bounded(chunk.get(name + 2..)?, MAX_PROFILE).ok()
    }
}

/// A PNG must reach its IEND chunk. Chunk lengths are checked against the file, so that a chunk that claims
/// 2 GB is found out here and not by an allocation.
pub(crate) fn read(bytes: &[u8]) -> Result<Png<'_>, ImageError> {
    let mut chunks = Chunks { bytes, at: SIGNATURE };
    let Chunk { kind, content, .. } = chunks.next()?;
    let (b"IHDR", &[w3, w2, w1, w0, h3, h2, h1, h0, depth, colour, ..]) = (kind, content) else {
        return Err(ImageError::Damaged);
    };
    let mut png = Png {
        size: (
            u32::from_be_bytes([w3, w2, w1, w0]),
            u32::from_be_bytes([h3, h2, h1, h0]),
        ),
        depth,
        colour,
        transparency: false,
        profile: None,
        exif: None,
    };
    loop {
        let Chunk { kind, content, .. } = chunks.next()?;
        match kind {
            b"IEND" => return Ok(png),
            b"tRNS" => png.transparency = true,
            b"iCCP" => png.profile = png.profile.or(Some(content)),
            b"eXIf" => png.exif = png.exif.or(Some(content)),
            _ => {}
        }
    }
}

/// The same picture without any chunk that draws nothing.
pub(crate) fn pixels_alone(bytes: &[u8]) -> Result<Vec<u8>, ImageError> {
    let mut kept = Vec::with_capacity(bytes.len());
    kept.extend_from_slice(bytes.get(..SIGNATURE).unwrap_or_default());
    let mut chunks = Chunks { bytes, at: SIGNATURE };
    loop {
        let Chunk { kind, whole, .. } = chunks.next()?;
        if matches!(kind, b"IHDR" | b"PLTE" | b"tRNS" | b"IDAT" | b"IEND") {
            kept.extend_from_slice(whole);
        }
        if kind == b"IEND" {
            return Ok(kept);
        }
    }
}

struct Chunk<'a> {
    kind: &'a [u8; 4],
    content: &'a [u8],
    /// With its length, its kind and its sum.
    whole: &'a [u8],
}

struct Chunks<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Chunks<'a> {
    fn next(&mut self) -> Result<Chunk<'a>, ImageError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let (length, after) = rest.split_first_chunk().ok_or(ImageError::Truncated)?;
        let length = u32::from_be_bytes(*length) as usize;
        let (kind, after) = after.split_first_chunk().ok_or(ImageError::Truncated)?;
        if length > MAX_BYTES {
            return Err(ImageError::Truncated);
        }
        let content = after.get(..length).ok_or(ImageError::Truncated)?;
        let whole = rest.get(..length + 12).ok_or(ImageError::Truncated)?;
        self.at += length + 12;
        Ok(Chunk { kind, content, whole })
    }
}
