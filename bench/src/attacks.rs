//! Requests made to hurt: each is small, and would cost time, memory or the stack if it were taken as it is.

use std::fmt::Write as _;

/// One of them.
#[derive(Debug, Clone)]
pub struct Attack {
    /// What it tries.
    pub name: &'static str,
    /// The body, as it goes over HTTP and, in `subscribe`, over WebSocket. Text: building it as a value would take what
    /// the server is meant to be spared.
    pub body: String,
}

impl Attack {
    fn document(name: &'static str, query: &str) -> Self {
        Self::with(name, query, "{}")
    }

    fn with(name: &'static str, query: &str, variables: &str) -> Self {
        let query = serde_json::Value::from(query);
        Self {
            name,
            body: format!(r#"{{"query":{query},"variables":{variables}}}"#),
        }
    }
}

/// Whether the answer is a refusal that blames the request.
#[must_use]
pub fn is_refused(answer: &serde_json::Value) -> bool {
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    let ours = errors
        .iter()
        .any(|error| error["extensions"]["code"] == "INTERNAL");
    let payloads = answer["data"]
        .as_object()
        .into_iter()
        .flat_map(|data| data.values());
    let mistakes = payloads.filter_map(|payload| payload["userErrors"].as_array());
    !ours && (!errors.is_empty() || mistakes.into_iter().any(|mistakes| !mistakes.is_empty()))
}

fn list(value: &str, times: usize) -> String {
    format!("[{}]", vec![value; times].join(","))
}

fn nested(open: &str, close: &str, times: usize) -> String {
    format!("{}1{}", open.repeat(times), close.repeat(times))
}

/// All of them, for whoever is signed in as a client.
#[must_use]
pub fn all() -> Vec<Attack> {
    [documents(), literals(), variables(), lists()].concat()
}

/// Documents that are more than they look.
fn documents() -> Vec<Attack> {
    let mut doubling = String::from("query { ...f0 }");
    let mut widening = String::from("query { ...g0 }");
    for level in 0..30 {
        let _ = write!(
            doubling,
            " fragment f{level} on Query {{ ...f{0} ...f{0} }}",
            level + 1
        );
        let next = format!(" ...g{}", level + 1).repeat(10);
        let _ = write!(widening, " fragment g{level} on Query {{{next} }}");
    }
    doubling.push_str(" fragment f30 on Query { __typename }");
    widening.push_str(" fragment g30 on Query { __typename }");
    let mut chain = String::from("query { ...f0 }");
    for level in 0..400 {
        let _ = write!(chain, " fragment f{level} on Query {{ ...f{} }}", level + 1);
    }
    chain.push_str(" fragment f400 on Query { __typename }");
    let mut aliases = String::from("{");
    for number in 0..5_000 {
        let _ = write!(aliases, " a{number}: __typename");
    }
    aliases.push('}');
    let aliases_of = |field: &str, count: usize| -> String {
        let fields = (0..count).map(|number| format!("a{number}: {field} "));
        fields.collect()
    };
    let (htmls, urls) = (aliases_of("contentHtml", 8), aliases_of("url", 59));
    let (mut variables, mut passwords) = (String::new(), String::new());
    for number in 0..700 {
        let _ = write!(variables, "$v{number}: Int! ");
    }
    for number in 0..50 {
        let _ = write!(
            passwords,
            "a{number}: login(input: {{ email: \"a{number}@example.ne\", password: \"soleil\" }}) {{ userErrors {{ code }} }} "
        );
    }
    let introspection = format!(
        "{{ __schema {{ types {{ {} name {} }} }} }}",
        "fields { type { ofType { fields { type { ".repeat(6),
        "} } } } }".repeat(6)
    );
    vec![
        Attack::document("fragment bomb, doubling", &doubling),
        Attack::document("fragment bomb, ten wide", &widening),
        Attack::document("a chain of 400 fragments", &chain),
        Attack::document(
            "fragment cycle",
            "query { ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
        ),
        Attack::document("5,000 aliases", &aliases),
        Attack::document(
            "5,000 directives on a field",
            &format!("{{ __typename {} }}", "@include(if: true) ".repeat(5_000)),
        ),
        Attack::document(
            "5,000 directives on the operation",
            &format!("query {} {{ __typename }}", "@skip(if: false) ".repeat(5_000)),
        ),
        Attack::document(
            "3,000 levels deep",
            &format!(
                "{}{{ __typename }}{}",
                "{ viewer ".repeat(3_000),
                "}".repeat(3_000)
            ),
        ),
        Attack::document(
            "lists of lists",
            "{ viewer { projects(first: 100) { nodes { updates(first: 100) { nodes { project { updates(first: 100) { \
             nodes { project { updates(first: 100) { nodes { title } } } } } } } } } } } }",
        ),
        Attack::document(
            "a page of two thousand million",
            "{ viewer { projects(first: 2000000000) { nodes { name } } } }",
        ),
        Attack::document("introspection of introspection", &introspection),
        Attack::document(
            "3,900 unknown fields",
            &format!("{{ {} }}", "unknown ".repeat(3_900)),
        ),
        Attack::document(
            "500 directives on a variable",
            &format!(
                "query($v: Int {}) {{ __typename }}",
                "@skip(if: true) ".repeat(500)
            ),
        ),
        Attack::document(
            "700 variables, none of them sent",
            &format!("query({}) {{ __typename }}", variables),
        ),
        Attack::document(
            "100 articles as HTML, eight times",
            &format!("{{ blogPosts(first: 100) {{ nodes {{ {htmls} content }} }} }}"),
        ),
        Attack::document(
            "each file of each picture of each item",
            &format!(
                "{{ portfolio(first: 100) {{ nodes {{ gallery {{ image {{ renditions {{ {urls} }} }} }} }} }} }}"
            ),
        ),
        Attack::document("50 passwords", &format!("mutation {{ {passwords} }}")),
    ]
}

/// Values written into the document.
fn literals() -> Vec<Attack> {
    let filter = |value: &str| format!("{{ viewer {{ projects(filter: {value}) {{ nodes {{ id }} }} }} }}");
    vec![
        Attack::document("lists in a list, 5,000 deep", &filter(&nested("[", "]", 5_000))),
        Attack::document(
            "objects in an object, 5,000 deep",
            &filter(&nested("{a:", "}", 5_000)),
        ),
        Attack::document(
            "a type of lists, 5,000 deep",
            &format!(
                "query($a: {}Int{}) {{ portfolio(first: $a) {{ totalCount }} }}",
                "[".repeat(5_000),
                "]".repeat(5_000)
            ),
        ),
        Attack::document(
            "a default named 700 times",
            &format!(
                "query($a: [Int] = {}) {{ portfolio(first: {}) {{ totalCount }} }}",
                list("0", 2_000),
                list("$a", 700)
            ),
        ),
    ]
}

/// Variables, and how often they are named.
fn variables() -> Vec<Attack> {
    let first = |references: usize| {
        format!(
            "query($a: [Int]) {{ portfolio(first: {}) {{ nodes {{ slug }} }} }}",
            list("$a", references)
        )
    };
    let zeros = |count: usize| format!(r#"{{"a":{}}}"#, list("0", count));
    let spread = format!(
        "query($a: [Int]) {{ {} }} fragment f on Query {{ portfolio(first: {}) {{ totalCount }} }}",
        "...f ".repeat(50),
        list("$a", 20)
    );
    let directive = format!(
        "query($a: [Boolean]) {{ __typename {} }}",
        format!("@include(if: {}) ", list("$a", 30)).repeat(30)
    );
    let text = format!(
        "query($a: String) {{ {} }}",
        (0..50)
            .map(|number| format!("a{number}: portfolio(filter: {{ city: $a }}) {{ totalCount }} "))
            .collect::<String>()
    );
    let wide = |value: &str, times: usize| format!(r#"{{"a":{}}}"#, list(value, times));
    vec![
        Attack::with("40,000 zeros named 400 times", &first(400), &zeros(40_000)),
        Attack::with("9,000 zeros named 400 times", &first(400), &zeros(9_000)),
        Attack::with(
            "9,000 zeros in a fragment spread 50 times",
            &spread,
            &zeros(9_000),
        ),
        Attack::with("9,000 zeros in 30 directives", &directive, &zeros(9_000)),
        Attack::with(
            "a text of 60,000 letters named 50 times",
            &text,
            &format!(r#"{{"a":"{}"}}"#, "a".repeat(60_000)),
        ),
        Attack::with("80,000 empty lists", &first(1), &wide("[]", 80_000)),
        Attack::with("40,000 empty names", &first(1), &wide(r#"{"":0}"#, 30_000)),
        Attack::with(
            "variables of lists, 100,000 deep",
            &first(1),
            &format!(r#"{{"a":{}}}"#, nested("[", "]", 100_000)),
        ),
        Attack::with(
            "variables of objects, 30,000 deep",
            &first(1),
            &format!(r#"{{"a":{}}}"#, nested(r#"{"a":"#, "}", 30_000)),
        ),
        Attack {
            name: "a member that nobody knows, 100,000 deep",
            body: format!(
                r#"{{"query":"{{__typename}}","unknown":{}}}"#,
                nested("[", "]", 100_000)
            ),
        },
    ]
}

/// Lists and texts that become a statement.
fn lists() -> Vec<Attack> {
    let statuses =
        "query($s: [InvoiceStatus!]) { viewer { invoices(filter: { status: $s }) { totalCount } } }";
    let paid = |count: usize| format!(r#"{{"s":{}}}"#, list(r#""PAID""#, count));
    let words = "query($s: String) { viewer { projects(filter: { search: $s }) { totalCount } } }";
    vec![
        Attack::with("30,000 statuses", statuses, &paid(30_000)),
        Attack::with("3,000 statuses", statuses, &paid(3_000)),
        Attack::with("900 statuses", statuses, &paid(900)),
        Attack::with(
            "3,000 words to search for",
            words,
            &format!(r#"{{"s":"{}"}}"#, "mot ".repeat(3_000)),
        ),
        Attack::with(
            "a city of 200,000 letters",
            "query($s: String) { portfolio(filter: { city: $s }) { totalCount } }",
            &format!(r#"{{"s":"{}"}}"#, "é_".repeat(60_000)),
        ),
        Attack::with(
            "5,000 sessions to keep",
            "mutation($s: [ID!]) { revokeOtherSessions(input: { keep: $s }) { userErrors { code field message } } }",
            &format!(
                r#"{{"s":{}}}"#,
                list(r#""ses_01h2xcejqtf2nbrexx3vqjhp41""#, 5_000)
            ),
        ),
        Attack::with(
            "5,000 entries to mark",
            "mutation($s: [ID!]) { markNotificationsRead(input: { ids: $s }) { userErrors { code field message } } }",
            &format!(
                r#"{{"s":{}}}"#,
                list(r#""ntf_01h2xcejqtf2nbrexx3vqjhp41""#, 5_000)
            ),
        ),
    ]
}
