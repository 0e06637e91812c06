//! `createStaffMember` and what follows: somebody is hired, changes their role, leaves.

use platform::actor::Role;
use serde_json::{Value, json};

use crate::people_world::{PASSWORD, Session, World, world};

const MEMBER: &str =
    "staffMember { id version name email role locale disabledAt } userErrors { code message field }";
const MEMBERS: &str = "{ staffMembers(orderBy: { field: CREATED_AT, direction: ASC }) { totalCount nodes { name role disabledAt } } }";

async fn call(world: &World, who: &Session, mutation: &str, input: Value) -> Value {
    let kind = match mutation {
        "createStaffMember" => "CreateStaffMemberInput",
        "updateStaffMember" => "UpdateStaffMemberInput",
        _ => "StaffMemberIdInput",
    };
    let query = format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {MEMBER} }} }}");
    world.run(Some(who), &query, json!({ "input": input })).await[mutation].take()
}

fn new_member() -> Value {
    json!({ "name": "Ousmane Hama", "email": "Ousmane@bellehouse.ne", "role": "STAFF" })
}

async fn admin(world: &World) -> Session {
    world.staff_member("amina@bellehouse.ne", Role::Admin).await;
    world.sign_in("amina@bellehouse.ne", PASSWORD).await
}

async fn mailed_password(world: &World) -> String {
    let delivery = world.letters("staff_credentials").await.pop().unwrap();
    let data = world.secret_of(&delivery);
    data["temporaryPassword"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn somebody_is_hired_works_and_leaves() {
    let world = world().await;
    let admin = admin(&world).await;
    let created = call(&world, &admin, "createStaffMember", new_member()).await;
    let member = &created["staffMember"];
    assert_eq!(member["role"], "STAFF", "{created}");
    assert_eq!(member["locale"], "FR");
    let temporary = mailed_password(&world).await;
    let first = world.sign_in("ousmane@bellehouse.ne", &temporary).await;
    assert_eq!(
        world.refusal(Some(&first), MEMBERS, json!({})).await,
        "PASSWORD_CHANGE_REQUIRED"
    );
    let own = Session::of(
        &world
            .change_password(&first, &temporary, "citron vapeur tambour neige")
            .await,
    );
    let seen = world.run(Some(&own), MEMBERS, json!({})).await;
    assert_eq!(seen["staffMembers"]["totalCount"], 2);
    assert_eq!(seen["staffMembers"]["nodes"][1]["name"], "Ousmane Hama");

    // A new password, for an account that may be in other hands.
    let id = json!({ "id": member["id"] });
    call(&world, &admin, "resendStaffCredentials", id.clone()).await;
    assert!(!world.is_signed_in(&own).await);
    let again = mailed_password(&world).await;
    assert_ne!(again, temporary);
    let session = world.sign_in("ousmane@bellehouse.ne", &again).await;

    let gone = call(&world, &admin, "disableStaffMember", id.clone()).await;
    assert!(gone["staffMember"]["disabledAt"].is_string(), "{gone}");
    assert!(!world.is_signed_in(&session).await);
    assert_eq!(
        world.login("ousmane@bellehouse.ne", &again).await["userErrors"][0]["code"],
        "FORBIDDEN"
    );
    assert_eq!(world.control_rows().await.last().unwrap(), "AccountDisabled");
    // Twice changes nothing, and no password goes to somebody who is gone.
    let twice = call(&world, &admin, "disableStaffMember", id.clone()).await;
    assert_eq!(twice["staffMember"]["version"], gone["staffMember"]["version"]);
    let refused = call(&world, &admin, "resendStaffCredentials", id.clone()).await;
    assert_eq!(refused["userErrors"][0]["code"], "LOCKED");
    let back = call(&world, &admin, "enableStaffMember", id).await;
    assert_eq!(back["staffMember"]["disabledAt"], Value::Null);
    world.sign_in("ousmane@bellehouse.ne", &again).await;
}

#[tokio::test]
async fn what_is_entered_is_checked_and_the_key_replays() {
    let world = world().await;
    let admin = admin(&world).await;
    let wrong = json!({ "name": " ", "email": "amina@bellehouse.ne", "role": "CLIENT" });
    let refused = call(&world, &admin, "createStaffMember", wrong).await;
    let told: Vec<_> = refused["userErrors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (&it["code"], &it["field"]))
        .collect();
    assert_eq!(
        json!(told),
        json!([
            ["REQUIRED", ["input", "name"]],
            ["INVALID", ["input", "role"]],
            ["TAKEN", ["input", "email"]],
        ])
    );
    let mut input = new_member();
    input["idempotencyKey"] = json!("0f9f0f0e-6b7a-4c55-9d6a-2f4f6b0f5c11");
    let first = call(&world, &admin, "createStaffMember", input.clone()).await;
    let again = call(&world, &admin, "createStaffMember", input).await;
    assert_eq!(first["staffMember"]["id"], again["staffMember"]["id"]);
    assert_eq!(world.letters("staff_credentials").await.len(), 1);
    // Nothing of it is a client's or an unknown's: the same answer.
    let client = world.client("Zaïnab", "zainab@example.ne").await;
    for id in [
        client.account_id.to_string(),
        platform::actor::AccountId(client.id.0).to_string(),
    ] {
        let refused = call(&world, &admin, "disableStaffMember", json!({ "id": id })).await;
        assert_eq!(refused["userErrors"][0]["code"], "NOT_FOUND");
    }
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let world = world().await;
    let admin = admin(&world).await;
    let me = world.run(Some(&admin), "{ viewer { id } }", json!({})).await["viewer"]["id"].take();
    let demote = json!({ "id": me, "expectedVersion": 1, "patch": { "role": "STAFF" } });
    let refused = call(&world, &admin, "updateStaffMember", demote.clone()).await;
    assert_eq!(refused["userErrors"][0]["code"], "LOCKED");
    assert_eq!(
        refused["userErrors"][0]["field"],
        json!(["input", "patch", "role"])
    );
    let refused = call(&world, &admin, "disableStaffMember", json!({ "id": me })).await;
    assert_eq!(refused["userErrors"][0]["code"], "LOCKED");

    // Two administrators who dismiss each other at once: one of them stays.
    let second = world.staff_member("issa@bellehouse.ne", Role::Admin).await;
    let other = world.sign_in("issa@bellehouse.ne", PASSWORD).await;
    let (one, two) = tokio::join!(
        call_either(&world, &admin, json!({ "id": second.id.to_string() })),
        call_either(&world, &other, json!({ "id": me })),
    );
    let members = platform_admins(&world).await;
    assert_eq!(members, 1, "{one} {two}");
}

/// As [`call`], by somebody who may be dismissed before the answer.
async fn call_either(world: &World, who: &Session, input: Value) -> Value {
    let query = format!(
        "mutation($input: StaffMemberIdInput!) {{ disableStaffMember(input: $input) {{ {MEMBER} }} }}"
    );
    world
        .send(Some(&who.access), &query, json!({ "input": input }))
        .await
        .1
}

async fn platform_admins(world: &World) -> usize {
    use belle_house::features::staff::{StaffFilter, select_staff};
    let enabled = StaffFilter {
        role: Some(Role::Admin),
        disabled: Some(false),
    };
    let found = select_staff(&platform::actor::Actor::System, enabled);
    found.all(world.ctx().db.reader()).await.unwrap().len()
}

#[tokio::test]
async fn staff_see_each_other_and_change_nothing() {
    let world = world().await;
    world.staff_member("amina@bellehouse.ne", Role::Admin).await;
    let staff = world.staff().await;
    let seen = world.run(Some(&staff), MEMBERS, json!({})).await;
    assert_eq!(seen["staffMembers"]["totalCount"], 2);
    let create = "mutation($input: CreateStaffMemberInput!) { createStaffMember(input: $input) { staffMember { id } } }";
    let input = json!({ "input": new_member() });
    assert_eq!(world.refusal(Some(&staff), create, input).await, "FORBIDDEN");
    world.client("Zaïnab", "zainab@example.ne").await;
    let client = world.sign_in("zainab@example.ne", PASSWORD).await;
    assert_eq!(
        world.refusal(Some(&client), MEMBERS, json!({})).await,
        "FORBIDDEN"
    );
}
