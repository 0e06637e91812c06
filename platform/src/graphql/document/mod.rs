//! Documents: read and validated once, kept by their text, and brought into the form in which they run.
//!
//! 1. [`Documents::get`]: the text is counted, parsed and validated by apollo-compiler against the schema, and compiled
//!    into a [`Document`]. The outcome is kept, refusals too, so that a query that comes again costs neither.
//! 2. [`variables::coerce`]: what came with it is read by the types that the operation declares.
//! 3. [`Plan`]: the operation as it runs with these variables: `@skip` and `@include` decided, fragments gone, each field
//!    once (specification, 6.3.2 CollectFields). It is measured, handed to async-graphql, and afterwards brings the
//!    answer into the form that the specification asks for ([`Plan::complete`]).
//!
//! Numbers of sections are those of the GraphQL specification of October 2021.

mod answer;
mod compile;
mod cost;
mod literals;
mod nesting;
mod plan;
mod positions;
mod refused;
mod runnable;
mod schema;
mod size;
mod store;
pub mod variables;

use std::sync::Arc;

use apollo_compiler::ast;
use async_graphql::{Name, Pos, ServerError, Value, parser::types::OperationType};
use async_graphql_value::Value as Argument;

pub use cost::Cost;
pub use plan::{Plan, Step};
pub use refused::Refused;
pub use schema::{DocumentSchema, stated_bound};
pub use size::json_size;
pub use store::Documents;

/// A valid document.
#[derive(Debug)]
pub struct Document {
    operations: Vec<Arc<Operation>>,
    /// What it takes in memory, the plans kept with it included: an estimate on the safe side, in bytes.
    weight: u64,
}

/// One of its operations.
#[derive(Debug)]
pub struct Operation {
    name: Option<Name>,
    /// Query, mutation or subscription.
    pub kind: OperationType,
    pos: Pos,
    /// The root type.
    root: Name,
    variables: Vec<Variable>,
    selections: Selections,
    /// How many selections the document has.
    size: u64,
    plans: plan::Kept,
}

/// A variable as it is declared.
#[derive(Debug)]
struct Variable {
    name: Name,
    pos: Pos,
    ty: ast::Type,
    default: Option<Value>,
    /// Whether `@skip` or `@include` asks for it.
    is_condition: bool,
}

/// What is selected in one pair of braces; shared by all the places that spread a fragment.
type Selections = Arc<[Selection]>;

#[derive(Debug)]
enum Selection {
    Field(Arc<FieldSelection>),
    Fragment(FragmentSelection),
}

#[derive(Debug)]
struct FieldSelection {
    pos: Pos,
    alias: Option<Name>,
    name: Name,
    /// What it is in the answer.
    key: Name,
    arguments: Vec<(Name, Pos, Argument)>,
    conditions: Vec<Condition>,
    ty: ast::Type,
    /// Its type without lists.
    named: Name,
    /// None when it is a scalar or an enum.
    selections: Option<Selections>,
    work: schema::Work,
}

/// A fragment where it is spread, named or not.
#[derive(Debug)]
struct FragmentSelection {
    on: Option<Name>,
    conditions: Vec<Condition>,
    selections: Selections,
}

/// `@skip(if: …)` or `@include(if: …)`: selected when the value is `wanted`.
#[derive(Debug)]
struct Condition {
    value: ConditionValue,
    wanted: bool,
}

#[derive(Debug)]
enum ConditionValue {
    Literal(bool),
    Variable(Name),
}

impl Document {
    /// The operation that a request runs: the one of this name, or the only one (6.1 GetOperation).
    ///
    /// # Errors
    /// When there is none of this name, or no name and several.
    pub fn operation(&self, name: Option<&str>) -> Result<&Arc<Operation>, ServerError> {
        match (name, self.operations.as_slice()) {
            (None, [only]) => Ok(only),
            (None, _) => Err(invalid(
                "The document has several operations: say in operationName which of them to run.",
                Vec::new(),
            )),
            (Some(name), operations) => operations
                .iter()
                .find(|operation| operation.name.as_ref().is_some_and(|own| own == name))
                .ok_or_else(|| {
                    let name = shortened(name);
                    invalid(
                        format!("The document has no operation named \"{name}\"."),
                        Vec::new(),
                    )
                }),
        }
    }
}

/// The code of a document, or of variables, that don't fit the schema.
const VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";
/// The longest text of a caller's that a message repeats, in characters.
const MAX_QUOTED: usize = 80;

fn invalid(message: impl Into<String>, locations: Vec<Pos>) -> ServerError {
    coded(VALIDATION_FAILED, message, locations)
}

fn coded(code: &str, message: impl Into<String>, locations: Vec<Pos>) -> ServerError {
    let mut error = ServerError::new(message, None);
    error.locations = locations;
    error.extensions.get_or_insert_default().set("code", code);
    error
}

/// A caller's text, short enough to be repeated to them.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTED) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}

#[cfg(test)]
mod tests;
