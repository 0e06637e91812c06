//! A place in an ordered list, opaque to whoever carries it.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use data_encoding::BASE64URL_NOPAD;
use sea_orm::{ActiveModelTrait, EntityTrait, IdenStatic, ModelTrait, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::OrderBy;

/// The values of the ordering columns at one row, and which order they belong to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cursor {
    order: String,
    values: Vec<CursorValue>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum CursorValue {
    #[serde(rename = "n")]
    Null,
    #[serde(rename = "b")]
    Bool(bool),
    #[serde(rename = "i")]
    Int(i32),
    #[serde(rename = "l")]
    BigInt(i64),
    #[serde(rename = "s")]
    Text(String),
    #[serde(rename = "u")]
    Uuid(Uuid),
    #[serde(rename = "t")]
    Time(DateTime<Utc>),
    #[serde(rename = "d")]
    Date(NaiveDate),
}

impl Cursor {
    /// The place of `model` under `order`.
    pub(super) fn of<E>(model: &E::Model, order: &OrderBy<E>) -> Self
    where
        E: EntityTrait,
        E::Model: ModelTrait<Entity = E>,
    {
        let values = order
            .terms()
            .iter()
            .map(|term| CursorValue::from(model.get(term.column)))
            .collect();
        Self {
            order: signature(order),
            values,
        }
    }

    /// The values, when they belong to `order`; a null is `None`. Anybody can write a cursor: what a column can't hold
    /// never reaches the database.
    pub(super) fn values_for<E: EntityTrait>(&self, order: &OrderBy<E>) -> Option<Vec<Option<Value>>> {
        let terms = order.terms();
        if self.order != signature(order) || self.values.len() != terms.len() {
            return None;
        }
        let mut row = <E::ActiveModel as ActiveModelTrait>::default();
        let values = self.values.iter().zip(terms).map(|(value, term)| {
            let value = value.is_plausible().then(|| value.to_value())?;
            let fits = value
                .clone()
                .is_none_or(|value| row.try_set(term.column, value).is_ok());
            fits.then_some(value)
        });
        values.collect()
    }

    /// The text form.
    #[must_use]
    pub fn encode(&self) -> String {
        BASE64URL_NOPAD.encode(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// Reads the text form; `None` when it isn't one.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        serde_json::from_slice(&BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()
    }
}

/// What an order is told by: its table, whose lists share their cursors, and its terms.
pub(super) fn signature<E: EntityTrait>(order: &OrderBy<E>) -> String {
    let mut signature = E::default().table_name().to_owned();
    for term in order.terms() {
        signature.push(if term.descending { '-' } else { '+' });
        signature.push_str(term.column.as_str());
    }
    signature
}

impl From<Value> for CursorValue {
    fn from(value: Value) -> Self {
        match value {
            Value::Bool(Some(it)) => Self::Bool(it),
            Value::Int(Some(it)) => Self::Int(it),
            Value::BigInt(Some(it)) => Self::BigInt(it),
            Value::String(Some(it)) => Self::Text(it),
            Value::Uuid(Some(it)) => Self::Uuid(it),
            Value::ChronoDateTimeUtc(Some(it)) => Self::Time(it),
            Value::ChronoDate(Some(it)) => Self::Date(it),
            // Lists are ordered by the kinds above alone.
            _ => Self::Null,
        }
    }
}

impl CursorValue {
    /// Whether both databases can compare with it.
    fn is_plausible(&self) -> bool {
        const YEARS: RangeInclusive<i32> = 1..=9999;
        match self {
            Self::Text(it) => !it.contains('\0'),
            Self::Time(it) => YEARS.contains(&it.year()),
            Self::Date(it) => YEARS.contains(&it.year()),
            Self::Null | Self::Bool(_) | Self::Int(_) | Self::BigInt(_) | Self::Uuid(_) => true,
        }
    }

    fn to_value(&self) -> Option<Value> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(it) => (*it).into(),
            Self::Int(it) => (*it).into(),
            Self::BigInt(it) => (*it).into(),
            Self::Text(it) => it.clone().into(),
            Self::Uuid(it) => (*it).into(),
            Self::Time(it) => (*it).into(),
            Self::Date(it) => (*it).into(),
        })
    }
}
