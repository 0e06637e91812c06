//! A client that keeps its connections: after each refusal the connection either serves the next request, or was said to
//! end.

use crate::support::app::TestApp;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// One answer of a connection: its status, and whether it says that the connection ends.
async fn answer(connection: &mut BufReader<TcpStream>) -> Option<(u16, bool)> {
    let mut line = String::new();
    if connection.read_line(&mut line).await.ok()? == 0 {
        return None;
    }
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let (mut length, mut closes) = (0, false);
    loop {
        let mut header = String::new();
        connection.read_line(&mut header).await.ok()?;
        let header = header.trim().to_ascii_lowercase();
        match header.split_once(": ") {
            None => break,
            Some(("content-length", value)) => length = value.parse().ok()?,
            Some(("connection", value)) => closes |= value == "close",
            Some(_) => {}
        }
    }
    connection.read_exact(&mut vec![0; length]).await.ok()?;
    Some((status, closes))
}

async fn send(app: &TestApp, connection: &mut BufReader<TcpStream>, head: &str, body: usize) {
    let host = app.address();
    let head = format!("{head}\r\nhost: {host}\r\ncontent-length: {body}\r\n\r\n");
    connection.write_all(head.as_bytes()).await.unwrap();
    // The answer may come, and the connection end, while this is still being sent.
    let _ = connection.write_all(&vec![b' '; body]).await;
}

#[tokio::test]
async fn a_refusal_keeps_the_connection_or_says_that_it_ends() {
    let app = TestApp::start().await;
    let mut kept = 0;
    for (head, status) in [
        (
            "POST /graphql HTTP/1.1\r\ncontent-type: application/json\r\nauthorization: Bearer a.b.c",
            401,
        ),
        ("DELETE /graphql HTTP/1.1\r\ncontent-type: application/json", 405),
        ("POST /graphql HTTP/1.1\r\ncontent-type: text/plain", 415),
        (
            "POST /graphql HTTP/1.1\r\ncontent-type: application/json\r\naccept: text/html",
            406,
        ),
        ("PUT /uploads/upl_1 HTTP/1.1", 404),
        ("POST /nowhere HTTP/1.1", 404),
    ] {
        for body in [0, 40, 30_000, 250_000, 3_000_000] {
            let stream = TcpStream::connect(app.address()).await.unwrap();
            let mut connection = BufReader::new(stream);
            send(&app, &mut connection, head, body).await;
            let Some((told, closes)) = answer(&mut connection).await else {
                assert!(body > 250_000, "{head}: the connection broke at {body} bytes");
                continue;
            };
            assert_eq!(told, status, "{head} with {body} bytes");
            if closes {
                assert!(body > 250_000, "{head}: a body of {body} bytes is little");
                continue;
            }
            kept += 1;
            send(&app, &mut connection, "GET /healthz HTTP/1.1", 0).await;
            let next = answer(&mut connection).await;
            assert_eq!(
                next.map(|it| it.0),
                Some(200),
                "{head} with {body} bytes, then another"
            );
        }
    }
    assert!(kept >= 24, "{kept}");
}

#[tokio::test]
async fn who_waits_to_send_is_refused_at_once() {
    let app = TestApp::start().await;
    let stream = TcpStream::connect(app.address()).await.unwrap();
    let mut connection = BufReader::new(stream);
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: {}\r\ncontent-type: text/plain\r\nexpect: 100-continue\r\n\
         content-length: 100\r\n\r\n",
        app.address()
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(answer(&mut connection).await, Some((415, true)));
}
