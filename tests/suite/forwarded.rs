//! Behind a proxy that nobody has named, all visitors are one: said once in the log, and by `doctor`.

use belle_house_bench::{http::Connection, process::Launch};

use crate::support::database::TestDatabase;

const WARNING: &str = "TRUSTED_PROXIES doesn't name";

/// What the log says after three requests that were forwarded.
async fn told(settings: &[(&str, &str)]) -> String {
    let database = TestDatabase::create().await;
    let folder = tempfile::tempdir().unwrap();
    let mut launch = Launch::new(env!("CARGO_BIN_EXE_belle-house"), folder.path())
        .unwrap()
        .env("DATABASE_URL", database.url());
    for (key, value) in settings {
        launch = launch.env(key, *value);
    }
    let server = launch.start().await.unwrap();
    let mut connection = Connection::open(server.address()).await.unwrap();
    assert!(
        !launch.log().contains(WARNING),
        "nobody has forwarded anything yet"
    );
    for _ in 0..3 {
        let headers = [("X-Forwarded-For", "203.0.113.7")];
        let answer = connection
            .request("GET", "/healthz", &headers, b"")
            .await
            .unwrap();
        assert_eq!(answer.status, 200);
    }
    server.stop().await.unwrap();
    launch.log()
}

#[tokio::test]
async fn a_proxy_that_nobody_has_named_is_told_of_once() {
    assert_eq!(told(&[]).await.matches(WARNING).count(), 1);
    assert_eq!(
        told(&[("TRUSTED_PROXIES", "127.0.0.1")])
            .await
            .matches(WARNING)
            .count(),
        0
    );
}

#[test]
fn doctor_says_what_an_empty_list_of_proxies_means() {
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::new(env!("CARGO_BIN_EXE_belle-house"), folder.path()).unwrap();
    launch.run(&["migrate"], "").unwrap();
    let words = "note    configuration: TRUSTED_PROXIES is empty";
    let told = launch.run(&["doctor"], "").unwrap();
    assert!(told.contains(words), "{told}");
    let told = launch
        .env("TRUSTED_PROXIES", "127.0.0.1")
        .run(&["doctor"], "")
        .unwrap();
    assert!(!told.contains(words), "{told}");
}
