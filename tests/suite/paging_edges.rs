//! The edges of paging, as the Relay connection specification and its well-kept servers have them: no rows, beyond the end,
//! both ways, cursors of what is deleted, of another list, and of nobody.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::project_world::{draft, query, texts};
use crate::support::app::TestApp;
use crate::support::people::Person;

const DELETE: &str = "mutation($input: DeleteRecordInput!) { deleteRecord(input: $input) { userErrors { code message field } } }";

/// Five updates of one project, and a client's name for cursors of other lists.
struct Lists {
    app: TestApp,
    staff: Person,
    project: String,
    /// The updates' ids, in the order of the list.
    ids: Vec<String>,
    /// Their cursors.
    cursors: Vec<String>,
}

impl Lists {
    async fn start() -> Self {
        let app = TestApp::builder().leaves_deliveries_pending().start().await;
        let (staff, client) = tokio::join!(app.staff(), app.client());
        let project = app.project(&staff, &client).await;
        for number in 0..5 {
            // Drafts have no date: here the id decides.
            if number < 3 {
                app.post_update(&staff, &project, &format!("Publiée {number}"))
                    .await;
            } else {
                draft(&app, &staff, &project, &format!("Brouillon {number}")).await;
            }
            app.advance(chrono::TimeDelta::seconds(1));
        }
        let data = query(
            &app,
            &staff,
            "{ projectUpdates(first: 100) { edges { cursor node { id } } } }",
        )
        .await;
        let edges = data["projectUpdates"]["edges"].as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            ids: edges.iter().map(|edge| text(&edge["node"]["id"])).collect(),
            cursors: edges.iter().map(|edge| text(&edge["cursor"])).collect(),
            app,
            staff,
            project,
        }
    }

    /// A page of the list, which is the same at the root and below its project: `#0` in the arguments is the cursor of the
    /// first row.
    async fn page(&self, arguments: &str) -> Value {
        let mut arguments = arguments.to_owned();
        for (number, cursor) in self.cursors.iter().enumerate() {
            arguments = arguments.replace(&format!("#{number}"), &format!("\"{cursor}\""));
        }
        let arguments = if arguments.is_empty() {
            arguments
        } else {
            format!("({arguments})")
        };
        let fields = "nodes { id } totalCount page { number size count next previous } \
             pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";
        let document = format!(
            "{{ project(id: \"{}\") {{ updates{arguments} {{ {fields} }} }} projectUpdates{arguments} {{ {fields} }} }}",
            self.project
        );
        let data = query(&self.app, &self.staff, &document).await;
        assert_eq!(
            data["project"]["updates"], data["projectUpdates"],
            "{arguments}: nested as at the root"
        );
        data["projectUpdates"].clone()
    }

    /// Asserts what a page holds, by the rows' numbers, and what is beyond it.
    async fn expect(&self, arguments: &str, rows: &[usize], previous: bool, next: bool) -> Value {
        let page = self.page(arguments).await;
        let ids: Vec<&str> = rows.iter().map(|row| self.ids[*row].as_str()).collect();
        assert_eq!(texts(&page["nodes"], "id"), ids, "{arguments}");
        let info = &page["pageInfo"];
        assert_eq!(
            (&info["hasPreviousPage"], &info["hasNextPage"]),
            (&json!(previous), &json!(next)),
            "{arguments}"
        );
        let cursor = |row: Option<&usize>| row.map(|row| self.cursors[*row].as_str());
        assert_eq!(info["startCursor"], json!(cursor(rows.first())), "{arguments}");
        assert_eq!(info["endCursor"], json!(cursor(rows.last())), "{arguments}");
        page
    }

    /// The argument that a page is refused at, and why.
    async fn refusal(&self, arguments: &str) -> (Value, String) {
        let document = format!("{{ projectUpdates({arguments}) {{ nodes {{ id }} }} }}");
        let answer = self.app.graphql(&self.staff, &document, json!({})).await;
        assert_eq!(answer.code(), "BAD_REQUEST", "{arguments}");
        let error = &answer.body["errors"][0];
        assert_eq!(error["extensions"]["reason"], "INVALID", "{arguments}");
        (
            error["extensions"]["field"].clone(),
            error["message"].as_str().unwrap().to_owned(),
        )
    }
}

#[tokio::test]
async fn pages_end_where_the_relay_specification_says() {
    let lists = Lists::start().await;
    let all = [0, 1, 2, 3, 4];
    for (arguments, rows, previous, next) in [
        ("", &all[..], false, false),
        ("first: null, after: null", &all, false, false),
        ("first: 100", &all, false, false),
        ("last: 100", &all, false, false),
        ("first: 5", &all, false, false),
        ("first: 4", &all[..4], false, true),
        ("last: 4", &all[1..], true, false),
        // No rows, and whether there are any.
        ("first: 0", &[], false, true),
        ("last: 0", &[], true, false),
        ("first: 0, after: #4", &[], true, false),
        // Beyond the end, at either.
        ("first: 2, after: #4", &[], true, false),
        ("last: 2, before: #0", &[], false, true),
        ("first: 2, after: #3", &[4], true, false),
        ("last: 2, before: #1", &[0], false, true),
        // Between cursors, from either end.
        ("after: #0, before: #4", &[1, 2, 3], true, false),
        ("first: 2, after: #0, before: #4", &[1, 2], true, true),
        ("last: 2, after: #0, before: #4", &[2, 3], true, true),
        ("first: 2, before: #3", &[0, 1], false, true),
        ("last: 2, after: #1", &[3, 4], true, false),
        ("first: 9, after: #0, before: #2", &[1], true, false),
        ("first: 9, after: #3, before: #1", &[], true, false),
        ("before: #2", &[0, 1], false, true),
        // By number.
        ("page: 1, pageSize: 5", &all, false, false),
        ("page: 3, pageSize: 2", &[4], true, false),
        ("page: 4, pageSize: 2", &[], true, false),
        ("page: 2147483647, pageSize: 100", &[], true, false),
        ("pageSize: 2", &[0, 1], false, true),
    ] {
        let page = lists.expect(arguments, rows, previous, next).await;
        assert_eq!(page["totalCount"], 5, "{arguments}");
    }
    let number = async |arguments: &str| lists.page(arguments).await["page"].clone();
    assert_eq!(
        number("page: 9, pageSize: 2").await,
        json!({ "number": 9, "size": 2, "count": 5, "next": null, "previous": 3 })
    );
    assert_eq!(
        number("first: 2").await,
        json!({ "number": 1, "size": 2, "count": 5, "next": 2, "previous": null })
    );
    // Pages of no rows have no numbers.
    for arguments in ["first: 0", "first: 2, before: #4", "last: 2"] {
        assert_eq!(number(arguments).await, Value::Null, "{arguments}");
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_at_its_argument() {
    let lists = Lists::start().await;
    for (arguments, field, message) in [
        ("first: -1", "first", "0 à 100"),
        ("first: 101", "first", "0 à 100"),
        ("first: 2147483647", "first", "0 à 100"),
        ("last: -1", "last", "0 à 100"),
        ("last: 101", "last", "0 à 100"),
        ("first: 1, last: 1", "last", "first ou last"),
        ("page: 0", "page", "à partir de 1"),
        ("page: -1", "page", "à partir de 1"),
        ("page: 1, pageSize: 0", "pageSize", "1 à 100"),
        ("page: 1, pageSize: 101", "pageSize", "1 à 100"),
        ("first: 5, page: 1", "page", "pas les deux"),
        ("page: 1, after: \"x\"", "page", "pas les deux"),
        ("after: \"x\"", "after", "ne vient d’aucune liste"),
        ("after: \"\"", "after", "ne vient d’aucune liste"),
        ("before: \"e30\"", "before", "ne vient d’aucune liste"),
    ] {
        let refusal = lists.refusal(arguments).await;
        assert_eq!(refusal.0, json!([field]), "{arguments}");
        assert!(refusal.1.contains(message), "{arguments}: {}", refusal.1);
    }
}

#[tokio::test]
async fn a_deleted_row_keeps_its_place_and_foreign_cursors_have_none() {
    let lists = Lists::start().await;
    let (app, staff) = (&lists.app, &lists.staff);
    app.run(staff, DELETE, json!({ "id": lists.ids[2] })).await;
    lists.expect("first: 1, after: #2", &[3], true, true).await;
    lists.expect("last: 1, before: #2", &[1], true, true).await;
    lists.expect("after: #2, before: #3", &[], true, false).await;

    let other = query(
        app,
        staff,
        "{ projects(first: 1) { pageInfo { endCursor } }
           projectUpdates(first: 1, orderBy: { field: POSTED_AT, direction: ASC }) { pageInfo { endCursor } } }",
    )
    .await;
    let foreign = ["projects", "projectUpdates"].map(|list| other[list]["pageInfo"]["endCursor"].clone());
    // Written by somebody who knows what a cursor looks like inside: what the column can't hold.
    let own = BASE64URL_NOPAD.decode(lists.cursors[0].as_bytes()).unwrap();
    let own: Value = serde_json::from_slice(&own).unwrap();
    let forged = [
        json!({ "s": "x" }),
        json!({ "i": 5 }),
        json!({ "t": "+12026-11-21T05:00:00Z" }),
        json!({ "d": "2026-11-21" }),
    ]
    .map(|value| {
        let mut cursor = own.clone();
        cursor["values"][0] = value;
        json!(BASE64URL_NOPAD.encode(cursor.to_string().as_bytes()))
    });
    for cursor in foreign.iter().chain(&forged) {
        for (argument, arguments) in [
            ("after", format!("after: {cursor}")),
            ("before", format!("before: {cursor}")),
        ] {
            assert_eq!(lists.refusal(&arguments).await.0, json!([argument]), "{cursor}");
        }
    }
}
