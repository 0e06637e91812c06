//! Documents over a small schema: how they are planned here; what they answer, cost and get wrong beside.

mod answers;
mod limits;
mod mistakes;

use std::fmt::Write as _;

use async_graphql::{PathSegment, Pos, Response};
use serde_json::{Map, Value as Json, json};

use super::*;
use crate::graphql::limits::{Limits, Refusal, count_tokens};

const SDL: &str = "
    scalar Day
    enum Status { DRAFT SENT }
    input Filter { status: [Status!] from: Day text: String = \"any\" inner: Filter number: Int must: Int! = 3 }
    interface Record { id: ID! name: String }
    type House implements Record { id: ID! name: String rooms: [House!]! near: Record owner: Person! tags: [String!] }
    type Person implements Record { id: ID! name: String born: Day house: House }
    union Found = House | Person
    type Page { nodes: [House!]! totalCount: Int! }
    type Query {
        house(id: ID): House
        houses(first: Int, filter: Filter): Page!
        found(text: String): [Found]!
        record: Record
        hello: String!
    }
    type Mutation { save: House }
    type Subscription { records: Record! }
";

fn schema() -> DocumentSchema {
    DocumentSchema::parse(SDL)
        .unwrap()
        .with_scalar::<crate::graphql::values::Date>("Day")
}

fn read(schema: &DocumentSchema, text: &str) -> Result<Document, Refused> {
    let limits = Limits::default();
    let tokens = count_tokens(text, &limits)?;
    compile::document(schema, text, tokens, &limits)
}

fn compiled(text: &str) -> Result<Document, Refused> {
    read(&schema(), text)
}

/// A plan, with what async-graphql is given, as text.
fn planned(text: &str, variables: Json) -> Result<(Arc<Plan>, String), String> {
    let schema = schema();
    let limits = Limits::default();
    let document = read(&schema, text).map_err(|refused| format!("{refused:?}"))?;
    let operation = document.operation(None).map_err(|error| error.message)?;
    let Json::Object(variables) = variables else {
        panic!("variables are an object")
    };
    let variables = variables::coerce(&schema, operation, variables)
        .map_err(|errors| errors.into_iter().map(|error| error.message).collect::<String>())?;
    let plan = Plan::of(&schema, operation, &variables, &limits).map_err(|refusal| refusal.to_string())?;
    plan.check_cost(&variables, &limits)
        .map_err(|refusal| refusal.to_string())?;
    let runs = plan.document(operation, &variables);
    let (_, runs) = runs.operations.iter().next().unwrap();
    Ok((plan, written(&runs.node.selection_set.node)))
}

fn written(set: &async_graphql::parser::types::SelectionSet) -> String {
    use async_graphql::parser::types::Selection;
    let items = set.items.iter().map(|selection| match &selection.node {
        Selection::Field(field) => {
            let field = &field.node;
            let mut text = match &field.alias {
                Some(alias) => format!("{}:{}", alias.node, field.name.node),
                None => field.name.node.to_string(),
            };
            let arguments = field.arguments.iter();
            let arguments: Vec<_> = arguments.map(|(name, value)| format!("{name}:{value}")).collect();
            if !arguments.is_empty() {
                let _ = write!(text, "({})", arguments.join(","));
            }
            if !field.selection_set.node.items.is_empty() {
                let _ = write!(text, "{{{}}}", written(&field.selection_set.node));
            }
            text
        }
        Selection::InlineFragment(fragment) => format!(
            "...{}{{{}}}",
            fragment.node.type_condition.as_ref().unwrap().node.on.node,
            written(&fragment.node.selection_set.node)
        ),
        Selection::FragmentSpread(_) => panic!("no spreads are left"),
    });
    items.collect::<Vec<_>>().join(" ")
}

fn runs(text: &str, variables: Json) -> String {
    planned(text, variables).unwrap().1
}

#[test]
fn each_field_is_asked_for_once() {
    let text = "{ house { name ...a } house { id name ... on House { owner { id } } } } \
                fragment a on House { owner { name id } }";
    assert_eq!(runs(text, json!({})), "house{name owner{name id} id}");
    let other = "{ a: house(id: 1) { id } b: house(id: 2) { id } }";
    assert_eq!(runs(other, json!({})), "a:house(id:1){id} b:house(id:2){id}");
}

#[test]
fn conditions_are_decided_before_anything_runs() {
    let text = "query($yes: Boolean!, $no: Boolean = false) { hello @include(if: $yes) a: hello @skip(if: $yes) \
                ... @include(if: $no) { b: hello } ...f @skip(if: $no) c: hello @include(if: false) } \
                fragment f on Query { d: hello }";
    assert_eq!(runs(text, json!({ "yes": true })), "hello d:hello");
    assert_eq!(runs(text, json!({ "yes": false, "no": true })), "a:hello b:hello");
}

#[test]
fn a_condition_is_never_null() {
    let text = "query($yes: Boolean = true) { hello @include(if: $yes) }";
    assert_eq!(runs(text, json!({})), "hello");
    let refused = planned(text, json!({ "yes": null })).unwrap_err();
    assert_eq!(
        refused,
        "Variable \"$yes\" can't be null: @skip or @include asks for it."
    );
}

#[test]
fn plans_are_kept_by_their_conditions() {
    let schema = schema();
    let limits = Limits::default();
    let text = "query($yes: Boolean!, $id: ID) { house(id: $id) { id name @include(if: $yes) } }";
    let document = read(&schema, text).unwrap();
    let operation = document.operation(None).unwrap();
    let plan = |variables: Json| {
        let variables =
            variables::coerce(&schema, operation, variables.as_object().unwrap().clone()).unwrap();
        let plan = Plan::of(&schema, operation, &variables, &limits).unwrap();
        let runs = plan.document(operation, &variables);
        let (_, runs) = runs.operations.iter().next().unwrap();
        (Arc::as_ptr(&plan), written(&runs.node.selection_set.node))
    };
    let (first, with) = plan(json!({ "yes": true, "id": 1 }));
    let (second, without_id) = plan(json!({ "yes": true }));
    let (other, without_name) = plan(json!({ "yes": false, "id": 1 }));
    assert!(first == second && first != other);
    assert_eq!(with, "house(id:$id){id name}");
    assert_eq!(without_id, "house{id name}", "what nobody sent isn't there");
    assert_eq!(without_name, "house(id:$id){id}");
}

#[test]
fn an_object_is_asked_by_its_type() {
    let text = "{ record { name ... on House { id near { id } } ... on Person { born name } ... on Record { id } } }";
    assert_eq!(
        runs(text, json!({})),
        "record{name id %kind:__typename ...House{near{id}} ...Person{born}}"
    );
    // Where each type is asked alike nobody needs to say what it is.
    let alike = "{ record { ... on Record { id } name } found { ... on Record { id } } }";
    assert_eq!(
        runs(
            "{ found { __typename ... on Person { born } ... on House { tags } } }",
            json!({})
        ),
        "found{__typename %kind:__typename ...House{tags} ...Person{born}}"
    );
    assert_eq!(runs(alike, json!({})), "record{id name} found{...Record{id}}");
}
