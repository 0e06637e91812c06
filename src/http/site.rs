//! What stands beside the API for the website: `/sitemap.xml` for search engines, and for readers of the blog `/feed.xml`
//! in French and `/feed.en.xml` in English. They name pages of the website (`WEBSITE_URL`), and are kept and asked about
//! like every public answer.

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
    writer::ElementWriter,
};
use url::Url;

use super::{
    graphql::Endpoint,
    public_answers::{PublicAnswer, Question},
};
use crate::features::content::{
    queries::{PublicPage, blog_path, latest_posts, public_pages},
    tables::blog_post,
};
use platform::{actor::Locale, config::Config, ctx::Ctx, markdown};

/// What a site map may list (sitemaps.org).
const MAX_PAGES: usize = 50_000;
/// How many articles the feed has.
const ARTICLES: u64 = 50;
/// Characters of an article's excerpt that nobody has written.
const EXCERPT: usize = 280;
/// Bytes of articles in full, the latest first; the others have their summary alone.
const CONTENT: usize = 1024 * 1024;

const FRENCH_FEED: &str = "/feed.xml";
const ENGLISH_FEED: &str = "/feed.en.xml";
const ATOM: &str = "application/atom+xml; charset=utf-8";

/// The routes.
pub fn router(endpoint: Endpoint) -> Router {
    Router::new()
        .route("/sitemap.xml", get(sitemap))
        .route(FRENCH_FEED, get(french_feed))
        .route(ENGLISH_FEED, get(english_feed))
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

async fn french_feed(State(endpoint): State<Endpoint>, headers: HeaderMap) -> Response {
    feed(&endpoint, &headers, ("feed", ATOM), Locale::Fr).await
}

async fn english_feed(State(endpoint): State<Endpoint>, headers: HeaderMap) -> Response {
    feed(&endpoint, &headers, ("feed.en", ATOM), Locale::En).await
}

async fn feed(
    endpoint: &Endpoint,
    headers: &HeaderMap,
    (name, content_type): (&'static str, &'static str),
    locale: Locale,
) -> Response {
    ready(endpoint, headers, name, content_type, async |ctx: &Ctx| {
        let posts = latest_posts(ctx.db.reader(), ctx.clock.now(), ARTICLES).await?;
        let config = Arc::clone(&ctx.config);
        // Long articles take a while to become HTML.
        tokio::task::spawn_blocking(move || {
            let articles: Vec<Article> = posts
                .into_iter()
                .filter_map(|post| Article::of(post, locale))
                .collect();
            Ok(feed_xml(&config, locale, &articles)?)
        })
        .await?
    })
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
        answer.prepare(headers).await;
        return answer.respond(headers);
    }
    match make(endpoint.ctx()).await {
        Ok(body) => {
            let answer = Arc::new(PublicAnswer::new(content_type, body));
            public.keep(generation, question, &answer);
            answer.prepare(headers).await;
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
    summary: String,
    /// HTML.
    content: String,
    published_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Article {
    /// An article in one language; `None` when nobody has written it in that.
    fn of(post: blog_post::Model, locale: Locale) -> Option<Self> {
        let (french, english) = post.html();
        let kept = match locale {
            Locale::Fr => french,
            Locale::En => english,
        };
        let kept = kept.map(str::to_owned);
        let (title, excerpt, content) = match locale {
            Locale::Fr => (post.title, post.excerpt, post.content),
            Locale::En => (post.title_en?, post.excerpt_en, post.content_en?),
        };
        let published_at = post.published_at.unwrap_or(post.created_at);
        Some(Self {
            id: post.id.to_string(),
            path: blog_path(&post.slug),
            title,
            summary: excerpt.unwrap_or_else(|| markdown::excerpt(&content, EXCERPT)),
            // Made when it was written, unless that was long ago.
            content: kept.unwrap_or_else(|| markdown::to_html(&content)),
            published_at,
            updated_at: post.updated_at.max(published_at),
        })
    }
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
            moment(writer, "lastmod", at)?;
        }
        Ok(())
    })?;
    Ok(())
}

/// Atom (RFC 4287), which says of each text whether it is HTML. RSS doesn't: `R < S` in a title is a tag to one reader and
/// text to another.
fn feed_xml(config: &Config, locale: Locale, articles: &[Article]) -> io::Result<Vec<u8>> {
    let (file, language, subtitle) = match locale {
        Locale::Fr => (
            FRENCH_FEED,
            "fr",
            "Conception et réalisation de maisons à Niamey : les articles de Belle House.",
        ),
        Locale::En => (
            ENGLISH_FEED,
            "en",
            "Houses designed and built in Niamey: the articles of Belle House.",
        ),
    };
    let own_address = format!("{}{file}", config.public_url.as_str().trim_end_matches('/'));
    let mut writer = begin()?;
    writer
        .create_element("feed")
        .with_attributes([("xmlns", "http://www.w3.org/2005/Atom"), ("xml:lang", language)])
        .write_inner_content(|writer| {
            text(writer, "id", &own_address)?;
            text(writer, "title", "Belle House")?;
            text(writer, "subtitle", subtitle)?;
            link(writer, "alternate", &website(config, ""))?;
            link(writer, "self", &own_address)?;
            let updated_at = articles.iter().map(|article| article.updated_at).max();
            moment(writer, "updated", updated_at.unwrap_or(DateTime::UNIX_EPOCH))?;
            writer
                .create_element("author")
                .write_inner_content(|writer| text(writer, "name", "Belle House"))?;
            let mut room = CONTENT;
            for article in articles {
                entry(writer, config, article, &mut room)?;
            }
            Ok(())
        })?;
    Ok(writer.into_inner())
}

fn entry(
    writer: &mut Writer<Vec<u8>>,
    config: &Config,
    article: &Article,
    room: &mut usize,
) -> io::Result<()> {
    writer.create_element("entry").write_inner_content(|writer| {
        // Of the record, not of the page: an article whose slug changes is no new one (RFC 4151).
        let host = config.website_url.host_str().unwrap_or("localhost");
        text(writer, "id", &format!("tag:{host},2026:{}", article.id))?;
        typed(writer, "title", "text", &article.title)?;
        let page = website(config, &article.path);
        link(writer, "alternate", &page)?;
        moment(writer, "published", article.published_at)?;
        moment(writer, "updated", article.updated_at)?;
        typed(writer, "summary", "text", &article.summary)?;
        let content = match Url::parse(&page) {
            Ok(page) => markdown::with_whole_addresses(&article.content, &page),
            Err(_) => article.content.as_str().into(),
        };
        if let Some(left) = room.checked_sub(content.len()) {
            *room = left;
            typed(writer, "content", "html", &content)?;
        }
        Ok(())
    })?;
    Ok(())
}

fn link(writer: &mut Writer<Vec<u8>>, rel: &str, href: &str) -> io::Result<()> {
    let link = writer
        .create_element("link")
        .with_attributes([("rel", rel), ("href", href)]);
    link.write_empty()?;
    Ok(())
}

fn moment(writer: &mut Writer<Vec<u8>>, name: &str, at: DateTime<Utc>) -> io::Result<()> {
    text(writer, name, &at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn begin() -> io::Result<Writer<Vec<u8>>> {
    let mut writer = Writer::new(Vec::new());
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    Ok(writer)
}

fn text(writer: &mut Writer<Vec<u8>>, name: &str, content: &str) -> io::Result<()> {
    write(writer.create_element(name), content)
}

fn typed(writer: &mut Writer<Vec<u8>>, name: &str, kind: &str, content: &str) -> io::Result<()> {
    write(
        writer.create_element(name).with_attribute(("type", kind)),
        content,
    )
}

fn write(element: ElementWriter<'_, Vec<u8>>, content: &str) -> io::Result<()> {
    // XML has no way to write these at all, escaped or not.
    let content: String = content
        .chars()
        .filter(|&character| {
            matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
        })
        .collect();
    element.write_text_content(BytesText::new(&content))?;
    Ok(())
}

fn website(config: &Config, path: &str) -> String {
    format!("{}/{path}", config.website_url.as_str().trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let settings = |key: &str| match key {
            "WEBSITE_URL" => Some("https://bellehouse.ne/".to_owned()),
            // Without one each test would make its own in the same new file, and one of them find it half made.
            "SECRET_KEY" => Some("Kq7vT2mXw9ZpLr4sYd8hBn3cJf6gUe1aQoRi5tNk".to_owned()),
            _ => None,
        };
        Config::load(settings).unwrap()
    }

    fn article(title: &str, content: String) -> Article {
        Article {
            id: "pst_1".to_owned(),
            path: "blog/l-ete".to_owned(),
            title: title.to_owned(),
            summary: "…".to_owned(),
            content,
            published_at: "2026-11-21T05:00:00Z".parse().unwrap(),
            updated_at: "2026-11-22T05:00:00Z".parse().unwrap(),
        }
    }

    fn feed_of(articles: &[Article]) -> String {
        String::from_utf8(feed_xml(&config(), Locale::Fr, articles).unwrap()).unwrap()
    }

    #[test]
    fn titles_can_hold_anything() {
        let xml = feed_of(&[article("L'été & <b>\u{0}\u{FFFF}]]>\"", String::new())]);
        for part in [
            "<link rel=\"alternate\" href=\"https://bellehouse.ne/blog/l-ete\"/>",
            "<published>2026-11-21T05:00:00Z</published><updated>2026-11-22T05:00:00Z</updated>",
            "<id>tag:bellehouse.ne,2026:pst_1</id>",
        ] {
            assert!(xml.contains(part), "{xml}");
        }
        assert!(
            !xml.contains("<b>") && !xml.contains('\0') && !xml.contains("]]>"),
            "{xml}"
        );
        let mut reader = quick_xml::Reader::from_str(&xml);
        while !matches!(reader.read_event().unwrap(), Event::Eof) {}
    }

    #[test]
    fn long_articles_are_shown_by_their_summaries() {
        let long = || article("Long", "a".repeat(CONTENT / 2));
        let xml = feed_of(&[long(), long(), article("Court", "<p>ici</p>".to_owned())]);
        assert_eq!(xml.matches("<content").count(), 2, "what fits");
        assert_eq!(xml.matches("<summary").count(), 3);
    }

    #[test]
    fn links_within_the_site_lead_to_it_from_anywhere() {
        let html = markdown::to_html("[Nos villas](/portfolio) ![vue](/media/a.jpg) [prix](#prix)");
        let xml = feed_of(&[article("Liens", html)]);
        for address in [
            "https://bellehouse.ne/portfolio",
            "https://bellehouse.ne/media/a.jpg",
            "https://bellehouse.ne/blog/l-ete#prix",
        ] {
            let quoted = |quote: &str| format!("={quote}{address}{quote}");
            let is_there = ["\"", "&quot;"].iter().any(|quote| xml.contains(&quoted(quote)));
            assert!(is_there, "{address}: {xml}");
        }
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
