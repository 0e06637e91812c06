//! What people are told when something can't be done. Code names a text and what is to be put into it; the text becomes a
//! sentence where an answer is written, in the language of whoever reads it.
//!
//! ```
//! use platform::message;
//! let max = 120;
//! assert_eq!(message!("text-too-long", max).id(), "text-too-long");
//! ```
//!
//! The texts are [Fluent](https://projectfluent.org) catalogues, one for each language beside what they belong to:
//! `messages.fr.ftl` and `messages.en.ftl`. A test (`tests/suite/messages.rs`) holds them against the code.

mod catalogues;
pub mod written;

use std::{borrow::Cow, fmt};

use chrono::NaiveDate;

pub use catalogues::{Catalogues, Source};

/// The platform's own texts.
pub const PLATFORM: Source = Source {
    name: "platform",
    fr: include_str!("messages.fr.ftl"),
    en: include_str!("messages.en.ftl"),
};

/// A text of the catalogues with what is put into it: `message!("text-too-long", max = 120)`. A variable that has the
/// value's name needs no `=`.
#[macro_export]
macro_rules! message {
    ($id:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        $crate::messages::Message::named($id)
            $(.with(stringify!($name), $crate::message!(@value $name $(= $value)?)))*
    };
    (@value $name:ident = $value:expr) => { $value };
    (@value $name:ident) => { $name };
}

/// What somebody is told, before it is known in which language. Made by [`message!`](crate::message!), so that a test
/// finds every one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    id: &'static str,
    values: Vec<(&'static str, Value)>,
}

impl Message {
    /// What `message!` begins with.
    #[doc(hidden)]
    #[must_use]
    pub fn named(id: &'static str) -> Self {
        Self {
            id,
            values: Vec::new(),
        }
    }

    /// What `message!` goes on with.
    #[doc(hidden)]
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    /// The name of its text in the catalogues.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// What is put into the text.
    #[must_use]
    pub fn values(&self) -> &[(&'static str, Value)] {
        &self.values
    }
}

/// For logs and developers: the text's name and the values. People read what [`Catalogues::render`] makes of it.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)?;
        for (name, value) in &self.values {
            write!(f, " {name}={value:?}")?;
        }
        Ok(())
    }
}

/// Something that a text is completed with, written in each language's way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Somebody's own words, a name, a number with letters: the same in every language. Selectors compare with it too.
    Text(Cow<'static, str>),
    /// A whole number: grouped, and deciding about plurals.
    Number(i64),
    /// What each language writes in its own way, such as an amount.
    Written {
        /// In French.
        fr: String,
        /// In English.
        en: String,
    },
    /// A day.
    Day(NaiveDate),
    /// A kind of record, in the forms that its language needs.
    Noun(Noun),
}

/// What people call a kind of record, such as `project update`; the catalogues have its forms as
/// `noun-project-update`. Of a value `kind` a text may name `$kind` and each attribute of the noun: `$kind-this`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Noun(pub &'static str);

impl Noun {
    /// The name of its forms in the catalogues.
    #[must_use]
    pub fn id(self) -> String {
        format!("noun-{}", self.0.replace(' ', "-"))
    }
}

impl fmt::Display for Noun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl From<Noun> for Value {
    fn from(noun: Noun) -> Self {
        Self::Noun(noun)
    }
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<NaiveDate> for Value {
    fn from(day: NaiveDate) -> Self {
        Self::Day(day)
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {
        $(impl From<$number> for Value {
            fn from(number: $number) -> Self {
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        })*
    };
}

numbers!(i32, u32, i64, u64, usize);
