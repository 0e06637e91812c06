//! What tests of who is who say often, over [`TestApp`].

use std::net::SocketAddr;

use belle_house::features::accounts::{ACCOUNT_DISABLED, SESSION_REVOKED, StoredAccount};
use belle_house::features::clients::StoredClient;
use belle_house::features::clients::commands::{ClientFields, create_client_with_password};
use belle_house::features::staff::commands::{CreateStaff, create_staff};
use chrono::TimeDelta;
use platform::actor::{Actor, Locale, Role};
use platform::ctx::Ctx;
use platform::events::{self, EventKind};
use platform::outbox::table as deliveries;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use crate::support::app::{Builder, TestApp};

pub const PASSWORD: &str = "tabouret lune girafe orage";
pub const TOKENS: &str = "session { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt } userErrors { code message field }";

/// The tokens of a signed-in person.
#[derive(Debug, Clone)]
pub struct Session {
    pub access: String,
    pub refresh: String,
}

impl Session {
    pub fn of(payload: &Value) -> Self {
        let token = |name: &str| payload["session"][name].as_str().unwrap().to_owned();
        Self {
            access: token("accessToken"),
            refresh: token("refreshToken"),
        }
    }
}

/// A server and what people do with it.
pub struct World {
    pub app: TestApp,
}

/// The usual server.
pub async fn world() -> World {
    World::start(TestApp::builder()).await
}

impl World {
    pub async fn start(builder: Builder) -> Self {
        let builder = builder
            .setting("TRUSTED_PROXIES", "127.0.0.1")
            .leaves_deliveries_pending();
        Self {
            app: builder.start().await,
        }
    }

    pub fn ctx(&self) -> &Ctx {
        self.app.ctx()
    }

    pub fn advance(&self, by: TimeDelta) {
        self.app.advance(by);
    }

    /// Sends a document; answers the status and the body.
    pub async fn send(&self, token: Option<&str>, query: &str, variables: Value) -> (u16, Value) {
        self.send_from("203.0.113.7", self.app.address(), token, query, variables)
            .await
    }

    /// Sends a document from an address behind our proxy to an instance.
    pub async fn send_from(
        &self,
        from: &str,
        to: SocketAddr,
        token: Option<&str>,
        query: &str,
        variables: Value,
    ) -> (u16, Value) {
        let mut request = self
            .app
            .http()
            .post(format!("http://{to}/graphql"))
            .header("accept", "application/graphql-response+json")
            .header("x-forwarded-for", from)
            .json(&json!({ "query": query, "variables": variables }));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Sends a document that must run without top-level errors; answers its data.
    pub async fn run(&self, session: Option<&Session>, query: &str, variables: Value) -> Value {
        let token = session.map(|session| session.access.as_str());
        let (status, mut body) = self.send(token, query, variables).await;
        assert_eq!((status, &body["errors"]), (200, &Value::Null), "{query}: {body}");
        body["data"].take()
    }

    /// The code of the one top-level error that a document is answered with.
    pub async fn refusal(&self, session: Option<&Session>, query: &str, variables: Value) -> String {
        let token = session.map(|session| session.access.as_str());
        let (_, body) = self.send(token, query, variables).await;
        body["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_else(|| panic!("{query} went through: {body}"))
            .to_owned()
    }

    pub async fn login(&self, email: &str, password: &str) -> Value {
        let query = format!(
            "mutation($input: LoginInput!) {{ login(input: $input) {{ {TOKENS} viewer {{ email role mustChangePassword }} }} }}"
        );
        let input = json!({ "input": { "email": email, "password": password, "deviceName": "Téléphone" } });
        self.run(None, &query, input).await["login"].take()
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> Session {
        Session::of(&self.login(email, password).await)
    }

    pub async fn refresh(&self, token: &str) -> Value {
        let query = format!(
            "mutation($input: RefreshSessionInput!) {{ refreshSession(input: $input) {{ {TOKENS} }} }}"
        );
        let input = json!({ "input": { "refreshToken": token } });
        self.run(None, &query, input).await["refreshSession"].take()
    }

    pub async fn change_password(&self, session: &Session, current: &str, new: &str) -> Value {
        let query = format!(
            "mutation($input: ChangePasswordInput!) {{ changePassword(input: $input) {{ {TOKENS} }} }}"
        );
        let input = json!({ "input": { "currentPassword": current, "newPassword": new } });
        self.run(Some(session), &query, input).await["changePassword"].take()
    }

    /// Whether the session's access token still opens anything.
    pub async fn is_signed_in(&self, session: &Session) -> bool {
        let (status, body) = self
            .send(Some(&session.access), "{ viewer { id } }", json!({}))
            .await;
        assert!(matches!(status, 200 | 401), "{status} {body}");
        status == 200
    }

    pub async fn staff_member(&self, email: &str, role: Role) -> StoredAccount {
        let input = CreateStaff {
            email: email.to_owned(),
            name: "Moussa Garba".to_owned(),
            role,
            locale: Locale::Fr,
            password: PASSWORD.into(),
        };
        create_staff(self.ctx(), &Actor::System, input).await.unwrap()
    }

    pub async fn staff(&self) -> Session {
        self.staff_member("moussa@bellehouse.ne", Role::Staff).await;
        self.sign_in("moussa@bellehouse.ne", PASSWORD).await
    }

    pub async fn client(&self, name: &str, email: &str) -> StoredClient {
        let input = ClientFields {
            name: Some(Some(name.to_owned())),
            email: Some(Some(email.to_owned())),
            ..ClientFields::default()
        };
        create_client_with_password(self.ctx(), &Actor::System, input, PASSWORD.into())
            .await
            .unwrap()
    }

    /// The mails with temporary passwords, in the order they were written.
    pub async fn credentials(&self) -> Vec<deliveries::Model> {
        self.letters("client_credentials").await
    }

    /// The deliveries of a template, in the order they were written.
    pub async fn letters(&self, template: &str) -> Vec<deliveries::Model> {
        deliveries::Entity::find()
            .filter(deliveries::Column::Template.eq(template))
            .order_by_asc(deliveries::Column::Id)
            .all(self.ctx().db.reader())
            .await
            .unwrap()
    }

    /// What a mail carries that nobody else may read.
    pub fn secret_of(&self, delivery: &deliveries::Model) -> Value {
        let sealed = delivery.secret_data.as_ref().unwrap();
        let data = self.ctx().keys.decrypt(sealed, delivery.id.0.as_bytes()).unwrap();
        serde_json::from_slice(&data).unwrap()
    }

    /// The temporary password that the last mail carries.
    pub async fn mailed_password(&self) -> String {
        let delivery = self.credentials().await.pop().unwrap();
        let data = self.secret_of(&delivery);
        data["temporaryPassword"].as_str().unwrap().to_owned()
    }

    /// The kinds of the control rows in the event log, in order.
    pub async fn control_rows(&self) -> Vec<String> {
        let rows = events::Entity::find()
            .filter(events::Column::Kind.is_in([SESSION_REVOKED, ACCOUNT_DISABLED].map(EventKind::name)))
            .order_by_asc(events::Column::Seq)
            .all(self.ctx().db.reader())
            .await
            .unwrap();
        for row in &rows {
            let (field, prefix) = if SESSION_REVOKED.is(row) {
                ("session", "ses_")
            } else {
                ("account", "acc_")
            };
            assert!(
                row.payload[field].as_str().unwrap().starts_with(prefix),
                "{row:?}"
            );
        }
        rows.into_iter().map(|row| row.kind).collect()
    }
}
