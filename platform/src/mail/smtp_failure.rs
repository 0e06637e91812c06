//! What a mail server's refusal means: for this message, or for us.

use std::time::Duration;

use lettre::transport::smtp::Error;

use crate::send_error::SendError;

/// How far a conversation had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The connection, the greeting and EHLO.
    Connect,
    /// STARTTLS.
    Secure,
    /// AUTH.
    LogIn,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA.
    Data,
    /// After the dot.
    Message,
}

/// A conversation that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    step: Step,
    /// The server's answer by number, if it gave one.
    status: Option<u16>,
    /// What it said, or what went wrong.
    text: String,
}

impl Failure {
    pub(super) fn of(step: Step, error: &Error) -> Self {
        // The innermost reason says it; the others repeat it behind a colon.
        let reasons = std::iter::successors(std::error::Error::source(error), |error| error.source());
        Self {
            step,
            status: error.status().map(u16::from),
            text: reasons
                .last()
                .map_or_else(|| error.to_string(), ToString::to_string),
        }
    }

    pub(super) fn silence(step: Step, waited: Duration) -> Self {
        Self {
            step,
            status: None,
            text: format!("no answer within {} seconds", waited.as_secs()),
        }
    }

    /// The server repeats what it was told at times: not in what we keep.
    pub(super) fn without(mut self, hidden: &[String]) -> Self {
        for secret in hidden.iter().filter(|secret| !secret.is_empty()) {
            self.text = self.text.replace(secret.as_str(), "…");
        }
        self
    }

    /// Whether the server said no, rather than nothing.
    pub(super) fn is_answer(&self) -> bool {
        self.status.is_some()
    }

    /// What is kept of it. What a server says once it has a message that `is_secret` may quote it: then the number alone
    /// is told.
    pub(super) fn told(&self, server: &str, is_secret: bool) -> SendError {
        let what = match (self.step, self.status.is_some()) {
            (Step::Connect, true) => "refuses us",
            (Step::Connect, false) => "can't be reached",
            (Step::Secure, true) => "refuses TLS",
            (Step::Secure, false) => "can't be spoken to over TLS",
            (Step::LogIn, true) => "refuses our login",
            (Step::LogIn, false) => "could not be logged in to",
            (Step::Sender, true) => "refuses the sender",
            (Step::Recipient, true) => "refuses the address",
            (Step::Data | Step::Message, true) => "refuses the message",
            (Step::Sender | Step::Recipient | Step::Data, false) => "went silent before the message",
            (Step::Message, false) => "went silent over the message",
        };
        let has_it = matches!(self.step, Step::Data | Step::Message);
        let said = match self.status {
            Some(status) if has_it && is_secret => status.to_string(),
            Some(status) => format!("{status} {}", self.text),
            None => self.text.clone(),
        };
        let reason = format!("{server} {what}: {said}");
        if self.is_about_the_message() {
            SendError::permanent(reason)
        } else if self.is_about_us() {
            SendError::unreachable(reason)
        } else {
            SendError::temporary(reason)
        }
    }

    /// It doesn't answer, or doesn't want us: that is for the operator to mend, and all messages wait meanwhile.
    fn is_about_us(&self) -> bool {
        match (self.step, self.status) {
            (_, None | Some(421 | 454 | 530 | 534 | 535 | 538)) => true,
            (Step::Connect | Step::Secure | Step::LogIn, Some(_)) => true,
            (Step::Sender, Some(status)) => (500..600).contains(&status),
            _ => false,
        }
    }

    /// A refusal for good, of this message or its address. Before those are told it is us that the server doesn't want,
    /// whatever its number says.
    fn is_about_the_message(&self) -> bool {
        let names_it = matches!(self.step, Step::Recipient | Step::Data | Step::Message);
        let for_good = self.status.is_some_and(|status| (500..600).contains(&status));
        names_it && for_good && !matches!(self.status, Some(530 | 534 | 535 | 538))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(step: Step, status: u16) -> Failure {
        Failure {
            step,
            status: Some(status),
            text: "5.7.1 no: soleil123".to_owned(),
        }
    }

    #[test]
    fn what_is_about_us_lets_every_message_wait() {
        for step in [Step::Connect, Step::Secure, Step::LogIn, Step::Sender] {
            for status in [421, 451, 550, 554] {
                let told = failure(step, status).told("mail.example:25", false);
                let waits_alone = step == Step::Sender && status == 451;
                assert_eq!(
                    matches!(told, SendError::Unreachable(_)),
                    !waits_alone,
                    "{step:?} {status}"
                );
                assert_eq!(
                    matches!(told, SendError::Temporary { .. }),
                    waits_alone,
                    "{step:?} {status}"
                );
            }
        }
        for step in [Step::Recipient, Step::Data, Step::Message] {
            for (status, is_permanent) in [(550, true), (554, true), (451, false), (421, false), (530, false)]
            {
                let told = failure(step, status).told("mail.example:25", false);
                assert_eq!(
                    matches!(told, SendError::Permanent(_)),
                    is_permanent,
                    "{step:?} {status}"
                );
            }
        }
    }

    #[test]
    fn no_error_repeats_a_secret() {
        let of = |step| failure(step, 554).told("mail.example:25", true).to_string();
        assert_eq!(of(Step::Message), "mail.example:25 refuses the message: 554");
        // Before it has the message the server can't quote it.
        assert!(of(Step::Recipient).ends_with("refuses the address: 554 5.7.1 no: soleil123"));
        let login = failure(Step::LogIn, 535).without(&["soleil123".to_owned()]);
        assert_eq!(
            login.told("mail.example:25", false).to_string(),
            "mail.example:25 refuses our login: 535 5.7.1 no: …"
        );
    }
}
