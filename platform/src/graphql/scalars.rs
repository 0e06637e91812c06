//! The scalars of the API. Each is text in JSON, so that no client rounds or reinterprets it.

use std::borrow::Cow;

use async_graphql::{
    InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value, registry::Registry,
};
use chrono::{DateTime, Datelike, Utc};

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

/// The years that a moment somebody writes may be in. Beyond four digits texts don't order as times do (SQLite), and
/// PostgreSQL, RFC 2822 and people have bounds of their own; a year of five digits is a slip of the hand.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// A moment in an input: the scalar `DateTime`, within the years that anything here is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub DateTime<Utc>);

impl InputType for Moment {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <DateTime<Utc> as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <DateTime<Utc> as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let moment = <DateTime<Utc> as InputType>::parse(value).map_err(InputValueError::propagate)?;
        if YEARS.contains(&moment.year()) {
            Ok(Self(moment))
        } else {
            let (first, last) = (YEARS.start(), YEARS.end());
            Err(InputValueError::custom(format!(
                "write a moment between the years {first} and {last}, such as 2026-05-31T08:00:00Z"
            )))
        }
    }

    fn to_value(&self) -> Value {
        InputType::to_value(&self.0)
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}
