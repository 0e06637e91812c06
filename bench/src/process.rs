//! The server as a process of its own: started, killed without warning, started again.

use crate::http::Connection;
use anyhow::{Context as _, Result, bail};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How to start a server, again and again on the same address and data.
#[derive(Debug, Clone)]
pub struct Launch {
    binary: PathBuf,
    /// What runs the binary, with its arguments; nothing, as a rule.
    under: Vec<String>,
    directory: PathBuf,
    address: SocketAddr,
    environment: BTreeMap<String, String>,
}

impl Launch {
    /// A server as a newcomer starts it: in `directory` (its working directory, so its `data` too), on a loopback
    /// port of its own, with no other setting and nothing of our environment but `PATH` and `HOME`.
    pub fn bare(binary: impl Into<PathBuf>, directory: impl Into<PathBuf>) -> Result<Self> {
        let directory = directory.into();
        std::fs::create_dir_all(&directory)?;
        // The port is free now and ours to give; the same one serves after each restart.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let mut environment = BTreeMap::new();
        for key in ["PATH", "HOME"] {
            environment.insert(key.to_owned(), std::env::var(key).unwrap_or_default());
        }
        environment.insert("BIND_ADDR".to_owned(), address.to_string());
        Ok(Self {
            binary: binary.into(),
            under: Vec::new(),
            directory,
            address,
            environment,
        })
    }

    /// A server as an operator configures it, with everything that [`Launch::bare`] leaves to defaults.
    pub fn new(binary: impl Into<PathBuf>, directory: impl Into<PathBuf>) -> Result<Self> {
        let mut launch = Self::bare(binary, directory)?;
        let data = launch.data_dir().display().to_string();
        for (key, value) in [
            ("PUBLIC_URL", format!("http://{}", launch.address)),
            ("ALLOWED_HOSTS", "127.0.0.1".to_owned()),
            ("DATA_DIR", data),
            (
                "SECRET_KEY",
                "Kq7vT2mXw9ZpLr4sYd8hBn3cJf6gUe1aQoRi5tNk".to_owned(),
            ),
            ("DEBUG", "false".to_owned()),
            ("EMAIL_BACKEND", "file".to_owned()),
            // The generator is one address, and its subscribers are few accounts.
            ("CONNECTIONS_AT_ONCE", "20000,20000,20000".to_owned()),
            ("OPERATIONS_AT_ONCE", "20000,20000,20000".to_owned()),
            ("SUBSCRIPTIONS_AT_ONCE", "20000,20000,20000".to_owned()),
        ] {
            launch = launch.env(key, value);
        }
        Ok(launch)
    }

    /// Another server on the same data: its own port and log, everything else alike.
    pub fn sibling(&self) -> Result<Self> {
        let mut sibling = Self::new(&self.binary, &self.directory)?;
        let own = ["BIND_ADDR", "PUBLIC_URL"];
        for (key, value) in self
            .environment
            .iter()
            .filter(|(key, _)| !own.contains(&key.as_str()))
        {
            sibling.environment.insert(key.clone(), value.clone());
        }
        Ok(sibling)
    }

    /// Sets an environment variable of the server.
    #[must_use]
    pub fn env(mut self, key: &str, value: impl Into<String>) -> Self {
        self.environment.insert(key.to_owned(), value.into());
        self
    }

    /// Runs the binary under another program, such as `valgrind` with its arguments.
    #[must_use]
    pub fn under(mut self, program: &[&str]) -> Self {
        self.under = program.iter().map(|&word| word.to_owned()).collect();
        self
    }

    /// Where the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the server keeps its files.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// What the server has written to its log so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_path(&self) -> PathBuf {
        self.directory.join(format!("server-{}.log", self.address.port()))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut words = self.under.iter().map(OsStr::new).chain([self.binary.as_os_str()]);
        let mut command = Command::new(words.next().unwrap_or(self.binary.as_os_str()));
        command
            .args(words)
            .args(arguments)
            .current_dir(&self.directory)
            .env_clear()
            .envs(&self.environment);
        command
    }

    /// Runs another command of the binary to its end (`create-admin`, `migrate`), with `input` on its
    /// standard input.
    pub fn run(&self, arguments: &[&str], input: &str) -> Result<String> {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| self.binary.display().to_string())?;
        if let Some(mut stdin) = child.stdin.take() {
            std::io::Write::write_all(&mut stdin, input.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!(
                "{arguments:?} failed: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Starts the server and waits until it answers. Its log is appended to, so that one file tells the story
    /// of all its lives.
    pub async fn start(&self) -> Result<Server> {
        let log: File = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log_path())?;
        let mut command = self.command(&["serve"]);
        command.stdout(log.try_clone()?).stderr(log);
        Server::start(command, self.address)
            .await
            .with_context(|| tail(&self.log()))
    }
}

/// Whether a query is answered. A query, not `/healthz`: "up" means that a client gets data.
async fn answers(address: SocketAddr) -> bool {
    let query = async {
        let mut connection = Connection::open(address).await?;
        connection
            .graphql(None, "{ __typename }", &serde_json::json!({}))
            .await
    };
    matches!(query.await, Ok(answer) if answer.status == 200)
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}

/// A server that runs. Dropped, it is killed.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: SocketAddr,
    /// From the start of the process to its first answer to a query.
    pub first_answer: Duration,
}

impl Server {
    /// Starts a program that serves GraphQL at `address`, and waits until it answers.
    pub async fn start(mut command: Command, address: SocketAddr) -> Result<Self> {
        let started = Instant::now();
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| command.get_program().display().to_string())?;
        let mut server = Self {
            child,
            address,
            first_answer: Duration::ZERO,
        };
        while !answers(address).await {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended with {status} before it answered");
            }
            if started.elapsed() > Duration::from_secs(60) {
                bail!("no answer within a minute");
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.first_answer = started.elapsed();
        Ok(server)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Resident memory in KiB, as the kernel counts it (`VmRSS`).
    pub fn resident_kib(&self) -> Result<u64> {
        self.memory_kib("VmRSS")
    }

    /// The most memory that was ever resident, in KiB (`VmHWM`).
    pub fn peak_kib(&self) -> Result<u64> {
        self.memory_kib("VmHWM")
    }

    fn memory_kib(&self, name: &str) -> Result<u64> {
        let status = std::fs::read_to_string(Path::new("/proc").join(self.pid().to_string()).join("status"))?;
        status
            .lines()
            .find_map(|line| {
                let value = line.strip_prefix(name)?.strip_prefix(':')?;
                value.split_whitespace().next()?.parse().ok()
            })
            .with_context(|| format!("no {name} in /proc/PID/status"))
    }

    /// From now on the process gets `kib` KiB of address space beyond what it has, and ends when it asks for more.
    pub fn limit_memory(&self, kib: u64) -> Result<()> {
        let bytes = (self.memory_kib("VmSize")? + kib) * 1024;
        let limited = Command::new("prlimit")
            .arg(format!("--pid={}", self.pid()))
            .arg(format!("--as={bytes}"))
            .status()
            .context("prlimit (Debian's package util-linux)")?;
        if !limited.success() {
            bail!("prlimit failed: {limited}");
        }
        Ok(())
    }

    /// Whether the process is still there.
    pub fn lives(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    /// `kill -9`: nothing is flushed, nobody is told.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks the server to stop (SIGTERM) and waits for its end, at most 20 s.
    pub async fn stop(mut self) -> Result<()> {
        // The standard library sends SIGKILL alone, and `kill` is on every system that has a shell.
        Command::new("kill").arg(self.pid().to_string()).status()?;
        let asked = Instant::now();
        while self.child.try_wait()?.is_none() {
            if asked.elapsed() > Duration::from_secs(20) {
                bail!("the server was asked to stop 20 s ago and still runs");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
