//! Cascades (delete, restore, remove for good) and moves (another client, a new child) at the same moment, on one
//! parent. On PostgreSQL the parents' rows are held by hand until all are seen to wait for a lock, so that each pair
//! meets in each order; on SQLite they queue for the one writer. Whatever the order, each answers with success or a
//! userError, and nothing living is left below a deleted parent.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use belle_house::platform::db::WriteTx;
use belle_house::platform::error::CommandError;
use belle_house::platform::events;
use belle_house::platform::write::{ATTEMPTS, Moved, write_tx};
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, Statement};
use serde_json::{Value, json};
use tokio::sync::{Barrier, watch};

use crate::billing_world::{draft, draft_input, key};
use crate::content_world::{UPDATE_ITEM, change, published_item, values};
use crate::lead_world::{CONVERT_LEAD, lead};
use crate::project_world::{CREATE_PROJECT, CREATE_UPDATE, UPDATE_PROJECT, upload};
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::people::Person;

const DELETE: &str = "mutation($input: DeleteRecordInput!) { deleteRecord(input: $input) { \
    userErrors { code message field } } }";
const RESTORE: &str = "mutation($input: RestoreRecordInput!) { restoreRecord(input: $input) { \
    userErrors { code message field } } }";
const FORCE: &str = "mutation($input: ForceDeleteRecordInput!) { forceDeleteRecord(input: $input) { \
    userErrors { code message field } } }";
const CREATE_INVOICE: &str = "mutation($input: CreateInvoiceInput!) { createInvoice(input: $input) { \
    userErrors { code message field } } }";
const RECORD_PAYMENT: &str = "mutation($input: RecordPaymentInput!) { recordPayment(input: $input) { \
    userErrors { code message field } } }";

/// How long a command may take to come to its lock.
const PATIENCE: Duration = Duration::from_secs(20);

type Call = (&'static str, Value);

/// Two clients, of whom the first has a project with an update and a draft.
struct World {
    here: String,
    there: String,
    project: String,
    update: String,
    draft: String,
    lead: Value,
}

/// What is deleted, restored or removed for good.
#[derive(Debug, Clone, Copy)]
enum Cascade {
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
enum Move {
    ToOtherClient,
    NewProject,
    ConvertLead,
    NewUpdate,
    NewInvoice,
    NewPayment,
}

const MOVES: [Move; 6] = [
    Move::ToOtherClient,
    Move::NewProject,
    Move::ConvertLead,
    Move::NewUpdate,
    Move::NewInvoice,
    Move::NewPayment,
];

impl World {
    async fn new(app: &TestApp, staff: &Person) -> Self {
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

    fn cascade(&self, cascade: Cascade) -> Call {
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
    fn before(&self, cascade: Cascade) -> Option<Call> {
        let id = match cascade {
            Cascade::RestoreClient => &self.here,
            Cascade::RestoreProject => &self.project,
            Cascade::RestoreUpdate => &self.update,
            Cascade::RestoreDraft => &self.draft,
            _ => return None,
        };
        Some((DELETE, json!({ "id": id })))
    }

    /// `version` is the one that the project comes to before it can move.
    fn movement(&self, movement: Move, version: i32) -> Call {
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
        }
    }

    fn to_other_client(&self, version: i32) -> Call {
        let patch = json!({ "clientId": self.there });
        (
            UPDATE_PROJECT,
            json!({ "id": self.project, "expectedVersion": version, "patch": patch }),
        )
    }
}

/// Runs the calls so that each finds the ones before it waiting, on PostgreSQL by holding the rows that `held` selects.
async fn race(app: &TestApp, staff: &Person, held: &str, calls: &[Call]) {
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

async fn hold(app: &TestApp, rows: &str) -> WriteTx {
    let tx = app.ctx().db.begin_write(app.ctx().clock.now()).await.unwrap();
    tx.conn()
        .execute_unprepared(&format!("{rows} FOR UPDATE"))
        .await
        .unwrap();
    tx
}

/// Comes back once each of the calls begun has ended or waits for a lock: PostgreSQL tells it to whoever asks.
async fn all_wait(app: &TestApp, ended: &AtomicU32, begun: usize) {
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

async fn count(app: &TestApp, sql: &str) -> i64 {
    let db = &app.ctx().db;
    let statement = Statement::from_string(db.backend(), sql);
    let row = db.reader().query_one_raw(statement).await.unwrap().unwrap();
    row.try_get("", "n").unwrap()
}

/// How many living records are below a deleted parent.
async fn orphans(app: &TestApp) -> i64 {
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

async fn start() -> TestApp {
    TestApp::builder().leaves_deliveries_pending().start().await
}

/// The rows that are held in turn. SQLite holds none.
fn holds() -> &'static [&'static str] {
    let holds = &["SELECT id FROM clients", "SELECT id FROM projects"];
    if TestDatabase::on_postgres() {
        holds
    } else {
        &holds[..1]
    }
}

/// Each of these cascades with each move, in both orders, waiting for clients and for projects.
async fn walk(cascades: &[Cascade]) {
    let app = start().await;
    let admin = app.admin().await;
    for cascade in cascades {
        for movement in MOVES {
            for held in holds() {
                for cascade_first in [true, false] {
                    let world = World::new(&app, &admin).await;
                    if let Some((document, input)) = world.before(*cascade) {
                        app.run(&admin, document, input).await;
                    }
                    let comes_back = matches!(cascade, Cascade::RestoreClient | Cascade::RestoreProject);
                    let version = if comes_back { 3 } else { 1 };
                    let mut calls = [world.cascade(*cascade), world.movement(movement, version)];
                    if !cascade_first {
                        calls.reverse();
                    }
                    race(&app, &admin, held, &calls).await;
                }
            }
        }
    }
}

#[tokio::test]
async fn deleting_above_meets_every_move() {
    walk(&[
        Cascade::DeleteClient,
        Cascade::DeleteOtherClient,
        Cascade::DeleteProject,
    ])
    .await;
}

#[tokio::test]
async fn deleting_below_meets_every_move() {
    walk(&[
        Cascade::DeleteUpdate,
        Cascade::DeleteDraft,
        Cascade::RestoreUpdate,
        Cascade::RestoreDraft,
    ])
    .await;
}

#[tokio::test]
async fn removing_for_good_meets_every_move() {
    walk(&[Cascade::RemoveClient, Cascade::RemoveProject]).await;
}

#[tokio::test]
async fn restoring_meets_every_move() {
    walk(&[Cascade::RestoreClient, Cascade::RestoreProject]).await;
}

#[tokio::test]
async fn cascades_meet_each_other() {
    use Cascade::{DeleteClient, DeleteProject, DeleteUpdate, RemoveClient, RestoreProject, RestoreUpdate};
    let app = start().await;
    let admin = app.admin().await;
    for pair in [
        [DeleteClient, DeleteProject],
        [DeleteClient, DeleteUpdate],
        [DeleteClient, RestoreProject],
        [DeleteProject, RestoreUpdate],
        [DeleteClient, RestoreUpdate],
        [RemoveClient, RestoreProject],
        [RemoveClient, DeleteUpdate],
    ] {
        for held in holds() {
            for [first, second] in [pair, [pair[1], pair[0]]] {
                let world = World::new(&app, &admin).await;
                for before in [first, second].into_iter().filter_map(|it| world.before(it)) {
                    app.run(&admin, before.0, before.1).await;
                }
                race(&app, &admin, held, &[world.cascade(first), world.cascade(second)]).await;
            }
        }
    }
}

/// What was seen in the wild: a project goes to another client while both are deleted.
#[tokio::test]
async fn a_project_moves_while_both_its_clients_are_deleted() {
    let app = start().await;
    let admin = app.admin().await;
    for held in holds() {
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let world = World::new(&app, &admin).await;
            let calls = [
                world.to_other_client(1),
                world.cascade(Cascade::DeleteClient),
                world.cascade(Cascade::DeleteOtherClient),
            ];
            race(&app, &admin, held, &order.map(|place| calls[place].clone())).await;
        }
    }
}

/// Two projects change places while both clients are deleted: locked project first, these waited in a circle.
#[tokio::test]
async fn projects_change_places_while_both_their_clients_are_deleted() {
    let app = start().await;
    let admin = app.admin().await;
    for held in holds() {
        let (one, other) = (World::new(&app, &admin).await, World::new(&app, &admin).await);
        let swap = |world: &World, to: &World| {
            let patch = json!({ "clientId": to.here });
            let input = json!({ "id": world.project, "expectedVersion": 1, "patch": patch });
            (UPDATE_PROJECT, input)
        };
        let calls = [
            swap(&one, &other),
            swap(&other, &one),
            one.cascade(Cascade::DeleteClient),
            other.cascade(Cascade::DeleteClient),
        ];
        race(&app, &admin, held, &calls).await;
    }
}

#[tokio::test]
async fn a_gallery_changes_while_its_item_comes_and_goes() {
    let app = start().await;
    let admin = app.admin().await;
    for held in [
        "SELECT id FROM portfolio_items",
        "SELECT id FROM portfolio_gallery_images",
    ] {
        for cascade in [DELETE, FORCE] {
            for cascade_first in [true, false] {
                let gallery = json!([{ "uploadId": upload(&app, &admin, 420).await },
                    { "uploadId": upload(&app, &admin, 430).await }]);
                let item = published_item(&app, &admin, json!({ "gallery": gallery })).await;
                let pictures = values(&item["gallery"], "id");
                let fresh = upload(&app, &admin, 440).await;
                let patch = json!({ "gallery": [{ "id": pictures[0] }, { "uploadId": fresh }] });
                let mut calls = [
                    (cascade, json!({ "id": item["id"] })),
                    (UPDATE_ITEM, change(&item, patch)),
                    (DELETE, json!({ "id": pictures[1] })),
                ];
                if !cascade_first {
                    calls.reverse();
                }
                race(&app, &admin, held, &calls).await;
            }
        }
    }
}

/// Two transactions that lock the same two rows in opposite orders: PostgreSQL ends one, which then goes through.
#[tokio::test]
async fn a_deadlock_is_tried_again() {
    if !TestDatabase::on_postgres() {
        return;
    }
    let app = start().await;
    let clients = [app.client().await, app.client().await];
    let (attempts, both_hold_one) = (AtomicU32::new(0), Barrier::new(2));
    let lock = async |tx: &WriteTx, place: usize| {
        let email = &clients[place].email;
        let sql = format!("SELECT id FROM accounts WHERE email = '{email}' FOR UPDATE");
        tx.conn().execute_unprepared(&sql).await.map(|_| ())
    };
    let cross = async |first: usize, second: usize| {
        let mut meets = true;
        let result: Result<(), DbErr> = write_tx!(app.ctx(), |tx| {
            attempts.fetch_add(1, Ordering::SeqCst);
            lock(tx, first).await?;
            // The second attempt finds nobody to meet.
            if std::mem::take(&mut meets) {
                both_hold_one.wait().await;
            }
            lock(tx, second).await
        });
        result
    };
    let (one, other) = tokio::join!(cross(0, 1), cross(1, 0));
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    assert_eq!(
        attempts.load(Ordering::SeqCst),
        3,
        "one of the two was tried again, once"
    );
}

#[tokio::test]
async fn attempts_are_bounded_and_what_failed_left_nothing() {
    let app = start().await;
    let begun = events::Entity::find().count(app.ctx().db.reader()).await.unwrap();
    let append = async |tx: &WriteTx| {
        let event = events::NewEvent {
            kind: "Tried",
            for_staff: true,
            ..events::NewEvent::default()
        };
        events::append_in_tx(tx, event).await
    };
    let attempts = AtomicU32::new(0);
    let never: Result<(), CommandError> = write_tx!(app.ctx(), |tx| {
        attempts.fetch_add(1, Ordering::SeqCst);
        append(tx).await?;
        Err(Moved.into())
    });
    assert!(matches!(never, Err(CommandError::Internal(_))), "{never:?}");
    assert_eq!(attempts.load(Ordering::SeqCst), ATTEMPTS);

    let attempts = AtomicU32::new(0);
    let second_time: Result<u32, CommandError> = write_tx!(app.ctx(), |tx| {
        let attempt = attempts.fetch_add(1, Ordering::SeqCst) + 1;
        append(tx).await?;
        if attempt == 1 {
            return Err(Moved.into());
        }
        Ok(attempt)
    });
    assert_eq!(second_time.unwrap(), 2);
    let refused: Result<(), CommandError> = write_tx!(app.ctx(), |tx| {
        attempts.fetch_add(1, Ordering::SeqCst);
        append(tx).await?;
        Err(CommandError::Forbidden)
    });
    assert!(matches!(refused, Err(CommandError::Forbidden)));
    assert_eq!(attempts.load(Ordering::SeqCst), 3, "a refusal is final");
    let told = events::Entity::find().count(app.ctx().db.reader()).await.unwrap();
    assert_eq!(told - begun, 1, "only what was committed is told");
}
