//! `SECRET_KEY` changes while people are signed in (docs/KEYS.md): what the former key made is good while it is honoured, and
//! nothing any more once it isn't.

use std::path::Path;
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use platform::outbox::Status;
use serde_json::{Value, json};

use crate::billing_world::issued;
use crate::people_world::{PASSWORD, Session, World};
use crate::project_world::{CREATE_UPDATE, upload};
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::people::Person;

const FORMER: &str = "Kq7vT2mXw9ZpLr4sYd8hBn3cJf6gUe1aQoRi5tNk";
const PRESENT: &str = "Wd5zR8uQx1TnVg6mEk3jHb9yPc2fLs7aNiOt4vBe";
const REQUEST: &str =
    "mutation($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { requested } }";
const RESET: &str = "mutation($input: ResetPasswordInput!) { resetPassword(input: $input) { passwordReset \
    userErrors { code } } }";

/// A server on what others left behind, with these keys.
async fn era(database: &Arc<TestDatabase>, data: &Path, present: &str, other: Option<&str>) -> World {
    let mut builder = TestApp::builder()
        .on(Arc::clone(database))
        .setting("DATA_DIR", data.to_str().unwrap())
        .setting("SECRET_KEY", present);
    if let Some(other) = other {
        builder = builder.setting("SECRET_KEY_PREVIOUS", other);
    }
    World::start(builder).await
}

/// What one key made, by the path and query of its address.
struct Made {
    session: Session,
    urls: Vec<String>,
}

fn path_of(world: &World, url: &Value) -> String {
    let origin = format!("http://{}", world.app.address());
    url.as_str().unwrap().strip_prefix(&origin).unwrap().to_owned()
}

async fn make(world: &World) -> Made {
    let app = &world.app;
    let (admin, client) = (app.admin().await, app.client().await);
    let project = app.project(&admin, &client).await;
    let input = json!({ "projectId": project, "title": "Dalle", "post": true, "uploadIds": [upload(app, &admin, 640).await] });
    let update = app.run(&admin, CREATE_UPDATE, input).await;
    let media = path_of(world, &update["projectUpdate"]["images"][0]["url"]);
    let invoice = issued(app, &admin, &project, "1000").await;
    let paper = app
        .graphql(
            &admin,
            "query($id: ID!) { invoice(id: $id) { pdfUrl } }",
            json!({ "id": invoice["id"] }),
        )
        .await
        .data();
    let paper = path_of(world, &paper["invoice"]["pdfUrl"]);
    let export = app
        .run(
            &admin,
            "mutation($input: ExportLeadsInput!) { exportLeads(input: $input) { export { url } userErrors { code } } }",
            json!({}),
        )
        .await;
    let export = path_of(world, &export["export"]["url"]);
    app.run(
        &admin,
        "mutation($input: CreateClientInput!) { createClient(input: $input) { client { id } userErrors { code } } }",
        json!({ "name": "Zaïnab", "email": "zainab@example.ne" }),
    )
    .await;
    request(world, &admin.email).await;
    let Person {
        token, refresh_token, ..
    } = admin;
    Made {
        session: Session {
            access: token,
            refresh: refresh_token,
        },
        urls: vec![media, paper, export],
    }
}

async fn request(world: &World, email: &str) {
    world
        .run(None, REQUEST, json!({ "input": { "email": email } }))
        .await;
}

async fn statuses(world: &World, paths: &[String]) -> Vec<u16> {
    let mut statuses = Vec::new();
    for path in paths {
        let url = format!("http://{}{path}", world.app.address());
        statuses.push(world.app.http().get(url).send().await.unwrap().status().as_u16());
    }
    statuses
}

fn kid(token: &str) -> String {
    let header = token.split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&BASE64URL_NOPAD.decode(header.as_bytes()).unwrap()).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_the_former_key_made_is_good_while_it_is_honoured_and_not_longer() {
    let (database, data) = (
        Arc::new(TestDatabase::create().await),
        tempfile::tempdir().unwrap(),
    );
    let world = era(&database, data.path(), FORMER, None).await;
    let made = make(&world).await;
    assert!(world.is_signed_in(&made.session).await);
    assert_eq!(statuses(&world, &made.urls).await, [200, 200, 200]);
    drop(world);

    let world = era(&database, data.path(), PRESENT, None).await;
    assert!(!world.is_signed_in(&made.session).await);
    assert_eq!(statuses(&world, &made.urls).await, [403, 403, 403]);
    let sealed = world.credentials().await.pop().unwrap();
    let opened = world
        .ctx()
        .keys
        .decrypt(sealed.secret_data.as_ref().unwrap(), sealed.id.0.as_bytes());
    assert!(opened.is_err());
    let refused = world.refresh(&made.session.refresh).await;
    assert_eq!(refused["userErrors"][0]["code"], "EXPIRED");
    drop(world);

    let world = era(&database, data.path(), PRESENT, Some(FORMER)).await;
    assert!(world.is_signed_in(&made.session).await);
    assert_eq!(statuses(&world, &made.urls).await, [200, 200, 200]);
    let refreshed = Session::of(&world.refresh(&made.session.refresh).await);
    assert!(world.is_signed_in(&refreshed).await);
    assert_ne!(kid(&refreshed.access), kid(&made.session.access));
    let temporary = world.mailed_password().await;
    let login = world.login("zainab@example.ne", &temporary).await;
    assert_eq!(login["viewer"]["mustChangePassword"], true, "{login}");
    world.app.run_jobs().await;
    for template in ["client_credentials", "password_reset"] {
        let letter = world.letters(template).await.pop().unwrap();
        assert_eq!(letter.status, Status::Sent, "{template}: {:?}", letter.last_error);
    }
}

/// A refresh whose answer was lost is answered alike on both sides of a step of the roll-out.
#[tokio::test]
async fn a_lost_answer_is_given_again_by_an_instance_with_the_other_key() {
    let (database, data) = (
        Arc::new(TestDatabase::create().await),
        tempfile::tempdir().unwrap(),
    );
    let knows = era(&database, data.path(), FORMER, Some(PRESENT)).await;
    let session = knows.staff().await;
    let lost = Session::of(&knows.refresh(&session.refresh).await);
    let changed = era(&database, data.path(), PRESENT, Some(FORMER)).await;
    let again = Session::of(&changed.refresh(&session.refresh).await);
    let after = Session::of(&changed.refresh(&again.refresh).await);
    assert!(changed.is_signed_in(&after).await && knows.is_signed_in(&after).await);
    assert!(knows.is_signed_in(&lost).await);
    Session::of(&knows.refresh(&after.refresh).await);
}

#[tokio::test]
async fn the_newest_link_is_the_only_one_whichever_key_named_it() {
    let (database, data) = (
        Arc::new(TestDatabase::create().await),
        tempfile::tempdir().unwrap(),
    );
    let world = era(&database, data.path(), FORMER, None).await;
    world.client("Zaïnab", "zainab@example.ne").await;
    request(&world, "zainab@example.ne").await;
    let first = token(&world).await;
    drop(world);
    let world = era(&database, data.path(), PRESENT, Some(FORMER)).await;
    request(&world, "zainab@example.ne").await;
    let second = token(&world).await;
    let reset = async |token: &str| {
        let input = json!({ "input": { "token": token, "newPassword": "citron vapeur tambour neige" } });
        world.run(None, RESET, input).await["resetPassword"].take()
    };
    assert_eq!(reset(&first).await["userErrors"][0]["code"], "EXPIRED");
    assert_eq!(reset(&second).await["passwordReset"], true);
}

/// The token in the link of the last mail.
async fn token(world: &World) -> String {
    let letter = world.letters("password_reset").await.pop().unwrap();
    let data = world.secret_of(&letter);
    data["link"]
        .as_str()
        .unwrap()
        .split_once("#token=")
        .unwrap()
        .1
        .to_owned()
}

/// Where somebody has signed in before, failures of others elsewhere don't make them wait; the list is named with the key.
#[tokio::test]
async fn known_addresses_stay_known() {
    let (database, data) = (
        Arc::new(TestDatabase::create().await),
        tempfile::tempdir().unwrap(),
    );
    let world = era(&database, data.path(), FORMER, None).await;
    world.client("Zaïnab", "zainab@example.ne").await;
    world.sign_in("zainab@example.ne", PASSWORD).await;
    drop(world);
    let world = era(&database, data.path(), PRESENT, Some(FORMER)).await;
    // 30 an hour for the account from addresses that it never signed in from, ten from one.
    let login = "mutation($input: LoginInput!) { login(input: $input) { userErrors { code } } }";
    for host in 1..=4 {
        for _ in 0..9 {
            let input = json!({ "input": { "email": "zainab@example.ne", "password": "faux faux faux" } });
            let from = format!("198.51.100.{host}");
            world
                .send_from(&from, world.app.address(), None, login, input)
                .await;
        }
    }
    let from_elsewhere = {
        let input = json!({ "input": { "email": "zainab@example.ne", "password": PASSWORD } });
        let answer = world
            .send_from("198.51.100.77", world.app.address(), None, login, input)
            .await;
        answer.1["errors"][0]["extensions"]["code"].clone()
    };
    assert_eq!(from_elsewhere, "RATE_LIMITED");
    world.sign_in("zainab@example.ne", PASSWORD).await;
}
