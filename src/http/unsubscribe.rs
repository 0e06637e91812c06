//! `/unsubscribe`: where the link in an e-mail leads. Looking at it changes nothing, since mail scanners look at every link;
//! its button does, and so does the one request that mail programs send by themselves (RFC 8058).

use axum::{
    Extension, Router,
    extract::{RawQuery, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use super::{graphql::Endpoint, middleware::ClientAddress};
use crate::features::preferences::{
    Topic, Unsubscribing,
    commands::{Unsubscribed, unsubscribe},
};
use platform::{actor::Locale, ctx::Ctx, message, messages::Message};

/// The page runs nothing and loads nothing; its form comes back here.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; \
                      base-uri 'none'";

/// The route.
pub fn router(endpoint: Endpoint) -> Router {
    Router::new()
        .route("/unsubscribe", get(show).post(act))
        .with_state(endpoint)
}

/// What a link carries. In the query, which no log has.
#[derive(Debug, Default)]
struct Link {
    token: String,
    locale: Locale,
}

impl Link {
    fn parse(query: Option<&str>) -> Self {
        let mut link = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match (&*name, &*value) {
                ("token", token) => token.clone_into(&mut link.token),
                ("lang", "en") => link.locale = Locale::En,
                _ => {}
            }
        }
        link
    }
}

async fn show(State(endpoint): State<Endpoint>, RawQuery(query): RawQuery) -> Response {
    let link = Link::parse(query.as_deref());
    let ctx = endpoint.ctx();
    match Unsubscribing::read(&ctx.keys, &link.token) {
        Some(found) => {
            let text = message!("unsubscribe-question", topic = key_of(found.topic));
            page(ctx, &link, StatusCode::OK, &text, true)
        }
        None => unknown(ctx, &link),
    }
}

async fn act(
    State(endpoint): State<Endpoint>,
    Extension(address): Extension<ClientAddress>,
    RawQuery(query): RawQuery,
) -> Response {
    let link = Link::parse(query.as_deref());
    let ctx = endpoint.ctx();
    match unsubscribe(ctx, &link.token, address.0).await {
        Ok(Unsubscribed::Done(topic)) => {
            let text = message!("unsubscribe-done", topic = key_of(topic));
            page(ctx, &link, StatusCode::OK, &text, false)
        }
        Ok(Unsubscribed::Unknown) => unknown(ctx, &link),
        Ok(Unsubscribed::TooOften(wait)) => {
            let text = message!("unsubscribe-too-often");
            let mut response = page(ctx, &link, StatusCode::TOO_MANY_REQUESTS, &text, false);
            let seconds = wait.as_secs().max(1);
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
        Err(error) => {
            tracing::error!(
                error = format!("{:#}", anyhow::Error::from(error)),
                "internal error"
            );
            let text = message!("internal-problem");
            page(ctx, &link, StatusCode::INTERNAL_SERVER_ERROR, &text, false)
        }
    }
}

fn unknown(ctx: &Ctx, link: &Link) -> Response {
    page(
        ctx,
        link,
        StatusCode::NOT_FOUND,
        &message!("unsubscribe-unknown"),
        false,
    )
}

/// How the texts tell the topics apart.
const fn key_of(topic: Topic) -> &'static str {
    match topic {
        Topic::Reminders => "reminders",
        _ => "updates",
    }
}

fn page(ctx: &Ctx, link: &Link, status: StatusCode, text: &Message, with_button: bool) -> Response {
    let say = |message: &Message| escaped(&ctx.catalogues.render(message, link.locale));
    let language = match link.locale {
        Locale::Fr => "fr",
        Locale::En => "en",
    };
    let form = if with_button {
        // The address stays as it is: what it carries is what the button acts by.
        let button = say(&message!("unsubscribe-button"));
        format!(r#"<form method="post"><button type="submit">{button}</button></form>"#)
    } else {
        String::new()
    };
    let html = format!(
        r#"<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Belle House</title>
<style>
body {{ margin: 0; padding: 32px 16px; background: #f3f1ec; color: #2b2926; font: 17px/1.6 Georgia, "Times New Roman", serif }}
main {{ max-width: 480px; margin: 0 auto; padding: 32px; background: #fff; border: 1px solid #e4dfd5 }}
h1 {{ margin: 0 0 16px; font-size: 20px; font-weight: normal; letter-spacing: 1px }}
button {{ padding: 12px 20px; border: 0; background: #8a5526; color: #fff; font: inherit; cursor: pointer }}
</style>
</head>
<body>
<main>
<h1>Belle House</h1>
<p>{text}</p>
{form}
</main>
</body>
</html>
"#,
        text = say(text),
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (status, headers, html).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
