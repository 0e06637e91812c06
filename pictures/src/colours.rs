//! What the numbers in a file mean, and bringing them into sRGB as browsers do: without what the file says of it, which goes
//! with the other metadata, they would show dull or dark.

use moxcms::{
    Chromaticity, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace, Layout, MatrixCoefficients,
    ToneReprCurve, TransferCharacteristics, TransformOptions,
};

/// What a file says of its colours.
#[derive(Debug)]
pub(crate) enum Colours {
    /// By a profile.
    Profile(Box<ColorProfile>),
    /// By the exponent alone that its light was raised to; the hues are those of sRGB.
    Power(f32),
}

/// The exponent that files without a word mean, when exponents are spoken of.
const USUAL_POWER: f32 = 0.45455;

impl Colours {
    /// By an ICC profile; `None` when it can't be read, or is of a space that pictures aren't in here. One for grey pictures
    /// counts for those alone.
    pub(crate) fn of_icc(profile: &[u8], is_grey: bool) -> Option<Self> {
        let mut profile = ColorProfile::new_from_slice(profile).ok()?;
        match profile.color_space {
            DataColorSpace::Rgb => {}
            DataColorSpace::Gray if is_grey => profile = of_curve(profile.gray_trc?),
            _ => return None,
        }
        Some(Self::Profile(Box::new(profile)))
    }

    /// By the code points of ITU-T H.273: primaries, transfer, matrix, range. `None` for what has no meaning in a picture of
    /// RGB, and for light beyond white (PQ, HLG), which browsers each show in a way of their own.
    pub(crate) fn of_code_points(points: [u8; 4]) -> Option<Self> {
        let [primaries, transfer, 0, 1] = points else {
            return None;
        };
        let transfer = TransferCharacteristics::try_from(transfer).ok()?;
        if matches!(
            transfer,
            TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg
        ) {
            return None;
        }
        let profile = ColorProfile::new_from_cicp(CicpProfile {
            color_primaries: primaries.try_into().ok()?,
            transfer_characteristics: transfer,
            matrix_coefficients: MatrixCoefficients::Identity,
            full_range: true,
        });
        // Without a curve it knows nothing of them.
        profile
            .red_trc
            .is_some()
            .then(|| Self::Profile(Box::new(profile)))
    }

    /// By the exponent and the chromaticities of white, red, green and blue, all in 100,000ths. Without an exponent the latter
    /// say nothing; alone, an exponent changes what is brighter or darker.
    pub(crate) fn of_gamma(gamma: Option<u32>, chromaticities: Option<[u32; 8]>) -> Option<Self> {
        let power = gamma.filter(|gamma| *gamma > 0)? as f32 / 100_000.0;
        let Some(chromaticities) = chromaticities.and_then(Chromaticities::of) else {
            return Some(Self::Power(power));
        };
        let Chromaticities { white, primaries } = chromaticities;
        let mut profile = of_curve(ToneReprCurve::Parametric(vec![1.0 / power]));
        profile.update_rgb_colorimetry(white.to_xyyb(), primaries);
        Some(Self::Profile(Box::new(profile)))
    }

    /// The same colours in sRGB, of pixels in RGB or RGBA; `None` when nothing changes.
    pub(crate) fn in_srgb(&self, raw: &[u8], has_alpha: bool) -> Option<Vec<u8>> {
        let profile = match self {
            Self::Profile(profile) => profile,
            Self::Power(power) => return in_usual_power(raw, has_alpha, *power),
        };
        let layout = if has_alpha { Layout::Rgba } else { Layout::Rgb };
        let srgb = ColorProfile::new_srgb();
        let options = TransformOptions::default();
        let transform = profile.create_transform_8bit(layout, &srgb, layout, options);
        let mut converted = vec![0; raw.len()];
        transform.ok()?.transform(raw, &mut converted).ok()?;
        Some(converted)
    }
}

/// sRGB's hues with another curve.
fn of_curve(curve: ToneReprCurve) -> ColorProfile {
    let mut profile = ColorProfile::new_srgb();
    profile.cicp = None;
    profile.red_trc = Some(curve.clone());
    profile.green_trc = Some(curve.clone());
    profile.blue_trc = Some(curve);
    profile
}

fn in_usual_power(raw: &[u8], has_alpha: bool, power: f32) -> Option<Vec<u8>> {
    let exponent = USUAL_POWER / power;
    // What differs by less is meant to be the same: 1/2.2 is written in several ways.
    if (exponent - 1.0).abs() < 0.05 {
        return None;
    }
    let table: Vec<u8> = (0..=u8::MAX)
        .map(|value| {
            let corrected = (f32::from(value) / 255.0).powf(exponent) * 255.0;
            corrected.round() as u8
        })
        .collect();
    let channels = if has_alpha { 4 } else { 3 };
    let mut corrected = raw.to_vec();
    for pixel in corrected.chunks_exact_mut(channels) {
        for value in pixel.iter_mut().take(3) {
            *value = table[usize::from(*value)];
        }
    }
    Some(corrected)
}

struct Chromaticities {
    white: Chromaticity,
    primaries: ColorPrimaries,
}

impl Chromaticities {
    /// `None` for those of no display: outside of all that can be seen by far, or in a line.
    fn of(numbers: [u32; 8]) -> Option<Self> {
        let [wx, wy, rx, ry, gx, gy, bx, by] = numbers.map(|number| number as f32 / 100_000.0);
        let corners = [(wx, wy), (rx, ry), (gx, gy), (bx, by)];
        let is_fine = |(x, y): (f32, f32)| y > 0.0 && x <= 1.0 && y <= 1.0;
        let area = (gx - rx) * (by - ry) - (bx - rx) * (gy - ry);
        if !corners.into_iter().all(is_fine) || area.abs() < 0.01 {
            return None;
        }
        Some(Self {
            white: Chromaticity::new(wx, wy),
            primaries: ColorPrimaries {
                red: Chromaticity::new(rx, ry),
                green: Chromaticity::new(gx, gy),
                blue: Chromaticity::new(bx, by),
            },
        })
    }
}
