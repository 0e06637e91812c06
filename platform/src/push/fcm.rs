//! Firebase Cloud Messaging, HTTP v1: https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{FutureExt, future::BoxFuture};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use quick_cache::sync::Cache;
use reqwest::{Response, StatusCode, header::RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use url::Url;

use super::{Push, PushTransport, Pushed};
use crate::{clock::SharedClock, send_error::SendError};

const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";
const TIMEOUT: Duration = Duration::from_secs(15);
/// What FCM's documentation asks to wait after QUOTA_EXCEEDED without a `Retry-After`.
const QUOTA_WAIT: Duration = Duration::from_secs(60);
/// What FCM takes of a message, in bytes (its documentation: 4,096), less what it adds itself.
const MAX_MESSAGE: usize = 4_000;
/// What a title takes in a message that is too long, in bytes.
const MAX_TITLE: usize = 400;
/// Deliveries to devices that are remembered.
const REMEMBERED: usize = 1_000;
/// A token is replaced this long before it runs out.
const TOKEN_MARGIN: TimeDelta = TimeDelta::minutes(2);
/// How far our clock may be ahead of Google's.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(1);

/// A service account's key file, as Google's console gives it.
#[derive(Debug, Clone, Deserialize)]
pub struct ServiceAccount {
    project_id: String,
    client_email: String,
    private_key: SecretString,
    token_uri: Url,
}

impl ServiceAccount {
    /// Reads the file that FIREBASE_CREDENTIALS_PATH names.
    ///
    /// # Errors
    /// When it can't be read or is something else.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("FIREBASE_CREDENTIALS_PATH={}", path.display()))?;
        Self::parse(&text).with_context(|| {
            format!(
                "FIREBASE_CREDENTIALS_PATH={}: not the JSON key of a service account",
                path.display()
            )
        })
    }

    /// Reads the file's text.
    ///
    /// # Errors
    /// When it is something else.
    pub fn parse(text: &str) -> Result<Self> {
        Ok(serde_json::from_str(text)?)
    }
}

/// Where FCM is.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// Where messages go.
    pub messages: Url,
}

impl Endpoints {
    /// Google's own.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a constant that parses")]
    pub fn google() -> Self {
        Self {
            messages: Url::parse("https://fcm.googleapis.com/").expect("a constant URL"),
        }
    }
}

/// Sends through FCM.
#[derive(Debug)]
pub struct FcmPush {
    account: ServiceAccount,
    key: SigningKey,
    messages: Url,
    http: reqwest::Client,
    clock: SharedClock,
    token: Mutex<Option<AccessToken>>,
    /// Pushes and devices that took them, for those that are tried again.
    served: Cache<(String, String), ()>,
}

struct SigningKey(EncodingKey);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

#[derive(Debug, Clone)]
struct AccessToken {
    value: SecretString,
    good_until: DateTime<Utc>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: SecretString,
    expires_in: i64,
}

impl FcmPush {
    /// Asks for a token when the first push is sent.
    ///
    /// # Errors
    /// When the account's key can't be used.
    pub fn new(account: ServiceAccount, endpoints: Endpoints, clock: SharedClock) -> Result<Self> {
        let key = EncodingKey::from_rsa_pem(account.private_key.expose_secret().as_bytes())
            .context("the service account's private_key is not an RSA key in PEM")?;
        let path = format!("v1/projects/{}/messages:send", account.project_id);
        // Not `join`: what stands before the colon would be taken for a scheme.
        let mut messages = endpoints.messages;
        messages.set_path(&path);
        Ok(Self {
            account,
            key: SigningKey(key),
            messages,
            http: reqwest::Client::builder()
                .timeout(TIMEOUT)
                .redirect(reqwest::redirect::Policy::none())
                .build()?,
            clock,
            token: Mutex::new(None),
            served: Cache::new(REMEMBERED),
        })
    }

    /// The token in use, or a new one (RFC 7523). Held while it is fetched: whoever comes meanwhile waits for it.
    async fn token(&self) -> Result<SecretString, SendError> {
        let mut kept = self.token.lock().await;
        let now = self.clock.now();
        if let Some(token) = kept.as_ref().filter(|token| token.good_until > now) {
            return Ok(token.value.clone());
        }
        // Our clock may be ahead of Google's.
        let issued = now - CLOCK_SKEW;
        let claims = Claims {
            iss: &self.account.client_email,
            scope: SCOPE,
            aud: self.account.token_uri.as_str(),
            iat: issued.timestamp(),
            exp: (issued + TimeDelta::hours(1)).timestamp(),
        };
        let assertion = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &self.key.0)
            .map_err(|error| SendError::temporary(format!("the token request can't be signed: {error}")))?;
        let answer = self
            .http
            .post(self.account.token_uri.clone())
            .form(&[
                ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                ("assertion", &assertion),
            ])
            .send()
            .await
            .map_err(unreachable)?;
        if !answer.status().is_success() {
            // A revoked key is for the operator to mend; the messages wait meanwhile.
            let retry_after = retry_after(&answer, self.clock.now());
            let status = answer.status();
            let text = answer.text().await.unwrap_or_default();
            let reason = format!("no token for FCM: {status} {}", brief(&text));
            return Err(match retry_after {
                Some(_) => SendError::Temporary { reason, retry_after },
                None => SendError::unreachable(reason),
            });
        }
        let answer: TokenAnswer = answer.json().await.map_err(unreachable)?;
        let lifetime = TimeDelta::seconds(answer.expires_in);
        let token = AccessToken {
            value: answer.access_token,
            good_until: now + lifetime - TOKEN_MARGIN.min(lifetime / 2),
        };
        let value = token.value.clone();
        *kept = Some(token);
        Ok(value)
    }

    async fn send_to(&self, push: &Push, device: &str) -> Result<Outcome, SendError> {
        let token = self.token().await?;
        let answer = self
            .http
            .post(self.messages.clone())
            .bearer_auth(token.expose_secret())
            .json(&self.message(push, device))
            .send()
            .await
            .map_err(unreachable)?;
        let status = answer.status();
        if status.is_success() {
            return Ok(Outcome::Accepted);
        }
        let asked = retry_after(&answer, self.clock.now());
        let text = answer.text().await.unwrap_or_default();
        let code = error_code(&text);
        match (status, code.as_deref()) {
            // The app is gone from the device, or the token is another project's: neither comes back.
            (_, Some("UNREGISTERED" | "SENDER_ID_MISMATCH")) => Ok(Outcome::Unregistered),
            // The token is malformed; the message itself is ours and well made.
            (_, Some("INVALID_ARGUMENT")) => Ok(Outcome::Refused(format!("{status} {}", brief(&text)))),
            (StatusCode::UNAUTHORIZED, _) => {
                *self.token.lock().await = None;
                Err(SendError::temporary(format!(
                    "FCM refused our token: {}",
                    brief(&text)
                )))
            }
            (StatusCode::TOO_MANY_REQUESTS, _) => Err(SendError::Temporary {
                reason: format!("FCM's quota is used up: {}", brief(&text)),
                retry_after: asked.or(Some(QUOTA_WAIT)),
            }),
            // Google asks for patience itself where it knows how long.
            (status, _) if status.is_server_error() && asked.is_none() => Err(SendError::unreachable(
                format!("FCM answered {status}: {}", brief(&text)),
            )),
            _ => Err(SendError::Temporary {
                reason: format!("FCM answered {status}: {}", brief(&text)),
                retry_after: asked,
            }),
        }
    }

    fn message(&self, push: &Push, device: &str) -> serde_json::Value {
        let lifetime = push
            .expires_at
            .map(|at| (at - self.clock.now()).num_seconds().clamp(0, 28 * 24 * 3600));
        // No `collapse_key` on Android: a phone that is off keeps messages of four keys, and these are all different.
        let mut message = serde_json::json!({
            "token": device,
            "notification": { "title": push.title, "body": push.body },
            "data": push.data,
            "android": {
                "priority": "HIGH",
                "notification": { "tag": push.id, "channel_id": push.channel, "sound": "default" },
            },
            "apns": {
                "headers": { "apns-collapse-id": push.id, "apns-priority": "10" },
                "payload": { "aps": { "sound": "default" } },
            },
        });
        if let Some(thread) = &push.thread {
            message["apns"]["payload"]["aps"]["thread-id"] = thread.as_str().into();
        }
        if let Some(badge) = push.badge {
            message["apns"]["payload"]["aps"]["badge"] = badge.into();
        }
        if let (Some(seconds), Some(at)) = (lifetime, push.expires_at) {
            message["android"]["ttl"] = format!("{seconds}s").into();
            message["apns"]["headers"]["apns-expiration"] = at.timestamp().to_string().into();
        }
        // What the text is too long by goes from its end; the ids, which open the right page, stay.
        let beyond = message.to_string().len().saturating_sub(MAX_MESSAGE);
        if beyond > 0 {
            let title = shortened(&push.title, MAX_TITLE);
            message["notification"]["title"] = title.into();
            let beyond = message.to_string().len().saturating_sub(MAX_MESSAGE);
            let written = serde_json::Value::from(push.body.as_str()).to_string().len();
            message["notification"]["body"] = shortened(&push.body, written.saturating_sub(beyond)).into();
        }
        serde_json::json!({ "message": message })
    }
}

/// As much of a text as takes no more than `most` bytes in JSON, its quotes included, with an ellipsis where some is left out.
fn shortened(text: &str, most: usize) -> String {
    let size = |text: &str| serde_json::Value::from(text).to_string().len();
    if size(text) <= most {
        return text.to_owned();
    }
    let mut kept = String::new();
    // The quotes and the ellipsis.
    let mut room = most.saturating_sub(2 + '…'.len_utf8());
    for letter in text.chars() {
        let Some(left) = room.checked_sub(size(letter.encode_utf8(&mut [0; 4])) - 2) else {
            break;
        };
        room = left;
        kept.push(letter);
    }
    kept.push('…');
    kept
}

/// What became of a push on each of several devices.
fn of_several(devices: usize, pushed: &Pushed, refusals: &[String]) -> String {
    let mut told = vec![format!(
        "Handed over for {} of {devices} devices.",
        pushed.accepted
    )];
    if !pushed.unregistered.is_empty() {
        told.push(format!("{} not there any more.", pushed.unregistered.len()));
    }
    if let Some(why) = refusals.first() {
        told.push(format!("{} refused: {why}", refusals.len()));
    }
    told.join(" ")
}

enum Outcome {
    Accepted,
    Unregistered,
    Refused(String),
}

impl PushTransport for FcmPush {
    fn send<'a>(&'a self, push: &'a Push, tokens: &'a [String]) -> BoxFuture<'a, Result<Pushed, SendError>> {
        async move {
            let mut pushed = Pushed::default();
            let mut refusals = Vec::new();
            let mut failure = None;
            for device in tokens {
                // An earlier attempt reached it. After a restart it shows the repetition in the place of the first.
                let served = (push.id.clone(), device.clone());
                if self.served.get(&served).is_some() {
                    pushed.accepted += 1;
                    continue;
                }
                match self.send_to(push, device).await {
                    Ok(Outcome::Accepted) => {
                        self.served.insert(served, ());
                        pushed.accepted += 1;
                    }
                    Ok(Outcome::Unregistered) => pushed.unregistered.push(device.clone()),
                    Ok(Outcome::Refused(why)) => refusals.push(why),
                    // It may pass for this device; the others don't wait for it.
                    Err(error @ SendError::Temporary { .. }) => failure = Some(error),
                    Err(error) => return Err(error),
                }
            }
            if let Some(error) = failure {
                return Err(error);
            }
            if pushed.accepted == 0
                && let Some(why) = refusals.first()
            {
                return Err(SendError::permanent(why));
            }
            pushed.note = if tokens.is_empty() {
                Some("No device is registered.".to_owned())
            } else if pushed.accepted == 0 {
                Some("The registered devices don't exist any more.".to_owned())
            } else if pushed.accepted == tokens.len() {
                None
            } else {
                Some(of_several(tokens.len(), &pushed, &refusals))
            };
            Ok(pushed)
        }
        .boxed()
    }

    fn check(&self) -> BoxFuture<'_, Result<String>> {
        async move {
            match self.token().await {
                Ok(_) => Ok(format!("Firebase project {} lets us in", self.account.project_id)),
                Err(error) => bail!("{error}"),
            }
        }
        .boxed()
    }
}

fn unreachable(error: reqwest::Error) -> SendError {
    let error = error.without_url();
    SendError::unreachable(format!("FCM can't be reached: {:#}", anyhow::Error::from(error)))
}

/// FCM's own code (`details[].errorCode`), or the general status.
fn error_code(body: &str) -> Option<String> {
    let body: serde_json::Value = serde_json::from_str(body).ok()?;
    let error = body.get("error")?;
    let own = error
        .get("details")
        .and_then(serde_json::Value::as_array)
        .and_then(|details| details.iter().find_map(|detail| detail.get("errorCode")));
    own.or_else(|| error.get("status"))?.as_str().map(str::to_owned)
}

/// The message of an error body, or its beginning.
fn brief(body: &str) -> String {
    let message = serde_json::from_str::<serde_json::Value>(body)
        .ok()
        .and_then(|body| {
            body.pointer("/error/message")
                .and_then(|text| text.as_str().map(str::to_owned))
        });
    message
        .unwrap_or_else(|| body.to_owned())
        .chars()
        .take(200)
        .collect()
}

/// RFC 9110: seconds, or a date.
fn retry_after(answer: &Response, now: DateTime<Utc>) -> Option<Duration> {
    let text = answer.headers().get(RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?;
    (at.with_timezone(&Utc) - now).to_std().ok()
}
