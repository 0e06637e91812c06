//! Files come in two steps: announced, sent, then named in a mutation.

use belle_house::features::media::{CreateUpload, ImageId, create_upload};
use chrono::TimeDelta;
use platform::actor::Actor;
use platform::clock::Clock;
use platform::error::{CommandError, ErrorCode};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::Value;
use tokio::io::AsyncWriteExt;

use crate::media_world::{World, code_of, jpeg};

#[tokio::test]
async fn a_photo_is_announced_sent_and_named() {
    let world = World::start().await;
    let file = jpeg(1000, 500);
    let created = world.announce(file.len()).await;
    let answer = world.put(&created.upload_url, file.clone()).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let first: Value = answer.json().await.unwrap();
    assert_eq!(first["id"], created.id.to_string());
    assert_eq!(
        (&first["image"]["width"], &first["image"]["height"]),
        (&1000.into(), &500.into())
    );
    assert!(first["image"]["thumbHash"].as_str().unwrap().len() > 20);
    let mut files = world.files();
    files.sort();
    let widths: Vec<_> = files.iter().map(|name| name.split('-').next().unwrap()).collect();
    assert_eq!(widths, ["1000", "1000", "320", "320", "640", "640"]);

    // The answer was lost: the same again, also after it was named.
    let again: Value = world
        .put(&created.upload_url, file.clone())
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(again, first);
    let images = world.attach(&[created.id]).await.unwrap();
    assert_eq!(images[0].to_string(), first["image"]["id"]);
    let again: Value = world.put(&created.upload_url, file).await.json().await.unwrap();
    assert_eq!(again, first);
    assert_eq!(world.files().len(), 6);
}

#[tokio::test]
async fn many_senders_of_one_upload_get_one_picture() {
    let world = World::start().await;
    let (one, other) = (jpeg(700, 500), jpeg(700, 400));
    let size = one.len().max(other.len());
    // Bytes behind a JPEG's end are allowed: they make both files equally long.
    let pad = |mut file: Vec<u8>| {
        file.resize(size, 0);
        file
    };
    let created = world.announce(size).await;
    let sends = (0..6).map(|n| {
        let file = pad(if n % 2 == 0 { one.clone() } else { other.clone() });
        world.put(&created.upload_url, file)
    });
    let mut images = Vec::new();
    for answer in futures_util::future::join_all(sends).await {
        assert_eq!(answer.status(), 200);
        images.push(answer.json::<Value>().await.unwrap()["image"].clone());
    }
    images.dedup();
    assert_eq!(images.len(), 1, "{images:?}");
    assert_eq!(world.files().len(), 6, "the losers' files are gone");
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_said_clearly() {
    let world = World::start().await;
    let whole = jpeg(300, 200);
    let mut cut = whole.clone();
    cut.truncate(whole.len() / 2);
    let cases: Vec<(Vec<u8>, u16, &str)> = vec![
        (b"just some text".to_vec(), 415, "UNSUPPORTED_TYPE"),
        (
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(),
            415,
            "UNSUPPORTED_TYPE",
        ),
        (cut.clone(), 422, "TRUNCATED_FILE"),
        (
            [&b"\x89PNG\r\n\x1a\n"[..], &[7; 200]].concat(),
            422,
            "TRUNCATED_FILE",
        ),
    ];
    for (file, status, code) in cases {
        let created = world.announce(file.len()).await;
        let answer = world.put(&created.upload_url, file).await;
        assert_eq!(answer.status(), status);
        assert_eq!(code_of(answer).await, code);
        // The URL is good for a better file of the same size.
        let answer = world.put(&created.upload_url, whole.clone()).await;
        assert_eq!(code_of(answer).await, "SIZE_MISMATCH");
    }
    let created = world.announce(whole.len()).await;
    let answer = world.put(&created.upload_url, cut).await;
    assert_eq!(
        (answer.status().as_u16(), code_of(answer).await.as_str()),
        (422, "SIZE_MISMATCH")
    );
    let answer = world
        .put(&created.upload_url, [whole.clone(), vec![0]].concat())
        .await;
    assert_eq!(
        (answer.status().as_u16(), code_of(answer).await.as_str()),
        (422, "SIZE_MISMATCH")
    );
    let answer = world.put(&created.upload_url, vec![0; 11 * 1024 * 1024]).await;
    assert_eq!(
        (answer.status().as_u16(), code_of(answer).await.as_str()),
        (413, "TOO_LARGE")
    );
    assert_eq!(world.put(&created.upload_url, whole).await.status(), 200);
}

#[tokio::test]
async fn a_drawing_becomes_pixels_and_its_source_is_gone() {
    let world = World::start().await;
    let open = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 40 20\">";
    let logo = format!(
        "{open}<script>alert('SECRET')</script><circle cx=\"10\" cy=\"10\" r=\"9\" onclick=\"SECRET()\"/></svg>"
    );
    let created = world.announce(logo.len()).await;
    let answer = world.put(&created.upload_url, logo.into_bytes()).await;
    assert_eq!(answer.status(), 200);
    let told: Value = answer.json().await.unwrap();
    assert_eq!(
        (&told["image"]["width"], &told["image"]["height"]),
        (&1280.into(), &640.into())
    );
    let files = world.files();
    assert_eq!(files.len(), 9, "three widths as WebP, JPEG and PNG: {files:?}");
    for folder in std::fs::read_dir(world.folder.path().join("media/images")).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(6).any(|window| window == b"SECRET"));
            assert!(image::guess_format(&bytes).is_ok());
        }
    }

    for attack in [
        format!("<!DOCTYPE svg [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>{open}<title>&a;</title></svg>"),
        format!("{open}<image href=\"file:///etc/passwd\" width=\"9\" height=\"9\"/></svg>"),
        format!("{open}{}{}</svg>", "<g>".repeat(10_000), "</g>".repeat(10_000)),
    ] {
        let created = world.announce(attack.len()).await;
        let answer = world.put(&created.upload_url, attack.into_bytes()).await;
        assert_eq!(answer.status(), 422);
        assert_eq!(code_of(answer).await, "UNSUPPORTED_DRAWING");
    }
}

/// Opens a connection of its own and sends the beginning of a file.
async fn send_part(url: &str, file: &[u8], sent: usize) -> tokio::net::TcpStream {
    let url = url::Url::parse(url).unwrap();
    let address = (url.host_str().unwrap(), url.port().unwrap());
    let mut connection = tokio::net::TcpStream::connect(address).await.unwrap();
    let (path, query, length) = (url.path(), url.query().unwrap(), file.len());
    let head = format!("PUT {path}?{query} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n");
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(&file[..sent]).await.unwrap();
    connection
}

#[tokio::test]
async fn a_connection_that_breaks_leaves_the_upload_open() {
    let world = World::start().await;
    let file = jpeg(800, 600);
    let created = world.announce(file.len()).await;
    for sent in [0, 1, file.len() / 2, file.len() - 1] {
        drop(send_part(&created.upload_url, &file, sent).await);
    }
    assert_eq!(world.put(&created.upload_url, file).await.status(), 200);
}

#[tokio::test]
async fn a_full_house_asks_to_come_back() {
    let world = World::start().await;
    let file = jpeg(800, 600);
    let created = world.announce(file.len()).await;
    let mut slow = Vec::new();
    let busy = loop {
        slow.push(send_part(&created.upload_url, &file, 100).await);
        assert!(slow.len() < 200, "bodies in memory are not bounded");
        let answer = world.put(&created.upload_url, b"short".to_vec()).await;
        if answer.status() == 503 {
            break answer;
        }
        assert_eq!(answer.status(), 422);
    };
    assert_eq!(busy.headers()["retry-after"], "5");
    assert_eq!(code_of(busy).await, "BUSY");
    drop(slow);
    let sent = async {
        loop {
            let answer = world.put(&created.upload_url, file.clone()).await;
            if answer.status() == 200 {
                return;
            }
            assert_eq!(answer.status(), 503);
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), sent)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_url_works_only_as_it_was_given() {
    let world = World::start().await;
    let file = jpeg(100, 100);
    let created = world.announce(file.len()).await;
    let other = world.announce(file.len()).await;
    let url = created.upload_url.clone();
    let forged = [
        url.replace("signature=", "signature=A"),
        url.replace("expires=", "expires=9"),
        url.replace("expires=", "expires=soon"),
        url.split('?').next().unwrap().to_owned(),
        url.replace(&created.id.to_string(), &other.id.to_string()),
    ];
    for forged in forged {
        let answer = world.put(&forged, file.clone()).await;
        assert_eq!(
            (answer.status().as_u16(), code_of(answer).await.as_str()),
            (403, "BAD_SIGNATURE"),
            "{forged}"
        );
    }
    let nonsense = url.replace(&created.id.to_string(), "upl_nonsense");
    assert_eq!(world.put(&nonsense, file.clone()).await.status(), 404);
    assert_eq!(world.http.get(&url).send().await.unwrap().status(), 405);
    let form = world
        .http
        .put(&url)
        .header("content-type", "multipart/form-data; boundary=x");
    let answer = form.body(file.clone()).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), code_of(answer).await.as_str()),
        (415, "MULTIPART_NOT_ACCEPTED")
    );

    world.clock.advance(TimeDelta::hours(24));
    let answer = world.put(&url, file).await;
    assert_eq!(
        (answer.status().as_u16(), code_of(answer).await.as_str()),
        (410, "EXPIRED")
    );
    assert!(world.files().is_empty());
}

#[tokio::test]
async fn uploads_are_for_staff() {
    let world = World::start().await;
    let input = || CreateUpload {
        filename: "a.jpg".to_owned(),
        content_type: "image/jpeg".to_owned(),
        byte_size: 10,
        alt: None,
        alt_en: None,
    };
    let (client, _) = world.client();
    assert!(matches!(
        create_upload(&world.media, &client, input()).await,
        Err(CommandError::Forbidden)
    ));
    let nobody = Actor::Anonymous;
    assert!(matches!(
        create_upload(&world.media, &nobody, input()).await,
        Err(CommandError::Unauthenticated)
    ));
    let (upload, _) = world.upload(jpeg(50, 50)).await;
    let tx = world.db.begin_write(world.clock.now()).await.unwrap();
    let attached = belle_house::features::media::attach_in_tx(&tx, &client, &["input"], &[upload]).await;
    assert!(matches!(attached, Err(CommandError::Forbidden)));
}

#[tokio::test]
async fn each_wrong_upload_is_told_at_its_place() {
    let world = World::start().await;
    let (good, _) = world.upload(jpeg(60, 50)).await;
    let (used, _) = world.upload(jpeg(60, 51)).await;
    world.attach(&[used]).await.unwrap();
    let unfinished = world.announce(100).await.id;
    let unknown = belle_house::features::media::UploadId::generate(world.clock.now());
    let Err(CommandError::Rejected(violations)) =
        world.attach(&[good, used, unfinished, unknown, good]).await
    else {
        panic!("it was accepted");
    };
    let told: Vec<_> = violations.iter().map(|v| (v.code, v.field.join("."))).collect();
    assert_eq!(
        told,
        [
            (ErrorCode::Invalid, "input.uploadIds.1".to_owned()),
            (ErrorCode::Invalid, "input.uploadIds.2".to_owned()),
            (ErrorCode::NotFound, "input.uploadIds.3".to_owned()),
            (ErrorCode::Invalid, "input.uploadIds.4".to_owned()),
        ]
    );
    // Nothing was taken: the good one can still be used, for a day.
    world.clock.advance(TimeDelta::hours(23));
    let (fresh, fresh_image) = world.upload(jpeg(60, 52)).await;
    world.clock.advance(TimeDelta::hours(1));
    let Err(CommandError::Rejected(violations)) = world.attach(&[fresh, good]).await else {
        panic!("it was accepted");
    };
    assert_eq!(violations[0].code, ErrorCode::Expired);
    assert_eq!(world.attach(&[fresh]).await.unwrap(), [fresh_image]);
}

#[tokio::test]
async fn two_mutations_cannot_take_one_upload() {
    let world = World::start().await;
    let (one, _) = world.upload(jpeg(60, 50)).await;
    let (other, _) = world.upload(jpeg(60, 51)).await;
    let attempts = (0..8).map(|n| {
        let uploads = if n % 2 == 0 { [one, other] } else { [other, one] };
        let world = &world;
        async move { world.attach(&uploads).await }
    });
    let outcomes = futures_util::future::join_all(attempts).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for outcome in outcomes {
        if let Err(error) = outcome {
            assert!(matches!(error, CommandError::Rejected(_)), "{error:?}");
        }
    }
}

/// As on a disk that is full: some of a picture's files can be written, and one can't.
#[tokio::test]
async fn what_could_not_be_kept_whole_leaves_nothing_behind() {
    let world = World::start().await;
    let photo = jpeg(800, 600);
    let (_, first) = world.upload(photo.clone()).await;
    let media = world.folder.path().join("media");
    let entries = |folder: &std::path::Path| -> Vec<String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    let folder = |image: ImageId| media.join("images").join(image.to_string());
    let names = entries(&folder(first));
    assert!(names.len() > 2, "{names:?}");

    let created = world.announce(photo.len()).await;
    let find = "SELECT image_id FROM uploads WHERE id = $1";
    let find = Statement::from_sql_and_values(world.db.backend(), find, [created.id.0.into()]);
    let found = world.db.reader().query_one_raw(find).await.unwrap().unwrap();
    let second = ImageId(found.try_get_by_index(0).unwrap());
    // The same photo gives files of the same names: where one of them belongs, something is in the way.
    let blocked = folder(second).join(&names[1]);
    std::fs::create_dir_all(blocked.join("in the way")).unwrap();
    let refused = world.put(&created.upload_url, photo.clone()).await;
    assert_eq!(refused.status(), 500);
    assert_eq!(entries(&folder(second)), [names[1].clone()]);
    assert!(entries(&media.join("unfinished")).is_empty());

    std::fs::remove_dir_all(&blocked).unwrap();
    let taken = world.put(&created.upload_url, photo).await;
    assert_eq!(taken.status(), 200, "the same URL, once there is room");
    assert_eq!(entries(&folder(second)).len(), names.len());
}
