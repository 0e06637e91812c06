//! An issued invoice and a recorded payment stay as they are, whatever road is tried; the answer says what to do instead.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::billing_world::{done, draft, issued, item, key, message, on_invoice, on_payment, pay};
use crate::permissions::fingerprint;
use crate::project_world::{UPDATE_PROJECT, errors, mutate};
use crate::support::{app::TestApp, database::TestDatabase};

const DELETE: &str = "mutation($input: DeleteRecordInput!) { deleteRecord(input: $input) { record { id } \
    userErrors { code message field } } }";
const FORCE: &str = "mutation($input: ForceDeleteRecordInput!) { forceDeleteRecord(input: $input) { deletedId \
    userErrors { code message field } } }";
const RESTORE: &str = "mutation($input: RestoreRecordInput!) { restoreRecord(input: $input) { record { id } \
    userErrors { code message field } } }";

#[tokio::test]
async fn every_road_is_closed_and_nothing_changes() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (admin, client, other) = tokio::join!(app.admin(), app.client(), app.client());
    let project = app.project(&admin, &client).await;
    let invoice = issued(&app, &admin, &project, "1000").await;
    let id = invoice["id"].as_str().unwrap().to_owned();
    let line = invoice["items"][0]["id"].clone();
    let payment = done(pay(&app, &admin, &project, Some(&id), "400").await, "payment");
    let note = json!({ "invoiceId": id, "items": [item("Geste", "1", "100")], "idempotencyKey": key() });
    let note = done(
        on_invoice(&app, &admin, "createCreditNote", note).await,
        "creditNote",
    );
    let before = fingerprint(&app).await;

    let expect = |payload: &Value, code: &str, hint: &str| {
        let told = errors(payload);
        assert!(told.len() == 1 && told[0].starts_with(code), "{payload}");
        assert!(message(payload).contains(hint), "{hint}: {payload}");
    };
    // By itself.
    for patch in [
        json!({ "subject": "Autre chose" }),
        json!({ "dueDate": "2027-01-01" }),
        json!({ "items": [{ "id": line, "description": "Autre", "quantity": "2", "unitPrice": "1" }] }),
        json!({ "items": [] }),
    ] {
        let input = json!({ "id": id, "expectedVersion": 2, "patch": patch });
        let refused = on_invoice(&app, &admin, "updateInvoice", input).await;
        expect(&refused, "LOCKED input.id", "createCreditNote");
    }
    let input = json!({ "id": note["id"], "expectedVersion": 2, "patch": { "subject": "x" } });
    expect(
        &on_invoice(&app, &admin, "updateInvoice", input).await,
        "LOCKED",
        "cancelInvoice",
    );
    let again = json!({ "id": id, "expectedVersion": 2 });
    expect(
        &on_invoice(&app, &admin, "issueInvoice", again).await,
        "LOCKED",
        "BH/2026/1",
    );
    let cancel = json!({ "id": id, "expectedVersion": 2, "reason": "Erreur" });
    expect(
        &on_invoice(&app, &admin, "cancelInvoice", cancel).await,
        "LOCKED",
        "voidPayment",
    );
    let cancel = json!({ "id": note["id"], "expectedVersion": 2, "reason": "Erreur" });
    expect(
        &on_invoice(&app, &admin, "cancelInvoice", cancel).await,
        "LOCKED",
        "est un avoir",
    );
    let credit = json!({ "invoiceId": note["id"], "idempotencyKey": key() });
    expect(
        &on_invoice(&app, &admin, "createCreditNote", credit).await,
        "LOCKED",
        "est un avoir",
    );
    // Deleting it, its payment, and what is above, for now and for good.
    for (record, hint) in [
        (json!(id), "cancelInvoice"),
        (note["id"].clone(), "cancelInvoice"),
        (payment["id"].clone(), "voidPayment"),
        (json!(project), "closeProject"),
        (json!(client.client()), "disableClient"),
    ] {
        for mutation in [DELETE, FORCE] {
            let refused = mutate(&app, &admin, mutation, json!({ "id": record })).await;
            expect(&refused, "LOCKED input.id", hint);
        }
        let refused = mutate(&app, &admin, RESTORE, json!({ "id": record })).await;
        expect(&refused, "LOCKED input.id", "dans la corbeille");
    }
    // Its lines have no such road at all.
    for mutation in [DELETE, FORCE] {
        let refused = mutate(&app, &admin, mutation, json!({ "id": line })).await;
        expect(&refused, "INVALID input.id", "inv_");
    }
    // Moving the project, or another currency.
    let patch = |patch: Value| json!({ "id": project, "expectedVersion": 1, "patch": patch });
    let refused = mutate(
        &app,
        &admin,
        UPDATE_PROJECT,
        patch(json!({ "clientId": other.client() })),
    )
    .await;
    expect(&refused, "LOCKED input.patch.clientId", "createProject");
    let refused = mutate(&app, &admin, UPDATE_PROJECT, patch(json!({ "currency": "EUR" }))).await;
    expect(&refused, "LOCKED input.patch.currency", "createProject");
    assert_eq!(
        fingerprint(&app).await,
        before,
        "a refused call has changed something"
    );

    // The second wall: the database itself.
    let db = &app.ctx().db;
    for sql in [
        "UPDATE invoices SET subject = 'x' WHERE state <> 'DRAFT'",
        "UPDATE invoices SET total_ttc = total_ttc + 1, subtotal = subtotal + 1, net_to_pay = net_to_pay + 1",
        "UPDATE invoices SET state = 'DRAFT', number = NULL",
        "UPDATE invoices SET deleted_at = CURRENT_TIMESTAMP",
        "DELETE FROM invoices",
        "UPDATE invoice_items SET unit_price = 1",
        "UPDATE invoice_items SET position = position + 1",
        "DELETE FROM invoice_items",
        "UPDATE payments SET amount = 1",
        "UPDATE payments SET invoice_id = NULL",
        "DELETE FROM payments",
    ] {
        let refused = db.migrator().execute_unprepared(sql).await;
        assert!(refused.is_err(), "{sql} went through");
    }
    assert_eq!(fingerprint(&app).await, before);

    let replacing = if TestDatabase::on_postgres() {
        [
            "TRUNCATE invoices CASCADE".to_owned(),
            "TRUNCATE invoice_items".to_owned(),
            "TRUNCATE payments".to_owned(),
        ]
    } else {
        let copies = |table: &str| format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}");
        ["invoices", "invoice_items", "payments"].map(copies)
    };
    for sql in replacing {
        assert!(
            db.migrator().execute_unprepared(&sql).await.is_err(),
            "{sql} went through"
        );
    }
    assert_eq!(fingerprint(&app).await, before);

    // A voided payment doesn't open the road either.
    let void = json!({ "id": payment["id"], "expectedVersion": 1, "reason": "Rejeté" });
    done(on_payment(&app, &admin, "voidPayment", void).await, "payment");
    let refused = mutate(&app, &admin, FORCE, json!({ "id": payment["id"] })).await;
    expect(&refused, "LOCKED", "voidPayment");
    let cancel = json!({ "id": id, "expectedVersion": 2, "reason": "Erreur" });
    done(on_invoice(&app, &admin, "cancelInvoice", cancel).await, "invoice");
    let sql = "UPDATE invoices SET cancel_reason = 'x' WHERE state = 'CANCELLED'";
    assert!(db.migrator().execute_unprepared(sql).await.is_err());
    for mutation in [DELETE, FORCE] {
        let refused = mutate(&app, &admin, mutation, json!({ "id": id })).await;
        expect(&refused, "LOCKED", "BH/2026/1");
        let refused = mutate(&app, &admin, mutation, json!({ "id": project })).await;
        expect(&refused, "LOCKED", "closeProject");
    }
    let refused = mutate(
        &app,
        &admin,
        UPDATE_PROJECT,
        patch(json!({ "clientId": other.client() })),
    )
    .await;
    expect(&refused, "LOCKED", "createProject");
}

#[tokio::test]
async fn drafts_go_and_come_with_what_is_above_them() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (admin, client, other) = tokio::join!(app.admin(), app.client(), app.client());
    let project = app.project(&admin, &client).await;
    let one = draft(&app, &admin, &project, "10").await;
    // A draft fixes the currency, but binds nobody to a client.
    let patch =
        |version: i32, patch: Value| json!({ "id": project, "expectedVersion": version, "patch": patch });
    let refused = mutate(
        &app,
        &admin,
        UPDATE_PROJECT,
        patch(1, json!({ "currency": "EUR" })),
    )
    .await;
    assert_eq!(errors(&refused), ["LOCKED input.patch.currency"]);
    let moved = patch(1, json!({ "clientId": other.client() }));
    done(mutate(&app, &admin, UPDATE_PROJECT, moved).await, "project");

    done(
        mutate(&app, &admin, DELETE, json!({ "id": project })).await,
        "record",
    );
    let count = async |scope: &str| {
        let document = format!("{{ invoices(scope: {scope}) {{ totalCount }} }}");
        app.graphql(&admin, &document, json!({})).await.data()["invoices"]["totalCount"].clone()
    };
    assert_eq!(
        (count("LIVING").await, count("DELETED").await),
        (json!(0), json!(1))
    );
    // An orphan isn't restored, its project brings it back.
    let refused = mutate(&app, &admin, RESTORE, json!({ "id": one["id"] })).await;
    assert_eq!(errors(&refused), ["LOCKED input.id"]);
    done(
        mutate(&app, &admin, RESTORE, json!({ "id": project })).await,
        "record",
    );
    assert_eq!(
        (count("LIVING").await, count("DELETED").await),
        (json!(1), json!(0))
    );
    // For good, by itself and with its client.
    done(
        mutate(&app, &admin, FORCE, json!({ "id": one["id"] })).await,
        "deletedId",
    );
    draft(&app, &admin, &project, "20").await;
    done(
        mutate(&app, &admin, DELETE, json!({ "id": other.client() })).await,
        "record",
    );
    done(
        mutate(&app, &admin, FORCE, json!({ "id": other.client() })).await,
        "deletedId",
    );
    assert_eq!(count("ALL").await, json!(0));
}
