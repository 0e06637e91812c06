//! A mail server for tests: takes whatever comes over a real socket, or refuses it as told.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// One message as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    pub text: String,
}

/// The server.
#[derive(Debug, Clone)]
pub struct SmtpSink {
    pub address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    refusal: Arc<Mutex<Option<&'static str>>>,
    hangs_for: Arc<Mutex<Option<&'static str>>>,
    hanging: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
    most_at_once: Arc<AtomicUsize>,
}

impl SmtpSink {
    /// Listens on a port of its own.
    pub async fn start() -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap()).await
    }

    /// Listens there.
    pub async fn start_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let sink = Self {
            address: listener.local_addr().unwrap(),
            received: Arc::default(),
            refusal: Arc::default(),
            hangs_for: Arc::default(),
            hanging: Arc::default(),
            connections: Arc::default(),
            most_at_once: Arc::default(),
        };
        let serving = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let sink = serving.clone();
                tokio::spawn(async move {
                    let open = sink.connections.fetch_add(1, Ordering::SeqCst) + 1;
                    sink.most_at_once.fetch_max(open, Ordering::SeqCst);
                    let _ = sink.converse(stream).await;
                    sink.connections.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        sink
    }

    /// Answers `RCPT TO` with this from now on.
    pub fn refuse(&self, answer: Option<&'static str>) {
        *self.refusal.lock().unwrap() = answer;
    }

    /// Never answers `RCPT TO` for this address from now on.
    pub fn hang_for(&self, address: &'static str) {
        *self.hangs_for.lock().unwrap() = Some(address);
    }

    /// How many conversations hang.
    pub fn hanging(&self) -> usize {
        self.hanging.load(Ordering::SeqCst)
    }

    /// The most connections that were open together.
    pub fn most_at_once(&self) -> usize {
        self.most_at_once.load(Ordering::SeqCst)
    }

    /// What arrived so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    async fn converse(&self, stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        let (mut from, mut to) = (String::new(), Vec::new());
        write.write_all(b"220 sink ESMTP\r\n").await?;
        while let Some(line) = lines.next_line().await? {
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            let hangs = self
                .hangs_for
                .lock()
                .unwrap()
                .is_some_and(|address| line.contains(address));
            if verb == "RCPT" && hangs {
                self.hanging.fetch_add(1, Ordering::SeqCst);
                std::future::pending::<()>().await;
            }
            let answer = match verb.as_str() {
                "EHLO" | "HELO" => "250-sink\r\n250 8BITMIME",
                "MAIL" => {
                    from = line;
                    "250 ok"
                }
                "RCPT" => match *self.refusal.lock().unwrap() {
                    Some(refusal) => refusal,
                    None => {
                        to.push(line);
                        "250 ok"
                    }
                },
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await?;
                    let mut text = String::new();
                    while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                        text.push_str(&line);
                        text.push('\n');
                    }
                    self.received.lock().unwrap().push(Received {
                        from: std::mem::take(&mut from),
                        to: std::mem::take(&mut to),
                        text,
                    });
                    "250 taken"
                }
                "QUIT" => {
                    write.write_all(b"221 bye\r\n").await?;
                    return Ok(());
                }
                _ => "250 ok",
            };
            write.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
        Ok(())
    }
}
