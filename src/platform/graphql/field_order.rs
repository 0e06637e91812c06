//! Answers in the order of their document, as GraphQL has it (specification, October 2021, 7.2.2 "Serialized Map
//! Ordering"): async-graphql puts fields in the order in which their resolvers finish. One content then has one
//! text, and so one `ETag`, whichever instance answers.

use async_graphql::{
    Name, Value,
    indexmap::IndexMap,
    parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};

/// The order of the fields of an object, and of the objects below. Fragments on several types of a union are taken in
/// the order they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldOrder(IndexMap<Name, FieldOrder>);

impl FieldOrder {
    /// The order of an operation's answer. The document was measured: its fragments don't spread themselves, and what they
    /// come to is bounded.
    #[must_use]
    pub fn of(document: &ExecutableDocument, operation: &OperationDefinition) -> Self {
        let mut order = Self::default();
        order.add(document, &operation.selection_set.node);
        order
    }

    fn add(&mut self, document: &ExecutableDocument, set: &SelectionSet) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    self.0
                        .entry(field.response_key().node.clone())
                        .or_default()
                        .add(document, &field.selection_set.node);
                }
                Selection::InlineFragment(fragment) => self.add(document, &fragment.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                        self.add(document, &fragment.node.selection_set.node);
                    }
                }
            }
        }
    }

    /// Brings an answer's data into this order.
    pub fn apply(&self, value: &mut Value) {
        match value {
            Value::List(items) => items.iter_mut().for_each(|item| self.apply(item)),
            // What has no fields selected is a scalar, whatever it is made of.
            Value::Object(fields) if !self.0.is_empty() => {
                let place = |name: &Name| self.0.get_index_of(name);
                if !fields.keys().map(place).is_sorted() {
                    fields.sort_by(|one, _, other, _| place(one).cmp(&place(other)));
                }
                for (name, value) in fields {
                    if let Some(order) = self.0.get(name) {
                        order.apply(value);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn ordered(document: &str, answer: &str) -> String {
        let document = parse_query(document).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let order = FieldOrder::of(&document, &operation.node);
        let mut value: Value = serde_json::from_str(answer).unwrap();
        order.apply(&mut value);
        serde_json::to_string(&value).unwrap()
    }

    #[test]
    fn fields_come_as_they_were_asked_for() {
        let document =
            "{ b { y x ...Z } a: c again: b { x } ... on Query { d b { w } } } fragment Z on T { z y }";
        let answer = r#"{"d":1,"again":{"x":1},"a":[{"k":2,"j":1}],"b":[{"w":1,"x":2,"z":3,"y":4},null]}"#;
        assert_eq!(
            ordered(document, answer),
            r#"{"b":[{"y":4,"x":2,"z":3,"w":1},null],"a":[{"k":2,"j":1}],"again":{"x":1},"d":1}"#
        );
    }
}
