//! Lists that callers send.

use std::borrow::Cow;

use async_graphql::{InputType, InputValueError, InputValueResult, Value, registry::Registry};

use crate::error::{ErrorCode, Violation};
use crate::message;

/// How many values a filter may name: more than any of them has kinds of.
pub const MAX_FILTER_VALUES: usize = 100;

/// A list in a filter: its values once each, in the order they came in.
pub type FilterList<T> = BoundedList<T, MAX_FILTER_VALUES>;

/// A list that a caller sends, of `MAX` values at most: the only kind of list that inputs have (a test walks the schema).
/// What comes beyond is never read, and the refusal stands where the list does. The description in the schema says the
/// bound as "`MAX` at most".
#[derive(Debug)]
pub struct BoundedList<T, const MAX: usize>(Result<Vec<T>, usize>);

impl<T, const MAX: usize> BoundedList<T, MAX> {
    /// Its values.
    ///
    /// # Errors
    /// INVALID at `path`, the list's place in the input, when there are too many.
    pub fn at<S: Into<String>>(self, path: impl IntoIterator<Item = S>) -> Result<Vec<T>, Violation> {
        self.0.map_err(|found| {
            let message = message!("too-many-values", found, max = MAX);
            Violation::new(ErrorCode::Invalid, path, message)
        })
    }

    /// Its values without those that are there already.
    ///
    /// # Errors
    /// As [`BoundedList::at`].
    pub fn set_at<S: Into<String>>(self, path: impl IntoIterator<Item = S>) -> Result<Vec<T>, Violation>
    where
        T: PartialEq,
    {
        let mut set = Vec::new();
        for value in self.at(path)? {
            if !set.contains(&value) {
                set.push(value);
            }
        }
        Ok(set)
    }
}

impl<T, const MAX: usize> Default for BoundedList<T, MAX> {
    fn default() -> Self {
        Self(Ok(Vec::new()))
    }
}

impl<T: InputType, const MAX: usize> InputType for BoundedList<T, MAX> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <Vec<T> as InputType>::type_name()
    }

    fn qualified_type_name() -> String {
        <Vec<T> as InputType>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Vec<T> as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value {
            Some(Value::List(values)) if values.len() > MAX => Ok(Self(Err(values.len()))),
            value => <Vec<T> as InputType>::parse(value)
                .map(|values| Self(Ok(values)))
                .map_err(InputValueError::propagate),
        }
    }

    fn to_value(&self) -> Value {
        match &self.0 {
            Ok(values) => InputType::to_value(values),
            Err(_) => Value::Null,
        }
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(numbers: impl IntoIterator<Item = i32>) -> Value {
        Value::List(numbers.into_iter().map(Value::from).collect())
    }

    #[test]
    fn a_list_has_an_end() {
        let read = |value| BoundedList::<i32, 3>::parse(Some(value)).unwrap();
        assert_eq!(read(list([1, 2, 1])).at(["filter", "n"]), Ok(vec![1, 2, 1]));
        assert_eq!(read(list([2, 1, 2])).set_at(["filter", "n"]), Ok(vec![2, 1]));
        assert_eq!(read(Value::from(1)).at(["filter", "n"]), Ok(vec![1]));
        let refused = read(list(0..4)).at(["filter", "n"]).unwrap_err();
        assert_eq!(
            (refused.code, refused.field),
            (ErrorCode::Invalid, vec!["filter".to_owned(), "n".to_owned()])
        );
        assert_eq!(refused.message, message!("too-many-values", found = 4, max = 3));
    }

    #[test]
    fn what_is_too_much_is_not_read() {
        let wrong = Value::List(vec![Value::from("no number"); 4]);
        assert!(BoundedList::<i32, 3>::parse(Some(wrong)).is_ok());
        assert!(BoundedList::<i32, 3>::parse(Some(Value::from("no number"))).is_err());
    }
}
