//! Idempotency keys that come again when their record is gone.

use serde_json::json;

use crate::content_world::DELETE;
use crate::project_world::{errors, mutate};
use crate::races_world::start;

#[tokio::test]
async fn a_key_is_answered_with_its_record_as_long_as_that_is_there() {
    let app = start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let key = "3f1c";
    let invoice = json!({ "projectId": project, "subject": "Dalle", "items": [], "idempotencyKey": key });
    for (mutation, input_type, field, input) in [
        (
            "createLead",
            "CreateLeadInput",
            "lead",
            json!({ "name": "Zaïnab", "phone": "90123456", "hasLand": false, "idempotencyKey": key }),
        ),
        (
            "createClient",
            "CreateClientInput",
            "client",
            json!({ "name": "Issa", "email": "issa@example.ne", "idempotencyKey": key }),
        ),
        (
            "createProject",
            "CreateProjectInput",
            "project",
            json!({ "clientId": client.client(), "name": "Villa", "idempotencyKey": key }),
        ),
        (
            "createProjectUpdate",
            "CreateProjectUpdateInput",
            "projectUpdate",
            json!({ "projectId": project, "title": "Dalle", "idempotencyKey": key }),
        ),
        ("createInvoice", "CreateInvoiceInput", "invoice", invoice),
    ] {
        let document = format!(
            "mutation($input: {input_type}!) {{ {mutation}(input: $input) {{ {field} {{ id version }} \
             userErrors {{ code message field }} }} }}"
        );
        let first = app.run(&staff, &document, input.clone()).await;
        assert_eq!(
            app.run(&staff, &document, input.clone()).await,
            first,
            "{mutation}"
        );
        let made = json!({ "id": first[field]["id"], "expectedVersion": first[field]["version"] });
        app.run(&staff, DELETE, made).await;
        let payload = mutate(&app, &staff, &document, input).await;
        assert_eq!(errors(&payload), ["NOT_FOUND input.idempotencyKey"], "{mutation}");
        assert!(payload[field].is_null(), "{payload}");
    }
}
