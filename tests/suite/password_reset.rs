//! `requestPasswordReset`, `resetPassword`: a forgotten password is solved alone, and by nobody else.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use platform::outbox::Status;
use serde_json::{Value, json};

use crate::people_world::{PASSWORD, World, world};

const EMAIL: &str = "zainab@example.ne";
const NEW: &str = "citron vapeur tambour neige";
const REQUEST: &str = "mutation($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { requested \
    userErrors { code message field } } }";
const RESET: &str = "mutation($input: ResetPasswordInput!) { resetPassword(input: $input) { passwordReset \
    userErrors { code message field } } }";

async fn request(world: &World, email: &str) -> Value {
    let input = json!({ "input": { "email": email } });
    world.run(None, REQUEST, input).await["requestPasswordReset"].take()
}

async fn reset(world: &World, token: &str, password: &str) -> Value {
    let input = json!({ "input": { "token": token, "newPassword": password } });
    world.run(None, RESET, input).await["resetPassword"].take()
}

fn taken() -> Value {
    json!({ "requested": true, "userErrors": [] })
}

fn done() -> Value {
    json!({ "passwordReset": true, "userErrors": [] })
}

fn refused_with(answer: &Value) -> (&str, &Value) {
    assert_eq!(answer["passwordReset"], false, "{answer}");
    let error = &answer["userErrors"][0];
    (error["code"].as_str().unwrap(), &error["field"])
}

/// The token in the link of the last mail that was written.
async fn mailed_token(world: &World) -> String {
    let delivery = world.letters("password_reset").await.pop().unwrap();
    let data = world.secret_of(&delivery);
    let link = data["link"].as_str().unwrap();
    let (page, token) = link.split_once("#token=").unwrap();
    assert!(page.ends_with("/mot-de-passe"), "{link}");
    token.to_owned()
}

#[tokio::test]
async fn a_client_and_a_member_of_staff_choose_another_password() {
    let world = world().await;
    world.client("Zaïnab", EMAIL).await;
    let staff = world.staff().await;
    for (address, known) in [
        ("Zainab@Example.NE", EMAIL),
        ("moussa@bellehouse.ne", "moussa@bellehouse.ne"),
    ] {
        let session = world.sign_in(known, PASSWORD).await;
        assert_eq!(request(&world, address).await, taken());
        let token = mailed_token(&world).await;
        // A weak one doesn't spend the link.
        let weak = reset(&world, &token, "bellehouse").await;
        assert_eq!(refused_with(&weak), ("INVALID", &json!(["input", "newPassword"])));
        assert_eq!(reset(&world, &token, NEW).await, done());
        // Whoever was signed in is not any more, on any device; the owner is told.
        assert!(!world.is_signed_in(&session).await);
        assert_eq!(
            world.login(known, PASSWORD).await["userErrors"][0]["code"],
            "INVALID"
        );
        world.sign_in(known, NEW).await;
        let told = world.letters("password_changed").await.pop().unwrap();
        assert_eq!(told.address.as_deref(), Some(known));
        // Once.
        let again = reset(&world, &token, PASSWORD).await;
        assert_eq!(refused_with(&again), ("EXPIRED", &json!(["input", "token"])));
    }
    assert!(!world.is_signed_in(&staff).await);
}

#[tokio::test]
async fn only_the_newest_link_is_good_and_for_a_day() {
    let world = world().await;
    world.client("Zaïnab", EMAIL).await;
    request(&world, EMAIL).await;
    let first = mailed_token(&world).await;
    request(&world, EMAIL).await;
    let second = mailed_token(&world).await;
    assert_ne!(first, second);
    let statuses: Vec<Status> = world
        .letters("password_reset")
        .await
        .into_iter()
        .map(|letter| letter.status)
        .collect();
    assert_eq!(statuses, [Status::Cancelled, Status::Pending]);
    assert_eq!(refused_with(&reset(&world, &first, NEW).await).0, "EXPIRED");
    world.advance(TimeDelta::hours(24));
    assert_eq!(refused_with(&reset(&world, &second, NEW).await).0, "EXPIRED");
    for token in ["", "a", &"a".repeat(5_000), "…", &format!("{second}=")] {
        assert_eq!(refused_with(&reset(&world, token, NEW).await).0, "EXPIRED");
    }
    world.sign_in(EMAIL, PASSWORD).await;
}

#[tokio::test]
async fn of_two_who_use_a_link_at_once_one_gets_in() {
    let world = world().await;
    world.client("Zaïnab", EMAIL).await;
    request(&world, EMAIL).await;
    let token = mailed_token(&world).await;
    let others = "moutarde violon barque hiver";
    let (one, other) = tokio::join!(reset(&world, &token, NEW), reset(&world, &token, others));
    let resets = [&one, &other].map(|answer| answer["passwordReset"] == true);
    assert_ne!(resets[0], resets[1], "{one} {other}");
    let (good, bad) = if resets[0] { (NEW, others) } else { (others, NEW) };
    world.sign_in(EMAIL, good).await;
    assert_eq!(world.login(EMAIL, bad).await["userErrors"][0]["code"], "INVALID");
}

#[tokio::test]
async fn nobody_learns_who_has_an_account() {
    let world = world().await;
    world.client("Zaïnab", EMAIL).await;
    let dismissed = world
        .staff_member("issa@bellehouse.ne", platform::actor::Role::Staff)
        .await;
    disable(&world, dismissed.id).await;
    for address in [EMAIL, "nobody@example.ne", "issa@bellehouse.ne"] {
        assert_eq!(request(&world, address).await, taken(), "{address}");
    }
    assert_eq!(world.letters("password_reset").await.len(), 1);
    let wrong = request(&world, "zainab@").await;
    assert_eq!(wrong["userErrors"][0]["field"], json!(["input", "email"]));
    // Medians within 10 ms (the bound), the two kinds by turns so that both meet the same machine. Each hour anew,
    // for the sake of the limits.
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..40 {
        world.advance(TimeDelta::hours(1));
        for (address, times) in [EMAIL, "nobody@example.ne"].iter().zip(&mut times) {
            let begun = Instant::now();
            request(&world, address).await;
            times.push(begun.elapsed());
        }
    }
    let [known, unknown] = times.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    });
    assert!(
        known.abs_diff(unknown) < Duration::from_millis(10),
        "{known:?} {unknown:?}"
    );
}

async fn disable(world: &World, id: platform::actor::AccountId) {
    use belle_house::features::staff::commands::disable_staff_member;
    world
        .staff_member("amina@bellehouse.ne", platform::actor::Role::Admin)
        .await;
    disable_staff_member(world.ctx(), &platform::actor::Actor::System, id)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_mailbox_can_not_be_filled() {
    let world = world().await;
    world.client("Zaïnab", EMAIL).await;
    for _ in 0..5 {
        assert_eq!(request(&world, EMAIL).await, taken());
    }
    let input = json!({ "input": { "email": EMAIL } });
    assert_eq!(world.refusal(None, REQUEST, input).await, "RATE_LIMITED");
    // The same for an address that nobody has: no difference tells of the account.
    for _ in 0..5 {
        request(&world, "nobody@example.ne").await;
    }
    let input = json!({ "input": { "email": "nobody@example.ne" } });
    assert_eq!(world.refusal(None, REQUEST, input).await, "RATE_LIMITED");
    assert_eq!(world.letters("password_reset").await.len(), 5);
    world.advance(TimeDelta::hours(1));
    assert_eq!(request(&world, EMAIL).await, taken());
}
