//! E-mail through an SMTP server, over kept connections.
//!
//! lettre speaks the protocol; which connection is used again is decided here. Its own pool takes back a connection whose
//! attempt was given up half way, and a late answer would then be taken for that to the next message: one that was refused
//! would count as sent. Here a connection is kept after a whole message only, and whatever ends early ends with it.

use std::{fmt, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use futures_util::{FutureExt, future::BoxFuture};
use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, Certificate, TlsParameters},
    commands,
    extension::ClientId,
};
use secrecy::ExposeSecret;
use tokio::time::timeout;

use super::{
    Mail, MailTransport, Sender,
    smtp_failure::{Failure, Step},
    smtp_pool::Pool,
};
use crate::{config::EmailConfig, send_error::SendError};

/// A server that doesn't answer for so long isn't there.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Having a whole message, it may look for viruses before it answers: whoever hangs up early sends it twice.
const MESSAGE_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a polite good-bye may take.
const QUIT_TIMEOUT: Duration = Duration::from_secs(1);

/// Sends through the server of the configuration.
pub struct SmtpMail {
    host: String,
    port: u16,
    security: Security,
    login: Option<Login>,
    hello: ClientId,
    pool: Pool,
    sender: Sender,
}

enum Security {
    /// TLS from the start.
    Tls(TlsParameters),
    /// Required, not opportunistic: an answer without STARTTLS must not make us send the password bare.
    StartTls(TlsParameters),
    None,
}

struct Login {
    credentials: Credentials,
    /// What no error may repeat: the password, and how it goes over the wire.
    hidden: Vec<String>,
}

impl fmt::Debug for SmtpMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpMail")
            .field("server", &self.server())
            .finish_non_exhaustive()
    }
}

impl SmtpMail {
    /// Connects when the first message is sent.
    ///
    /// # Errors
    /// When TLS can't be prepared for the server's name, or the file of authorities can't be read.
    pub fn new(config: &EmailConfig, sender: Sender) -> Result<Self> {
        let parameters = || tls(&config.host, config.ca_path.as_deref());
        let security = match (config.use_ssl, config.use_tls) {
            (true, _) => Security::Tls(parameters()?),
            (_, true) => Security::StartTls(parameters()?),
            _ => Security::None,
        };
        let login = config.host_user.as_ref().zip(config.host_password.as_ref());
        Ok(Self {
            host: config.host.clone(),
            port: config.port,
            security,
            login: login.map(|(user, password)| Login::new(user, password.expose_secret())),
            hello: ClientId::default(),
            pool: Pool::default(),
            sender,
        })
    }

    fn server(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// A kept connection that still answers, or a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, Failure> {
        if let Some(kept) = self.pool.take().await {
            return Ok(kept);
        }
        match timeout(TIMEOUT, self.connect()).await {
            Ok(connected) => connected,
            Err(_) => Err(Failure::silence(Step::Connect, TIMEOUT)),
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let from_the_start = match &self.security {
            Security::Tls(parameters) => Some(parameters.clone()),
            Security::StartTls(_) | Security::None => None,
        };
        let address = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, Some(TIMEOUT), &self.hello, from_the_start, None)
                .await
                .map_err(|error| Failure::of(Step::Connect, &error))?;
        if let Security::StartTls(parameters) = &self.security {
            let secured = connection.starttls(parameters.clone(), &self.hello).await;
            secured.map_err(|error| Failure::of(Step::Secure, &error))?;
        }
        if let Some(login) = &self.login {
            let let_in = connection.auth(DEFAULT_MECHANISMS, &login.credentials).await;
            if let Err(error) = let_in {
                leave(connection).await;
                return Err(Failure::of(Step::LogIn, &error).without(&login.hidden));
            }
        }
        Ok(connection)
    }

    async fn hand_over(&self, message: &lettre::Message) -> Result<(), Failure> {
        let mut connection = self.connection().await?;
        match converse(&mut connection, message).await {
            Ok(()) => {
                self.pool.keep(connection);
                Ok(())
            }
            Err(failure) => {
                if failure.is_answer() {
                    leave(connection).await;
                }
                Err(failure)
            }
        }
    }
}

impl MailTransport for SmtpMail {
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, Result<(), SendError>> {
        async move {
            let message = self.sender.compose(mail)?;
            let sent = self.hand_over(&message).await;
            sent.map_err(|failure| failure.told(&self.server(), mail.is_secret))
        }
        .boxed()
    }

    fn check(&self) -> BoxFuture<'_, Result<String>> {
        async move {
            let server = self.server();
            let reached = self.connection().await;
            let connection = reached.map_err(|failure| failure.told(&server, false))?;
            self.pool.keep(connection);
            Ok(format!("{server} answers and lets us in"))
        }
        .boxed()
    }
}

impl Login {
    fn new(user: &str, password: &str) -> Self {
        let base64 = |text: &str| data_encoding::BASE64.encode(text.as_bytes());
        Self {
            credentials: Credentials::new(user.to_owned(), password.to_owned()),
            hidden: vec![
                base64(&format!("\0{user}\0{password}")),
                base64(password),
                password.to_owned(),
            ],
        }
    }
}

/// One message, from the sender to the dot.
async fn converse(connection: &mut AsyncSmtpConnection, message: &lettre::Message) -> Result<(), Failure> {
    let envelope = message.envelope();
    let from = commands::Mail::new(envelope.from().cloned(), Vec::new());
    answer(Step::Sender, TIMEOUT, connection.command(from)).await?;
    for to in envelope.to() {
        let to = commands::Rcpt::new(to.clone(), Vec::new());
        answer(Step::Recipient, TIMEOUT, connection.command(to)).await?;
    }
    answer(Step::Data, TIMEOUT, connection.command(commands::Data)).await?;
    let written = message.formatted();
    answer(Step::Message, MESSAGE_TIMEOUT, connection.message(&written)).await
}

async fn answer<T>(
    step: Step,
    limit: Duration,
    asked: impl Future<Output = Result<T, Error>>,
) -> Result<(), Failure> {
    match timeout(limit, asked).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(Failure::of(step, &error)),
        Err(_) => Err(Failure::silence(step, limit)),
    }
}

/// Says good-bye to a server that answered; what it says to that doesn't matter any more.
async fn leave(mut connection: AsyncSmtpConnection) {
    drop(timeout(QUIT_TIMEOUT, connection.quit()).await);
}

/// What a server's certificate is checked by: the well-known authorities, and our own.
fn tls(host: &str, ca_path: Option<&Path>) -> Result<TlsParameters> {
    let mut parameters = TlsParameters::builder(host.to_owned());
    if let Some(path) = ca_path {
        let told = || format!("EMAIL_CA_PATH={}", path.display());
        let pem = std::fs::read(path).with_context(told)?;
        ensure!(
            pem.windows(11).any(|part| part == b"CERTIFICATE"),
            "{}: there is no certificate in it (PEM)",
            told()
        );
        parameters = parameters.add_root_certificate(Certificate::from_pem(&pem).with_context(told)?);
    }
    parameters.build().with_context(|| format!("EMAIL_HOST={host}"))
}
