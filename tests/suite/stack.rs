//! The stack of a worker against the deepest requests that the limits let pass. A thread that overflows its stack takes
//! the process with it, so here that is a failing test.

use belle_house::{cli::runtime, http::WORKER_STACK};
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::people::Person;
use crate::support::subscription::Subscription;

/// Half of what the server has: the other half is for what a library does differently tomorrow. `STACK` tries another, to
/// see what is needed.
fn stack() -> usize {
    std::env::var("STACK").map_or(WORKER_STACK / 2, |bytes| bytes.parse().unwrap())
}

/// A document of fields inside each other along a way, the upper ones in fragments of their own: 20 fields and 32
/// selections with the leaf, which is all that the limits let pass.
fn deepest(root: &str, way: &[(&str, &str)], leaf: &str) -> String {
    const SPREADS: usize = 12;
    let mut document = String::new();
    let mut inner = leaf.to_owned();
    for (level, (ty, field)) in way.iter().enumerate().rev() {
        inner = format!("{field} {{ {inner} }}");
        if (1..=SPREADS).contains(&level) {
            document += &format!(" fragment s{level} on {ty} {{ {inner} }}");
            inner = format!("...s{level}");
        }
    }
    format!("{root} {{ {inner} }}{document}")
}

/// From a project to a project, four fields on.
const ROUND: [(&str, &str); 4] = [
    ("Project", "updates(first: 1)"),
    ("ProjectUpdateConnection", "edges"),
    ("ProjectUpdateEdge", "node"),
    ("ProjectUpdate", "project"),
];

fn projects_in_projects() -> String {
    let start = [
        ("Query", "viewer"),
        ("Viewer", "projects(first: 1)"),
        ("ProjectConnection", "nodes"),
    ];
    let way: Vec<_> = start
        .into_iter()
        .chain(ROUND.into_iter().cycle().take(16))
        .collect();
    deepest("query", &way, "name")
}

fn events_in_events() -> String {
    let start = [("Subscription", "viewerEvents(after: $after)")];
    let posted = [
        ("ProjectUpdatePosted", "projectUpdate"),
        ("ProjectUpdate", "project"),
    ];
    let rounds = ROUND.into_iter().cycle().take(16);
    let way: Vec<_> = start.into_iter().chain(posted).chain(rounds).collect();
    deepest("subscription($after: String)", &way, "name")
}

/// Lists or objects as deep as a document and its JSON together can nest them.
fn deepest_value(open: &str, close: &str, json: fn(Value) -> Value) -> (String, Value) {
    let inner = (0..36).fold(json!(1), |inner, _| json(inner));
    let document = format!(
        "query($a: [Int]) {{ portfolio(first: {}$a{}) {{ totalCount }} }}",
        open.repeat(38),
        close.repeat(38)
    );
    (document, json!({ "a": inner }))
}

async fn succeeds(app: &TestApp, who: &Person, document: &str, variables: Value) -> Value {
    let answer = app.graphql(who, document, variables).await;
    assert!(answer.body["errors"].is_null(), "{document}: {}", answer.body);
    answer.body["data"].clone()
}

async fn is_the_caller_s_mistake(app: &TestApp, who: &Person, document: &str, variables: Value) {
    let answer = app.graphql(who, document, variables).await;
    assert!(
        matches!(
            answer.code(),
            "GRAPHQL_VALIDATION_FAILED" | "GRAPHQL_PARSE_FAILED" | "BAD_REQUEST"
        ),
        "{document}: {}",
        answer.body
    );
}

#[test]
fn the_deepest_requests_fit_a_worker_s_stack() {
    let runtime = runtime(stack()).unwrap();
    runtime.block_on(async {
        let app = TestApp::builder().leaves_deliveries_pending().start().await;
        let (staff, client) = (app.staff().await, app.client().await);
        let project = app.project(&staff, &client).await;
        let cursor = succeeds(&app, &client, "{ eventCursor }", json!({})).await["eventCursor"].clone();
        app.post_update(&staff, &project, "Dalle").await;
        let after = json!({ "after": cursor });
        let mut events = Subscription::start(app.address(), &client.token, &events_in_events(), after).await;
        let at_the_end = |event: &Value| event.to_string().contains("Villa");
        events.next_event_where(at_the_end).await;
        let data = succeeds(&app, &client, &projects_in_projects(), json!({})).await;
        assert_eq!(data.to_string().matches("updates").count(), 4, "{data}");
        introspection(&app, &staff).await;
        values(&app, &client).await;
        widest(&app, &staff, &project).await;
    });
}

async fn introspection(app: &TestApp, staff: &Person) {
    let way: Vec<_> = [("Query", "__schema"), ("__Schema", "types"), ("__Type", "fields")]
        .into_iter()
        .chain([("__Field", "type")])
        .chain([("__Type", "ofType"); 15])
        .collect();
    succeeds(app, staff, &deepest("query", &way, "name"), json!({})).await;
}

async fn values(app: &TestApp, client: &Person) {
    for (document, variables) in [
        deepest_value("[", "]", |inner| json!([inner])),
        deepest_value("{a:", "}", |inner| json!({ "a": inner })),
    ] {
        is_the_caller_s_mistake(app, client, &document, variables).await;
    }
    let types = format!(
        "query($a: {}Int{}) {{ portfolio(first: $a) {{ totalCount }} }}",
        "[".repeat(38),
        "]".repeat(38)
    );
    is_the_caller_s_mistake(app, client, &types, json!({ "a": [[1]] })).await;
}

/// The conditions, orders and inputs that make the longest statements.
async fn widest(app: &TestApp, staff: &Person, project: &str) {
    let statuses = ["DRAFT", "SENT", "PAID", "OVERDUE", "CANCELLED"];
    let filter = json!({
        "status": (0..100).map(|number| statuses[number % 5]).collect::<Vec<_>>(),
        "overdue": false,
        "search": vec!["mot"; 20].join(" "),
        "projectId": project,
        "issuedFrom": "2026-01-01", "issuedUntil": "2026-12-31", "dueFrom": "2026-01-01", "dueUntil": "2026-12-31",
    });
    succeeds(
        app,
        staff,
        "query($filter: InvoiceFilterInput) { invoices(filter: $filter, scope: ALL) { totalCount nodes { id } } }",
        json!({ "filter": filter }),
    )
    .await;
    let item = json!({ "description": "Étude", "quantity": "1", "unitPrice": "1" });
    let input = json!({
        "projectId": project, "subject": "Plan", "items": vec![item; 500], "idempotencyKey": "widest",
    });
    let made = app
        .run(
            staff,
            "mutation($input: CreateInvoiceInput!) { createInvoice(input: $input) { invoice { id items { id } } \
             userErrors { code message field } } }",
            input,
        )
        .await;
    assert_eq!(made["invoice"]["items"].as_array().unwrap().len(), 500);
}
