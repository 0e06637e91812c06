//! Counts how often a server waits for PostgreSQL: a proxy between them that reads along.
//!
//! What costs time is a message after which the server has to answer: `Sync` ends the messages of a prepared statement,
//! `Query` is a plain one ([PostgreSQL, 55.7](https://www.postgresql.org/docs/17/protocol-message-formats.html)).

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What was sent since it was last asked: a line a round trip.
#[derive(Debug, Clone, Default)]
pub struct RoundTrips(Arc<Mutex<Vec<String>>>);

impl RoundTrips {
    /// Listens before the server of `url`, and answers with the URL to use instead.
    pub async fn before(url: &str) -> Result<(Self, String)> {
        let (start, rest) = url.split_once('@').context("no user in the database's URL")?;
        let (server, database) = rest
            .split_once('/')
            .context("no database in the database's URL")?;
        let server: SocketAddr = server.parse()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let here = listener.local_addr()?;
        let trips = Self::default();
        let counted = trips.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // Without a server behind it the connection ends, as it would there.
                let Ok(server) = TcpStream::connect(server).await else {
                    continue;
                };
                // What isn't sent at once is late and still counted.
                let _ = (client.set_nodelay(true), server.set_nodelay(true));
                tokio::spawn(counted.clone().pass(client, server));
            }
        });
        Ok((trips, format!("{start}@{here}/{database}")))
    }

    /// The round trips since the last call.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn pass(self, client: TcpStream, server: TcpStream) {
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let back = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
        let mut known: HashMap<Vec<u8>, String> = HashMap::new();
        let mut at_work = Vec::new();
        let mut greeted = false;
        loop {
            // The messages of the greeting have no type: a request for TLS, which is refused, and the start.
            let mut kind = 0;
            let mut message = Vec::new();
            if greeted {
                let Ok(read) = from_client.read_u8().await else {
                    break;
                };
                kind = read;
                message.push(kind);
            }
            let Ok(length) = from_client.read_u32().await else {
                break;
            };
            let mut body = vec![0; length as usize - 4];
            if from_client.read_exact(&mut body).await.is_err() {
                break;
            }
            greeted = greeted || body[..4] == 196_608_u32.to_be_bytes();
            self.note(kind, &body, &mut known, &mut at_work);
            message.extend_from_slice(&length.to_be_bytes());
            message.extend_from_slice(&body);
            if to_server.write_all(&message).await.is_err() {
                break;
            }
        }
        drop(to_server);
        let _ = back.await;
    }

    fn note(&self, kind: u8, body: &[u8], known: &mut HashMap<Vec<u8>, String>, at_work: &mut Vec<String>) {
        let mut texts = body.split(|byte| *byte == 0).map(<[u8]>::to_vec);
        let mut text = || texts.next().unwrap_or_default();
        match kind {
            b'Q' => self.done(String::from_utf8_lossy(&text()).into_owned()),
            b'P' => {
                let (name, sql) = (text(), text());
                let sql = String::from_utf8_lossy(&sql).into_owned();
                at_work.push(format!("prepare {sql}"));
                known.insert(name, sql);
            }
            b'B' => {
                let (_, name) = (text(), text());
                at_work.push(known.get(&name).cloned().unwrap_or_default());
            }
            b'S' => self.done(std::mem::take(at_work).join("; ")),
            _ => {}
        }
    }

    fn done(&self, what: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }
}
