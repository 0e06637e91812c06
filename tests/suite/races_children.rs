//! What hangs below a project or a portfolio item comes, goes and changes while its parent does, as in `races`.

use serde_json::{Value, json};

use crate::billing_world::{issued, key, pay};
use crate::content_world::{UPDATE_ITEM, change, published_item, values};
use crate::project_world::upload;
use crate::races_world::{Call, Cascade, DELETE, FORCE, RESTORE, World, holds, race, start};
use crate::support::app::TestApp;
use crate::support::people::Person;

/// An item with two pictures and two videos.
async fn item(app: &TestApp, admin: &Person) -> Value {
    let gallery = json!([{ "uploadId": upload(app, admin, 420).await },
        { "uploadId": upload(app, admin, 430).await }]);
    let videos = json!([{ "url": "https://youtu.be/aqz-KE-bpKQ", "title": "Visite" },
        { "url": "https://vimeo.com/76979871", "title": "Chantier" }]);
    published_item(app, admin, json!({ "gallery": gallery, "videos": videos })).await
}

#[tokio::test]
async fn a_gallery_changes_while_its_item_comes_and_goes() {
    let app = start().await;
    let admin = app.admin().await;
    let rows = [
        "SELECT id FROM portfolio_items",
        "SELECT id FROM portfolio_gallery_images",
        "SELECT id FROM portfolio_videos",
    ];
    // SQLite holds none.
    let rows = &rows[..if crate::support::database::TestDatabase::on_postgres() {
        3
    } else {
        1
    }];
    for held in rows {
        for above in [DELETE, FORCE, RESTORE] {
            for (list, below) in [
                ("gallery", DELETE),
                ("gallery", RESTORE),
                ("videos", FORCE),
                ("videos", RESTORE),
            ] {
                for above_first in [true, false] {
                    let item = item(&app, &admin).await;
                    let one = &values(&item[list], "id")[1];
                    let deleted_before = [(above, &item["id"]), (below, &json!(one))]
                        .map(|(document, id)| (document == RESTORE).then(|| (DELETE, json!({ "id": id }))));
                    // The child first: what goes with its parent comes back with it.
                    for (document, input) in deleted_before.into_iter().rev().flatten() {
                        app.run(&admin, document, input).await;
                    }
                    let fresh = upload(&app, &admin, 440).await;
                    let kept = &values(&item["gallery"], "id")[0];
                    let patch = json!({ "gallery": [{ "id": kept }, { "uploadId": fresh }],
                        "videos": [{ "id": values(&item["videos"], "id")[0] }] });
                    let mut calls = [
                        (above, json!({ "id": item["id"] })),
                        (UPDATE_ITEM, change(&item, patch)),
                        (below, json!({ "id": one })),
                    ];
                    if !above_first {
                        calls.reverse();
                    }
                    race(&app, &admin, held, &calls).await;
                }
            }
        }
    }
}

const VOID: &str = "mutation($input: VoidPaymentInput!) { voidPayment(input: $input) { \
    userErrors { code message field } } }";
const CREDIT: &str = "mutation($input: CreateCreditNoteInput!) { createCreditNote(input: $input) { \
    userErrors { code message field } } }";
const CANCEL: &str = "mutation($input: CancelInvoiceInput!) { cancelInvoice(input: $input) { \
    userErrors { code message field } } }";

/// An issued invoice and a payment keep their project; taking them back at the same moment must not let it slip away
/// half.
#[tokio::test]
async fn what_was_billed_is_taken_back_while_its_parents_go() {
    let app = start().await;
    let admin = app.admin().await;
    for cascade in [
        Cascade::DeleteClient,
        Cascade::DeleteProject,
        Cascade::RemoveClient,
        Cascade::RemoveProject,
    ] {
        for which in 0..3 {
            for held in holds() {
                for cascade_first in [true, false] {
                    let world = World::new(&app, &admin).await;
                    let call: Call = if which == 0 {
                        let payment = pay(&app, &admin, &world.project, None, "40").await["payment"].clone();
                        (
                            VOID,
                            json!({ "id": payment["id"], "expectedVersion": payment["version"], "reason": "Erreur" }),
                        )
                    } else {
                        let invoice = issued(&app, &admin, &world.project, "100").await;
                        if which == 1 {
                            (
                                CREDIT,
                                json!({ "invoiceId": invoice["id"], "idempotencyKey": key() }),
                            )
                        } else {
                            (
                                CANCEL,
                                json!({ "id": invoice["id"], "expectedVersion": invoice["version"], "reason": "Erreur" }),
                            )
                        }
                    };
                    let mut calls = [world.cascade(cascade), call];
                    if !cascade_first {
                        calls.reverse();
                    }
                    race(&app, &admin, held, &calls).await;
                }
            }
        }
    }
}
