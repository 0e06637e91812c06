//! The scalars of the API. Each is text in JSON, so that no client rounds or reinterprets it.

use std::borrow::Cow;

use async_graphql::{
    InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value, registry::Registry,
};
use chrono::{DateTime, Datelike, NaiveDateTime, Utc};

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

/// The years that a day or a moment somebody writes may be in. Beyond four digits texts don't order as times do (SQLite), and
/// PostgreSQL, RFC 2822 and people have bounds of their own; a year of five digits is a slip of the hand.
pub(super) const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// A moment in an input: the scalar `DateTime`, within the years that anything here is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub DateTime<Utc>);

/// Reads a moment of RFC 3339.
fn rfc3339(text: &str) -> Result<DateTime<Utc>, &'static str> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment.to_utc());
    }
    let without_zone = [
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M",
    ];
    let lacks_zone = without_zone
        .iter()
        .any(|form| NaiveDateTime::parse_from_str(text, form).is_ok());
    Err(if lacks_zone {
        "this moment has no time zone: end it with Z for UTC or with an offset, such as 2026-05-31T08:00:00Z or \
         2026-05-31T09:00:00+01:00"
    } else {
        "write a moment as in RFC 3339, such as 2026-05-31T08:00:00Z or 2026-05-31T09:00:00+01:00"
    })
}

impl InputType for Moment {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <DateTime<Utc> as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <DateTime<Utc> as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let text = match value {
            Some(Value::String(text)) => text,
            other => return Err(InputValueError::expected_type(other.unwrap_or_default())),
        };
        let moment = rfc3339(&text).map_err(InputValueError::custom)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        <Moment as InputType>::parse(Some(Value::from(text)))
            .map(|moment| moment.0.to_rfc3339())
            .map_err(|error| error.into_server_error(async_graphql::Pos::default()).message)
    }

    #[test]
    fn a_moment_says_where_its_clock_stands() {
        assert_eq!(
            read("2026-05-31T09:00:00+01:00").unwrap(),
            "2026-05-31T08:00:00+00:00"
        );
        assert!(read("2026-05-31T08:00:00.123Z").is_ok());
        for bare in [
            "2026-05-31T08:00:00",
            "2026-05-31 08:00:00",
            "2026-05-31T08:00:00.5",
            "2026-05-31T08:00",
            "2026-05-31 08:00",
        ] {
            assert!(read(bare).unwrap_err().contains("has no time zone"), "{bare}");
        }
        for wrong in ["2026-05-31", "demain", "2026-05-31T25:00:00Z", ""] {
            assert!(read(wrong).unwrap_err().contains("RFC 3339"), "{wrong}");
        }
        assert!(read("0026-05-31T08:00:00Z").unwrap_err().contains("1900"));
    }
}
