//! The parameters of a GraphQL request, as GraphQL over HTTP and both dialects over WebSocket have them.

use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{BAD_REQUEST, PERSISTED_QUERY_NOT_FOUND, Refused, trusted};
use platform::{
    crypto::sha256,
    graphql::limits::{Limits, count_json},
};

/// `{ query, operationName, variables, extensions }`, or a trusted document's hash instead of the `query`: as
/// `documentId` (GraphQL over HTTP, persisted documents) or in `extensions.persistedQuery` (Apollo's form). Other members
/// are ignored, as the specification asks.
#[derive(Debug, Clone, Default)]
pub struct Params {
    /// The document.
    pub query: String,
    /// The trusted document's name, where a hash says that it is one.
    pub document_name: Option<&'static str>,
    /// Which of its operations to run.
    pub operation_name: Option<String>,
    /// The variables.
    pub variables: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    query: Option<Value>,
    document_id: Option<Value>,
    operation_name: Option<Value>,
    variables: Option<Value>,
    extensions: Option<Value>,
}

impl Params {
    /// Reads the JSON form.
    ///
    /// # Errors
    /// Says which member is wrong, that there are too many values, or that the document isn't known.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Refused> {
        count_json(bytes, &Limits::default())?;
        // serde would take an array for the members in order; and batches are not for us (DESIGN.md 3).
        if bytes.trim_ascii_start().first() == Some(&b'[') {
            return Err(bad(
                "The body must be one JSON object with a \"query\"; requests can't be batched.",
            ));
        }
        let raw: Raw = serde_json::from_slice(bytes).map_err(|error| {
            bad(format!(
                "The body must be a JSON object with a \"query\": {error}."
            ))
        })?;
        raw.check()
    }

    /// Reads the URL form of a GET request.
    ///
    /// # Errors
    /// Says which parameter is wrong, or that the document isn't known.
    pub fn from_url_query(query: &str) -> Result<Self, Refused> {
        let mut raw = Raw {
            query: None,
            document_id: None,
            operation_name: None,
            variables: None,
            extensions: None,
        };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "query" => raw.query = Some(value.into_owned().into()),
                "documentId" => raw.document_id = Some(value.into_owned().into()),
                "operationName" if !value.is_empty() => raw.operation_name = Some(value.into_owned().into()),
                "variables" => raw.variables = json_parameter("variables", &value)?,
                "extensions" => raw.extensions = json_parameter("extensions", &value)?,
                _ => {}
            }
        }
        raw.check()
    }
}

fn bad(message: impl Into<String>) -> Refused {
    Refused::for_developers(BAD_REQUEST, message)
}

/// Whether the character U+0000 is anywhere in it. Its depth was limited before.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(holds_nul),
        Value::Object(members) => members.values().any(holds_nul),
        _ => false,
    }
}

fn json_parameter(name: &str, text: &str) -> Result<Option<Value>, Refused> {
    if text.is_empty() {
        return Ok(None);
    }
    count_json(text.as_bytes(), &Limits::default())?;
    serde_json::from_str(text)
        .map(Some)
        .map_err(|error| bad(format!("\"{name}\" must be JSON: {error}.")))
}

impl Raw {
    fn check(self) -> Result<Params, Refused> {
        let extensions = match self.extensions {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(extensions)) => extensions,
            Some(_) => return Err(bad("\"extensions\" must be an object.")),
        };
        let hash = document_hash(self.document_id, extensions.get("persistedQuery"))?;
        let trusted = hash.as_deref().and_then(trusted::find);
        let query = match (self.query, hash) {
            (Some(Value::String(query)), hash) if !query.trim().is_empty() => {
                if hash.is_some_and(|hash| !is_hash_of(&hash, &query)) {
                    return Err(bad("The hash is not the SHA-256 of the \"query\" sent with it."));
                }
                query
            }
            (Some(Value::String(_) | Value::Null) | None, Some(_)) => trusted
                .map(|trusted| trusted.document.clone())
                // The text is Apollo's: its clients send the whole document when they read it.
                .ok_or_else(|| {
                    Refused::for_developers(PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound")
                })?,
            (Some(Value::String(_) | Value::Null) | None, None) => return Err(bad("\"query\" is missing.")),
            (Some(_), _) => return Err(bad("\"query\" must be a string.")),
        };
        let operation_name = match self.operation_name {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name),
            Some(_) => return Err(bad("\"operationName\" must be a string.")),
        };
        let variables = match self.variables {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(variables)) => variables,
            Some(_) => return Err(bad("\"variables\" must be an object.")),
        };
        // PostgreSQL can't keep it, SQLite ends texts at it, and nobody types it.
        if query.contains("\\u0000") || variables.values().any(holds_nul) {
            return Err(bad("Texts can't hold the character U+0000."));
        }
        Ok(Params {
            query,
            document_name: trusted.map(|trusted| trusted.name.as_str()),
            operation_name,
            variables,
        })
    }
}

/// The hash that names a document, if one does.
fn document_hash(
    document_id: Option<Value>,
    persisted_query: Option<&Value>,
) -> Result<Option<String>, Refused> {
    match document_id {
        None | Some(Value::Null) => {}
        Some(Value::String(id)) => return Ok(Some(id)),
        Some(_) => return Err(bad("\"documentId\" must be a string.")),
    }
    let Some(persisted) = persisted_query.filter(|persisted| !persisted.is_null()) else {
        return Ok(None);
    };
    let version = persisted.get("version").and_then(Value::as_i64);
    match (version, persisted.get("sha256Hash").and_then(Value::as_str)) {
        (Some(1), Some(hash)) => Ok(Some(hash.to_owned())),
        _ => Err(bad(
            "\"extensions.persistedQuery\" must be {\"version\":1,\"sha256Hash\":\"…\"}.",
        )),
    }
}

fn is_hash_of(hash: &str, document: &str) -> bool {
    let hash = hash.strip_prefix("sha256:").unwrap_or(hash);
    HEXLOWER
        .encode(&sha256(document.as_bytes()))
        .eq_ignore_ascii_case(hash)
}
