//! Everything that a site needs, read by a visitor: issue 3, "it must show" 1.

use serde_json::{Value, json};

use crate::content_world::*;
use crate::project_world::{query, upload};
use crate::support::app::TestApp;
use crate::support::people::Person;

async fn site(app: &TestApp, staff: &Person) {
    for number in 0..4 {
        let mut uploads = Vec::new();
        for width in [420, 430] {
            uploads.push(json!({ "uploadId": upload(app, staff, width).await }));
        }
        published_item(
            app,
            staff,
            json!({
                "title": format!("Villa {number}"), "titleEn": (number == 0).then_some("House 0"),
                "category": if number % 2 == 0 { "REALIZATION" } else { "PROJECT" },
                "area": format!("{}05,30 m²", number + 1), "year": 2020 + number,
                "usage": "Habitation", "usageEn": "Housing", "district": "Plateau",
                "city": if number == 3 { "Zinder" } else { "Niamey" }, "country": "Bénin", "countryEn": "Benin Republic",
                "owner": "M. Christophe", "task": "Conception et Réalisation",
                "description": "Une villa d'exception.\nAvec jardin.",
                "gallery": uploads,
                "videos": [{ "url": "https://youtu.be/dQw4w9WgXcQ", "title": "Visite" }, { "url": "vimeo.com/76979871" }],
            }),
        )
        .await;
        app.advance(chrono::TimeDelta::minutes(1));
    }
    for title in ["Études", "Chantier"] {
        let icon = upload(app, staff, 400).await;
        let input = json!({ "title": title, "shortDescription": "Tout.", "iconUploadId": icon });
        app.run(staff, CREATE_SERVICE, input).await;
        let input = json!({ "name": title, "website": "https://example.ne/x", "logoUploadId": upload(app, staff, 410).await });
        app.run(staff, CREATE_PARTNER, input).await;
    }
    for featured in [true, false] {
        let input = json!({
            "clientName": "Aïssata", "role": "Propriétaire", "roleEn": "Owner", "content": "Parfait.", "rating": 5,
            "isFeatured": featured, "photoUploadId": upload(app, staff, 400).await,
        });
        app.run(staff, CREATE_TESTIMONIAL, input).await;
    }
    let input = json!({
        "title": "Bâtir à Niamey", "titleEn": "Building in Niamey", "isPublished": true,
        "content": "# Titre\n\nUn **texte** <script>alert(1)</script> [lien](javascript:alert(1)).",
        "thumbnailUploadId": upload(app, staff, 400).await,
    });
    app.run(staff, CREATE_POST, input).await;
}

const PAGES: [(&str, usize); 7] = [
    // The list, main images, galleries with their pictures, videos.
    (
        "{ portfolio { nodes { slug title category areaSquareMetres mainImage { url(width: 640) width height thumbHash \
       renditions { url width format } } gallery { id image { url } } videos { title url embedUrl thumbnailUrl provider \
       videoId } seo { title description canonicalUrl image { url } publishedTime modifiedTime } } } }",
        4,
    ),
    (
        "{ portfolioItem(slug: \"villa-1\") { title description area task owner contractor year usage district city country \
       mainImage { url } gallery { image { url alt } } videos { embedUrl } } }",
        4,
    ),
    (
        "{ services { nodes { title shortDescription icon { url } } } }",
        2,
    ),
    (
        "{ partners { nodes { name website logo { url(format: PNG) } } } }",
        2,
    ),
    (
        "{ testimonials { nodes { clientName role content rating photo { url } } } }",
        2,
    ),
    (
        "{ blogPosts { totalCount nodes { slug title excerpt thumbnail { url } publishedAt } } }",
        3,
    ),
    (
        "{ blogPost(slug: \"batir-a-niamey\") { title content contentHtml seo { description } thumbnail { url } } }",
        2,
    ),
];

#[tokio::test]
async fn a_visitor_reads_every_page_in_one_statement_a_level() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    site(&app, &staff).await;
    for (page, levels) in PAGES {
        let (answer, statements) = app.statements.of(visit(&app, page)).await;
        assert!(statements.len() <= levels, "{page}: {statements:#?}");
        let text = answer.to_string();
        assert!(
            !text.contains("signature="),
            "{page}: a visitor's URLs carry no signature: {text}"
        );
        assert!(!text.contains("null}"), "{page}: {text}");
    }

    let list = visit(&app, PAGES[0].0).await;
    let nodes = list["portfolio"]["nodes"].as_array().unwrap();
    assert_eq!(
        values(&list["portfolio"]["nodes"], "slug"),
        ["villa-3", "villa-2", "villa-1", "villa-0"]
    );
    let first = &nodes[0];
    assert_eq!(first["areaSquareMetres"], "405.30");
    assert_eq!(
        first["videos"],
        json!([
            {
                "title": "Visite", "url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
                "embedUrl": "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
                "thumbnailUrl": "https://i.ytimg.com/vi/dQw4w9WgXcQ/hqdefault.jpg",
                "provider": "YOUTUBE", "videoId": "dQw4w9WgXcQ",
            },
            first["videos"][1],
        ])
    );
    assert_eq!(first["videos"][1]["provider"], "VIMEO");
    let seo = &first["seo"];
    assert_eq!(seo["title"], "Villa 3");
    assert_eq!(seo["description"], "Une villa d'exception. Avec jardin.");
    assert!(
        seo["canonicalUrl"]
            .as_str()
            .unwrap()
            .ends_with("/portfolio/villa-3"),
        "{seo}"
    );
    assert_eq!(seo["publishedTime"], "2026-11-21T05:03:00+00:00");
    for node in nodes {
        assert_eq!(node["gallery"].as_array().unwrap().len(), 2);
    }

    // Pictures of what is shown may be kept for ever, by their content.
    let url = &first["gallery"][0]["image"]["url"];
    let answer = app.http().get(url.as_str().unwrap()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(
        answer.headers()["cache-control"],
        "public, max-age=31536000, immutable"
    );
    // The same by the picture's own id.
    let id = first["gallery"][0]["id"].as_str().unwrap();
    let document =
        format!("{{ node(id: \"{id}\") {{ ... on PortfolioGalleryImage {{ image {{ url }} }} }} }}");
    assert_eq!(&visit(&app, &document).await["node"]["image"]["url"], url);
    let forged = url.as_str().unwrap().replace('-', "-0");
    assert_eq!(status(&app, &forged.into()).await, 404);

    let post = visit(&app, PAGES[6].0).await;
    let html = post["blogPost"]["contentHtml"].as_str().unwrap();
    assert!(
        html.contains("<strong>texte</strong>") && !html.contains("script"),
        "{html}"
    );
    assert_eq!(
        visit(&app, "{ testimonials { totalCount } }").await["testimonials"]["totalCount"],
        1
    );
}

#[tokio::test]
async fn lists_are_filtered_ordered_and_read_in_english() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    site(&app, &staff).await;
    let slugs = async |arguments: &str| {
        let document = format!("{{ portfolio({arguments}) {{ totalCount nodes {{ slug }} }} }}");
        let data = visit(&app, &document).await;
        let nodes = &data["portfolio"]["nodes"];
        assert_eq!(data["portfolio"]["totalCount"], nodes.as_array().unwrap().len());
        values(nodes, "slug")
    };
    let villas = |numbers: &[u8]| {
        numbers
            .iter()
            .map(|number| format!("villa-{number}"))
            .collect::<Vec<_>>()
    };
    for (arguments, expected) in [
        ("filter: { category: PROJECT }", villas(&[3, 1])),
        ("filter: { city: \"NIAMEY\" }", villas(&[2, 1, 0])),
        ("filter: { city: \"Niam\" }", villas(&[])),
        (
            "filter: { country: \"benin\", usage: \"HOUSING\", year: 2021 }",
            villas(&[1]),
        ),
        ("filter: { country: \"Benin republic\" }", villas(&[3, 2, 1, 0])),
        ("filter: { yearFrom: 2021, yearUntil: 2022 }", villas(&[2, 1])),
        (
            "filter: { areaFrom: \"205.3\", areaUntil: \"305.30\" }",
            villas(&[2, 1]),
        ),
        (
            "filter: { areaFrom: \"205.31\", areaUntil: \"305.29\" }",
            villas(&[]),
        ),
        (
            "filter: { search: \"REALISATION exception zinder\" }",
            villas(&[3]),
        ),
        ("filter: { search: \"house\" }", villas(&[0])),
        ("filter: { search: \"100%\" }", villas(&[])),
        ("orderBy: { field: TITLE, direction: ASC }", villas(&[0, 1, 2, 3])),
        ("orderBy: { field: AREA, direction: DESC }", villas(&[3, 2, 1, 0])),
        (
            "orderBy: { field: YEAR, direction: ASC }, page: 1",
            villas(&[0, 1, 2, 3]),
        ),
    ] {
        assert_eq!(slugs(arguments).await, expected, "{arguments}");
    }
    let wrong = app
        .graphql(
            None,
            "{ portfolio(filter: { areaFrom: \"405,3\" }) { totalCount } }",
            json!({}),
        )
        .await;
    assert_eq!(wrong.code(), "BAD_REQUEST");

    let english = visit(
        &app,
        "{ portfolio(locale: EN, orderBy: { field: TITLE, direction: ASC }) { nodes { title usage task country } } \
           testimonials(locale: EN) { nodes { role content } } blogPost(slug: \"batir-a-niamey\", locale: EN) { title } }",
    )
    .await;
    let nodes = &english["portfolio"]["nodes"];
    assert_eq!(
        (&nodes[0]["title"], &nodes[1]["title"]),
        (&json!("House 0"), &json!("Villa 1"))
    );
    assert_eq!(
        (&nodes[0]["usage"], &nodes[0]["task"]),
        (&json!("Housing"), &json!("Conception et Réalisation"))
    );
    assert_eq!(
        english["testimonials"]["nodes"],
        json!([{ "role": "Owner", "content": "Parfait." }])
    );
    assert_eq!(english["blogPost"]["title"], "Building in Niamey");
}

#[tokio::test]
async fn promotions_are_for_who_has_signed_in() {
    let app = TestApp::start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let item = published_item(&app, &staff, json!({ "title": "Villa" })).await;
    let draft = draft_item(&app, &staff, "Brouillon").await;
    let mut made = Vec::new();
    for (title, more) in [
        (
            "Vers la villa",
            json!({ "linkedPortfolioItemId": item["id"], "isActive": true }),
        ),
        (
            "Vers le brouillon",
            json!({ "linkedPortfolioItemId": draft["id"], "isActive": true }),
        ),
        (
            "Dehors",
            json!({ "externalLink": "https://example.ne/offre", "isActive": true, "titleEn": "Out" }),
        ),
        ("Éteinte", json!({ "externalLink": "https://example.ne/offre" })),
    ] {
        let mut input = more;
        input["title"] = title.into();
        input["bannerImageUploadId"] = upload(&app, &staff, 400).await.into();
        made.push(app.run(&staff, CREATE_PROMOTION, input).await["appPromotion"].clone());
    }
    let list = "promotions(orderBy: { field: TITLE, direction: ASC }) { totalCount nodes { title bannerImage { url } \
                externalLink linkedPortfolioItem { slug } } }";
    let document = format!("{{ viewer {{ {list} }} {list} }}");
    let seen = query(&app, &client, &document).await;
    assert_eq!(seen["viewer"]["promotions"], seen["promotions"]);
    assert_eq!(
        values(&seen["promotions"]["nodes"], "title"),
        ["Dehors", "Vers la villa"]
    );
    assert_eq!(
        seen["promotions"]["nodes"][1]["linkedPortfolioItem"]["slug"],
        "villa"
    );
    let banner = seen["promotions"]["nodes"][0]["bannerImage"]["url"].clone();
    assert_eq!(status(&app, &banner).await, 200);

    let all = query(
        &app,
        &staff,
        "{ promotions(scope: ALL) { totalCount nodes { bannerImage { url } } } }",
    )
    .await;
    assert_eq!(all["promotions"]["totalCount"], 4);
    let english = query(
        &app,
        &client,
        "{ promotions(locale: EN, filter: { search: \"out\" }) { nodes { title } } }",
    )
    .await;
    assert_eq!(values(&english["promotions"]["nodes"], "title"), ["Out"]);

    // Switched off, and the item deleted: both go, and the reference reads null.
    app.run(
        &staff,
        UPDATE_PROMOTION,
        change(&made[2], json!({ "isActive": false })),
    )
    .await;
    app.run(&staff, DELETE, json!({ "id": item["id"] })).await;
    assert_eq!(
        query(&app, &client, "{ promotions { totalCount } }").await["promotions"]["totalCount"],
        0
    );
    assert_eq!(status(&app, &banner).await, 404);
    let living = query(
        &app,
        &staff,
        "{ promotions(scope: LIVING, filter: { search: \"villa\" }) { nodes { \
        linkedPortfolioItem { id } } } }",
    )
    .await;
    assert_eq!(
        living["promotions"]["nodes"][0]["linkedPortfolioItem"],
        Value::Null
    );
    for refused in [
        "{ promotions(scope: LIVING) { totalCount } }",
        "{ portfolio(scope: ALL) { totalCount } }",
    ] {
        assert_eq!(app.graphql(&client, refused, json!({})).await.code(), "FORBIDDEN");
    }
}
