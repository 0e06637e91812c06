//! `registerDevice` and what follows: pushes come to the phones that are signed in, and to no others.

use chrono::TimeDelta;
use platform::outbox::Status;
use serde_json::{Value, json};

use crate::people_world::{PASSWORD, Session, World, world};

const REGISTER: &str = "mutation($input: RegisterDeviceInput!) { registerDevice(input: $input) { \
    device { id platform appVersion isCurrent } userErrors { code field } } }";
const UNREGISTER: &str = "mutation($input: UnregisterDeviceInput!) { unregisterDevice(input: $input) { deviceId \
    userErrors { code field } } }";
const EMAIL: &str = "zainab@example.ne";

async fn register(world: &World, who: &Session, token: &str) -> Value {
    let input = json!({ "input": { "token": token, "platform": "ANDROID", "appVersion": "1.4.0" } });
    world.run(Some(who), REGISTER, input).await["registerDevice"].take()
}

async fn unregister(world: &World, who: &Session, id: &Value) -> Value {
    let input = json!({ "input": { "id": id } });
    world.run(Some(who), UNREGISTER, input).await["unregisterDevice"].take()
}

async fn devices(world: &World, who: &Session) -> usize {
    let viewer = world
        .run(Some(who), "{ viewer { devices { id } } }", json!({}))
        .await;
    viewer["viewer"]["devices"].as_array().unwrap().len()
}

async fn client(world: &World, name: &str, email: &str) -> Session {
    world.client(name, email).await;
    world.sign_in(email, PASSWORD).await
}

/// Writes a push to whoever signs in with this address; the tokens that it went to, and what became of it.
async fn push(world: &World, email: &str) -> (Vec<String>, Status) {
    use belle_house::features::accounts::living_account_by_email;
    use platform::actor::Locale;
    use platform::outbox::{Channel, NewDelivery, enqueue_in_tx, table};
    use sea_orm::EntityTrait;
    let ctx = world.ctx();
    let account = living_account_by_email(ctx.db.reader(), email)
        .await
        .unwrap()
        .unwrap();
    let before = world.app.push.handed_over().len();
    let tx = ctx.db.begin_write(ctx.clock.now()).await.unwrap();
    let delivery = NewDelivery {
        channel: Channel::Push,
        recipient: account.id,
        address: None,
        template: "project_update_posted",
        locale: Locale::Fr,
        data: json!({ "name": "Zaïnab", "projectName": "Villa", "updateTitle": "Dalle" }),
        secret: false,
        about: None,
        idempotency_key: format!("test/{before}/{email}"),
        expires_at: None,
    };
    let id = enqueue_in_tx(&tx, &ctx.keys, delivery).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    world.app.run_jobs().await;
    let (_, tokens) = world.app.push.handed_over().pop().unwrap();
    let row = table::Entity::find_by_id(id)
        .one(ctx.db.reader())
        .await
        .unwrap()
        .unwrap();
    (tokens, row.status)
}

#[tokio::test]
async fn a_push_comes_to_the_phones_that_are_signed_in() {
    let world = world().await;
    let phone = client(&world, "Zaïnab", EMAIL).await;
    assert_eq!(push(&world, EMAIL).await, (Vec::new(), Status::NoDevice));
    let made = register(&world, &phone, "phone:token").await;
    let device = &made["device"];
    assert_eq!(device["platform"], "ANDROID", "{made}");
    assert_eq!(
        (&device["appVersion"], &device["isCurrent"]),
        (&json!("1.4.0"), &json!(true))
    );
    let tablet = world.sign_in(EMAIL, PASSWORD).await;
    world.advance(TimeDelta::seconds(1));
    register(&world, &tablet, "tablet:token").await;
    assert_eq!(
        push(&world, EMAIL).await,
        (
            vec!["tablet:token".to_owned(), "phone:token".to_owned()],
            Status::Sent
        )
    );
    // Signing out ends it for that phone, and a session that is ended from elsewhere as well.
    world
        .run(Some(&tablet), "mutation { logout { signedOut } }", json!({}))
        .await;
    assert_eq!(push(&world, EMAIL).await.0, ["phone:token"]);
    assert_eq!(devices(&world, &phone).await, 1);
    let desk = world.sign_in(EMAIL, PASSWORD).await;
    world
        .run(
            Some(&desk),
            "mutation { revokeOtherSessions { sessionIds } }",
            json!({}),
        )
        .await;
    assert_eq!(push(&world, EMAIL).await, (Vec::new(), Status::NoDevice));
}

#[tokio::test]
async fn a_phone_that_is_handed_on_leaves_its_former_owner() {
    let world = world().await;
    let zainab = client(&world, "Zaïnab", EMAIL).await;
    let ibrahim = client(&world, "Ibrahim", "ibrahim@example.ne").await;
    let first = register(&world, &zainab, "phone:token").await;
    let again = register(&world, &zainab, "phone:token").await;
    assert_eq!(first["device"]["id"], again["device"]["id"]);
    register(&world, &ibrahim, "phone:token").await;
    assert_eq!(push(&world, EMAIL).await.1, Status::NoDevice);
    assert_eq!(push(&world, "ibrahim@example.ne").await.0, ["phone:token"]);
    assert_eq!(
        (devices(&world, &zainab).await, devices(&world, &ibrahim).await),
        (0, 1)
    );
    // It is Ibrahim's now: Zaïnab can't take it back by its id.
    let refused = unregister(&world, &zainab, &first["device"]["id"]).await;
    assert_eq!(refused["userErrors"][0]["code"], "NOT_FOUND");
    let gone = unregister(&world, &ibrahim, &first["device"]["id"]).await;
    assert_eq!(gone["deviceId"], first["device"]["id"]);
    assert_eq!(push(&world, "ibrahim@example.ne").await.1, Status::NoDevice);
}

#[tokio::test]
async fn the_first_phone_of_a_client_is_greeted_once() {
    let world = world().await;
    let zainab = client(&world, "Zaïnab", EMAIL).await;
    let made = register(&world, &zainab, "phone:token").await;
    unregister(&world, &zainab, &made["device"]["id"]).await;
    register(&world, &zainab, "phone:token").await;
    register(&world, &zainab, "tablet:token").await;
    let staff = world.staff().await;
    register(&world, &staff, "desk:token").await;
    let welcomes = world.letters("account_created").await;
    assert_eq!(welcomes.len(), 1, "{welcomes:?}");
}

#[tokio::test]
async fn twenty_phones_are_enough_and_tokens_are_checked() {
    let world = world().await;
    let zainab = client(&world, "Zaïnab", EMAIL).await;
    for number in 0..22 {
        world.advance(TimeDelta::seconds(1));
        register(&world, &zainab, &format!("phone:{number}")).await;
    }
    let (tokens, _) = push(&world, EMAIL).await;
    assert_eq!(tokens.len(), 20);
    assert_eq!((tokens[0].as_str(), tokens[19].as_str()), ("phone:21", "phone:2"));
    for (token, code) in [
        (" ", "REQUIRED"),
        ("a b", "INVALID"),
        ("é", "INVALID"),
        (&"a".repeat(4_097), "TOO_LONG"),
    ] {
        let refused = register(&world, &zainab, token).await;
        assert_eq!(refused["userErrors"][0]["code"], code, "{token}");
        assert_eq!(refused["userErrors"][0]["field"], json!(["input", "token"]));
    }
}
