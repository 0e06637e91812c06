//! Answers in the form of the specification.

use super::*;

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
            json!({ "found": [null, { "%kind": "House", "id": "1" }] }),
            &["found.0.id"]
        ),
        json!({ "found": [null, { "id": "1" }] })
    );
    assert_eq!(
        completed("{ house { id } }", json!(null), &["house"]),
        json!({ "house": null })
    );
    assert_eq!(
        completed("{ hello @skip(if: true) }", json!({ "%kind": "Query" }), &[]),
        json!({})
    );
    // Nothing is asked of an object: null is still not the same as an object.
    let nothing = "{ house { id @skip(if: true) } houses { ... @skip(if: true) { totalCount } } }";
    assert_eq!(
        runs(nothing, json!({})),
        "house{%kind:__typename} houses{%kind:__typename}"
    );
    assert_eq!(
        completed(
            nothing,
            json!({ "house": null, "houses": { "%kind": "Page" } }),
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
        { "kind": "House", "name": "n", "%kind": "House" },
        { "name": "p", "%kind": "Person", "kind": "Person", "born": "b" },
        null
    ], "again": "a" }"#;
    assert_eq!(
        ordered(text, data),
        r#"{"found":[{"name":"n","kind":"House"},{"born":"b","name":"p","kind":"Person"},null],"again":"a","hello":"h"}"#
    );
}
