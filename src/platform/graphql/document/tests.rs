use std::fmt::Write as _;

use async_graphql::{PathSegment, Pos, Response};
use serde_json::{Map, Value as Json, json};

use super::*;
use crate::platform::graphql::limits::{Limits, Refusal};

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
        .with_scalar::<crate::platform::graphql::values::Date>("Day")
}

fn compiled(text: &str) -> Result<Document, Refused> {
    compile::document(&schema(), text, &Limits::default())
}

/// A plan, with what async-graphql is given, as text.
fn planned(text: &str, variables: Json) -> Result<(Arc<Plan>, String), String> {
    let schema = schema();
    let limits = Limits::default();
    let document = compile::document(&schema, text, &limits).map_err(|refused| format!("{refused:?}"))?;
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
    let document = compile::document(&schema, text, &limits).unwrap();
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
        "record{name id __kind:__typename ...House{near{id}} ...Person{born}}"
    );
    // Where each type is asked alike nobody needs to say what it is.
    let alike = "{ record { ... on Record { id } name } found { ... on Record { id } } }";
    assert_eq!(
        runs(
            "{ found { __typename ... on Person { born } ... on House { tags } } }",
            json!({})
        ),
        "found{__typename __kind:__typename ...House{tags} ...Person{born}}"
    );
    assert_eq!(runs(alike, json!({})), "record{id name} found{...Record{id}}");
}

/// What graphql-js answers for resolvers that give these values and errors.
fn completed(text: &str, data: Json, errors: &[&str]) -> Json {
    let (plan, _) = planned(text, json!({})).unwrap();
    let mut response = Response::new(async_graphql::Value::from_json(data).unwrap());
    response.errors = errors
        .iter()
        .map(|path| {
            let mut error = ServerError::new("refused", Some(Pos::default()));
            error.path = path
                .split('.')
                .map(|step| {
                    step.parse()
                        .map_or_else(|_| PathSegment::Field(step.to_owned()), PathSegment::Index)
                })
                .collect();
            error
        })
        .collect();
    plan.complete(&mut response);
    serde_json::to_value(&response.data).unwrap()
}

#[test]
fn a_failed_field_is_null_or_its_nearest_parent_is_that_may_be() {
    let text = "{ house { name owner { name } rooms { id } } }";
    let fails = |data: Json, errors: &[&str]| completed(text, data, errors).to_string();
    assert_eq!(
        fails(
            json!({ "house": { "rooms": [], "owner": {"name": "A"} } }),
            &["house.name"]
        ),
        r#"{"house":{"name":null,"owner":{"name":"A"},"rooms":[]}}"#
    );
    assert_eq!(
        fails(json!({ "house": { "name": "N", "rooms": [] } }), &["house.owner"]),
        r#"{"house":null}"#
    );
    assert_eq!(
        fails(
            json!({ "house": { "name": "N", "owner": null, "rooms": [{ "id": 1 }, null] } }),
            &["house.owner.name", "house.rooms.1.id"]
        ),
        r#"{"house":null}"#,
        "an item that may not be null takes its list with it"
    );
    // All that was asked of the owner failed, and all of it may be null.
    assert_eq!(
        fails(
            json!({ "house": { "name": "N", "owner": null, "rooms": [] } }),
            &["house.owner.name"]
        ),
        r#"{"house":{"name":"N","owner":{"name":null},"rooms":[]}}"#
    );
    assert_eq!(
        completed(
            "{ hello house { id } }",
            json!({ "house": { "id": "1" } }),
            &["hello"]
        ),
        Json::Null
    );
    assert_eq!(
        completed(
            "{ found { ... on House { id } } }",
            json!({ "found": [null, { "__kind": "House", "id": "1" }] }),
            &["found.0.id"]
        ),
        json!({ "found": [null, { "id": "1" }] })
    );
    assert_eq!(
        completed("{ house { id } }", json!(null), &["house"]),
        json!({ "house": null })
    );
    assert_eq!(
        completed("{ hello @skip(if: true) }", json!({ "__kind": "Query" }), &[]),
        json!({})
    );
    // Nothing is asked of an object: null is still not the same as an object.
    let nothing = "{ house { id @skip(if: true) } houses { ... @skip(if: true) { totalCount } } }";
    assert_eq!(
        runs(nothing, json!({})),
        "house{__kind:__typename} houses{__kind:__typename}"
    );
    assert_eq!(
        completed(
            nothing,
            json!({ "house": null, "houses": { "__kind": "Page" } }),
            &[]
        ),
        json!({ "house": null, "houses": {} })
    );
    assert_eq!(
        completed(nothing, json!({ "house": null }), &["houses"]),
        Json::Null
    );
}

#[test]
fn a_null_that_nobody_accounts_for_is_ours() {
    let (plan, _) = planned("{ hello }", json!({})).unwrap();
    let mut response = Response::new(async_graphql::Value::from_json(json!({ "hello": null })).unwrap());
    plan.complete(&mut response);
    assert_eq!(response.data, Value::Null);
    assert_eq!(response.errors.len(), 1);
    assert!(!response.errors[0].path.is_empty());
}

fn ordered(text: &str, data: &str) -> String {
    let (plan, _) = planned(text, json!({})).unwrap();
    let mut response = Response::new(serde_json::from_str::<async_graphql::Value>(data).unwrap());
    plan.complete(&mut response);
    serde_json::to_string(&response.data).unwrap()
}

#[test]
fn fields_come_as_they_were_asked_for() {
    let text =
        "{ found { ... on Person { born name } ... on House { name } kind: __typename } again: hello hello }";
    let data = r#"{ "hello": "h", "found": [
        { "kind": "House", "name": "n", "__kind": "House" },
        { "name": "p", "__kind": "Person", "kind": "Person", "born": "b" },
        null
    ], "again": "a" }"#;
    assert_eq!(
        ordered(text, data),
        r#"{"found":[{"name":"n","kind":"House"},{"born":"b","name":"p","kind":"Person"},null],"again":"a","hello":"h"}"#
    );
}

fn bomb(levels: usize, fan: &str, leaf: &str) -> String {
    let mut text = "query{...f0}".to_owned();
    for level in 0..levels {
        let next = fan.replace('$', &(level + 1).to_string());
        write!(text, " fragment f{level} on Query{{{next}}}").unwrap();
    }
    write!(text, " fragment f{levels} on Query{{{leaf}}}").unwrap();
    text
}

fn refusal(text: &str) -> String {
    planned(text, json!({})).unwrap_err()
}

#[test]
fn what_is_too_much_is_refused() {
    assert!(planned(&bomb(25, "...f$", "hello"), json!({})).is_ok());
    assert!(refusal(&bomb(400, "...f$", "hello")).contains("nested"));
    assert_eq!(
        refusal(&bomb(20, "...f$ ...f$", "hello")),
        "The request has a cost of at least 20001, more than the 20000 allowed: ask for less at once."
    );
    assert!(refusal(&bomb(20, "a:house{id} ...f$ ...f$ ...f$", "hello")).contains("20001"));
    let deep = format!(
        "{{house{}{{id}}{}}}",
        "{near{...on House".repeat(12),
        "}}".repeat(12)
    );
    let deeper = format!("{{house{}{{id}}{}}}", "{owner{house".repeat(11), "}}".repeat(11));
    assert!(planned(&deep, json!({})).is_ok());
    assert!(refusal(&deeper).contains("a depth of"));
    let roots: String = (0..25).map(|number| format!("a{number}: hello ")).collect();
    assert!(refusal(&format!("{{{roots}}}")).contains("root fields: 25"));
    let pages =
        "{ houses(first: 100) { nodes { rooms { id name near { id ... on House { rooms { id } } } } } } }";
    assert!(planned(pages, json!({})).is_ok());
    let aliases: String = (0..80).map(|number| format!("a{number}: hello ")).collect();
    assert!(refusal(&format!("{{ ... @include(if: true) {{{aliases}}} }}")).contains("aliases"));
    let directives = format!("{{ {} }}", "... @include(if: true) { hello } ".repeat(61));
    assert!(refusal(&directives).contains("directives"));
}

#[test]
fn a_fragment_that_spreads_itself_is_named() {
    for _ in 0..20 {
        let refused = refusal(
            "{...z} fragment b on Query{...c hello} fragment c on Query{...b} fragment z on Query{...b ...y} \
             fragment y on Query{hello}",
        );
        assert!(
            refused.contains(r#"\"b\" spreads itself"#),
            "always the same: {refused}"
        );
    }
}

#[test]
fn pages_multiply_the_cost_and_copies_of_variables() {
    let cost = |text: &str, variables: Json| {
        let schema = schema();
        let document = compile::document(&schema, text, &Limits::default()).unwrap();
        let operation = document.operation(None).unwrap();
        let variables =
            variables::coerce(&schema, operation, variables.as_object().unwrap().clone()).unwrap();
        let plan = Plan::of(&schema, operation, &variables, &Limits::default()).unwrap();
        plan.check_cost(&variables, &Limits::default())
    };
    let page = "query($n: Int = 7) { houses(first: $n) { nodes { id name } totalCount } }";
    assert_eq!(cost(page, json!({})), Ok(1 + 7 * 4));
    assert_eq!(cost(page, json!({ "n": 50 })), Ok(1 + 50 * 4));
    assert_eq!(
        cost(page, json!({ "n": 2_000_000 })),
        Ok(1 + 100 * 4),
        "no page is larger"
    );
    let named = format!(
        "query($t: String) {{ {} }}",
        (0..15)
            .map(|number| format!("a{number}: houses(filter: {{ text: $t }}) {{ totalCount }} "))
            .collect::<String>()
    );
    assert!(cost(&named, json!({ "t": "a".repeat(100_000) })).is_ok());
    let refused = cost(&named, json!({ "t": "a".repeat(150_000) })).unwrap_err();
    assert!(
        refused.to_string().contains("each place that names it"),
        "{refused}"
    );
    let Refusal::TooMuch { found, .. } = refused;
    assert!(found > 15 * 150_000, "{found}");
}

fn coerced(declared: &str, value: Json) -> Result<Json, String> {
    let schema = schema();
    let field = if declared.starts_with("Filter") {
        "filter: $v"
    } else {
        "first: 1"
    };
    let use_of = if declared.starts_with("Filter") {
        format!("houses({field}) {{ totalCount }}")
    } else if declared.starts_with("Int") {
        "houses(first: $v) { totalCount }".to_owned()
    } else if declared.starts_with("ID") {
        "house(id: $v) { id }".to_owned()
    } else {
        "found(text: $v) { __typename }".to_owned()
    };
    let text = format!("query($v: {declared}) {{ {use_of} }}");
    let document =
        compile::document(&schema, &text, &Limits::default()).map_err(|refused| format!("{refused:?}"))?;
    let operation = document.operation(None).unwrap();
    let mut sent = Map::new();
    sent.insert("v".to_owned(), value);
    let variables =
        variables::coerce(&schema, operation, sent).map_err(|errors| errors[0].message.clone())?;
    Ok(serde_json::to_value(&variables).unwrap()["v"].take())
}

#[test]
fn variables_are_read_by_their_types() {
    assert_eq!(coerced("Int", json!(3)), Ok(json!(3)));
    assert_eq!(coerced("Int", json!(3.0)), Ok(json!(3)));
    assert_eq!(coerced("ID", json!(12)), Ok(json!("12")));
    assert_eq!(
        coerced("Filter", json!({ "status": "SENT", "from": "2026-05-01" })),
        Ok(json!({ "status": ["SENT"], "from": "2026-05-01", "text": "any", "must": 3 })),
        "a value is a list of one, and defaults are there"
    );
    for (declared, value, told) in [
        (
            "Int",
            json!(3_000_000_000_u64),
            "Variable \"$v\" must be a whole number of at most 32 bits (Int), not 3000000000.",
        ),
        ("Int!", json!(null), "Variable \"$v\" can't be null."),
        (
            "String",
            json!(3),
            "Variable \"$v\" must be a text (String), not 3.",
        ),
        ("ID", json!(1.5), "Variable \"$v\" must be an id (ID), not 1.5."),
        (
            "Filter",
            json!({ "inner": { "status": ["SENT", "LOST"] } }),
            "Variable \"$v.inner.status.1\" must be one of the values of Status, not \"LOST\".",
        ),
        (
            "Filter",
            json!({ "from": "1 May" }),
            "Variable \"$v.from\" is no Day: ",
        ),
        (
            "Filter",
            json!({ "ink": 1 }),
            "Variable \"$v.ink\" is no field of Filter.",
        ),
        (
            "Filter",
            json!([1]),
            "Variable \"$v\" must be an object (Filter), not a list.",
        ),
        (
            "Filter",
            json!({ "must": null }),
            "Variable \"$v.must\" can't be null.",
        ),
    ] {
        let refused = coerced(declared, value).unwrap_err();
        assert!(refused.starts_with(told), "{refused}");
    }
    let long = coerced("Filter", json!({ "status": "X".repeat(240_000) })).unwrap_err();
    assert!(long.len() < 300, "{} bytes", long.len());
}

#[test]
fn mistakes_in_the_document_are_told_with_their_places() {
    let told = |text: &str| match compiled(text) {
        Err(Refused::Invalid(errors)) => errors,
        other => panic!("{text}: {other:?}"),
    };
    let errors = told("{\n  houses(filter: { inner: { from: \"1 May\" } }) { totalCount }\n}");
    assert!(
        errors[0]
            .message
            .starts_with("Query.houses(filter:).inner.from: "),
        "{errors:?}"
    );
    assert_eq!(errors[0].locations, [Pos { line: 2, column: 10 }]);
    let many: String = (0..900).map(|number| format!("unknown{number} ")).collect();
    assert_eq!(
        told(&format!("{{ {many} }}")).len(),
        10,
        "the first ones are enough"
    );
    let long = told(&format!(
        "{{ houses(filter: {{ status: {} }}) {{ totalCount }} }}",
        "X".repeat(200_000)
    ));
    assert!(long[0].message.len() < 2_000);
    for (text, code) in [
        ("{ house { id }", "GRAPHQL_PARSE_FAILED"),
        (
            "query($v: Int!) { house(id: $v) { id } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "query($v: [ID]) { house(id: $v) { id } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("{ hello @unknown }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ hello @skip }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "{ hello @skip(if: true) @skip(if: false) }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "{ houses(filter: { status: \"SENT\" }) { totalCount } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "{ houses(first: 3000000000) { totalCount } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "{ houses(filter: { number: 1, number: 2 }) { totalCount } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "{ found { ... on House { v: name } ... on Person { v: house { id } } } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ house(id id: 1) { id } }", "GRAPHQL_PARSE_FAILED"),
        (
            "subscription { records { id } other: records { id } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("{ house }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let code = Some(&async_graphql::Value::from(code));
        let found = told(text);
        assert_eq!(
            found[0].extensions.as_ref().unwrap().get("code"),
            code,
            "{text}: {found:?}"
        );
    }
    for valid in [
        r#"{ found(text: "\u{1F600} é") { __typename } }"#,
        "# query\nquery { hello }",
        r#"query { found(text: """a "block" \""" """) { __typename } } # to the end"#,
        "query A { hello } query B($v: ID = -1) { house(id: $v) { id } }",
        "subscription { records { id } records { name } ...f } fragment f on Subscription { records { id } }",
    ] {
        assert!(compiled(valid).is_ok(), "{valid}: {:?}", compiled(valid));
    }
}

/// As long as our limits allow: each must be judged in an instant, and on the stack of a worker.
#[test]
fn the_worst_that_is_admitted_is_judged_in_an_instant() {
    let nested =
        |open: &str, close: &str| format!("{{house(id:{}1{}){{id}}}}", open.repeat(37), close.repeat(37));
    let doubled = bomb(30, "...f$ ...f$", "hello");
    let wide = format!("{{{}}}", "house{id name} ".repeat(700));
    let unknown = format!("{{{}}}", "unknown ".repeat(3_900));
    let merged = format!("{{{}}}", "house{near{id ...on House{near{id}}}} ".repeat(200));
    for text in [
        nested("[", "]"),
        nested("{a:", "}"),
        bomb(400, "...f$", "hello"),
        format!("query($v:{}Int{}){{hello}}", "[".repeat(38), "]".repeat(38)),
        doubled.clone(),
        doubled.replace("query{...f0}", "query{hello}"),
        bomb(24, "...f$ ...f$ ...f$ ...f$ ...f$ ...f$ ...f$ ...f$", "house{id}"),
        wide,
        unknown,
        merged,
    ] {
        let started = std::time::Instant::now();
        let _ = planned(&text, json!({}));
        assert!(
            started.elapsed().as_millis() < 1_000,
            "{:?}: {}",
            started.elapsed(),
            &text[..80]
        );
    }
}
