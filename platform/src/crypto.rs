//! Keys derived from `SECRET_KEY`, one for each purpose, and the few operations that use them.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
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
            Self::LimiterBucket => b"belle-house/limiter-bucket/1",
        }
    }
}

/// The server's keys. Printing one shows nothing.
pub struct Keys {
    root: SecretBox<[u8; 32]>,
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
            root: SecretBox::new(Box::new(sha256(secret_key.as_bytes()))),
        }
    }

    /// The key of one purpose: HMAC-SHA256 of its label under the root, the expand step of HKDF (RFC 5869).
    #[must_use]
    pub fn key(&self, purpose: Purpose) -> [u8; 32] {
        hmac_sha256(self.root.expose_secret(), purpose.label())
    }

    /// HMAC-SHA256 of `message` under the key of `purpose`.
    #[must_use]
    pub fn sign(&self, purpose: Purpose, message: &[u8]) -> [u8; 32] {
        hmac_sha256(&self.key(purpose), message)
    }

    /// Whether `signature` is [`Self::sign`] of `message` or its beginning of at least 16 bytes, compared in
    /// constant time.
    #[must_use]
    pub fn verify(&self, purpose: Purpose, message: &[u8], signature: &[u8]) -> bool {
        let expected = self.sign(purpose, message);
        (16..=expected.len()).contains(&signature.len())
            && bool::from(expected[..signature.len()].ct_eq(signature))
    }

    /// Encrypts with XChaCha20-Poly1305 under a random nonce; `context` (such as the record's id) must be the
    /// same when decrypting.
    ///
    /// # Errors
    /// Only when `plain` is larger than the cipher allows (256 GiB).
    pub fn encrypt(&self, plain: &[u8], context: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut nonce = [0_u8; NONCE_LENGTH];
        rand::rng().fill_bytes(&mut nonce);
        let sealed = self
            .cipher()
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

    /// Undoes [`Self::encrypt`].
    ///
    /// # Errors
    /// When the bytes were changed, or made under another key or context.
    pub fn decrypt(&self, sealed: &[u8], context: &[u8]) -> anyhow::Result<Vec<u8>> {
        let (nonce, body) = sealed
            .split_first_chunk::<NONCE_LENGTH>()
            .ok_or_else(|| anyhow::anyhow!("too short to be encrypted"))?;
        self.cipher()
            .decrypt(
                &XNonce::from(*nonce),
                Payload {
                    msg: body,
                    aad: context,
                },
            )
            .map_err(|_| anyhow::anyhow!("decryption failed: was SECRET_KEY changed?"))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.key(Purpose::SecretBody).into())
    }
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
}
