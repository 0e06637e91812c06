//! Site photos drawn by code, so that the demo company needs no files of anybody's.

use image::{ImageEncoder, Rgb, RgbImage, codecs::jpeg::JpegEncoder};

const WIDTH: u32 = 1600;
const HEIGHT: u32 = 1200;
const HORIZON: u32 = 780;

const LATERITE: [u8; 3] = [176, 98, 58];
const WALL: [u8; 3] = [222, 196, 160];
const WALL_SHADE: [u8; 3] = [196, 168, 130];
const CONCRETE: [u8; 3] = [150, 146, 140];
const ROOF: [u8; 3] = [122, 52, 40];
const DOOR: [u8; 3] = [84, 54, 36];
const GLASS: [u8; 3] = [92, 130, 150];
const SCAFFOLD: [u8; 3] = [96, 88, 70];

/// A house on its site at `progress` percent: slab, walls course by course, roof, then doors and windows. The
/// picture is the same for the same arguments.
///
/// # Errors
/// When the JPEG encoder fails, which it doesn't for a picture of this size.
pub fn site_photo(progress: u8, seed: u32) -> image::ImageResult<Vec<u8>> {
    let mut picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| background(x, y, seed));
    let progress = u32::from(progress.min(100));
    let (left, width) = (360 + seed % 160, 760 + (seed / 7) % 160);
    let ground = HORIZON + 160;

    fill(&mut picture, left - 30, ground - 24, width + 60, 36, CONCRETE);
    let full_height = 380;
    let wall_height = full_height * progress.min(60) / 60;
    for course in 0..wall_height / 19 {
        let top = ground - 24 - (course + 1) * 19;
        let tone = if course % 2 == 0 { WALL } else { WALL_SHADE };
        fill(&mut picture, left, top, width, 18, tone);
    }
    if progress < 80 {
        for post in (left..left + width).step_by(150) {
            fill(
                &mut picture,
                post,
                ground - 60 - wall_height,
                8,
                wall_height + 40,
                SCAFFOLD,
            );
        }
    }
    let eaves = ground - 24 - wall_height;
    if progress >= 60 {
        roof(
            &mut picture,
            left,
            width,
            eaves,
            (progress - 60).min(25) * 200 / 25,
        );
    }
    if progress >= 85 {
        fill(
            &mut picture,
            left + width / 2 - 55,
            ground - 24 - 210,
            110,
            210,
            DOOR,
        );
        for window in [left + width / 8, left + width * 5 / 8 + 60] {
            fill(&mut picture, window, ground - 270, 150, 120, GLASS);
            fill(&mut picture, window + 71, ground - 270, 8, 120, WALL_SHADE);
        }
    }
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 85).write_image(
        picture.as_raw(),
        WIDTH,
        HEIGHT,
        image::ExtendedColorType::Rgb8,
    )?;
    Ok(jpeg)
}

fn background(x: u32, y: u32, seed: u32) -> Rgb<u8> {
    let grain = grain(x, y, seed);
    if y < HORIZON {
        let down = y * 255 / HORIZON;
        return Rgb([
            channel(120 + down * 110 / 255, grain / 3),
            channel(170 + down * 50 / 255, grain / 3),
            channel(226 - down * 36 / 255, grain / 3),
        ]);
    }
    Rgb(LATERITE.map(|tone| channel(u32::from(tone), grain)))
}

/// A little noise, so that the picture compresses like a photo and the ground looks like ground.
fn grain(x: u32, y: u32, seed: u32) -> u32 {
    let mixed =
        (x.wrapping_mul(374_761_393) ^ y.wrapping_mul(668_265_263) ^ seed).wrapping_mul(1_274_126_177);
    (mixed >> 16) % 18
}

fn channel(tone: u32, grain: u32) -> u8 {
    u8::try_from((tone + grain).saturating_sub(9).min(255)).unwrap_or(u8::MAX)
}

fn fill(picture: &mut RgbImage, left: u32, top: u32, width: u32, height: u32, tone: [u8; 3]) {
    for y in top..(top + height).min(HEIGHT) {
        for x in left..(left + width).min(WIDTH) {
            let grain = grain(x, y, 7);
            picture.put_pixel(
                x,
                y,
                Rgb(tone.map(|part| channel(u32::from(part), grain / 2 + 4))),
            );
        }
    }
}

fn roof(picture: &mut RgbImage, left: u32, width: u32, eaves: u32, height: u32) {
    for row in 0..height {
        let inset = (width / 2 + 40) * row / 260;
        fill(
            picture,
            left - 40 + inset,
            eaves - row,
            width + 80 - 2 * inset,
            1,
            ROOF,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_every_stage_without_leaving_the_canvas() {
        for progress in [0, 30, 60, 75, 90, 100, 255] {
            for seed in [0, 159, u32::MAX] {
                assert!(site_photo(progress, seed).unwrap().len() > 10_000);
            }
        }
    }
}
