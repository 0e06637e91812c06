//! E-mail: one message, and the ways it can leave.

mod address;
mod file;
mod memory;
mod smtp;
mod smtp_failure;
mod smtp_pool;

pub use address::{AddressError, ascii_address, compared_address};
pub use file::{ConsoleMail, FileMail};
pub use memory::MemoryMail;
pub use smtp::SmtpMail;

use std::{fmt::Debug, sync::Arc, time::SystemTime};

use anyhow::{Context, Result};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use lettre::{
    Address, Message,
    message::{
        Attachment as FilePart, Mailbox, MultiPart,
        header::{ContentType, MessageId},
    },
};

use super::{
    config::{Config, EmailBackend},
    send_error::SendError,
    text::one_line,
};

/// One message, ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Unique and the same at every attempt: becomes the `Message-ID`, so that a repetition can be told from a
    /// second message.
    pub id: String,
    /// When it was caused.
    pub date: DateTime<Utc>,
    /// The address.
    pub to: String,
    /// The person's name.
    pub to_name: Option<String>,
    /// Whom an answer goes to, if not the sender.
    pub reply_to: Option<Correspondent>,
    /// The link that ends messages of this kind: one request to it is enough (RFC 8058).
    pub unsubscribe: Option<String>,
    /// The subject.
    pub subject: String,
    /// The body for people who read plain text.
    pub text: String,
    /// The body for everybody else.
    pub html: String,
    /// Files that go with it.
    pub attachments: Vec<Attachment>,
    /// The bodies hold credentials: no error may quote them.
    pub is_secret: bool,
}

/// A file that goes with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// What it is called; plain ASCII.
    pub file_name: String,
    /// Its media type.
    pub content_type: &'static str,
    /// What is in it.
    pub bytes: Bytes,
}

/// Somebody to write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correspondent {
    /// The person's name.
    pub name: Option<String>,
    /// The address.
    pub address: String,
}

impl Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Bodies may hold credentials.
        f.debug_struct("Mail")
            .field("id", &self.id)
            .field("to", &self.to)
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

/// A way for e-mail to leave.
pub trait MailTransport: Debug + Send + Sync {
    /// Sends one message.
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, Result<(), SendError>>;

    /// Tries the way without sending: what it is, or what is wrong with it. For `doctor`.
    fn check(&self) -> BoxFuture<'_, Result<String>>;
}

/// The transport that the configuration asks for.
///
/// # Errors
/// When TLS can't be prepared for the server's name.
pub fn from_config(config: &Config) -> Result<Arc<dyn MailTransport>> {
    let sender = Sender::new(&config.email.default_from)?;
    Ok(match config.email.backend {
        EmailBackend::Smtp => Arc::new(SmtpMail::new(&config.email, sender)?),
        EmailBackend::File => Arc::new(FileMail::new(config.data_dir.join("mail"), sender)),
        EmailBackend::Console => Arc::new(ConsoleMail::new(sender)),
    })
}

/// Who messages are from.
#[derive(Debug, Clone)]
pub struct Sender(Mailbox);

impl Sender {
    /// Reads `Belle House <contact@bellehouse.ne>` or a bare address.
    ///
    /// # Errors
    /// When it is neither.
    pub fn new(text: &str) -> Result<Self> {
        let told = || format!("DEFAULT_FROM_EMAIL={text}");
        let written: Mailbox = text.parse().with_context(told)?;
        mailbox(written.name.as_deref(), written.email.as_ref())
            .map(Self)
            .with_context(told)
    }

    /// The message as it goes over the wire.
    fn compose(&self, mail: &Mail) -> Result<Message, SendError> {
        let to = mailbox(mail.to_name.as_deref(), &mail.to)
            .map_err(|error| SendError::permanent(format!("the address can't be used: {error:#}")))?;
        let mut message = Message::builder().from(self.0.clone()).to(to);
        // A visitor's address that can't be answered must not keep what they wrote from the staff.
        let reply_to = mail.reply_to.as_ref();
        if let Some(Ok(reply_to)) = reply_to.map(|to| mailbox(to.name.as_deref(), &to.address)) {
            message = message.reply_to(reply_to);
        }
        if let Some(link) = &mail.unsubscribe {
            message = message
                .header(ListUnsubscribe(format!("<{link}>")))
                .header(ListUnsubscribePost);
        }
        message
            .subject(one_line(&mail.subject))
            .date(SystemTime::from(mail.date))
            .header(MessageId::from(format!(
                "<{}@{}>",
                mail.id,
                self.0.email.domain()
            )))
            // RFC 3834: no out-of-office answers to this, please.
            .header(AutoSubmitted)
            .multipart(parts(mail)?)
            .map_err(|error| SendError::permanent(format!("the message can't be made: {error}")))
    }
}

/// The bodies, one or the other to be shown, and the files beside them.
fn parts(mail: &Mail) -> Result<MultiPart, SendError> {
    let bodies = MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone());
    if mail.attachments.is_empty() {
        return Ok(bodies);
    }
    let mut parts = MultiPart::mixed().multipart(bodies);
    for file in &mail.attachments {
        let content_type = ContentType::parse(file.content_type)
            .map_err(|error| SendError::permanent(format!("{}: {error}", file.content_type)))?;
        parts =
            parts.singlepart(FilePart::new(file.file_name.clone()).body(file.bytes.to_vec(), content_type));
    }
    Ok(parts)
}

/// Somebody in a header: the name on one line, the domain in Punycode.
fn mailbox(name: Option<&str>, address: &str) -> Result<Mailbox> {
    // An address of ASCII may be one that our forms don't take, such as root@localhost.
    let address: Address = if address.is_ascii() {
        address.parse()?
    } else {
        ascii_address(address)?.parse()?
    };
    let name = name.map(one_line).filter(|name| !name.is_empty());
    Ok(Mailbox::new(name, address))
}

#[derive(Debug, Clone)]
struct AutoSubmitted;

impl lettre::message::header::Header for AutoSubmitted {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[derive(Debug, Clone)]
struct ListUnsubscribe(String);

impl lettre::message::header::Header for ListUnsubscribe {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> lettre::message::header::HeaderValue {
        // Whole: a link that is encoded or broken into lines isn't found by everybody who reads it.
        lettre::message::header::HeaderValue::dangerous_new_pre_encoded(
            Self::name(),
            self.0.clone(),
            self.0.clone(),
        )
    }
}

/// RFC 8058: one request to the link is enough.
#[derive(Debug, Clone)]
struct ListUnsubscribePost;

impl lettre::message::header::Header for ListUnsubscribePost {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), "List-Unsubscribe=One-Click".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> Mail {
        Mail {
            id: "dlv_1".into(),
            date: DateTime::UNIX_EPOCH,
            to: "awa@example.ne".into(),
            to_name: Some("Awa\r\nBcc: evil@example.com".into()),
            reply_to: None,
            unsubscribe: None,
            subject: "Bienvenue\r\nX-Evil: 1".into(),
            text: "Bonjour".into(),
            html: "<p>Bonjour</p>".into(),
            attachments: Vec::new(),
            is_secret: false,
        }
    }

    #[test]
    fn line_breaks_in_names_and_subjects_add_no_header() {
        let sender = Sender::new("Belle House <contact@bellehouse.ne>").unwrap();
        let text = String::from_utf8(sender.compose(&mail()).unwrap().formatted()).unwrap();
        assert!(!text.contains("\nBcc:") && !text.contains("\nX-Evil"), "{text}");
        assert!(text.contains("Message-ID: <dlv_1@bellehouse.ne>"), "{text}");
        assert!(text.contains("Auto-Submitted: auto-generated"), "{text}");
    }

    #[test]
    fn what_may_be_ended_says_how_in_two_headers() {
        let sender = Sender::new("Belle House <contact@bellehouse.ne>").unwrap();
        let link = format!("https://api.bellehouse.ne/unsubscribe/fr/{}", "A".repeat(60));
        let ended = Mail {
            unsubscribe: Some(link.clone()),
            ..mail()
        };
        let text = String::from_utf8(sender.compose(&ended).unwrap().formatted()).unwrap();
        assert!(
            text.contains(&format!("\r\nList-Unsubscribe: <{link}>\r\n")),
            "{text}"
        );
        assert!(
            text.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"),
            "{text}"
        );
        let text = String::from_utf8(sender.compose(&mail()).unwrap().formatted()).unwrap();
        assert!(!text.contains("List-Unsubscribe"), "{text}");
    }

    #[test]
    fn answers_go_to_whoever_wrote_and_domains_over_the_wire_in_ascii() {
        let sender = Sender::new("Belle House <contact@bellehouse.ne>").unwrap();
        let of = |address: &str| Mail {
            to: "awa@exämple.ne".into(),
            reply_to: Some(Correspondent {
                name: Some("Issa\r\nBcc: x@y.ne".into()),
                address: address.into(),
            }),
            ..mail()
        };
        let text =
            String::from_utf8(sender.compose(&of("issa@bücher.example")).unwrap().formatted()).unwrap();
        assert!(text.contains("<awa@xn--exmple-cua.ne>"), "{text}");
        let reply_to = text.lines().find(|line| line.starts_with("Reply-To: ")).unwrap();
        assert!(reply_to.ends_with(" <issa@xn--bcher-kva.example>"), "{text}");
        assert!(!text.contains("\nBcc:"), "{text}");
        let text = String::from_utf8(sender.compose(&of("no address")).unwrap().formatted()).unwrap();
        assert!(!text.contains("Reply-To"), "{text}");
    }

    #[test]
    fn an_address_that_is_none_is_a_permanent_failure() {
        let sender = Sender::new("contact@bellehouse.ne").unwrap();
        let broken = Mail {
            to: "a@b\r\nRCPT TO:<x@y>".into(),
            ..mail()
        };
        assert!(matches!(sender.compose(&broken), Err(SendError::Permanent(_))));
    }

    #[test]
    fn bodies_are_not_printed() {
        assert!(!format!("{:?}", mail()).contains("Bonjour"));
    }
}
