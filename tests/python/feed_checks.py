"""What feed readers and search engines show of an article is what its author wrote.

    BINARY=target/debug/belle-house python tests/python/feed_checks.py
"""

import html
import re
import xml.etree.ElementTree as xml

import feedparser
from product import Checks, Product

# Titles as people and mischief write them, with what a reader has to show: the same.
TITLES = [
    "L'été à Niamey : « pluie & soleil »",
    "R < S > T && \"guillemets\" 'simples'",
    "Béton <b>armé</b> et <script>alert(1)</script>",
    "&lt;déjà&gt; &amp; &eacute; &#233;",
    "]]> <![CDATA[ fin ]]>",
    "Ɓangaren ƙasa ɗaya, Ŋurma, Zarma ŋ",
    "بيت من الطين",
    "🏠 Maison 👨‍👩‍👧‍👦 famille 🇳🇪",
]
CONTENT = """## Avant la *pluie*

Le prix : 3 < 5 && 7 > 2, soit `if a < b`. <script>alert("non")</script>

![Le chantier](https://images.example/chantier.jpg?a=1&b=2)

- [Un lien](https://example.com/?a=1&b=2)
- Zaïnab 🏠
"""
EXCERPT = "Moins de 5 < 7 & <i>rien</i> d'autre 🏠"
ATOM = {"atom": "http://www.w3.org/2005/Atom"}
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def shown(detail):
    """What a reader shows of a text: it as it is, or without its tags when it is said to be HTML."""
    if detail["type"] == "text/plain":
        return detail["value"]
    return html.unescape(re.sub(r"<[^>]*>", "", detail["value"]))


def main():
    checks = Checks(limit=120)
    with Product() as product:
        slugs = {}

        def publish(title, **more):
            given = {"title": title, "content": CONTENT, "isPublished": True, **more}
            post = product.mutate("createBlogPost", given, "blogPost { id slug publishedAt contentHtml excerpt }")["blogPost"]
            slugs[title] = post
            return post

        def feed(path="/feed.xml"):
            status, headers, body = product.get(path)
            assert status == 200 and "xml" in headers["content-type"], headers
            parsed = feedparser.parse(body, response_headers={"content-type": headers["content-type"]}, sanitize_html=False)
            assert not parsed.bozo, parsed.bozo_exception
            return parsed, xml.fromstring(body)

        for title in TITLES:
            publish(title)
        publish("Avec un résumé", excerpt=EXCERPT)
        publish("Deux langues", titleEn="Two <b>languages</b> & more", contentEn="It is *said* in English: 1 < 2.",
                excerptEn="Short & <sweet>")
        publish("Plus tard", publishedAt="2099-01-01T00:00:00Z")
        publish("Brouillon", isPublished=False)

        def titles():
            parsed, _ = feed()
            found = {entry.id.rsplit(":", 1)[1]: entry for entry in parsed.entries}
            for title in TITLES:
                entry = found[slugs[title]["id"]]
                assert shown(entry.title_detail) == title, (title, entry.title_detail)
                assert entry.link == f"https://site.example/blog/{slugs[title]['slug']}", entry.link
            assert len(parsed.entries) == len(TITLES) + 2, [entry.title for entry in parsed.entries]

        def texts():
            parsed, tree = feed()
            entry = next(entry for entry in parsed.entries if entry.title == "Avec un résumé")
            assert shown(entry.summary_detail) == EXCERPT, entry.summary_detail
            assert entry.summary_detail["type"] == "text/plain"
            content = entry.content[0]
            assert content["type"] == "text/html", content
            # feedparser writes `<img>` as `<img />`: letter by letter it is compared as it was sent.
            sent = next(one for one in tree.findall("atom:entry", ATOM) if one.find("atom:title", ATOM).text == entry.title)
            assert sent.find("atom:content", ATOM).text == slugs["Avec un résumé"]["contentHtml"]
            assert 'src="https://images.example/chantier.jpg?a=1&amp;b=2"' in content["value"], content
            assert "<script" not in content["value"] and "if a &lt; b" in content["value"], content
            made = next(entry for entry in parsed.entries if entry.title == TITLES[-1])
            assert shown(made.summary_detail) == slugs[TITLES[-1]]["excerpt"], made.summary_detail

        def dates():
            parsed, tree = feed()
            for entry in tree.findall("atom:entry", ATOM):
                ids = entry.find("atom:id", ATOM).text
                post = next(post for post in slugs.values() if ids.endswith(post["id"]))
                assert entry.find("atom:published", ATOM).text == re.sub(r"\.\d+", "", post["publishedAt"]).replace("+00:00", "Z")
                assert entry.find("atom:updated", ATOM).text >= entry.find("atom:published", ATOM).text
            newest = max(entry.updated for entry in parsed.entries)
            assert parsed.feed.updated == newest, (parsed.feed.updated, newest)
            published = [entry.published_parsed for entry in parsed.entries]
            assert published == sorted(published, reverse=True), published

        def languages():
            parsed, tree = feed("/feed.en.xml")
            lang = "{http://www.w3.org/XML/1998/namespace}lang"
            assert tree.attrib[lang] == "en" and feed()[1].attrib[lang] == "fr"
            assert [shown(entry.title_detail) for entry in parsed.entries] == ["Two <b>languages</b> & more"]
            assert shown(parsed.entries[0].summary_detail) == "Short & <sweet>"
            assert "<em>said</em>" in parsed.entries[0].content[0]["value"]

        def itself():
            for path in ("/feed.xml", "/feed.en.xml"):
                parsed, _ = feed(path)
                links = {link.rel: link.href for link in parsed.feed.links}
                assert links["self"] == product.base + path and links["alternate"] == "https://site.example/", links
                assert parsed.feed.id and parsed.feed.author == "Belle House"

        def site_map():
            _, headers, body = product.get("/sitemap.xml")
            tree = xml.fromstring(body)
            places = [url.find("s:loc", SITEMAP).text for url in tree.findall("s:url", SITEMAP)]
            for title, post in slugs.items():
                is_there = f"https://site.example/blog/{post['slug']}" in places
                assert is_there == (title not in ("Plus tard", "Brouillon")), (title, places)
            assert "https://site.example/" in places and len(places) == len(set(places)), places
            for url in tree.findall("s:url", SITEMAP):
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", url.find("s:lastmod", SITEMAP).text)

        def previews():
            query = """{ blogPosts(first: 20) { nodes { title seo { title description canonicalUrl } } } }"""
            for node in product.gql(query, token=None)["blogPosts"]["nodes"]:
                if node["title"] in TITLES:
                    assert node["seo"]["title"] == node["title"], node
                assert node["seo"]["canonicalUrl"] == f"https://site.example/blog/{slugs[node['title']]['slug']}"
                assert "alert" not in node["seo"]["description"], node

        checks.check("titles", titles)
        checks.check("summaries and texts", texts)
        checks.check("dates and order", dates)
        checks.check("both languages", languages)
        checks.check("the feed names itself", itself)
        checks.check("site map", site_map)
        checks.check("what a shared link shows (seo)", previews)
    checks.end()


if __name__ == "__main__":
    main()
