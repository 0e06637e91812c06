//! Mistakes in documents and variables, each with its place.

use super::*;

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
    let document = read(&schema, &text).map_err(|refused| format!("{refused:?}"))?;
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
        ("{ hello...on Query }", "GRAPHQL_PARSE_FAILED"),
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
        "{hello...F}fragment F on Query{hello...on Query{hello}}",
        "{house{id...on House{name}}}",
        "{hello...{hello}}",
        "fragment F on Query{hello} {...F...F@include(if:true)...F}",
        "fragment F on Query{hello}query{...F}",
        "{houses(first:1){nodes{id...on House{tags}}}}",
    ] {
        assert!(compiled(valid).is_ok(), "{valid}: {:?}", compiled(valid));
    }
}

/// 5.8.5: wherever a variable stands, inside lists and objects too.
#[test]
fn variables_fit_where_they_stand() {
    let houses = |argument: &str| format!("houses({argument}) {{ totalCount }}");
    for (declared, asked) in [
        ("[Status]", houses("filter: { status: $v }")),
        ("Status!", houses("filter: { status: $v }")),
        ("Status", houses("filter: { status: [$v] }")),
        ("Status", houses("filter: { inner: { status: [SENT, $v] } }")),
        ("[String]", houses("filter: { text: $v }")),
        ("Int", houses("filter: { text: $v }")),
        ("[Filter]", houses("filter: { inner: $v }")),
        ("Boolean = null", "hello @skip(if: $v)".to_owned()),
        ("Boolean", "hello @skip(if: $v)".to_owned()),
    ] {
        let refused = compiled(&format!("query($v: {declared}) {{ {asked} }}"));
        let Err(Refused::Invalid(errors)) = refused else {
            panic!("{declared} in {asked}: {refused:?}");
        };
        assert!(
            errors[0].message.contains("$v"),
            "{declared} in {asked}: {errors:?}"
        );
    }
    for (declared, asked) in [
        ("[Status!]", houses("filter: { status: $v }")),
        ("[Status!]!", houses("filter: { inner: { status: $v } }")),
        ("Status!", houses("filter: { status: [$v, DRAFT] }")),
        ("Status = SENT", houses("filter: { status: [$v] }")),
        ("Filter!", houses("filter: { inner: $v }")),
        // The field has a default of its own.
        ("Int", houses("filter: { must: $v }")),
        ("String = null", houses("filter: { text: $v }")),
        ("Boolean = true", "hello @skip(if: $v)".to_owned()),
    ] {
        let text = format!("query($v: {declared}) {{ {asked} }}");
        assert!(compiled(&text).is_ok(), "{text}: {:?}", compiled(&text));
    }
    // Each operation has variables of its own, and the fragment is judged with each.
    let shared = "query A($v: Status!) { ...F } query B($v: Status) { ...F } \
                  fragment F on Query { houses(filter: { status: [$v] }) { totalCount } }";
    assert!(compiled(shared).is_err());
}
