//! How much a request's values become once variables stand where the document names them.
//!
//! async-graphql copies a variable's whole value to each place that names it, in validation and again in execution, and
//! once more for each row that the field is resolved on. So what a request takes is the size of its values times their
//! places, and that is what is counted here, before anything is copied.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{Directive, ExecutableDocument, Field},
};
use async_graphql_value::Value as InputValue;

/// What a place in a list or an object takes, in bytes: measured at 72 for an item and up to 150 for a member.
const PLACE: u64 = 100;

/// The sizes of a request's variables.
#[derive(Debug)]
pub(super) struct Expansion<'a> {
    variables: HashMap<&'a str, u64>,
}

/// Adds up a value without recursion; `$own` are arms of the one type alone.
macro_rules! weigh {
    ($ty:ident, $value:expr $(, $own:pat => $size:expr)?) => {{
        let mut bytes: u64 = 0;
        let mut left = vec![$value];
        while let Some(value) = left.pop() {
            let size = match value {
                $ty::Null | $ty::Number(_) | $ty::Boolean(_) => 0,
                $ty::String(text) => text.len() as u64,
                $ty::Enum(name) => name.len() as u64,
                $ty::Binary(bytes) => bytes.len() as u64,
                $ty::List(items) => {
                    left.extend(items);
                    PLACE.saturating_mul(items.len() as u64)
                }
                $ty::Object(members) => {
                    left.extend(members.values());
                    members.keys().map(|name| PLACE + name.len() as u64).sum()
                }
                $($own => $size,)?
            };
            bytes = bytes.saturating_add(size);
        }
        bytes
    }};
}

impl<'a> Expansion<'a> {
    /// Weighs each variable once: what was sent or its default, whichever is more, because a fragment doesn't know which
    /// operation spreads it.
    pub(super) fn new(document: &'a ExecutableDocument, variables: &'a Variables) -> Self {
        let mut sizes: HashMap<&str, u64> = HashMap::new();
        let sent = variables.iter().map(|(name, value)| (name.as_str(), value));
        let defaults = document.operations.iter().flat_map(|(_, operation)| {
            operation
                .node
                .variable_definitions
                .iter()
                .filter_map(|definition| {
                    let definition = &definition.node;
                    Some((definition.name.node.as_str(), definition.default_value()?))
                })
        });
        for (name, value) in sent.chain(defaults) {
            let size = weigh!(Value, value);
            let largest = sizes.entry(name).or_default();
            *largest = Ord::max(*largest, size);
        }
        Self { variables: sizes }
    }

    /// What the arguments of a field and of its directives become.
    pub(super) fn of_field(&self, field: &Field) -> u64 {
        self.of_arguments(&field.arguments)
            .saturating_add(self.of_directives(&field.directives))
    }

    /// What the arguments of directives become.
    pub(super) fn of_directives(&self, directives: &[Positioned<Directive>]) -> u64 {
        let sizes = directives
            .iter()
            .map(|directive| self.of_arguments(&directive.node.arguments));
        sizes.fold(0, u64::saturating_add)
    }

    fn of_arguments(&self, arguments: &[(Positioned<Name>, Positioned<InputValue>)]) -> u64 {
        let sizes = arguments.iter().map(|(_, value)| self.of(&value.node));
        sizes.fold(0, u64::saturating_add)
    }

    fn of(&self, value: &InputValue) -> u64 {
        weigh!(InputValue, value, InputValue::Variable(name) => self.variables.get(name.as_str()).copied().unwrap_or_default())
    }
}
