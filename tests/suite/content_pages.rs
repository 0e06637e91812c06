//! 1,000 items, page by page: issue 3, "it must show" 4.

use belle_house::features::content::{Category, PortfolioItemId, PortfolioItems, tables::portfolio_item};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::Value;

use crate::content_world::{published_item, values, visit};
use crate::support::app::TestApp;

/// Published items without pictures, as an import would make them; three share each moment, so that ids decide.
async fn fill(app: &TestApp, numbers: std::ops::Range<i32>) {
    let start = app.ctx().clock.now() - chrono::TimeDelta::days(30);
    let tx = app.ctx().db.begin_write(app.ctx().clock.now()).await.unwrap();
    let rows = numbers.map(|number| portfolio_item::ActiveModel {
        id: Set(PortfolioItemId::generate(tx.now())),
        version: Set(1),
        created_at: Set(start),
        updated_at: Set(start),
        slug: Set(format!("item-{number}")),
        title: Set(format!("Item {number}")),
        category: Set(Category::Realization),
        description: Set(String::new()),
        contractor: Set("Belle House".to_owned()),
        is_published: Set(true),
        published_at: Set(Some(start + chrono::TimeDelta::minutes((number / 3).into()))),
        was_published: Set(true),
        usage_keys: Set(String::new()),
        city_keys: Set(String::new()),
        country_keys: Set(String::new()),
        sort_title: Set(format!("item {number:05}")),
        search_text: Set(format!("item {number}")),
        ..Default::default()
    });
    for chunk in rows.collect::<Vec<_>>().chunks(200) {
        PortfolioItems::insert_many(chunk.to_vec())
            .exec_without_returning(tx.conn())
            .await
            .unwrap();
    }
    tx.mark_content();
    tx.commit().await.unwrap();
}

async fn page(app: &TestApp, arguments: &str) -> Value {
    let document = format!(
        "{{ portfolio({arguments}) {{ nodes {{ slug }} pageInfo {{ hasNextPage endCursor }} page {{ number count next }} }} }}"
    );
    visit(app, &document).await["portfolio"].clone()
}

#[tokio::test]
async fn page_fifty_is_the_same_by_number_and_by_cursor() {
    let app = TestApp::start().await;
    fill(&app, 0..1000).await;
    for order in [
        "orderBy: { field: PUBLISHED_AT, direction: DESC }",
        "orderBy: { field: TITLE, direction: ASC }",
        "orderBy: { field: YEAR, direction: ASC }",
    ] {
        let numbered = page(&app, &format!("page: 50, pageSize: 20, {order}")).await;
        assert_eq!(
            numbered["page"],
            serde_json::json!({ "number": 50, "count": 1000, "next": null })
        );
        let mut after = Value::Null;
        let mut seen = std::collections::HashSet::new();
        for number in 1..=50 {
            let current = page(&app, &format!("first: 20, after: {after}, {order}")).await;
            for slug in values(&current["nodes"], "slug") {
                assert!(seen.insert(slug.clone()), "{slug} came twice");
            }
            assert_eq!(current["pageInfo"]["hasNextPage"], number < 50);
            after = current["pageInfo"]["endCursor"].clone();
            if number == 50 {
                assert_eq!(current["nodes"], numbered["nodes"], "{order}");
            }
        }
        assert_eq!(seen.len(), 1000);
    }
}

#[tokio::test]
async fn inserting_while_paging_neither_skips_nor_repeats() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    fill(&app, 0..300).await;
    let mut seen = Vec::new();
    let mut after = Value::Null;
    for step in 0.. {
        let current = page(&app, &format!("first: 20, after: {after}")).await;
        seen.extend(values(&current["nodes"], "slug"));
        // Newer ones come in at the front, older ones behind what was read.
        published_item(
            &app,
            &staff,
            serde_json::json!({ "title": format!("Neuf {step}") }),
        )
        .await;
        if current["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = current["pageInfo"]["endCursor"].clone();
    }
    let old: Vec<&String> = seen.iter().filter(|slug| slug.starts_with("item-")).collect();
    assert_eq!(old.len(), 300);
    let distinct: std::collections::HashSet<&String> = seen.iter().collect();
    assert_eq!(distinct.len(), seen.len(), "nothing came twice");
}
