//! Entities of a drawing's document type. Illustrator abbreviates the names of its namespaces with them; an attacker makes
//! a short text a very long one, or has other files read. Only the first kind passes.

/// Entities at most.
const MAX_ENTITIES: usize = 64;
/// The longest text of one, in bytes.
const MAX_VALUE: usize = 256;
/// What all references together may come to, in bytes.
const MAX_EXPANSION: usize = 1024 * 1024;

/// Whether every entity that is declared stands for a short text without entities or elements in it, and all of them
/// together don't make the drawing much longer. What is read wrongly here counts as harmful.
pub(super) fn are_harmless(text: &str) -> bool {
    let mut declared = 0;
    let mut longest = 0;
    for declaration in text.split("<!ENTITY").skip(1) {
        let Some(length) = plain_value(declaration) else {
            return false;
        };
        declared += 1;
        longest = longest.max(length);
    }
    declared == 0 || (declared <= MAX_ENTITIES && text.matches('&').count() * longest <= MAX_EXPANSION)
}

/// The length of the value of `name "value">`; `None` when the declaration is anything else.
fn plain_value(declaration: &str) -> Option<usize> {
    let declaration = declaration.strip_prefix([' ', '\t', '\r', '\n'])?.trim_start();
    let name = declaration
        .find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '_' | '-' | '.' | ':'))?;
    let rest = declaration.get(name..)?;
    let rest = rest.strip_prefix([' ', '\t', '\r', '\n'])?.trim_start();
    let quote = rest
        .chars()
        .next()
        .filter(|quote| name > 0 && matches!(quote, '"' | '\''))?;
    let (value, after) = rest.get(1..)?.split_once(quote)?;
    let is_plain =
        value.len() <= MAX_VALUE && !value.contains(['&', '%', '<']) && after.trim_start().starts_with('>');
    is_plain.then_some(value.len())
}
