//! Tokens, their rotation and their end.

use belle_house::features::accounts::purge_sessions;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::people_world::{PASSWORD, Session, world};

const OTHER_PASSWORD: &str = "quatre chameaux bleus dansent";

fn is_over(payload: &Value) -> bool {
    assert_eq!(
        payload["session"].is_null(),
        payload["userErrors"][0]["code"] == "EXPIRED",
        "{payload}"
    );
    payload["session"].is_null()
}

#[tokio::test]
async fn refreshing_rotates_the_token() {
    let world = world().await;
    world.client("Zaïnab", "zainab@example.ne").await;
    let first = world.sign_in("zainab@example.ne", PASSWORD).await;
    let second = Session::of(&world.refresh(&first.refresh).await);
    let third = Session::of(&world.refresh(&second.refresh).await);
    assert!(first.refresh != second.refresh && second.refresh != third.refresh);
    assert!(world.is_signed_in(&third).await);
    assert!(world.control_rows().await.is_empty());
}

#[tokio::test]
async fn a_lost_answer_can_be_asked_for_again_within_a_minute() {
    let world = world().await;
    world.client("Zaïnab", "zainab@example.ne").await;
    let first = world.sign_in("zainab@example.ne", PASSWORD).await;
    let lost = Session::of(&world.refresh(&first.refresh).await);
    world.advance(TimeDelta::seconds(60));
    let again = Session::of(&world.refresh(&first.refresh).await);
    assert_eq!(again.refresh, lost.refresh);
    assert!(!is_over(&world.refresh(&again.refresh).await));
}

#[tokio::test]
async fn a_token_that_comes_too_late_ends_the_session() {
    let world = world().await;
    world.client("Zaïnab", "zainab@example.ne").await;
    let first = world.sign_in("zainab@example.ne", PASSWORD).await;
    let second = Session::of(&world.refresh(&first.refresh).await);
    world.advance(TimeDelta::seconds(61));
    assert!(is_over(&world.refresh(&first.refresh).await));
    assert!(is_over(&world.refresh(&second.refresh).await));
    assert!(!world.is_signed_in(&second).await);
}

#[tokio::test]
async fn a_stolen_token_ends_the_session_once_its_successor_was_used() {
    let world = world().await;
    world.client("Zaïnab", "zainab@example.ne").await;
    let other_device = world.sign_in("zainab@example.ne", PASSWORD).await;
    let first = world.sign_in("zainab@example.ne", PASSWORD).await;
    let second = Session::of(&world.refresh(&first.refresh).await);
    let third = Session::of(&world.refresh(&second.refresh).await);
    assert!(world.is_signed_in(&third).await);
    // The thief comes with the first one, within the minute.
    assert!(is_over(&world.refresh(&first.refresh).await));
    assert!(!world.is_signed_in(&third).await);
    assert!(is_over(&world.refresh(&third.refresh).await));
    assert!(world.is_signed_in(&other_device).await);
    assert_eq!(world.control_rows().await, ["SessionRevoked"]);
}

#[tokio::test]
async fn an_invented_token_ends_nothing() {
    let world = world().await;
    world.client("Zaïnab", "zainab@example.ne").await;
    let session = world.sign_in("zainab@example.ne", PASSWORD).await;
    let mut forged = session.refresh.clone().into_bytes();
    forged[40] = if forged[40] == b'A' { b'B' } else { b'A' };
    assert!(is_over(&world.refresh(&String::from_utf8(forged).unwrap()).await));
    assert!(is_over(&world.refresh("nonsense").await));
    assert!(world.is_signed_in(&session).await);
}

#[tokio::test]
async fn two_refreshes_at_once_get_the_same_successor() {
    let world = world().await;
    world.client("Zaïnab", "zainab@example.ne").await;
    let session = world.sign_in("zainab@example.ne", PASSWORD).await;
    let (one, other) = tokio::join!(world.refresh(&session.refresh), world.refresh(&session.refresh));
    assert_eq!(Session::of(&one).refresh, Session::of(&other).refresh);
}

#[tokio::test]
async fn an_access_token_lasts_an_hour_and_a_session_a_week_of_silence() {
    let world = world().await;
    world.client("Zaïnab", "zainab@example.ne").await;
    let session = world.sign_in("zainab@example.ne", PASSWORD).await;
    world.advance(TimeDelta::minutes(59));
    assert!(world.is_signed_in(&session).await);
    world.advance(TimeDelta::minutes(1));
    assert!(!world.is_signed_in(&session).await);
    assert_eq!(
        world
            .refusal(Some(&session), "{ viewer { id } }", json!({}))
            .await,
        "UNAUTHENTICATED"
    );
    world.advance(TimeDelta::days(6));
    let session = Session::of(&world.refresh(&session.refresh).await);
    assert!(world.is_signed_in(&session).await);
    world.advance(TimeDelta::days(7));
    assert!(is_over(&world.refresh(&session.refresh).await));
}

#[tokio::test]
async fn signing_out_ends_the_session_at_once_and_twice_is_no_mistake() {
    let world = world().await;
    world.client("Zaïnab", "zainab@example.ne").await;
    let logout = "mutation($input: LogoutInput) { logout(input: $input) { signedOut userErrors { code } } }";
    let session = world.sign_in("zainab@example.ne", PASSWORD).await;
    let done = json!({ "logout": { "signedOut": true, "userErrors": [] } });
    assert_eq!(world.run(Some(&session), logout, json!({})).await, done);
    assert!(!world.is_signed_in(&session).await);
    assert!(is_over(&world.refresh(&session.refresh).await));
    assert_eq!(world.control_rows().await.len(), 1);

    // A phone that slept past its access token signs out with the refresh token.
    let session = world.sign_in("zainab@example.ne", PASSWORD).await;
    world.advance(TimeDelta::hours(2));
    let input = json!({ "input": { "refreshToken": session.refresh } });
    for _ in 0..2 {
        assert_eq!(world.run(None, logout, input.clone()).await, done);
    }
    assert!(is_over(&world.refresh(&session.refresh).await));
    assert_eq!(world.refusal(None, logout, json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn changing_the_password_ends_the_other_sessions() {
    let world = world().await;
    world.client("Zaïnab", "zainab@example.ne").await;
    let here = world.sign_in("zainab@example.ne", PASSWORD).await;
    let there = world.sign_in("zainab@example.ne", PASSWORD).await;
    world.advance(TimeDelta::seconds(1));
    let payload = world.change_password(&here, PASSWORD, OTHER_PASSWORD).await;
    assert_eq!(payload["userErrors"], json!([]));
    let renewed = Session::of(&payload);
    assert!(world.is_signed_in(&renewed).await);
    assert!(
        !world.is_signed_in(&here).await,
        "an access token from before the change"
    );
    assert!(!world.is_signed_in(&there).await);
    assert!(is_over(&world.refresh(&there.refresh).await));
    assert_eq!(
        world.login("zainab@example.ne", PASSWORD).await["userErrors"][0]["code"],
        "INVALID"
    );
    assert!(!world.login("zainab@example.ne", OTHER_PASSWORD).await["session"].is_null());
    // The refresh token from before the change is as good as stolen.
    assert!(is_over(&world.refresh(&here.refresh).await));
    assert!(!world.is_signed_in(&renewed).await);
}

#[tokio::test]
async fn a_new_password_must_be_hard_to_guess_and_the_present_one_known() {
    let world = world().await;
    world.client("Zaïnab Issoufou", "zainab@example.ne").await;
    let session = world.sign_in("zainab@example.ne", PASSWORD).await;
    for (current, new, code, field) in [
        (PASSWORD, "short", "INVALID", "newPassword"),
        (PASSWORD, "motdepasse2026", "INVALID", "newPassword"),
        (PASSWORD, "issoufou1987", "INVALID", "newPassword"),
        (PASSWORD, "Belle-House-2026", "INVALID", "newPassword"),
        (PASSWORD, "www.bellehouse.ne", "INVALID", "newPassword"),
        (PASSWORD, PASSWORD, "INVALID", "newPassword"),
        (PASSWORD, &"x9".repeat(65), "TOO_LONG", "newPassword"),
        ("wrong", OTHER_PASSWORD, "INVALID", "currentPassword"),
    ] {
        let payload = world.change_password(&session, current, new).await;
        assert!(payload["session"].is_null());
        assert_eq!(payload["userErrors"][0]["code"], code, "{new}");
        assert_eq!(
            payload["userErrors"][0]["field"],
            json!(["input", field]),
            "{new}"
        );
    }
    assert!(world.is_signed_in(&session).await);
}

#[tokio::test]
async fn one_ends_ones_own_sessions_and_nobody_elses() {
    let world = world().await;
    world.client("Zaïnab", "zainab@example.ne").await;
    world.client("Issa", "issa@example.ne").await;
    let phone = world.sign_in("zainab@example.ne", PASSWORD).await;
    let tablet = world.sign_in("zainab@example.ne", PASSWORD).await;
    let laptop = world.sign_in("zainab@example.ne", PASSWORD).await;
    let stranger = world.sign_in("issa@example.ne", PASSWORD).await;
    let own_id = async |session: &Session| {
        let data = world
            .run(
                Some(session),
                "{ viewer { sessions { id isCurrent } } }",
                json!({}),
            )
            .await;
        let sessions = data["viewer"]["sessions"].as_array().unwrap().clone();
        let own = sessions
            .into_iter()
            .find(|session| session["isCurrent"] == true)
            .unwrap();
        own["id"].as_str().unwrap().to_owned()
    };
    let (tablet_id, stranger_id) = (own_id(&tablet).await, own_id(&stranger).await);
    let revoke =
        "mutation($id: ID!) { revokeSession(input: { id: $id }) { sessionIds userErrors { code field } } }";
    let answer = world
        .run(Some(&phone), revoke, json!({ "id": stranger_id }))
        .await;
    assert_eq!(
        answer["revokeSession"]["userErrors"],
        json!([{ "code": "NOT_FOUND", "field": ["input", "id"] }])
    );
    assert!(world.is_signed_in(&stranger).await);
    let answer = world.run(Some(&phone), revoke, json!({ "id": tablet_id })).await;
    assert_eq!(answer["revokeSession"]["sessionIds"], json!([tablet_id]));
    assert!(!world.is_signed_in(&tablet).await);
    let others = "mutation { revokeOtherSessions { sessionIds userErrors { code } } }";
    let answer = world.run(Some(&phone), others, json!({})).await;
    assert_eq!(
        answer["revokeOtherSessions"]["sessionIds"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert!(!world.is_signed_in(&laptop).await);
    assert!(world.is_signed_in(&phone).await);
    assert!(world.is_signed_in(&stranger).await);
}

#[tokio::test]
async fn sessions_that_ended_long_ago_are_forgotten() {
    let world = world().await;
    world.client("Zaïnab", "zainab@example.ne").await;
    world.sign_in("zainab@example.ne", PASSWORD).await;
    world.advance(TimeDelta::days(36));
    let purge = async || {
        purge_sessions(&world.ctx().db, world.ctx().clock.now())
            .await
            .unwrap()
    };
    assert_eq!(purge().await, 0);
    let session = world.sign_in("zainab@example.ne", PASSWORD).await;
    world.advance(TimeDelta::days(2));
    assert_eq!(purge().await, 1);
    assert!(!is_over(&world.refresh(&session.refresh).await));
}
