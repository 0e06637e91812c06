//! How often passwords may be tried, from where, and what is written down of it.

use chrono::TimeDelta;
use platform::actor::Role;
use serde_json::json;

use crate::people_world::{PASSWORD, World, world};

const HOME: &str = "203.0.113.7";

/// An attempt to sign in from an address: SIGNED_IN, or the code of the answer.
async fn attempt(world: &World, from: &str, email: &str, password: &str) -> String {
    let query = "mutation($input: LoginInput!) { login(input: $input) { session { accessToken } userErrors { code } } }";
    let input = json!({ "input": { "email": email, "password": password } });
    let (_, body) = world
        .send_from(from, world.app.address(), None, query, input)
        .await;
    let limited = &body["errors"][0]["extensions"];
    if let Some(code) = limited["code"].as_str() {
        assert!(limited["retryAfterSeconds"].as_u64().unwrap() > 0, "{body}");
        return code.to_owned();
    }
    let refused = body["data"]["login"]["userErrors"][0]["code"].as_str();
    refused.unwrap_or("SIGNED_IN").to_owned()
}

/// Each from another network.
fn elsewhere(number: u32) -> String {
    format!("198.51.{}.{}", number / 200, number % 200 + 1)
}

#[tokio::test]
async fn many_addresses_wait_together_and_the_owner_at_home_does_not() {
    let world = world().await;
    world.client("Zaïnab", "zainab@example.ne").await;
    let zainab = async |from: &str, password| attempt(&world, from, "zainab@example.ne", password).await;
    assert_eq!(zainab(HOME, PASSWORD).await, "SIGNED_IN");
    for number in 0..30 {
        assert_eq!(zainab(&elsewhere(number), "wrong").await, "INVALID", "{number}");
    }
    assert_eq!(zainab(&elsewhere(30), "wrong").await, "RATE_LIMITED");
    assert_eq!(
        zainab(&elsewhere(31), PASSWORD).await,
        "RATE_LIMITED",
        "a new place waits"
    );
    assert_eq!(zainab(HOME, PASSWORD).await, "SIGNED_IN");
    // The wait doubles, and ends: nobody is locked out for good.
    for seconds in [2, 4, 8] {
        world.advance(TimeDelta::milliseconds(seconds * 1000 - 100));
        assert_eq!(zainab(&elsewhere(32), "wrong").await, "RATE_LIMITED", "{seconds}");
        world.advance(TimeDelta::milliseconds(100));
        assert_eq!(zainab(&elsewhere(33), "wrong").await, "INVALID", "{seconds}");
    }
    assert_eq!(
        zainab(HOME, PASSWORD).await,
        "SIGNED_IN",
        "however long it goes on"
    );
    world.advance(TimeDelta::minutes(16));
    assert_eq!(
        zainab(&elsewhere(34), PASSWORD).await,
        "SIGNED_IN",
        "and from a new place, once it ends"
    );
    // What the owner did at home has not made room for the others.
    assert_eq!(zainab(&elsewhere(35), "wrong").await, "INVALID");
    assert_eq!(zainab(&elsewhere(36), "wrong").await, "RATE_LIMITED");
}

#[tokio::test]
async fn one_password_on_many_accounts_is_noticed() {
    let world = world().await;
    world.client("Zaïnab", "zainab@example.ne").await;
    world.staff_member("moussa@bellehouse.ne", Role::Staff).await;
    let cafe = "192.0.2.40";
    assert_eq!(
        attempt(&world, cafe, "zainab@example.ne", PASSWORD).await,
        "SIGNED_IN"
    );
    // Mistyping one's own is one account, however often.
    for _ in 0..5 {
        assert_eq!(
            attempt(&world, cafe, "moussa@bellehouse.ne", "wrong").await,
            "INVALID"
        );
    }
    for number in 1..20 {
        let email = format!("somebody{number}@example.ne");
        assert_eq!(
            attempt(&world, cafe, &email, "Bonjour2026").await,
            "INVALID",
            "{number}"
        );
    }
    assert_eq!(
        attempt(&world, cafe, "another@example.ne", "Bonjour2026").await,
        "RATE_LIMITED"
    );
    assert_eq!(
        attempt(&world, cafe, "moussa@bellehouse.ne", PASSWORD).await,
        "RATE_LIMITED"
    );
    assert_eq!(
        attempt(&world, cafe, "zainab@example.ne", PASSWORD).await,
        "SIGNED_IN",
        "known there"
    );
    assert_eq!(
        attempt(&world, HOME, "moussa@bellehouse.ne", PASSWORD).await,
        "SIGNED_IN",
        "elsewhere"
    );
    // Whoever signs in there in good faith is not counted with them.
    world.advance(TimeDelta::seconds(2));
    assert_eq!(
        attempt(&world, cafe, "moussa@bellehouse.ne", PASSWORD).await,
        "SIGNED_IN"
    );
    assert_eq!(
        attempt(&world, cafe, "last@example.ne", "Bonjour2026").await,
        "INVALID"
    );
    assert_eq!(
        attempt(&world, cafe, "later@example.ne", "Bonjour2026").await,
        "RATE_LIMITED"
    );
}

#[tokio::test]
async fn an_address_has_a_number_of_failures_over_all_accounts() {
    let world = world().await;
    let office = "192.0.2.41";
    // Nine on each of eleven accounts: neither a pair nor the number of accounts is too many.
    for number in 0..99 {
        let email = format!("somebody{}@example.ne", number / 9);
        assert_eq!(
            attempt(&world, office, &email, "wrong").await,
            "INVALID",
            "{number}"
        );
    }
    assert_eq!(
        attempt(&world, office, "next@example.ne", "wrong").await,
        "INVALID"
    );
    assert_eq!(
        attempt(&world, office, "next@example.ne", "wrong").await,
        "RATE_LIMITED"
    );
    assert_eq!(attempt(&world, HOME, "next@example.ne", "wrong").await, "INVALID");
}

#[tokio::test]
async fn refused_logins_are_security_events_of_their_account() {
    let world = world().await;
    world.staff_member("amina@bellehouse.ne", Role::Admin).await;
    let admin = world.sign_in("amina@bellehouse.ne", PASSWORD).await;
    world.client("Zaïnab", "zainab@example.ne").await;
    let refused = async || {
        let query = "{ securityEvents(first: 100, filter: { kind: [SIGN_IN_REFUSED] }) { nodes { \
                     account { name } actor { name } address reason } } }";
        let found = world.run(Some(&admin), query, json!({})).await;
        found["securityEvents"]["nodes"].as_array().unwrap().clone()
    };
    for _ in 0..10 {
        assert_eq!(
            attempt(&world, "198.51.100.9", "zainab@example.ne", "wrong").await,
            "INVALID"
        );
    }
    assert_eq!(
        attempt(&world, "198.51.100.9", "zainab@example.ne", "wrong").await,
        "RATE_LIMITED"
    );
    attempt(&world, "198.51.100.9", "nobody@example.ne", "wrong").await;
    let events = refused().await;
    assert_eq!(events.len(), 11, "{events:?}");
    for event in &events {
        assert_eq!(
            (&event["account"]["name"], &event["actor"], &event["address"]),
            (&json!("Zaïnab"), &json!(null), &json!("198.51.100.9"))
        );
    }
    let because = |reason: &str| events.iter().filter(|event| event["reason"] == reason).count();
    assert_eq!((because("WRONG_PASSWORD"), because("RATE_LIMITED")), (10, 1));
    // A flood doesn't fill the database.
    for _ in 0..60 {
        attempt(&world, "198.51.100.9", "zainab@example.ne", "wrong").await;
    }
    assert_eq!(refused().await.len(), 50);
}
