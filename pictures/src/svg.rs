//! Drawings: an SVG becomes pixels once, on upload, and is not kept. What it could do in a browser (scripts, events,
//! links, foreign content) does nothing here, because the renderer knows shapes and paints alone.
//!
//! What it could do to *us* is take time and memory: a kilobyte can describe a billion shapes. The renderer can't be
//! interrupted, so the work is estimated first, in two steps. [`budget`] reads the XML and adds up how often each
//! element would be drawn, following every reference; [`cost`] adds up the pixels that the finished tree would paint.
//! What would be left out silently (text without its font, pictures inside) is refused with a reason instead: half a
//! logo is worse than none.

mod budget;
mod cost;
mod entities;

use image::RgbaImage;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::roxmltree::{Document, ParsingOptions};
use resvg::usvg::{ImageHrefResolver, Options, Tree};

use crate::{ImageError, MAX_PIXELS};

/// A drawing of a logo has a few kilobytes; one with more holds a photo or a map.
pub(crate) const MAX_SVG_BYTES: usize = 1024 * 1024;
/// How large it is drawn, on its longer side: enough for a logo on any screen, and small enough to be quick.
pub(crate) const LONG_SIDE: f32 = 1280.0;
/// XML nodes, text included.
const MAX_NODES: u32 = 40_000;

/// Whether a file is a drawing: its first element is `svg`. Looks at the beginning only, so that a text which
/// mentions SVG further down isn't taken for one.
pub(crate) fn is_svg(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let text = String::from_utf8_lossy(head);
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = if rest.starts_with("<!--") {
            "-->"
        } else if rest.starts_with("<?") {
            "?>"
        } else if rest.starts_with("<!DOCTYPE") {
            // One with entities ends further down; they are looked at later.
            if rest.starts_with("<!DOCTYPE svg") {
                return true;
            }
            ">"
        } else {
            let name: String = rest
                .chars()
                .skip(1)
                .take_while(|next| next.is_alphanumeric() || matches!(next, ':' | '_' | '-'))
                .collect();
            return rest.starts_with('<') && (name == "svg" || name.ends_with(":svg"));
        };
        let Some((_, after)) = rest.split_once(end) else {
            return false;
        };
        rest = after.trim_start();
    }
}

/// Draws a drawing on a transparent ground, its longer side [`LONG_SIDE`] pixels.
pub(crate) fn rasterise(bytes: &[u8]) -> Result<RgbaImage, ImageError> {
    if bytes.len() > MAX_SVG_BYTES {
        return Err(ImageError::Drawing("too-large"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ImageError::Drawing("not-utf8"))?;
    if !entities::are_harmless(text) {
        return Err(ImageError::Drawing("entities"));
    }
    let options = ParsingOptions {
        allow_dtd: true,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(xml_error)?;
    budget::check(&document)?;
    let tree = Tree::from_xmltree(&document, &nothing_from_outside()).map_err(|_| ImageError::Damaged)?;

    let size = tree.size();
    let scale = LONG_SIDE / size.width().max(size.height());
    let (Some(width), Some(height)) = (pixels(size.width() * scale), pixels(size.height() * scale)) else {
        return Err(ImageError::Damaged);
    };
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(ImageError::TooManyPixels { width, height });
    }
    cost::check(&tree, scale, width, height)?;
    let mut canvas = Pixmap::new(width, height).ok_or(ImageError::TooMuchMemory)?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut canvas.as_mut());
    let straight: Vec<u8> = canvas
        .pixels()
        .iter()
        .flat_map(|pixel| {
            let colour = pixel.demultiply();
            [colour.red(), colour.green(), colour.blue(), colour.alpha()]
        })
        .collect();
    if straight.chunks_exact(4).all(|pixel| pixel[3] == 0) {
        return Err(ImageError::Drawing("empty"));
    }
    RgbaImage::from_raw(width, height, straight).ok_or(ImageError::Damaged)
}

/// No file and no address is ever read, nor a picture that is inside the drawing itself.
fn nothing_from_outside() -> Options<'static> {
    Options {
        resources_dir: None,
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    }
}

fn pixels(length: f32) -> Option<u32> {
    let whole = length.round().max(1.0);
    // Not above the longer side, so it fits; NaN fails the comparison.
    // Between 1 and the longer side.
    (whole <= LONG_SIDE).then_some(whole as u32)
}

fn xml_error(error: resvg::usvg::roxmltree::Error) -> ImageError {
    use resvg::usvg::roxmltree::Error;
    match error {
        Error::NodesLimitReached => too_complicated(),
        Error::UnexpectedEndOfStream | Error::UnclosedRootNode => ImageError::Truncated,
        _ => ImageError::Damaged,
    }
}

pub(crate) fn too_complicated() -> ImageError {
    ImageError::Drawing("too-complicated")
}
