//! `healthcheck`: asks the server of this machine whether it can serve. For containers, whose image holds no other
//! program that could ask.

use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, bail};

/// For connecting, and for each read and write.
const PATIENCE: Duration = Duration::from_secs(4);
/// More of an answer isn't read: `/readyz` says one line, and the first lines of `/metrics` say what it is.
const LONGEST: u64 = 16 * 1024;

/// Asks `/readyz` of the server that listens on `bind_addr`.
///
/// # Errors
/// When it doesn't answer, or answers that it isn't ready: with its reason.
pub fn run(bind_addr: SocketAddr) -> Result<()> {
    ask(bind_addr, "/readyz").map(drop)
}

/// The answer of what listens on `bind_addr` to `path`, its first part if it is long.
///
/// # Errors
/// When none comes in time, or one that says that something is wrong.
pub fn ask(bind_addr: SocketAddr, path: &str) -> Result<String> {
    let address = reachable(bind_addr);
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)
        .with_context(|| format!("nothing answers on {address}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(
        format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").as_bytes(),
    )?;
    let mut answer = Vec::new();
    stream
        .take(LONGEST)
        .read_to_end(&mut answer)
        .with_context(|| format!("{address} does not finish its answer"))?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split_whitespace().nth(1).unwrap_or_default();
    if status != "200" {
        bail!("not ready: {}", if body.is_empty() { head } else { body }.trim());
    }
    Ok(body.to_owned())
}

/// Where a server that listens on every address is found.
fn reachable(bind_addr: SocketAddr) -> SocketAddr {
    let ip = match bind_addr.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, bind_addr.port())
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;

    /// What is made of one answer.
    fn told(answer: &'static str) -> Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 1024];
            let length = stream.read(&mut asked).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
            String::from_utf8_lossy(&asked[..length]).into_owned()
        });
        let outcome = run(SocketAddr::from(([0, 0, 0, 0], port)));
        assert!(server.join().unwrap().starts_with("GET /readyz HTTP/1.1\r\n"));
        outcome
    }

    #[test]
    fn ready_is_healthy_and_nothing_else_is() {
        told("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok\n").unwrap();
        let reason = told("HTTP/1.1 503 Service Unavailable\r\n\r\nthe database does not answer\n")
            .unwrap_err()
            .to_string();
        assert_eq!(reason, "not ready: the database does not answer");
        assert!(told("").is_err());
        assert!(told("SSH-2.0-OpenSSH_9.2\r\n").is_err());
    }

    #[test]
    fn nobody_there_is_told_with_the_address() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let told = run(address).unwrap_err().to_string();
        assert!(told.contains(&address.to_string()), "{told}");
    }
}
