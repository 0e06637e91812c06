//! The HTML of articles is made when they are written; what was written before is right all the same.

use belle_house::features::content::{render_missing_articles, tables::blog_post};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};

use crate::content_world::CREATE_POST;
use crate::support::app::TestApp;
use crate::support::people::Person;

const UPDATE: &str = "mutation($input: UpdateBlogPostInput!) { updateBlogPost(input: $input) { blogPost { version } \
                      userErrors { code message field } } }";

async fn stored(app: &TestApp) -> blog_post::Model {
    let rows = blog_post::Entity::find()
        .all(app.ctx().db.reader())
        .await
        .unwrap();
    rows.into_iter().next().unwrap()
}

/// The HTML that visitors read, in French and in English.
async fn read(app: &TestApp) -> (Value, Value) {
    let query =
        "{ fr: blogPosts { nodes { contentHtml } } en: blogPosts(locale: EN) { nodes { contentHtml } } }";
    let data = app.graphql(None, query, json!({})).await.data();
    let html = |locale: &str| data[locale]["nodes"][0]["contentHtml"].clone();
    (html("fr"), html("en"))
}

async fn article(app: &TestApp, staff: &Person) -> Value {
    let input = json!({
        "title": "Bâtir", "content": "Une **maison**.\r\n<script>alert(1)</script>", "contentEn": "A *house*.", "isPublished": true,
    });
    app.run(staff, CREATE_POST, input).await["blogPost"].clone()
}

#[tokio::test]
async fn it_is_made_once_and_follows_every_change() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let post = article(&app, &staff).await;
    let row = stored(&app).await;
    let kept = row.html();
    assert!(
        kept.0.unwrap().starts_with("<p>Une <strong>maison</strong>."),
        "{kept:?}"
    );
    assert_eq!(kept.1, Some("<p>A <em>house</em>.</p>\n"));
    assert_eq!(read(&app).await, (json!(kept.0), json!(kept.1)));
    let change =
        |version: i32, patch: Value| json!({ "id": post["id"], "expectedVersion": version, "patch": patch });
    // What isn't touched stays, what is changed is made anew, and what is taken away is gone.
    app.run(&staff, UPDATE, change(1, json!({ "title": "Construire" })))
        .await;
    assert_eq!(stored(&app).await.html(), kept);
    app.run(&staff, UPDATE, change(2, json!({ "content": "# Deux" })))
        .await;
    assert_eq!(read(&app).await.0, json!("<h1>Deux</h1>\n"));
    assert_eq!(stored(&app).await.html().1, kept.1);
    app.run(&staff, UPDATE, change(3, json!({ "contentEn": null })))
        .await;
    assert_eq!(stored(&app).await.html(), (Some("<h1>Deux</h1>\n"), None));
    assert_eq!(read(&app).await.1, json!("<h1>Deux</h1>\n"));
}

#[tokio::test]
async fn what_was_written_before_is_right_and_made_when_the_server_starts() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    article(&app, &staff).await;
    let right = read(&app).await;
    for (html, version) in [(None, None), (Some("<p>By a renderer of long ago</p>"), Some(0))] {
        let before = stored(&app).await;
        let old = blog_post::ActiveModel {
            id: Set(before.id),
            content_html: Set(html.map(str::to_owned)),
            content_html_en: Set(html.map(str::to_owned)),
            html_version: Set(version),
            ..Default::default()
        };
        let write = platform::db::write_tx!(app.ctx(), |tx| {
            old.clone().update(tx.conn()).await?;
            Ok::<_, sea_orm::DbErr>(())
        });
        write.unwrap();
        // Another question: the answer to the first is kept.
        let query = format!(
            "{{ blogPosts {{ nodes {{ contentHtml }} }} v{}: __typename }}",
            version.unwrap_or(9)
        );
        let data = app.graphql(None, &query, json!({})).await.data();
        assert_eq!(data["blogPosts"]["nodes"][0]["contentHtml"], right.0);
        assert_eq!(render_missing_articles(app.ctx()).await.unwrap(), 1);
        assert_eq!(render_missing_articles(app.ctx()).await.unwrap(), 0);
        let made = stored(&app).await;
        assert_eq!((json!(made.html().0), json!(made.html().1)), right);
        assert_eq!(
            (made.version, made.updated_at),
            (before.version, before.updated_at)
        );
    }
}
