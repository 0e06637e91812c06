//! How much a request's values become once variables stand where the document names them.
//!
//! async-graphql copies a variable's whole value to each place that names it, once more for each row that the field is
//! resolved on. So what a request takes is the size of its values times their
//! places, and that is what is counted here, before anything is copied.

use std::collections::HashMap;

use async_graphql::{Value, Variables};
use async_graphql_value::Value as Argument;

/// What a place in a list or an object takes, in bytes: measured at 72 for an item and up to 150 for a member.
pub(in crate::graphql) const PLACE: u64 = 100;

/// The sizes of a request's variables.
#[derive(Debug)]
pub(in crate::graphql) struct Sizes<'a>(HashMap<&'a str, u64>);

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

impl<'a> Sizes<'a> {
    /// Weighs each variable once.
    pub(in crate::graphql) fn new(variables: &'a Variables) -> Self {
        let sizes = variables
            .iter()
            .map(|(name, value)| (name.as_str(), weigh!(Value, value)));
        Self(sizes.collect())
    }

    /// What arguments become.
    pub(in crate::graphql) fn of_arguments<'b>(&self, arguments: impl Iterator<Item = &'b Argument>) -> u64 {
        arguments.map(|value| self.of(value)).fold(0, u64::saturating_add)
    }

    fn of(&self, value: &Argument) -> u64 {
        weigh!(Argument, value, Argument::Variable(name) => self.0.get(name.as_str()).copied().unwrap_or_default())
    }
}

/// What a value in a document takes, its variables not counted.
pub(in crate::graphql) fn size_of_value(value: &Argument) -> u64 {
    weigh!(Argument, value, Argument::Variable(name) => name.len() as u64)
}
