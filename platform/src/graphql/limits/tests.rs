use super::*;

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
