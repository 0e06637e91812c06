//! Markdown for texts that staff write and visitors read.
//!
//! CommonMark with tables, strikethrough and task lists. HTML inside the source is left out: who writes it gets the
//! text without the tags, and nobody gets to write a script. What comes out goes through a sanitiser all the same,
//! which knows what this module does not: which addresses a browser would execute.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};
use url::Url;

/// Elements that Markdown makes. Everything else is taken out.
const TAGS: [&str; 29] = [
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
    "input",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];
/// Raw elements whose content is no text either.
const SILENT: [&str; 10] = [
    "script", "style", "iframe", "noscript", "object", "template", "textarea", "title", "svg", "math",
];
/// Deeper nesting than any text has is flattened: a browser's way with it, which the sanitiser follows, takes time
/// that grows with the square of the depth.
const MAX_DEPTH: usize = 50;
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

static SANITISER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(sanitiser);

fn sanitiser() -> ammonia::Builder<'static> {
    let attributes: HashMap<&str, HashSet<&str>> = [
        ("a", vec!["href", "title"]),
        ("img", vec!["src", "alt", "title"]),
        ("input", vec!["type", "checked", "disabled"]),
        ("ol", vec!["start"]),
        ("td", vec!["align"]),
        ("th", vec!["align"]),
    ]
    .into_iter()
    .map(|(tag, names)| (tag, names.into_iter().collect()))
    .collect();
    let mut builder = ammonia::Builder::empty();
    builder
        .tags(TAGS.into())
        .clean_content_tags(["script", "style"].into())
        .tag_attributes(attributes)
        .url_schemes(SCHEMES.into())
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer"))
        .set_tag_attribute_value("img", "loading", "lazy")
        // The only input is a task list's, which nobody can tick.
        .set_tag_attribute_value("input", "type", "checkbox")
        .set_tag_attribute_value("input", "disabled", "");
    builder
}

/// What [`to_html`] makes of a source may change with this number alone: HTML that is kept is made again when it differs.
pub const VERSION: i32 = 1;

/// HTML that can be put into a page as it is: no scripts, no event handlers, no styles, no frames, and no addresses
/// but http, https, mailto, tel and the page's own. Links carry `rel="noopener noreferrer"`.
///
/// Time and size are proportional to the source. The caller bounds its length.
#[must_use]
pub fn to_html(source: &str) -> String {
    let mut unclean = String::with_capacity(source.len() * 3 / 2);
    html::push_html(&mut unclean, WithoutHtml::new(source));
    SANITISER.clean(&unclean).to_string()
}

/// What [`to_html`] made, with addresses that begin at `page` written out: a reader who shows it elsewhere would look for them
/// there.
#[must_use]
pub fn with_whole_addresses<'a>(html: &'a str, page: &Url) -> Cow<'a, str> {
    let is_whole = |address: &str| {
        address
            .split_once(':')
            .is_some_and(|(scheme, _)| SCHEMES.contains(&scheme))
    };
    let mut addresses = ["href=\"", "src=\""]
        .into_iter()
        .flat_map(|start| html.split(start).skip(1));
    if addresses.all(is_whole) {
        return html.into();
    }
    let mut writer = sanitiser();
    writer.url_relative(ammonia::UrlRelative::RewriteWithBase(page.clone()));
    writer.clean(html).to_string().into()
}

/// The beginning of the text without any markup, at most `max_chars` characters, cut between words and then ended
/// with `…`. For summaries, feeds and descriptions for search engines. Plain text: escape it where HTML is written.
#[must_use]
pub fn excerpt(source: &str, max_chars: usize) -> String {
    let mut text = String::new();
    let mut pictures = 0_usize;
    for event in WithoutHtml::new(source) {
        match event {
            Event::Start(Tag::Image { .. }) => pictures += 1,
            Event::End(TagEnd::Image) => pictures = pictures.saturating_sub(1),
            // What a picture shows is no sentence of the text.
            Event::Text(piece) | Event::Code(piece) if pictures == 0 => text.push_str(&piece),
            Event::SoftBreak
            | Event::HardBreak
            | Event::Rule
            | Event::End(
                TagEnd::Paragraph
                | TagEnd::Heading(_)
                | TagEnd::Item
                | TagEnd::CodeBlock
                | TagEnd::TableCell
                | TagEnd::BlockQuote(_),
            ) => text.push(' '),
            _ => {}
        }
        // A word more than needed shows that there is more.
        if text.len() > max_chars.saturating_mul(4).saturating_add(64) {
            break;
        }
    }
    shorten(&text, max_chars)
}

/// Cuts a plain text as [`excerpt`] does; runs of white space become one space.
fn shorten(text: &str, max_chars: usize) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= max_chars {
        return words;
    }
    let kept: String = words.chars().take(max_chars.saturating_sub(1)).collect();
    // A single word longer than everything is cut where it must be.
    let next_is_space = words[kept.len()..].starts_with(' ');
    let cut = if next_is_space {
        kept.as_str()
    } else {
        kept.rsplit_once(' ').map_or(kept.as_str(), |(before, _)| before)
    };
    let cut = cut.trim_end_matches([' ', ',', ';', ':', '-', '–', '—', '(']);
    format!("{cut}…")
}

/// The parser's events without those that stand for HTML in the source, nor the text between an inline `<script>`
/// and its end.
struct WithoutHtml<'a> {
    parser: Parser<'a>,
    silent: Option<&'static str>,
    depth: usize,
}

impl<'a> WithoutHtml<'a> {
    fn new(source: &'a str) -> Self {
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
        Self {
            parser: Parser::new_ext(source, options),
            silent: None,
            depth: 0,
        }
    }
}

impl<'a> Iterator for WithoutHtml<'a> {
    type Item = Event<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let event = self.parser.next()?;
            let too_deep = match &event {
                Event::Start(_) => {
                    self.depth += 1;
                    self.depth > MAX_DEPTH
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    self.depth >= MAX_DEPTH
                }
                _ => false,
            };
            if too_deep {
                self.silent = None;
                continue;
            }
            match &event {
                Event::InlineHtml(tag) => match self.silent {
                    Some(name) if closes(tag, name) => self.silent = None,
                    Some(_) => {}
                    None => self.silent = SILENT.into_iter().find(|name| opens(tag, name)),
                },
                Event::Html(_) | Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {}
                // The end of the block is the end of the silence, so that an unclosed tag hides no further text;
                // everything that was opened inside is still closed.
                Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::TableCell | TagEnd::Item) => {
                    self.silent = None;
                    return Some(event);
                }
                Event::Text(_) | Event::Code(_) if self.silent.is_some() => {}
                _ => return Some(event),
            }
        }
    }
}

fn opens(tag: &str, name: &str) -> bool {
    tag.strip_prefix('<').is_some_and(|rest| is_named(rest, name))
}

fn closes(tag: &str, name: &str) -> bool {
    tag.strip_prefix("</").is_some_and(|rest| is_named(rest, name))
}

fn is_named(rest: &str, name: &str) -> bool {
    rest.get(..name.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(name))
        && !rest[name.len()..].starts_with(|next: char| next.is_ascii_alphanumeric() || next == '-')
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn an_article_looks_as_written() {
        let source = "# Bâtir à Niamey\n\nLe **sol** *argileux* — voir [nos maisons](/portfolio \"Toutes\").\n\n\
                      1. Terrain\n2. Plans\n\n| Lot | Prix |\n|---|--:|\n| Gros œuvre | 12 000 000 |\n\n\
                      > ~~Trop~~ cher ?\n\n- [x] fait\n\n![Façade](https://exemple.ne/f.jpg)\n\n```rust\n<b>\n```\n";
        let html = to_html(source);
        for expected in [
            "<h1>Bâtir à Niamey</h1>",
            "<strong>sol</strong> <em>argileux</em>",
            "<a href=\"/portfolio\" title=\"Toutes\" rel=\"noopener noreferrer\">nos maisons</a>",
            "<ol>\n<li>Terrain</li>",
            "<td>Gros œuvre</td>",
            "<blockquote>\n<p><del>Trop</del> cher ?</p>",
            "src=\"https://exemple.ne/f.jpg\"",
            "alt=\"Façade\"",
            "loading=\"lazy\"",
            "<pre><code>&lt;b&gt;\n</code></pre>",
            "type=\"checkbox\"",
        ] {
            assert!(html.contains(expected), "{expected} is not in {html}");
        }
    }

    #[test]
    fn attacks_come_out_inert() {
        let attacks = [
            "<script>alert(1)</script>",
            "Bonjour <script>alert(1)</script> à tous",
            "<img src=x onerror=alert(1)>",
            "texte <img src=x onerror=\"alert(1)\"> texte",
            "<svg/onload=alert(1)>",
            "<svg><script>alert(1)</script></svg>",
            "<iframe src=\"javascript:alert(1)\"></iframe>",
            "[clic](javascript:alert(1))",
            "[clic](JaVaScRiPt:alert(1))",
            "[clic](java&#10;script:alert(1))",
            "[clic](&#x6A;avascript:alert(1))",
            "[clic](\u{1}javascript:alert(1))",
            "[clic](vbscript:alert(1))",
            "[clic](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
            "![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)",
            "![x](javascript:alert(1))",
            "![a\" onerror=\"alert(1)](https://exemple.ne/x.jpg)",
            "[a](https://exemple.ne/\"onmouseover=\"alert(1))",
            "[a](https://exemple.ne 'x\" onmouseover=\"alert(1)')",
            "<javascript:alert(1)>",
            "[clic]\n\n[clic]: javascript:alert(1)",
            "<a href=\"javascript:alert(1)\">clic</a>",
            "<style>body{background:url(javascript:alert(1))}</style>",
            "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
            "<form><button formaction=javascript:alert(1)>x",
            "<base href=//mal.example/>",
            "<details open ontoggle=alert(1)>",
            "`<script>alert(1)</script>`",
            "| <img src=x onerror=alert(1)> |\n|---|\n| <script>alert(1)</script> |",
            "<!-- --><img src=x onerror=alert(1)> -->",
            "<![CDATA[<img src=x onerror=alert(1)>]]>",
            "<x<script>alert(1)</script>",
        ];
        for attack in attacks {
            let html = to_html(attack);
            let mut rest = html.as_str();
            // Whatever is left of it stands in text, not in a tag.
            while let Some(start) = rest.find('<') {
                let end = rest[start..].find('>').map_or(rest.len(), |end| start + end + 1);
                let tag = rest[start..end].to_ascii_lowercase();
                let name: String = tag[1..]
                    .trim_start_matches('/')
                    .chars()
                    .take_while(char::is_ascii_alphanumeric)
                    .collect();
                assert!(TAGS.contains(&name.as_str()), "{attack} gave {html}");
                let outside_quotes: String = tag.split('"').step_by(2).collect();
                assert!(!outside_quotes.contains(" on"), "{attack} gave {html}");
                for scheme in ["=\"javascript:", "=\"vbscript:", "=\"data:", "style="] {
                    assert!(!tag.contains(scheme), "{attack} gave {html}");
                }
                rest = &rest[end..];
            }
        }
    }

    #[test]
    fn addresses_are_written_out_for_readers_elsewhere() {
        let page = Url::parse("https://bellehouse.ne/blog/l-ete").unwrap();
        let elsewhere = |source: &str| with_whole_addresses(&to_html(source), &page).into_owned();
        for (address, whole) in [
            ("/portfolio/villa", "https://bellehouse.ne/portfolio/villa"),
            ("suite", "https://bellehouse.ne/blog/suite"),
            ("../contact?a=1&b=2", "https://bellehouse.ne/contact?a=1&amp;b=2"),
            ("#prix", "https://bellehouse.ne/blog/l-ete#prix"),
            ("//images.example/a.jpg", "https://images.example/a.jpg"),
            ("https://example.com/x", "https://example.com/x"),
            ("mailto:contact@bellehouse.ne", "mailto:contact@bellehouse.ne"),
            ("tel:+22790000000", "tel:+22790000000"),
        ] {
            let shown = elsewhere(&format!("[lien]({address}) et ![vue]({address})"));
            assert!(shown.contains(&format!("<a href=\"{whole}\"")), "{shown}");
            if whole.starts_with("https:") {
                assert!(shown.contains(&format!("src=\"{whole}\"")), "{shown}");
            }
        }
        // What looks like one in a text is text, and what has none stays as it is.
        let source = "`<a href=\"/x\">`\n\n- [x] fait\n\n| a |\n|---|\n| b |\n";
        assert_eq!(elsewhere(source), to_html(source));
        let whole = to_html("Rien ici, [sauf](https://example.com).");
        assert!(matches!(with_whole_addresses(&whole, &page), Cow::Borrowed(_)));
    }

    #[test]
    fn the_text_around_html_stays() {
        assert_eq!(
            to_html("Un <b onclick=\"x()\">beau</b> jour"),
            "<p>Un beau jour</p>\n"
        );
        let html = to_html("a <script>alert(1)</script> b\n\nc <script> d\n\ne");
        assert_eq!(html, "<p>a  b</p>\n<p>c </p>\n<p>e</p>\n");
    }

    #[test]
    fn hostile_nesting_takes_no_time() {
        let started = Instant::now();
        for source in [
            ">".repeat(50_000),
            "- ".repeat(50_000),
            "[".repeat(50_000),
            "*a **b ".repeat(20_000),
            "<b>".repeat(50_000),
            "![".repeat(50_000),
            "`".repeat(50_000),
            "|a".repeat(20_000) + "\n" + &"|-".repeat(20_000),
        ] {
            let _ = to_html(&source);
            let _ = excerpt(&source, 200);
            let start: String = source.chars().take(8).collect();
            assert!(
                started.elapsed().as_secs() < 20,
                "{start}: {:?}",
                started.elapsed()
            );
        }
    }

    #[test]
    fn excerpts_are_plain_and_end_between_words() {
        let source = "# Titre\n\nLa *maison* de [Niamey](https://x.ne) est `belle`.\n\n![vue](v.jpg)<script>x()</script>\n\nFin";
        assert_eq!(excerpt(source, 100), "Titre La maison de Niamey est belle. Fin");
        assert_eq!(excerpt(source, 12), "Titre La…");
        assert_eq!(excerpt(source, 8), "Titre…");
        assert_eq!(excerpt("anticonstitutionnellement", 10), "anticonst…");
        assert_eq!(excerpt("été été", 7), "été été");
        assert_eq!(excerpt("", 10), "");
        assert_eq!(excerpt(&"mot ".repeat(100_000), 20), "mot mot mot mot mot…");
    }
}
