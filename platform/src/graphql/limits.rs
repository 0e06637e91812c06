//! Limits on documents and on what comes with them.
//!
//! The text is first counted without parsing ([`count_tokens`]), and so is the JSON around it ([`count_json`]): parsers
//! are never given what would wear them out. What a document comes to when it runs is measured on its plan
//! ([`Plan`](super::document::Plan)).

mod json;
mod sizes;

use std::fmt;

use async_graphql::Name;

pub use json::count_json;

pub(super) use sizes::{PLACE, Sizes, size_of_value};

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
    /// Fields resolved at most, those that compute by their weight; sizes of pages and bounds of lists multiplied, fragments
    /// expanded. Lists count at their bound, which few come near.
    pub cost: u64,
    /// Thousands of characters that long texts may have together, multiplied likewise.
    pub text: u64,
    /// Fields and fragments that planning comes by.
    pub steps: u64,
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
            cost: 500_000,
            text: 20_000,
            steps: 20_000,
            aliases: 60,
            root_fields: 20,
            directives: 60,
            values: 10_000,
            expanded: 2 * 1024 * 1024,
        }
    }
}

impl Limits {
    /// For who is signed in, whose lists are their own or the company's: a page of 50 projects with 20 updates each and all
    /// files of their pictures counts as 2,100,000 fields.
    #[must_use]
    pub fn of_accounts() -> Self {
        Self {
            cost: 4_000_000,
            text: 50_000,
            ..Self::default()
        }
    }
}

/// Why a document is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is more than a limit allows.
    #[error("The request has {what} {found}, more than the {limit} allowed{place}: ask for less at once.")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// How much.
        found: u64,
        /// How much is allowed.
        limit: u64,
        /// Where most of it is asked for.
        place: Place,
    },
}

impl Refusal {
    /// The same, with the keys in the answer that lead to what is asked for too much.
    #[must_use]
    pub(super) fn at<'a>(self, keys: impl IntoIterator<Item = &'a Name>) -> Self {
        let Self::TooMuch {
            what, found, limit, ..
        } = self;
        let keys: Vec<&str> = keys.into_iter().map(Name::as_str).collect();
        Self::TooMuch {
            what,
            found,
            limit,
            place: Place(shortened(&keys.join("."))),
        }
    }
}

/// A place in a request, as `viewer.projects.nodes`; empty when it is all over it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place(String);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        write!(f, ", most of it at {}", self.0)
    }
}

/// Keys are a caller's text, which may be as long as the document.
fn shortened(keys: &str) -> String {
    const LONGEST: usize = 240;
    match keys.char_indices().nth(LONGEST) {
        None => keys.to_owned(),
        Some((end, _)) => format!("{}…", &keys[..end]),
    }
}

/// Counts tokens and bracket nesting without parsing, so that the parser itself can't be worn out. Answers how many tokens
/// there are.
///
/// # Errors
/// [`Refusal::TooMuch`].
pub fn count_tokens(text: &str, limits: &Limits) -> Result<usize, Refusal> {
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
                // A number has a dot in it, a name none: `title...Parts` is a name and a spread.
                let is_number = byte.is_ascii_digit() || byte == b'-';
                at += 1;
                while bytes.get(at).is_some_and(|byte| {
                    byte.is_ascii_alphanumeric()
                        || *byte == b'_'
                        || (is_number && *byte == b'.' && bytes.get(at + 1) != Some(&b'.'))
                }) {
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
    Ok(tokens)
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

pub(super) fn too_much(what: &'static str, found: u64, limit: u64) -> Refusal {
    Refusal::TooMuch {
        what,
        found,
        limit,
        place: Place::default(),
    }
}

#[cfg(test)]
mod tests;
