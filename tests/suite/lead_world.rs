//! What tests of forms, leads and inquiries say over and over.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::people::Person;
use belle_house::features::content::tables::portfolio_item;
use belle_house::features::content::{Category, PortfolioItemId};
use platform::clock::Clock;

pub const SUBMIT_LEAD: &str = "mutation($input: SubmitConstructionLeadInput!) { submitConstructionLead(input: $input) { \
    accepted retryAfterSeconds userErrors { code message field } } }";
pub const SUBMIT_INQUIRY: &str = "mutation($input: SubmitContactInquiryInput!) { submitContactInquiry(input: $input) { \
    accepted retryAfterSeconds userErrors { code message field } } }";
pub const UPDATE_LEAD: &str = "mutation($input: UpdateLeadInput!) { updateLead(input: $input) { lead { id version status \
    isRead notes name phone email hasLand locationOfLand message assignee { id } } userErrors { code message field } } }";
pub const CONVERT_LEAD: &str = "mutation($input: ConvertLeadInput!) { convertLead(input: $input) { \
    lead { id version status isRead convertedAt client { id } project { id } } \
    client { id name email phone temporaryPasswordExpiresAt } project { id name client { id } } \
    userErrors { code message field } } }";

/// A form that a person filled in a minute, with a key of its own.
pub fn lead_form(app: &TestApp, key: &str) -> Value {
    json!({
        "name": "Zaïnab Issa", "phone": "90 12 34 56", "email": "Zainab@example.ne", "hasLand": true,
        "locationOfLand": "Koira Kano", "message": "Une villa à étage.", "website": "",
        "formRenderedAt": ago(app, 60), "idempotencyKey": key,
    })
}

/// A question that a person wrote in a minute, with a key of its own.
pub fn inquiry_form(app: &TestApp, key: &str) -> Value {
    json!({
        "name": "Élodie Maïga", "email": "elodie@example.ne", "phone": "+227 96 11 22 33", "subject": "Délais",
        "message": "Combien de mois pour une villa ?", "website": "", "formRenderedAt": ago(app, 60),
        "idempotencyKey": key,
    })
}

/// The moment so many seconds ago.
pub fn ago(app: &TestApp, seconds: i64) -> DateTime<Utc> {
    app.clock.now() - TimeDelta::seconds(seconds)
}

/// Some of a form's values in the place of others.
pub fn with(mut form: Value, changes: Value) -> Value {
    for (key, value) in changes.as_object().unwrap() {
        form[key] = value.clone();
    }
    form
}

/// The payload of a form that anybody sends.
pub async fn submit(app: &TestApp, form: &str, input: Value) -> Value {
    let data = app.graphql(None, form, json!({ "input": input })).await.data();
    data.as_object().unwrap().values().next().unwrap().clone()
}

/// A lead that came through the website; it as the staff see it.
pub async fn lead(app: &TestApp, staff: &Person, changes: Value) -> Value {
    static BORN: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = BORN.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let form = with(lead_form(app, &format!("lead-{number}")), changes);
    let input: Value = form
        .as_object()
        .unwrap()
        .iter()
        .filter(|(key, _)| !["website", "formRenderedAt"].contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let payload = app
        .run(
            staff,
            "mutation($input: CreateLeadInput!) { createLead(input: $input) { lead { id version name phone email } \
             userErrors { code message field } } }",
            input,
        )
        .await;
    payload["lead"].clone()
}

/// An item of the portfolio, published at that moment or a draft.
pub async fn portfolio_item(app: &TestApp, title: &str, published_at: Option<DateTime<Utc>>) -> String {
    let now = app.clock.now();
    let id = PortfolioItemId::generate(now);
    portfolio_item::ActiveModel {
        id: Set(id),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
        slug: Set(id.to_string()),
        title: Set(title.to_owned()),
        category: Set(Category::Project),
        description: Set(String::new()),
        contractor: Set("Belle House".to_owned()),
        is_published: Set(published_at.is_some()),
        published_at: Set(published_at),
        was_published: Set(published_at.is_some()),
        usage_keys: Set(String::new()),
        city_keys: Set(String::new()),
        country_keys: Set(String::new()),
        sort_title: Set(title.to_lowercase()),
        search_text: Set(title.to_lowercase()),
        ..Default::default()
    }
    .insert(app.ctx().db.migrator())
    .await
    .unwrap();
    id.to_string()
}
