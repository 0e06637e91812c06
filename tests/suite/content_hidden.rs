//! What isn't published is invisible everywhere: issue 3, "it must show" 3.

use serde_json::{Value, json};

use crate::content_world::*;
use crate::project_world::{query, upload};
use crate::support::app::TestApp;

#[tokio::test]
async fn unpublished_deleted_and_future_content_is_invisible_everywhere() {
    let app = TestApp::start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let gallery = async || json!([{ "uploadId": upload(&app, &staff, 420).await }]);
    let shown = published_item(
        &app,
        &staff,
        json!({ "title": "Visible", "gallery": gallery().await }),
    )
    .await;
    let draft = published_item(
        &app,
        &staff,
        json!({ "title": "Caché brouillon", "isPublished": false, "gallery": gallery().await,
                "videos": [{ "url": "https://vimeo.com/76979871" }] }),
    )
    .await;
    let future = published_item(
        &app,
        &staff,
        json!({ "title": "Caché futur", "publishedAt": "2026-11-21T05:30:00Z", "gallery": gallery().await }),
    )
    .await;
    let deleted = published_item(
        &app,
        &staff,
        json!({ "title": "Caché supprimé", "gallery": gallery().await }),
    )
    .await;
    app.run(&staff, DELETE, json!({ "id": deleted["id"] })).await;
    let mut posts = Vec::new();
    for (title, more) in [
        ("Caché article", json!({})),
        (
            "Caché article futur",
            json!({ "isPublished": true, "publishedAt": "2026-11-21T05:30:00Z" }),
        ),
    ] {
        let mut input = more;
        input["title"] = title.into();
        input["content"] = "Texte.".into();
        posts.push(app.run(&staff, CREATE_POST, input).await["blogPost"].clone());
    }
    let input = json!({ "clientName": "Caché", "content": "…", "rating": 4 });
    let unfeatured = app.run(&staff, CREATE_TESTIMONIAL, input).await["testimonial"].clone();

    for who in [None, Some(client.token.as_str())] {
        let everything = "{ portfolio { totalCount page { count } nodes { title } } blogPosts { totalCount nodes { title } } \
                          testimonials { totalCount } found: portfolio(filter: { search: \"cache\" }) { totalCount } \
                          drafts: portfolio(filter: { isPublished: false }) { totalCount } \
                          posts: blogPosts(filter: { search: \"cache\" }) { totalCount } }";
        let data = app.graphql(who, everything, json!({})).await.data();
        assert_eq!(values(&data["portfolio"]["nodes"], "title"), ["Visible"]);
        assert_eq!(
            (
                &data["portfolio"]["totalCount"],
                &data["portfolio"]["page"]["count"]
            ),
            (&json!(1), &json!(1))
        );
        for empty in ["blogPosts", "testimonials", "found", "drafts", "posts"] {
            assert_eq!(data[empty]["totalCount"], 0, "{empty}");
        }
        for hidden in [&draft, &future, &deleted] {
            let document = format!("{{ portfolioItem(slug: {}) {{ id }} }}", hidden["slug"]);
            assert_eq!(
                app.graphql(who, &document, json!({})).await.data()["portfolioItem"],
                Value::Null
            );
        }
        for hidden in &posts {
            let document = format!("{{ blogPost(slug: {}) {{ id }} }}", hidden["slug"]);
            assert_eq!(
                app.graphql(who, &document, json!({})).await.data()["blogPost"],
                Value::Null
            );
        }
        let mut ids = vec![
            &draft["id"],
            &future["id"],
            &deleted["id"],
            &posts[0]["id"],
            &posts[1]["id"],
            &unfeatured["id"],
            &draft["gallery"][0]["id"],
            &draft["videos"][0]["id"],
            &deleted["gallery"][0]["id"],
        ];
        let node = async |id: &Value| {
            let document = "query($id: ID!) { node(id: $id) { __typename } }";
            app.graphql(who, document, json!({ "id": id })).await.data()["node"].clone()
        };
        for hidden in ids.drain(..) {
            assert_eq!(node(hidden).await, Value::Null, "{hidden}");
        }
        assert_eq!(node(&shown["id"]).await["__typename"], "PortfolioItem");
        assert_eq!(
            node(&shown["gallery"][0]["id"]).await["__typename"],
            "PortfolioGalleryImage"
        );
    }
    for refused in [
        "{ portfolio(scope: LIVING) { totalCount } }",
        "{ portfolioItem(slug: \"x\", scope: ALL) { id } }",
    ] {
        assert_eq!(
            app.graphql(None, refused, json!({})).await.code(),
            "UNAUTHENTICATED"
        );
    }

    // Staff see drafts and their pictures, through signed URLs; the same files have no public address.
    let url = draft["gallery"][0]["image"]["url"].as_str().unwrap().to_owned();
    assert!(url.contains("signature="), "{url}");
    assert_eq!(status(&app, &draft["gallery"][0]["image"]["url"]).await, 200);
    let public = shown["mainImage"]["url"].as_str().unwrap();
    assert_eq!(status(&app, &public.into()).await, 200);
    for hidden in [&draft, &future, &deleted] {
        for picture in [&hidden["mainImage"]["id"], &hidden["gallery"][0]["image"]["id"]] {
            assert_eq!(
                status(&app, &guess(&app, picture).await.into()).await,
                404,
                "{picture}"
            );
        }
    }
    assert_eq!(
        status(&app, &guess(&app, &shown["mainImage"]["id"]).await.into()).await,
        200
    );
    let counts = query(
        &app,
        &staff,
        "{ living: portfolio(scope: LIVING) { totalCount } deleted: portfolio(scope: DELETED) { nodes { gallery { id } } } \
           all: portfolio(scope: ALL) { totalCount } own: portfolio { totalCount } \
           unfeatured: testimonials(scope: LIVING, filter: { featured: false }) { totalCount } \
           preview: portfolioItem(slug: \"cache-brouillon\", scope: LIVING) { title } }",
    )
    .await;
    assert_eq!(counts["living"]["totalCount"], 3);
    assert_eq!(counts["all"]["totalCount"], 4);
    assert_eq!(counts["own"]["totalCount"], 1);
    assert_eq!(counts["unfeatured"]["totalCount"], 1);
    assert_eq!(counts["preview"]["title"], "Caché brouillon");
    assert_eq!(
        counts["deleted"]["nodes"][0]["gallery"].as_array().unwrap().len(),
        1
    );

    // The hour comes, and nobody has written anything.
    let next = belle_house::features::content::queries::next_publication(
        app.ctx().db.reader(),
        app.ctx().clock.now(),
    );
    assert_eq!(next.await.unwrap(), Some("2026-11-21T05:30:00Z".parse().unwrap()));
    app.advance(chrono::TimeDelta::minutes(30));
    let data = visit(
        &app,
        "{ portfolio { nodes { title mainImage { url } } } blogPosts { nodes { title } } }",
    )
    .await;
    assert_eq!(
        values(&data["portfolio"]["nodes"], "title"),
        ["Caché futur", "Visible"]
    );
    assert_eq!(
        values(&data["blogPosts"]["nodes"], "title"),
        ["Caché article futur"]
    );
    assert_eq!(
        status(&app, &data["portfolio"]["nodes"][0]["mainImage"]["url"]).await,
        200
    );
    let pages =
        belle_house::features::content::queries::public_pages(app.ctx().db.reader(), app.ctx().clock.now());
    let paths: Vec<String> = pages.await.unwrap().into_iter().map(|page| page.path).collect();
    assert_eq!(
        paths,
        [
            "portfolio/cache-futur",
            "portfolio/visible",
            "blog/cache-article-futur"
        ]
    );

    // Taken back, it is gone at once, its slug stays its own.
    let future = json!({ "id": future["id"], "version": 1 });
    let back = app
        .run(
            &staff,
            UPDATE_ITEM,
            change(&future, json!({ "isPublished": false, "title": "Autre" })),
        )
        .await;
    assert_eq!(back["portfolioItem"]["slug"], "cache-futur");
    let data = visit(
        &app,
        "{ portfolioItem(slug: \"cache-futur\") { id } portfolio { totalCount } }",
    )
    .await;
    assert_eq!(
        data,
        json!({ "portfolioItem": null, "portfolio": { "totalCount": 1 } })
    );
}

/// The public address that a picture would have, worked out from the database.
async fn guess(app: &TestApp, id: &Value) -> String {
    use belle_house::features::media::{ImageId, find_image};
    let id = ImageId::parse(id.as_str().unwrap()).unwrap();
    let image = find_image(app.ctx().db.reader(), id).await.unwrap().unwrap();
    let file = &image.renditions.0[0];
    format!(
        "http://{}/media/{id}/{}-{}.{}",
        app.address(),
        file.width,
        file.hash,
        file.format
    )
}
