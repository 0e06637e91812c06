//! The memory of a real server process while hostile pictures come, and after.

use std::io::Cursor;
use std::time::{Duration, Instant};

use belle_house_bench::api::{PASSWORD, create_admin, login};
use belle_house_bench::http::Connection;
use belle_house_bench::process::{Launch, Server};
use flate2::{Compress, Compression, FlushCompress};
use image::{ImageFormat, RgbImage};
use serde_json::{Value, json};

use crate::media_world::jpeg;

const BINARY: &str = env!("CARGO_BIN_EXE_belle-house");
const MIB: u64 = 1024;
/// What all pictures in work may take (400 MiB, decision 14), and what the bytes of the uploads and noise add.
const BURST: u64 = 480 * MIB;
/// How near to what it was the memory comes back.
const NEAR: u64 = 20 * MIB;
/// And within which time; idle threads end after ten seconds, and the process is swept every ten.
const SOON: Duration = Duration::from_secs(40);

/// Zeros, packed: each mebibyte is the same block, so that a gigabyte is made in a moment.
fn packed_zeros(bytes: usize) -> Vec<u8> {
    let block = |length: usize| {
        let mut packed = Vec::with_capacity(64 * 1024);
        let mut compress = Compress::new(Compression::best(), false);
        compress
            .compress_vec(&vec![0; length], &mut packed, FlushCompress::Full)
            .unwrap();
        packed
    };
    let (whole, rest) = (bytes >> 20, bytes & 0xF_FFFF);
    let mut zlib = vec![0x78, 0xDA];
    zlib.extend(block(1 << 20).repeat(whole));
    zlib.extend(block(rest));
    // An empty last block, and the sum.
    zlib.extend([3, 0]);
    zlib.extend((((bytes % 65_521) as u32) << 16 | 1).to_be_bytes());
    zlib
}

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(kind);
    crc.update(content);
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&length, &kind[..], content, &crc.sum().to_be_bytes()].concat()
}

/// A clear PNG of 40 megapixels, RGBA.
fn huge_picture() -> Vec<u8> {
    let (width, height) = (8000_u32, 5000_u32);
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    let pixels = packed_zeros((width as usize * 4 + 1) * height as usize);
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &header),
        chunk(b"IDAT", &pixels),
        chunk(b"IEND", b""),
    ]
    .concat()
}

/// A small PNG whose colour profile unpacks to a gigabyte.
fn huge_profile() -> Vec<u8> {
    let mut plain = Cursor::new(Vec::new());
    RgbImage::new(64, 48)
        .write_to(&mut plain, ImageFormat::Png)
        .unwrap();
    let plain = plain.into_inner();
    let profile = chunk(b"iCCP", &[b"p\0\0".to_vec(), packed_zeros(1 << 30)].concat());
    [&plain[..33], &profile, &plain[33..]].concat()
}

struct Staff {
    server: Server,
    token: String,
    http: reqwest::Client,
}

impl Staff {
    async fn sign_in(launch: &Launch) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        create_admin(launch, "admin@example.ne").unwrap();
        let server = launch.start().await.unwrap();
        let mut connection = Connection::open(server.address()).await.unwrap();
        let token = login(&mut connection, "admin@example.ne", PASSWORD)
            .await
            .unwrap();
        Self {
            server,
            token,
            http: reqwest::Client::new(),
        }
    }

    /// Announces and sends a file, as often as the server asks for, and says with which status that ended.
    async fn send(&self, file: Vec<u8>, content_type: &str) -> u16 {
        let query =
            "mutation($input: CreateUploadInput!) { createUpload(input: $input) { upload { uploadUrl } } }";
        let input = json!({ "filename": "a", "contentType": content_type, "byteSize": file.len() });
        let announced = self
            .http
            .post(format!("http://{}/graphql", self.server.address()))
            .bearer_auth(&self.token)
            .json(&json!({ "query": query, "variables": { "input": input } }));
        let answer: Value = announced.send().await.unwrap().json().await.unwrap();
        let url = answer["data"]["createUpload"]["upload"]["uploadUrl"]
            .as_str()
            .unwrap();
        loop {
            let answer = self.http.put(url).body(file.clone()).send().await.unwrap();
            if answer.status() != 503 {
                return answer.status().as_u16();
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

#[tokio::test]
async fn hostile_pictures_at_once_take_what_is_set_aside_and_give_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, folder.path()).unwrap();
    let staff = Staff::sign_in(&launch).await;
    assert_eq!(staff.send(jpeg(1200, 900), "application/octet-stream").await, 200);
    let rest = staff.server.resident_kib().unwrap();

    let hostile = [huge_picture(), huge_profile()];
    let burst = (0..10).map(|n| staff.send(hostile[n % 2].clone(), "image/png"));
    let honest = async {
        let mut statuses = Vec::new();
        for _ in 0..5 {
            statuses.push(staff.send(jpeg(1600, 1200), "image/heic").await);
        }
        statuses
    };
    let (hostile, honest) = futures_util::future::join(futures_util::future::join_all(burst), honest).await;
    assert_eq!(
        hostile, [200; 10],
        "clear pictures and one colour: nothing is wrong with them"
    );
    assert_eq!(honest, [200; 5]);
    let peak = staff.server.peak_kib().unwrap();
    assert!(
        peak < rest + BURST,
        "{} MiB at rest, {} in the burst",
        rest / MIB,
        peak / MIB
    );

    let ended = Instant::now();
    loop {
        let now = staff.server.resident_kib().unwrap();
        if now <= rest + NEAR {
            println!(
                "{} MiB at rest, {} in the burst, {} after {:?}",
                rest / MIB,
                peak / MIB,
                now / MIB,
                ended.elapsed()
            );
            return;
        }
        assert!(
            ended.elapsed() < SOON,
            "{} MiB at rest, {} MiB still",
            rest / MIB,
            now / MIB
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
