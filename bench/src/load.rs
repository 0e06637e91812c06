//! Load on one server: so many connections, each with one request after the other, prepared bytes out and few looks at
//! what comes back. It shares the machine with what it measures, so it counts its own processor time as well.

use crate::workloads::Workload;
use anyhow::{Context as _, Result, bail};
use belle_house_bench::processor;
use belle_house_bench::stats::Samples;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What a round of load gave; rounds add up.
#[derive(Debug, Default, Clone)]
pub struct Figures {
    /// How long each request took.
    pub latency: Samples,
    /// How long all of it took.
    pub elapsed: Duration,
    /// Processor time of the server, the database's processes, and the generator.
    pub processor: [Duration; 3],
}

impl Figures {
    /// Requests a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.latency.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// Adds another round.
    pub fn merge(&mut self, other: Self) {
        self.latency.merge(other.latency);
        self.elapsed += other.elapsed;
        for (sum, part) in self.processor.iter_mut().zip(other.processor) {
            *sum += part;
        }
    }
}

/// Whose processor time is counted.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// The server's process.
    pub server: u32,
    /// The database's, when it is another one.
    pub database: Option<u32>,
}

impl Counted {
    fn now(self) -> [Duration; 3] {
        [
            processor::spent(self.server),
            self.database.map(processor::spent).unwrap_or_default(),
            processor::own(),
        ]
    }
}

/// No request of a run is like another that isn't to be kept.
static NUMBER: AtomicUsize = AtomicUsize::new(0);

/// Asks for `time`, on so many connections.
pub async fn run(
    address: SocketAddr,
    workload: &Workload,
    connections: usize,
    time: Duration,
    counted: Counted,
) -> Result<Figures> {
    let before = counted.now();
    let begin = Instant::now();
    let lanes = (0..connections).map(|_| async move {
        let mut connection = Lane::open(address).await?;
        let mut samples = Samples::default();
        while begin.elapsed() < time {
            let sent = Instant::now();
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            connection.ask(workload, number).await?;
            samples.push(sent.elapsed());
        }
        anyhow::Ok(samples)
    });
    let lanes = futures_util::future::try_join_all(lanes)
        .await
        .with_context(|| workload.name)?;
    let mut figures = Figures {
        elapsed: begin.elapsed(),
        ..Figures::default()
    };
    let after = counted.now();
    for (part, (after, before)) in figures.processor.iter_mut().zip(after.into_iter().zip(before)) {
        *part = after.saturating_sub(before);
    }
    for samples in lanes {
        figures.latency.merge(samples);
    }
    Ok(figures)
}

/// One kept-alive connection with buffers that are used again.
#[derive(Debug)]
pub struct Lane {
    stream: TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Lane {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            request: Vec::new(),
            answer: Vec::new(),
        })
    }

    /// The request of this number; an answer that isn't the expected one fails.
    pub async fn ask(&mut self, workload: &Workload, number: usize) -> Result<&[u8]> {
        self.request.clear();
        workload.write(number, &mut self.request);
        self.stream.write_all(&self.request).await?;
        self.answer.clear();
        let body = loop {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                bail!("the server closed the connection");
            }
            if let Some(body) = whole(&self.answer)? {
                break body;
            }
        };
        let body = &self.answer[body..];
        if !self.answer.starts_with(b"HTTP/1.1 200") || !body.starts_with(workload.begins.as_bytes()) {
            let shown = &self.answer[..self.answer.len().min(800)];
            bail!("not the answer expected: {}", String::from_utf8_lossy(shown));
        }
        Ok(body)
    }
}

/// Where the body begins, once all of it is there. The servers compared say how long their answers are.
fn whole(answer: &[u8]) -> Result<Option<usize>> {
    let Some(head) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let length: usize = std::str::from_utf8(&answer[..head])?
        .lines()
        .find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse().ok())?
        })
        .context("an answer that doesn't say how long it is")?;
    let begins = head + 4;
    Ok((answer.len() >= begins + length).then_some(begins))
}
