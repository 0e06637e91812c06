//! How much a drawing asks for, told from its XML: before the renderer expands anything.

use std::collections::HashMap;

use resvg::usvg::roxmltree::{Document, Node, NodeId};
use simplecss::{AttributeOperator, Element, PseudoClass, StyleSheet};

use super::too_complicated;
use crate::ImageError;

/// Elements after following all references, long attributes counted by their length.
const MAX_WEIGHT: u64 = 100_000;
/// Nesting, references followed. The renderer recurses as deep.
const MAX_DEPTH: u32 = 100;
/// The renderer looks at all of these for each of these.
const MAX_SPECIAL: usize = 300;
/// Bytes of style sheets times elements: each rule is tried on each element.
const MAX_STYLING: usize = 60_000_000;
/// So much of an attribute weighs as much as an element.
const BYTES_PER_ELEMENT: usize = 64;

/// Filters whose time grows with their parameters, not with the picture alone.
const SLOW_FILTERS: [&str; 8] = [
    "feTurbulence",
    "feConvolveMatrix",
    "feMorphology",
    "feDiffuseLighting",
    "feSpecularLighting",
    "feDisplacementMap",
    "feTile",
    "feDropShadow",
];

pub(super) fn check(document: &Document<'_>) -> Result<(), ImageError> {
    let elements = || document.descendants().filter(Node::is_element);
    let mut special = 0;
    for element in elements() {
        match element.tag_name().name() {
            "text" | "tspan" | "textPath" => {
                return Err(ImageError::Drawing("text"));
            }
            "image" | "feImage" => {
                return Err(ImageError::Drawing("picture"));
            }
            "pattern" | "marker" => {
                return Err(ImageError::Drawing("patterns"));
            }
            name if SLOW_FILTERS.contains(&name) => {
                return Err(ImageError::Drawing("filters"));
            }
            "clipPath" | "mask" | "filter" => special += 1,
            _ => {}
        }
    }
    if special > MAX_SPECIAL {
        return Err(too_complicated());
    }

    let mut sheet = StyleSheet::new();
    let mut css = 0;
    for style in elements().filter(|element| element.tag_name().name() == "style") {
        let text = style.text().unwrap_or_default();
        css += text.len();
        // Checked before it is parsed: its rules are sorted and kept.
        if css.saturating_mul(elements().count()) > MAX_STYLING {
            return Err(too_complicated());
        }
        sheet.parse_more(text);
    }

    let mut counter = Counter {
        sheet: &sheet,
        ids: document
            .descendants()
            .filter_map(|node| Some((node.attribute("id")?, node)))
            .collect(),
        known: HashMap::new(),
    };
    counter.measure(document.root_element(), 0).map(|_| ())
}

#[derive(Clone, Copy)]
struct Measure {
    weight: u64,
    depth: u32,
}

struct Counter<'a, 'input> {
    sheet: &'a StyleSheet<'a>,
    ids: HashMap<&'a str, Node<'a, 'input>>,
    /// `None` while it is being measured: who meets it then has found a circle.
    known: HashMap<NodeId, Option<Measure>>,
}

impl<'a, 'input> Counter<'a, 'input> {
    fn measure(&mut self, node: Node<'a, 'input>, level: u32) -> Result<Measure, ImageError> {
        if level > MAX_DEPTH {
            return Err(too_complicated());
        }
        match self.known.get(&node.id()) {
            Some(Some(measure)) => return Ok(*measure),
            Some(None) => {
                return Err(ImageError::Drawing("circular"));
            }
            None => {}
        }
        self.known.insert(node.id(), None);
        let length: usize = node.attributes().map(|attribute| attribute.value().len()).sum();
        let mut sum = Measure {
            weight: 1 + u64::try_from(length / BYTES_PER_ELEMENT).unwrap_or(u64::MAX),
            depth: 0,
        };
        let children: Vec<_> = node.children().filter(Node::is_element).collect();
        for next in children.into_iter().chain(self.references(node)) {
            let below = self.measure(next, level + 1)?;
            sum.weight = sum.weight.saturating_add(below.weight);
            sum.depth = sum.depth.max(below.depth + 1);
        }
        if sum.weight > MAX_WEIGHT || sum.depth > MAX_DEPTH {
            return Err(too_complicated());
        }
        self.known.insert(node.id(), Some(sum));
        Ok(sum)
    }

    /// The elements that this one names, in attributes and in the style sheets' rules for it.
    fn references(&self, node: Node<'a, 'input>) -> Vec<Node<'a, 'input>> {
        let mut names = Vec::new();
        for attribute in node.attributes() {
            if attribute.name() == "href" {
                // A link leads somewhere; it doesn't draw what is there.
                if node.tag_name().name() != "a" {
                    names.extend(attribute.value().trim().strip_prefix('#'));
                }
            } else {
                names.extend(urls(attribute.value()));
            }
        }
        for rule in &self.sheet.rules {
            if rule
                .declarations
                .iter()
                .any(|declaration| declaration.value.contains("url("))
                && rule.selector.matches(&Styled(node))
            {
                names.extend(
                    rule.declarations
                        .iter()
                        .flat_map(|declaration| urls(declaration.value)),
                );
            }
        }
        names
            .into_iter()
            .filter_map(|name| self.ids.get(name).copied())
            .collect()
    }
}

/// The ids in `url(#id)`, however it is quoted.
fn urls(text: &str) -> impl Iterator<Item = &str> {
    text.split("url(").skip(1).filter_map(|rest| {
        let (inside, _) = rest.split_once(')')?;
        inside
            .trim_matches([' ', '\'', '"', '\t', '\n', '\r'])
            .strip_prefix('#')
    })
}

/// An element as a style sheet sees it, by the renderer's own rules.
struct Styled<'a, 'input>(Node<'a, 'input>);

impl Element for Styled<'_, '_> {
    fn parent_element(&self) -> Option<Self> {
        self.0.parent_element().map(Styled)
    }

    fn prev_sibling_element(&self) -> Option<Self> {
        self.0.prev_sibling_element().map(Styled)
    }

    fn has_local_name(&self, name: &str) -> bool {
        self.0.tag_name().name() == name
    }

    fn attribute_matches(&self, name: &str, operator: AttributeOperator<'_>) -> bool {
        self.0
            .attribute(name)
            .is_some_and(|value| operator.matches(value))
    }

    fn pseudo_class_matches(&self, class: PseudoClass<'_>) -> bool {
        matches!(class, PseudoClass::FirstChild) && self.prev_sibling_element().is_none()
    }
}
