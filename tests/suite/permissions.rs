//! The permission table, walked: every root field as visitor, client, other client, staff and administrator. And
//! what isn't yours, which must look like what doesn't exist.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use belle_house::graphql::{permissions, sdl};
use platform::db::Db;
use platform::graphql::guard::Access;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};

use crate::billing_world::{draft, issued, pay};
use crate::support::app::TestApp;
use crate::support::people::Person;
use crate::support::subscription::Subscription;

/// The schema's types by name.
pub struct Schema(pub HashMap<String, TypeDefinition>);

impl Schema {
    pub fn read() -> Self {
        let document = parse_schema(sdl()).unwrap();
        let types = document
            .definitions
            .into_iter()
            .filter_map(|definition| match definition {
                TypeSystemDefinition::Type(definition) => {
                    Some((definition.node.name.node.to_string(), definition.node))
                }
                _ => None,
            });
        Self(types.collect())
    }

    pub fn fields(&self, name: &str) -> Vec<&FieldDefinition> {
        match &self.0[name].kind {
            TypeKind::Object(object) => object.fields.iter().map(|field| &field.node).collect(),
            _ => panic!("{name} is no object"),
        }
    }

    /// A document that uses one root field, with every argument that it requires.
    fn document(&self, operation: &str, field: &FieldDefinition, ids: &Ids) -> String {
        let name = field.name.node.as_str();
        let required: Vec<String> = field
            .arguments
            .iter()
            .filter_map(|argument| self.required(name, &argument.node, ids))
            .collect();
        let arguments = if required.is_empty() {
            String::new()
        } else {
            format!("({})", required.join(", "))
        };
        let selection = match self.0.get(base_name(&field.ty.node)).map(|ty| &ty.kind) {
            Some(TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)) => " { __typename }",
            _ => "",
        };
        format!("{operation} {{ {name}{arguments}{selection} }}")
    }

    pub fn required(&self, field: &str, input: &InputValueDefinition, ids: &Ids) -> Option<String> {
        if input.ty.node.nullable || input.default_value.is_some() {
            return None;
        }
        let name = input.name.node.as_str();
        Some(format!(
            "{name}: {}",
            self.sample(field, name, &input.ty.node, ids)
        ))
    }

    pub fn sample(&self, field: &str, name: &str, ty: &Type, ids: &Ids) -> String {
        let BaseType::Named(type_name) = &ty.base else {
            return "[]".to_owned();
        };
        match self.0.get(type_name.as_str()).map(|ty| &ty.kind) {
            Some(TypeKind::Enum(values)) => values.values[0].node.value.node.to_string(),
            Some(TypeKind::InputObject(object)) => {
                let inner: Vec<String> = object
                    .fields
                    .iter()
                    .filter_map(|inner| self.required(field, &inner.node, ids))
                    .collect();
                format!("{{ {} }}", inner.join(", "))
            }
            _ => match type_name.as_str() {
                "ID" => format!("\"{}\"", ids.of(field, name)),
                "Int" => "1".to_owned(),
                "Boolean" => "true".to_owned(),
                "EmailAddress" => "\"personne@example.com\"".to_owned(),
                "Date" => "\"2026-01-01\"".to_owned(),
                "DateTime" => "\"2026-01-01T00:00:00Z\"".to_owned(),
                "Decimal" => "\"1\"".to_owned(),
                _ => "\"x\"".to_owned(),
            },
        }
    }
}

pub fn base_name(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(inner) => base_name(inner),
    }
}

/// Ids to fill in: real ones where a refusal must hold, unknown ones where the call goes through.
pub struct Ids {
    client: String,
    project: String,
    update: String,
    invoice: String,
}

impl Ids {
    pub fn unknown() -> Self {
        let id = |prefix: &str| format!("{prefix}_01h2xcejqtf2nbrexx3vqjhp41");
        Self {
            client: id("cli"),
            project: id("prj"),
            update: id("upd"),
            invoice: id("inv"),
        }
    }

    fn of(&self, field: &str, name: &str) -> String {
        let unknown = |prefix: &str| format!("{prefix}_01h2xcejqtf2nbrexx3vqjhp41");
        match (name, field) {
            ("clientId", _) => self.client.clone(),
            ("projectId", _) => self.project.clone(),
            ("invoiceId", _) => self.invoice.clone(),
            (_, field) if field.ends_with("ProjectUpdate") => self.update.clone(),
            (_, field) if field.to_lowercase().contains("invoice") => self.invoice.clone(),
            (_, field) if field.ends_with("Payment") => unknown("pay"),
            (_, field) if field.ends_with("PortfolioItem") => unknown("pfi"),
            (_, field) if field.ends_with("Session") => unknown("ses"),
            (_, field) if field.ends_with("Delivery") => unknown("dlv"),
            (_, field) if field.to_lowercase().contains("client") => self.client.clone(),
            _ => self.project.clone(),
        }
    }
}

/// How many rows each table has, and how often they changed.
pub async fn fingerprint(app: &TestApp) -> BTreeMap<String, (i64, i64)> {
    fingerprint_of(&app.ctx().db).await
}

/// The same of a database without a server.
pub async fn fingerprint_of(db: &Db) -> BTreeMap<String, (i64, i64)> {
    let ask = async |sql: String| {
        db.reader()
            .query_all_raw(Statement::from_string(db.backend(), sql))
            .await
            .unwrap()
    };
    let (tables, versions) = match db.backend() {
        DbBackend::Sqlite => (
            "SELECT name FROM sqlite_master WHERE type = 'table'",
            "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE c.name = 'version'",
        ),
        _ => (
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'",
            "SELECT table_name::text FROM information_schema.columns WHERE table_schema = 'public' \
             AND column_name = 'version' AND data_type = 'integer'",
        ),
    };
    let names = async |sql: &str| -> BTreeSet<String> {
        let rows = ask(sql.to_owned()).await;
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    };
    let versioned = names(versions).await;
    let mut found = BTreeMap::new();
    for table in names(tables).await {
        let sum = if versioned.contains(&table) && !table.contains("migrations") {
            "CAST(COALESCE(SUM(version), 0) AS BIGINT)"
        } else {
            "CAST(0 AS BIGINT)"
        };
        let row = ask(format!("SELECT COUNT(*), {sum} FROM \"{table}\"")).await;
        let counts = (
            row[0].try_get_by_index(0).unwrap(),
            row[0].try_get_by_index(1).unwrap(),
        );
        found.insert(table, counts);
    }
    found
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Visitor,
    Client,
    Staff,
    Admin,
}

fn refusal(access: Access, who: Who) -> Option<&'static str> {
    let allowed = match access {
        Access::Anyone => true,
        Access::SignedIn => who != Who::Visitor,
        Access::Client => who == Who::Client,
        Access::Staff => matches!(who, Who::Staff | Who::Admin),
        Access::Admin => who == Who::Admin,
    };
    match who {
        _ if allowed => None,
        Who::Visitor => Some("UNAUTHENTICATED"),
        _ => Some("FORBIDDEN"),
    }
}

#[test]
fn every_root_field_is_in_the_table() {
    let schema = Schema::read();
    for (root, table) in [
        ("Query", permissions::QUERY),
        ("Mutation", permissions::MUTATION),
        ("Subscription", permissions::SUBSCRIPTION),
    ] {
        let served: BTreeSet<&str> = schema
            .fields(root)
            .into_iter()
            .map(|field| field.name.node.as_str())
            .collect();
        let written: BTreeSet<&str> = table.iter().map(|(name, _)| *name).collect();
        assert_eq!(
            written.len(),
            table.len(),
            "{root}: a field is in the table twice"
        );
        let missing: Vec<_> = served.difference(&written).collect();
        let gone: Vec<_> = written.difference(&served).collect();
        assert!(
            missing.is_empty() && gone.is_empty(),
            "{root} in src/graphql/permissions.rs: write who may use {missing:?}, take out {gone:?}"
        );
    }
}

#[tokio::test]
async fn every_root_field_refuses_whom_it_must() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, admin, client, other) = tokio::join!(app.staff(), app.admin(), app.client(), app.client());
    let project = app.project(&staff, &client).await;
    let real = Ids {
        client: client.client().to_owned(),
        update: app.post_update(&staff, &project, "Dalle").await,
        invoice: draft(&app, &staff, &project, "1000").await["id"]
            .as_str()
            .unwrap()
            .to_owned(),
        project,
    };
    let schema = Schema::read();
    let callers = [
        (Who::Visitor, None),
        (Who::Client, Some(&client)),
        (Who::Client, Some(&other)),
        (Who::Staff, Some(&staff)),
        (Who::Admin, Some(&admin)),
    ];
    let before = fingerprint(&app).await;
    for (root, table) in [("Query", permissions::QUERY), ("Mutation", permissions::MUTATION)] {
        let accesses: HashMap<&str, Access> = table.iter().copied().collect();
        for field in schema.fields(root) {
            let document = schema.document(&root.to_lowercase(), field, &real);
            for (who, person) in callers {
                let Some(code) = refusal(accesses[field.name.node.as_str()], who) else {
                    continue;
                };
                let answer = app.graphql(token(person), &document, json!({})).await;
                assert_eq!(answer.code(), code, "{who:?}: {document}");
                let data = &answer.body["data"];
                assert!(
                    data.is_null() || data[field.name.node.as_str()].is_null(),
                    "{who:?}: {document}: {data}"
                );
            }
        }
    }
    assert_eq!(
        fingerprint(&app).await,
        before,
        "a refused call has changed something"
    );

    // Whom it must let in: with ids that nobody has, so that everybody meets the same world. Signing out comes last.
    let unknown = Ids::unknown();
    for (root, table) in [("Query", permissions::QUERY), ("Mutation", permissions::MUTATION)] {
        let accesses: HashMap<&str, Access> = table.iter().copied().collect();
        let fields = schema.fields(root);
        let last = |field: &&&FieldDefinition| field.name.node.as_str() == "logout";
        for field in fields
            .iter()
            .filter(|it| !last(it))
            .chain(fields.iter().filter(last))
        {
            let document = schema.document(&root.to_lowercase(), field, &unknown);
            for (who, person) in callers {
                if refusal(accesses[field.name.node.as_str()], who).is_some() {
                    continue;
                }
                // A visitor may sign a session out by its refresh token, and has none here.
                if last(&field) && who == Who::Visitor {
                    continue;
                }
                let answer = app.graphql(token(person), &document, json!({})).await;
                let code = answer.body["errors"][0]["extensions"]["code"].as_str();
                assert!(
                    !matches!(
                        code,
                        Some("FORBIDDEN" | "UNAUTHENTICATED" | "INTERNAL" | "GRAPHQL_VALIDATION_FAILED")
                    ),
                    "{who:?}: {document}: {}",
                    answer.body
                );
            }
        }
    }
}

fn token(person: Option<&Person>) -> Option<&str> {
    person.map(|person| person.token.as_str())
}

#[tokio::test]
async fn every_stream_refuses_whom_it_must() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, admin, client) = tokio::join!(app.staff(), app.admin(), app.client());
    let schema = Schema::read();
    let accesses: HashMap<&str, Access> = permissions::SUBSCRIPTION.iter().copied().collect();
    for field in schema.fields("Subscription") {
        let document = schema.document("subscription", field, &Ids::unknown());
        for (who, person) in [
            (Who::Visitor, None),
            (Who::Client, Some(&client)),
            (Who::Staff, Some(&staff)),
            (Who::Admin, Some(&admin)),
        ] {
            let payload = match person {
                Some(person) => json!({ "Authorization": format!("Bearer {}", person.token) }),
                None => json!({}),
            };
            let mut stream = Subscription::start_with(app.address(), payload, &document, json!({})).await;
            match refusal(accesses[field.name.node.as_str()], who) {
                None => stream.expect_silence(Duration::from_millis(100)).await,
                Some(code) => {
                    let message = stream.next_message().await;
                    let told = &message["payload"][0]["extensions"]["code"];
                    assert_eq!(
                        (&message["type"], told),
                        (&json!("error"), &json!(code)),
                        "{who:?}: {document}: {message}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_yours_looks_like_what_does_not_exist() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client, other) = tokio::join!(app.staff(), app.client(), app.client());
    let project = app.project(&staff, &client).await;
    let update = app.post_update(&staff, &project, "Dalle").await;
    let invoice = issued(&app, &staff, &project, "1000").await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let payment = pay(&app, &staff, &project, Some(&invoice), "10").await["payment"]["id"].clone();
    let payment = payment.as_str().unwrap().to_owned();
    let nobody = Ids::unknown();
    let ask = async |query: &str, id: &str| -> Value {
        let body = app.graphql(&other, query, json!({ "id": id })).await.body;
        // The question itself may come back, never more.
        serde_json::from_str(&body.to_string().replace(id, "ID")).unwrap()
    };
    for (query, theirs, unknown) in [
        (
            "query($id: ID!) { project(id: $id) { name } }",
            &project,
            &nobody.project,
        ),
        (
            "query($id: ID!) { node(id: $id) { id } }",
            &project,
            &nobody.project,
        ),
        (
            "query($id: ID!) { node(id: $id) { id } }",
            &update,
            &nobody.update,
        ),
        (
            "query($id: ID!) { node(id: $id) { id } invoice(id: $id) { number } }",
            &invoice,
            &nobody.invoice,
        ),
        (
            "query($id: ID!) { node(id: $id) { id } }",
            &payment,
            &"pay_01h2xcejqtf2nbrexx3vqjhp41".to_owned(),
        ),
        (
            "query($id: ID!) { viewer { invoices(filter: { projectId: $id }) { totalCount nodes { id } } } }",
            &project,
            &nobody.project,
        ),
        (
            "query($id: ID!) { node(id: $id) { id } }",
            &client.client().to_owned(),
            &nobody.client,
        ),
        (
            "query($id: ID!) { viewer { projects(filter: { clientId: $id }) { totalCount nodes { id } } } }",
            &client.client().to_owned(),
            &nobody.client,
        ),
        (
            "query($id: ID!) { viewer { notifications(filter: { projectId: $id }) { totalCount } } }",
            &project,
            &nobody.project,
        ),
        (
            "mutation($id: ID!) { markNotificationsRead(input: { ids: [$id] }) { userErrors { code message } } }",
            &"ntf_01h2xcejqtf2nbrexx3vqjhp42".to_owned(),
            &"ntf_01h2xcejqtf2nbrexx3vqjhp41".to_owned(),
        ),
    ] {
        assert_eq!(ask(query, theirs).await, ask(query, unknown).await, "{query}");
    }
    let stream = "subscription($id: ID!) { viewerEvents(projectId: $id) { __typename } }";
    let mut messages = Vec::new();
    for id in [&project, &nobody.project] {
        let mut subscription =
            Subscription::start(app.address(), &other.token, stream, json!({ "id": id })).await;
        messages.push(subscription.next_message().await);
    }
    assert_eq!(messages[0], messages[1]);
    assert!(messages[0].to_string().contains("NOT_FOUND"), "{}", messages[0]);
}
