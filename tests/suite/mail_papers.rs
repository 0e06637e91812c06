//! The papers that mails carry: the same bytes as behind `pdfUrl`, and never a mail without.

use belle_house::features::billing::reminders::catch_up;
use platform::mail::Attachment;
use platform::outbox::{Status, table};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use crate::billing_world::{done, draft_input, issued, key, on_invoice, pay, with};
use crate::support::app::TestApp;
use crate::support::people::{PASSWORD, Person};

/// What mails to `who` carried so far, each with its subject, the oldest first.
fn carried(app: &TestApp, who: &Person) -> Vec<(String, Vec<Attachment>)> {
    let mails = app.mail.sent().into_iter().filter(|mail| mail.to == who.email);
    mails.map(|mail| (mail.subject, mail.attachments)).collect()
}

/// The one paper of the latest mail to `who`.
#[track_caller]
fn paper(app: &TestApp, who: &Person) -> Attachment {
    let (subject, mut attachments) = carried(app, who).pop().unwrap();
    assert_eq!(attachments.len(), 1, "{subject}");
    let paper = attachments.remove(0);
    assert_eq!(paper.content_type, "application/pdf", "{subject}");
    assert!(paper.bytes.starts_with(b"%PDF-"), "{subject}");
    paper
}

async fn behind(app: &TestApp, url: &Value) -> Vec<u8> {
    let answer = app.http().get(url.as_str().unwrap()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn what_is_owed_and_paid_comes_with_its_paper() {
    let app = TestApp::start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    app.post_update(&staff, &project, "Dalle").await;
    app.run_jobs().await;
    assert_eq!(
        carried(&app, &client).last().unwrap().1,
        [],
        "news of the site has none"
    );

    let invoice = issued(&app, &staff, &project, "1000").await;
    app.run_jobs().await;
    let sent = paper(&app, &client);
    assert_eq!(sent.file_name, "BH-2026-1.pdf");
    let url =
        "query($id: ID!) { invoice(id: $id) { pdfUrl payments { receiptUrl } creditNotes { pdfUrl } } }";
    let look = async || {
        let answer = app.graphql(&client, url, json!({ "id": invoice["id"] })).await;
        answer.data()["invoice"].clone()
    };
    assert_eq!(sent.bytes, behind(&app, &look().await["pdfUrl"]).await);

    done(
        pay(&app, &staff, &project, invoice["id"].as_str(), "400").await,
        "payment",
    );
    app.run_jobs().await;
    let receipt = paper(&app, &client);
    assert_ne!(receipt.file_name, sent.file_name);
    assert_eq!(
        receipt.bytes,
        behind(&app, &look().await["payments"][0]["receiptUrl"]).await
    );

    let note = json!({
        "invoiceId": invoice["id"], "idempotencyKey": key(),
        "items": [{ "description": "Retour", "quantity": "1", "unitPrice": "100" }],
    });
    done(
        on_invoice(&app, &staff, "createCreditNote", note).await,
        "creditNote",
    );
    app.run_jobs().await;
    let note = paper(&app, &client);
    assert_eq!(
        note.bytes,
        behind(&app, &look().await["creditNotes"][0]["pdfUrl"]).await
    );
}

#[tokio::test]
async fn a_reminder_carries_the_invoice_and_no_mail_goes_without_its_paper() {
    let app = TestApp::builder()
        .setting("REMINDER_DAYS_BEFORE", "3")
        .start()
        .await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let input = with(
        draft_input(&project, "1000"),
        json!({ "issue": true, "dueDate": "2026-12-01" }),
    );
    done(on_invoice(&app, &staff, "createInvoice", input).await, "invoice");
    app.run_jobs().await;
    let sent = paper(&app, &client);
    app.clock.set("2026-11-28T07:00:00Z".parse().unwrap());
    catch_up(app.ctx()).await.unwrap();
    app.run_jobs().await;
    let (subject, _) = carried(&app, &client).pop().unwrap();
    assert!(subject.starts_with("Rappel"), "{subject}");
    assert_eq!(paper(&app, &client), sent, "the paper is what was issued");

    let staff = app.sign_in(&staff.email, PASSWORD).await;
    // What a mail tells of is gone from under it: given up with its reason, not sent without.
    let issued = issued(&app, &staff, &project, "5").await;
    let about = table::Column::RecordId.eq(belle_house::features::billing::InvoiceId::parse(
        issued["id"].as_str().unwrap(),
    )
    .unwrap()
    .0);
    let waiting = table::Entity::find()
        .filter(about)
        .filter(table::Column::Address.is_not_null())
        .one(app.ctx().db.reader())
        .await
        .unwrap()
        .unwrap();
    let mut data = waiting.data.clone();
    data["invoiceId"] = "inv_01h2xcejqtf2nbrexx3vqjhp41".into();
    let tx = app.ctx().db.begin_write(app.ctx().clock.now()).await.unwrap();
    table::Entity::update_many()
        .col_expr(table::Column::Data, sea_orm::sea_query::Expr::value(data))
        .filter(table::Column::Id.eq(waiting.id))
        .exec(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let before = carried(&app, &client).len();
    app.run_jobs().await;
    assert_eq!(carried(&app, &client).len(), before);
    let row = table::Entity::find_by_id(waiting.id)
        .one(app.ctx().db.reader())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.status, Status::Dead);
    assert!(row.last_error.unwrap().contains("not there any more"));
}
