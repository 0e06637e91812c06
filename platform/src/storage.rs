//! Where files live: a local folder by default, an S3-compatible bucket by configuration.
//!
//! A file is written once under a key that names its content, and never changed; readers may therefore cache it,
//! and writing the same one twice is no mistake. Servers on several machines need the same folder or a bucket. What [`Storage::put`] has acknowledged survives a power failure.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use futures_util::future::join_all;
use opendal::layers::{RetryLayer, TimeoutLayer};
use opendal::services::{Fs, S3};
use opendal::{ErrorKind, Operator};
use secrecy::ExposeSecret;

use super::{config::StorageConfig, private_folder};

/// The folder of files that are being written.
const UNFINISHED: &str = "unfinished";

/// A file to be kept.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// Relative, with `/`, naming the content.
    pub key: String,
    /// The media type, for buckets that are looked at by other means.
    pub content_type: &'static str,
    /// The content.
    pub bytes: Bytes,
}

/// The store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Storage {
    operator: Operator,
    folder: Option<PathBuf>,
}

impl Storage {
    /// Prepares the store; a bucket is not contacted before the first use ([`Storage::check`] does).
    ///
    /// # Errors
    /// When the folder can't be made or the options contradict each other.
    pub fn open(config: &StorageConfig, data_dir: &Path) -> anyhow::Result<Self> {
        match config {
            StorageConfig::Fs => Self::open_folder(&data_dir.join("media")),
            StorageConfig::S3 { .. } => {
                let operator = bucket(config, Duration::from_secs(20))?;
                let operator = operator.context("a bucket was configured")?;
                Ok(Self {
                    operator,
                    folder: None,
                })
            }
        }
    }

    fn open_folder(folder: &Path) -> anyhow::Result<Self> {
        // Files are written here and renamed into place: a reader never sees half of one.
        let unfinished = folder.join(UNFINISHED);
        private_folder::create_closed(folder)
            .and_then(|()| private_folder::create_closed(&unfinished))
            .with_context(|| format!("the media folder {} can't be made", folder.display()))?;
        remove_leftovers(&unfinished)?;
        let folder = std::path::absolute(folder)?;
        let text = |path: &Path| {
            path.to_str()
                .map(str::to_owned)
                .context("the media folder's name must be valid UTF-8")
        };
        let service = Fs::default()
            .root(&text(&folder)?)
            .atomic_write_dir(&text(&folder.join(UNFINISHED))?);
        Ok(Self {
            operator: Operator::new(service)?,
            folder: Some(folder),
        })
    }

    /// A sentence for `doctor`.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.folder {
            Some(folder) => format!("the folder {}", folder.display()),
            None => format!("the S3 bucket {}", self.operator.info().name()),
        }
    }

    /// Writes files, all of them durably before it returns.
    ///
    /// # Errors
    /// When the disk or the bucket refuses; some of the files may be there then.
    pub async fn put(&self, files: Vec<NewFile>) -> anyhow::Result<()> {
        let keys: Vec<String> = files.iter().map(|file| file.key.clone()).collect();
        // All of them to the end, whatever becomes of one: what is left behind then can be told and removed.
        let written = join_all(files.into_iter().map(|file| async move {
            let write = self.operator.write_with(&file.key, file.bytes);
            // A folder keeps no media types.
            let written = match self.folder {
                Some(_) => write.await,
                None => write.content_type(file.content_type).await,
            };
            written.with_context(|| format!("{} can't be written", file.key))
        }))
        .await;
        written
            .into_iter()
            .collect::<anyhow::Result<Vec<_>>>()
            .inspect_err(|_| self.forget_unfinished(&keys))?;
        if let Some(folder) = self.folder.clone() {
            tokio::task::spawn_blocking(move || sync_folders(&folder, &keys)).await??;
        }
        Ok(())
    }

    /// Removes what failed writes of these files have left: opendal leaves its half of a file behind.
    fn forget_unfinished(&self, keys: &[String]) {
        let Some(folder) = &self.folder else { return };
        let Ok(entries) = std::fs::read_dir(folder.join(UNFINISHED)) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            // Named as the file is, then something random.
            let is_theirs = |key: &String| key.rsplit('/').next().is_some_and(|file| name.starts_with(file));
            if keys.iter().any(is_theirs) {
                // What can't be removed now is, in a day, by the next start.
                drop(std::fs::remove_file(entry.path()));
            }
        }
    }

    /// Reads a file or, with `range` (from, to excluding), a part of one. `None` when it isn't there.
    ///
    /// # Errors
    /// When the disk or the bucket can't be read.
    pub async fn read(
        &self,
        key: &str,
        range: Option<std::ops::Range<u64>>,
    ) -> anyhow::Result<Option<Bytes>> {
        let read = match range {
            Some(range) => self.operator.read_with(key).range(range).await,
            None => self.operator.read(key).await,
        };
        match read {
            Ok(buffer) => Ok(Some(buffer.to_bytes())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("{key} can't be read")),
        }
    }

    /// How many bytes a file has. `None` when it isn't there.
    ///
    /// # Errors
    /// When the disk or the bucket can't be read.
    pub async fn size(&self, key: &str) -> anyhow::Result<Option<u64>> {
        match self.operator.stat(key).await {
            Ok(metadata) => Ok(metadata.is_file().then(|| metadata.content_length())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("{key} can't be looked at")),
        }
    }

    /// The keys of the files in a folder, sorted.
    ///
    /// # Errors
    /// When the disk or the bucket can't be read.
    pub async fn list(&self, folder: &str) -> anyhow::Result<Vec<String>> {
        let entries = self
            .operator
            .list_with(&as_folder(folder))
            .recursive(true)
            .await?;
        let mut keys: Vec<String> = entries
            .into_iter()
            .filter(|entry| entry.metadata().is_file())
            .map(|entry| entry.path().to_owned())
            .collect();
        keys.sort();
        Ok(keys)
    }

    /// Removes one file; one that isn't there is no error.
    ///
    /// # Errors
    /// When the disk or the bucket refuses.
    pub async fn remove(&self, key: &str) -> anyhow::Result<()> {
        self.operator
            .delete(key)
            .await
            .with_context(|| format!("{key} can't be removed"))
    }

    /// Removes a folder with everything in it; one that isn't there is no error.
    ///
    /// # Errors
    /// When the disk or the bucket refuses.
    pub async fn remove_folder(&self, folder: &str) -> anyhow::Result<()> {
        let folder = as_folder(folder);
        self.operator
            .delete_with(&folder)
            .recursive(true)
            .await
            .with_context(|| format!("{folder} can't be removed"))
    }

    /// Writes, reads and removes a small file: for `doctor` and `/readyz`.
    ///
    /// # Errors
    /// What went wrong.
    pub async fn check(&self) -> anyhow::Result<()> {
        let key = format!("check/{}", uuid::Uuid::new_v4().simple());
        let content = Bytes::from_static(b"belle-house");
        let file = NewFile {
            key: key.clone(),
            content_type: "text/plain",
            bytes: content.clone(),
        };
        self.put(vec![file]).await?;
        let read = self.read(&key, None).await?;
        self.remove(&key).await?;
        anyhow::ensure!(
            read == Some(content),
            "what was written to storage could not be read back"
        );
        Ok(())
    }
}

/// A bucket of a service that speaks S3; `None` of a folder. Reading or writing a part may take `part_timeout`.
pub(crate) fn bucket(config: &StorageConfig, part_timeout: Duration) -> anyhow::Result<Option<Operator>> {
    let StorageConfig::S3 {
        bucket,
        endpoint,
        region,
        access_key_id,
        secret_access_key,
    } = config
    else {
        return Ok(None);
    };
    let service = S3::default()
        .bucket(bucket)
        .region(region)
        .access_key_id(access_key_id)
        .secret_access_key(secret_access_key.expose_secret())
        // Only what was configured counts, not whatever ~/.aws or a cloud machine offers.
        .disable_config_load()
        .disable_ec2_metadata();
    let service = match endpoint {
        Some(endpoint) => service.endpoint(endpoint),
        None => service,
    };
    // opendal's own `install_default` forgets the transport when it was built without a TLS provider, and every request then
    // fails; repeating this is harmless.
    opendal_http_transport_reqwest::install_default();
    let operator = Operator::new(service)?
        .layer(
            TimeoutLayer::new()
                .with_timeout(Duration::from_secs(30))
                .with_io_timeout(part_timeout),
        )
        .layer(RetryLayer::new().with_max_times(3).with_jitter());
    Ok(Some(operator))
}

/// What a crash left half-written. Young files may belong to another instance on the same folder.
fn remove_leftovers(unfinished: &Path) -> std::io::Result<()> {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    for entry in std::fs::read_dir(unfinished)?.flatten() {
        let metadata = entry.metadata()?;
        let age = metadata.modified()?.elapsed().unwrap_or_default();
        if metadata.is_file() && age > DAY {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn as_folder(folder: &str) -> String {
    format!("{}/", folder.trim_end_matches('/'))
}

/// A renamed file is durable once its folder is: syncs every folder between the keys and the root.
fn sync_folders(root: &Path, keys: &[String]) -> std::io::Result<()> {
    let mut folders = std::collections::BTreeSet::new();
    for key in keys {
        let path = Path::new(key);
        folders.extend(path.ancestors().skip(1).map(|folder| root.join(folder)));
    }
    // Deepest first: a folder's entry in its parent is worth nothing before the folder itself.
    for folder in folders.iter().rev() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(key: &str, content: &'static [u8]) -> NewFile {
        NewFile {
            key: key.to_owned(),
            content_type: "image/webp",
            bytes: Bytes::from_static(content),
        }
    }

    async fn behaves(storage: &Storage) {
        storage.check().await.unwrap();
        let files = vec![
            file("images/a/1.webp", b"0123456789"),
            file("images/a/2.webp", b"two"),
        ];
        storage.put(files.clone()).await.unwrap();
        storage.put(files).await.unwrap();
        let read = storage.read("images/a/1.webp", None).await.unwrap().unwrap();
        assert_eq!(read, &b"0123456789"[..]);
        let part = storage
            .read("images/a/1.webp", Some(3..7))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(part, &b"3456"[..]);
        assert_eq!(storage.read("images/a/nothing.webp", None).await.unwrap(), None);
        assert_eq!(storage.size("images/a/1.webp").await.unwrap(), Some(10));
        assert_eq!(storage.size("images/a/nothing.webp").await.unwrap(), None);
        storage
            .put(vec![file("images/ab/3.webp", b"other")])
            .await
            .unwrap();
        assert_eq!(
            storage.list("images/a").await.unwrap(),
            ["images/a/1.webp", "images/a/2.webp"]
        );
        storage.remove_folder("images/a").await.unwrap();
        storage.remove_folder("images/a").await.unwrap();
        assert!(storage.list("images/a").await.unwrap().is_empty());
        assert!(storage.read("images/ab/3.webp", None).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_folder_keeps_files() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(&StorageConfig::Fs, folder.path()).unwrap();
        behaves(&storage).await;
        let leftovers = std::fs::read_dir(folder.path().join("media/unfinished"))
            .unwrap()
            .count();
        assert_eq!(leftovers, 0);
        assert!(storage.put(vec![file("../outside", b"x")]).await.is_err());
        assert!(!folder.path().join("outside").exists());
    }

    #[tokio::test]
    async fn what_could_not_be_written_leaves_nothing_unfinished() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(&StorageConfig::Fs, folder.path()).unwrap();
        storage.put(vec![file("images/a", b"in the way")]).await.unwrap();
        // A file can't be below another, so its half can't be moved into place.
        std::fs::create_dir(folder.path().join("media/images/2.webp")).unwrap();
        std::fs::create_dir(folder.path().join("media/images/2.webp/full")).unwrap();
        let files = vec![file("images/1.webp", b"one"), file("images/2.webp", b"two")];
        storage.put(files).await.unwrap_err();
        let unfinished = std::fs::read_dir(folder.path().join("media/unfinished")).unwrap();
        assert_eq!(unfinished.count(), 0);
    }

    #[test]
    fn old_halves_are_removed_at_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let unfinished = folder.path().join("media/unfinished");
        std::fs::create_dir_all(&unfinished).unwrap();
        let (old, young) = (unfinished.join("old"), unfinished.join("young"));
        let file = std::fs::File::create(&old).unwrap();
        std::fs::File::create(&young).unwrap();
        let yesterday = file.metadata().unwrap().modified().unwrap() - Duration::from_secs(25 * 60 * 60);
        file.set_modified(yesterday).unwrap();
        Storage::open(&StorageConfig::Fs, folder.path()).unwrap();
        assert!(!old.exists() && young.exists());
    }

    #[tokio::test]
    async fn a_bucket_keeps_files() {
        // Any provider will do: `ring` is what the binary installs.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let endpoint = fake_s3::start().await;
        let storage = Storage::open(
            &StorageConfig::S3 {
                bucket: "belle-house".to_owned(),
                endpoint: Some(endpoint),
                region: "auto".to_owned(),
                access_key_id: "id".to_owned(),
                secret_access_key: "secret".to_owned().into(),
            },
            Path::new(""),
        )
        .unwrap();
        behaves(&storage).await;
        assert_eq!(storage.describe(), "the S3 bucket belle-house");
    }

    /// As much of S3 as opendal uses: signed requests, ranges, listings, batch deletion.
    mod fake_s3 {
        use std::collections::BTreeMap;
        use std::sync::{Arc, Mutex};

        use axum::body::Bytes;
        use axum::extract::{Path, Query, State};
        use axum::http::{HeaderMap, StatusCode, header};
        use axum::response::{IntoResponse, Response};
        use axum::routing::{get, put};

        type Files = Arc<Mutex<BTreeMap<String, Bytes>>>;

        pub async fn start() -> String {
            let files = Files::default();
            let router = axum::Router::new()
                .route("/{bucket}", get(list).post(delete_many))
                .route("/{bucket}/", get(list).post(delete_many))
                .route("/{bucket}/{*key}", put(write).get(read).head(read).delete(delete))
                .with_state(files);
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let endpoint = format!("http://{}", listener.local_addr().unwrap());
            tokio::spawn(async move { axum::serve(listener, router).await });
            endpoint
        }

        fn signed(headers: &HeaderMap) -> bool {
            headers.get(header::AUTHORIZATION).is_some_and(|value| {
                value
                    .to_str()
                    .unwrap()
                    .starts_with("AWS4-HMAC-SHA256 Credential=id/")
            })
        }

        async fn write(
            State(files): State<Files>,
            Path((_, key)): Path<(String, String)>,
            headers: HeaderMap,
            body: Bytes,
        ) -> Response {
            if !signed(&headers) {
                return StatusCode::FORBIDDEN.into_response();
            }
            files.lock().unwrap().insert(key, body);
            [(header::ETAG, "\"x\"")].into_response()
        }

        async fn read(
            State(files): State<Files>,
            Path((_, key)): Path<(String, String)>,
            headers: HeaderMap,
        ) -> Response {
            let Some(body) = files.lock().unwrap().get(&key).cloned() else {
                let missing = "<Error><Code>NoSuchKey</Code><Message>no</Message></Error>";
                return (StatusCode::NOT_FOUND, missing).into_response();
            };
            match headers.get(header::RANGE) {
                Some(range) => {
                    let range = range.to_str().unwrap().trim_start_matches("bytes=");
                    let (from, to) = range.split_once('-').unwrap();
                    let from: usize = from.parse().unwrap();
                    let to = to.parse().unwrap_or(body.len() - 1).min(body.len() - 1);
                    let shown = format!("bytes {from}-{to}/{}", body.len());
                    let headers = [(header::CONTENT_RANGE, shown)];
                    (StatusCode::PARTIAL_CONTENT, headers, body.slice(from..=to)).into_response()
                }
                None => body.into_response(),
            }
        }

        async fn delete(State(files): State<Files>, Path((_, key)): Path<(String, String)>) -> StatusCode {
            files.lock().unwrap().remove(&key);
            StatusCode::NO_CONTENT
        }

        async fn delete_many(State(files): State<Files>, body: String) -> String {
            for key in body.split("<Key>").skip(1) {
                files.lock().unwrap().remove(key.split("</Key>").next().unwrap());
            }
            "<DeleteResult></DeleteResult>".to_owned()
        }

        async fn list(State(files): State<Files>, Query(query): Query<BTreeMap<String, String>>) -> String {
            let prefix = query.get("prefix").cloned().unwrap_or_default();
            let entry = |key: &String, size: usize| {
                format!(
                    "<Contents><Key>{key}</Key><Size>{size}</Size><ETag>\"x\"</ETag>\
                     <LastModified>2026-11-21T05:00:00.000Z</LastModified></Contents>"
                )
            };
            let files = files.lock().unwrap();
            let found = files.iter().filter(|(key, _)| key.starts_with(&prefix));
            let entries: String = found.map(|(key, body)| entry(key, body.len())).collect();
            format!("<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>")
        }
    }
}
