//! The link by which somebody ends the e-mails of a topic without signing in (RFC 8058).
//!
//! It names account and topic, is signed, and doesn't run out: a letter may be opened years later. Each letter's link is
//! made while it is sent, so nothing of it is kept. Whoever has the letter can use it, and it can do no more than end
//! letters of that one topic.

use data_encoding::BASE64URL_NOPAD;
use url::Url;
use uuid::Uuid;

use super::model::Topic;
use platform::{
    actor::{AccountId, Locale},
    crypto::{Keys, Purpose},
};

/// Bytes of the signature that a link carries.
const SIGNATURE: usize = 18;
/// Bytes of an account's id.
const ACCOUNT: usize = 16;

/// What a link can end.
const ENDED_BY_LINK: [Topic; 2] = [Topic::ProjectUpdates, Topic::Reminders];

/// What a link ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsubscribing {
    /// Whose e-mails.
    pub account: AccountId,
    /// About what.
    pub topic: Topic,
}

impl Unsubscribing {
    /// The byte that a link has for the topic. They stay as they are: letters outlive releases.
    const fn code(topic: Topic) -> u8 {
        match topic {
            Topic::ProjectUpdates => 1,
            Topic::InvoicesAndPayments => 2,
            Topic::Reminders => 3,
            Topic::AccountAndSecurity => 4,
            Topic::Leads => 5,
            Topic::Inquiries => 6,
        }
    }

    fn signed(self) -> [u8; ACCOUNT + 1] {
        let mut bytes = [0; ACCOUNT + 1];
        bytes[..ACCOUNT].copy_from_slice(self.account.0.as_bytes());
        bytes[ACCOUNT] = Self::code(self.topic);
        bytes
    }

    /// The token of a link.
    #[must_use]
    pub fn token(self, keys: &Keys) -> String {
        let signed = self.signed();
        let signature = keys.sign(Purpose::Unsubscribe, &signed);
        BASE64URL_NOPAD.encode(&[&signed[..], &signature[..SIGNATURE]].concat())
    }

    /// What a token was made for; `None` when we didn't make it, or with a key that is honoured no more.
    #[must_use]
    pub fn read(keys: &Keys, token: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
        let (signed, signature) = bytes.split_at_checked(ACCOUNT + 1)?;
        if signature.len() != SIGNATURE || !keys.verify(Purpose::Unsubscribe, signed, signature) {
            return None;
        }
        let (account, code) = signed.split_at_checked(ACCOUNT)?;
        let topic = ENDED_BY_LINK
            .into_iter()
            .find(|&topic| code == [Self::code(topic)])?;
        Some(Self {
            account: AccountId(Uuid::from_slice(account).ok()?),
            topic,
        })
    }
}

/// The link for a letter; `None` where its kind can't be turned off.
#[must_use]
pub fn link(
    keys: &Keys,
    public_url: &Url,
    template: &str,
    account: AccountId,
    locale: Locale,
) -> Option<String> {
    let topic = Topic::of_template(template).filter(|topic| ENDED_BY_LINK.contains(topic))?;
    let token = Unsubscribing { account, topic }.token(keys);
    let language = match locale {
        Locale::Fr => "fr",
        Locale::En => "en",
    };
    let base = public_url.as_str().trim_end_matches('/');
    Some(format!("{base}/unsubscribe?lang={language}&token={token}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(topic: Topic) -> Unsubscribing {
        Unsubscribing {
            account: AccountId(Uuid::from_u128(7)),
            topic,
        }
    }

    #[test]
    fn a_token_is_for_one_account_and_topic() {
        let keys = Keys::new("one secret");
        let token = of(Topic::Reminders).token(&keys);
        assert_eq!(Unsubscribing::read(&keys, &token), Some(of(Topic::Reminders)));
        let mut bytes = BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
        for place in 0..bytes.len() {
            bytes[place] ^= 1;
            let changed = BASE64URL_NOPAD.encode(&bytes);
            assert_eq!(Unsubscribing::read(&keys, &changed), None, "byte {place}");
            bytes[place] ^= 1;
        }
        for broken in ["", "x", &token[1..], &format!("{token}AAAA"), "é"] {
            assert_eq!(Unsubscribing::read(&keys, broken), None, "{broken}");
        }
    }

    #[test]
    fn a_change_of_the_key_keeps_it_while_the_former_one_is_honoured() {
        let token = of(Topic::ProjectUpdates).token(&Keys::new("old"));
        let both = Keys::new("new").honouring("old");
        assert!(Unsubscribing::read(&both, &token).is_some());
        assert_eq!(Unsubscribing::read(&Keys::new("new"), &token), None);
    }

    #[test]
    fn what_can_t_be_turned_off_has_no_link() {
        let (keys, url) = (Keys::new("s"), Url::parse("https://api.bellehouse.ne/").unwrap());
        let account = AccountId(Uuid::from_u128(7));
        let link = |template| link(&keys, &url, template, account, Locale::En);
        for template in [
            "invoice_issued",
            "payment_recorded",
            "password_reset",
            "new_sign_in",
        ] {
            assert_eq!(link(template), None, "{template}");
        }
        let found = link("project_update_posted").unwrap();
        assert!(
            found.starts_with("https://api.bellehouse.ne/unsubscribe?lang=en&token="),
            "{found}"
        );
    }
}
