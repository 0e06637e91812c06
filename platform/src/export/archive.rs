//! Files of any number as one `.tar.gz`, packed while it is taken: one file in memory at a time, packed on a blocking thread,
//! nothing on disk.

use std::{io::Write as _, mem, sync::Arc};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use flate2::{Compression, write::GzEncoder};
use futures_util::{Stream, future::BoxFuture, stream};

/// One file of an archive.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its path in the archive, such as `factures/BH-2026-1.pdf`.
    pub path: String,
    /// What is in it.
    pub bytes: Bytes,
}

/// The files of an archive, one after the other.
pub trait Parts: Send + Sync {
    /// The next file; `None` at the end.
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Part>>>;
}

type Packer = tar::Builder<GzEncoder<Vec<u8>>>;

/// The archive, as it is taken; its files are dated `made_at`. `allowed` is asked before each file, so that a sign-in that
/// ends takes the download with it. After an error the archive is cut off, and the reader sees that.
pub fn archive<F>(
    parts: Box<dyn Parts>,
    made_at: DateTime<Utc>,
    allowed: F,
) -> impl Stream<Item = Result<Bytes>> + Send
where
    F: Fn() -> BoxFuture<'static, Result<bool>> + Send + Sync + 'static,
{
    let packer: Packer = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let state = Some((parts, packer));
    stream::try_unfold((state, Arc::new(allowed)), move |(state, allowed)| async move {
        let Some((mut parts, packer)) = state else {
            return Ok(None);
        };
        ensure!(
            allowed().await?,
            "the sign-in that asked for this archive has ended"
        );
        let part = parts.next().await?;
        let packing = tokio::task::spawn_blocking(move || pack(packer, part, made_at));
        let (bytes, packer) = packing.await.context("the packer panicked")??;
        Ok(Some((bytes, (packer.map(|packer| (parts, packer)), allowed))))
    })
}

/// The archive's next bytes. Without a part they are its last.
fn pack(mut packer: Packer, part: Option<Part>, at: DateTime<Utc>) -> Result<(Bytes, Option<Packer>)> {
    let Some(part) = part else {
        let last = packer.into_inner()?.finish()?;
        return Ok((last.into(), None));
    };
    let mut header = tar::Header::new_gnu();
    header.set_size(part.bytes.len().try_into()?);
    header.set_mode(0o644);
    header.set_mtime(at.timestamp().try_into().unwrap_or_default());
    packer.append_data(&mut header, &part.path, &part.bytes[..])?;
    let encoder = packer.get_mut();
    encoder.flush()?;
    Ok((mem::take(encoder.get_mut()).into(), Some(packer)))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use futures_util::TryStreamExt as _;

    use super::*;

    struct Two(Vec<Part>);

    impl Parts for Two {
        fn next(&mut self) -> BoxFuture<'_, Result<Option<Part>>> {
            Box::pin(std::future::ready(Ok(self.0.pop())))
        }
    }

    fn two() -> Box<dyn Parts> {
        let part = |path: &str, text: &'static str| Part {
            path: path.to_owned(),
            bytes: text.into(),
        };
        Box::new(Two(vec![part("b/é.txt", "deux"), part("a.txt", "un")]))
    }

    #[tokio::test]
    async fn other_tools_read_it() {
        let stream = archive(two(), DateTime::UNIX_EPOCH, || {
            Box::pin(std::future::ready(Ok(true)))
        });
        let chunks: Vec<Bytes> = stream.try_collect().await.unwrap();
        assert!(chunks.iter().all(|chunk| !chunk.is_empty()));
        let whole = chunks.concat();
        let mut read = tar::Archive::new(flate2::read::GzDecoder::new(whole.as_slice()));
        let mut files = Vec::new();
        for entry in read.entries().unwrap() {
            let mut entry = entry.unwrap();
            let path = entry.path().unwrap().display().to_string();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            files.push((path, text));
        }
        let expected = [("a.txt", "un"), ("b/é.txt", "deux")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(files, expected);
    }

    #[tokio::test]
    async fn it_is_cut_off_when_the_sign_in_ends() {
        let stream = archive(two(), DateTime::UNIX_EPOCH, || {
            Box::pin(std::future::ready(Ok(false)))
        });
        assert!(stream.try_collect::<Vec<Bytes>>().await.is_err());
    }
}
