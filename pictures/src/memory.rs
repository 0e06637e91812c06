//! What a picture takes while it is made, told before anything is decoded. `tests/memory.rs` holds every figure
//! against what is really allocated.

use crate::render::first_step;

const MIB: u64 = 1024 * 1024;
/// Buffers of rows, tables, whatever doesn't grow with the picture.
const SMALL_THINGS: u64 = 6 * MIB;
/// A drawing's layers have a limit of their own (`svg/cost.rs`); beside them stand its tree, its canvas, and what the
/// lossless encoder needs for 1280 × 1280 pixels.
const DRAWING: u64 = 128 * MIB;

/// What is known of a photo.
pub(crate) struct Demand {
    /// Bytes of the file.
    pub file: usize,
    /// Pixels.
    pub size: (u32, u32),
    /// What its decoder takes.
    pub decoding: u64,
    /// Whether its pixels may be transparent.
    pub alpha: bool,
}

/// The most that a photo takes at any moment: being decoded, being shrunk the first time, being encoded.
pub(crate) fn of_photo(demand: &Demand) -> u64 {
    let (width, height) = demand.size;
    let channels = if demand.alpha { 4 } else { 3 };
    // Which way it stands is not known yet.
    let (shrinking, encoding) = [false, true]
        .map(|sideways| {
            let (to_width, to_height) = first_step(width, height, sideways);
            let product = |one: u32, other: u32| u64::from(one) * u64::from(other);
            let (from, to) = (product(width, height), product(to_width, to_height));
            let shrinking = if from == to { from } else { from + to };
            // Its own pixels, an encoder's, and the files so far: as large as noise makes them.
            (shrinking * channels, to * if demand.alpha { 20 } else { 13 })
        })
        .into_iter()
        .fold((0, 0), |most: (u64, u64), one| {
            (most.0.max(one.0), most.1.max(one.1))
        });
    // The file itself, the decoder's copy of it, which grows as it is read.
    let files = 3 * demand.file as u64;
    SMALL_THINGS + files + demand.decoding.max(shrinking).max(encoding)
}

/// The most that a drawing takes.
pub(crate) fn of_drawing(file: usize) -> u64 {
    // XML nodes and what is made of them.
    DRAWING + 40 * file as u64
}
