//! Signing in.

use belle_house::features::clients::commands::disable_client;
use belle_house::platform::actor::{Actor, Role};
use chrono::TimeDelta;
use serde_json::json;

use crate::people_world::{PASSWORD, World, world};

const LOGIN: &str = "mutation($input: LoginInput!) { login(input: $input) { session { accessToken } userErrors { code message field } } }";

#[tokio::test]
async fn a_client_signs_in_with_the_address_in_any_case() {
    let (_database, world) = world().await;
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
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let (_database, world) = world().await;
    world.client("Zaïnab", "zainab@example.ne").await;
    let wrong = world.login("zainab@example.ne", "not the password").await;
    let unknown = world.login("nobody@example.ne", "not the password").await;
    let nonsense = world.login("' OR 1=1 --", &"x".repeat(200)).await;
    assert_eq!(wrong, unknown);
    assert_eq!(wrong, nonsense);
    assert_eq!(
        wrong["userErrors"],
        json!([{ "code": "INVALID", "message": "The e-mail address or the password is wrong.", "field": null }])
    );
    assert_eq!(
        (&wrong["session"], &wrong["viewer"]),
        (&json!(null), &json!(null))
    );
}

#[tokio::test]
async fn only_who_knows_the_password_learns_that_an_account_is_disabled() {
    let (_database, world) = world().await;
    let client = world.client("Zaïnab", "zainab@example.ne").await;
    disable_client(&world.ctx, &Actor::System, client.id)
        .await
        .unwrap();
    let code =
        async |password| world.login("zainab@example.ne", password).await["userErrors"][0]["code"].take();
    assert_eq!(code("wrong").await, "INVALID");
    assert_eq!(code(PASSWORD).await, "FORBIDDEN");
}

async fn attempt(world: &World, address: &str, email: &str, password: &str) -> String {
    let input = json!({ "input": { "email": email, "password": password } });
    let (_, body) = world.send_from(address, None, LOGIN, input).await;
    let limited = &body["errors"][0]["extensions"];
    match (
        limited["code"].as_str(),
        body["data"]["login"]["userErrors"][0]["code"].as_str(),
    ) {
        (Some(code), _) => {
            assert!(limited["retryAfterSeconds"].as_u64().unwrap() > 0);
            code.to_owned()
        }
        (None, Some(code)) => code.to_owned(),
        (None, None) => "SIGNED_IN".to_owned(),
    }
}

#[tokio::test]
async fn after_ten_failures_an_attempt_waits_on_every_server() {
    let (database, one) = world().await;
    let other = World::on(&database, &one.clock).await;
    one.client("Zaïnab", "zainab@example.ne").await;
    one.staff_member("moussa@bellehouse.ne", Role::Staff).await;
    let (home, elsewhere) = ("203.0.113.7", "198.51.100.9");
    for round in 0..10 {
        let world = if round % 2 == 0 { &one } else { &other };
        assert_eq!(
            attempt(world, home, "zainab@example.ne", "wrong").await,
            "INVALID",
            "{round}"
        );
    }
    for world in [&one, &other] {
        assert_eq!(
            attempt(world, home, "Zainab@example.ne", PASSWORD).await,
            "RATE_LIMITED"
        );
    }
    // Neither another account nor another address pays for it.
    assert_eq!(
        attempt(&one, home, "moussa@bellehouse.ne", PASSWORD).await,
        "SIGNED_IN"
    );
    assert_eq!(
        attempt(&one, elsewhere, "zainab@example.ne", PASSWORD).await,
        "SIGNED_IN"
    );
    // The wait grows and ends: nobody is locked out for good.
    one.clock.advance(TimeDelta::seconds(3));
    assert_eq!(attempt(&one, home, "zainab@example.ne", "wrong").await, "INVALID");
    one.clock.advance(TimeDelta::seconds(3));
    assert_eq!(
        attempt(&other, home, "zainab@example.ne", PASSWORD).await,
        "RATE_LIMITED"
    );
    one.clock.advance(TimeDelta::seconds(2));
    assert_eq!(
        attempt(&other, home, "zainab@example.ne", PASSWORD).await,
        "SIGNED_IN"
    );
    // A success wipes the slate.
    assert_eq!(attempt(&one, home, "zainab@example.ne", "wrong").await, "INVALID");
    assert_eq!(
        attempt(&one, home, "zainab@example.ne", PASSWORD).await,
        "SIGNED_IN"
    );
}

#[tokio::test]
async fn a_hundred_guesses_at_once_are_a_hundred_guesses() {
    let (_database, world) = world().await;
    let guesses = (0..20).map(|_| attempt(&world, "203.0.113.7", "nobody@example.ne", "wrong"));
    let answers = futures_util::future::join_all(guesses).await;
    let tried = answers.iter().filter(|answer| *answer == "INVALID").count();
    assert_eq!(tried, 10, "{answers:?}");
}
