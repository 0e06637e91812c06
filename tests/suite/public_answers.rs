//! What visitors are answered from memory: never older than the last acknowledged change by more than a second, on every
//! instance (issue 3, "it must show" 2), and never what is not for everybody.

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::{Response, StatusCode};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::content_world::{CREATE_POST, DELETE, UPDATE_ITEM, change, draft_item, published_item};
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::people::{PASSWORD, Person};

const LIST: &str = "{ portfolio(first: 10) { nodes { slug title } totalCount } }";
const CACHED: &str = "public, max-age=0, must-revalidate";
/// What DESIGN.md 7 promises.
const A_SECOND: Duration = Duration::from_millis(1001);

/// Two instances where the database allows.
async fn start() -> (TestApp, usize) {
    let instances = if TestDatabase::on_postgres() { 2 } else { 1 };
    (TestApp::builder().instances(instances).start().await, instances)
}

async fn get(app: &TestApp, instance: usize, document: &str, headers: &[(&str, &str)]) -> Response {
    let url = format!("http://{}/graphql", app.address_of(instance));
    let mut request = app.http().get(url).query(&[("query", document)]);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

fn header(response: &Response, name: &str) -> String {
    let values = response.headers().get_all(name).iter();
    let values: Vec<_> = values.map(|value| value.to_str().unwrap()).collect();
    values.join(", ")
}

async fn titles(response: Response) -> Vec<String> {
    let body: Value = response.json().await.unwrap();
    assert!(body["errors"].is_null(), "{body}");
    let nodes = body["data"]["portfolio"]["nodes"].as_array().unwrap().clone();
    nodes
        .iter()
        .map(|node| node["title"].as_str().unwrap().to_owned())
        .collect()
}

/// Asks until the answer comes without a statement.
async fn until_ready(app: &TestApp, instance: usize, document: &str) {
    for _ in 0..500 {
        let (answer, statements) = app.statements.of(get(app, instance, document, &[])).await;
        assert_eq!(answer.status(), 200);
        let reads = statements.iter().any(|sql| sql.contains("portfolio_items"));
        if !reads {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{document} is never answered from memory");
}

async fn rename(app: &TestApp, staff: &Person, item: &Value, title: &str) -> Value {
    let payload = app
        .run(staff, UPDATE_ITEM, change(item, json!({ "title": title })))
        .await;
    payload["portfolioItem"].clone()
}

#[tokio::test]
async fn an_update_is_seen_within_a_second_on_every_instance() {
    let (app, instances) = start().await;
    let staff = app.staff().await;
    let mut item = published_item(&app, &staff, json!({ "title": "Villa 0" })).await;
    let mut tags = Vec::new();
    for instance in 0..instances {
        until_ready(&app, instance, LIST).await;
        let answer = get(&app, instance, LIST, &[]).await;
        assert_eq!(header(&answer, "cache-control"), CACHED);
        let tag = header(&answer, "etag");
        assert!(tag.starts_with('"') && tag.len() > 20, "{tag}");
        let vary = header(&answer, "vary").to_ascii_lowercase();
        for name in ["accept", "accept-encoding", "authorization"] {
            assert!(vary.contains(name), "{vary}");
        }
        assert_eq!(titles(answer).await, ["Villa 0"]);
        let known = get(&app, instance, LIST, &[("If-None-Match", &tag)]).await;
        assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(header(&known, "etag"), tag);
        assert_eq!(header(&known, "cache-control"), CACHED);
        assert_eq!(known.text().await.unwrap(), "");
        tags.push(tag);
    }
    tags.dedup();
    assert_eq!(tags.len(), 1, "the same content has the same tag everywhere");

    for round in 1..=3 {
        for instance in 0..instances {
            until_ready(&app, instance, LIST).await;
        }
        let title = format!("Villa {round}");
        item = rename(&app, &staff, &item, &title).await;
        // Who wrote reads what was written, at once.
        assert_eq!(
            titles(get(&app, 0, LIST, &[]).await).await,
            std::slice::from_ref(&title)
        );
        tokio::time::sleep(A_SECOND).await;
        for instance in 0..instances {
            let answer = get(&app, instance, LIST, &[("If-None-Match", &tags[0])]).await;
            assert_eq!(answer.status(), 200);
            assert_eq!(
                titles(answer).await,
                std::slice::from_ref(&title),
                "instance {instance}"
            );
        }
    }
    app.run(&staff, DELETE, json!({ "id": item["id"] })).await;
    assert!(titles(get(&app, 0, LIST, &[]).await).await.is_empty());
    tokio::time::sleep(A_SECOND).await;
    for instance in 0..instances {
        assert!(titles(get(&app, instance, LIST, &[]).await).await.is_empty());
    }
}

/// What isn't shown may change as it likes: an answer's text, and so its tag, stays the same, and its fields stand in the
/// order in which they were asked for.
#[tokio::test]
async fn what_is_not_shown_changes_no_tag() {
    const PAGE: &str = "{ testimonials { nodes { id } } portfolio(first: 3) { nodes { title slug gallery { id } videos { id } \
                        seo { title } } totalCount } services { nodes { id } } blogPosts { nodes { id } } partners { nodes { id } } }";
    let (app, instances) = start().await;
    let staff = app.staff().await;
    published_item(&app, &staff, json!({ "title": "Villa 0" })).await;
    let mut bodies = Vec::new();
    let mut tags = Vec::new();
    for round in 0..8 {
        draft_item(&app, &staff, &format!("Brouillon {round}")).await;
        tokio::time::sleep(A_SECOND / 4).await;
        for instance in 0..instances {
            let answer = get(&app, instance, PAGE, &[]).await;
            tags.push(header(&answer, "etag"));
            bodies.push(answer.text().await.unwrap());
        }
    }
    tags.dedup();
    bodies.dedup();
    assert_eq!((tags.len(), bodies.len()), (1, 1), "{bodies:?}");
    let place = |field: &str| bodies[0].find(&format!("\"{field}\":")).unwrap();
    let asked = [
        "testimonials",
        "portfolio",
        "title",
        "slug",
        "gallery",
        "videos",
        "seo",
        "totalCount",
        "services",
        "blogPosts",
        "partners",
    ];
    assert!(asked.is_sorted_by_key(|field| place(field)), "{}", bodies[0]);

    // A proxy that only looks gets the same head.
    let url = format!("http://{}/graphql", app.address_of(0));
    let head = app
        .http()
        .head(url)
        .query(&[("query", PAGE)])
        .send()
        .await
        .unwrap();
    assert_eq!(head.status(), 200);
    assert_eq!(header(&head, "etag"), tags[0]);
    assert_eq!(header(&head, "content-length"), bodies[0].len().to_string());
    assert_eq!(head.text().await.unwrap(), "");
}

/// Another process changes the row and bumps the version; its notification gets lost.
#[tokio::test]
async fn a_lost_notification_costs_less_than_a_second() {
    let (app, instances) = start().await;
    let staff = app.staff().await;
    published_item(&app, &staff, json!({ "title": "Villa 0" })).await;
    for round in 1..=3 {
        for instance in 0..instances {
            until_ready(&app, instance, LIST).await;
        }
        let database = app.ctx().db.migrator();
        let sql = format!(
            "UPDATE portfolio_items SET title = 'Villa {round}'; UPDATE public_content SET version = version + 1;"
        );
        database.execute_unprepared(&sql).await.unwrap();
        tokio::time::sleep(A_SECOND).await;
        for instance in 0..instances {
            let seen = titles(get(&app, instance, LIST, &[]).await).await;
            assert_eq!(seen, [format!("Villa {round}")], "instance {instance}");
        }
    }
}

#[tokio::test]
async fn what_comes_due_by_itself_appears_by_itself() {
    let (app, instances) = start().await;
    let staff = app.staff().await;
    published_item(&app, &staff, json!({ "title": "Villa" })).await;
    let later = app.ctx().clock.now() + TimeDelta::hours(1);
    published_item(&app, &staff, json!({ "title": "Demain", "publishedAt": later })).await;
    for instance in 0..instances {
        tokio::time::sleep(A_SECOND).await;
        until_ready(&app, instance, LIST).await;
        assert_eq!(titles(get(&app, instance, LIST, &[]).await).await, ["Villa"]);
    }
    app.advance(TimeDelta::minutes(59));
    assert_eq!(titles(get(&app, 0, LIST, &[]).await).await, ["Villa"]);
    app.advance(TimeDelta::minutes(1));
    for instance in 0..instances {
        let seen = titles(get(&app, instance, LIST, &[]).await).await;
        assert_eq!(seen, ["Demain", "Villa"], "instance {instance}");
        until_ready(&app, instance, LIST).await;
        assert_eq!(
            titles(get(&app, instance, LIST, &[]).await).await,
            ["Demain", "Villa"]
        );
    }
}

#[tokio::test]
async fn an_answer_for_one_is_given_to_nobody_else() {
    let app = TestApp::start().await;
    let (staff, client) = (app.staff().await, app.client().await);
    published_item(&app, &staff, json!({ "title": "Villa" })).await;
    draft_item(&app, &staff, "Secret").await;
    until_ready(&app, 0, LIST).await;
    let everything = "{ portfolio(first: 10, scope: ALL) { nodes { slug title } totalCount } }";
    for (token, document, count) in [(&staff, LIST, 1), (&client, LIST, 1), (&staff, everything, 2)] {
        let bearer = format!("Bearer {}", token.token);
        let headers = [("Authorization", bearer.as_str()), ("If-None-Match", "*")];
        let answer = get(&app, 0, document, &headers).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "cache-control"), "private, no-store");
        assert_eq!(header(&answer, "etag"), "");
        assert!(header(&answer, "vary").contains("Authorization"));
        assert_eq!(titles(answer).await.len(), count);
    }
    // What staff were answered is not kept for the visitor who asks the same.
    let refused = get(&app, 0, everything, &[]).await;
    assert_eq!(header(&refused, "cache-control"), "private, no-store");
    let body: Value = refused.json().await.unwrap();
    assert!(body["errors"][0].is_object(), "{body}");
    // A token that is no good is told so, whatever is ready.
    let answer = get(&app, 0, LIST, &[("Authorization", "Bearer nonsense")]).await;
    assert_eq!(answer.status(), 401);
    assert_eq!(header(&answer, "cache-control"), "private, no-store");
}

#[tokio::test]
async fn only_what_is_the_same_for_all_is_kept() {
    let app = TestApp::start().await;
    for document in [
        "{ eventCursor }",
        "{ viewer { email } }",
        "{ portfolio(first: 1) { nodes { slug } } eventCursor }",
        "{ ...a } fragment a on Query { portfolio(first: 1) { nodes { slug } } viewer { email } }",
        "{ node(id: \"pfi_01jd0000000000000000000000\") { id } }",
        "{ portfolio(first: 1000) { nodes { slug } } }",
        "{ projects(first: 1) { nodes { id } } }",
        "{ nothing }",
    ] {
        for _ in 0..2 {
            let answer = get(&app, 0, document, &[]).await;
            assert_eq!(
                header(&answer, "cache-control"),
                "private, no-store",
                "{document}"
            );
            assert_eq!(header(&answer, "etag"), "", "{document}");
        }
    }
    // A mutation is none of this, and a POST is answered from memory without being cacheable.
    until_ready(&app, 0, LIST).await;
    for _ in 0..3 {
        let url = format!("http://{}/graphql", app.address());
        let request = app.http().post(url).json(&json!({ "query": LIST }));
        let answer = request.send().await.unwrap();
        assert_eq!(header(&answer, "cache-control"), "private, no-store");
        assert_eq!(header(&answer, "etag"), "");
    }
}

#[tokio::test]
async fn an_encoding_has_its_own_tag() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    for number in 0..4 {
        let text = "Une villa de plain-pied, au bord du fleuve. ".repeat(20);
        published_item(
            &app,
            &staff,
            json!({ "title": format!("Villa {number}"), "description": text }),
        )
        .await;
    }
    let document = "{ portfolio(first: 10) { nodes { slug description } } }";
    let plain = get(&app, 0, document, &[]).await;
    assert_eq!(header(&plain, "content-encoding"), "");
    let tag = header(&plain, "etag");
    let length = plain.bytes().await.unwrap().len();
    let mut tags = vec![tag];
    for encoding in ["br", "gzip"] {
        let answer = get(&app, 0, document, &[("Accept-Encoding", encoding)]).await;
        assert_eq!(header(&answer, "content-encoding"), encoding);
        tags.push(header(&answer, "etag"));
        assert!(answer.bytes().await.unwrap().len() < length / 3);
        for tag in &tags {
            let headers = [("Accept-Encoding", encoding), ("If-None-Match", tag.as_str())];
            assert_eq!(get(&app, 0, document, &headers).await.status(), 304);
        }
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 3);
}

async fn page(app: &TestApp, path: &str) -> (String, String) {
    let url = format!("http://{}{path}", app.address());
    let answer = app.http().get(&url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "cache-control"), CACHED);
    let tag = header(&answer, "etag");
    let again = app
        .http()
        .get(&url)
        .header("If-None-Match", &tag)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), 304);
    (tag, answer.text().await.unwrap())
}

#[tokio::test]
async fn site_map_and_feed_show_what_visitors_see() {
    let app = TestApp::builder()
        .setting("WEBSITE_URL", "https://bellehouse.ne")
        .start()
        .await;
    let staff = app.staff().await;
    let item = published_item(&app, &staff, json!({ "title": "Villa d'été" })).await;
    let draft = draft_item(&app, &staff, "Brouillon").await;
    let later = app.ctx().clock.now() + TimeDelta::hours(1);
    let post = |title: &str, more: Value| {
        let mut input = json!({ "title": title, "content": "# Sol\n\nLe *sol* & <script>alert(1)</script>", "isPublished": true });
        input
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        app.run(&staff, CREATE_POST, input)
    };
    post("Bâtir <ici>", json!({})).await;
    post("Plus tard", json!({ "publishedAt": later })).await;
    post("Jamais", json!({ "isPublished": false })).await;

    let (map_tag, map) = page(&app, "/sitemap.xml").await;
    assert!(
        map.contains("<loc>https://bellehouse.ne/portfolio/villa-d-ete</loc>"),
        "{map}"
    );
    assert!(
        map.contains("<loc>https://bellehouse.ne/blog/batir-ici</loc>"),
        "{map}"
    );
    assert!(map.contains("<lastmod>2026-11-21T05:00:00Z</lastmod>"), "{map}");
    let (feed_tag, feed) = page(&app, "/feed.xml").await;
    assert!(
        feed.contains("<title type=\"text\">Bâtir &lt;ici&gt;</title>"),
        "{feed}"
    );
    assert!(
        feed.contains("href=\"https://bellehouse.ne/blog/batir-ici\""),
        "{feed}"
    );
    assert!(
        feed.contains("<summary type=\"text\">Sol Le sol &amp;</summary>"),
        "{feed}"
    );
    for text in [&map, &feed] {
        for hidden in [
            "plus-tard",
            "Plus tard",
            "jamais",
            "Jamais",
            draft["slug"].as_str().unwrap(),
            "alert",
        ] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
    }

    app.advance(TimeDelta::hours(1));
    let staff = app.sign_in(&staff.email, PASSWORD).await;
    app.run(&staff, DELETE, json!({ "id": item["id"] })).await;
    let (new_map_tag, map) = page(&app, "/sitemap.xml").await;
    assert!(map.contains("blog/plus-tard") && !map.contains("villa"), "{map}");
    let (new_feed_tag, feed) = page(&app, "/feed.xml").await;
    assert!(feed.contains("Plus tard"), "{feed}");
    assert!(new_map_tag != map_tag && new_feed_tag != feed_tag);
}
