//! What tests of the website's content say over and over.

use serde_json::{Value, json};

use crate::project_world::upload;
use crate::support::app::TestApp;
use crate::support::people::Person;

/// The mutations, each with everything that a test looks at.
pub const CREATE_ITEM: &str = "mutation($input: CreatePortfolioItemInput!) { createPortfolioItem(input: $input) { \
    portfolioItem { id version slug title isPublished publishedAt areaSquareMetres contractor \
    mainImage { id url } gallery { id image { id url } } videos { id url title } } \
    userErrors { code message field } } }";
pub const UPDATE_ITEM: &str = "mutation($input: UpdatePortfolioItemInput!) { updatePortfolioItem(input: $input) { \
    portfolioItem { id version slug title titleEn description area areaSquareMetres usage isPublished publishedAt \
    mainImage { id url } gallery { id image { id url } } videos { id url title titleEn } } \
    userErrors { code message field } } }";
pub const CREATE_SERVICE: &str = "mutation($input: CreateServiceInput!) { createService(input: $input) { service { \
    id version title order } userErrors { code message field } } }";
pub const UPDATE_SERVICE: &str = "mutation($input: UpdateServiceInput!) { updateService(input: $input) { service { \
    id version title titleEn order shortDescription } userErrors { code message field } } }";
pub const CREATE_PARTNER: &str = "mutation($input: CreatePartnerInput!) { createPartner(input: $input) { partner { \
    id version name order website } userErrors { code message field } } }";
pub const CREATE_TESTIMONIAL: &str = "mutation($input: CreateTestimonialInput!) { createTestimonial(input: $input) { \
    testimonial { id version } userErrors { code message field } } }";
pub const CREATE_POST: &str = "mutation($input: CreateBlogPostInput!) { createBlogPost(input: $input) { blogPost { \
    id version slug publishedAt } userErrors { code message field } } }";
pub const CREATE_FAQ: &str = "mutation($input: CreateFaqInput!) { createFaq(input: $input) { faq { id version order question \
    questionEn answer answerEn } userErrors { code message field } } }";
pub const UPDATE_FAQ: &str = "mutation($input: UpdateFaqInput!) { updateFaq(input: $input) { faq { id version order question \
    questionEn answer answerEn } userErrors { code message field } } }";
pub const CREATE_PROMOTION: &str = "mutation($input: CreateAppPromotionInput!) { createAppPromotion(input: $input) { \
    appPromotion { id version isActive linkedPortfolioItem { id } } userErrors { code message field } } }";
pub const UPDATE_PROMOTION: &str = "mutation($input: UpdateAppPromotionInput!) { updateAppPromotion(input: $input) { \
    appPromotion { id version isActive } userErrors { code message field } } }";
pub const DELETE: &str = "mutation($input: DeleteRecordInput!) { deleteRecord(input: $input) { record { id version } \
    userErrors { code message field } } }";
pub const RESTORE: &str = "mutation($input: RestoreRecordInput!) { restoreRecord(input: $input) { record { id version } \
    userErrors { code message field } } }";
pub const FORCE_DELETE: &str = "mutation($input: ForceDeleteRecordInput!) { forceDeleteRecord(input: $input) { deletedId \
    userErrors { code message field } } }";

/// A published item with a picture; the payload's item.
pub async fn published_item(app: &TestApp, staff: &Person, mut more: Value) -> Value {
    let picture = upload(app, staff, 400).await;
    let mut input = json!({
        "title": "Villa", "category": "REALIZATION", "description": "Une villa.",
        "mainImageUploadId": picture, "isPublished": true,
    });
    let (input_map, more_map) = (input.as_object_mut().unwrap(), more.as_object_mut().unwrap());
    input_map.append(more_map);
    app.run(staff, CREATE_ITEM, input).await["portfolioItem"].clone()
}

/// A draft without pictures; the payload's item.
pub async fn draft_item(app: &TestApp, staff: &Person, title: &str) -> Value {
    let input = json!({ "title": title, "category": "PROJECT", "description": "Un projet." });
    app.run(staff, CREATE_ITEM, input).await["portfolioItem"].clone()
}

/// The input of an update.
pub fn change(record: &Value, patch: Value) -> Value {
    json!({ "id": record["id"], "expectedVersion": record["version"], "patch": patch })
}

/// What a visitor reads.
pub async fn visit(app: &TestApp, document: &str) -> Value {
    app.graphql(None, document, json!({})).await.data()
}

/// The ids (or whatever `field` is) of a list of nodes.
pub fn values(nodes: &Value, field: &str) -> Vec<String> {
    nodes
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node[field].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// The status of a file's URL.
pub async fn status(app: &TestApp, url: &Value) -> u16 {
    app.http()
        .get(url.as_str().unwrap())
        .send()
        .await
        .unwrap()
        .status()
        .as_u16()
}
