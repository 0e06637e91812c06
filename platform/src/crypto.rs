//! Keys derived from `SECRET_KEY`, one for each purpose, and the few operations that use them.
//!
//! Two secrets may be live at a time (docs/KEYS.md): everything is made with the present one, and what was made with the
//! other is good as well.

use std::iter;

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use rand::Rng;
use secrecy::{ExposeSecret, SecretBox};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const NONCE_LENGTH: usize = 24;

/// What a key is for. A value made under one purpose is worth nothing under another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Signs access tokens.
    AccessToken,
    /// Derives a refresh token's successor.
    RefreshToken,
    /// Signs media and upload URLs.
    SignedUrl,
    /// Encrypts bodies that carry credentials.
    SecretBody,
    /// Signs the links that end e-mails of a kind.
    Unsubscribe,
    /// Hashes addresses and e-mails that name a limiter's bucket.
    LimiterBucket,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::AccessToken => b"belle-house/access-token/1",
            Self::RefreshToken => b"belle-house/refresh-token/1",
            Self::SignedUrl => b"belle-house/signed-url/1",
            Self::SecretBody => b"belle-house/secret-body/1",
            Self::Unsubscribe => b"belle-house/unsubscribe/1",
            Self::LimiterBucket => b"belle-house/limiter-bucket/1",
        }
    }
}

/// The server's keys. Printing one shows nothing.
pub struct Keys {
    present: Root,
    other: Option<Root>,
}

/// What one secret comes to.
struct Root(SecretBox<[u8; 32]>);

impl Root {
    fn new(secret_key: &str) -> Self {
        Self(SecretBox::new(Box::new(sha256(secret_key.as_bytes()))))
    }

    /// HMAC-SHA256 of the purpose's label under the root, the expand step of HKDF (RFC 5869).
    fn key(&self, purpose: Purpose) -> [u8; 32] {
        hmac_sha256(self.0.expose_secret(), purpose.label())
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// Derives the keys from the configured secret.
    #[must_use]
    pub fn new(secret_key: &str) -> Self {
        Self {
            present: Root::new(secret_key),
            other: None,
        }
    }

    /// Also honours what is made with another secret: the one before, or the one to come.
    #[must_use]
    pub fn honouring(self, other: &str) -> Self {
        Self {
            other: Some(Root::new(other)),
            ..self
        }
    }

    /// The key of one purpose, to make things with.
    #[must_use]
    pub fn key(&self, purpose: Purpose) -> [u8; 32] {
        self.present.key(purpose)
    }

    /// All keys of one purpose whose works are good, the present one first: two at most.
    pub fn live(&self, purpose: Purpose) -> impl Iterator<Item = [u8; 32]> {
        iter::once(&self.present)
            .chain(&self.other)
            .map(move |root| root.key(purpose))
    }

    /// Names the present secret without telling anything of it: eight hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> String {
        id_of(&self.present)
    }

    /// Names the other secret that is honoured.
    #[must_use]
    pub fn other_id(&self) -> Option<String> {
        self.other.as_ref().map(id_of)
    }

    /// HMAC-SHA256 of `message` under the key of `purpose`.
    #[must_use]
    pub fn sign(&self, purpose: Purpose, message: &[u8]) -> [u8; 32] {
        hmac_sha256(&self.key(purpose), message)
    }

    /// What [`Self::sign`] gives, or gave under the other secret: the present one's first.
    pub fn signatures(&self, purpose: Purpose, message: &[u8]) -> impl Iterator<Item = [u8; 32]> {
        self.live(purpose).map(move |key| hmac_sha256(&key, message))
    }

    /// Whether `signature` is one of [`Self::signatures`] of `message` or its beginning of at least 16 bytes, compared in
    /// constant time.
    #[must_use]
    pub fn verify(&self, purpose: Purpose, message: &[u8], signature: &[u8]) -> bool {
        let mut matches = false;
        for expected in self.signatures(purpose, message) {
            matches |= (16..=expected.len()).contains(&signature.len())
                && bool::from(expected[..signature.len()].ct_eq(signature));
        }
        matches
    }

    /// Encrypts with XChaCha20-Poly1305 under a random nonce; `context` (such as the record's id) must be the
    /// same when decrypting.
    ///
    /// # Errors
    /// Only when `plain` is larger than the cipher allows (256 GiB).
    pub fn encrypt(&self, plain: &[u8], context: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut nonce = [0_u8; NONCE_LENGTH];
        rand::rng().fill_bytes(&mut nonce);
        let sealed = XChaCha20Poly1305::new(&self.key(Purpose::SecretBody).into())
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: plain,
                    aad: context,
                },
            )
            .map_err(|_| anyhow::anyhow!("encryption failed"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Undoes [`Self::encrypt`], whichever of the live secrets it was made with.
    ///
    /// # Errors
    /// When the bytes were changed, or made under another key or context.
    pub fn decrypt(&self, sealed: &[u8], context: &[u8]) -> anyhow::Result<Vec<u8>> {
        let (nonce, body) = sealed
            .split_first_chunk::<NONCE_LENGTH>()
            .ok_or_else(|| anyhow::anyhow!("too short to be encrypted"))?;
        self.live(Purpose::SecretBody)
            .find_map(|key| {
                let payload = Payload {
                    msg: body,
                    aad: context,
                };
                XChaCha20Poly1305::new(&key.into())
                    .decrypt(&XNonce::from(*nonce), payload)
                    .ok()
            })
            .ok_or_else(|| {
                anyhow::anyhow!(
                    "decryption failed: was SECRET_KEY changed without SECRET_KEY_PREVIOUS? docs/KEYS.md"
                )
            })
    }
}

fn id_of(root: &Root) -> String {
    HEXLOWER.encode(&hmac_sha256(root.0.expose_secret(), b"belle-house/secret-id/1")[..4])
}

/// SHA-256.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// `N` bytes from the operating system's generator.
#[must_use]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0_u8; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

fn hmac_sha256(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    // HMAC pads a short key with zeros to the hash's block (RFC 2104); doing it here keeps the call infallible.
    let mut block = [0_u8; 64];
    block[..32].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new(&block.into());
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decrypts_only_what_it_encrypted_for_that_context() {
        let keys = Keys::new("one secret");
        let sealed = keys.encrypt(b"mot de passe", b"dlv_1").unwrap();
        assert_eq!(keys.decrypt(&sealed, b"dlv_1").unwrap(), b"mot de passe");
        assert!(keys.decrypt(&sealed, b"dlv_2").is_err());
        assert!(Keys::new("another").decrypt(&sealed, b"dlv_1").is_err());
        assert!(keys.decrypt(&sealed[..20], b"dlv_1").is_err());
    }

    #[test]
    fn a_signature_is_good_for_its_purpose_alone() {
        let keys = Keys::new("one secret");
        let signature = keys.sign(Purpose::SignedUrl, b"/media/1");
        assert!(keys.verify(Purpose::SignedUrl, b"/media/1", &signature));
        assert!(keys.verify(Purpose::SignedUrl, b"/media/1", &signature[..16]));
        assert!(!keys.verify(Purpose::SignedUrl, b"/media/1", &signature[..8]));
        assert!(!keys.verify(Purpose::AccessToken, b"/media/1", &signature));
        assert!(!keys.verify(Purpose::SignedUrl, b"/media/2", &signature));
    }

    #[test]
    fn what_the_former_secret_made_is_good_while_it_is_honoured() {
        let (former, present) = (Keys::new("a"), Keys::new("b").honouring("a"));
        let sealed = former.encrypt(b"mot de passe", b"dlv_1").unwrap();
        assert_eq!(present.decrypt(&sealed, b"dlv_1").unwrap(), b"mot de passe");
        assert!(Keys::new("b").decrypt(&sealed, b"dlv_1").is_err());
        let signature = former.sign(Purpose::SignedUrl, b"/media/1");
        assert!(present.verify(Purpose::SignedUrl, b"/media/1", &signature));
        assert!(!Keys::new("b").verify(Purpose::SignedUrl, b"/media/1", &signature));
        // What is new is made with the present one alone.
        assert_eq!(
            present.sign(Purpose::SignedUrl, b"x"),
            Keys::new("b").sign(Purpose::SignedUrl, b"x")
        );
        let sealed = present.encrypt(b"x", b"").unwrap();
        assert!(Keys::new("b").decrypt(&sealed, b"").is_ok() && former.decrypt(&sealed, b"").is_err());
        assert_eq!(present.other_id(), Some(former.id()));
        assert_ne!(present.id(), former.id());
    }
}
