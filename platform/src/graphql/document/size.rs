//! How long an answer is before it is written.

use async_graphql::{PathSegment, Response, ServerError, Value};

/// What an error takes besides its message, its path and what is in its extensions, in bytes.
const ERROR: u64 = 100;

/// How many bytes a response has as JSON: of its data to some percent, of its errors about.
#[must_use]
pub fn json_size(response: &Response) -> u64 {
    let errors = response.errors.iter().map(error).sum::<u64>();
    size_of(&response.data) + errors
}

fn error(error: &ServerError) -> u64 {
    let path = error.path.iter().map(|segment| match segment {
        PathSegment::Field(name) => name.len() as u64 + 3,
        PathSegment::Index(_) => 5,
    });
    ERROR + text(&error.message) + path.sum::<u64>() + 30 * error.locations.len() as u64
}

// Answers are as deep as the plan, which is limited.
fn size_of(value: &Value) -> u64 {
    match value {
        Value::Null => 4,
        Value::Boolean(_) => 5,
        Value::Number(_) => 8,
        Value::String(string) => text(string),
        Value::Enum(name) => name.len() as u64 + 2,
        // Written as a list of numbers.
        Value::Binary(bytes) => 4 * bytes.len() as u64,
        Value::List(items) => 2 + items.iter().map(|item| size_of(item) + 1).sum::<u64>(),
        Value::Object(members) => {
            let members = members.iter();
            2 + members
                .map(|(name, member)| name.len() as u64 + 4 + size_of(member))
                .sum::<u64>()
        }
    }
}

/// With its quotes, and what must be escaped. Nearly no text has anything to escape: that is asked first, many bytes at a time.
fn text(text: &str) -> u64 {
    let is_escaped = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    let some_are = text.as_bytes().chunks(64).any(|some| {
        let escaped = some.iter().map(|byte| u8::from(is_escaped(byte)));
        escaped.sum::<u8>() > 0
    });
    let more = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 1,
        0..0x20 => 5,
        _ => 0,
    };
    let more = if some_are {
        text.bytes().map(more).sum()
    } else {
        0_u64
    };
    text.len() as u64 + more + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_long_as_it_says() {
        let json = serde_json::json!({
            "name": "Une maison à \"Koira Kano\"\nau bord du fleuve",
            "rooms": [{ "area": 12_345_678, "open": false, "text": "\u{1}" }, null],
            "plan": "m²".repeat(1_000),
        });
        let response = Response::new(Value::from_json(json.clone()).unwrap());
        let (written, said) = (json.to_string().len() as u64, json_size(&response));
        assert!(said.abs_diff(written) < 12, "{said}, {written}");
    }
}
