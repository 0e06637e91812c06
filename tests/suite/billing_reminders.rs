//! What the calendar brings: overdue at midnight, reminders in the morning, each once.

use belle_house::features::billing::reminders::{Report, catch_up};
use platform::events;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use crate::billing_world::{done, draft_input, key, on_invoice, with};
use crate::support::app::TestApp;
use crate::support::people::PASSWORD;

async fn invoice(app: &TestApp, project: &str, staff: &crate::support::people::Person, due: &str) -> String {
    let input = with(
        draft_input(project, "1000"),
        json!({ "issue": true, "dueDate": due }),
    );
    let made = done(on_invoice(app, staff, "createInvoice", input).await, "invoice");
    made["id"].as_str().unwrap().to_owned()
}

async fn at(app: &TestApp, moment: &str) -> Report {
    app.clock.set(moment.parse().unwrap());
    catch_up(app.ctx()).await.unwrap()
}

#[tokio::test]
async fn each_thing_is_told_once_and_in_the_morning() {
    let app = TestApp::builder()
        .setting("REMINDER_DAYS_BEFORE", "3")
        .setting("REMINDER_DAYS_AFTER", "7")
        .start()
        .await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    invoice(&app, &project, &staff, "2026-12-01").await;
    let paid = invoice(&app, &project, &staff, "2026-12-01").await;
    invoice(&app, &project, &staff, "2027-06-01").await;
    let input = json!({ "id": paid, "expectedVersion": 2, "mode": "CASH", "idempotencyKey": key() });
    done(
        on_invoice(&app, &staff, "markInvoicePaid", input).await,
        "invoice",
    );
    app.run_jobs().await;
    let told = |report: Report| (report.overdue, report.reminded);
    // Niamey is an hour ahead of UTC.
    assert_eq!(told(at(&app, "2026-11-27T12:00:00Z").await), (0, 0));
    assert_eq!(
        told(at(&app, "2026-11-28T06:59:00Z").await),
        (0, 0),
        "not before eight"
    );
    assert_eq!(told(at(&app, "2026-11-28T07:00:00Z").await), (0, 1));
    assert_eq!(told(at(&app, "2026-11-28T15:00:00Z").await), (0, 0), "once");
    assert_eq!(
        told(at(&app, "2026-12-01T22:59:00Z").await),
        (0, 0),
        "the last day isn't late"
    );
    assert_eq!(
        told(at(&app, "2026-12-01T23:00:00Z").await),
        (1, 0),
        "midnight in Niamey"
    );
    assert_eq!(told(at(&app, "2026-12-02T07:00:00Z").await), (0, 1));
    assert_eq!(told(at(&app, "2026-12-03T07:00:00Z").await), (0, 0));
    // Away for two weeks: what was missed is told when the server is back, once.
    assert_eq!(told(at(&app, "2026-12-20T10:00:00Z").await), (0, 1));
    assert_eq!(told(at(&app, "2026-12-21T10:00:00Z").await), (0, 0));

    app.run_jobs().await;
    let subjects: Vec<String> = app
        .mail
        .sent()
        .iter()
        .map(|letter| letter.subject.clone())
        .collect();
    let count = |start: &str| subjects.iter().filter(|it| it.starts_with(start)).count();
    assert_eq!(
        count("Rappel : facture BH/2026/1 à payer avant le 1er décembre 2026"),
        1,
        "{subjects:?}"
    );
    assert_eq!(count("Facture BH/2026/1 : échéance dépassée"), 2, "{subjects:?}");
    assert_eq!(count("Facture BH/2026/2 : échéance"), 0);
    let changed = events::Entity::find()
        .filter(events::Column::Kind.eq("InvoiceStatusChanged"))
        .all(app.ctx().db.reader())
        .await
        .unwrap();
    let statuses: Vec<&str> = changed
        .iter()
        .map(|row| row.payload["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["PAID", "OVERDUE"]);
    let client = app.sign_in(&client.email, PASSWORD).await;
    let inbox = app
        .graphql(
            &client,
            "{ viewer { notifications { nodes { kind } } } }",
            json!({}),
        )
        .await
        .data();
    let kinds: Vec<&str> = inbox["viewer"]["notifications"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "InvoiceOverdue").count(), 2);
    assert_eq!(kinds.iter().filter(|kind| **kind == "InvoiceDueSoon").count(), 1);
}

#[tokio::test]
async fn several_instances_at_once_tell_once() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    for _ in 0..5 {
        invoice(&app, &project, &staff, "2026-11-25").await;
    }
    app.clock.set("2026-11-26T09:00:00Z".parse().unwrap());
    let together = (0..4).map(|_| catch_up(app.ctx()));
    let reports = futures_util::future::join_all(together).await;
    let sum = reports
        .into_iter()
        .map(Result::unwrap)
        .fold((0, 0), |sum, report| {
            (sum.0 + report.overdue, sum.1 + report.reminded)
        });
    assert_eq!(sum, (5, 5));
}
