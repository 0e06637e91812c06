//! What is asked: the website's list and item, the client's project, and a posted update. The peer answers the same documents.

use crate::company::Company;
use serde_json::{Value, json};

const PICTURE: &str = "url(width: 640) width height thumbHash";

/// The kinds of request, as bytes that are ready to be sent.
#[derive(Debug)]
pub struct Workload {
    /// What people call it.
    pub name: &'static str,
    /// What every good answer begins with.
    pub begins: &'static str,
    /// Whether it writes.
    pub writes: bool,
    /// Whether a server that keeps nothing does the same for it as for another workload.
    pub kept: bool,
    requests: Vec<Request>,
}

/// One request; `number` goes between the two parts when there is a second.
#[derive(Debug)]
struct Request {
    first: String,
    second: Option<String>,
}

impl Workload {
    /// Writes a request; the numbers of a run are all different.
    pub fn write(&self, number: usize, into: &mut Vec<u8>) {
        let Some(request) = self.requests.get(number % self.requests.len().max(1)) else {
            return;
        };
        into.extend_from_slice(request.first.as_bytes());
        if let Some(second) = &request.second {
            into.extend_from_slice(format!("{number:09}").as_bytes());
            into.extend_from_slice(second.as_bytes());
        }
    }
}

/// All of them.
#[must_use]
pub fn all(company: &Company) -> Vec<Workload> {
    let list = format!(
        "{{ portfolio(first: 20) {{ totalCount pageInfo {{ hasNextPage }} nodes {{ id slug title category city country year \
         mainImage {{ {PICTURE} }} gallery {{ image {{ {PICTURE} }} }} videos {{ title embedUrl }} }} }} }}"
    );
    let item = format!(
        "query($slug: String!) {{ portfolioItem(slug: $slug) {{ id slug title description category city country year \
         mainImage {{ {PICTURE} }} gallery {{ image {{ {PICTURE} }} }} videos {{ title embedUrl }} }} }}"
    );
    let slugs = || company.slugs.iter().map(|slug| json!({ "slug": slug }));
    let public = |name, begins, kept, requests| Workload {
        name,
        begins,
        writes: false,
        kept,
        requests,
    };
    let (of_list, of_item) = (r#"{"data":{"portfolio":{"#, r#"{"data":{"portfolioItem":{"#);
    vec![
        public(
            "list of 20 with 6 images and a video each, kept",
            of_list,
            true,
            vec![get(&list, &json!({}), true)],
        ),
        public(
            "list of 20 with 6 images and a video each",
            of_list,
            false,
            vec![get(&list, &json!({}), false)],
        ),
        public(
            "item by slug, kept",
            of_item,
            true,
            slugs().map(|slug| get(&item, &slug, true)).collect(),
        ),
        public(
            "item by slug",
            of_item,
            false,
            slugs().map(|slug| get(&item, &slug, false)).collect(),
        ),
        public(
            "a client's project: 20 updates, 3 invoices, totals",
            r#"{"data":{"project":{"#,
            false,
            project(company),
        ),
        Workload {
            writes: true,
            ..public(
                "a posted update (the peer's: one bare insert)",
                r#"{"data":{"createProjectUpdate":{"projectUpdate":{"#,
                false,
                updates(company),
            )
        },
    ]
}

fn project(company: &Company) -> Vec<Request> {
    let document = format!(
        "query($id: ID!) {{ project(id: $id) {{ name progressPercentage currentPhase totalQuote {{ amount }} \
         amountPaid {{ amount }} balance {{ amount }} updates(first: 20) {{ totalCount nodes {{ id title description postedAt \
         images {{ {PICTURE} }} }} }} invoices(first: 3) {{ nodes {{ number status dueDate totalTtc {{ amount }} \
         balance {{ amount }} }} }} }} }}"
    );
    company
        .projects
        .iter()
        .map(|project| {
            let body = json!({ "query": document, "variables": { "id": project.id } }).to_string();
            post(&project.client, &body)
        })
        .collect()
}

fn updates(company: &Company) -> Vec<Request> {
    let document = "mutation($input: CreateProjectUpdateInput!) { createProjectUpdate(input: $input) { \
        projectUpdate { id title postedAt } userErrors { code message } } }";
    company
        .projects
        .iter()
        .map(|project| {
            let input = json!({ "projectId": project.id, "title": format!("Semaine {MARK}"), "post": true });
            let body = json!({ "query": document, "variables": { "input": input } }).to_string();
            post(&company.staff, &body)
        })
        .collect()
}

/// Stands where a request's number goes, and is as long.
const MARK: &str = "_NUMBER__";

/// As a visitor's browser asks. What isn't to be kept carries a number of its own in `extensions`, which mean nothing to
/// either server: Belle House keeps answers by the letters of the question.
fn get(document: &str, variables: &Value, kept: bool) -> Request {
    let mut path = format!("/graphql?query={}", escaped(document));
    if variables.as_object().is_some_and(|given| !given.is_empty()) {
        path.push_str(&format!("&variables={}", escaped(&variables.to_string())));
    }
    if !kept {
        path.push_str(&format!(
            "&extensions={}{MARK}{}",
            escaped("{\"n\":\""),
            escaped("\"}")
        ));
    }
    numbered(format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n"
    ))
}

fn post(token: &str, body: &str) -> Request {
    numbered(format!(
        "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nContent-Type: application/json\r\n\
         Authorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ))
}

fn numbered(text: String) -> Request {
    match text.split_once(MARK) {
        Some((first, second)) => Request {
            first: first.to_owned(),
            second: Some(second.to_owned()),
        },
        None => Request {
            first: text,
            second: None,
        },
    }
}

/// Escapes what an address can't hold.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
