//! PNG: its chunks, from one end to the other.

use crate::colours::Colours;
use crate::{ImageError, MAX_BYTES};

/// A display's colour profile has a few kilobytes; packed ones unpack to a thousand times their size.
pub(crate) const MAX_PROFILE: usize = 512 * 1024;
const SIGNATURE: usize = 8;
/// The chunk that ends it, with its sum.
const END: &[u8] = b"\0\0\0\0IEND\xAE\x42\x60\x82";

/// What the chunks say.
pub(crate) struct Png<'a> {
    pub size: (u32, u32),
    depth: u8,
    colour: u8,
    transparency: bool,
    profile: Option<&'a [u8]>,
    /// Its colours by code points.
    code_points: Option<[u8; 4]>,
    is_srgb: bool,
    gamma: Option<u32>,
    chromaticities: Option<[u32; 8]>,
    /// Whether pixels have come: what is said of their colours comes before.
    has_pixels: bool,
    /// Whether its end is missing: whether all pixels are there, the decoder finds out.
    pub is_unmarked: bool,
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

    /// What it says of its colours, in the order in which browsers believe it; `None` for sRGB.
    pub(crate) fn colours(&self) -> Option<Colours> {
        let is_grey = matches!(self.colour, 0 | 4);
        let by_code_points = self.code_points.and_then(Colours::of_code_points);
        let told = by_code_points.or_else(|| Colours::of_icc(&self.profile()?, is_grey));
        if told.is_some() || self.is_srgb {
            return told;
        }
        Colours::of_gamma(self.gamma, self.chromaticities)
    }

    /// The colour profile, unpacked as far as one may go.
    fn profile(&self) -> Option<Vec<u8>> {
        let chunk = self.profile?;
        let name = chunk.iter().position(|byte| *byte == 0)?;
        // The method of compression stands between them; there is but one.
        fdeflate::decompress_to_vec_bounded(chunk.get(name + 2..)?, MAX_PROFILE).ok()
    }
}

/// A PNG must reach its IEND chunk, or have pixels: browsers show one whose end is missing. Chunk lengths are checked against
/// the file, so that a chunk that claims 2 GB is found out here and not by an allocation.
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
        code_points: None,
        is_srgb: false,
        gamma: None,
        chromaticities: None,
        has_pixels: false,
        is_unmarked: false,
        exif: None,
    };
    loop {
        let Chunk { kind, content, .. } = match chunks.next() {
            Err(ImageError::Truncated) if png.has_pixels => {
                png.is_unmarked = true;
                return Ok(png);
            }
            chunk => chunk?,
        };
        match kind {
            b"IEND" => return Ok(png),
            b"IDAT" => png.has_pixels = true,
            b"tRNS" => png.transparency = true,
            b"iCCP" => png.profile = png.profile.or(Some(content)),
            b"eXIf" => png.exif = png.exif.or(Some(content)),
            _ if png.has_pixels => {}
            b"sRGB" => png.is_srgb = true,
            b"cICP" => png.code_points = png.code_points.or(content.try_into().ok()),
            b"gAMA" => png.gamma = png.gamma.or(numbers(content).map(|[gamma]| gamma)),
            b"cHRM" => png.chromaticities = png.chromaticities.or(numbers(content)),
            _ => {}
        }
    }
}

/// So many numbers, and nothing else.
fn numbers<const N: usize>(content: &[u8]) -> Option<[u32; N]> {
    let (numbers, rest) = content.as_chunks::<4>();
    let numbers: [[u8; 4]; N] = numbers.try_into().ok()?;
    rest.is_empty().then(|| numbers.map(u32::from_be_bytes))
}

/// The same picture without any chunk that draws nothing, and with its end.
pub(crate) fn pixels_alone(bytes: &[u8]) -> Result<Vec<u8>, ImageError> {
    let mut kept = Vec::with_capacity(bytes.len());
    kept.extend_from_slice(bytes.get(..SIGNATURE).unwrap_or_default());
    let mut chunks = Chunks { bytes, at: SIGNATURE };
    let mut has_pixels = false;
    loop {
        let Chunk { kind, whole, .. } = match chunks.next() {
            Err(ImageError::Truncated) if has_pixels => {
                kept.extend_from_slice(END);
                return Ok(kept);
            }
            chunk => chunk?,
        };
        has_pixels |= kind == b"IDAT";
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
