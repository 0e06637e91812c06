//! What stands beside the API for the website: `/sitemap.xml` for search engines and `/feed.xml` for readers of the blog.
//! Both name pages of the website (`WEBSITE_URL`), and are kept and asked about like every public answer.

use std::{io, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use super::{
    graphql::Endpoint,
    public_answers::{PublicAnswer, Question},
};
use crate::features::content::queries::{PublicPage, blog_path, latest_posts, public_pages};
use platform::{config::Config, ctx::Ctx, markdown};

/// What a site map may list (sitemaps.org).
const MAX_PAGES: usize = 50_000;
/// How many articles the feed has.
const ARTICLES: u64 = 50;
/// Characters of an article's excerpt that nobody has written.
const EXCERPT: usize = 280;

/// The routes.
pub fn router(endpoint: Endpoint) -> Router {
    Router::new()
        .route("/sitemap.xml", get(sitemap))
        .route("/feed.xml", get(feed))
        .with_state(endpoint)
}

async fn sitemap(State(endpoint): State<Endpoint>, headers: HeaderMap) -> Response {
    ready(
        &endpoint,
        &headers,
        "sitemap",
        "application/xml; charset=utf-8",
        async |ctx: &Ctx| {
            let mut pages = public_pages(ctx.db.reader(), ctx.clock.now()).await?;
            // The newest come first, and the home page is one of them all.
            if pages.len() >= MAX_PAGES {
                tracing::warn!(pages = pages.len(), "the site map leaves out the oldest pages");
                pages.truncate(MAX_PAGES - 1);
            }
            Ok(sitemap_xml(&ctx.config, &pages)?)
        },
    )
    .await
}

async fn feed(State(endpoint): State<Endpoint>, headers: HeaderMap) -> Response {
    ready(
        &endpoint,
        &headers,
        "feed",
        "application/rss+xml; charset=utf-8",
        async |ctx: &Ctx| {
            let posts = latest_posts(ctx.db.reader(), ctx.clock.now(), ARTICLES).await?;
            let articles: Vec<Article> = posts
                .into_iter()
                .map(|post| Article {
                    id: post.id.to_string(),
                    path: blog_path(&post.slug),
                    excerpt: post
                        .excerpt
                        .unwrap_or_else(|| markdown::excerpt(&post.content, EXCERPT)),
                    title: post.title,
                    published_at: post.published_at.unwrap_or(post.created_at),
                })
                .collect();
            Ok(feed_xml(&ctx.config, &articles)?)
        },
    )
    .await
}

/// The answer that is ready, or one made now.
async fn ready(
    endpoint: &Endpoint,
    headers: &HeaderMap,
    name: &'static str,
    content_type: &'static str,
    make: impl AsyncFnOnce(&Ctx) -> anyhow::Result<Vec<u8>>,
) -> Response {
    let public = endpoint.public();
    let generation = public.generation();
    let question = Question {
        kind: (name, content_type),
        text: Bytes::new(),
    };
    if let Some(answer) = public.find(generation, &question) {
        return answer.respond(headers);
    }
    match make(endpoint.ctx()).await {
        Ok(body) => {
            let answer = Arc::new(PublicAnswer::new(content_type, body));
            public.keep(generation, question, &answer);
            answer.respond(headers)
        }
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), name, "could not be made");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong on our side.\n",
            )
                .into_response()
        }
    }
}

struct Article {
    id: String,
    path: String,
    title: String,
    excerpt: String,
    published_at: DateTime<Utc>,
}

fn sitemap_xml(config: &Config, pages: &[PublicPage]) -> io::Result<Vec<u8>> {
    let mut writer = begin()?;
    writer
        .create_element("urlset")
        .with_attribute(("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9"))
        .write_inner_content(|writer| {
            let home = pages.iter().map(|page| page.changed_at).max();
            url(writer, &website(config, ""), home)?;
            for page in pages {
                url(writer, &website(config, &page.path), Some(page.changed_at))?;
            }
            Ok(())
        })?;
    Ok(writer.into_inner())
}

fn url(writer: &mut Writer<Vec<u8>>, address: &str, changed_at: Option<DateTime<Utc>>) -> io::Result<()> {
    writer.create_element("url").write_inner_content(|writer| {
        text(writer, "loc", address)?;
        if let Some(at) = changed_at {
            text(writer, "lastmod", &at.to_rfc3339_opts(SecondsFormat::Secs, true))?;
        }
        Ok(())
    })?;
    Ok(())
}

/// RSS 2.0, in the language that every article has.
fn feed_xml(config: &Config, articles: &[Article]) -> io::Result<Vec<u8>> {
    let own_address = format!("{}/feed.xml", config.public_url.as_str().trim_end_matches('/'));
    let mut writer = begin()?;
    writer
        .create_element("rss")
        .with_attributes([("version", "2.0"), ("xmlns:atom", "http://www.w3.org/2005/Atom")])
        .write_inner_content(|writer| {
            writer.create_element("channel").write_inner_content(|writer| {
                text(writer, "title", "Belle House")?;
                text(writer, "link", &website(config, ""))?;
                text(
                    writer,
                    "description",
                    "Conception et réalisation de maisons à Niamey : les articles de Belle House.",
                )?;
                text(writer, "language", "fr")?;
                if let Some(latest) = articles.iter().map(|article| article.published_at).max() {
                    text(writer, "pubDate", &latest.to_rfc2822())?;
                }
                writer
                    .create_element("atom:link")
                    .with_attributes([
                        ("href", own_address.as_str()),
                        ("rel", "self"),
                        ("type", "application/rss+xml"),
                    ])
                    .write_empty()?;
                for article in articles {
                    item(writer, config, article)?;
                }
                Ok(())
            })?;
            Ok(())
        })?;
    Ok(writer.into_inner())
}

fn item(writer: &mut Writer<Vec<u8>>, config: &Config, article: &Article) -> io::Result<()> {
    writer.create_element("item").write_inner_content(|writer| {
        text(writer, "title", &article.title)?;
        text(writer, "link", &website(config, &article.path))?;
        // The id, not the address: an article whose slug changes is no new one.
        writer
            .create_element("guid")
            .with_attribute(("isPermaLink", "false"))
            .write_text_content(BytesText::new(&article.id))?;
        text(writer, "pubDate", &article.published_at.to_rfc2822())?;
        text(writer, "description", &article.excerpt)
    })?;
    Ok(())
}

fn begin() -> io::Result<Writer<Vec<u8>>> {
    let mut writer = Writer::new(Vec::new());
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    Ok(writer)
}

fn text(writer: &mut Writer<Vec<u8>>, name: &str, content: &str) -> io::Result<()> {
    // XML has no way to write these at all, escaped or not.
    let content: String = content
        .chars()
        .filter(|&character| {
            matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
        })
        .collect();
    writer
        .create_element(name)
        .write_text_content(BytesText::new(&content))?;
    Ok(())
}

fn website(config: &Config, path: &str) -> String {
    format!("{}/{path}", config.website_url.as_str().trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config::load(|key| (key == "WEBSITE_URL").then(|| "https://bellehouse.ne/".to_owned())).unwrap()
    }

    #[test]
    fn titles_can_hold_anything() {
        let article = Article {
            id: "pst_1".to_owned(),
            path: "blog/l-ete".to_owned(),
            title: "L'été & <b>\u{0}\u{FFFF}]]>\"".to_owned(),
            excerpt: "…".to_owned(),
            published_at: "2026-11-21T05:00:00Z".parse().unwrap(),
        };
        let xml = String::from_utf8(feed_xml(&config(), &[article]).unwrap()).unwrap();
        assert!(
            xml.contains("<link>https://bellehouse.ne/blog/l-ete</link>"),
            "{xml}"
        );
        assert!(xml.contains("Sat, 21 Nov 2026 05:00:00 +0000"), "{xml}");
        assert!(
            !xml.contains("<b>") && !xml.contains('\0') && !xml.contains("]]>"),
            "{xml}"
        );
        let mut reader = quick_xml::Reader::from_str(&xml);
        while !matches!(reader.read_event().unwrap(), Event::Eof) {}
    }

    #[test]
    fn an_empty_site_has_a_home_page() {
        let xml = String::from_utf8(sitemap_xml(&config(), &[]).unwrap()).unwrap();
        assert!(
            xml.ends_with("<url><loc>https://bellehouse.ne/</loc></url></urlset>"),
            "{xml}"
        );
    }
}
