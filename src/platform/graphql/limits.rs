//! Limits on documents, computed before async-graphql validates them.
//!
//! async-graphql's own validation expands fragments again and again: 800 bytes of fragments that spread each other
//! keep it busy for seconds, whatever limits are set. So the text is first counted without parsing
//! ([`count_tokens`]), then parsed, then measured with each fragment visited once ([`measure`]); only what passes
//! is handed on. The JSON around it is counted before it is read, too ([`count_json`]), and what its variables become
//! where the document names them has a budget (`expansion`).

mod expansion;
mod json;

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{
        Directive, ExecutableDocument, Field, FragmentDefinition, OperationType, Selection, SelectionSet,
    },
};
use async_graphql_value::Value as Argument;

pub use json::count_json;

use self::expansion::Expansion;
use crate::platform::paging::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE};

/// What a document may be at most. GraphiQL's introspection query uses about 300 tokens and a depth of 15.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Lexical tokens in the text.
    pub tokens: usize,
    /// Brackets of any kind inside each other in the text: bounds the parser's recursion.
    pub nesting: usize,
    /// Fields inside each other, fragments expanded.
    pub depth: u32,
    /// Selections of any kind inside each other, spreads of fragments among them: bounds the recursion of all that
    /// walks a document, which a chain of fragments would otherwise drive as deep as it is long. async-graphql refuses
    /// more than 32 in its validation, having gone deeper by then.
    pub levels: u32,
    /// Fields resolved at most, page sizes multiplied, fragments expanded.
    pub cost: u64,
    /// Aliases in the text.
    pub aliases: u32,
    /// Fields at the top of the operation, fragments expanded.
    pub root_fields: u64,
    /// Directives in the text.
    pub directives: u32,
    /// Values in the JSON that comes with a document: its variables and extensions.
    pub values: usize,
    /// Bytes that arguments take once each variable is copied to each place that names it, fragments expanded and pages
    /// multiplied. The largest honest request, an invoice of 500 lines in a body of 256 KB, takes 0.8 MB.
    pub expanded: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tokens: 4_000,
            nesting: 40,
            depth: 20,
            levels: 32,
            cost: 20_000,
            aliases: 60,
            root_fields: 20,
            directives: 60,
            values: 10_000,
            expanded: 2 * 1024 * 1024,
        }
    }
}

/// Why a document is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is more than a limit allows.
    #[error("The request has {what} {found}, more than the {limit} allowed: ask for less at once.")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// How much.
        found: u64,
        /// How much is allowed.
        limit: u64,
    },
    /// A fragment spreads itself, directly or through others.
    #[error("The fragment \"{0}\" spreads itself.")]
    Cycle(String),
}

/// What a measured document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// The kind of the operation that will run; `None` when the name fits no operation.
    pub operation: Option<OperationType>,
    /// Whether it asks for the schema.
    pub introspects: bool,
    /// Its cost.
    pub cost: u64,
}

/// Counts tokens and bracket nesting without parsing, so that the parser itself can't be worn out.
///
/// # Errors
/// [`Refusal::TooMuch`].
pub fn count_tokens(text: &str, limits: &Limits) -> Result<(), Refusal> {
    let bytes = text.as_bytes();
    let (mut at, mut tokens, mut nesting) = (0, 0_usize, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            b' ' | b'\t' | b'\n' | b'\r' | b',' | 0xEF | 0xBB | 0xBF => {
                at += 1;
                continue;
            }
            b'#' => {
                at += bytes[at..]
                    .iter()
                    .position(|byte| matches!(byte, b'\n' | b'\r'))
                    .unwrap_or(bytes.len() - at);
                continue;
            }
            b'"' => at = end_of_string(bytes, at),
            b'{' | b'(' | b'[' => {
                nesting += 1;
                if nesting > limits.nesting {
                    return Err(too_much("brackets nested", nesting as u64, limits.nesting as u64));
                }
                at += 1;
            }
            b'}' | b')' | b']' => {
                nesting = nesting.saturating_sub(1);
                at += 1;
            }
            byte if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' => {
                at += 1;
                while at < bytes.len()
                    && (bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'_' | b'.'))
                {
                    at += 1;
                }
            }
            b'.' => at += 3,
            _ => at += 1,
        }
        tokens += 1;
        if tokens > limits.tokens {
            return Err(too_much("tokens:", tokens as u64, limits.tokens as u64));
        }
    }
    Ok(())
}

/// Where the string that begins at `start` ends. Must agree with the parser to the letter: whatever is taken for a
/// string here and for code there would not be counted.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    const BLOCK: &[u8] = br#"""""#;
    const ESCAPED_BLOCK: &[u8] = br#"\""""#;
    let block = bytes[start..].starts_with(BLOCK);
    let mut at = start + if block { 3 } else { 1 };
    while at < bytes.len() {
        let rest = &bytes[at..];
        at += match bytes[at] {
            _ if block && rest.starts_with(BLOCK) => return at + 3,
            _ if block && rest.starts_with(ESCAPED_BLOCK) => 4,
            b'"' if !block => return at + 1,
            b'\n' | b'\r' if !block => return at,
            b'\\' if !block => 2,
            _ => 1,
        };
    }
    bytes.len()
}

/// Measures a parsed document: each fragment once, however often it is spread.
///
/// # Errors
/// The limit that it breaks.
pub fn measure(
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Variables,
    limits: &Limits,
) -> Result<Measured, Refusal> {
    let mut meter = Meter {
        fragments: &document.fragments,
        variables,
        limits,
        defaults: defaults(document),
        expansion: Expansion::new(document, variables),
        level: 0,
        known: HashMap::new(),
        aliases: 0,
        directives: 0,
    };
    // Validation walks every fragment and operation of the document, so all of them count.
    let (mut total, mut expanded): (u64, u64) = (0, 0);
    for name in document.fragments.keys() {
        let size = meter.fragment(name)?;
        meter.check(size)?;
        total = total.saturating_add(size.cost);
        expanded = expanded.saturating_add(size.expanded);
    }
    let mut measured = Measured {
        operation: None,
        introspects: false,
        cost: 0,
    };
    for (name, operation) in document.operations.iter() {
        meter.count_directives(&operation.node.directives)?;
        let mut size = meter.selection_set(&operation.node.selection_set.node)?;
        size.expanded = size
            .expanded
            .saturating_add(meter.expansion.of_directives(&operation.node.directives));
        for definition in &operation.node.variable_definitions {
            meter.count_directives(&definition.node.directives)?;
        }
        meter.check(size)?;
        if size.fields > limits.root_fields {
            return Err(too_much("root fields:", size.fields, limits.root_fields));
        }
        total = total.saturating_add(size.cost);
        expanded = expanded.saturating_add(size.expanded);
        if operation_name.is_none() || name.map(Name::as_str) == operation_name {
            measured.operation = Some(operation.node.ty);
            measured.introspects |= size.introspects;
            measured.cost = size.cost;
        }
    }
    if total > limits.cost.saturating_mul(2) {
        return Err(too_much("a total cost of", total, limits.cost.saturating_mul(2)));
    }
    check_expanded(expanded, limits.expanded.saturating_mul(2))?;
    Ok(measured)
}

/// The largest default of each variable, in whichever operation: a fragment doesn't know who spreads it.
fn defaults(document: &ExecutableDocument) -> HashMap<&str, u64> {
    let mut defaults = HashMap::new();
    for (_, operation) in document.operations.iter() {
        for definition in &operation.node.variable_definitions {
            let definition = &definition.node;
            if let Some(Value::Number(number)) = definition.default_value().cloned() {
                let largest = defaults.entry(definition.name.node.as_str()).or_default();
                *largest = Ord::max(*largest, number.as_u64().unwrap_or_default());
            }
        }
    }
    defaults
}

fn check_expanded(found: u64, limit: u64) -> Result<(), Refusal> {
    if found > limit {
        return Err(too_much(
            "bytes of arguments, where each variable counts at each place that names it:",
            found,
            limit,
        ));
    }
    Ok(())
}

fn too_much(what: &'static str, found: u64, limit: u64) -> Refusal {
    Refusal::TooMuch { what, found, limit }
}

/// The size of a selection set, fragments expanded.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    cost: u64,
    depth: u32,
    /// Selections inside each other, spreads among them.
    levels: u32,
    /// What arguments become, in bytes.
    expanded: u64,
    /// Fields at this level.
    fields: u64,
    /// Whether `nodes` or `edges` is among them: the field above is a page.
    is_page: bool,
    introspects: bool,
}

impl Size {
    fn join(&mut self, other: Self) {
        self.cost = self.cost.saturating_add(other.cost);
        self.depth = self.depth.max(other.depth);
        self.levels = self.levels.max(other.levels);
        self.expanded = self.expanded.saturating_add(other.expanded);
        self.fields = self.fields.saturating_add(other.fields);
        self.is_page |= other.is_page;
        self.introspects |= other.introspects;
    }
}

struct Meter<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    variables: &'a Variables,
    limits: &'a Limits,
    /// The defaults of variables that are numbers.
    defaults: HashMap<&'a str, u64>,
    expansion: Expansion<'a>,
    /// How many selections the one being measured stands in.
    level: u32,
    /// `None` while a fragment is being measured: meeting it again is a cycle.
    known: HashMap<&'a str, Option<Size>>,
    aliases: u32,
    directives: u32,
}

impl<'a> Meter<'a> {
    fn check(&self, size: Size) -> Result<(), Refusal> {
        if size.cost > self.limits.cost {
            return Err(too_much("a cost of", size.cost, self.limits.cost));
        }
        if size.depth > self.limits.depth {
            return Err(too_much(
                "a depth of",
                size.depth.into(),
                self.limits.depth.into(),
            ));
        }
        self.check_levels(size.levels)?;
        check_expanded(size.expanded, self.limits.expanded)
    }

    fn check_levels(&self, levels: u32) -> Result<(), Refusal> {
        if levels > self.limits.levels {
            return Err(too_much(
                "selections and fragments nested:",
                levels.into(),
                self.limits.levels.into(),
            ));
        }
        Ok(())
    }

    fn fragment(&mut self, name: &str) -> Result<Size, Refusal> {
        // An unknown fragment costs nothing: validation will name it.
        let Some((name, fragment)) = self.fragments.get_key_value(name) else {
            return Ok(Size::default());
        };
        match self.known.get(name.as_str()) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => return Err(Refusal::Cycle(name.to_string())),
            None => {}
        }
        self.known.insert(name.as_str(), None);
        self.count_directives(&fragment.node.directives)?;
        let mut size = self.inside(&fragment.node.selection_set.node)?;
        size.expanded = size
            .expanded
            .saturating_add(self.expansion.of_directives(&fragment.node.directives));
        self.known.insert(name.as_str(), Some(size));
        Ok(size)
    }

    /// Measures what stands inside a selection.
    fn inside(&mut self, set: &'a SelectionSet) -> Result<Size, Refusal> {
        self.level += 1;
        // On the way down already: the measuring itself mustn't go deeper than a document may.
        self.check_levels(self.level)?;
        let size = self.selection_set(set)?;
        self.level -= 1;
        Ok(size)
    }

    fn selection_set(&mut self, set: &'a SelectionSet) -> Result<Size, Refusal> {
        let mut sum = Size::default();
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    self.count_directives(&field.directives)?;
                    if field.alias.is_some() {
                        self.aliases += 1;
                        if self.aliases > self.limits.aliases {
                            return Err(too_much(
                                "aliases:",
                                self.aliases.into(),
                                self.limits.aliases.into(),
                            ));
                        }
                    }
                    let inner = self.inside(&field.selection_set.node)?;
                    let times =
                        self.page_size(field)
                            .unwrap_or(if inner.is_page { DEFAULT_PAGE_SIZE } else { 1 });
                    let name = field.name.node.as_str();
                    sum.join(Size {
                        cost: inner.cost.saturating_mul(times).saturating_add(1),
                        depth: inner.depth + 1,
                        levels: inner.levels + 1,
                        expanded: inner
                            .expanded
                            .saturating_mul(times)
                            .saturating_add(self.expansion.of_field(field)),
                        fields: 1,
                        is_page: matches!(name, "nodes" | "edges"),
                        introspects: matches!(name, "__schema" | "__type"),
                    });
                }
                Selection::InlineFragment(fragment) => {
                    self.count_directives(&fragment.node.directives)?;
                    let inner = self.inside(&fragment.node.selection_set.node)?;
                    sum.join(self.spread(inner, &fragment.node.directives));
                }
                Selection::FragmentSpread(spread) => {
                    self.count_directives(&spread.node.directives)?;
                    let inner = self.fragment(spread.node.fragment_name.node.as_str())?;
                    sum.join(self.spread(inner, &spread.node.directives));
                }
            }
        }
        Ok(sum)
    }

    /// The size of a fragment where it is spread.
    fn spread(&self, inner: Size, directives: &[Positioned<Directive>]) -> Size {
        Size {
            cost: inner.cost.saturating_add(1),
            levels: inner.levels + 1,
            expanded: inner
                .expanded
                .saturating_add(self.expansion.of_directives(directives)),
            ..inner
        }
    }

    fn count_directives(&mut self, directives: &[Positioned<Directive>]) -> Result<(), Refusal> {
        self.directives += u32::try_from(directives.len()).unwrap_or(u32::MAX);
        if self.directives > self.limits.directives {
            return Err(too_much(
                "directives:",
                self.directives.into(),
                self.limits.directives.into(),
            ));
        }
        Ok(())
    }

    /// How many rows a list is asked for; `None` when it is not told how many.
    fn page_size(&self, field: &Field) -> Option<u64> {
        let sizes = field
            .arguments
            .iter()
            .filter(|(name, _)| matches!(name.node.as_str(), "first" | "last" | "pageSize"))
            .map(|(_, argument)| match &argument.node {
                Argument::Number(number) => number.as_u64().unwrap_or(DEFAULT_PAGE_SIZE),
                Argument::Variable(name) => self.variable(name),
                _ => DEFAULT_PAGE_SIZE,
            });
        // A larger page is refused by the list itself.
        sizes.max().map(|asked| Ord::min(asked, MAX_PAGE_SIZE))
    }

    /// How many rows a variable says.
    fn variable(&self, name: &Name) -> u64 {
        let sent = match self.variables.get(name) {
            Some(Value::Number(number)) => number.as_u64(),
            Some(_) => None,
            None => self.defaults.get(name.as_str()).copied(),
        };
        sent.unwrap_or(DEFAULT_PAGE_SIZE)
    }
}

#[cfg(test)]
mod tests;
