//! GraphQL over HTTP and what surrounds it, over real sockets. The specification's own audits are run by
//! `tests/node/graphql-http-audit.mjs`.

use crate::http_world::{ORIGIN, World};
use belle_house::http::{desk, graphiql};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";

async fn code(answer: Response) -> String {
    let body: Value = answer.json().await.unwrap();
    body["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or_else(|| panic!("{body}"))
        .to_owned()
}

#[tokio::test]
async fn statuses_follow_the_media_type() {
    let world = World::start().await;
    for (query, graphql, json_type) in [
        ("{ hello }", 200, 200),
        ("{ hello", 400, 200),
        ("{ nothing }", 400, 200),
        ("{ fail }", 200, 200),
        ("{ panic(really: true) }", 500, 500),
        ("subscription { silence }", 400, 200),
    ] {
        for (accept, status) in [(GRAPHQL, graphql), (JSON, json_type)] {
            let request = world
                .http
                .post(world.url("/graphql"))
                .header("accept", accept)
                .json(&json!({ "query": query }));
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), status, "{query} {accept}");
            assert!(
                answer.headers()["content-type"]
                    .to_str()
                    .unwrap()
                    .starts_with(accept)
            );
        }
    }
}

#[tokio::test]
async fn every_error_has_a_code_and_ours_are_masked() {
    let world = World::start().await;
    for (query, expected) in [
        ("{ hello", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { hello } query B { hello }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ wait(millis: \"x\") }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ fail }", "INTERNAL"),
        ("{ panic(really: true) }", "INTERNAL"),
        ("{ __schema { types { name } } }", "UNAUTHENTICATED"),
        ("{ __type(name: \"Reads\") { name } }", "UNAUTHENTICATED"),
    ] {
        let (_, body) = world.ask(None, query).await;
        let error = &body["errors"][0];
        assert_eq!(error["extensions"]["code"], expected, "{body}");
        assert!(!body.to_string().contains("hunter2"), "{body}");
        assert_eq!(
            error["extensions"]["errorId"].is_string(),
            expected == "INTERNAL",
            "{body}"
        );
    }
}

#[tokio::test]
async fn introspection_is_for_staff() {
    let world = World::start().await;
    let token = world.staff_token().await;
    // As deep as GraphiQL asks.
    let of_type = format!("{}{}", "ofType { kind name ".repeat(9), "}".repeat(9));
    let introspection =
        format!("{{ __schema {{ types {{ fields {{ args {{ type {{ kind {of_type} }} }} }} }} }} }}");
    let (status, body) = world.ask(Some(&token), &introspection).await;
    assert_eq!((status, body["errors"].is_null()), (200, true), "{body}");
    assert_eq!(world.ask(None, &introspection).await.0, 400);
}

#[tokio::test]
async fn a_bad_token_is_401() {
    let world = World::start().await;
    let (status, body) = world.ask(Some("nonsense"), "{ hello }").await;
    assert_eq!(
        (status, &body["errors"][0]["extensions"]["code"]),
        (401, &json!("UNAUTHENTICATED"))
    );
}

#[tokio::test]
async fn get_is_for_queries_alone() {
    let world = World::start().await;
    let get = |query: &str| {
        world
            .http
            .get(world.url("/graphql"))
            .query(&[("query", query)])
            .send()
    };
    let answer = get("{ hello }").await.unwrap();
    assert_eq!(answer.status(), 200);
    let answer = get("mutation { count }").await.unwrap();
    assert_eq!(
        (
            answer.status().as_u16(),
            answer.headers()["allow"].to_str().unwrap()
        ),
        (405, "POST")
    );
    assert_eq!(world.written.load(Ordering::SeqCst), 0);
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = world
            .http
            .request(method, world.url("/graphql"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 405);
        assert_eq!(code(answer).await, "BAD_REQUEST");
    }
}

#[tokio::test]
async fn bodies_are_json_of_a_size() {
    let world = World::start().await;
    let post = |kind: &'static str, body: String| {
        world
            .http
            .post(world.url("/graphql"))
            .header("content-type", kind)
            .body(body)
            .send()
    };
    let fine = json!({ "query": "mutation { count }" }).to_string();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/graphql",
        "application/json; charset=latin1",
    ] {
        assert_eq!(post(kind, fine.clone()).await.unwrap().status(), 415, "{kind}");
    }
    let answer = post("multipart/form-data; boundary=x", fine.clone())
        .await
        .unwrap();
    assert_eq!(answer.status(), 415);
    assert!(answer.text().await.unwrap().contains("createUpload"));
    assert_eq!(world.written.load(Ordering::SeqCst), 0);
    // Whoever sends far too much is still told so, and not cut off in the middle.
    for kilobytes in [260, 10_000] {
        let big = "x".repeat(kilobytes * 1024);
        let large = json!({ "query": "{ hello }", "variables": { "big": big } }).to_string();
        let answer = post(JSON, large).await.unwrap();
        assert_eq!(answer.status(), 413, "{kilobytes}");
        assert!(answer.text().await.unwrap().contains("256 Ko"));
    }
    let answer = world
        .http
        .post(world.url("/graphql"))
        .header("accept", "text/html")
        .json(&json!({ "query": "{ hello }" }));
    assert_eq!(answer.send().await.unwrap().status(), 406);
}

/// DESIGN.md 3: limits, each shape of attack in an instant.
#[tokio::test]
async fn hostile_documents_are_refused() {
    let world = World::start().await;
    let bomb = |fan: &str| {
        let mut text = "query { ...f0 }".to_owned();
        for level in 0..40 {
            write!(
                text,
                " fragment f{level} on Reads {{ {} }}",
                fan.replace('$', &(level + 1).to_string())
            )
            .unwrap();
        }
        text + " fragment f40 on Reads { hello }"
    };
    let documents = [
        bomb("...f$ ...f$"),
        bomb("hello ...f$ ... on Reads { ...f$ } ...f$"),
        format!(
            "{{ {} }}",
            (0..5000).map(|n| format!("a{n}: hello ")).collect::<String>()
        ),
        format!("{{ hello {} }}", "@skip(if: false) ".repeat(5000)),
        format!("{{ {} }}", "... @skip(if: false) { hello } ".repeat(100)),
        format!("{{ a{}", "{ a".repeat(50_000)),
        format!("{{ a(b: {}", "[".repeat(100_000)),
        format!("#\r{{ a{}", "{ a".repeat(50_000)),
    ];
    for document in documents {
        let asked = Instant::now();
        let (status, body) = world.ask(None, &document).await;
        let shown = &document[..60.min(document.len())];
        assert_eq!(
            (status, &body["errors"][0]["extensions"]["code"]),
            (400, &json!("LIMIT_EXCEEDED")),
            "{shown}"
        );
        // The target is 50 ms of a release build on a quiet machine; expanding would take hours.
        assert!(asked.elapsed() < Duration::from_secs(5), "{shown}");
    }
}

#[tokio::test]
async fn only_our_hosts_are_answered() {
    let world = World::start().await;
    let ask = |host: &'static str, path: &str| world.http.get(world.url(path)).header("host", host).send();
    assert_eq!(
        ask("evil.example", "/graphql?query={hello}")
            .await
            .unwrap()
            .status(),
        421
    );
    assert_eq!(
        ask("127.0.0.1:99", "/graphql?query={hello}")
            .await
            .unwrap()
            .status(),
        200
    );
    // Orchestrators know an instance by its address alone.
    assert_eq!(ask("10.0.0.7:8000", "/healthz").await.unwrap().status(), 200);
}

#[tokio::test]
async fn ready_means_that_the_feed_is_verified() {
    let world = World::start().await;
    let ready = || world.http.get(world.url("/readyz")).send();
    assert_eq!(ready().await.unwrap().status(), 200);
    world.verified.store(false, Ordering::SeqCst);
    assert_eq!(ready().await.unwrap().status(), 503);
}

#[tokio::test]
async fn cors_names_exact_origins() {
    let world = World::start().await;
    for (origin, allowed) in [(ORIGIN, true), ("https://evil.example", false), ("null", false)] {
        let preflight = world
            .http
            .request(Method::OPTIONS, world.url("/graphql"))
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type");
        for request in [
            preflight,
            world
                .http
                .get(world.url("/graphql?query={hello}"))
                .header("origin", origin),
        ] {
            let answer = request.send().await.unwrap();
            let granted = answer
                .headers()
                .get("access-control-allow-origin")
                .map(|value| value.to_str().unwrap());
            assert_eq!(granted, allowed.then_some(origin));
            assert!(answer.headers().get("access-control-allow-credentials").is_none());
        }
    }
}

#[tokio::test]
async fn every_answer_is_marked_and_hardened() {
    let world = World::start().await;
    for path in [
        "/graphql?query={hello}",
        "/graphql",
        "/nothing",
        "/healthz",
        "/graphiql",
    ] {
        let answer = world
            .http
            .get(world.url(path))
            .header("x-request-id", "chosen-by-the-caller")
            .send()
            .await
            .unwrap();
        let header = |name: &str| {
            answer
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        let id = header("x-request-id").unwrap();
        assert!(id.len() == 32 && id != "chosen-by-the-caller", "{id}");
        assert_eq!(
            header("x-content-type-options").as_deref(),
            Some("nosniff"),
            "{path}"
        );
        assert!(
            header("content-security-policy")
                .unwrap()
                .contains("default-src 'none'"),
            "{path}"
        );
        assert_eq!(header("x-frame-options").as_deref(), Some("DENY"));
    }
    let world = World::start_with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    let answer = world
        .http
        .get(world.url("/healthz"))
        .header("x-request-id", "from-our-proxy")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["x-request-id"], "from-our-proxy");
}

/// Holds whether `scripts/console` has built the console or not: without it the page says how.
#[tokio::test]
async fn graphiql_is_there_in_debug_alone_and_loads_nothing_from_elsewhere() {
    let world = World::start_with(&[("GRAPHIQL", "true")]).await;
    let page = world.http.get(world.url("/graphiql")).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    let scripts = policy.split("; ").find(|part| part.starts_with("script-src"));
    assert_eq!(scripts, Some("script-src 'self'"), "{policy}");
    assert!(
        !policy.contains("http") && !policy.contains("unsafe-eval"),
        "{policy}"
    );
    let html = page.text().await.unwrap();
    assert!(!html.contains("src=\"http") && !html.contains("href=\"http"));
    assert!(
        !html.contains("<style") && !html.contains("<script>"),
        "nothing inline"
    );
    if graphiql::is_built() {
        let script = html.split("src=\"").nth(1).unwrap().split('"').next().unwrap();
        assets_are_compressed_and_kept(&world, script).await;
    } else {
        assert!(html.contains("scripts/console"));
    }
    for path in [
        "/graphiql/assets/nothing.js",
        "/graphiql/assets/..%2F..%2Fpackage.json",
    ] {
        assert_eq!(
            world.http.get(world.url(path)).send().await.unwrap().status(),
            404,
            "{path}"
        );
    }
    let world = World::start_with(&[("GRAPHIQL", "false")]).await;
    for path in ["/graphiql", "/graphiql/assets/index.js"] {
        assert_eq!(
            world.http.get(world.url(path)).send().await.unwrap().status(),
            404,
            "{path}"
        );
    }
}

/// As above: with the page or without.
#[tokio::test]
async fn the_desk_answers_each_of_its_addresses_and_browsers_are_led_there() {
    let world = World::start().await;
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let browser = http
        .get(world.url("/"))
        .header("accept", "text/html,*/*;q=0.8")
        .send()
        .await
        .unwrap();
    assert_eq!(browser.status(), 303);
    assert_eq!(browser.headers()["location"], "/desk");
    assert_eq!(http.get(world.url("/")).send().await.unwrap().status(), 404);
    let mut policies = Vec::new();
    for path in ["/desk", "/desk/", "/desk/factures/inv_1", "/desk"] {
        let page = http.get(world.url(path)).send().await.unwrap();
        assert_eq!(page.status(), 200, "{path}");
        assert_eq!(page.headers()["cache-control"], "no-store", "{path}");
        let policy = page.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        let html = page.text().await.unwrap();
        if desk::is_built() {
            let nonce = policy
                .split("'nonce-")
                .nth(1)
                .unwrap()
                .split('\'')
                .next()
                .unwrap();
            assert!(html.contains(&format!("nonce=\"{nonce}\"")), "{html}");
            assert!(
                !html.contains("__CSP_NONCE__") && !html.contains("<style") && !html.contains("<script>")
            );
            let script = html.split("src=\"").nth(1).unwrap().split('"').next().unwrap();
            assert_eq!(
                http.get(world.url(script)).send().await.unwrap().status(),
                200,
                "{script}"
            );
            policies.push(policy);
        } else {
            assert!(html.contains("scripts/console"));
        }
    }
    let sent = policies.len();
    policies.sort();
    policies.dedup();
    assert_eq!(policies.len(), sent, "a nonce is used once");
    let missing = http
        .get(world.url("/desk/assets/nothing.js"))
        .send()
        .await
        .unwrap();
    assert_eq!(missing.status(), 404);
}

async fn assets_are_compressed_and_kept(world: &World, path: &str) {
    let mut sizes = Vec::new();
    for (accepted, encoding) in [
        ("br, gzip", Some("br")),
        ("gzip", Some("gzip")),
        ("identity", None),
    ] {
        let get = |etag: &str| {
            let request = world
                .http
                .get(world.url(path))
                .header("accept-encoding", accepted);
            request.header("if-none-match", etag).send()
        };
        let answer = get("\"nothing\"").await.unwrap();
        let header = |name: &str| {
            answer
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(header("content-encoding").as_deref(), encoding);
        assert_eq!(header("content-type").as_deref(), Some("text/javascript"));
        assert_eq!(
            header("cache-control").as_deref(),
            Some("public, max-age=31536000, immutable")
        );
        assert_eq!(header("vary").as_deref(), Some("accept-encoding"));
        assert!(
            header("content-security-policy")
                .unwrap()
                .contains("script-src 'self'")
        );
        let etag = header("etag").unwrap();
        sizes.push(answer.bytes().await.unwrap().len());
        assert_eq!(get(&etag).await.unwrap().status(), 304);
    }
    assert!(sizes.is_sorted() && sizes[2] > 2 * sizes[0], "{sizes:?}");
}

/// A connection serves many requests, and broken ones end it without harm.
#[tokio::test]
async fn nonsense_on_the_wire_is_400() {
    let world = World::start().await;
    let mut socket = tokio::net::TcpStream::connect(world.address).await.unwrap();
    socket.write_all(b"NONSENSE\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}
