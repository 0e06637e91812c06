//! Parsed documents without spare room. The parser's lists keep capacity for four entries each; that is nothing for a
//! request, and a sixth of what a live stream costs, which carries its document for as long as it lives.

use async_graphql::parser::types::{ExecutableDocument, Field, Selection, SelectionSet};

/// Gives back what the document's lists don't use. Its depth was limited before.
pub fn shrink(document: &mut ExecutableDocument) {
    use async_graphql::parser::types::DocumentOperations;
    let operations: Vec<_> = match &mut document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
    };
    for operation in operations {
        let operation = &mut operation.node;
        operation.variable_definitions.shrink_to_fit();
        operation.directives.shrink_to_fit();
        shrink_selections(&mut operation.selection_set.node);
    }
    for fragment in document.fragments.values_mut() {
        shrink_selections(&mut fragment.node.selection_set.node);
    }
}

fn shrink_selections(selections: &mut SelectionSet) {
    selections.items.shrink_to_fit();
    for selection in &mut selections.items {
        match &mut selection.node {
            Selection::Field(field) => shrink_field(&mut field.node),
            Selection::InlineFragment(fragment) => {
                fragment.node.directives.shrink_to_fit();
                shrink_selections(&mut fragment.node.selection_set.node);
            }
            Selection::FragmentSpread(spread) => spread.node.directives.shrink_to_fit(),
        }
    }
}

fn shrink_field(field: &mut Field) {
    field.arguments.shrink_to_fit();
    field.directives.shrink_to_fit();
    shrink_selections(&mut field.selection_set.node);
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    #[test]
    fn nothing_is_lost_and_nothing_is_spare() {
        let text = "subscription S($p: ID) { events(projectId: $p) { __typename ... on A @include(if: true) { id \
                    project { name } ...F } } } fragment F on A { title }";
        let before = parse_query(text).unwrap();
        let mut after = before.clone();
        shrink(&mut after);
        assert_eq!(format!("{before:?}"), format!("{after:?}"));
        let (_, operation) = after.operations.iter().next().unwrap();
        let selections = &operation.node.selection_set.node.items;
        assert_eq!(selections.capacity(), 1);
        assert_eq!(operation.node.variable_definitions.capacity(), 1);
    }
}
