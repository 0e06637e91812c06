//! The two tokens of a session: a short-lived access token (a JWT) and a refresh token that changes at each use.
//!
//! A refresh token is opaque to its bearer: session, generation, a secret, and a tag that only this server can
//! make. The first secret is random, each next one is an HMAC of the whole token before it; so the table holds
//! hashes alone, and yet a phone that lost the answer on a poor network gets the very same successor again.
//! The tag tells a token that was once good from an invention, so that nobody can end another's session by
//! guessing.

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use platform::{
    actor::{AccountId, SessionId},
    crypto::{Keys, Purpose, random_bytes, sha256},
};

/// RFC 9068's name for the type, so that no other token signed with the same key passes for one.
const ACCESS_TOKEN_TYPE: &str = "at+jwt";
const ISSUER: &str = "belle-house";
const AUDIENCE: &str = "belle-house-api";

const SECRET_LENGTH: usize = 32;
const TAG_LENGTH: usize = 16;
const BODY_LENGTH: usize = 16 + 4 + SECRET_LENGTH;

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    aud: String,
    /// The account.
    pub sub: AccountId,
    /// The session.
    pub sid: SessionId,
    iat: i64,
    exp: i64,
    /// From when on it is good (RFC 7519, 4.1.5); ours are at once, and don't say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<f64>,
}

impl Claims {
    /// When the token was made, in whole seconds since 1970.
    #[must_use]
    pub fn issued_at(&self) -> i64 {
        self.iat
    }

    /// When the token runs out.
    #[must_use]
    pub fn expires_at(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.exp, 0).unwrap_or(DateTime::UNIX_EPOCH)
    }
}

/// Why an access token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccessTokenError {
    /// Its time is over: refresh the session.
    #[error("the access token has expired")]
    Expired,
    /// It isn't one of ours.
    #[error("the access token is invalid")]
    Invalid,
}

/// Signs an access token and says until when it is good.
///
/// # Errors
/// When the JWT library has no crypto provider, which is a fault of the build.
pub fn issue_access(
    keys: &Keys,
    now: DateTime<Utc>,
    lifetime: TimeDelta,
    account: AccountId,
    session: SessionId,
) -> anyhow::Result<(SecretString, DateTime<Utc>)> {
    let key = keys.key(Purpose::AccessToken);
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: account,
        sid: session,
        iat: now.timestamp(),
        exp: (now + lifetime).timestamp(),
        nbf: None,
    };
    let header = Header {
        typ: Some(ACCESS_TOKEN_TYPE.to_owned()),
        kid: Some(key_id(&key)),
        ..Header::new(Algorithm::HS256)
    };
    let token = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&key))?;
    Ok((token.into(), claims.expires_at()))
}

/// Checks an access token: signature, algorithm, key id, type, issuer, audience, beginning, expiry.
///
/// # Errors
/// [`AccessTokenError`].
pub fn read_access(keys: &Keys, now: DateTime<Utc>, token: &str) -> Result<Claims, AccessTokenError> {
    let kid = jsonwebtoken::decode_header(token)
        .ok()
        .and_then(|header| header.kid)
        .ok_or(AccessTokenError::Invalid)?;
    let key = keys
        .live(Purpose::AccessToken)
        .find(|key| key_id(key) == kid)
        .ok_or(AccessTokenError::Invalid)?;
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    // Compared below with our own clock; the library would read the machine's.
    validation.validate_exp = false;
    let data = jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(&key), &validation)
        .map_err(|_| AccessTokenError::Invalid)?;
    if data.header.typ.as_deref() != Some(ACCESS_TOKEN_TYPE) {
        return Err(AccessTokenError::Invalid);
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
    let seconds = now.timestamp() as f64;
    if data.claims.nbf.is_some_and(|from| from > seconds) {
        return Err(AccessTokenError::Invalid);
    }
    if data.claims.expires_at() <= now {
        return Err(AccessTokenError::Expired);
    }
    Ok(data.claims)
}

/// Names a key without telling anything of it.
fn key_id(key: &[u8; 32]) -> String {
    HEXLOWER.encode(&sha256(&[b"belle-house/key-id".as_slice(), key].concat())[..4])
}

/// A refresh token.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken {
    session: SessionId,
    generation: u32,
    secret: [u8; SECRET_LENGTH],
}

impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "RefreshToken({}, generation {}, …)",
            self.session, self.generation
        )
    }
}

impl RefreshToken {
    /// The first of a session.
    #[must_use]
    pub fn first(session: SessionId) -> Self {
        Self {
            session,
            generation: 1,
            secret: random_bytes(),
        }
    }

    /// The one that follows: always the same under one secret.
    #[must_use]
    pub fn successor(&self, keys: &Keys) -> Self {
        self.following(keys.sign(Purpose::RefreshToken, &self.successor_message()))
    }

    /// The one that followed, of which the table keeps `hash`: an instance may have made it that signs with the other
    /// secret (docs/KEYS.md).
    #[must_use]
    pub fn successor_kept_as(&self, keys: &Keys, hash: &[u8]) -> Option<Self> {
        keys.signatures(Purpose::RefreshToken, &self.successor_message())
            .map(|secret| self.following(secret))
            .find(|successor| successor.hash() == hash)
    }

    fn successor_message(&self) -> Vec<u8> {
        [b"successor".as_slice(), &self.body()].concat()
    }

    fn following(&self, secret: [u8; SECRET_LENGTH]) -> Self {
        Self {
            session: self.session,
            generation: self.generation.saturating_add(1),
            secret,
        }
    }

    /// The session it belongs to.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// What the table keeps of it.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        sha256(&self.body()).to_vec()
    }

    /// What its bearer is given.
    #[must_use]
    pub fn encode(&self, keys: &Keys) -> SecretString {
        let body = self.body();
        let tag = keys.sign(Purpose::RefreshToken, &tagged(&body));
        BASE64URL_NOPAD
            .encode(&[body.as_slice(), &tag[..TAG_LENGTH]].concat())
            .into()
    }

    /// Reads what a bearer sent; `None` unless this server once made it.
    #[must_use]
    pub fn decode(keys: &Keys, text: &SecretString) -> Option<Self> {
        let bytes = BASE64URL_NOPAD
            .decode(text.expose_secret().trim().as_bytes())
            .ok()?;
        let (body, tag) = bytes.split_first_chunk::<BODY_LENGTH>()?;
        if tag.len() != TAG_LENGTH || !keys.verify(Purpose::RefreshToken, &tagged(body), tag) {
            return None;
        }
        let (session, rest) = body.split_first_chunk::<16>()?;
        let (generation, secret) = rest.split_first_chunk::<4>()?;
        Some(Self {
            session: SessionId(Uuid::from_bytes(*session)),
            generation: u32::from_be_bytes(*generation),
            secret: secret.try_into().ok()?,
        })
    }

    fn body(&self) -> [u8; BODY_LENGTH] {
        let mut body = [0; BODY_LENGTH];
        body[..16].copy_from_slice(self.session.0.as_bytes());
        body[16..20].copy_from_slice(&self.generation.to_be_bytes());
        body[20..].copy_from_slice(&self.secret);
        body
    }
}

/// A tag and a successor are made with one key: what they sign never begins alike.
fn tagged(body: &[u8; BODY_LENGTH]) -> Vec<u8> {
    [b"tag".as_slice(), body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::ids::new_uuid;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    fn session() -> SessionId {
        SessionId(new_uuid(now()))
    }

    #[test]
    fn a_refresh_token_survives_the_journey_and_has_one_successor() {
        let keys = Keys::new("k");
        let token = RefreshToken::first(session());
        let back = RefreshToken::decode(&keys, &token.encode(&keys)).unwrap();
        assert_eq!(back, token);
        assert_eq!(back.successor(&keys), token.successor(&keys));
        assert_ne!(token.successor(&keys).hash(), token.hash());
        assert_ne!(token.successor(&Keys::new("other")), token.successor(&keys));
    }

    #[test]
    fn invented_refresh_tokens_are_nothing() {
        let keys = Keys::new("k");
        let text = RefreshToken::first(session()).encode(&keys);
        assert!(RefreshToken::decode(&Keys::new("other"), &text).is_none());
        let mut bytes = BASE64URL_NOPAD.decode(text.expose_secret().as_bytes()).unwrap();
        bytes[30] ^= 1;
        assert!(RefreshToken::decode(&keys, &BASE64URL_NOPAD.encode(&bytes).into()).is_none());
        for text in ["", "x", "é", "AAAA"] {
            assert!(RefreshToken::decode(&keys, &text.into()).is_none());
        }
    }

    #[test]
    fn an_access_token_is_good_for_its_time_and_its_key() {
        let keys = Keys::new("k");
        let account = AccountId(new_uuid(now()));
        let (token, until) = issue_access(&keys, now(), TimeDelta::minutes(60), account, session()).unwrap();
        let token = token.expose_secret();
        assert_eq!(until, now() + TimeDelta::minutes(60));
        assert_eq!(read_access(&keys, now(), token).unwrap().sub, account);
        assert_eq!(read_access(&keys, until, token), Err(AccessTokenError::Expired));
        assert_eq!(
            read_access(&Keys::new("other"), now(), token),
            Err(AccessTokenError::Invalid)
        );
        assert_eq!(read_access(&keys, now(), "a.b.c"), Err(AccessTokenError::Invalid));
    }

    #[test]
    fn the_former_secrets_tokens_are_good_while_it_is_honoured() {
        let (former, present) = (Keys::new("a"), Keys::new("b").honouring("a"));
        let account = AccountId(new_uuid(now()));
        let issue = |keys| {
            let token = issue_access(keys, now(), TimeDelta::minutes(60), account, session());
            token.unwrap().0.expose_secret().to_owned()
        };
        let token = issue(&former);
        assert!(read_access(&present, now(), &token).is_ok());
        assert!(read_access(&Keys::new("b"), now(), &token).is_err());
        // During a roll-out the new secret is known before anybody signs with it.
        assert!(read_access(&Keys::new("a").honouring("b"), now(), &issue(&present)).is_ok());
        // Signed with one key and named after another, or after none that is live.
        let key = present.key(Purpose::AccessToken);
        let claims = read_access(&former, now(), &token).unwrap();
        let former_id = key_id(&former.key(Purpose::AccessToken));
        for kid in [former_id.as_str(), "00000000", ""] {
            let header = Header {
                typ: Some(ACCESS_TOKEN_TYPE.to_owned()),
                kid: Some(kid.to_owned()),
                ..Header::new(Algorithm::HS256)
            };
            let forged = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&key)).unwrap();
            assert_eq!(
                read_access(&present, now(), &forged),
                Err(AccessTokenError::Invalid),
                "{kid}"
            );
        }
    }

    #[test]
    fn a_refresh_token_goes_on_under_the_next_secret() {
        let (former, present) = (Keys::new("a"), Keys::new("b").honouring("a"));
        let token = RefreshToken::first(session());
        let text = token.encode(&former);
        assert_eq!(RefreshToken::decode(&present, &text).unwrap(), token);
        assert!(RefreshToken::decode(&Keys::new("b"), &text).is_none());
        // The answer of an instance that signs with the former secret was lost; another one gives it again.
        let lost = token.successor(&former);
        let again = token.successor_kept_as(&present, &lost.hash()).unwrap();
        assert_eq!(again, lost);
        assert!(token.successor_kept_as(&Keys::new("b"), &lost.hash()).is_none());
    }

    #[test]
    fn tokens_of_another_type_algorithm_or_audience_are_refused() {
        let keys = Keys::new("k");
        let key = keys.key(Purpose::AccessToken);
        let claims = |aud: &str| {
            serde_json::json!({ "iss": ISSUER, "aud": aud, "sub": AccountId(new_uuid(now())), "sid": session(),
                "iat": 0, "exp": now().timestamp() + 60 })
        };
        let header = |typ: &str, algorithm| Header {
            typ: Some(typ.to_owned()),
            kid: Some(key_id(&key)),
            ..Header::new(algorithm)
        };
        let sign = |header: Header, claims: serde_json::Value| {
            jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&key)).unwrap()
        };
        let good = sign(header(ACCESS_TOKEN_TYPE, Algorithm::HS256), claims(AUDIENCE));
        assert!(read_access(&keys, now(), &good).is_ok());
        let from = |seconds: i64| {
            let mut claims = claims(AUDIENCE);
            claims["nbf"] = (now().timestamp() + seconds).into();
            sign(header(ACCESS_TOKEN_TYPE, Algorithm::HS256), claims)
        };
        assert!(read_access(&keys, now(), &from(0)).is_ok());
        assert_eq!(
            read_access(&keys, now(), &from(1)),
            Err(AccessTokenError::Invalid),
            "a token of tomorrow"
        );
        let mut without_exp = claims(AUDIENCE);
        without_exp.as_object_mut().unwrap().remove("exp");
        for bad in [
            sign(header("JWT", Algorithm::HS256), claims(AUDIENCE)),
            sign(header(ACCESS_TOKEN_TYPE, Algorithm::HS384), claims(AUDIENCE)),
            sign(header(ACCESS_TOKEN_TYPE, Algorithm::HS256), claims("elsewhere")),
            sign(header(ACCESS_TOKEN_TYPE, Algorithm::HS256), without_exp),
            sign(Header::new(Algorithm::HS256), claims(AUDIENCE)),
        ] {
            assert_eq!(read_access(&keys, now(), &bad), Err(AccessTokenError::Invalid));
        }
    }
}
