//! The scalars of the API. Each is text in JSON, so that no client rounds or reinterprets it.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

/// An absolute URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url(pub String);

/// An absolute URL (RFC 3986), such as `https://api.bellehouse.ne/media/…`.
#[Scalar(name = "URL")]
impl ScalarType for Url {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = value else {
            return Err(InputValueError::expected_type(value));
        };
        url::Url::parse(&text)
            .map_err(|error| InputValueError::custom(format!("not an absolute URL: {error}")))?;
        Ok(Self(text))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
