//! `projects`, `viewer.projects`, `projectUpdates`, `Project.updates`: filters, order, pages, cost.

use serde_json::{Value, json};

use crate::project_world::{CREATE_PROJECT, CREATE_UPDATE, draft, query, texts, upload};
use crate::support::app::TestApp;
use crate::support::people::Person;

async fn project(app: &TestApp, staff: &Person, mut input: Value, client: &Person) -> String {
    input["clientId"] = client.client().into();
    app.run(staff, CREATE_PROJECT, input).await["project"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn staff_find_projects() {
    let app = TestApp::start().await;
    let (staff, client, other) = tokio::join!(app.staff(), app.client(), app.client());
    for input in [
        json!({ "name": "Villa Élégance", "startDate": "2026-01-10", "currentPhase": "ROOFING", "progressPercentage": 60 }),
        json!({ "name": "école du Plateau", "startDate": "2026-03-01", "estimatedCompletion": "2026-12-15", "progressPercentage": 10 }),
        json!({ "name": "Immeuble Zarma", "progressPercentage": 30 }),
    ] {
        project(&app, &staff, input, &client).await;
    }
    project(
        &app,
        &staff,
        json!({ "name": "Villa Sahel", "progressPercentage": 90 }),
        &other,
    )
    .await;
    let names = async |arguments: &str| {
        let data = query(
            &app,
            &staff,
            &format!("{{ projects({arguments}) {{ totalCount nodes {{ name }} }} }}"),
        )
        .await;
        let nodes = &data["projects"]["nodes"];
        assert_eq!(data["projects"]["totalCount"], nodes.as_array().unwrap().len());
        texts(nodes, "name")
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names("filter: { search: \"ELEGANCE villa\" }").await,
        ["Villa Élégance"]
    );
    assert_eq!(names("filter: { search: \"100%\" }").await, Vec::<String>::new());
    assert_eq!(names("filter: { phase: ROOFING }").await, ["Villa Élégance"]);
    assert_eq!(
        names(&format!("filter: {{ clientId: \"{}\" }}", other.client())).await,
        ["Villa Sahel"]
    );
    assert_eq!(
        names("filter: { startsFrom: \"2026-01-10\", startsUntil: \"2026-02-28\" }").await,
        ["Villa Élégance"]
    );
    assert_eq!(
        names("filter: { completesFrom: \"2026-12-15\", completesUntil: \"2026-12-31\" }").await,
        ["école du Plateau"]
    );
    assert_eq!(
        names("filter: { completesUntil: \"2026-12-14\" }").await,
        Vec::<String>::new()
    );
    assert_eq!(
        names("orderBy: { field: NAME, direction: ASC }").await,
        [
            "école du Plateau",
            "Immeuble Zarma",
            "Villa Élégance",
            "Villa Sahel"
        ]
    );
    assert_eq!(
        names("orderBy: { field: PROGRESS, direction: DESC }").await,
        [
            "Villa Sahel",
            "Villa Élégance",
            "Immeuble Zarma",
            "école du Plateau"
        ]
    );
    // Those without a date come last, whichever end is first.
    for (direction, first) in [("ASC", "Villa Élégance"), ("DESC", "école du Plateau")] {
        let ordered = names(&format!(
            "orderBy: {{ field: START_DATE, direction: {direction} }}"
        ))
        .await;
        assert_eq!(ordered[0], first);
        assert!(ordered[2..].contains(&"Villa Sahel".to_owned()));
    }
    let wrong = app
        .graphql(
            &staff,
            "{ projects(filter: { clientId: \"x\" }) { totalCount } }",
            json!({}),
        )
        .await;
    assert_eq!(wrong.code(), "BAD_REQUEST");
}

#[tokio::test]
async fn cursors_and_page_numbers_walk_the_same_list() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let id = app.project(&staff, &client).await;
    // Ties and drafts, which have no date: the id decides among them.
    for number in 0..7 {
        app.post_update(&staff, &id, &format!("Publiée {number}")).await;
        draft(&app, &staff, &id, &format!("Brouillon {number}")).await;
    }
    for order in [
        "{ field: POSTED_AT, direction: DESC }",
        "{ field: POSTED_AT, direction: ASC }",
    ] {
        let list = async |arguments: String| {
            let fields = "nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } \
                 page { number size count next previous }";
            let nested = format!("updates(orderBy: {order}, {arguments}) {{ {fields} }}");
            let data = query(&app, &staff, &format!(
                "{{ project(id: \"{id}\") {{ {nested} }} projectUpdates(orderBy: {order}, {arguments}) {{ {fields} }} }}"
            ))
            .await;
            assert_eq!(
                data["project"]["updates"], data["projectUpdates"],
                "nested as at the root"
            );
            data["projectUpdates"].clone()
        };
        let ids = |page: &Value| {
            texts(&page["nodes"], "id")
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let all = ids(&list("first: 100".to_owned()).await);
        assert_eq!(all.len(), 14);

        let (mut forward, mut after) = (Vec::new(), "null".to_owned());
        loop {
            let page = list(format!("first: 5, after: {after}")).await;
            forward.extend(ids(&page));
            assert_eq!(page["pageInfo"]["hasPreviousPage"], after != "null");
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = page["pageInfo"]["endCursor"].to_string();
        }
        assert_eq!(forward, all);

        let (mut backward, mut before) = (Vec::new(), "null".to_owned());
        loop {
            let page = list(format!("last: 5, before: {before}")).await;
            backward.splice(0..0, ids(&page));
            if page["pageInfo"]["hasPreviousPage"] == false {
                break;
            }
            before = page["pageInfo"]["startCursor"].to_string();
        }
        assert_eq!(backward, all);

        let mut numbered = Vec::new();
        for number in 1..=3 {
            let page = list(format!("page: {number}, pageSize: 5")).await;
            numbered.extend(ids(&page));
            let next = (number < 3).then_some(number + 1);
            let previous = (number > 1).then_some(number - 1);
            assert_eq!(
                page["page"],
                json!({ "number": number, "size": 5, "count": 14, "next": next, "previous": previous })
            );
        }
        assert_eq!(numbered, all);
    }
}

#[tokio::test]
async fn staff_find_updates() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client, other) = tokio::join!(app.staff(), app.client(), app.client());
    let (id, others) = tokio::join!(app.project(&staff, &client), app.project(&staff, &other));
    app.post_update(&staff, &id, "Dalle coulée").await;
    app.advance(chrono::TimeDelta::minutes(20));
    app.post_update(&staff, &id, "Murs élevés").await;
    draft(&app, &staff, &id, "Toit à venir").await;
    app.post_update(&staff, &others, "Terrain borné").await;
    let titles = async |filter: String| {
        let document =
            format!("{{ projectUpdates(filter: {{ {filter} }}) {{ totalCount nodes {{ title }} }} }}");
        let data = query(&app, &staff, &document).await;
        let nodes = &data["projectUpdates"]["nodes"];
        assert_eq!(
            data["projectUpdates"]["totalCount"],
            nodes.as_array().unwrap().len()
        );
        texts(nodes, "title")
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(titles("search: \"coulee\"".to_owned()).await, ["Dalle coulée"]);
    assert_eq!(titles("draft: true".to_owned()).await, ["Toit à venir"]);
    assert_eq!(
        titles(format!("projectId: \"{others}\"")).await,
        ["Terrain borné"]
    );
    assert_eq!(
        titles(format!("clientId: \"{}\", draft: false", client.client())).await,
        ["Murs élevés", "Dalle coulée"]
    );
    assert_eq!(
        titles("postedUntil: \"2026-11-21T05:20:00Z\"".to_owned()).await,
        ["Dalle coulée"]
    );
    assert_eq!(
        titles("postedFrom: \"2026-11-21T05:20:00Z\"".to_owned())
            .await
            .len(),
        2
    );
}

/// Issue 2, "it must show" 7.
#[tokio::test]
async fn nested_lists_cost_one_statement_a_level() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    for number in 0..4 {
        let id = app.project(&staff, &client).await;
        for update in 0..7 {
            let uploads = if update > 4 {
                vec![upload(&app, &staff, 400).await]
            } else {
                Vec::new()
            };
            let title = format!("{number}/{update}");
            let input = json!({ "projectId": id, "title": title, "uploadIds": uploads, "post": true });
            app.run(&staff, CREATE_UPDATE, input).await;
            app.advance(chrono::TimeDelta::seconds(1));
        }
    }
    let document = "{ viewer { projects(first: 20) { nodes { name updates(first: 5) { nodes { title images { url } } } } } } }";
    let answer = query(&app, &client, document).await;
    let projects = answer["viewer"]["projects"]["nodes"].as_array().unwrap();
    assert_eq!(projects.len(), 4);
    for (project, number) in projects.iter().zip((0..4).rev()) {
        let expected: Vec<String> = (2..7).rev().map(|update| format!("{number}/{update}")).collect();
        assert_eq!(texts(&project["updates"]["nodes"], "title"), expected);
        for update in &project["updates"]["nodes"].as_array().unwrap()[..2] {
            assert!(update["images"][0]["url"].as_str().unwrap().starts_with("http"));
        }
    }
    // Counting each project's updates and naming each one's latest is one statement more each, not one a project.
    let document = "{ viewer { projects { nodes { updates { totalCount } latestUpdate { title project { name } } } } } }";
    let (answer, statements) = app.statements.of(query(&app, &client, document)).await;
    assert_eq!(
        answer["viewer"]["projects"]["nodes"][3]["updates"]["totalCount"],
        7
    );
    assert_eq!(
        answer["viewer"]["projects"]["nodes"][3]["latestUpdate"]["title"],
        "0/6"
    );
    assert!(statements.len() <= 6, "{statements:#?}");

    // Lists of the same records that differ in filter or order are read apart, and each answers what it was asked.
    let document = r#"{ viewer { projects { nodes {
        all: updates { totalCount nodes { title } }
        last: updates(filter: { search: "/6" }) { totalCount nodes { title } }
        first: updates(first: 1, orderBy: { field: POSTED_AT, direction: ASC }) { totalCount nodes { title } }
    } } } }"#;
    let (answer, statements) = app.statements.of(query(&app, &client, document)).await;
    let project = &answer["viewer"]["projects"]["nodes"][2];
    assert_eq!(texts(&project["all"]["nodes"], "title").len(), 7);
    assert_eq!(texts(&project["last"]["nodes"], "title"), ["1/6"]);
    assert_eq!(texts(&project["first"]["nodes"], "title"), ["1/0"]);
    let counts = ["all", "last", "first"].map(|list| project[list]["totalCount"].as_i64());
    assert_eq!(counts, [Some(7), Some(1), Some(7)]);
    // A page each; the count of all is shared by the lists that differ in their order alone.
    assert!(statements.len() <= 8, "{statements:#?}");
}

/// A page on which nothing stands says, as any other, that there is more before it; beside it, of a parent without children.
#[tokio::test]
async fn an_empty_page_of_a_nested_list_tells_what_is_around_it() {
    let app = TestApp::start().await;
    let (staff, client) = (app.staff().await, app.client().await);
    app.project(&staff, &client).await;
    let document = "query { viewer { projects { nodes { \
        behind: updates(page: 9) { nodes { id } pageInfo { hasPreviousPage hasNextPage } page { previous } } } } \
        away: projects(page: 9, pageSize: 1) { nodes { id } pageInfo { hasPreviousPage hasNextPage } page { previous } } } }";
    let seen = app.graphql(&client, document, json!({})).await.data();
    let ends = json!({ "hasPreviousPage": true, "hasNextPage": false });
    let expected = json!({ "nodes": [], "pageInfo": ends, "page": { "previous": 1 } });
    assert_eq!(seen["viewer"]["away"], expected);
    assert_eq!(seen["viewer"]["projects"]["nodes"][0]["behind"], expected);
}
