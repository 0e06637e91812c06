//! The parameters of a GraphQL request, as GraphQL over HTTP and graphql-transport-ws both have them.

use serde::Deserialize;
use serde_json::{Map, Value};

/// `{ query, operationName, variables, extensions }`. Other members are ignored, as the specification asks.
#[derive(Debug, Clone, Default)]
pub struct Params {
    /// The document.
    pub query: String,
    /// Which of its operations to run.
    pub operation_name: Option<String>,
    /// The variables.
    pub variables: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    query: Option<Value>,
    operation_name: Option<Value>,
    variables: Option<Value>,
    extensions: Option<Value>,
}

impl Params {
    /// Reads the JSON form.
    ///
    /// # Errors
    /// A sentence that says which member is wrong.
    pub fn from_json(bytes: &[u8]) -> Result<Self, String> {
        // serde would take an array for the members in order; and batches are not for us (DESIGN.md 3).
        if bytes.trim_ascii_start().first() == Some(&b'[') {
            return Err(
                "The body must be one JSON object with a \"query\"; requests can't be batched.".to_owned(),
            );
        }
        let raw: Raw = serde_json::from_slice(bytes)
            .map_err(|error| format!("The body must be a JSON object with a \"query\": {error}."))?;
        raw.check()
    }

    /// Reads the URL form of a GET request.
    ///
    /// # Errors
    /// A sentence that says which parameter is wrong.
    pub fn from_url_query(query: &str) -> Result<Self, String> {
        let mut raw = Raw {
            query: None,
            operation_name: None,
            variables: None,
            extensions: None,
        };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "query" => raw.query = Some(value.into_owned().into()),
                "operationName" if !value.is_empty() => raw.operation_name = Some(value.into_owned().into()),
                "variables" => raw.variables = json_parameter("variables", &value)?,
                "extensions" => raw.extensions = json_parameter("extensions", &value)?,
                _ => {}
            }
        }
        raw.check()
    }
}

/// Whether the character U+0000 is anywhere in it. serde_json bounds the depth.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(holds_nul),
        Value::Object(members) => members.values().any(holds_nul),
        _ => false,
    }
}

fn json_parameter(name: &str, text: &str) -> Result<Option<Value>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(text)
        .map(Some)
        .map_err(|error| format!("\"{name}\" must be JSON: {error}."))
}

impl Raw {
    fn check(self) -> Result<Params, String> {
        let query = match self.query {
            Some(Value::String(query)) if !query.trim().is_empty() => query,
            Some(Value::String(_) | Value::Null) | None => return Err("\"query\" is missing.".to_owned()),
            Some(_) => return Err("\"query\" must be a string.".to_owned()),
        };
        let operation_name = match self.operation_name {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name),
            Some(_) => return Err("\"operationName\" must be a string.".to_owned()),
        };
        let variables = match self.variables {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(variables)) => variables,
            Some(_) => return Err("\"variables\" must be an object.".to_owned()),
        };
        // PostgreSQL can't keep it, SQLite ends texts at it, and nobody types it.
        if query.contains("\\u0000") || variables.values().any(holds_nul) {
            return Err("Texts can't hold the character U+0000.".to_owned());
        }
        match self.extensions {
            None | Some(Value::Null | Value::Object(_)) => Ok(Params {
                query,
                operation_name,
                variables,
            }),
            Some(_) => Err("\"extensions\" must be an object.".to_owned()),
        }
    }
}
