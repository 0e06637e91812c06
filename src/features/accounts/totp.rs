//! The codes of an authenticator app (TOTP, RFC 6238): six digits, a new one every 30 seconds, made from a secret that the
//! app and this server share.

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use secrecy::SecretString;
use totp_rs::{Builder, Secret};

use platform::{
    actor::AccountId,
    crypto::{Keys, random_bytes},
};

/// 160 bits, as RFC 4226 recommends (4, R6).
const LENGTH: usize = 20;
/// How the app names what a code is for.
const ISSUER: &str = "Belle House";
/// A code of the step before or after is taken too, for clocks that are off and people who type slowly (RFC 6238, 5.2).
const SKEW: u16 = 1;

/// What an app and this server share.
pub(super) struct TotpSecret([u8; LENGTH]);

impl TotpSecret {
    /// A new one.
    pub(super) fn generate() -> Self {
        Self(random_bytes())
    }

    /// Encrypts it for an account: as the table keeps it.
    pub(super) fn seal(&self, keys: &Keys, account: AccountId) -> anyhow::Result<Vec<u8>> {
        keys.encrypt(&self.0, &context(account))
    }

    /// Undoes [`Self::seal`].
    pub(super) fn open(keys: &Keys, account: AccountId, sealed: &[u8]) -> anyhow::Result<Self> {
        let bytes = keys.decrypt(sealed, &context(account))?;
        let bytes = bytes.try_into();
        Ok(Self(bytes.map_err(|_| {
            anyhow::anyhow!("a TOTP secret of another length")
        })?))
    }

    /// As people type it into an app.
    pub(super) fn text(&self) -> SecretString {
        BASE32_NOPAD.encode(&self.0).into()
    }

    /// As an app takes it from a QR code or a link: an `otpauth://` address.
    pub(super) fn uri(&self, email: &str) -> anyhow::Result<SecretString> {
        let app = self.builder().with_issuer(Some(ISSUER)).with_account_name(email);
        Ok(app.build()?.to_url()?.into())
    }

    /// The time step that a code is of, if it is good at `now`.
    pub(super) fn step_of(&self, code: &str, now: DateTime<Utc>) -> Option<i64> {
        let time = u64::try_from(now.timestamp()).ok()?;
        let step = self.builder().build_noncompliant().check(code, time)?;
        i64::try_from(step).ok()
    }

    fn builder(&self) -> Builder {
        Builder::new().with_secret(Secret::from(self.0)).with_skew(SKEW)
    }
}

/// A secret that was encrypted for one account opens for no other.
fn context(account: AccountId) -> Vec<u8> {
    [b"second-factor/".as_slice(), account.0.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, SHA-1, cut to six digits.
        let secret = TotpSecret(*b"12345678901234567890");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.step_of(code, at(seconds)), Some(seconds / 30), "{code}");
            assert_eq!(
                secret.step_of(code, at(seconds + 30)),
                Some(seconds / 30),
                "{code}"
            );
            assert_eq!(secret.step_of(code, at(seconds + 61)), None, "{code}");
        }
        for code in ["", "28708", "2870822", "+87082", "28708a", "２８７０８２"] {
            assert_eq!(secret.step_of(code, at(59)), None, "{code}");
        }
    }

    #[test]
    fn a_sealed_secret_opens_for_its_account_alone() {
        let keys = Keys::new("k");
        let (one, other) = (AccountId::generate(at(0)), AccountId::generate(at(0)));
        let secret = TotpSecret::generate();
        let sealed = secret.seal(&keys, one).unwrap();
        assert!(!sealed.windows(LENGTH).any(|part| part == secret.0));
        assert_eq!(TotpSecret::open(&keys, one, &sealed).unwrap().0, secret.0);
        assert!(TotpSecret::open(&keys, other, &sealed).is_err());
        assert!(TotpSecret::open(&Keys::new("another"), one, &sealed).is_err());
    }

    #[test]
    fn an_app_reads_who_and_where_from_the_address() {
        let secret = TotpSecret(*b"12345678901234567890");
        let uri = secret.uri("moussa+desk@bellehouse.ne").unwrap();
        let uri = url::Url::parse(uri.expose_secret()).unwrap();
        assert_eq!((uri.scheme(), uri.host_str()), ("otpauth", Some("totp")));
        assert!(uri.path().starts_with("/Belle%20House"), "{uri}");
        let read: std::collections::HashMap<_, _> = uri.query_pairs().into_owned().collect();
        assert_eq!(read["secret"], "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(read["secret"], secret.text().expose_secret());
        assert_eq!(read["issuer"], "Belle House");
    }
}
