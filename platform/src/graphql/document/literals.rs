//! Values that stand in a document.

use apollo_compiler::ast;
use async_graphql::{Name, Value};
use async_graphql_value::Value as Argument;
use serde_json::Number;

/// An argument's value, its variables still named.
pub(super) fn argument(value: &ast::Value) -> Argument {
    match value {
        ast::Value::Null => Argument::Null,
        ast::Value::Enum(name) => Argument::Enum(Name::new(name)),
        ast::Value::Variable(name) => Argument::Variable(Name::new(name)),
        ast::Value::String(text) => Argument::String(text.clone()),
        ast::Value::Float(number) => number.as_str().parse().map_or(Argument::Null, Argument::Number),
        ast::Value::Int(number) => Argument::Number(whole(number.as_str())),
        ast::Value::Boolean(value) => Argument::Boolean(*value),
        ast::Value::List(items) => Argument::List(items.iter().map(|item| argument(item)).collect()),
        ast::Value::Object(members) => Argument::Object(
            members
                .iter()
                .map(|(name, value)| (Name::new(name), argument(value)))
                .collect(),
        ),
    }
}

/// A name that an object within the value has twice (5.6.3 Input Object Field Uniqueness), which apollo-compiler lets pass.
pub(super) fn named_twice(value: &ast::Value) -> Option<&str> {
    match value {
        ast::Value::List(items) => items.iter().find_map(|item| named_twice(item)),
        ast::Value::Object(members) => {
            let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
            names.sort_unstable();
            let twice = names
                .windows(2)
                .find(|pair| pair[0] == pair[1])
                .map(|pair| pair[0]);
            twice.or_else(|| members.iter().find_map(|(_, member)| named_twice(member)))
        }
        _ => None,
    }
}

/// A value without variables; `None` when it has some.
pub(super) fn constant(value: &ast::Value) -> Option<Value> {
    argument(value).into_const()
}

/// A whole number of any length: beyond 64 bits it is an approximation, which no type here takes.
fn whole(text: &str) -> Number {
    let exact = text.parse::<i64>().map(Number::from);
    exact
        .or_else(|_| text.parse::<u64>().map(Number::from))
        .ok()
        .or_else(|| text.parse().ok().and_then(Number::from_f64))
        .unwrap_or_else(|| Number::from(i64::MAX))
}
