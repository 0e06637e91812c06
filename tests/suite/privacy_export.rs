//! `exportMyData`, `exportClientData`: what is kept of a client, to take home; nobody else's.

use std::collections::BTreeMap;
use std::io::Read as _;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::billing_world::{issued, pay};
use crate::lead_world::{SUBMIT_INQUIRY, SUBMIT_LEAD, inquiry_form, lead_form, submit, with};
use crate::media_world::code_of;
use crate::project_world::{CREATE_UPDATE, draft, mutate, query, upload};
use crate::support::app::TestApp;
use crate::support::people::Person;

const MINE: &str =
    "mutation { exportMyData { archive { url expiresAt fileName } userErrors { code field } } }";
const THEIRS: &str = "mutation($input: ExportClientDataInput!) { exportClientData(input: $input) { \
    archive { url expiresAt fileName } userErrors { code field } } }";

async fn my_url(app: &TestApp, client: &Person) -> String {
    let data = query(app, client, MINE).await;
    let archive = &data["exportMyData"]["archive"];
    archive["url"]
        .as_str()
        .unwrap_or_else(|| panic!("{data}"))
        .to_owned()
}

/// The files of an archive.
async fn files(app: &TestApp, url: &str) -> BTreeMap<String, Vec<u8>> {
    let answer = app.http().get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{url}");
    assert_eq!(answer.headers()["content-type"], "application/gzip");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert!(answer.headers().get("content-encoding").is_none());
    let bytes = answer.bytes().await.unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_ref()));
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().display().to_string();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.insert(path, bytes);
    }
    files
}

fn json_of(files: &BTreeMap<String, Vec<u8>>, path: &str) -> Value {
    let bytes = files
        .get(path)
        .unwrap_or_else(|| panic!("no {path} among {:?}", files.keys()));
    serde_json::from_slice(bytes).unwrap()
}

async fn status(app: &TestApp, url: &str) -> (u16, String) {
    let answer = app.http().get(url).send().await.unwrap();
    (answer.status().as_u16(), code_of(answer).await)
}

#[tokio::test]
async fn a_client_takes_everything_home() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client, other) = tokio::join!(app.staff(), app.client(), app.client());
    let project = app.project(&staff, &client).await;
    let photos = [upload(&app, &staff, 640).await, upload(&app, &staff, 800).await];
    let input = json!({ "projectId": project, "title": "Dalle coulée", "post": true, "uploadIds": photos });
    let update = app.run(&staff, CREATE_UPDATE, input).await;
    let update = update["projectUpdate"]["id"].as_str().unwrap().to_owned();
    draft(&app, &staff, &project, "Pas encore dit").await;
    let invoice = issued(&app, &staff, &project, "1500000").await;
    pay(&app, &staff, &project, invoice["id"].as_str(), "500000").await;
    let mine = json!({ "email": client.email, "phone": "90 12 34 56" });
    submit(&app, SUBMIT_INQUIRY, with(inquiry_form(&app, "k1"), mine.clone())).await;
    submit(&app, SUBMIT_LEAD, with(lead_form(&app, "k2"), mine)).await;
    // Somebody else's, with the number that the client enters as their own.
    let theirs = with(
        lead_form(&app, "k3"),
        json!({ "name": "Quelqu’un d’autre", "email": "autre@example.ne", "phone": "96 99 88 77" }),
    );
    submit(&app, SUBMIT_LEAD, theirs).await;
    let claim =
        "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { userErrors { code } } }";
    app.run(
        &client,
        claim,
        json!({ "expectedVersion": 1, "patch": { "phone": "96998877" } }),
    )
    .await;
    let villa = app.project(&staff, &other).await;
    app.post_update(&staff, &villa, "Chez les voisins").await;

    let url = my_url(&app, &client).await;
    let files = files(&app, &url).await;
    let profile = json_of(&files, "profil.json");
    assert_eq!(
        (&profile["email"], &profile["phone"]),
        (&json!(client.email), &json!("+22796998877"))
    );
    let folder = format!("chantiers/{project}");
    assert_eq!(
        json_of(&files, &format!("{folder}/chantier.json"))["id"],
        json!(project)
    );
    let actualite = files
        .keys()
        .find(|path| path.contains(&update) && path.ends_with("actualite.json"))
        .unwrap();
    assert_eq!(json_of(&files, actualite)["title"], "Dalle coulée");
    let photos: Vec<&Vec<u8>> = files
        .iter()
        .filter(|(path, _)| path.contains(&update) && path.ends_with(".jpg"))
        .map(|(_, bytes)| bytes)
        .collect();
    assert_eq!(photos.len(), 2);
    assert!(
        photos
            .iter()
            .all(|photo| photo.starts_with(&[0xff, 0xd8, 0xff]) && photo.len() > 500)
    );
    let id = invoice["id"].as_str().unwrap();
    assert_eq!(
        json_of(&files, &format!("{folder}/factures/{id}.json"))["totalTtc"],
        "1500000"
    );
    let pdfs: Vec<&Vec<u8>> = files
        .iter()
        .filter(|(path, _)| path.ends_with(".pdf"))
        .map(|(_, bytes)| bytes)
        .collect();
    assert!(
        matches!(pdfs.as_slice(), [pdf] if pdf.starts_with(b"%PDF-")),
        "{:?}",
        files.keys()
    );
    assert_eq!(
        json_of(&files, &format!("{folder}/paiements-1.json"))[0]["amount"],
        "500000"
    );
    assert_eq!(json_of(&files, "formulaires.json").as_array().unwrap().len(), 2);
    assert_eq!(json_of(&files, "connexions.json")[0]["deviceName"], "Test");
    let inbox = json_of(&files, "boite-de-reception-1.json");
    assert_eq!(inbox.as_array().unwrap().len(), 3, "{inbox}");
    assert!(!json_of(&files, "messages-1.json").as_array().unwrap().is_empty());
    assert!(String::from_utf8_lossy(&files["LISEZ-MOI.txt"]).contains("/confidentialite"));
    let whole = files
        .values()
        .map(|bytes| String::from_utf8_lossy(bytes))
        .collect::<String>();
    for absent in [
        "Pas encore dit",
        "voisins",
        "Quelqu’un d’autre",
        "$argon2",
        "passwordHash",
        other.email.as_str(),
        villa.as_str(),
    ] {
        assert!(!whole.contains(absent), "{absent}");
    }

    // The same for the staff, and the client's audit log tells of both.
    let theirs = mutate(&app, &staff, THEIRS, json!({ "id": client.client() })).await;
    let again = self::files(&app, theirs["archive"]["url"].as_str().unwrap()).await;
    assert_eq!(again.keys().collect::<Vec<_>>(), files.keys().collect::<Vec<_>>());
    let log = "query($filter: AuditFilterInput) { auditLog(filter: $filter) { nodes { actor { id } changes { new } } } }";
    let variables = json!({ "filter": { "recordId": client.client(), "action": ["EXPORT"] } });
    let entries = app.graphql(&staff, log, variables).await.data();
    assert_eq!(
        entries["auditLog"]["nodes"].as_array().unwrap().len(),
        2,
        "{entries}"
    );
}

#[tokio::test]
async fn nobody_takes_what_is_anothers() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client, other) = tokio::join!(app.staff(), app.client(), app.client());
    for (who, code) in [(Some(&client), "FORBIDDEN"), (None, "UNAUTHENTICATED")] {
        let token = who.map(|who| who.token.as_str());
        let input = json!({ "input": { "id": other.client() } });
        assert_eq!(app.graphql(token, THEIRS, input).await.code(), code);
    }
    assert_eq!(app.graphql(&staff, MINE, json!({})).await.code(), "FORBIDDEN");
    assert_eq!(app.graphql(None, MINE, json!({})).await.code(), "UNAUTHENTICATED");
    let missing = mutate(
        &app,
        &staff,
        THEIRS,
        json!({ "id": "cli_01h2xcejqtf2nbrexx3vqjhp41" }),
    )
    .await;
    assert_eq!(missing["userErrors"][0]["code"], "NOT_FOUND");

    // An address names one client and one sign-in.
    let url = my_url(&app, &client).await;
    let exchanged = url.replace(client.client(), other.client());
    assert_eq!(status(&app, &exchanged).await.0, 403);
    let stolen = my_url(&app, &other)
        .await
        .replace(other.client(), client.client());
    assert_eq!(status(&app, &stolen).await.0, 403);
    // And ends with either.
    let late = url.clone();
    app.advance(TimeDelta::minutes(10));
    assert_eq!(status(&app, &late).await.0, 410);
    let url = my_url(&app, &client).await;
    app.run(
        &client,
        "mutation { logout { signedOut userErrors { code } } }",
        json!({}),
    )
    .await;
    assert_eq!(status(&app, &url).await, (403, "SESSION_ENDED".to_owned()));
    // A client who is shut out doesn't finish what the staff began for them: the staff does.
    let theirs = mutate(&app, &staff, THEIRS, json!({ "id": client.client() })).await;
    assert!(
        files(&app, theirs["archive"]["url"].as_str().unwrap())
            .await
            .contains_key("profil.json")
    );
}
