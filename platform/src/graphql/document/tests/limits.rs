//! What is too much, and how long it takes to say so.

use super::*;

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
        "The request has selections of at least 20001, more than the 20000 allowed: ask for less at once."
    );
    assert!(refusal(&bomb(20, "a:house{id} ...f$ ...f$ ...f$", "hello")).contains("20001"));
    let deep = format!(
        "{{house{}{{id}}{}}}",
        "{near{...on House".repeat(12),
        "}}".repeat(12)
    );
    let deeper = format!("{{house{}{{id}}{}}}", "{owner{house".repeat(11), "}}".repeat(11));
    assert!(planned(&deep, json!({})).is_ok());
    assert!(
        refusal(&deeper)
            .contains("a depth of 21, more than the 20 allowed, most of it at house.owner.house.owner.")
    );
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
        let document = read(&schema, text).unwrap();
        let operation = document.operation(None).unwrap();
        let variables =
            variables::coerce(&schema, operation, variables.as_object().unwrap().clone()).unwrap();
        let plan = Plan::of(&schema, operation, &variables, &Limits::default()).unwrap();
        plan.check_cost(&variables, &Limits::default())
            .map(|cost| cost.fields)
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
    let dear = "{ hello few: houses(first: 2) { nodes { id } } \
                many: houses(first: 100) { totalCount nodes { name a: rooms { near { ... on House { rooms { near { id } } } } } } } }";
    let refused = cost_within(dear, 500).unwrap_err().to_string();
    assert!(
        refused.contains(", most of it at many.nodes.a.near.rooms.near"),
        "{refused}"
    );
    let long = format!(
        "{{ {}: houses(first: 100) {{ nodes {{ id name }} }} }}",
        "a".repeat(5_000)
    );
    let refused = cost_within(&long, 10).unwrap_err().to_string();
    assert!(refused.len() < 400, "{refused}");
}

fn cost_within(text: &str, most: u64) -> Result<Cost, Refusal> {
    let schema = schema();
    let document = read(&schema, text).unwrap();
    let operation = document.operation(None).unwrap();
    let plan = Plan::of(
        &schema,
        operation,
        &async_graphql::Variables::default(),
        &Limits::default(),
    )
    .unwrap();
    let limits = Limits {
        cost: most,
        ..Limits::default()
    };
    plan.check_cost(&async_graphql::Variables::default(), &limits)
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
