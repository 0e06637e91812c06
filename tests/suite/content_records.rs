//! Deleting, restoring, removing content for good, and what its audit log says.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::content_world::*;
use crate::project_world::{errors, mutate, query, upload};
use crate::support::app::TestApp;

#[tokio::test]
async fn an_item_goes_and_comes_back_with_exactly_its_batch() {
    let app = TestApp::start().await;
    let (staff, admin) = tokio::join!(app.staff(), app.admin());
    let gallery = json!([
        { "uploadId": upload(&app, &staff, 420).await }, { "uploadId": upload(&app, &staff, 430).await },
    ]);
    let videos = json!([{ "url": "https://vimeo.com/76979871" }]);
    let item = published_item(&app, &staff, json!({ "gallery": gallery, "videos": videos })).await;
    let ids = values(&item["gallery"], "id");
    let stale = mutate(
        &app,
        &staff,
        DELETE,
        json!({ "id": item["id"], "expectedVersion": 7 }),
    )
    .await;
    assert_eq!(errors(&stale), ["CONFLICT input.expectedVersion"]);

    // One picture goes by itself, first.
    app.run(&staff, DELETE, json!({ "id": ids[0] })).await;
    app.run(&staff, DELETE, json!({ "id": item["id"] })).await;
    let orphan = mutate(&app, &staff, RESTORE, json!({ "id": ids[0] })).await;
    assert_eq!(errors(&orphan), ["LOCKED input.id"]);
    assert!(
        orphan["userErrors"][0]["message"]
            .as_str()
            .unwrap()
            .contains(item["id"].as_str().unwrap())
    );
    app.run(&staff, RESTORE, json!({ "id": item["id"] })).await;
    let read = async || {
        let data = visit(
            &app,
            "{ portfolio { nodes { version gallery { id } videos { id } } } }",
        )
        .await;
        data["portfolio"]["nodes"][0].clone()
    };
    assert_eq!(
        values(&read().await["gallery"], "id"),
        [ids[1].as_str()],
        "what went before stays away"
    );
    assert_eq!(read().await["videos"].as_array().unwrap().len(), 1);
    app.run(&staff, RESTORE, json!({ "id": ids[0] })).await;
    assert_eq!(values(&read().await["gallery"], "id"), ids);
    assert_eq!(
        errors(&mutate(&app, &staff, RESTORE, json!({ "id": ids[0] })).await),
        ["LOCKED input.id"]
    );

    let log = query(
        &app,
        &staff,
        &format!(
            "{{ auditLog(filter: {{ recordId: {} }}) {{ nodes {{ action }} }} }}",
            item["id"]
        ),
    )
    .await;
    assert_eq!(
        values(&log["auditLog"]["nodes"], "action"),
        ["UPDATE", "RESTORE", "DELETE", "UPDATE", "CREATE"]
    );

    // For good: rows, files, old slugs; a promotion that led there leads nowhere.
    let banner = upload(&app, &staff, 400).await;
    let input = json!({ "title": "Promo", "linkedPortfolioItemId": item["id"], "bannerImageUploadId": banner, "isActive": true });
    app.run(&staff, CREATE_PROMOTION, input).await;
    let current = read().await;
    let patch =
        json!({ "id": item["id"], "expectedVersion": current["version"], "patch": { "slug": "autre" } });
    app.run(&staff, UPDATE_ITEM, patch).await;
    let urls = [&item["mainImage"]["url"], &item["gallery"][0]["image"]["url"]];
    let forbidden = app
        .graphql(&staff, FORCE_DELETE, json!({ "input": { "id": item["id"] } }))
        .await;
    assert_eq!(forbidden.code(), "FORBIDDEN");
    let gone = app.run(&admin, FORCE_DELETE, json!({ "id": item["id"] })).await;
    assert_eq!(gone["deletedId"], item["id"]);
    for url in urls {
        assert_eq!(status(&app, url).await, 404);
    }
    let data = visit(
        &app,
        "{ a: portfolioItem(slug: \"villa\") { id } b: portfolioItem(slug: \"autre\") { id } }",
    )
    .await;
    assert_eq!(data, json!({ "a": null, "b": null }));
    let promotions = query(
        &app,
        &staff,
        "{ promotions(scope: ALL) { nodes { linkedPortfolioItem { id } isActive } } }",
    )
    .await;
    assert_eq!(
        promotions["promotions"]["nodes"],
        json!([{ "linkedPortfolioItem": null, "isActive": true }])
    );
    // Nothing holds the name any more.
    let heir = published_item(&app, &staff, json!({})).await;
    assert_eq!(heir["slug"], "villa");
}

#[tokio::test]
async fn every_kind_is_found_deleted_restored_and_removed() {
    let app = TestApp::start().await;
    let (staff, admin) = tokio::join!(app.staff(), app.admin());
    let item = published_item(
        &app,
        &staff,
        json!({ "gallery": [{ "uploadId": upload(&app, &staff, 420).await }], "videos": [{ "url": "https://vimeo.com/76979871" }] }),
    )
    .await;
    let mut made: Vec<(&str, Value)> = vec![
        ("PortfolioGalleryImage", item["gallery"][0]["id"].clone()),
        ("PortfolioVideo", item["videos"][0]["id"].clone()),
    ];
    for (kind, mutation, field, input) in [
        (
            "Service",
            CREATE_SERVICE,
            "service",
            json!({ "title": "S", "shortDescription": "…" }),
        ),
        ("Partner", CREATE_PARTNER, "partner", json!({ "name": "P" })),
        (
            "Testimonial",
            CREATE_TESTIMONIAL,
            "testimonial",
            json!({ "clientName": "T", "content": "…", "rating": 3 }),
        ),
        (
            "BlogPost",
            CREATE_POST,
            "blogPost",
            json!({ "title": "B", "content": "…" }),
        ),
        (
            "Faq",
            CREATE_FAQ,
            "faq",
            json!({ "question": "Q", "answer": "…" }),
        ),
        (
            "AppPromotion",
            CREATE_PROMOTION,
            "appPromotion",
            json!({ "title": "A" }),
        ),
    ] {
        made.push((kind, app.run(&staff, mutation, input).await[field]["id"].clone()));
    }
    made.push(("PortfolioItem", item["id"].clone()));
    for (kind, id) in made {
        let node = async || {
            let document = "query($id: ID!) { node(id: $id) { __typename ... on Record { version createdBy { name } } } }";
            app.graphql(&staff, document, json!({ "id": id })).await.data()["node"].clone()
        };
        let first = node().await;
        assert_eq!(first["__typename"], kind);
        assert!(first["createdBy"]["name"].as_str().unwrap().starts_with("Aïssa"));
        app.run(
            &staff,
            DELETE,
            json!({ "id": id, "expectedVersion": first["version"] }),
        )
        .await;
        assert_eq!(node().await, Value::Null, "{kind}");
        assert_eq!(
            errors(&mutate(&app, &staff, DELETE, json!({ "id": id })).await),
            ["NOT_FOUND input.id"]
        );
        app.run(&staff, RESTORE, json!({ "id": id })).await;
        assert_eq!(node().await["__typename"], kind);
        app.run(&admin, FORCE_DELETE, json!({ "id": id })).await;
        assert_eq!(node().await, Value::Null);
        assert_eq!(
            errors(&mutate(&app, &staff, RESTORE, json!({ "id": id })).await),
            ["NOT_FOUND input.id"]
        );
    }
}

#[tokio::test]
async fn a_replaced_picture_can_be_named_again_for_thirty_days() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let icon = upload(&app, &staff, 400).await;
    let input = json!({ "title": "Études", "shortDescription": "…", "iconUploadId": icon });
    let service = app.run(&staff, CREATE_SERVICE, input).await["service"].clone();
    let url = async || {
        let data = visit(&app, "{ services { nodes { version icon { url } } } }").await;
        data["services"]["nodes"][0]["icon"]["url"].clone()
    };
    let before = url().await;
    assert_eq!(status(&app, &before).await, 200);
    let newer = upload(&app, &staff, 500).await;
    app.run(
        &staff,
        UPDATE_SERVICE,
        change(&service, json!({ "iconUploadId": newer })),
    )
    .await;
    assert_eq!(status(&app, &before).await, 404);
    assert_eq!(status(&app, &url().await).await, 200);
    let service = |version: u8| json!({ "id": service["id"], "version": version });
    app.run(
        &staff,
        UPDATE_SERVICE,
        change(&service(2), json!({ "iconUploadId": null })),
    )
    .await;
    assert_eq!(url().await, Value::Null);
    // The latest first; staff see them still, and name one again.
    let replaced = async || {
        let staff = app.staff().await;
        let query =
            "{ replacedPictures { totalCount nodes { uploadId image { url } replacedAt expiresAt } } }";
        let answer = app.graphql(&staff, query, json!({})).await.data();
        answer["replacedPictures"]["nodes"].as_array().unwrap().clone()
    };
    let both = replaced().await;
    let uploads: Vec<&Value> = both.iter().map(|it| &it["uploadId"]).collect();
    assert_eq!(uploads, [&newer, &icon]);
    for it in &both {
        assert_eq!(status(&app, &it["image"]["url"]).await, 200);
    }
    let again = json!({ "iconUploadId": icon });
    app.run(&staff, UPDATE_SERVICE, change(&service(3), again)).await;
    assert_eq!(url().await, before);
    assert_eq!(status(&app, &before).await, 200);
    assert_eq!(replaced().await.len(), 1);
    // The other goes after thirty days, and the one that is shown stays.
    app.advance(TimeDelta::days(30) + TimeDelta::hours(2));
    let staff = app.staff().await;
    app.media().sweep().await.unwrap();
    assert!(replaced().await.is_empty());
    assert_eq!(status(&app, &before).await, 200);
    let gone = change(&service(4), json!({ "iconUploadId": newer }));
    assert_eq!(
        errors(&mutate(&app, &staff, UPDATE_SERVICE, gone).await),
        ["NOT_FOUND input.patch.iconUploadId"]
    );
    // Let go long after its upload was forgotten, it is kept all the same.
    app.run(
        &staff,
        UPDATE_SERVICE,
        change(&service(4), json!({ "iconUploadId": null })),
    )
    .await;
    app.media().sweep().await.unwrap();
    assert_eq!(status(&app, &replaced().await[0]["image"]["url"]).await, 200);
}
