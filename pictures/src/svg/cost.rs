//! How many pixels a finished drawing would paint.

use resvg::usvg::{Group, Node, Path, Rect, Tree};

use super::too_complicated;
use crate::ImageError;

/// About a second of one core.
const MAX_PAINTED: f64 = 600_000_000.0;
/// Layers on top of each other.
const MAX_LAYERS: usize = 24;
/// A layer is at most as large as five canvases across and five down.
const LARGEST_LAYER: f64 = 25.0;
/// Bytes that the layers on top of each other may hold: some ten as large as the picture.
const MAX_LAYER_BYTES: f64 = 64.0 * 1024.0 * 1024.0;
/// A dashed line is drawn dash by dash.
const MAX_DASHES: f64 = 20_000.0;
/// A line's point costs about as much as so many pixels, a stroked one more.
const PER_POINT: f64 = 60.0;

pub(super) fn check(tree: &Tree, scale: f32, width: u32, height: u32) -> Result<(), ImageError> {
    let mut sum = Sum {
        scale: f64::from(scale),
        canvas: f64::from(width) * f64::from(height),
        painted: 0.0,
    };
    sum.group(tree.root(), Layers::default())
}

/// What stands below the part that is looked at.
#[derive(Clone, Copy, Default)]
struct Layers {
    count: usize,
    bytes: f64,
}

impl Layers {
    /// These and one more, of which `copies` are held.
    fn with(self, pixels: f64, copies: f64) -> Result<Self, ImageError> {
        let (count, bytes) = (self.count + 1, self.bytes + pixels * copies * 4.0);
        // Also catches what is no number.
        if count <= MAX_LAYERS && bytes <= MAX_LAYER_BYTES {
            Ok(Self { count, bytes })
        } else {
            Err(too_complicated())
        }
    }
}

struct Sum {
    scale: f64,
    canvas: f64,
    painted: f64,
}

impl Sum {
    fn group(&mut self, group: &Group, layers: Layers) -> Result<(), ImageError> {
        let mut layers = layers;
        if group.should_isolate() {
            let steps: usize = group
                .filters()
                .iter()
                .map(|filter| filter.primitives().len())
                .sum();
            // A filter's step goes over its layer many times; masks and clips are a layer each.
            let passes = 3.0 + 40.0 * steps as f64;
            let area = self.layer(group);
            self.add(area * passes)?;
            // Each step of a filter keeps its result, and works on a copy of its input or two.
            let copies = if steps == 0 { 1.0 } else { 4.0 + steps as f64 };
            layers = layers.with(area, copies)?;
        }
        for node in group.children() {
            match node {
                Node::Group(inner) => self.group(inner, layers)?,
                Node::Path(path) => self.path(path)?,
                // Refused before, with a reason.
                Node::Image(_) | Node::Text(_) => return Err(too_complicated()),
            }
            // Masks and clips, as large as the layer that they cut, with what is inside them.
            let cut = match node {
                Node::Group(inner) => self.layer(inner).max(self.canvas),
                _ => self.canvas,
            };
            let mut below = Ok(());
            node.subroots(|root| {
                if below.is_ok() {
                    below = self
                        .add(cut * 2.0)
                        .and_then(|()| layers.with(cut, 3.0))
                        .and_then(|layers| self.group(root, layers));
                }
            });
            below?;
        }
        Ok(())
    }

    fn path(&mut self, path: &Path) -> Result<(), ImageError> {
        let points = path.data().points().len() as f64;
        if path.fill().is_some() {
            let area = self.area(path.abs_bounding_box(), 1.0);
            self.add(area + points * PER_POINT)?;
        }
        if let Some(stroke) = path.stroke() {
            let area = self.area(path.abs_stroke_bounding_box(), 1.0);
            self.add(area + points * PER_POINT * 4.0)?;
            if let Some(dashes) = stroke.dasharray() {
                let period: f64 = dashes.iter().map(|dash| f64::from(*dash)).sum();
                let count = length(path) / period.max(f64::MIN_POSITIVE) * (dashes.len().max(1) as f64);
                if count.is_nan() || count > MAX_DASHES {
                    return Err(too_complicated());
                }
                self.add(count * PER_POINT * 8.0)?;
            }
        }
        Ok(())
    }

    /// Pixels of a group's own layer.
    fn layer(&self, group: &Group) -> f64 {
        self.area(group.abs_layer_bounding_box().to_rect(), LARGEST_LAYER)
    }

    /// Pixels of a part of the drawing, at most `cap` times the canvas.
    fn area(&self, bounds: Rect, cap: f64) -> f64 {
        let area = f64::from(bounds.width()) * f64::from(bounds.height()) * self.scale * self.scale;
        area.min(self.canvas * cap)
    }

    fn add(&mut self, pixels: f64) -> Result<(), ImageError> {
        self.painted += pixels;
        // Also catches what is no number.
        if self.painted <= MAX_PAINTED {
            Ok(())
        } else {
            Err(too_complicated())
        }
    }
}

/// At least the length of a path: along its points, control points included.
fn length(path: &Path) -> f64 {
    path.data()
        .points()
        .windows(2)
        .map(|pair| f64::from(pair[1].x - pair[0].x).hypot(f64::from(pair[1].y - pair[0].y)))
        .sum()
}
