use std::fmt::Write;

use super::*;

fn check(text: &str) -> Result<Measured, Refusal> {
    let limits = Limits::default();
    count_tokens(text, &limits)?;
    let document = async_graphql::parser::parse_query(text).unwrap();
    measure(&document, None, &Variables::default(), &limits)
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

#[test]
fn refuses_fragment_bombs_of_several_shapes() {
    for (fan, leaf) in [
        ("...f$ ...f$", "__typename"),
        ("viewer{id} ...f$ ...f$ ...f$", "__typename"),
        ("...f$ ... on Query{...f$}", "__typename"),
        ("a:node(id:1){...f$} b:node(id:2){...f$}", "id"),
    ] {
        let text = bomb(30, fan, leaf);
        assert!(check(&text).is_err(), "{text}");
    }
    // Not reachable from the operation, but validation would walk it.
    let text = bomb(30, "...f$ ...f$", "__typename").replace("query{...f0}", "query{__typename}");
    assert!(check(&text).is_err());
}

#[test]
fn refuses_cycles() {
    assert!(
        check("{...a} fragment a on Query{...b} fragment b on Query{...a}")
            .unwrap_err()
            .to_string()
            .contains("spreads itself")
    );
}

#[test]
fn refuses_floods() {
    let aliases = format!(
        "{{{}}}",
        (0..2000).map(|n| format!("a{n}:__typename ")).collect::<String>()
    );
    assert!(check(&aliases).is_err());
    let directives = format!("{{__typename {}}}", "@skip(if:false)".repeat(200));
    assert!(check(&directives).is_err());
    let deep = format!("{{{}id{}}}", "a{".repeat(39), "}".repeat(39));
    assert!(check(&deep).is_err());
    let deeper = format!("{{{}", "a{".repeat(100_000));
    assert!(count_tokens(&deeper, &Limits::default()).is_err());
    let lists =
        "{projects(first:100){nodes{updates(first:100){nodes{project{updates(first:100){nodes{id}}}}}}}}";
    assert!(check(lists).is_err());
    let roots = format!("{{{}}}", "viewer{id} ".repeat(25));
    assert!(check(&roots).is_err());
}

#[test]
fn admits_what_clients_ask() {
    let query =
        "query($n:Int){viewer{projects(first:$n){nodes{name updates(first:5){nodes{title images{url}}}}}}}";
    let measured = check(query).unwrap();
    assert_eq!(measured.operation, Some(OperationType::Query));
    assert!(!measured.introspects && measured.cost > 200, "{measured:?}");
    assert!(
        check("{...s} fragment s on Query{__schema{types{name}}}")
            .unwrap()
            .introspects
    );
}

#[test]
fn a_variable_s_default_counts_like_the_number_itself() {
    let lists = "query($n:Int=100){projects(first:$n){nodes{updates(first:$n){nodes{project{updates(first:$n){nodes{id}}}}}}}}";
    assert!(check(lists).is_err());
}

/// Whatever hides from the counter must hide from the parser too.
#[test]
fn counts_strings_and_comments_as_the_parser_does() {
    let limits = Limits {
        tokens: 9,
        ..Limits::default()
    };
    let counts = |text: &str| count_tokens(text, &limits).is_ok();
    assert!(counts("{ a(b: \"x { \\\" } y\") # comment { {\n c }"));
    assert!(!counts("{ a(b: \"\"\"block \" { \"\"\") c d }"));
    let flood = "{".repeat(50);
    for hiding_place in [
        format!("#\r{flood}"),
        format!("{{a(b:\"\"\"\\\"\"\"\" \"\"\" {flood}"),
        format!("{{a(b:\"\"\"\\\\\"\"\" \"\"\" {flood}"),
        format!("{{a(b:\"\" {flood}"),
        format!("{{a(b:\"\\\\\" {flood}"),
    ] {
        assert!(!counts(&hiding_place), "{hiding_place}");
    }
    // In a string for both of them.
    assert!(counts(&format!("{{a(b:\"\"\"\\\"\"\" {flood} \"\"\")}}")));
}

/// As long as our limits allow: each must be judged in an instant, and survive what comes after the limits.
#[test]
fn parses_the_worst_that_it_admits_within_its_stack() {
    let nested = |open: &str, close: &str| format!("{{a(b:{}1{})}}", open.repeat(37), close.repeat(37));
    let chain: String = (0..400)
        .map(|n| format!("fragment f{n} on Q{{...f{}}}", n + 1))
        .collect();
    for text in [
        nested("[", "]"),
        nested("{a:", "}"),
        format!("{}a{}", "{a".repeat(20), "}".repeat(20)),
        format!("{{...f0}}{chain} fragment f400 on Q{{id}}"),
        format!("query($v:{}Int{}){{a}}", "[".repeat(38), "]".repeat(38)),
    ] {
        let started = std::time::Instant::now();
        let _ = count_tokens(&text, &Limits::default()).map(|()| {
            async_graphql::parser::parse_query(&text)
                .map(|document| measure(&document, None, &Variables::default(), &Limits::default()))
        });
        assert!(started.elapsed().as_millis() < 500, "{text}");
    }
}

fn judge_with(text: &str, variables: serde_json::Value) -> Result<Measured, Refusal> {
    let limits = Limits::default();
    count_tokens(text, &limits)?;
    let document = async_graphql::parser::parse_query(text).unwrap();
    measure(&document, None, &Variables::from_json(variables), &limits)
}

fn references(times: usize) -> String {
    vec!["$a"; times].join(",")
}

#[test]
fn a_variable_counts_at_each_place_that_names_it() {
    let zeros = |count: usize| serde_json::json!({ "a": vec![0; count] });
    let once = "query($a:[Int]){portfolio(first:$a){totalCount}}";
    assert!(judge_with(once, zeros(9_000)).is_ok());
    let list = format!(
        "query($a:[Int]){{portfolio(first:[{}]){{totalCount}}}}",
        references(400)
    );
    let spread = format!(
        "query($a:[Int]){{{}}} fragment f on Query{{portfolio(first:[{}]){{totalCount}}}}",
        "...f ".repeat(15),
        references(10)
    );
    let objects = format!(
        "query($a:[Int]){{portfolio(filter:{{a:[{}]}}){{totalCount}}}}",
        references(400)
    );
    let directives = format!("query($a:[Int]){{id {}}}", "@include(if:$a) ".repeat(50));
    let on_operation = format!("query($a:[Int]) {} {{id}}", "@include(if:$a) ".repeat(50));
    let on_fragment = format!(
        "query($a:[Int]){{...f}} fragment f on Query {} {{id}}",
        "@include(if:$a) ".repeat(50)
    );
    let pages = "query($a:[Int]){projects(first:100){nodes{updates(first:$a){totalCount}}}}".to_owned();
    let unreached = format!(
        "query($a:[Int]){{id}} fragment f on Query{{portfolio(first:[{}]){{totalCount}}}}",
        references(400)
    );
    for text in [
        list,
        spread,
        objects,
        directives,
        on_operation,
        on_fragment,
        pages,
        unreached,
    ] {
        assert!(judge_with(&text, zeros(1)).is_ok(), "{text}");
        let refusal = judge_with(&text, zeros(9_000)).unwrap_err().to_string();
        assert!(refusal.contains("each place that names it"), "{text}: {refusal}");
    }
    let long = serde_json::json!({ "a": "a".repeat(60_000) });
    let texts = format!(
        "query($a:String){{{}}}",
        (0..50)
            .map(|n| format!("a{n}:portfolio(filter:{{search:$a}}){{totalCount}} "))
            .collect::<String>()
    );
    assert!(judge_with(&texts, long).is_err());
    let default = format!(
        "query($a:[Int]=[{}]){{portfolio(first:[{}]){{totalCount}}}}",
        vec!["0"; 2_000].join(","),
        references(700)
    );
    assert!(check(&default).is_err());
}

#[test]
fn a_chain_of_fragments_is_as_deep_as_fields_are() {
    let chain = |length: usize| bomb(length, "...f$", "__typename");
    assert!(check(&chain(30)).is_ok());
    let refusal = check(&chain(400)).unwrap_err().to_string();
    assert!(refusal.contains("nested"), "{refusal}");
}

#[test]
fn json_is_counted_before_it_is_read() {
    let counts = |text: &str| count_json(text.as_bytes(), &Limits::default()).is_ok();
    assert!(counts(
        r#"{"query":"{a(b:[[[[1]]]])}","variables":{"a":[1,2,{"b":null}]}}"#
    ));
    let text = format!(r#"{{"a":"{}"}}"#, "[{,".repeat(30_000));
    assert!(counts(&text), "what stands in a string is no value");
    let escaped = format!(r#"{{"a":"\\","b":"\"{}"}}"#, "[".repeat(50));
    assert!(counts(&escaped));
    for hiding_place in ["\"a\\\\\"", "\"\\\"\"", ""] {
        assert!(
            !counts(&format!("[{hiding_place}{}", "[".repeat(50))),
            "{hiding_place}"
        );
    }
    assert!(!counts(&format!("[{}0]", "0,".repeat(20_000))));
    assert!(!counts(&format!("[{}0]", "[],".repeat(20_000))));
    assert!(!counts(&format!("{}1{}", "{\"a\":".repeat(60), "}".repeat(60))));
}
