//! Pictures are served to whoever holds a URL signed for them, as long as a living record shows them.

use belle_house::features::media::Audience;
use chrono::TimeDelta;
use platform::clock::Clock;

use crate::media_world::{World, code_of};

#[tokio::test]
async fn a_picture_is_served_with_the_right_headers() {
    let world = World::start().await;
    let (_, client) = world.client();
    let image = world.shown_image(client).await;
    let url = world.url(image, Audience::Client(client)).await;
    let answer = world.http.get(&url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let headers = answer.headers().clone();
    assert_eq!(headers["content-type"], "image/webp");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["accept-ranges"], "bytes");
    assert_eq!(
        headers["content-disposition"],
        format!("inline; filename=\"{image}-640.webp\"")
    );
    // It is 05:00: the URL is good until midnight.
    assert_eq!(
        headers["cache-control"],
        format!("private, max-age={}, immutable", 19 * 3600)
    );
    let body = answer.bytes().await.unwrap();
    assert_eq!(headers["content-length"], body.len().to_string());
    let picture = image::load_from_memory(&body).unwrap();
    assert_eq!((picture.width(), picture.height()), (640, 480));

    let head = world.http.head(&url).send().await.unwrap();
    assert_eq!(
        (head.status().as_u16(), &head.headers()["content-length"]),
        (200, &headers["content-length"])
    );
    assert!(head.bytes().await.unwrap().is_empty());

    let cached = world
        .http
        .get(&url)
        .header("if-none-match", &headers["etag"])
        .send()
        .await
        .unwrap();
    assert_eq!(cached.status(), 304);
    assert_eq!(cached.headers()["etag"], headers["etag"]);
    assert!(cached.headers().contains_key("cache-control"));
    assert!(cached.bytes().await.unwrap().is_empty());
    assert_eq!(world.http.post(&url).send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn a_broken_download_goes_on_where_it_stopped() {
    let world = World::start().await;
    let (_, client) = world.client();
    let image = world.shown_image(client).await;
    let url = world.url(image, Audience::Client(client)).await;
    let whole = world.http.get(&url).send().await.unwrap();
    let etag = whole.headers()["etag"].clone();
    let whole = whole.bytes().await.unwrap();
    let part = |range: &str| {
        world
            .http
            .get(&url)
            .header("range", range)
            .header("if-range", &etag)
            .send()
    };

    let first = part("bytes=0-99").await.unwrap();
    assert_eq!(first.status(), 206);
    assert_eq!(
        first.headers()["content-range"],
        format!("bytes 0-99/{}", whole.len())
    );
    assert_eq!(first.headers()["content-length"], "100");
    assert_eq!(first.bytes().await.unwrap(), whole[..100]);
    let rest = part("bytes=100-").await.unwrap();
    assert_eq!(rest.status(), 206);
    assert_eq!(rest.bytes().await.unwrap(), whole[100..]);
    let last = part("bytes=-7").await.unwrap();
    assert_eq!(last.bytes().await.unwrap(), whole[whole.len() - 7..]);
    let beyond = part(&format!("bytes={}-", whole.len())).await.unwrap();
    assert_eq!(beyond.status(), 416);
    assert_eq!(
        beyond.headers()["content-range"],
        format!("bytes */{}", whole.len())
    );
    let several = part("bytes=0-1,4-5").await.unwrap();
    assert_eq!(
        (several.status().as_u16(), several.bytes().await.unwrap()),
        (200, whole.clone())
    );
    let request = world
        .http
        .get(&url)
        .header("range", "bytes=0-1")
        .header("if-range", "\"another\"");
    assert_eq!(request.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn urls_are_stable_for_half_a_day_and_then_expire() {
    let world = World::start().await;
    let (_, client) = world.client();
    let image = world.shown_image(client).await;
    let audience = Audience::Client(client);
    let morning = world.url(image, audience).await;
    world.clock.set("2026-11-21T11:59:59Z".parse().unwrap());
    assert_eq!(world.url(image, audience).await, morning);
    world.clock.set("2026-11-21T12:00:00Z".parse().unwrap());
    let noon = world.url(image, audience).await;
    assert_ne!(noon, morning);
    world.clock.set("2026-11-21T23:59:59Z".parse().unwrap());
    assert_eq!(world.http.get(&morning).send().await.unwrap().status(), 200);
    world.clock.advance(TimeDelta::seconds(1));
    let expired = world.http.get(&morning).send().await.unwrap();
    assert_eq!(expired.headers()["cache-control"], "no-store");
    assert_eq!(
        (expired.status().as_u16(), code_of(expired).await.as_str()),
        (410, "EXPIRED")
    );
    assert_eq!(world.http.get(&noon).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_url_is_for_its_audience_and_its_file() {
    let world = World::start().await;
    let ((_, mine), (_, other)) = (world.client(), world.client());
    let image = world.shown_image(mine).await;
    let get = |url: String| world.http.get(url).send();
    assert_eq!(
        get(world.url(image, Audience::Staff).await)
            .await
            .unwrap()
            .status(),
        200
    );
    let url = world.url(image, Audience::Client(mine)).await;
    let of_mine = world.session_of(Audience::Client(mine)).await;
    let of_other = world.session_of(Audience::Client(other)).await;
    assert_eq!(get(url.clone()).await.unwrap().status(), 200);

    for forged in [
        url.replace("/640.", "/320."),
        url.replace(".webp", ".jpg"),
        url.replace(&of_mine.to_string(), "staff"),
        url.replace(&of_mine.to_string(), &of_other.to_string()),
        url.replace("expires=", "expires=1"),
        url.split('?').next().unwrap().to_owned(),
    ] {
        let answer = get(forged.clone()).await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), code_of(answer).await.as_str()),
            (403, "BAD_SIGNATURE"),
            "{forged}"
        );
    }
    // Truly signed for a client to whom nothing shows it.
    let stranger = world.url(image, Audience::Client(other)).await;
    assert_eq!(get(stranger).await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_picture_goes_with_its_record() {
    let world = World::start().await;
    let (_, client) = world.client();
    // Received, and shown by nothing yet.
    let (upload, image) = world.upload(crate::media_world::jpeg(800, 600)).await;
    let (for_staff, for_client) = (
        world.url(image, Audience::Staff).await,
        world.url(image, Audience::Client(client)).await,
    );
    let status = async |url: &str| world.http.get(url).send().await.unwrap().status().as_u16();
    assert_eq!((status(&for_staff).await, status(&for_client).await), (404, 404));
    // On a draft.
    world.attach(&[upload]).await.unwrap();
    world.shown.show(image, &[]);
    assert_eq!((status(&for_staff).await, status(&for_client).await), (200, 404));
    // Posted.
    world.shown.show(image, &[client]);
    assert_eq!((status(&for_staff).await, status(&for_client).await), (200, 200));
    // Deleted.
    world.shown.forget(image);
    assert_eq!((status(&for_staff).await, status(&for_client).await), (404, 404));
    assert!(world.clock.now().timestamp() > 0);
}
