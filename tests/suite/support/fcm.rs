//! A push service for tests, which keeps to the contract of FCM HTTP v1: tokens are given for assertions that are
//! signed as Google demands, messages are taken with such a token alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Form, Json, Router};
use data_encoding::BASE64;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

/// How the service answers for one device: status, error code, `Retry-After`.
pub type Fault = (u16, &'static str, Option<u32>);

/// The service.
#[derive(Clone)]
pub struct FcmServer {
    pub url: String,
    /// The service account's key file.
    pub credentials: String,
    state: Arc<Mutex<Book>>,
}

#[derive(Default)]
struct Book {
    public_key: Vec<u8>,
    audience: String,
    tokens: usize,
    messages: Vec<Value>,
    faults: HashMap<String, Fault>,
}

impl FcmServer {
    /// Listens on a port of its own, with a key of its own.
    pub async fn start() -> Self {
        let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = key.as_der().unwrap();
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            BASE64.encode(der.as_ref())
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let token_uri = format!("{url}token");
        let state = Arc::new(Mutex::new(Book {
            public_key: key.public_key().as_ref().to_vec(),
            audience: token_uri.clone(),
            ..Book::default()
        }));
        let router = Router::new()
            .route("/token", post(token))
            .route("/v1/projects/belle-house-test/messages:send", post(send))
            .with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let credentials = json!({
            "type": "service_account",
            "project_id": "belle-house-test",
            "private_key": pem,
            "client_email": "push@belle-house-test.iam.gserviceaccount.com",
            "token_uri": token_uri,
        });
        Self {
            url,
            credentials: credentials.to_string(),
            state,
        }
    }

    /// Answers messages to `device` with an error from now on.
    pub fn fail(&self, device: &str, fault: Option<Fault>) {
        let mut book = self.state.lock().unwrap();
        match fault {
            Some(fault) => book.faults.insert(device.to_owned(), fault),
            None => book.faults.remove(device),
        };
    }

    /// Messages taken so far.
    pub fn messages(&self) -> Vec<Value> {
        self.state.lock().unwrap().messages.clone()
    }

    /// Tokens given so far.
    pub fn tokens_given(&self) -> usize {
        self.state.lock().unwrap().tokens
    }
}

async fn token(State(book): State<Arc<Mutex<Book>>>, Form(form): Form<HashMap<String, String>>) -> Response {
    let mut book = book.lock().unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    // The tests' clock stands still.
    validation.validate_exp = false;
    validation.set_audience(&[&book.audience]);
    let claims = jsonwebtoken::decode::<Value>(
        &form["assertion"],
        &DecodingKey::from_rsa_der(&book.public_key),
        &validation,
    );
    let good = form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        && claims.is_ok_and(|token| {
            token.claims["scope"] == "https://www.googleapis.com/auth/firebase.messaging"
                && token.claims["iss"] == "push@belle-house-test.iam.gserviceaccount.com"
        });
    if !good {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response();
    }
    book.tokens += 1;
    let token = format!("access-{}", book.tokens);
    Json(json!({ "access_token": token, "expires_in": 3599, "token_type": "Bearer" })).into_response()
}

async fn send(State(book): State<Arc<Mutex<Book>>>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let mut book = book.lock().unwrap();
    let expected = format!("Bearer access-{}", book.tokens);
    if headers.get("authorization").and_then(|value| value.to_str().ok()) != Some(expected.as_str()) {
        return error(401, "UNAUTHENTICATED", None);
    }
    let device = body["message"]["token"].as_str().unwrap().to_owned();
    if let Some(&(status, code, retry_after)) = book.faults.get(&device) {
        return error(status, code, retry_after);
    }
    book.messages.push(body["message"].clone());
    Json(json!({ "name": "projects/belle-house-test/messages/1" })).into_response()
}

fn error(status: u16, code: &str, retry_after: Option<u32>) -> Response {
    let body = json!({ "error": {
        "code": status,
        "message": format!("the service says {code}"),
        "status": code,
        "details": [{ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code }],
    } });
    let mut response = (StatusCode::from_u16(status).unwrap(), Json(body)).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    response
}
