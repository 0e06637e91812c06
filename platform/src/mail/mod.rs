//! E-mail: one message, and the ways it can leave.

mod file;
mod memory;
mod smtp;

pub use file::{ConsoleMail, FileMail};
pub use memory::MemoryMail;
pub use smtp::SmtpMail;

use std::{fmt::Debug, sync::Arc, time::SystemTime};

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use lettre::{
    Address, Message,
    message::{Mailbox, MultiPart, header::MessageId},
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
    /// The subject.
    pub subject: String,
    /// The body for people who read plain text.
    pub text: String,
    /// The body for everybody else.
    pub html: String,
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
        let mailbox: Mailbox = text
            .parse()
            .with_context(|| format!("DEFAULT_FROM_EMAIL={text}"))?;
        Ok(Self(Mailbox::new(
            mailbox.name.as_deref().map(one_line),
            mailbox.email,
        )))
    }

    /// The message as it goes over the wire.
    fn compose(&self, mail: &Mail) -> Result<Message, SendError> {
        let address: Address = mail
            .to
            .parse()
            .map_err(|error| SendError::permanent(format!("the address can't be used: {error}")))?;
        let name = mail
            .to_name
            .as_deref()
            .map(one_line)
            .filter(|name| !name.is_empty());
        Message::builder()
            .from(self.0.clone())
            .to(Mailbox::new(name, address))
            .subject(one_line(&mail.subject))
            .date(SystemTime::from(mail.date))
            .header(MessageId::from(format!(
                "<{}@{}>",
                mail.id,
                self.0.email.domain()
            )))
            // RFC 3834: no out-of-office answers to this, please.
            .header(AutoSubmitted)
            .multipart(MultiPart::alternative_plain_html(
                mail.text.clone(),
                mail.html.clone(),
            ))
            .map_err(|error| SendError::permanent(format!("the message can't be made: {error}")))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> Mail {
        Mail {
            id: "dlv_1".into(),
            date: DateTime::UNIX_EPOCH,
            to: "awa@example.ne".into(),
            to_name: Some("Awa\r\nBcc: evil@example.com".into()),
            subject: "Bienvenue\r\nX-Evil: 1".into(),
            text: "Bonjour".into(),
            html: "<p>Bonjour</p>".into(),
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
