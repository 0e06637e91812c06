//! Trusted documents: the list, and naming one instead of sending it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use belle_house::http::graphql::trusted;
use data_encoding::HEXLOWER;
use platform::crypto::sha256;
use serde_json::{Value, json};

use crate::content_world::published_item;
use crate::support::app::TestApp;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn hash_of(document: &str) -> String {
    HEXLOWER.encode(&sha256(document.as_bytes()))
}

/// The documents of today, by name: the website's, and those of the app's screens with `app-` before theirs.
fn sources() -> BTreeMap<String, String> {
    let mut sources = BTreeMap::new();
    for (folder, prefix) in [("operations/trusted", ""), ("operations/app", "app-")] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "graphql") {
                continue;
            }
            let name = path.file_stem().unwrap().to_str().unwrap().replace('_', "-");
            sources.insert(format!("{prefix}{name}"), std::fs::read_to_string(path).unwrap());
        }
    }
    sources
}

fn document(name: &str) -> String {
    sources().remove(name).unwrap()
}

/// `UPDATE=1 cargo test trusted` adds what is new. Nothing here ever takes anything away.
#[test]
fn the_manifest_knows_every_document() {
    let path = root().join("operations/trusted/manifest.json");
    let mut manifest: BTreeMap<String, Value> =
        serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    if std::env::var_os("UPDATE").is_some() {
        for (name, document) in sources() {
            manifest
                .entry(hash_of(&document))
                .or_insert_with(|| json!({ "name": name, "document": document }));
        }
        let text = serde_json::to_string_pretty(&manifest).unwrap() + "\n";
        std::fs::write(&path, text).unwrap();
    }
    for (name, document) in sources() {
        assert!(
            manifest.contains_key(&hash_of(&document)),
            "the document {name} is new or changed: run UPDATE=1 cargo test trusted"
        );
    }
    for (hash, trusted) in &manifest {
        let document = trusted["document"].as_str().unwrap();
        assert_eq!(*hash, hash_of(document), "{} was edited", trusted["name"]);
    }
}

/// An app that was installed long ago names what was listed then: compared with every version in the history.
#[test]
fn a_hash_once_listed_never_disappears() {
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .current_dir(root())
            .args(arguments)
            .output()
            .expect("git is needed to compare with earlier manifests: apt-get install git");
        String::from_utf8(output.stdout).unwrap()
    };
    let path = "operations/trusted/manifest.json";
    for commit in git(&["log", "--format=%H", "--", path]).lines() {
        let Ok(earlier) =
            serde_json::from_str::<BTreeMap<String, Value>>(&git(&["show", &format!("{commit}:{path}")]))
        else {
            continue;
        };
        for (hash, was) in earlier {
            assert!(
                trusted::all().contains_key(&hash),
                "{} ({hash}), listed in {commit}, is gone",
                was["name"]
            );
        }
    }
}

/// Every query ever listed still runs: as a visitor, or as a client. Mutations and the subscription change or wait for
/// something: `tests/node/app-documents.mjs` runs them.
#[tokio::test]
async fn every_trusted_document_runs() {
    let app = TestApp::start().await;
    let (staff, client) = (app.staff().await, app.client().await);
    let item = published_item(&app, &staff, json!({})).await;
    let project = app.project(&staff, &client).await;
    for trusted in trusted::all().values() {
        if !trusted.document.lines().any(|line| line.starts_with("query ")) {
            continue;
        }
        // Nobody's invoice is null, and so no error; an id of another kind would be one.
        let id = if trusted.name == "app-invoice" {
            json!("inv_00000000000000000000000000")
        } else {
            json!(project)
        };
        let who = trusted.name.starts_with("app-").then_some(client.token.as_str());
        let variables = json!({ "slug": item["slug"], "id": id });
        let answer = app.graphql(who, &trusted.document, variables).await;
        assert!(
            answer.body["errors"].is_null(),
            "{}: {}",
            trusted.name,
            answer.body
        );
    }
    app.run_jobs().await;
}

#[tokio::test]
async fn a_document_is_named_in_an_address() {
    let app = TestApp::start().await;
    let document = document("site-portfolio");
    let hash = hash_of(&document);
    let get = async |query: &[(&str, &str)]| {
        let request = app.http().get(format!("http://{}/graphql", app.address()));
        request.query(query).send().await.unwrap()
    };
    let apq = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } }).to_string();
    let prefixed = format!("sha256:{hash}");
    let mut answers = Vec::new();
    for query in [
        vec![("query", document.as_str())],
        vec![("extensions", apq.as_str())],
        vec![("documentId", prefixed.as_str())],
        vec![("documentId", hash.as_str()), ("variables", "{\"page\":1}")],
        vec![("query", document.as_str()), ("extensions", apq.as_str())],
    ] {
        let answer = get(&query).await;
        assert_eq!(answer.status(), 200, "{query:?}");
        assert_eq!(
            answer.headers()["cache-control"],
            "public, max-age=0, must-revalidate"
        );
        let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
        answers.push((tag, answer.json::<Value>().await.unwrap()));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(answers[0].1["errors"].is_null());

    // By POST, too.
    let url = format!("http://{}/graphql", app.address());
    let posted = json!({ "documentId": prefixed, "variables": { "page": 1 } });
    let answer = app.http().post(&url).json(&posted).send().await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "private, no-store");
    assert_eq!(answer.json::<Value>().await.unwrap(), answers[0].1);
}

#[tokio::test]
async fn an_unknown_document_is_asked_for() {
    let app = TestApp::start().await;
    let url = format!("http://{}/graphql", app.address());
    let unknown = hash_of("{ __typename }");
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": unknown } });
    for (accept, status) in [
        ("application/json", 200),
        ("application/graphql-response+json", 400),
    ] {
        let request = app.http().get(&url).header("Accept", accept);
        let answer = request
            .query(&[("extensions", extensions.to_string())])
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()["cache-control"], "private, no-store");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["errors"][0]["message"], "PersistedQueryNotFound");
        assert_eq!(
            body["errors"][0]["extensions"]["code"],
            "PERSISTED_QUERY_NOT_FOUND"
        );
    }
    // A client that then sends the whole is answered, and nothing is remembered of it.
    let whole = json!({ "query": "{ __typename }", "extensions": extensions });
    let answer = app.http().post(&url).json(&whole).send().await.unwrap();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["data"]["__typename"], "Query");
    let again = app.http().post(&url).json(&json!({ "extensions": extensions }));
    let body: Value = again.send().await.unwrap().json().await.unwrap();
    assert_eq!(
        body["errors"][0]["extensions"]["code"],
        "PERSISTED_QUERY_NOT_FOUND"
    );
    // A hash of something else is a mistake.
    let wrong = json!({ "query": "{ a: __typename }", "extensions": extensions });
    let answer = app.http().post(&url).json(&wrong).send().await.unwrap();
    assert_eq!(answer.status(), 400);
}
