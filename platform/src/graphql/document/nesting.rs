//! How deep a document nests, before anything walks it.

use std::collections::HashMap;

use apollo_compiler::ast;

use super::{invalid, refused::Refused, shortened};
use crate::graphql::limits::{Limits, too_much};

/// Measures how deep selections and fragments nest, which everything goes that walks a document: fragments may be a
/// chain as long as the text. Each is looked at once; one that spreads itself is refused here.
pub(super) fn measure(document: &ast::Document, limits: &Limits) -> Result<(), Refused> {
    let mut fragments: Vec<(&str, Vec<Spread<'_>>, u32)> = Vec::new();
    let mut deepest = 0;
    let mut from_operations = Vec::new();
    for definition in &document.definitions {
        match definition {
            ast::Definition::OperationDefinition(operation) => {
                deepest = deepest.max(spreads(&operation.selection_set, 0, &mut from_operations));
            }
            ast::Definition::FragmentDefinition(fragment) => {
                let mut found = Vec::new();
                let own = spreads(&fragment.selection_set, 0, &mut found);
                fragments.push((fragment.name.as_str(), found, own));
            }
            _ => {}
        }
    }
    let index: HashMap<&str, usize> = fragments.iter().enumerate().map(|(at, it)| (it.0, at)).collect();
    let mut levels = vec![0_u32; fragments.len()];
    for (name, level) in from_operations {
        if let Some(at) = index.get(name) {
            levels[*at] = levels[*at].max(level);
        }
    }
    // In the order in which each comes after all that spread it (Kahn's algorithm).
    let mut spread_by = vec![0_usize; fragments.len()];
    let targets = |from: usize| {
        let found = fragments[from].1.iter();
        found.filter_map(|(name, level)| Some((*index.get(name)?, *level)))
    };
    for from in 0..fragments.len() {
        targets(from).for_each(|(to, _)| spread_by[to] += 1);
    }
    let mut ready: Vec<usize> = (0..fragments.len()).filter(|at| spread_by[*at] == 0).collect();
    while let Some(from) = ready.pop() {
        deepest = deepest.max(levels[from] + fragments[from].2);
        for (to, level) in targets(from) {
            levels[to] = levels[to].max(levels[from] + level);
            spread_by[to] -= 1;
            if spread_by[to] == 0 {
                ready.push(to);
            }
        }
    }
    if let Some(first) = (0..fragments.len()).find(|at| spread_by[*at] > 0) {
        // Going back from what is left over leads into a circle, in as many steps as there are fragments at most.
        let mut at = first;
        for _ in 0..fragments.len() {
            let before = (0..fragments.len())
                .find(|from| spread_by[*from] > 0 && targets(*from).any(|(to, _)| to == at));
            at = before.unwrap_or(at);
        }
        let name = shortened(fragments[at].0);
        let message = format!("The fragment \"{name}\" spreads itself, directly or through others.");
        return Err(Refused::Invalid(vec![invalid(message, Vec::new())]));
    }
    if deepest > limits.levels {
        let found = deepest.into();
        return Err(too_much("selections and fragments nested:", found, limits.levels.into()).into());
    }
    Ok(())
}

/// The name of a fragment that is spread, and how deep.
type Spread<'a> = (&'a str, u32);

/// Finds the spreads within selections at `level`, and answers how deep these go. The nesting of braces is bounded.
fn spreads<'a>(selections: &'a [ast::Selection], level: u32, into: &mut Vec<Spread<'a>>) -> u32 {
    let inner = selections.iter().map(|selection| match selection {
        ast::Selection::Field(field) => spreads(&field.selection_set, level + 1, into),
        ast::Selection::InlineFragment(fragment) => spreads(&fragment.selection_set, level + 1, into),
        ast::Selection::FragmentSpread(spread) => {
            into.push((spread.fragment_name.as_str(), level + 1));
            level + 1
        }
    });
    inner.max().unwrap_or(level)
}
