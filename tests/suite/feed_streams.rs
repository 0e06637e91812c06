//! The live streams as an app sees them: what they show, to whom, from where, and how they end.

use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::people::Person;
use crate::support::subscription::Subscription;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const EVENTS: &str = "subscription($after: String, $project: ID) { viewerEvents(after: $after, projectId: $project) { \
    __typename ... on StreamEvent { id cursor replayed } \
    ... on ProjectUpdatePosted { projectUpdate { id title } project { id } } \
    ... on ProjectChanged { project { id progressPercentage } } \
    ... on RecordRemoved { recordType recordId } } }";
const STAFF_EVENTS: &str = "subscription($after: String) { staffEvents(after: $after) { __typename \
    ... on ProjectUpdatePosted { cursor projectUpdate { title } } ... on ProjectChanged { project { id } } } }";
const UPDATES: &str = "subscription($project: ID) { projectUpdatePosted(projectId: $project) { \
    replayed projectUpdate { title } } }";

const A_WHILE: Duration = Duration::from_millis(700);
const SOON: Duration = Duration::from_secs(5);

async fn start() -> TestApp {
    TestApp::builder().leaves_deliveries_pending().start().await
}

fn is(kind: &'static str) -> impl Fn(&Value) -> bool {
    move |event| event["__typename"] == kind
}

async fn next_post(stream: &mut Subscription) -> Value {
    stream.next_event_where(is("ProjectUpdatePosted")).await
}

async fn cursor(app: &TestApp, who: &Person) -> String {
    let data = app.graphql(who, "{ eventCursor }", json!({})).await.data();
    data["eventCursor"].as_str().unwrap().to_owned()
}

/// The code of the error that a subscription is refused with.
async fn refusal<'a>(
    app: &TestApp,
    who: impl Into<Option<&'a str>>,
    query: &str,
    variables: Value,
) -> String {
    let payload = match who.into() {
        Some(token) => json!({ "Authorization": format!("Bearer {token}") }),
        None => json!({}),
    };
    let mut stream = Subscription::start_with(app.address(), payload, query, variables).await;
    let message = stream.next_message().await;
    assert_eq!(message["type"], "error", "{message}");
    message["payload"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or_else(|| panic!("an error with a code was expected: {message}"))
        .to_owned()
}

async fn update_project(app: &TestApp, staff: &Person, project: &str, version: i32, patch: Value) {
    app.run(
        staff,
        "mutation($input: UpdateProjectInput!) { updateProject(input: $input) { project { version } \
         userErrors { code message field } } }",
        json!({ "id": project, "expectedVersion": version, "patch": patch }),
    )
    .await;
}

#[tokio::test]
async fn what_was_posted_in_the_tunnel_comes_in_order_once_and_marked() {
    let app = start().await;
    let (staff, client, other) = (app.staff().await, app.client().await, app.client().await);
    let project = app.project(&staff, &client).await;
    let begin = cursor(&app, &client).await;
    let mut others = app.subscribe(&other, EVENTS, json!({})).await;
    let mut stream = app.subscribe(&client, EVENTS, json!({ "after": begin })).await;
    app.post_update(&staff, &project, "fondations").await;
    let first = next_post(&mut stream).await;
    assert_eq!(
        (&first["projectUpdate"]["title"], &first["replayed"]),
        (&json!("fondations"), &json!(false))
    );
    assert_eq!(first["project"]["id"], project);
    stream.disconnect();
    for title in ["murs", "charpente", "toit"] {
        app.post_update(&staff, &project, title).await;
    }
    // A stock client resends the `after` of the beginning; `resumeFrom` says what it has seen by now.
    let payload =
        json!({ "Authorization": format!("Bearer {}", client.token), "resumeFrom": first["cursor"] });
    let mut stream =
        Subscription::start_with(app.address(), payload, EVENTS, json!({ "after": begin })).await;
    let mut ids = vec![first["id"].clone()];
    for title in ["murs", "charpente", "toit"] {
        let event = next_post(&mut stream).await;
        assert_eq!(
            (&event["projectUpdate"]["title"], &event["replayed"]),
            (&json!(title), &json!(true))
        );
        assert!(!ids.contains(&event["id"]));
        ids.push(event["id"].clone());
    }
    app.post_update(&staff, &project, "peinture").await;
    let live = next_post(&mut stream).await;
    assert_eq!(
        (&live["projectUpdate"]["title"], &live["replayed"]),
        (&json!("peinture"), &json!(false))
    );
    others.expect_silence(A_WHILE).await;
}

#[tokio::test]
async fn posted_on_one_instance_received_on_the_other_resumed_on_either() {
    if !TestDatabase::on_postgres() {
        return;
    }
    let app = TestApp::builder()
        .instances(2)
        .leaves_deliveries_pending()
        .start()
        .await;
    let (staff, client) = (app.staff().await, app.client().await);
    let project = app.project(&staff, &client).await;
    let begin = json!({ "after": cursor(&app, &client).await });
    let mut stream = app.subscribe_at(1, &client, EVENTS, begin).await;
    // The first instance posts, the second one tells.
    app.post_update(&staff, &project, "un").await;
    let mut seen = next_post(&mut stream).await;
    assert_eq!(seen["projectUpdate"]["title"], "un");
    for (instance, title) in [(0, "deux"), (1, "trois"), (0, "quatre")] {
        stream.disconnect();
        app.post_update(&staff, &project, title).await;
        let after = json!({ "after": seen["cursor"] });
        stream
            .reconnect(app.address_of(instance), &client.token, after)
            .await;
        seen = next_post(&mut stream).await;
        assert_eq!(seen["projectUpdate"]["title"], title);
    }
}

#[tokio::test]
async fn drafts_are_never_announced() {
    let app = start().await;
    let (staff, client) = (app.staff().await, app.client().await);
    let project = app.project(&staff, &client).await;
    let mut stream = app.subscribe(&client, UPDATES, json!({})).await;
    let draft = app
        .run(
            &staff,
            "mutation($input: CreateProjectUpdateInput!) { createProjectUpdate(input: $input) { \
             projectUpdate { id version } userErrors { code message field } } }",
            json!({ "projectId": project, "title": "brouillon" }),
        )
        .await["projectUpdate"]
        .clone();
    stream.expect_silence(A_WHILE).await;
    app.run(
        &staff,
        "mutation($input: PostProjectUpdateInput!) { postProjectUpdate(input: $input) { \
         projectUpdate { id } userErrors { code message field } } }",
        json!({ "id": draft["id"], "expectedVersion": draft["version"] }),
    )
    .await;
    assert_eq!(stream.next_event().await["projectUpdate"]["title"], "brouillon");
}

#[tokio::test]
async fn a_project_that_moves_leaves_the_old_client_and_comes_to_the_new() {
    let app = start().await;
    let (staff, old, new) = (app.staff().await, app.client().await, app.client().await);
    let moving = app.project(&staff, &old).await;
    let staying = app.project(&staff, &old).await;
    let begin = cursor(&app, &old).await;
    let mut all = app.subscribe(&old, EVENTS, json!({ "after": begin })).await;
    let mut one = app
        .subscribe(&old, EVENTS, json!({ "after": begin, "project": moving }))
        .await;
    let mut other = app
        .subscribe(&old, EVENTS, json!({ "after": begin, "project": staying }))
        .await;
    let mut news = app.subscribe(&new, EVENTS, json!({ "after": begin })).await;
    app.post_update(&staff, &moving, "avant").await;
    assert_eq!(next_post(&mut all).await["projectUpdate"]["title"], "avant");
    assert_eq!(next_post(&mut one).await["projectUpdate"]["title"], "avant");

    update_project(&app, &staff, &moving, 1, json!({ "clientId": new.client() })).await;
    for stream in [&mut all, &mut one] {
        let removed = stream.next_event_where(is("RecordRemoved")).await;
        assert_eq!(
            (&removed["recordType"], &removed["recordId"]),
            (&json!("Project"), &json!(moving))
        );
    }
    // The stream of the lost project ends; the connection stays.
    assert_eq!(one.next_message().await["type"], "complete");
    let gained = news.next_event_where(is("ProjectChanged")).await;
    assert_eq!(gained["project"]["id"], moving);

    app.post_update(&staff, &moving, "après").await;
    app.post_update(&staff, &staying, "ailleurs").await;
    assert_eq!(next_post(&mut news).await["projectUpdate"]["title"], "après");
    assert_eq!(next_post(&mut all).await["projectUpdate"]["title"], "ailleurs");
    assert_eq!(next_post(&mut other).await["projectUpdate"]["title"], "ailleurs");
    // Who lost it does not even see again what was posted while it was theirs.
    let mut again = app.subscribe(&old, EVENTS, json!({ "after": begin })).await;
    assert_eq!(next_post(&mut again).await["projectUpdate"]["title"], "ailleurs");
    assert_eq!(
        refusal(&app, &old, EVENTS, json!({ "project": moving })).await,
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn a_session_that_ends_closes_its_socket_and_no_other() {
    let app = start().await;
    let client = app.client().await;
    let elsewhere = app.sign_in(&client.email, crate::support::people::PASSWORD).await;
    let mut stream = app.subscribe(&client, EVENTS, json!({})).await;
    let mut stays = app.subscribe(&elsewhere, EVENTS, json!({})).await;
    let begin = Instant::now();
    let out = "mutation($input: LogoutInput) { logout(input: $input) { signedOut userErrors { code } } }";
    app.run(&client, out, json!({})).await;
    let (code, _) = stream.closed_within(SOON).await;
    assert_eq!(code, 4401);
    assert!(begin.elapsed() < SOON);
    stays.expect_silence(A_WHILE).await;
}

#[tokio::test]
async fn a_disabled_client_is_shut_out_at_once() {
    let app = start().await;
    let (staff, client) = (app.staff().await, app.client().await);
    let mut stream = app.subscribe(&client, EVENTS, json!({})).await;
    app.run(
        &staff,
        "mutation($input: ClientIdInput!) { disableClient(input: $input) { client { id } userErrors { code } } }",
        json!({ "id": client.client() }),
    )
    .await;
    assert_eq!(stream.closed_within(SOON).await.0, 4401);
}

#[tokio::test]
async fn a_cursor_of_another_log_is_reset_and_the_stream_goes_on() {
    let app = start().await;
    let (staff, client) = (app.staff().await, app.client().await);
    let project = app.project(&staff, &client).await;
    let mut stream = app
        .subscribe(&client, EVENTS, json!({ "after": "d2hhdCBpcyB0aGlz" }))
        .await;
    let reset = stream.next_event().await;
    assert_eq!(
        (&reset["__typename"], &reset["replayed"]),
        (&json!("StreamReset"), &json!(false))
    );
    app.post_update(&staff, &project, "suite").await;
    assert_eq!(next_post(&mut stream).await["replayed"], false);
    // Its cursor is good.
    let mut stream = app
        .subscribe(&client, EVENTS, json!({ "after": reset["cursor"] }))
        .await;
    assert_eq!(next_post(&mut stream).await["replayed"], true);
}

#[tokio::test]
async fn each_stream_is_for_those_it_says() {
    let app = start().await;
    let (staff, client, other) = (app.staff().await, app.client().await, app.client().await);
    let project = app.project(&staff, &client).await;
    assert_eq!(refusal(&app, None, EVENTS, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(refusal(&app, None, UPDATES, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(refusal(&app, &staff, EVENTS, json!({})).await, "FORBIDDEN");
    assert_eq!(refusal(&app, &client, STAFF_EVENTS, json!({})).await, "FORBIDDEN");
    assert_eq!(
        refusal(&app, &other, UPDATES, json!({ "project": project })).await,
        "NOT_FOUND"
    );

    let mut for_staff = app.subscribe(&staff, STAFF_EVENTS, json!({})).await;
    let mut updates = app
        .subscribe(&client, UPDATES, json!({ "project": project }))
        .await;
    let mut staff_updates = app.subscribe(&staff, UPDATES, json!({})).await;
    update_project(&app, &staff, &project, 1, json!({ "progressPercentage": 40 })).await;
    app.post_update(&staff, &project, "dalle").await;
    assert_eq!(
        for_staff.next_event_where(is("ProjectChanged")).await["project"]["id"],
        project
    );
    assert_eq!(next_post(&mut for_staff).await["projectUpdate"]["title"], "dalle");
    for stream in [&mut updates, &mut staff_updates] {
        let event = stream.next_event().await;
        assert_eq!(
            (&event["projectUpdate"]["title"], &event["replayed"]),
            (&json!("dalle"), &json!(false))
        );
    }
}

#[tokio::test]
async fn an_event_costs_the_same_statements_whoever_many_receive_it() {
    let app = start().await;
    let (staff, client) = (app.staff().await, app.client().await);
    let project = app.project(&staff, &client).await;
    let mut streams = Vec::new();
    for _ in 0..30 {
        streams.push(app.subscribe(&client, UPDATES, json!({})).await);
    }
    app.post_update(&staff, &project, "un").await;
    for stream in &mut streams {
        stream.next_event().await;
    }
    let (_, statements) = app
        .statements
        .of(async {
            app.post_update(&staff, &project, "deux").await;
            for stream in &mut streams {
                assert_eq!(stream.next_event().await["projectUpdate"]["title"], "deux");
            }
        })
        .await;
    let pictures = statements
        .iter()
        .filter(|sql| sql.contains("project_update_images"))
        .count();
    assert!(
        pictures <= 3,
        "{pictures} statements for pictures: {statements:#?}"
    );
}
