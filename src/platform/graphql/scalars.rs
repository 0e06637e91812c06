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

/// An e-mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress(pub String);

/// An e-mail address (RFC 5321), such as `zainab@example.ne`; compared without regard to case. A text that isn't one
/// is answered with a `UserError` at its path, like any other mistake in a form.
#[Scalar]
impl ScalarType for EmailAddress {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
