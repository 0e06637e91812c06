//! E-mail through an SMTP server, over kept connections.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures_util::{FutureExt, future::BoxFuture};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    transport::smtp::{
        self, PoolConfig,
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use secrecy::ExposeSecret;

use super::{Mail, MailTransport, Sender};
use crate::{config::EmailConfig, send_error::SendError};

/// Kept connections at most; the outbox sends no more messages than this at once.
const CONNECTIONS: u32 = 8;
/// A server that doesn't answer for so long isn't there.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Sends through the server of the configuration.
#[derive(Debug)]
pub struct SmtpMail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    sender: Sender,
    server: String,
}

impl SmtpMail {
    /// Connects when the first message is sent.
    ///
    /// # Errors
    /// When TLS can't be prepared for the server's name.
    pub fn new(config: &EmailConfig, sender: Sender) -> Result<Self> {
        let parameters =
            || TlsParameters::new(config.host.clone()).with_context(|| format!("EMAIL_HOST={}", config.host));
        let tls = if config.use_ssl {
            Tls::Wrapper(parameters()?)
        } else if config.use_tls {
            // Required, not opportunistic: an answer without STARTTLS must not make us send the password bare.
            Tls::Required(parameters()?)
        } else {
            Tls::None
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port)
            .tls(tls)
            .timeout(Some(TIMEOUT))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS));
        if let (Some(user), Some(password)) = (&config.host_user, &config.host_password) {
            builder = builder.credentials(Credentials::new(
                user.clone(),
                password.expose_secret().to_owned(),
            ));
        }
        Ok(Self {
            transport: builder.build(),
            sender,
            server: format!("{}:{}", config.host, config.port),
        })
    }
}

impl MailTransport for SmtpMail {
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, Result<(), SendError>> {
        async move {
            let message = self.sender.compose(mail)?;
            match self.transport.send(message).await {
                Ok(_) => Ok(()),
                Err(error) => Err(classify(&error)),
            }
        }
        .boxed()
    }

    fn check(&self) -> BoxFuture<'_, Result<String>> {
        async move {
            let reached = self.transport.test_connection().await;
            match reached.with_context(|| self.server.clone())? {
                true => Ok(format!("{} answers and lets us in", self.server)),
                false => bail!("{} answers, but not as a mail server that works", self.server),
            }
        }
        .boxed()
    }
}

/// What the server refuses for good concerns this message, unless it says that it doesn't want *us*: that is for
/// the operator to mend, and all messages wait meanwhile, as when it doesn't answer at all.
fn classify(error: &smtp::Error) -> SendError {
    let reason = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ");
    let about_us = error
        .status()
        .is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538 | 454 | 421));
    if about_us || error.status().is_none() && !error.is_client() {
        SendError::unreachable(reason)
    } else if error.is_permanent() {
        SendError::permanent(reason)
    } else {
        SendError::temporary(reason)
    }
}
