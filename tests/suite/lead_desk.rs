//! What the staff do with leads and inquiries: finding, changing, marking, following what happened.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::lead_world::{
    SUBMIT_INQUIRY, SUBMIT_LEAD, UPDATE_LEAD, inquiry_form, lead, lead_form, portfolio_item, submit, with,
};
use crate::project_world::{errors, mutate, query, texts};
use crate::support::app::TestApp;
use crate::support::people::Person;
use platform::clock::Clock;

const DELETE: &str = "mutation($input: DeleteRecordInput!) { deleteRecord(input: $input) { record { id version } \
    userErrors { code message field } } }";
const RESTORE: &str = "mutation($input: RestoreRecordInput!) { restoreRecord(input: $input) { record { id } \
    userErrors { code message field } } }";
const FORCE_DELETE: &str = "mutation($input: ForceDeleteRecordInput!) { forceDeleteRecord(input: $input) { deletedId \
    userErrors { code message field } } }";
const MARK_LEADS: &str = "mutation($input: MarkLeadsReadInput!) { markLeadsRead(input: $input) { \
    results { id lead { version isRead } userErrors { code message field } } userErrors { code message field } } }";
const MARK_INQUIRIES: &str = "mutation($input: MarkInquiriesReadInput!) { markInquiriesRead(input: $input) { \
    results { id inquiry { version isRead } userErrors { code message field } } userErrors { code message field } } }";

async fn start() -> TestApp {
    TestApp::builder().leaves_deliveries_pending().start().await
}

async fn update(app: &TestApp, staff: &Person, lead: &Value, version: i64, patch: Value) -> Value {
    let input = json!({ "id": lead["id"], "expectedVersion": version, "patch": patch });
    mutate(app, staff, UPDATE_LEAD, input).await
}

/// The account of a person.
async fn account(app: &TestApp, who: &Person) -> Value {
    query(app, who, "{ viewer { id } }").await["viewer"]["id"].clone()
}

#[tokio::test]
async fn leads_are_found_by_everything_that_is_known_of_them() {
    let app = start().await;
    let staff = app.staff().await;
    let item = portfolio_item(&app, "Villa Awa", Some(app.clock.now())).await;
    let zainab = lead(&app, &staff, json!({ "interestedIn": item })).await;
    app.advance(TimeDelta::minutes(30));
    let noon = app.clock.now();
    let moussa = lead(
        &app,
        &staff,
        json!({ "name": "Moussa Élhadj", "phone": "+33 6 12 34 56 78", "email": null, "hasLand": false,
            "locationOfLand": null, "message": "Rien" }),
    )
    .await;
    let me = account(&app, &staff).await;
    update(
        &app,
        &staff,
        &moussa,
        1,
        json!({ "status": "CONTACTED", "isRead": true, "assigneeId": me }),
    )
    .await;
    for (filter, names) in [
        (json!({}), vec!["Moussa Élhadj", "Zaïnab Issa"]),
        (json!({ "status": ["NEW"] }), vec!["Zaïnab Issa"]),
        (
            json!({ "status": ["NEW", "CONTACTED"] }),
            vec!["Moussa Élhadj", "Zaïnab Issa"],
        ),
        (json!({ "read": true }), vec!["Moussa Élhadj"]),
        (json!({ "assigneeId": me }), vec!["Moussa Élhadj"]),
        (json!({ "assigned": false }), vec!["Zaïnab Issa"]),
        (json!({ "hasLand": true }), vec!["Zaïnab Issa"]),
        (json!({ "interestedIn": item }), vec!["Zaïnab Issa"]),
        (json!({ "receivedFrom": noon }), vec!["Moussa Élhadj"]),
        (json!({ "receivedUntil": noon }), vec!["Zaïnab Issa"]),
        (json!({ "search": "zainab KOIRA" }), vec!["Zaïnab Issa"]),
        (json!({ "search": "elhadj 612345678" }), vec!["Moussa Élhadj"]),
        (json!({ "search": "etage" }), vec!["Zaïnab Issa"]),
        (json!({ "search": "100%" }), vec![]),
        (json!({ "doubtful": true }), vec![]),
    ] {
        let document =
            "query($filter: LeadFilterInput) { leads(filter: $filter) { totalCount nodes { name } } }";
        let found = app
            .graphql(&staff, document, json!({ "filter": filter }))
            .await
            .data();
        assert_eq!(texts(&found["leads"]["nodes"], "name"), names, "{filter}");
        assert_eq!(found["leads"]["totalCount"], names.len(), "{filter}");
    }
    let ordered = query(
        &app,
        &staff,
        "{ leads(orderBy: { field: NAME, direction: DESC }, first: 1) { pageInfo { endCursor } nodes { name } } }",
    )
    .await;
    assert_eq!(texts(&ordered["leads"]["nodes"], "name"), ["Zaïnab Issa"]);
    let one = format!(
        "{{ lead(id: {}) {{ name }} node(id: {}) {{ __typename id }} }}",
        zainab["id"], zainab["id"]
    );
    assert_eq!(
        query(&app, &staff, &one).await,
        json!({ "lead": { "name": "Zaïnab Issa" }, "node": { "__typename": "ConstructionLead", "id": zainab["id"] } })
    );
    let wrong = "{ leads(filter: { interestedIn: \"prj_01h2xcejqtf2nbrexx3vqjhp41\" }) { totalCount } }";
    assert_eq!(app.graphql(&staff, wrong, json!({})).await.code(), "BAD_REQUEST");
}

#[tokio::test]
async fn a_lead_goes_its_way_and_the_timeline_tells_it() {
    let app = start().await;
    let (staff, colleague, client) = tokio::join!(app.staff(), app.staff(), app.client());
    let lead = lead(&app, &staff, json!({})).await;
    let them = account(&app, &colleague).await;

    let payload = update(&app, &staff, &lead, 1, json!({ "status": "CONVERTED" })).await;
    assert_eq!(errors(&payload), ["INVALID input.patch.status"]);
    assert!(
        payload["userErrors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("convertLead")
    );
    for (assignee, error) in [
        (account(&app, &client).await, "NOT_FOUND input.patch.assigneeId"),
        (
            json!("acc_01h2xcejqtf2nbrexx3vqjhp41"),
            "NOT_FOUND input.patch.assigneeId",
        ),
        (
            json!("prj_01h2xcejqtf2nbrexx3vqjhp41"),
            "INVALID input.patch.assigneeId",
        ),
    ] {
        let payload = update(&app, &staff, &lead, 1, json!({ "assigneeId": assignee })).await;
        assert_eq!(errors(&payload), [error]);
    }
    let wrong =
        json!({ "status": null, "isRead": null, "name": " ", "phone": "1", "notes": "é".repeat(10_001) });
    let payload = update(&app, &staff, &lead, 1, wrong).await;
    assert_eq!(
        errors(&payload),
        [
            "REQUIRED input.patch.status",
            "REQUIRED input.patch.isRead",
            "REQUIRED input.patch.name",
            "INVALID input.patch.phone",
            "TOO_LONG input.patch.notes",
        ]
    );
    let wrong = json!({ "name": " ", "phone": "1", "email": "x", "notes": "é".repeat(10_001), "locationOfLand": null });
    let payload = update(&app, &staff, &lead, 1, wrong).await;
    assert_eq!(
        errors(&payload),
        [
            "REQUIRED input.patch.name",
            "INVALID input.patch.phone",
            "INVALID input.patch.email",
            "TOO_LONG input.patch.notes",
            "REQUIRED input.patch.locationOfLand",
        ]
    );

    let patch =
        json!({ "status": "CONTACTED", "assigneeId": them, "notes": "Rappeler\nlundi", "isRead": true });
    let payload = update(&app, &staff, &lead, 1, patch.clone()).await;
    assert_eq!(payload["lead"]["version"], 2);
    assert_eq!(payload["lead"]["assignee"]["id"], them);
    let stale = update(&app, &colleague, &lead, 1, json!({ "status": "LOST" })).await;
    assert_eq!(errors(&stale), ["CONFLICT input.expectedVersion"]);
    assert_eq!(stale["lead"]["status"], "CONTACTED");
    // The same again changes nothing.
    let payload = update(&app, &staff, &lead, 2, patch).await;
    assert_eq!(payload["lead"]["version"], 2);
    app.advance(TimeDelta::minutes(1));
    let payload = update(
        &app,
        &colleague,
        &lead,
        2,
        json!({ "status": "LOST", "notes": null }),
    )
    .await;
    assert_eq!(payload["lead"]["version"], 3);
    app.advance(TimeDelta::minutes(1));
    let back = json!({ "status": "NEW", "assigneeId": null, "phone": "96 00 00 00", "email": null });
    let payload = update(&app, &colleague, &lead, 3, back).await;
    assert_eq!(
        (&payload["lead"]["phone"], &payload["lead"]["email"]),
        (&json!("+22796000000"), &json!(null))
    );

    let me = account(&app, &staff).await;
    let document = format!(
        "{{ lead(id: {}) {{ timeline {{ totalCount nodes {{ kind by {{ id }} oldStatus newStatus assignee {{ id }} text }} }} \
         latest: timeline(first: 2, direction: DESC) {{ pageInfo {{ hasNextPage }} nodes {{ kind }} }} }} }}",
        lead["id"]
    );
    let told = query(&app, &staff, &document).await["lead"].clone();
    let entry = |kind: &str, by: &Value, old: Value, new: Value, assignee: Value, text: Value| {
        json!({ "kind": kind, "by": { "id": by }, "oldStatus": old, "newStatus": new,
            "assignee": assignee, "text": text })
    };
    let none = Value::Null;
    assert_eq!(
        told["timeline"]["nodes"],
        json!([
            entry(
                "RECEIVED",
                &me,
                none.clone(),
                none.clone(),
                none.clone(),
                none.clone()
            ),
            entry(
                "STATUS_CHANGED",
                &me,
                json!("NEW"),
                json!("CONTACTED"),
                none.clone(),
                none.clone()
            ),
            entry(
                "ASSIGNED",
                &me,
                none.clone(),
                none.clone(),
                json!({ "id": them }),
                none.clone()
            ),
            entry(
                "NOTED",
                &me,
                none.clone(),
                none.clone(),
                none.clone(),
                json!("Rappeler\nlundi")
            ),
            entry(
                "STATUS_CHANGED",
                &them,
                json!("CONTACTED"),
                json!("LOST"),
                none.clone(),
                none.clone()
            ),
            entry(
                "NOTED",
                &them,
                none.clone(),
                none.clone(),
                none.clone(),
                none.clone()
            ),
            entry(
                "STATUS_CHANGED",
                &them,
                json!("LOST"),
                json!("NEW"),
                none.clone(),
                none.clone()
            ),
            entry(
                "ASSIGNED",
                &them,
                none.clone(),
                none.clone(),
                none.clone(),
                none.clone()
            ),
            entry(
                "CORRECTED",
                &them,
                none.clone(),
                none.clone(),
                none.clone(),
                none.clone()
            ),
        ])
    );
    assert_eq!(told["timeline"]["totalCount"], 9);
    assert_eq!(
        told["latest"],
        json!({ "pageInfo": { "hasNextPage": true },
        "nodes": [{ "kind": "CORRECTED" }, { "kind": "ASSIGNED" }] })
    );
    let audited = query(
        &app,
        &staff,
        &format!(
            "{{ auditLog(filter: {{ recordId: {} }}) {{ totalCount }} }}",
            lead["id"]
        ),
    )
    .await;
    assert_eq!(audited["auditLog"]["totalCount"], 4);
}

#[tokio::test]
async fn the_same_person_is_pointed_out_in_one_statement_a_level() {
    let app = start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let first = lead(&app, &staff, json!({})).await;
    let by_phone = lead(&app, &staff, json!({ "name": "Z. Issa", "email": null })).await;
    let by_email = lead(
        &app,
        &staff,
        json!({ "phone": "96 00 00 00", "email": "ZAINAB@example.ne" }),
    )
    .await;
    let deleted = lead(&app, &staff, json!({})).await;
    app.run(&staff, DELETE, json!({ "id": deleted["id"] })).await;
    lead(&app, &staff, json!({ "phone": "97 00 00 00", "email": null })).await;
    let known = lead(
        &app,
        &staff,
        json!({ "phone": "98 00 00 00", "email": client.email }),
    )
    .await;
    let document = "{ leads(orderBy: { field: RECEIVED_AT, direction: ASC }) { nodes { id duplicates { id } \
         knownClients { id } timeline { nodes { kind by { id } } } assignee { id } createdBy { id } } } }";
    let (found, statements) = app.statements.of(query(&app, &staff, document)).await;
    let nodes = found["leads"]["nodes"].as_array().unwrap();
    let duplicates = |lead: &Value| -> Vec<Value> {
        let node = nodes.iter().find(|node| node["id"] == lead["id"]).unwrap();
        let mut ids: Vec<Value> = node["duplicates"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["id"].clone())
            .collect();
        ids.sort_by_key(Value::to_string);
        ids
    };
    let sorted = |mut ids: Vec<Value>| {
        ids.sort_by_key(Value::to_string);
        ids
    };
    assert_eq!(
        duplicates(&first),
        sorted(vec![by_phone["id"].clone(), by_email["id"].clone()])
    );
    assert_eq!(duplicates(&by_phone), vec![first["id"].clone()]);
    assert_eq!(duplicates(&by_email), vec![first["id"].clone()]);
    assert_eq!(duplicates(&known), Vec::<Value>::new());
    let known = nodes.iter().find(|node| node["id"] == known["id"]).unwrap();
    assert_eq!(known["knownClients"], json!([{ "id": client.client() }]));
    // The list and duplicates, clients, timelines, and people on two levels.
    let of = |table: &str| statements.iter().filter(|sql| sql.contains(table)).count();
    // The feed reads new leads by itself, meanwhile.
    assert_eq!(
        of("\"created_at\" ASC, \"construction_leads\""),
        1,
        "{statements:#?}"
    );
    assert_eq!(of("PARTITION BY \"phone\""), 1, "{statements:#?}");
    assert_eq!(of("FROM \"lead_activities\""), 1, "{statements:#?}");
    assert_eq!(of("FROM \"clients\""), 1, "{statements:#?}");
    assert!(of("FROM \"accounts\"") <= 2, "{statements:#?}");
}

#[tokio::test]
async fn a_flood_under_one_number_hides_no_other_duplicate() {
    let app = start().await;
    let staff = app.staff().await;
    let quiet = lead(&app, &staff, json!({ "phone": "96 00 00 01", "email": null })).await;
    let twin = lead(&app, &staff, json!({ "phone": "96 00 00 01", "email": null })).await;
    for _ in 0..25 {
        lead(&app, &staff, json!({ "email": null })).await;
    }
    let found = query(
        &app,
        &staff,
        "{ leads(first: 100) { nodes { id duplicates { id } } } }",
    )
    .await;
    let nodes = found["leads"]["nodes"].as_array().unwrap();
    let node = nodes.iter().find(|node| node["id"] == quiet["id"]).unwrap();
    assert_eq!(node["duplicates"], json!([{ "id": twin["id"] }]));
    let most = nodes
        .iter()
        .map(|node| node["duplicates"].as_array().unwrap().len())
        .max();
    assert_eq!(most, Some(20));
}

#[tokio::test]
async fn many_are_marked_at_once_each_by_itself() {
    let app = start().await;
    let staff = app.staff().await;
    let (one, two) = (
        lead(&app, &staff, json!({})).await,
        lead(&app, &staff, json!({})).await,
    );
    let rows = json!([
        { "id": one["id"], "expectedVersion": 1 },
        { "id": two["id"], "expectedVersion": 7 },
        { "id": "led_01h2xcejqtf2nbrexx3vqjhp41" },
    ]);
    let payload = mutate(&app, &staff, MARK_LEADS, json!({ "rows": rows })).await;
    let results = &payload["results"];
    assert_eq!(results[0]["lead"], json!({ "version": 2, "isRead": true }));
    assert_eq!(errors(&results[1]), ["CONFLICT input.rows.1.expectedVersion"]);
    assert_eq!(errors(&results[2]), ["NOT_FOUND input.rows.2.id"]);
    let again = json!({ "rows": [{ "id": one["id"] }, { "id": two["id"] }], "read": true });
    let payload = mutate(&app, &staff, MARK_LEADS, again).await;
    assert_eq!(payload["results"][0]["lead"]["version"], 2, "nothing changed");
    assert_eq!(payload["results"][1]["lead"]["version"], 2);
    let unread = json!({ "rows": [{ "id": one["id"] }], "read": false });
    let payload = mutate(&app, &staff, MARK_LEADS, unread).await;
    assert_eq!(payload["results"][0]["lead"]["isRead"], false);
    let wrong = json!({ "rows": [{ "id": one["id"] }, { "id": "x" }] });
    let payload = mutate(&app, &staff, MARK_LEADS, wrong).await;
    assert_eq!(errors(&payload), ["INVALID input.rows.1.id"]);
    let many: Vec<Value> = (0..101).map(|_| json!({ "id": one["id"] })).collect();
    let payload = mutate(&app, &staff, MARK_LEADS, json!({ "rows": many })).await;
    assert_eq!(errors(&payload), ["INVALID input.rows"]);

    submit(&app, SUBMIT_INQUIRY, inquiry_form(&app, "k")).await;
    let listed = query(
        &app,
        &staff,
        "{ inquiries(filter: { read: false }) { nodes { id } } }",
    )
    .await;
    let id = listed["inquiries"]["nodes"][0]["id"].clone();
    let payload = mutate(&app, &staff, MARK_INQUIRIES, json!({ "rows": [{ "id": id }] })).await;
    assert_eq!(
        payload["results"][0]["inquiry"],
        json!({ "version": 2, "isRead": true })
    );
    let patch = "mutation($input: UpdateInquiryInput!) { updateInquiry(input: $input) { inquiry { version isRead subject } \
         userErrors { code message field } } }";
    let input = json!({ "id": id, "expectedVersion": 2, "patch": { "isRead": false, "subject": "Prix" } });
    let payload = mutate(&app, &staff, patch, input).await;
    assert_eq!(
        payload["inquiry"],
        json!({ "version": 3, "isRead": false, "subject": "Prix" })
    );
    let input = json!({ "id": id, "expectedVersion": 2, "patch": { "subject": "" } });
    let payload = mutate(&app, &staff, patch, input).await;
    assert_eq!(errors(&payload), ["CONFLICT input.expectedVersion"]);
    assert_eq!(payload["inquiry"]["version"], 3);
}

#[tokio::test]
async fn what_is_deleted_comes_back_and_what_is_removed_leaves_nothing() {
    let app = start().await;
    let (staff, admin) = tokio::join!(app.staff(), app.admin());
    let form = with(lead_form(&app, "k"), json!({ "name": "Unique Personne" }));
    submit(&app, SUBMIT_LEAD, form).await;
    let id = query(&app, &staff, "{ leads { nodes { id } } }").await["leads"]["nodes"][0]["id"].clone();
    app.run(&staff, DELETE, json!({ "id": id, "expectedVersion": 1 }))
        .await;
    let gone = format!(
        "{{ lead(id: {id}) {{ id }} node(id: {id}) {{ id }} leads {{ totalCount }} \
         deleted: leads(scope: DELETED) {{ totalCount }} }}"
    );
    let found = query(&app, &staff, &gone).await;
    assert_eq!(
        found,
        json!({ "lead": null, "node": null, "leads": { "totalCount": 0 }, "deleted": { "totalCount": 1 } })
    );
    let payload = mutate(
        &app,
        &staff,
        UPDATE_LEAD,
        json!({ "id": id, "expectedVersion": 2, "patch": { "notes": "x" } }),
    )
    .await;
    assert_eq!(errors(&payload), ["NOT_FOUND input.id"]);
    app.run(&staff, RESTORE, json!({ "id": id })).await;
    assert_eq!(query(&app, &staff, &gone).await["leads"]["totalCount"], 1);
    app.run(&admin, FORCE_DELETE, json!({ "id": id })).await;
    let left = query(
        &app,
        &staff,
        "{ leads(scope: ALL) { totalCount } deliveries { totalCount } }",
    )
    .await;
    assert_eq!(
        left,
        json!({ "leads": { "totalCount": 0 }, "deliveries": { "totalCount": 0 } })
    );

    submit(&app, SUBMIT_INQUIRY, inquiry_form(&app, "k")).await;
    let id =
        query(&app, &staff, "{ inquiries { nodes { id } } }").await["inquiries"]["nodes"][0]["id"].clone();
    app.run(&staff, DELETE, json!({ "id": id })).await;
    app.run(&staff, RESTORE, json!({ "id": id })).await;
    app.run(&admin, FORCE_DELETE, json!({ "id": id })).await;
    assert_eq!(
        query(&app, &staff, "{ inquiries(scope: ALL) { totalCount } }").await["inquiries"]["totalCount"],
        0
    );
}

#[tokio::test]
async fn leads_are_the_staff_s_alone() {
    let app = start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let lead = lead(&app, &staff, json!({})).await;
    for document in ["{ leads { totalCount } }", "{ inquiries { totalCount } }"] {
        assert_eq!(
            app.graphql(&client, document, json!({})).await.code(),
            "FORBIDDEN"
        );
        assert_eq!(
            app.graphql(None, document, json!({})).await.code(),
            "UNAUTHENTICATED"
        );
    }
    let node = format!("{{ node(id: {}) {{ id }} }}", lead["id"]);
    assert_eq!(query(&app, &client, &node).await["node"], json!(null));
    assert_eq!(
        app.graphql(None, &node, json!({})).await.data()["node"],
        json!(null)
    );
}
