//! How many pixels a finished drawing would paint.

use resvg::usvg::{Group, Node, Path, Rect, Tree};

use super::too_complicated;
use crate::ImageError;

/// About a second of one core.
const MAX_PAINTED: f64 = 600_000_000.0;
/// Layers on top of each other, each as large as the picture: 7 MB each.
const MAX_LAYERS: usize = 24;
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
    sum.group(tree.root(), 0)
}

struct Sum {
    scale: f64,
    canvas: f64,
    painted: f64,
}

impl Sum {
    fn group(&mut self, group: &Group, layers: usize) -> Result<(), ImageError> {
        let mut layers = layers;
        if group.should_isolate() {
            layers += 1;
            if layers > MAX_LAYERS {
                return Err(too_complicated());
            }
            let steps: usize = group
                .filters()
                .iter()
                .map(|filter| filter.primitives().len())
                .sum();
            // A filter's step goes over its layer many times; masks and clips are a layer each.
            let passes = 3.0 + 40.0 * steps as f64;
            // A layer may be up to four times the canvas.
            let area = self.area(group.abs_layer_bounding_box().to_rect(), 4.0);
            self.add(area * passes)?;
        }
        for node in group.children() {
            match node {
                Node::Group(inner) => self.group(inner, layers)?,
                Node::Path(path) => self.path(path)?,
                // Refused before, with a reason.
                Node::Image(_) | Node::Text(_) => return Err(too_complicated()),
            }
            // Masks and clips, with what is inside them.
            let mut below = Ok(());
            node.subroots(|root| {
                if below.is_ok() {
                    below = self
                        .add(self.canvas * 2.0)
                        .and_then(|()| self.group(root, layers + 1));
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
