//! Readers that don't read: what waits to be sent to them takes memory and a connection, so it has to get on.

use std::{
    future::Future,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

/// How fast a reader must be, at least.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Within so long …
    pub(super) window: Duration,
    /// … so many bytes must be taken, if as many wait.
    pub(super) least: usize,
}

/// A stream that fails with `TimedOut` when what is written to it isn't taken at the pace. While nothing waits there is no
/// hurry.
#[derive(Debug)]
pub(super) struct WriteTimeout<S> {
    stream: S,
    pace: Pace,
    /// Runs while something waits: the end of the present window, and what was taken in it.
    waiting: Option<(Pin<Box<Sleep>>, usize)>,
}

impl<S> WriteTimeout<S> {
    pub(super) fn new(stream: S, pace: Pace) -> Self {
        Self {
            stream,
            pace,
            waiting: None,
        }
    }

    fn taken(&mut self, written: usize) {
        if let Some((_, taken)) = &mut self.waiting {
            *taken += written;
        }
    }

    /// What to answer while the stream takes nothing.
    fn wait<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let pace = self.pace;
        let (window, taken) = self
            .waiting
            .get_or_insert_with(|| (Box::pin(sleep_until(Instant::now() + pace.window)), 0));
        loop {
            ready!(window.as_mut().poll(cx));
            if *taken < pace.least {
                let message = "the other side doesn't take what is sent to it";
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, message)));
            }
            *taken = 0;
            window.as_mut().reset(Instant::now() + pace.window);
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WriteTimeout<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(cx, bytes) {
            Poll::Ready(written) => {
                self.taken(*written.as_ref().unwrap_or(&0));
                Poll::Ready(written)
            }
            Poll::Pending => self.wait(cx),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write_vectored(cx, bytes) {
            Poll::Ready(written) => {
                self.taken(*written.as_ref().unwrap_or(&0));
                Poll::Ready(written)
            }
            Poll::Pending => self.wait(cx),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Asked for once everything has been written: then nothing waits.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_flush(cx) {
            Poll::Ready(flushed) => {
                self.waiting = None;
                Poll::Ready(flushed)
            }
            Poll::Pending => self.wait(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WriteTimeout<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const PACE: Pace = Pace {
        window: Duration::from_millis(20),
        least: 1_000,
    };

    #[tokio::test]
    async fn who_takes_nothing_is_left() {
        let (mut phone, server) = duplex(1_000);
        let mut server = WriteTimeout::new(server, PACE);
        let failed = server.write_all(&[0; 10_000]).await.unwrap_err();
        assert_eq!(failed.kind(), io::ErrorKind::TimedOut);
        // What it has taken before is there.
        assert_eq!(phone.read(&mut [0; 2_000]).await.unwrap(), 1_000);
    }

    #[tokio::test]
    async fn who_takes_a_trickle_is_left() {
        let (mut phone, server) = duplex(1_000);
        let mut server = WriteTimeout::new(server, PACE);
        let trickle = async {
            loop {
                phone.read_exact(&mut [0; 1]).await.unwrap();
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let bytes = vec![0; 1_000_000];
        let failed = tokio::select! {
            failed = server.write_all(&bytes) => failed.unwrap_err(),
            () = trickle => panic!("it never ends"),
        };
        assert_eq!(failed.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn who_reads_gets_everything_and_a_pause_between_answers_is_no_matter() {
        let (mut phone, server) = duplex(1_000);
        let mut server = WriteTimeout::new(server, PACE);
        for _ in 0..3 {
            let answer = async {
                server.write_all(&[0; 50_000]).await.unwrap();
                server.flush().await.unwrap();
            };
            let read = async { phone.read_exact(&mut [0; 50_000]).await.unwrap() };
            tokio::join!(answer, read);
            tokio::time::sleep(PACE.window * 2).await;
        }
    }
}
