use std::fmt::Write;

use super::*;

fn judge(text: &str) -> Result<Measured, Refusal> {
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
        assert!(judge(&text).is_err(), "{text}");
    }
    // Not reachable from the operation, but validation would walk it.
    let text = bomb(30, "...f$ ...f$", "__typename").replace("query{...f0}", "query{__typename}");
    assert!(judge(&text).is_err());
}

#[test]
fn refuses_cycles() {
    assert!(
        judge("{...a} fragment a on Query{...b} fragment b on Query{...a}")
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
    assert!(judge(&aliases).is_err());
    let directives = format!("{{__typename {}}}", "@skip(if:false)".repeat(200));
    assert!(judge(&directives).is_err());
    let deep = format!("{{{}id{}}}", "a{".repeat(39), "}".repeat(39));
    assert!(judge(&deep).is_err());
    let deeper = format!("{{{}", "a{".repeat(100_000));
    assert!(count_tokens(&deeper, &Limits::default()).is_err());
    let lists =
        "{projects(first:100){nodes{updates(first:100){nodes{project{updates(first:100){nodes{id}}}}}}}}";
    assert!(judge(lists).is_err());
    let roots = format!("{{{}}}", "viewer{id} ".repeat(25));
    assert!(judge(&roots).is_err());
}

#[test]
fn admits_what_clients_ask() {
    let query =
        "query($n:Int){viewer{projects(first:$n){nodes{name updates(first:5){nodes{title images{url}}}}}}}";
    let measured = judge(query).unwrap();
    assert_eq!(measured.operation, Some(OperationType::Query));
    assert!(!measured.introspects && measured.cost > 200, "{measured:?}");
    assert!(
        judge("{...s} fragment s on Query{__schema{types{name}}}")
            .unwrap()
            .introspects
    );
}

#[test]
fn a_variable_s_default_counts_like_the_number_itself() {
    let lists = "query($n:Int=100){projects(first:$n){nodes{updates(first:$n){nodes{project{updates(first:$n){nodes{id}}}}}}}}";
    assert!(judge(lists).is_err());
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
