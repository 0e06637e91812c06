//! Clients: entering, finding, changing, shutting out, deleting.

use belle_house::features::clients::Clients;
use chrono::TimeDelta;
use platform::actor::Actor;
use platform::ctx::RecordTx;
use platform::db::WriteTx;
use platform::deletion::{delete_in_tx, force_delete_in_tx, restore_in_tx};
use platform::error::{CommandError, ErrorCode};
use platform::ids::new_uuid;
use platform::outbox::Status;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::people_world::{PASSWORD, Session, World, world};

const CREATE: &str = "mutation($input: CreateClientInput!) { createClient(input: $input) {
    client { id name email phone address locale whatsappEnabled version temporaryPasswordExpiresAt createdBy { name role } }
    userErrors { code field message } } }";
const UPDATE: &str = "mutation($id: ID!, $version: Int!, $patch: ClientPatchInput!) {
    updateClient(input: { id: $id, expectedVersion: $version, patch: $patch }) {
        client { name email phone address locale version } userErrors { code field } } }";

async fn create(world: &World, staff: &Session, input: Value) -> Value {
    world.run(Some(staff), CREATE, json!({ "input": input })).await["createClient"].take()
}

async fn update(world: &World, staff: &Session, id: &Value, version: i32, patch: Value) -> Value {
    let variables = json!({ "id": id, "version": version, "patch": patch });
    world.run(Some(staff), UPDATE, variables).await["updateClient"].take()
}

#[tokio::test]
async fn a_new_client_gets_a_password_that_nobody_else_sees_and_that_does_not_last() {
    let world = world().await;
    let staff = world.staff().await;
    let input =
        json!({ "name": "Zaïnab\u{7} Issoufou", "email": "zainab@example.ne", "phone": "90 12 34 56" });
    let payload = create(&world, &staff, input).await;
    assert_eq!(payload["userErrors"], json!([]));
    let client = &payload["client"];
    assert_eq!(client["name"], "Zaïnab Issoufou");
    assert_eq!(client["phone"], "+22790123456");
    assert_eq!(client["locale"], "FR");
    assert_eq!(
        client["createdBy"],
        json!({ "name": "Moussa Garba", "role": "STAFF" })
    );

    let [delivery] = &world.credentials().await[..] else {
        panic!("one mail")
    };
    assert!(delivery.is_secret);
    assert_eq!(delivery.data, json!({}));
    assert_eq!(delivery.address.as_deref(), Some("zainab@example.ne"));
    let password = world.mailed_password().await;

    let login = world.login("zainab@example.ne", &password).await;
    assert_eq!(login["viewer"]["mustChangePassword"], true);
    let session = Session::of(&login);
    let known = world
        .run(
            Some(&session),
            "{ viewer { id email role mustChangePassword } }",
            json!({}),
        )
        .await;
    assert_eq!(known["viewer"]["mustChangePassword"], true);
    for query in [
        "{ viewer { client { id } } }",
        "{ viewer { sessions { id } } }",
        "mutation { revokeOtherSessions { sessionIds } }",
        "mutation { updateProfile(input: { expectedVersion: 1, patch: {} }) { client { id } } }",
    ] {
        assert_eq!(
            world.refusal(Some(&session), query, json!({})).await,
            "PASSWORD_CHANGE_REQUIRED",
            "{query}"
        );
    }
    let session = Session::of(&world.refresh(&session.refresh).await);
    let session = Session::of(&world.change_password(&session, &password, PASSWORD).await);
    let free = world
        .run(
            Some(&session),
            "{ viewer { mustChangePassword client { name version } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        free["viewer"],
        json!({ "mustChangePassword": false, "client": { "name": "Zaïnab Issoufou", "version": 1 } })
    );
    assert_eq!(
        world.login("zainab@example.ne", &password).await["userErrors"][0]["code"],
        "INVALID"
    );
}

#[tokio::test]
async fn a_temporary_password_runs_out_and_staff_send_another() {
    let world = world().await;
    let staff = world.staff().await;
    let input = json!({ "name": "Zaïnab", "email": "zainab@example.ne", "locale": "EN" });
    let id = create(&world, &staff, input).await["client"]["id"].take();
    let first = world.mailed_password().await;
    let early = world.sign_in("zainab@example.ne", &first).await;
    world.advance(TimeDelta::hours(72));
    let login = world.login("zainab@example.ne", &first).await;
    assert_eq!(login["userErrors"][0]["code"], "EXPIRED");
    let early = Session::of(&world.refresh(&early.refresh).await);
    let late = world.change_password(&early, &first, PASSWORD).await;
    assert_eq!(late["userErrors"][0]["code"], "EXPIRED");

    let staff = Session::of(&world.refresh(&staff.refresh).await);
    let resend = "mutation($id: ID!) { resendClientCredentials(input: { id: $id }) { client { id } userErrors { code } } }";
    let sent = world.run(Some(&staff), resend, json!({ "id": id })).await;
    assert_eq!(sent["resendClientCredentials"]["userErrors"], json!([]));
    assert!(!world.is_signed_in(&early).await);
    let deliveries = world.credentials().await;
    assert_eq!(deliveries[0].status, Status::Cancelled);
    assert_eq!(deliveries[0].secret_data, None);
    let second = world.mailed_password().await;
    assert_ne!(first, second);
    assert_eq!(
        world.login("zainab@example.ne", &first).await["userErrors"][0]["code"],
        "INVALID"
    );
    assert!(!world.login("zainab@example.ne", &second).await["session"].is_null());
}

#[tokio::test]
async fn every_mistake_of_the_form_is_told_at_once() {
    let world = world().await;
    let staff = world.staff().await;
    let input = json!({ "name": " ", "email": "nobody", "phone": "12", "address": "x".repeat(501) });
    let payload = create(&world, &staff, input).await;
    let told: Vec<_> = payload["userErrors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            (
                error["code"].as_str().unwrap(),
                error["field"][1].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("REQUIRED", "name"),
            ("INVALID", "email"),
            ("INVALID", "phone"),
            ("TOO_LONG", "address")
        ]
    );
    assert!(world.credentials().await.is_empty());

    let taken = json!({ "name": "Moussa", "email": "MOUSSA@bellehouse.ne" });
    let payload = create(&world, &staff, taken).await;
    assert_eq!(payload["userErrors"][0]["code"], "TAKEN");
    assert_eq!(payload["userErrors"][0]["field"], json!(["input", "email"]));
}

#[tokio::test]
async fn entering_a_client_twice_with_one_key_enters_one() {
    let world = world().await;
    let staff = world.staff().await;
    let input = json!({ "name": "Zaïnab", "email": "zainab@example.ne", "idempotencyKey": "one" });
    let (first, second) = tokio::join!(
        create(&world, &staff, input.clone()),
        create(&world, &staff, input.clone())
    );
    assert_eq!(first["client"]["id"], second["client"]["id"]);
    assert_eq!(world.credentials().await.len(), 1);
    let other = json!({ "name": "Issa", "email": "issa@example.ne", "idempotencyKey": "one" });
    assert_eq!(
        create(&world, &staff, other).await["userErrors"][0]["code"],
        "KEY_REUSED"
    );
}

#[tokio::test]
async fn a_patch_keeps_what_is_absent_and_clears_what_is_null() {
    let world = world().await;
    let staff = world.staff().await;
    let input =
        json!({ "name": "Zaïnab", "email": "z@example.ne", "phone": "90123456", "address": "Plateau" });
    let id = create(&world, &staff, input).await["client"]["id"].take();
    let payload = update(&world, &staff, &id, 1, json!({ "phone": null, "locale": "EN" })).await;
    assert_eq!(
        payload["client"],
        json!({ "name": "Zaïnab", "email": "z@example.ne", "phone": null, "address": "Plateau", "locale": "EN",
            "version": 2 })
    );
    let unchanged = update(&world, &staff, &id, 2, json!({ "locale": "EN" })).await;
    assert_eq!(unchanged["client"]["version"], 2);

    let stale = update(&world, &staff, &id, 1, json!({ "name": "X" })).await;
    assert_eq!(
        stale["userErrors"],
        json!([{ "code": "CONFLICT", "field": ["input", "expectedVersion"] }])
    );
    assert_eq!(stale["client"]["version"], 2);
    assert_eq!(stale["client"]["name"], "Zaïnab");

    let cleared = update(&world, &staff, &id, 2, json!({ "name": null, "phone": "x" })).await;
    assert_eq!(
        cleared["userErrors"],
        json!([
            { "code": "REQUIRED", "field": ["input", "patch", "name"] },
            { "code": "INVALID", "field": ["input", "patch", "phone"] },
        ])
    );
    assert_eq!(cleared["client"], json!(null));

    let wrong = update(
        &world,
        &staff,
        &json!("prj_01h455vb4pex5vsknk084sn02q"),
        1,
        json!({}),
    )
    .await;
    assert_eq!(wrong["userErrors"][0]["code"], "INVALID");
    let missing = update(
        &world,
        &staff,
        &json!("cli_01h455vb4pex5vsknk084sn02q"),
        1,
        json!({}),
    )
    .await;
    assert_eq!(
        missing["userErrors"],
        json!([{ "code": "NOT_FOUND", "field": ["input", "id"] }])
    );
}

#[tokio::test]
async fn a_corrected_address_gets_a_new_password_and_the_first_mail_is_void() {
    let world = world().await;
    let staff = world.staff().await;
    let input = json!({ "name": "Zaïnab", "email": "zainap@example.ne" });
    let id = create(&world, &staff, input).await["client"]["id"].take();
    let first = world.mailed_password().await;
    let payload = update(&world, &staff, &id, 1, json!({ "email": "zainab@example.ne" })).await;
    assert_eq!(payload["client"]["email"], "zainab@example.ne");
    assert_eq!(payload["client"]["version"], 2);
    let deliveries = world.credentials().await;
    assert_eq!(deliveries.len(), 2);
    assert_eq!(deliveries[0].status, Status::Cancelled);
    assert_eq!(deliveries[1].address.as_deref(), Some("zainab@example.ne"));
    for (email, password) in [("zainap@example.ne", &first), ("zainab@example.ne", &first)] {
        assert_eq!(
            world.login(email, password).await["userErrors"][0]["code"],
            "INVALID"
        );
    }
    let second = world.mailed_password().await;
    let session = world.sign_in("zainab@example.ne", &second).await;
    world.change_password(&session, &second, PASSWORD).await;

    // Whoever has chosen a password keeps it when the address changes.
    let payload = update(
        &world,
        &staff,
        &id,
        2,
        json!({ "email": "z.issoufou@example.ne" }),
    )
    .await;
    assert_eq!(payload["userErrors"], json!([]));
    assert_eq!(world.credentials().await.len(), 2);
    assert_eq!(world.letters("password_changed").await.len(), 1);
    assert!(!world.login("z.issoufou@example.ne", PASSWORD).await["session"].is_null());
    let taken = update(&world, &staff, &id, 3, json!({ "email": "moussa@bellehouse.ne" })).await;
    assert_eq!(
        taken["userErrors"],
        json!([{ "code": "TAKEN", "field": ["input", "patch", "email"] }])
    );
}

#[tokio::test]
async fn a_search_without_end_is_refused() {
    let world = world().await;
    let staff = world.staff().await;
    let words: Vec<String> = (0..2_000).map(|number| format!("w{number}")).collect();
    let letters = "x".repeat(100_000);
    for search in [words.join(" "), letters] {
        for list in ["clients", "projects", "projectUpdates"] {
            let query = format!("query($s: String) {{ {list}(filter: {{ search: $s }}) {{ totalCount }} }}");
            let (status, answer) = world
                .send(Some(&staff.access), &query, json!({ "s": search }))
                .await;
            assert_eq!(status, 200);
            assert_eq!(
                answer["errors"][0]["extensions"]["code"], "BAD_REQUEST",
                "{answer}"
            );
            assert!(
                answer["errors"][0]["message"]
                    .as_str()
                    .unwrap()
                    .contains("20 mots")
            );
        }
    }
    let nul = "query($s: String) { clients(filter: { search: $s }) { totalCount } }";
    let (status, answer) = world
        .send(Some(&staff.access), nul, json!({ "s": "a\u{0}b" }))
        .await;
    assert_eq!(
        (status, &answer["errors"][0]["extensions"]["code"]),
        (400, &json!("BAD_REQUEST"))
    );
}

#[tokio::test]
async fn clients_are_found_by_what_staff_remember_of_them() {
    let world = world().await;
    let staff = world.staff().await;
    for (name, email, phone) in [
        ("Zaïnab Issoufou", "zainab@example.ne", "90123456"),
        ("Élodie Maïga", "elodie@example.fr", "96000001"),
        ("Issa Élhadj", "issa@example.ne", "90999999"),
    ] {
        create(
            &world,
            &staff,
            json!({ "name": name, "email": email, "phone": phone }),
        )
        .await;
    }
    let names = async |arguments: &str| {
        let query = format!("{{ clients{arguments} {{ totalCount nodes {{ name }} }} }}");
        let data = world.run(Some(&staff), &query, json!({})).await;
        let nodes = data["clients"]["nodes"].as_array().unwrap().clone();
        nodes
            .iter()
            .map(|node| node["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("(filter: { search: \"elhadj\" })").await, ["Issa Élhadj"]);
    assert_eq!(
        names("(filter: { search: \"NE zaïnab\" })").await,
        ["Zaïnab Issoufou"]
    );
    assert_eq!(
        names("(filter: { search: \"90123456\" })").await,
        ["Zaïnab Issoufou"]
    );
    assert_eq!(
        names("(filter: { search: \"100%\" })").await,
        Vec::<String>::new()
    );
    assert_eq!(
        names("(orderBy: { field: CREATED_AT, direction: DESC }, first: 2)").await,
        ["Issa Élhadj", "Élodie Maïga"]
    );
    assert_eq!(
        names("").await,
        ["Élodie Maïga", "Issa Élhadj", "Zaïnab Issoufou"]
    );
    let data = world
        .run(
            Some(&staff),
            "{ clients(filter: { search: \"issa\" }) { nodes { id } } }",
            json!({}),
        )
        .await;
    let id = data["clients"]["nodes"][0]["id"].clone();
    let disable = "mutation($id: ID!) { disableClient(input: { id: $id }) { client { disabledAt } userErrors { code } } }";
    world.run(Some(&staff), disable, json!({ "id": id })).await;
    assert_eq!(names("(filter: { disabled: true })").await, ["Issa Élhadj"]);
    assert_eq!(names("(filter: { disabled: false })").await.len(), 2);
    let pages = world
        .run(
            Some(&staff),
            "{ clients(page: 2, pageSize: 2) { page { number size count next previous } pageInfo { hasNextPage } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        pages["clients"]["page"],
        json!({ "number": 2, "size": 2, "count": 3, "next": null, "previous": 1 })
    );
    let both = world
        .refusal(
            Some(&staff),
            "{ clients(first: 1, page: 1) { totalCount } }",
            json!({}),
        )
        .await;
    assert_eq!(both, "BAD_REQUEST");
}

#[tokio::test]
async fn a_disabled_client_is_out_at_once_and_can_come_back() {
    let world = world().await;
    let staff = world.staff().await;
    let client = world.client("Zaïnab", "zainab@example.ne").await;
    let session = world.sign_in("zainab@example.ne", PASSWORD).await;
    let switch = async |field: &str| {
        let query = format!(
            "mutation($id: ID!) {{ {field}(input: {{ id: $id }}) {{ client {{ disabledAt version }} userErrors {{ code }} }} }}"
        );
        let data = world.run(Some(&staff), &query, json!({ "id": client.id })).await;
        data[field].clone()
    };
    for _ in 0..2 {
        let disabled = switch("disableClient").await;
        assert_eq!(disabled["client"]["disabledAt"], "2026-11-21T05:00:00+00:00");
        assert_eq!(disabled["client"]["version"], 2, "twice changes nothing");
    }
    assert!(!world.is_signed_in(&session).await);
    assert!(world.refresh(&session.refresh).await["session"].is_null());
    assert_eq!(world.control_rows().await, ["SessionRevoked", "AccountDisabled"]);
    let locked = "mutation($id: ID!) { resendClientCredentials(input: { id: $id }) { userErrors { code } } }";
    let locked = world.run(Some(&staff), locked, json!({ "id": client.id })).await;
    assert_eq!(
        locked["resendClientCredentials"]["userErrors"][0]["code"],
        "LOCKED"
    );

    assert_eq!(switch("enableClient").await["client"]["disabledAt"], json!(null));
    assert!(
        !world.is_signed_in(&session).await,
        "a session that ended stays over"
    );
    // Whoever looks for what was done to the client finds what was done to the account.
    let log = format!(
        "{{ auditLog(filter: {{ recordId: \"{}\" }}) {{ nodes {{ recordType action changes {{ field old new }} }} }} }}",
        client.id
    );
    let log = world.run(Some(&staff), &log, json!({})).await;
    let entries = log["auditLog"]["nodes"].as_array().unwrap();
    let disabled = json!([{ "field": "disabledAt", "old": null, "new": "2026-11-21T05:00:00Z" }]);
    for kind in ["Account", "Client"] {
        assert!(
            entries
                .iter()
                .any(|entry| entry["recordType"] == kind && entry["changes"] == disabled),
            "{kind}: {log}"
        );
    }
    assert!(!world.login("zainab@example.ne", PASSWORD).await["session"].is_null());
}

#[tokio::test]
async fn clients_change_their_own_profile_and_see_no_other() {
    let world = world().await;
    let own = world.client("Zaïnab", "zainab@example.ne").await;
    let other = world.client("Issa", "issa@example.ne").await;
    let session = world.sign_in("zainab@example.ne", PASSWORD).await;
    let change =
        "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { client { id phone locale
        notificationPreferences { emailUpdates pushUpdates } version } userErrors { code field } } }";
    let patch =
        json!({ "phone": "90123456", "locale": "EN", "notificationPreferences": { "emailUpdates": false } });
    let input = json!({ "input": { "expectedVersion": 1, "patch": patch } });
    let changed = world.run(Some(&session), change, input.clone()).await;
    assert_eq!(
        changed["updateProfile"]["client"],
        json!({ "id": own.id, "phone": "+22790123456", "locale": "EN",
            "notificationPreferences": { "emailUpdates": false, "pushUpdates": true }, "version": 2 })
    );
    let viewer = world
        .run(Some(&session), "{ viewer { locale } }", json!({}))
        .await;
    assert_eq!(viewer["viewer"]["locale"], "EN");
    let stale = world.run(Some(&session), change, input).await;
    assert_eq!(stale["updateProfile"]["userErrors"][0]["code"], "CONFLICT");
    assert_eq!(stale["updateProfile"]["client"]["version"], 2);

    let id = json!({ "id": other.id });
    for query in [
        "query($id: ID!) { client(id: $id) { name } }",
        "query($id: ID!) { clients { nodes { id } } client(id: $id) { id } }",
        "mutation($id: ID!) { disableClient(input: { id: $id }) { client { id } } }",
        "mutation($id: ID!) { enableClient(input: { id: $id }) { client { id } } }",
        "mutation($id: ID!) { resendClientCredentials(input: { id: $id }) { client { id } } }",
        "mutation($id: ID!) { updateClient(input: { id: $id, expectedVersion: 1, patch: {} }) { client { id } } }",
        "mutation { createClient(input: { name: \"x\", email: \"x@example.ne\" }) { client { id } } }",
    ] {
        let query = if query.contains("$id: ID!) { clients") {
            "{ clients { nodes { id } } }"
        } else {
            query
        };
        assert_eq!(
            world.refusal(Some(&session), query, id.clone()).await,
            "FORBIDDEN",
            "{query}"
        );
        assert_eq!(
            world.refusal(None, query, id.clone()).await,
            "UNAUTHENTICATED",
            "{query}"
        );
    }
    for field in ["createdBy { name }", "disabledAt", "temporaryPasswordExpiresAt"] {
        let query = format!("{{ viewer {{ client {{ {field} }} }} }}");
        assert_eq!(
            world.refusal(Some(&session), &query, json!({})).await,
            "FORBIDDEN",
            "{field}"
        );
    }
    assert!(world.credentials().await.is_empty());
}

/// A deletion that the server makes by itself.
fn by_itself<'a>(world: &'a World, tx: &'a WriteTx) -> RecordTx<'a> {
    let (ctx, actor) = (world.ctx(), &Actor::System);
    RecordTx { ctx, tx, actor }
}

#[tokio::test]
async fn deleting_a_client_ends_everything_and_restoring_brings_exactly_that_back() {
    let world = world().await;
    let staff = world.staff().await;
    let client = world.client("Zaïnab", "zainab@example.ne").await;
    let session = world.sign_in("zainab@example.ne", PASSWORD).await;
    let batch = new_uuid(world.ctx().clock.now());
    let write = async || world.ctx().db.begin_write(world.ctx().clock.now()).await.unwrap();

    let tx = write().await;
    let deleted = async || {
        delete_in_tx::<Clients>(&by_itself(&world, &tx), batch, &[client.id.0])
            .await
            .unwrap()
            .len()
    };
    assert_eq!((deleted().await, deleted().await), (1, 0));
    tx.commit().await.unwrap();
    assert!(!world.is_signed_in(&session).await);
    assert_eq!(
        world.login("zainab@example.ne", PASSWORD).await["userErrors"][0]["code"],
        "INVALID"
    );
    assert_eq!(world.control_rows().await, ["SessionRevoked", "AccountDisabled"]);
    let seen = async |arguments: &str| {
        let query = format!("{{ clients{arguments} {{ nodes {{ id deletedAt }} }} }}");
        world.run(Some(&staff), &query, json!({})).await["clients"]["nodes"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(
        (
            seen("").await,
            seen("(scope: DELETED)").await,
            seen("(scope: ALL)").await
        ),
        (0, 1, 1)
    );
    let gone = world
        .run(
            Some(&staff),
            "query($id: ID!) { client(id: $id) { id } }",
            json!({ "id": client.id }),
        )
        .await;
    assert_eq!(gone["client"], json!(null));

    // The address is free for another, and then the first can't come back.
    let other = world.client("Zaïnab bis", "ZAINAB@example.ne").await;
    let tx = write().await;
    let refused = restore_in_tx::<Clients>(&by_itself(&world, &tx), batch).await;
    assert!(
        matches!(&refused, Err(CommandError::Rejected(found)) if found[0].code == ErrorCode::Taken),
        "{refused:?}"
    );
    drop(tx);
    let tx = write().await;
    let row = Clients::find_by_id(other.id)
        .one(tx.conn())
        .await
        .unwrap()
        .unwrap();
    force_delete_in_tx::<Clients>(&by_itself(&world, &tx), &row)
        .await
        .unwrap();
    let restored = restore_in_tx::<Clients>(&by_itself(&world, &tx), batch)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        restored.iter().map(|client| client.id).collect::<Vec<_>>(),
        [client.id]
    );
    assert!(!world.is_signed_in(&session).await);
    assert!(!world.login("zainab@example.ne", PASSWORD).await["session"].is_null());
}
