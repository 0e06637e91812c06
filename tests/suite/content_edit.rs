//! Content as staff make and change it: patches, slugs, violations with their paths, keys, versions, order.

use serde_json::{Value, json};

use crate::content_world::*;
use crate::project_world::{errors, mutate, query, upload};
use crate::support::app::TestApp;

#[tokio::test]
async fn gallery_and_videos_change_in_one_patch() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let mut uploads = Vec::new();
    for width in [400, 500, 600, 700] {
        uploads.push(upload(&app, &staff, width).await);
    }
    let item = published_item(
        &app,
        &staff,
        json!({
            "gallery": [{ "uploadId": uploads[0] }, { "uploadId": uploads[1] }, { "uploadId": uploads[2] }],
            "videos": [
                { "url": "https://youtu.be/dQw4w9WgXcQ", "title": "Visite" },
                { "url": "https://vimeo.com/76979871" },
            ],
        }),
    )
    .await;
    let gallery = values(&item["gallery"], "id");
    let videos = values(&item["videos"], "id");
    assert_eq!((gallery.len(), videos.len()), (3, 2));
    assert_eq!(
        item["videos"][0]["url"],
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    );

    // Reordered, one removed, one added; a video retitled and moved, one removed, one added: one version, one entry.
    let patch = json!({
        "gallery": [{ "id": gallery[2] }, { "uploadId": uploads[3] }, { "id": gallery[0] }],
        "videos": [{ "url": "https://www.youtube.com/shorts/aqz-KE-bpKQ" }, { "id": videos[0], "titleEn": "A visit" }],
    });
    let removed = item["gallery"][1]["image"]["url"].clone();
    assert_eq!(status(&app, &removed).await, 200);
    let changed = app.run(&staff, UPDATE_ITEM, change(&item, patch.clone())).await["portfolioItem"].clone();
    assert_eq!(changed["version"], 2);
    let after = values(&changed["gallery"], "id");
    assert_eq!((after.len(), &after[0], &after[2]), (3, &gallery[2], &gallery[0]));
    assert_eq!(values(&changed["videos"], "id")[1], videos[0]);
    assert_eq!(
        (&changed["videos"][1]["title"], &changed["videos"][1]["titleEn"]),
        (&json!("Visite"), &json!("A visit"))
    );
    assert_eq!(
        status(&app, &removed).await,
        404,
        "what was removed isn't shown any more"
    );

    // What stays as it is changes nothing.
    let same = json!({
        "gallery": after.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>(),
        "videos": values(&changed["videos"], "id").iter().map(|id| json!({ "id": id })).collect::<Vec<_>>(),
    });
    let unchanged = app.run(&staff, UPDATE_ITEM, change(&changed, same)).await["portfolioItem"].clone();
    assert_eq!(unchanged, changed);

    // The picture that was removed comes back, and the item has a new version for it.
    let restored = app.run(&staff, RESTORE, json!({ "id": gallery[1] })).await;
    assert_eq!(restored["record"]["id"], gallery[1].as_str());
    let read = visit(
        &app,
        "{ portfolio { nodes { version gallery { id } videos { id } } } }",
    )
    .await;
    let read = &read["portfolio"]["nodes"][0];
    assert_eq!(
        (&read["version"], read["gallery"].as_array().unwrap().len()),
        (&json!(3), 4)
    );
    // The video that went by the same form stays away: nobody asked for it.
    assert_eq!(read["videos"].as_array().unwrap().len(), 2);

    let emptied = app
        .run(
            &staff,
            UPDATE_ITEM,
            json!({ "id": item["id"], "expectedVersion": 3, "patch": { "gallery": null, "videos": [] } }),
        )
        .await["portfolioItem"]
        .clone();
    assert_eq!(
        (&emptied["gallery"], &emptied["videos"]),
        (&json!([]), &json!([]))
    );
}

#[tokio::test]
async fn every_mistake_is_told_at_its_place_and_nothing_is_written() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let picture = upload(&app, &staff, 400).await;
    let item = published_item(&app, &staff, json!({ "gallery": [{ "uploadId": picture }] })).await;
    let of_item = item["gallery"][0]["id"].clone();
    let other = published_item(&app, &staff, json!({ "title": "Autre" })).await;
    let unknown = "upl_01h2xcejqtf2nbrexx3vqjhp41";
    for (patch, expected) in [
        (json!({ "title": " " }), vec!["REQUIRED input.patch.title"]),
        (json!({ "title": null }), vec!["REQUIRED input.patch.title"]),
        (
            json!({ "title": "x".repeat(201) }),
            vec!["TOO_LONG input.patch.title"],
        ),
        (json!({ "year": 1492 }), vec!["INVALID input.patch.year"]),
        (json!({ "slug": "Pas Un Slug" }), vec!["INVALID input.patch.slug"]),
        (json!({ "slug": other["slug"] }), vec!["TAKEN input.patch.slug"]),
        (
            json!({ "mainImageUploadId": unknown }),
            vec!["NOT_FOUND input.patch.mainImageUploadId"],
        ),
        (
            json!({ "mainImageUploadId": "img_x" }),
            vec!["INVALID input.patch.mainImageUploadId"],
        ),
        (
            json!({ "mainImageUploadId": null }),
            vec!["INVALID input.patch.isPublished"],
        ),
        (
            json!({ "gallery": [{ "id": of_item }, { "id": of_item }] }),
            vec!["INVALID input.patch.gallery.1.id"],
        ),
        (json!({ "gallery": [{}] }), vec!["INVALID input.patch.gallery.0"]),
        (
            json!({ "gallery": [{ "id": of_item }, { "uploadId": picture }, { "uploadId": unknown }] }),
            vec![
                "INVALID input.patch.gallery.1.uploadId",
                "NOT_FOUND input.patch.gallery.2.uploadId",
            ],
        ),
        (
            json!({ "gallery": [{ "id": "pgi_01h2xcejqtf2nbrexx3vqjhp41" }] }),
            vec!["NOT_FOUND input.patch.gallery.0.id"],
        ),
        (
            json!({ "gallery": [{ "id": other["id"] }] }),
            vec!["INVALID input.patch.gallery.0.id"],
        ),
        (
            json!({ "videos": [{ "title": "Sans adresse" }, { "url": "https://example.com/v" }] }),
            vec![
                "REQUIRED input.patch.videos.0.url",
                "INVALID input.patch.videos.1.url",
            ],
        ),
        (
            json!({ "title": "", "description": "", "usage": "y".repeat(301) }),
            vec![
                "TOO_LONG input.patch.usage",
                "REQUIRED input.patch.description",
                "REQUIRED input.patch.title",
            ],
        ),
    ] {
        let refused = mutate(&app, &staff, UPDATE_ITEM, change(&item, patch.clone())).await;
        assert_eq!(errors(&refused), expected, "{patch}");
    }
    let unchanged = visit(
        &app,
        "{ portfolioItem(slug: \"villa\") { version gallery { id } } }",
    )
    .await;
    assert_eq!(unchanged["portfolioItem"]["version"], 1);
    assert_eq!(unchanged["portfolioItem"]["gallery"][0]["id"], of_item);

    for (mutation, input, expected) in [
        (
            CREATE_ITEM,
            json!({ "title": "", "category": "PROJECT", "description": "", "isPublished": true }),
            vec![
                "REQUIRED input.description",
                "REQUIRED input.title",
                "INVALID input.isPublished",
            ],
        ),
        (
            CREATE_SERVICE,
            json!({ "title": "x", "shortDescription": " " }),
            vec!["REQUIRED input.shortDescription"],
        ),
        (
            CREATE_PARTNER,
            json!({ "name": "x", "website": "javascript:alert(1)" }),
            vec!["INVALID input.website"],
        ),
        (
            CREATE_TESTIMONIAL,
            json!({ "clientName": "x", "content": "y", "rating": 6 }),
            vec!["INVALID input.rating"],
        ),
        (
            CREATE_POST,
            json!({ "title": "x", "content": "z".repeat(100_001) }),
            vec!["TOO_LONG input.content"],
        ),
        (
            CREATE_PROMOTION,
            json!({ "title": "x", "isActive": true }),
            vec!["INVALID input.isActive", "INVALID input.isActive"],
        ),
        (
            CREATE_PROMOTION,
            json!({ "title": "x", "linkedPortfolioItemId": item["id"], "externalLink": "https://example.com" }),
            vec!["INVALID input.externalLink"],
        ),
        (
            CREATE_PROMOTION,
            json!({ "title": "x", "linkedPortfolioItemId": "pfi_01h2xcejqtf2nbrexx3vqjhp41" }),
            vec!["NOT_FOUND input.linkedPortfolioItemId"],
        ),
    ] {
        assert_eq!(errors(&mutate(&app, &staff, mutation, input).await), expected);
    }
}

#[tokio::test]
async fn a_stale_version_conflicts_and_a_key_replays() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let input = json!({ "title": "Études", "shortDescription": "Plans et devis.", "idempotencyKey": "k1" });
    let first = app.run(&staff, CREATE_SERVICE, input.clone()).await["service"].clone();
    let again = app.run(&staff, CREATE_SERVICE, input.clone()).await["service"].clone();
    assert_eq!(first, again);
    let mut other = input;
    other["title"] = "Autre".into();
    assert_eq!(
        errors(&mutate(&app, &staff, CREATE_SERVICE, other).await),
        ["KEY_REUSED input.idempotencyKey"]
    );

    app.run(
        &staff,
        UPDATE_SERVICE,
        change(&first, json!({ "titleEn": "Design" })),
    )
    .await;
    let stale = mutate(
        &app,
        &staff,
        UPDATE_SERVICE,
        change(&first, json!({ "title": "Plans" })),
    )
    .await;
    assert_eq!(errors(&stale), ["CONFLICT input.expectedVersion"]);
    assert_eq!(
        (&stale["service"]["version"], &stale["service"]["titleEn"]),
        (&json!(2), &json!("Design"))
    );
    let gone = json!({ "id": "svc_01h2xcejqtf2nbrexx3vqjhp41", "expectedVersion": 1, "patch": {} });
    assert_eq!(
        errors(&mutate(&app, &staff, UPDATE_SERVICE, gone).await),
        ["NOT_FOUND input.id"]
    );
    let wrong = json!({ "id": "prj_01h2xcejqtf2nbrexx3vqjhp41", "expectedVersion": 1, "patch": {} });
    assert_eq!(
        errors(&mutate(&app, &staff, UPDATE_SERVICE, wrong).await),
        ["INVALID input.id"]
    );

    let log = query(
        &app,
        &staff,
        &format!(
            "{{ auditLog(filter: {{ recordId: {} }}) {{ nodes {{ action changes {{ field old new }} }} }} }}",
            first["id"]
        ),
    )
    .await;
    let nodes = &log["auditLog"]["nodes"];
    assert_eq!(values(nodes, "action"), ["UPDATE", "CREATE"]);
    assert_eq!(
        nodes[0]["changes"],
        json!([{ "field": "titleEn", "old": null, "new": "Design" }])
    );
}

#[tokio::test]
async fn staff_put_services_and_partners_in_order() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let mut ids = Vec::new();
    for title in ["Un", "Deux", "Trois", "Quatre"] {
        let input = json!({ "title": title, "shortDescription": "…" });
        ids.push(app.run(&staff, CREATE_SERVICE, input).await["service"]["id"].clone());
    }
    let reorder = "mutation($input: ReorderServicesInput!) { reorderServices(input: $input) { services { title order } \
                   userErrors { code field } } }";
    let ordered = app.run(&staff, reorder, json!({ "ids": [ids[2], ids[0]] })).await;
    assert_eq!(
        values(&ordered["services"], "title"),
        ["Trois", "Un", "Deux", "Quatre"]
    );
    let read = visit(&app, "{ services { nodes { title } } }").await;
    assert_eq!(
        values(&read["services"]["nodes"], "title"),
        ["Trois", "Un", "Deux", "Quatre"]
    );
    let refused = mutate(
        &app,
        &staff,
        reorder,
        json!({ "ids": [ids[0], ids[0], "svc_01h2xcejqtf2nbrexx3vqjhp41", "ptn_01h2xcejqtf2nbrexx3vqjhp41"] }),
    )
    .await;
    assert_eq!(errors(&refused), ["INVALID input.ids.3"]);
    let refused = mutate(
        &app,
        &staff,
        reorder,
        json!({ "ids": [ids[0], ids[0], "svc_01h2xcejqtf2nbrexx3vqjhp41"] }),
    )
    .await;
    assert_eq!(errors(&refused), ["INVALID input.ids.1", "NOT_FOUND input.ids.2"]);

    for name in ["A", "B"] {
        app.run(
            &staff,
            CREATE_PARTNER,
            json!({ "name": name, "website": "https://example.ne" }),
        )
        .await;
    }
    let partners = visit(&app, "{ partners { nodes { id name website order } } }").await;
    let nodes = &partners["partners"]["nodes"];
    assert_eq!(nodes[0]["website"], "https://example.ne/");
    let reorder = "mutation($input: ReorderPartnersInput!) { reorderPartners(input: $input) { partners { name } \
                   userErrors { code field } } }";
    let ordered = app.run(&staff, reorder, json!({ "ids": [nodes[1]["id"]] })).await;
    assert_eq!(values(&ordered["partners"], "name"), ["B", "A"]);
}

#[tokio::test]
async fn alike_titles_at_the_same_instant_get_slugs_one_after_the_other() {
    const STAFF: usize = 20;
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let made = futures_util::future::join_all((0..STAFF).map(|_| draft_item(&app, &staff, "Villa"))).await;
    let mut slugs: Vec<String> = made
        .iter()
        .map(|item| item["slug"].as_str().unwrap().to_owned())
        .collect();
    slugs.sort_by_key(|slug| (slug.len(), slug.clone()));
    let expected: Vec<String> = (1..=STAFF)
        .map(|number| {
            if number == 1 {
                "villa".to_owned()
            } else {
                format!("villa-{number}")
            }
        })
        .collect();
    assert_eq!(slugs, expected);
}

#[tokio::test]
async fn slugs_are_made_kept_and_never_stolen() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let slug = |item: &Value| item["slug"].as_str().unwrap().to_owned();

    // Accents, apostrophes, ligatures; the second of a name gets a number.
    let first = draft_item(&app, &staff, "L'Œuvre d’Émile").await;
    let second = draft_item(&app, &staff, "L’œuvre d'Emile").await;
    assert_eq!(
        (slug(&first), slug(&second)),
        ("l-oeuvre-d-emile".into(), "l-oeuvre-d-emile-2".into())
    );

    // A draft's slug follows its title; a published one's stays.
    let renamed = app
        .run(&staff, UPDATE_ITEM, change(&first, json!({ "title": "Duplex" })))
        .await;
    assert_eq!(slug(&renamed["portfolioItem"]), "duplex");
    let villa = published_item(&app, &staff, json!({ "title": "Villa Bleue" })).await;
    let kept = app
        .run(
            &staff,
            UPDATE_ITEM,
            change(&villa, json!({ "title": "Villa Verte" })),
        )
        .await;
    let villa = kept["portfolioItem"].clone();
    assert_eq!(slug(&villa), "villa-bleue");

    // Staff change it all the same: the old one keeps answering, with the new one in its place.
    let moved = app
        .run(
            &staff,
            UPDATE_ITEM,
            change(&villa, json!({ "slug": "villa-verte" })),
        )
        .await;
    let villa = moved["portfolioItem"].clone();
    let find = async |slug: &str| {
        let document = format!("{{ portfolioItem(slug: \"{slug}\") {{ id slug }} }}");
        visit(&app, &document).await["portfolioItem"].clone()
    };
    assert_eq!(
        find("villa-bleue").await,
        json!({ "id": villa["id"], "slug": "villa-verte" })
    );
    assert_eq!(find("villa-verte").await["id"], villa["id"]);
    assert_eq!(find("nulle-part").await, Value::Null);

    // The old one is its owner's for as long as that lives, for generated slugs and written ones.
    let generated = published_item(&app, &staff, json!({ "title": "Villa Bleue" })).await;
    assert_eq!(slug(&generated), "villa-bleue-2");
    let taken = mutate(
        &app,
        &staff,
        UPDATE_ITEM,
        change(&generated, json!({ "slug": "villa-verte" })),
    )
    .await;
    assert_eq!(errors(&taken), ["TAKEN input.patch.slug"]);
    assert!(
        taken["userErrors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("villa-verte-2")
    );
    let old = change(&generated, json!({ "slug": "villa-bleue" }));
    let refused = mutate(&app, &staff, UPDATE_ITEM, old.clone()).await;
    assert_eq!(errors(&refused), ["TAKEN input.patch.slug"]);
    assert_eq!(find("villa-bleue").await["id"], villa["id"]);
    assert_eq!(find("villa-bleue-2").await["id"], generated["id"]);
    assert_eq!(find("villa-verte").await["id"], villa["id"]);

    // Back to an earlier one of its own.
    let back = app
        .run(
            &staff,
            UPDATE_ITEM,
            change(&villa, json!({ "slug": "villa-sahel" })),
        )
        .await;
    let back = app
        .run(
            &staff,
            UPDATE_ITEM,
            change(&back["portfolioItem"], json!({ "slug": "villa-verte" })),
        )
        .await;
    assert_eq!(slug(&back["portfolioItem"]), "villa-verte");
    assert_eq!(find("villa-sahel").await["id"], villa["id"]);

    // A deleted record's slug is free; restoring then says what is in the way.
    let villa = back["portfolioItem"].clone();
    app.run(&staff, DELETE, json!({ "id": villa["id"] })).await;
    assert_eq!(find("villa-sahel").await, Value::Null);
    app.run(&staff, UPDATE_ITEM, old).await;
    assert_eq!(find("villa-bleue").await["id"], generated["id"]);
    let heir = published_item(&app, &staff, json!({ "title": "x", "slug": "villa-verte" })).await;
    let refused = mutate(&app, &staff, RESTORE, json!({ "id": villa["id"] })).await;
    assert_eq!(errors(&refused), ["TAKEN input.id"]);
    app.run(&staff, UPDATE_ITEM, change(&heir, json!({ "slug": "heritiere" })))
        .await;
    app.run(&staff, RESTORE, json!({ "id": villa["id"] })).await;
    assert_eq!(
        find("villa-verte").await["id"],
        villa["id"],
        "the living one comes before the heir's old slug"
    );
}
