//! Signing in.

use belle_house::features::clients::commands::disable_client;
use chrono::TimeDelta;
use platform::actor::{Actor, Role};
use serde_json::json;

use crate::people_world::{PASSWORD, World, world};
use crate::support::{app::TestApp, database::VARIABLE};

const LOGIN: &str = "mutation($input: LoginInput!) { login(input: $input) { session { accessToken } userErrors { code message field } } }";

#[tokio::test]
async fn a_client_signs_in_with_the_address_in_any_case() {
    let world = world().await;
    let client = world.client("Zaïnab Issoufou", "Zainab@Example.ne").await;
    let payload = world.login(" zainab@EXAMPLE.ne ", PASSWORD).await;
    assert_eq!(payload["userErrors"], json!([]));
    assert_eq!(
        payload["viewer"],
        json!({ "email": "Zainab@Example.ne", "role": "CLIENT", "mustChangePassword": false })
    );
    let session = world.sign_in("zainab@example.ne", PASSWORD).await;
    let viewer = world
        .run(
            Some(&session),
            "{ viewer { id client { id name email locale } sessions { deviceName isCurrent } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        viewer["viewer"]["client"],
        json!({ "id": client.id, "name": "Zaïnab Issoufou", "email": "Zainab@Example.ne", "locale": "FR" })
    );
    assert_eq!(viewer["viewer"]["sessions"].as_array().unwrap().len(), 2);
    let nobody = world.run(None, "{ viewer { id } }", json!({})).await;
    assert_eq!(nobody, json!({ "viewer": null }));
}

#[tokio::test]
async fn what_is_theirs_can_be_read_with_the_login_itself() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client, other) = tokio::join!(app.staff(), app.client(), app.client());
    let project = app.project(&staff, &client).await;
    let foreign = app.project(&staff, &other).await;
    app.post_update(&staff, &project, "Dalle").await;
    let login = "login(input: $input) { userErrors { code } viewer { projects { nodes { id client { name } \
                 updates { nodes { title } } latestUpdate { title } } } } }";
    let input = json!({ "email": client.email, "password": crate::support::people::PASSWORD });
    let document = format!("mutation($input: LoginInput!) {{ {login} }}");
    let answer = app.graphql(None, &document, json!({ "input": input })).await;
    let projects = &answer.body["data"]["login"]["viewer"]["projects"]["nodes"];
    assert_eq!(projects.as_array().unwrap().len(), 1, "{}", answer.body);
    assert_eq!(projects[0]["id"], project);
    assert_eq!(projects[0]["updates"]["nodes"][0]["title"], "Dalle");
    assert_eq!(projects[0]["latestUpdate"]["title"], "Dalle");
    assert!(!answer.body.to_string().contains(&foreign));
    // What else the request asks for is judged as theirs too, and no more than theirs. Its payload is never null, so that
    // all of the answer is.
    let document = format!(
        "mutation($input: LoginInput!) {{ {login} second: disableClient(input: {{ id: \"{}\" }}) {{ userErrors {{ code }} }} }}",
        other.client()
    );
    let answer = app.graphql(None, &document, json!({ "input": input })).await;
    assert_eq!((answer.code(), &answer.body["data"]), ("FORBIDDEN", &json!(null)));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let world = world().await;
    world.client("Zaïnab", "zainab@example.ne").await;
    let wrong = world.login("zainab@example.ne", "not the password").await;
    let unknown = world.login("nobody@example.ne", "not the password").await;
    let nonsense = world.login("' OR 1=1 --", &"x".repeat(200)).await;
    assert_eq!(wrong, unknown);
    assert_eq!(wrong, nonsense);
    assert_eq!(
        wrong["userErrors"],
        json!([{ "code": "INVALID", "message": "L’adresse e-mail ou le mot de passe est incorrect.", "field": null }])
    );
    assert_eq!(
        (&wrong["session"], &wrong["viewer"]),
        (&json!(null), &json!(null))
    );
}

#[tokio::test]
async fn only_who_knows_the_password_learns_that_an_account_is_disabled() {
    let world = world().await;
    let client = world.client("Zaïnab", "zainab@example.ne").await;
    disable_client(world.ctx(), &Actor::System, client.id)
        .await
        .unwrap();
    let code =
        async |password| world.login("zainab@example.ne", password).await["userErrors"][0]["code"].take();
    assert_eq!(code("wrong").await, "INVALID");
    assert_eq!(code(PASSWORD).await, "FORBIDDEN");
}

/// An attempt to sign in at an instance: SIGNED_IN, or the code of the answer.
async fn attempt(world: &World, instance: usize, from: &str, email: &str, password: &str) -> String {
    let input = json!({ "input": { "email": email, "password": password } });
    let to = world.app.address_of(instance);
    let (_, body) = world.send_from(from, to, None, LOGIN, input).await;
    let limited = &body["errors"][0]["extensions"];
    let user_error = &body["data"]["login"]["userErrors"][0]["code"];
    match (limited["code"].as_str(), user_error.as_str()) {
        (Some(code), _) => {
            assert!(limited["retryAfterSeconds"].as_u64().unwrap() > 0);
            code.to_owned()
        }
        (None, Some(code)) => code.to_owned(),
        (None, None) => "SIGNED_IN".to_owned(),
    }
}

#[tokio::test]
async fn after_ten_failures_an_attempt_waits_on_every_instance() {
    // SQLite has one serving process; there "every" is one.
    let instances = if std::env::var(VARIABLE).is_ok() { 2 } else { 1 };
    let world = World::start(TestApp::builder().instances(instances)).await;
    let (one, other) = (0, instances - 1);
    world.client("Zaïnab", "zainab@example.ne").await;
    world.staff_member("moussa@bellehouse.ne", Role::Staff).await;
    let (home, elsewhere) = ("203.0.113.7", "198.51.100.9");
    let zainab =
        async |instance, from, password| attempt(&world, instance, from, "Zainab@example.ne", password).await;
    for round in 0..10 {
        let instance = if round % 2 == 0 { one } else { other };
        assert_eq!(zainab(instance, home, "wrong").await, "INVALID", "{round}");
    }
    for instance in [one, other] {
        assert_eq!(zainab(instance, home, PASSWORD).await, "RATE_LIMITED");
    }
    // Neither another account nor another address pays for it.
    let moussa = attempt(&world, one, home, "moussa@bellehouse.ne", PASSWORD).await;
    assert_eq!(moussa, "SIGNED_IN");
    assert_eq!(zainab(one, elsewhere, PASSWORD).await, "SIGNED_IN");
    // The wait grows and ends: nobody is locked out for good.
    world.advance(TimeDelta::seconds(3));
    assert_eq!(zainab(one, home, "wrong").await, "INVALID");
    world.advance(TimeDelta::seconds(3));
    assert_eq!(zainab(other, home, PASSWORD).await, "RATE_LIMITED");
    world.advance(TimeDelta::seconds(2));
    assert_eq!(zainab(other, home, PASSWORD).await, "SIGNED_IN");
    // A success wipes the slate.
    assert_eq!(zainab(one, home, "wrong").await, "INVALID");
    assert_eq!(zainab(one, home, PASSWORD).await, "SIGNED_IN");
}

#[tokio::test]
async fn a_hundred_guesses_at_once_are_a_hundred_guesses() {
    let world = world().await;
    let guesses = (0..20).map(|_| attempt(&world, 0, "203.0.113.7", "nobody@example.ne", "wrong"));
    let answers = futures_util::future::join_all(guesses).await;
    let tried = answers.iter().filter(|answer| *answer == "INVALID").count();
    assert_eq!(tried, 10, "{answers:?}");
}
