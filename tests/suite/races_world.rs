//! What the tests of races share: a world with parents and children, cascades and moves in it, and calls that meet at a lock
//! held by hand.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use platform::db::WriteTx;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::billing_world::{draft, draft_input, key};
use crate::lead_world::{CONVERT_LEAD, lead};
use crate::project_world::{CREATE_PROJECT, CREATE_UPDATE, UPDATE_PROJECT};
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::people::Person;

pub const DELETE: &str = "mutation($input: DeleteRecordInput!) { deleteRecord(input: $input) { \
    userErrors { code message field } } }";
pub const RESTORE: &str = "mutation($input: RestoreRecordInput!) { restoreRecord(input: $input) { \
    userErrors { code message field } } }";
pub const FORCE: &str = "mutation($input: ForceDeleteRecordInput!) { forceDeleteRecord(input: $input) { \
    userErrors { code message field } } }";
pub const CREATE_INVOICE: &str = "mutation($input: CreateInvoiceInput!) { createInvoice(input: $input) { \
    userErrors { code message field } } }";
pub const RECORD_PAYMENT: &str = "mutation($input: RecordPaymentInput!) { recordPayment(input: $input) { \
    userErrors { code message field } } }";

pub const ISSUE: &str = "mutation($input: IssueInvoiceInput!) { issueInvoice(input: $input) { \
    userErrors { code message field } } }";

/// How long a command may take to come to its lock.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub type Call = (&'static str, Value);

/// Two clients, of whom the first has a project with an update and a draft.
pub struct World {
    pub here: String,
    pub there: String,
    pub project: String,
    pub update: String,
    pub draft: String,
    pub lead: Value,
}

/// What is deleted, restored or removed for good.
#[derive(Debug, Clone, Copy)]
pub enum Cascade {
    DeleteClient,
    DeleteOtherClient,
    DeleteProject,
    DeleteUpdate,
    DeleteDraft,
    RemoveClient,
    RemoveProject,
    RestoreClient,
    RestoreProject,
    RestoreUpdate,
    RestoreDraft,
}

/// What changes a parent, or attaches a child to one.
#[derive(Debug, Clone, Copy)]
pub enum Move {
    ToOtherClient,
    NewProject,
    ConvertLead,
    NewUpdate,
    NewInvoice,
    NewPayment,
    IssueDraft,
}

pub const MOVES: [Move; 7] = [
    Move::ToOtherClient,
    Move::NewProject,
    Move::ConvertLead,
    Move::NewUpdate,
    Move::NewInvoice,
    Move::NewPayment,
    Move::IssueDraft,
];

impl World {
    pub async fn new(app: &TestApp, staff: &Person) -> Self {
        let (here, there) = tokio::join!(app.client(), app.client());
        let project = app.project(staff, &here).await;
        Self {
            update: app.post_update(staff, &project, "Dalle").await,
            draft: draft(app, staff, &project, "100").await["id"]
                .as_str()
                .unwrap()
                .to_owned(),
            lead: lead(app, staff, json!({})).await,
            here: here.client().to_owned(),
            there: there.client().to_owned(),
            project,
        }
    }

    pub fn cascade(&self, cascade: Cascade) -> Call {
        let (document, id) = match cascade {
            Cascade::DeleteClient => (DELETE, &self.here),
            Cascade::DeleteOtherClient => (DELETE, &self.there),
            Cascade::DeleteProject => (DELETE, &self.project),
            Cascade::DeleteUpdate => (DELETE, &self.update),
            Cascade::DeleteDraft => (DELETE, &self.draft),
            Cascade::RemoveClient => (FORCE, &self.here),
            Cascade::RemoveProject => (FORCE, &self.project),
            Cascade::RestoreClient => (RESTORE, &self.here),
            Cascade::RestoreProject => (RESTORE, &self.project),
            Cascade::RestoreUpdate => (RESTORE, &self.update),
            Cascade::RestoreDraft => (RESTORE, &self.draft),
        };
        (document, json!({ "id": id }))
    }

    /// What must be deleted before it can be restored.
    pub fn before(&self, cascade: Cascade) -> Option<Call> {
        let id = match cascade {
            Cascade::RestoreClient => &self.here,
            Cascade::RestoreProject => &self.project,
            Cascade::RestoreUpdate => &self.update,
            Cascade::RestoreDraft => &self.draft,
            _ => return None,
        };
        Some((DELETE, json!({ "id": id })))
    }

    /// `version` is the one that the project and its draft come to before they can change.
    pub fn movement(&self, movement: Move, version: i32) -> Call {
        match movement {
            Move::ToOtherClient => self.to_other_client(version),
            Move::NewProject => (CREATE_PROJECT, json!({ "clientId": self.here, "name": "Annexe" })),
            Move::ConvertLead => (
                CONVERT_LEAD,
                json!({ "id": self.lead["id"], "expectedVersion": self.lead["version"], "clientId": self.here,
                    "project": { "name": "Villa" } }),
            ),
            Move::NewUpdate => (
                CREATE_UPDATE,
                json!({ "projectId": self.project, "title": "Toit", "post": true }),
            ),
            Move::NewInvoice => (CREATE_INVOICE, draft_input(&self.project, "50")),
            Move::NewPayment => (
                RECORD_PAYMENT,
                json!({ "projectId": self.project, "amount": "10", "paidOn": "2026-11-20", "mode": "TRANSFER",
                    "idempotencyKey": key() }),
            ),
            Move::IssueDraft => (ISSUE, json!({ "id": self.draft, "expectedVersion": version })),
        }
    }

    pub fn to_other_client(&self, version: i32) -> Call {
        let patch = json!({ "clientId": self.there });
        (
            UPDATE_PROJECT,
            json!({ "id": self.project, "expectedVersion": version, "patch": patch }),
        )
    }
}

/// Runs the calls so that each finds the ones before it waiting, on PostgreSQL by holding the rows that `held` selects.
pub async fn race(app: &TestApp, staff: &Person, held: &str, calls: &[Call]) {
    let holder = match TestDatabase::on_postgres() {
        true => Some(hold(app, held).await),
        false => None,
    };
    let (ended, started) = (AtomicU32::new(0), watch::Sender::new(0));
    let answers = join_all(calls.iter().enumerate().map(|(place, (document, input))| {
        let (mut turn, ended) = (started.subscribe(), &ended);
        async move {
            turn.wait_for(|started| *started > place).await.unwrap();
            let answer = app.graphql(staff, document, json!({ "input": input })).await;
            ended.fetch_add(1, Ordering::SeqCst);
            answer
        }
    }));
    let conductor = async {
        for started_now in 1..=calls.len() {
            started.send_replace(started_now);
            if holder.is_some() {
                all_wait(app, &ended, started_now).await;
            }
        }
        drop(holder);
    };
    let (answers, ()) = tokio::join!(answers, conductor);
    for (answer, call) in answers.into_iter().zip(calls) {
        // A payload's record may be removed for good by the other call before all its fields are read, and is told so.
        let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
        assert!(
            errors
                .iter()
                .all(|error| error["extensions"]["code"] == "NOT_FOUND"),
            "{call:?} of {calls:?}: {}",
            answer.body
        );
    }
    assert_eq!(orphans(app).await, 0, "{held}: {calls:?}");
}

pub async fn hold(app: &TestApp, rows: &str) -> WriteTx {
    let tx = app.ctx().db.begin_write(app.ctx().clock.now()).await.unwrap();
    tx.conn()
        .execute_unprepared(&format!("{rows} FOR UPDATE"))
        .await
        .unwrap();
    tx
}

/// Comes back once each of the calls begun has ended or waits for a lock: PostgreSQL tells it to whoever asks.
pub async fn all_wait(app: &TestApp, ended: &AtomicU32, begun: usize) {
    let waiting = "SELECT count(*) AS n FROM pg_stat_activity \
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let looked = async {
        loop {
            let seen = count(app, waiting).await + i64::from(ended.load(Ordering::SeqCst));
            if usize::try_from(seen).unwrap() >= begun {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, looked)
        .await
        .unwrap_or_else(|_| panic!("a command neither ended nor came to a lock"));
}

pub async fn count(app: &TestApp, sql: &str) -> i64 {
    let db = &app.ctx().db;
    let statement = Statement::from_string(db.backend(), sql);
    let row = db.reader().query_one_raw(statement).await.unwrap().unwrap();
    row.try_get("", "n").unwrap()
}

/// How many living records are below a deleted parent.
pub async fn orphans(app: &TestApp) -> i64 {
    let mut found = 0;
    for (child, column, parent) in [
        ("projects", "client_id", "clients"),
        ("project_updates", "project_id", "projects"),
        ("invoices", "project_id", "projects"),
        ("payments", "project_id", "projects"),
        ("portfolio_gallery_images", "portfolio_item_id", "portfolio_items"),
        ("portfolio_videos", "portfolio_item_id", "portfolio_items"),
    ] {
        let sql = format!(
            "SELECT count(*) AS n FROM {child} JOIN {parent} ON {parent}.id = {child}.{column} \
             WHERE {child}.deleted_at IS NULL AND {parent}.deleted_at IS NOT NULL"
        );
        found += count(app, &sql).await;
    }
    found
}

pub async fn start() -> TestApp {
    TestApp::builder().leaves_deliveries_pending().start().await
}

/// The rows that are held in turn. SQLite holds none.
pub fn holds() -> &'static [&'static str] {
    let holds = &["SELECT id FROM clients", "SELECT id FROM projects"];
    if TestDatabase::on_postgres() {
        holds
    } else {
        &holds[..1]
    }
}
