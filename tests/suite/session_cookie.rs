//! A browser's session: its refresh token lives in a cookie that no script can read and no other page can use.

use reqwest::{Response, header};
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::people::{PASSWORD, Person};

const LOGIN: &str = "mutation($input: LoginInput!) { login(input: $input) { \
    session { accessToken refreshToken } viewer { id } userErrors { code field } } }";
const REFRESH: &str = "mutation($input: RefreshSessionInput!) { refreshSession(input: $input) { \
    session { accessToken refreshToken } userErrors { code field } } }";
const LOGOUT: &str = "mutation { logout { signedOut } }";
const CHANGE: &str = "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { \
    session { accessToken refreshToken } userErrors { code field } } }";

/// A browser as far as it matters here: it says whose page asks, and sends the cookie that it has.
struct Browser<'a> {
    app: &'a TestApp,
    origin: Option<String>,
    cookie: Option<String>,
}

impl<'a> Browser<'a> {
    fn at_home(app: &'a TestApp) -> Self {
        Self {
            app,
            origin: Some(format!("http://{}", app.address())),
            cookie: None,
        }
    }

    /// The same cookie, sent by another page.
    fn from(&self, origin: Option<&str>) -> Self {
        Self {
            app: self.app,
            origin: origin.map(str::to_owned),
            cookie: self.cookie.clone(),
        }
    }

    async fn send(&self, token: Option<&str>, query: &str, input: Value) -> Response {
        let mut request = self
            .app
            .http()
            .post(format!("http://{}/graphql", self.app.address()))
            .json(&json!({ "query": query, "variables": { "input": input } }));
        for (name, value) in [
            (header::ORIGIN, self.origin.clone()),
            (header::COOKIE, self.cookie.clone()),
            (
                header::AUTHORIZATION,
                token.map(|token| format!("Bearer {token}")),
            ),
        ] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        request.send().await.unwrap()
    }

    /// The payload of a mutation, after keeping the cookie that came with it; and what was said of that cookie.
    async fn run(
        &mut self,
        token: Option<&str>,
        field: &str,
        query: &str,
        input: Value,
    ) -> (Value, Option<String>) {
        let answer = self.send(token, query, input).await;
        let told: Vec<String> = answer
            .headers()
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|it| it.to_str().unwrap().to_owned())
            .collect();
        assert!(told.len() <= 1, "{told:?}");
        let told = told.into_iter().next();
        if let Some(told) = &told {
            self.cookie = told.split(';').next().map(str::to_owned);
        }
        let body: Value = answer.json().await.unwrap();
        assert!(body["errors"].is_null(), "{body}");
        (body["data"][field].clone(), told)
    }

    async fn sign_in(&mut self, person: &Person) -> (Value, String) {
        let input = json!({ "email": person.email, "password": PASSWORD, "cookie": true });
        let (payload, told) = self.run(None, "login", LOGIN, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload}");
        assert_eq!(payload["session"]["refreshToken"], "", "no script sees the token");
        (payload, told.unwrap())
    }

    async fn refresh(&mut self) -> (Value, Option<String>) {
        self.run(None, "refreshSession", REFRESH, json!({})).await
    }
}

fn access_token(payload: &Value) -> String {
    payload["session"]["accessToken"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_page_of_ours_goes_on_after_a_reload_until_it_signs_out() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let mut browser = Browser::at_home(&app);
    let (_, told) = browser.sign_in(&staff).await;
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(told.contains(part), "{told}");
    }
    assert!(!told.contains("Domain"), "for this host alone: {told}");

    let first = browser.cookie.clone();
    let (payload, _) = browser.refresh().await;
    assert_eq!(payload["session"]["refreshToken"], "");
    assert_ne!(browser.cookie, first);
    let token = access_token(&payload);
    let me = app.graphql(token.as_str(), "{ viewer { id } }", json!({})).await;
    assert!(me.data()["viewer"]["id"].is_string());

    let (left, told) = browser.run(Some(&token), "logout", LOGOUT, json!({})).await;
    assert_eq!(left["signedOut"], true);
    assert!(told.unwrap().contains("Max-Age=0"));
    let (over, _) = browser.from(browser.origin.as_deref()).refresh().await;
    assert_eq!(over["userErrors"][0]["code"], "EXPIRED");
    browser.cookie = first;
    let (over, told) = browser.refresh().await;
    assert_eq!(over["userErrors"][0]["code"], "EXPIRED");
    assert!(told.unwrap().contains("Max-Age=0"), "a cookie that is over goes");
}

#[tokio::test]
async fn no_other_page_can_use_the_cookie() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let mut browser = Browser::at_home(&app);
    browser.sign_in(&staff).await;
    let port = app.address().port();
    let neighbour = format!("http://127.0.0.2:{port}");
    let secure = format!("https://{}", app.address());
    for origin in [
        None,
        Some("https://evil.example"),
        Some("null"),
        Some(neighbour.as_str()),
        Some(secure.as_str()),
    ] {
        let mut other = browser.from(origin);
        let (payload, told) = other.refresh().await;
        assert_eq!(payload["userErrors"][0]["code"], "EXPIRED", "{origin:?}");
        assert_eq!(told, None, "{origin:?}");
        let left = other.send(None, LOGOUT, json!({})).await;
        let left: Value = left.json().await.unwrap();
        assert_eq!(
            left["errors"][0]["extensions"]["code"], "UNAUTHENTICATED",
            "{origin:?}"
        );
        let input = json!({ "email": staff.email, "password": PASSWORD, "cookie": true });
        let (refused, told) = other.run(None, "login", LOGIN, input).await;
        assert_eq!(
            refused["userErrors"][0],
            json!({ "code": "INVALID", "field": ["input", "cookie"] })
        );
        assert_eq!((&refused["session"], told), (&Value::Null, None));
    }
    // Such a page would have to be allowed to send credentials and JSON.
    let preflight = app
        .http()
        .request(
            reqwest::Method::OPTIONS,
            format!("http://{}/graphql", app.address()),
        )
        .header(header::ORIGIN, "https://evil.example")
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type")
        .send()
        .await
        .unwrap();
    let allowed = |name| preflight.headers().get(name).is_some();
    assert!(!allowed(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
    assert!(!allowed(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    // The session is untouched by all that.
    let (payload, _) = browser.refresh().await;
    assert_eq!(payload["userErrors"], json!([]));
}

#[tokio::test]
async fn a_new_password_keeps_the_browser_that_chose_it() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let staff = app.staff().await;
    let mut browser = Browser::at_home(&app);
    let (payload, _) = browser.sign_in(&staff).await;
    let former = browser.cookie.clone();
    let input = json!({ "currentPassword": PASSWORD, "newPassword": "quatre mots sans rapport" });
    let token = access_token(&payload);
    let (changed, told) = browser.run(Some(&token), "changePassword", CHANGE, input).await;
    assert_eq!(changed["userErrors"], json!([]));
    assert_eq!(changed["session"]["refreshToken"], "");
    assert!(told.is_some());
    let (payload, _) = browser.refresh().await;
    assert_eq!(payload["userErrors"], json!([]));
    browser.cookie = former;
    let (over, _) = browser.refresh().await;
    assert_eq!(over["userErrors"][0]["code"], "EXPIRED");
}
