//! What happened to accounts: told to the owner and to administrators, once, with where it came from; and the e-mail about
//! a new place.

use belle_house::app::PURGES;
use belle_house::features::accounts::{SecurityEvent, SecurityEvents, living_account_by_email};
use chrono::TimeDelta;
use migration::{Migrator, MigratorTrait, SchemaManager};
use platform::actor::{AccountId, Role};
use platform::{audit, housekeeping};
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, Statement};
use serde_json::{Value, json};

use crate::people_world::{PASSWORD, Session, TOKENS, World, world};
use crate::support::app::TestApp;
use crate::support::people::PASSWORD as EVERYBODYS;

const EMAIL: &str = "zainab@example.ne";
const HOME: &str = "203.0.113.7";
const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";
const CHROME: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36";
const FIELDS: &str = "kind message address device userAgent deviceName sessionId reason oldRole newRole";

/// Signs in from an address with a browser; answers the payload.
async fn sign_in_from(world: &World, address: &str, user_agent: &str, password: &str) -> Value {
    let query = format!("mutation($input: LoginInput!) {{ login(input: $input) {{ {TOKENS} }} }}");
    let input = json!({ "email": EMAIL, "password": password, "deviceName": "Téléphone" });
    let request = world
        .app
        .http()
        .post(format!("http://{}/graphql", world.app.address()))
        .header("x-forwarded-for", address)
        .header("user-agent", user_agent)
        .json(&json!({ "query": query, "variables": { "input": input } }));
    let mut body: Value = request.send().await.unwrap().json().await.unwrap();
    body["data"]["login"].take()
}

/// What the owner reads, the newest first.
async fn own(world: &World, session: &Session) -> Vec<Value> {
    let query = format!("{{ viewer {{ securityEvents(first: 100) {{ nodes {{ {FIELDS} }} }} }} }}");
    let data = world.run(Some(session), &query, json!({})).await;
    data["viewer"]["securityEvents"]["nodes"]
        .as_array()
        .unwrap()
        .clone()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["kind"].as_str().unwrap())
        .collect()
}

async fn of_everybody(world: &World, who: &Session, filter: Value) -> Vec<Value> {
    let query = format!(
        "query($filter: SecurityEventFilterInput) {{ securityEvents(first: 100, filter: $filter) {{ nodes {{ {FIELDS} \
         account {{ id name }} actor {{ name }} }} }} }}"
    );
    let data = world.run(Some(who), &query, json!({ "filter": filter })).await;
    data["securityEvents"]["nodes"].as_array().unwrap().clone()
}

async fn admin(world: &World) -> Session {
    world.staff_member("amina@bellehouse.ne", Role::Admin).await;
    world.sign_in("amina@bellehouse.ne", PASSWORD).await
}

#[tokio::test]
async fn the_owner_reads_of_sign_ins_with_device_and_address() {
    let world = world().await;
    world.client("Zaïnab", EMAIL).await;
    sign_in_from(&world, HOME, FIREFOX, "wrong").await;
    let session = Session::of(&sign_in_from(&world, HOME, FIREFOX, PASSWORD).await);
    let events = own(&world, &session).await;
    assert_eq!(kinds(&events), ["SIGNED_IN", "SIGN_IN_REFUSED"]);
    let signed_in = &events[0];
    assert_eq!(
        (
            &signed_in["address"],
            &signed_in["device"],
            &signed_in["userAgent"]
        ),
        (&json!(HOME), &json!("Firefox, Windows"), &json!(FIREFOX))
    );
    assert_eq!(signed_in["deviceName"], "Téléphone");
    assert!(signed_in["sessionId"].as_str().unwrap().starts_with("ses_"));
    assert_eq!(signed_in["message"], "Connexion.");
    assert_eq!(events[1]["reason"], "WRONG_PASSWORD");
    assert_eq!(
        events[1]["message"],
        "Connexion refusée\u{a0}: le mot de passe était incorrect."
    );
}

#[tokio::test]
async fn passwords_and_roles_are_told_once_and_no_secret_is_in_what_is_told() {
    let world = world().await;
    let admin = admin(&world).await;
    let moussa = world.staff_member("moussa@bellehouse.ne", Role::Staff).await;
    let session = world.sign_in("moussa@bellehouse.ne", PASSWORD).await;
    let changed = "citron vapeur tambour neige";
    let next = world.change_password(&session, PASSWORD, changed).await;
    let session = Session::of(&next);
    // Asked for and done by the link.
    let ask = "mutation { requestPasswordReset(input: { email: \"moussa@bellehouse.ne\" }) { requested } }";
    world.run(None, ask, json!({})).await;
    let letter = world.letters("password_reset").await.pop().unwrap();
    let link = world.secret_of(&letter)["link"].as_str().unwrap().to_owned();
    let token = link.split_once("#token=").unwrap().1.to_owned();
    let reset = "mutation($input: ResetPasswordInput!) { resetPassword(input: $input) { passwordReset } }";
    let input = json!({ "input": { "token": token, "newPassword": PASSWORD } });
    world.run(None, reset, input).await;
    // By an administrator.
    let id = moussa.id.to_string();
    let promote = "mutation($input: UpdateStaffMemberInput!) { updateStaffMember(input: $input) { staffMember { role } \
                   userErrors { code } } }";
    let read = "{ staffMembers(first: 100) { nodes { id version } } }";
    let members = world.run(Some(&admin), read, json!({})).await;
    let members = members["staffMembers"]["nodes"].as_array().unwrap().clone();
    let version = &members.iter().find(|it| it["id"] == id).unwrap()["version"];
    let input = json!({ "input": { "id": id, "expectedVersion": version, "patch": { "role": "ADMIN" } } });
    world.run(Some(&admin), promote, input).await;
    for mutation in [
        "disableStaffMember",
        "enableStaffMember",
        "enableStaffMember",
        "resendStaffCredentials",
    ] {
        let query = format!(
            "mutation($input: StaffMemberIdInput!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}"
        );
        let done = world
            .run(Some(&admin), &query, json!({ "input": { "id": id } }))
            .await;
        assert_eq!(done[mutation]["userErrors"], json!([]));
    }
    let events = of_everybody(&world, &admin, json!({ "accountId": id })).await;
    assert_eq!(
        kinds(&events),
        [
            "TEMPORARY_PASSWORD_MADE",
            "ACCOUNT_ENABLED",
            "ACCOUNT_DISABLED",
            "ROLE_CHANGED",
            "PASSWORD_RESET",
            "PASSWORD_RESET_REQUESTED",
            "PASSWORD_CHANGED",
            "SIGNED_IN",
        ]
    );
    assert_eq!(
        (&events[3]["oldRole"], &events[3]["newRole"]),
        (&json!("STAFF"), &json!("ADMIN"))
    );
    assert_eq!(
        events[3]["message"],
        "Rôle modifié\u{a0}: membre de l’équipe → administrateur."
    );
    for event in &events[..4] {
        assert_eq!(
            (&event["actor"]["name"], &event["address"]),
            (&json!("Moussa Garba"), &json!(null))
        );
    }
    for event in &events[4..] {
        assert_eq!((&event["actor"], &event["address"]), (&json!(null), &json!(HOME)));
    }
    let temporary =
        world.secret_of(&world.letters("staff_credentials").await[0])["temporaryPassword"].clone();
    let stored = format!("{:?}", stored(&world).await);
    for secret in [
        PASSWORD,
        changed,
        &token,
        &session.access,
        &session.refresh,
        temporary.as_str().unwrap(),
    ] {
        assert!(!stored.contains(secret), "{secret} is in {stored}");
    }
}

async fn stored(world: &World) -> Vec<SecurityEvent> {
    SecurityEvents::find().all(world.ctx().db.reader()).await.unwrap()
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_is_told() {
    let world = world().await;
    world.client("Zaïnab", EMAIL).await;
    let thief = world.sign_in(EMAIL, PASSWORD).await;
    let next = Session::of(&world.refresh(&thief.refresh).await);
    world.refresh(&next.refresh).await;
    assert_eq!(
        world.refresh(&thief.refresh).await["userErrors"][0]["code"],
        "EXPIRED"
    );
    assert_eq!(
        world.refresh(&thief.refresh).await["userErrors"][0]["code"],
        "EXPIRED"
    );
    let owner = world.sign_in(EMAIL, PASSWORD).await;
    let events = own(&world, &owner).await;
    assert_eq!(kinds(&events), ["SIGNED_IN", "REFRESH_TOKEN_REUSED", "SIGNED_IN"]);
    assert_eq!(events[1]["sessionId"], events[2]["sessionId"]);
    assert_eq!(events[1]["address"], HOME);
}

#[tokio::test]
async fn the_first_sign_in_from_a_new_place_is_written_to_the_owner() {
    let world = world().await;
    world.client("Zaïnab", EMAIL).await;
    let letters = async || world.letters("new_sign_in").await;
    let from = async |address: &str, user_agent: &str| {
        let payload = sign_in_from(&world, address, user_agent, PASSWORD).await;
        assert_eq!(payload["userErrors"], json!([]), "{address}");
        Session::of(&payload)
    };
    from(HOME, FIREFOX).await;
    assert_eq!(
        letters().await.len(),
        0,
        "an account's first sign-in is its owner's"
    );
    // The same neighbourhood and browser, whatever the version.
    from("203.0.113.99", &FIREFOX.replace("145", "146")).await;
    assert_eq!(letters().await.len(), 0);
    from("198.51.100.20", FIREFOX).await;
    assert_eq!(letters().await.len(), 1, "another neighbourhood");
    from(HOME, CHROME).await;
    assert_eq!(letters().await.len(), 2, "another device");
    from("198.51.100.21", FIREFOX).await;
    let session = from(HOME, CHROME).await;
    assert_eq!(letters().await.len(), 2, "both are known now");
    let new = "SIGNED_IN_FROM_NEW_PLACE";
    assert_eq!(
        kinds(&own(&world, &session).await),
        ["SIGNED_IN", "SIGNED_IN", new, new, "SIGNED_IN", "SIGNED_IN"]
    );
    let letter = &letters().await[1];
    assert_eq!(letter.address.as_deref(), Some(EMAIL));
    let data = letter.data.clone();
    assert_eq!(
        (&data["device"], &data["deviceName"], &data["address"]),
        (&json!("Chrome, Android"), &json!("Téléphone"), &json!(HOME))
    );
    world.app.run_jobs().await;
    let sent = world.app.mail.sent();
    let told = sent
        .iter()
        .find(|mail| mail.text.contains("Chrome, Android"))
        .unwrap();
    assert!(
        told.text.contains("Ce n'était pas vous") && told.text.contains(HOME),
        "{}",
        told.text
    );
    // A year later the place is new again.
    world.advance(TimeDelta::days(366));
    purge(&world).await;
    assert_eq!(stored(&world).await.len(), 0);
}

async fn purge(world: &World) {
    housekeeping::purge(world.ctx(), PURGES).await.unwrap();
}

#[tokio::test]
async fn of_eight_who_come_from_a_new_place_at_once_one_is_written_about() {
    let world = world().await;
    world.client("Zaïnab", EMAIL).await;
    sign_in_from(&world, HOME, FIREFOX, PASSWORD).await;
    let all = (0..8).map(|_| sign_in_from(&world, "198.51.100.20", FIREFOX, PASSWORD));
    for payload in futures_util::future::join_all(all).await {
        assert_eq!(payload["userErrors"], json!([]));
    }
    assert_eq!(world.letters("new_sign_in").await.len(), 1);
}

#[tokio::test]
async fn events_are_kept_for_a_year() {
    let world = world().await;
    world.client("Zaïnab", EMAIL).await;
    world.sign_in(EMAIL, PASSWORD).await;
    world.advance(TimeDelta::days(364));
    purge(&world).await;
    assert_eq!(stored(&world).await.len(), 1);
    world.advance(TimeDelta::days(2));
    purge(&world).await;
    assert_eq!(stored(&world).await.len(), 0);
}

#[tokio::test]
async fn administrators_filter_and_others_see_their_own() {
    let world = world().await;
    let admin = admin(&world).await;
    world.client("Zaïnab", EMAIL).await;
    let client = world.sign_in(EMAIL, PASSWORD).await;
    world.login(EMAIL, "wrong").await;
    world.advance(TimeDelta::minutes(10));
    let staff = world.staff().await;
    assert_eq!(of_everybody(&world, &admin, json!({})).await.len(), 4);
    let refused = of_everybody(&world, &admin, json!({ "kind": ["SIGN_IN_REFUSED"] })).await;
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0]["account"]["name"], "Zaïnab");
    let since = json!({ "since": world.ctx().clock.now() });
    let late = of_everybody(&world, &admin, since).await;
    assert_eq!(late.len(), 1);
    assert_eq!(late[0]["account"]["name"], "Moussa Garba");
    let nobody = AccountId::generate(world.ctx().clock.now()).to_string();
    assert_eq!(
        of_everybody(&world, &admin, json!({ "accountId": nobody }))
            .await
            .len(),
        0
    );
    assert_eq!(own(&world, &client).await.len(), 2);
    assert_eq!(own(&world, &staff).await.len(), 1);
    let all = "{ securityEvents { nodes { id } } }";
    for who in [&client, &staff] {
        assert_eq!(world.refusal(Some(who), all, json!({})).await, "FORBIDDEN");
        let theirs = "{ viewer { securityEvents { nodes { account { id } } } } }";
        assert_eq!(world.refusal(Some(who), theirs, json!({})).await, "FORBIDDEN");
    }
    assert_eq!(world.refusal(None, all, json!({})).await, "UNAUTHENTICATED");
}

/// What the audit log had of sign-ins before there were security events.
#[tokio::test]
async fn the_migration_moves_what_the_audit_log_has_of_sign_ins() {
    let app = TestApp::start().await;
    let client = app.client().await;
    let reader = app.ctx().db.reader();
    let account = living_account_by_email(reader, &client.email)
        .await
        .unwrap()
        .unwrap();
    let connection = sea_orm::Database::connect(app.database().url()).await.unwrap();
    let manager = SchemaManager::new(&connection);
    let all = Migrator::migrations();
    let migration = all
        .iter()
        .find(|it| it.name().ends_with("_security_events"))
        .unwrap();
    migration.down(&manager).await.unwrap();
    let signed_in =
        json!({ "session": { "old": null, "new": "ses_1" }, "device_name": { "old": null, "new": "Poste" } });
    let refused =
        json!({ "reason": { "old": null, "new": "EXPIRED" }, "address": { "old": null, "new": HOME } });
    for (action, changes) in [("SIGN_IN", signed_in), ("SIGN_IN_REFUSED", refused)] {
        let now = app.ctx().clock.now();
        let entry = "INSERT INTO audit_entries (id, at, action, record_kind, record_id, changes) \
                     VALUES ($1, $2, $3, 'Account', $4, $5)";
        let values: [sea_orm::Value; 5] = [
            AccountId::generate(now).0.into(),
            now.into(),
            action.into(),
            account.id.0.into(),
            changes.into(),
        ];
        let entry = Statement::from_sql_and_values(connection.get_database_backend(), entry, values);
        connection.execute_raw(entry).await.unwrap();
    }
    let count = async || audit::Entity::find().count(app.ctx().db.reader()).await.unwrap();
    let before = count().await;
    migration.up(&manager).await.unwrap();
    assert_eq!(count().await, before - 2);
    let again = app.sign_in(&client.email, EVERYBODYS).await;
    let query = format!("{{ viewer {{ securityEvents {{ nodes {{ {FIELDS} }} }} }} }}");
    let data = app.graphql(&again, &query, json!({})).await.data();
    let events = data["viewer"]["securityEvents"]["nodes"]
        .as_array()
        .unwrap()
        .clone();
    // No place was told then: the next sign-in is the first in one.
    assert_eq!(kinds(&events), ["SIGNED_IN", "SIGN_IN_REFUSED", "SIGNED_IN"]);
    assert_eq!(
        (&events[1]["reason"], &events[1]["address"]),
        (&json!("EXPIRED"), &json!(HOME))
    );
    assert_eq!(events[2]["deviceName"], "Poste");
}
