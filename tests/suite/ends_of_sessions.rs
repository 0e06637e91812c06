//! What a sign-in was given ends with it: URLs of pictures, and sockets that an older token opened.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::content_world::status;
use crate::project_world::{CREATE_UPDATE, query, upload};
use crate::support::app::TestApp;
use crate::support::people::{PASSWORD, Person};
use crate::support::subscription::{PATIENCE, Subscription};

/// The URL of an update's picture, as somebody is given it.
async fn picture(app: &TestApp, who: &Person, update: &Value) -> Value {
    let document = format!("{{ node(id: {update}) {{ ... on ProjectUpdate {{ images {{ url }} }} }} }}");
    query(app, who, &document).await["node"]["images"][0]["url"].clone()
}

async fn code(app: &TestApp, url: &Value) -> (u16, String) {
    let answer = app.http().get(url.as_str().unwrap()).send().await.unwrap();
    let status = answer.status().as_u16();
    let problem: Value = answer.json().await.unwrap();
    (status, problem["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn pictures_end_with_the_session_that_they_were_shown_in() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (admin, staff, client) = tokio::join!(app.admin(), app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let photo = upload(&app, &staff, 400).await;
    let input = json!({ "projectId": project, "title": "Murs", "uploadIds": [photo], "post": true });
    let update = app.run(&staff, CREATE_UPDATE, input).await["projectUpdate"]["id"].clone();
    let tablet = app.sign_in(&client.email, PASSWORD).await;
    let mut urls = Vec::new();
    for who in [&admin, &staff, &client, &tablet] {
        let url = picture(&app, who, &update).await;
        assert_eq!(status(&app, &url).await, 200);
        assert!(!urls.contains(&url), "each sign-in has its own");
        urls.push(url);
    }
    let [of_admin, of_staff, of_client, of_tablet] = urls.try_into().unwrap();
    let ended = (403, "SESSION_ENDED".to_owned());

    let logout = "mutation { logout(input: {}) { userErrors { code } } }";
    app.graphql(&tablet, logout, json!({})).await.data();
    assert_eq!(code(&app, &of_tablet).await, ended);
    assert_eq!(status(&app, &of_client).await, 200);

    let disable =
        "mutation($input: ClientIdInput!) { disableClient(input: $input) { userErrors { code message } } }";
    app.run(&staff, disable, json!({ "id": client.client() })).await;
    assert_eq!(code(&app, &of_client).await, ended);

    let me = query(&app, &staff, "{ viewer { id } }").await["viewer"]["id"].clone();
    let dismiss = "mutation($input: StaffMemberIdInput!) { disableStaffMember(input: $input) { userErrors { code message } } }";
    assert_eq!(status(&app, &of_staff).await, 200);
    app.run(&admin, dismiss, json!({ "id": me })).await;
    assert_eq!(code(&app, &of_staff).await, ended);
    assert_eq!(status(&app, &of_admin).await, 200);
    let taken = of_admin.as_str().unwrap().split_once("audience=").unwrap();
    let (_, rest) = of_staff.as_str().unwrap().split_once("audience=").unwrap();
    let forged = json!(format!("{}audience={}{}", taken.0, &rest[..30], &taken.1[30..]));
    assert_eq!(code(&app, &forged).await, (403, "BAD_SIGNATURE".to_owned()));
}

#[tokio::test]
async fn changing_the_password_ends_the_sockets_of_before() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let client = app.client().await;
    let stream = "subscription { viewerEvents { __typename } }";
    let streams = async |token: &str| {
        let whose = json!({ "Authorization": format!("Bearer {token}") });
        Subscription::start_with(app.address(), whose, stream, json!({})).await
    };
    let mut former = streams(&client.token).await;
    app.advance(TimeDelta::seconds(1));
    let change = "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { session { accessToken } \
        userErrors { code message field } } }";
    let input = json!({ "currentPassword": PASSWORD, "newPassword": "quatre chameaux bleus dansent" });
    let payload = app.run(&client, change, input).await;
    let token = payload["session"]["accessToken"].as_str().unwrap();
    let (code, reason) = former.closed_within(PATIENCE).await;
    assert_eq!(code, 4403, "{reason}: come back with the new token");
    let mut renewed = streams(token).await;
    renewed
        .expect_silence(std::time::Duration::from_millis(500))
        .await;
}

#[tokio::test]
async fn another_role_ends_the_sockets_of_before() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (admin, staff) = tokio::join!(app.admin(), app.staff());
    let stream = "subscription { staffEvents { __typename } }";
    let mut former = app.subscribe(&staff, stream, json!({})).await;
    let read = "{ viewer { id } }";
    let id = app.graphql(&staff, read, json!({})).await.data()["viewer"]["id"].clone();
    let read = "{ staffMembers(first: 100) { nodes { id version } } }";
    let members = app.graphql(&admin, read, json!({})).await.data()["staffMembers"]["nodes"].clone();
    let members = members.as_array().unwrap();
    let version = &members.iter().find(|it| it["id"] == id).unwrap()["version"];
    let promote = "mutation($input: UpdateStaffMemberInput!) { updateStaffMember(input: $input) { userErrors { code } } }";
    let input = json!({ "id": id, "expectedVersion": version, "patch": { "role": "ADMIN" } });
    app.run(&admin, promote, input).await;
    assert_eq!(former.closed_within(PATIENCE).await.0, 4403);
    let mut renewed = app.subscribe(&staff, stream, json!({})).await;
    renewed
        .expect_silence(std::time::Duration::from_millis(500))
        .await;
}

/// The new tokens may be in an answer on the very socket that the change ends.
#[tokio::test]
async fn a_password_changed_over_a_socket_is_answered_there_before_it_ends() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let client = app.client().await;
    app.advance(TimeDelta::seconds(1));
    let change = "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { session { accessToken } \
        userErrors { code message field } } }";
    let input =
        json!({ "input": { "currentPassword": PASSWORD, "newPassword": "quatre chameaux bleus dansent" } });
    let whose = json!({ "Authorization": format!("Bearer {}", client.token) });
    let mut socket = Subscription::start_with(app.address(), whose, change, input).await;
    let payload = socket.next().await["changePassword"].clone();
    assert!(payload["session"]["accessToken"].is_string(), "{payload}");
    assert_eq!(socket.closed_within(PATIENCE).await.0, 4403);
}
