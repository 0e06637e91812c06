//! Pages of rows: by cursor and by number, of one table or of many parents' children at once.
//!
//! A list is a [`sea_orm::Select`] with its filters, an [`OrderBy`] and a [`Window`]. [`fetch`] reads one page in
//! one statement; [`fetch_nested`] reads one page for each of many parents, in one statement too. Rows are
//! ordered by the chosen terms and then by id, so that a cursor names one place exactly.

mod cursor;
mod fetch;

pub use cursor::Cursor;
pub use fetch::{count, count_nested, fetch, fetch_nested};

use sea_orm::EntityTrait;

use super::error::{ErrorCode, Violation};
use crate::message;
use crate::messages::Message;

/// Rows a page when the caller doesn't say.
pub const DEFAULT_PAGE_SIZE: u64 = 20;
/// Rows a page at most.
pub const MAX_PAGE_SIZE: u64 = 100;

/// What the caller of a list asked for: cursors or page numbers, not both. Cursors as in the Relay connection
/// specification: what stands between `after` and `before`, of that the `first` or the `last` so many. Both sizes at once,
/// which it discourages, are refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct PageArgs {
    /// The first so many…
    pub first: Option<i32>,
    /// …after this cursor.
    pub after: Option<String>,
    /// The last so many…
    pub last: Option<i32>,
    /// …before this cursor.
    pub before: Option<String>,
    /// The page of this number, from 1.
    pub page: Option<i32>,
    /// Rows a page, with `page`.
    pub page_size: Option<i32>,
}

/// A checked [`PageArgs`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Window {
    /// The first `limit` rows of those between the cursors.
    Forward {
        /// Rows at most.
        limit: u64,
        /// Where to go on.
        after: Option<Cursor>,
        /// Where to stop.
        before: Option<Cursor>,
    },
    /// The last `limit` rows of those between the cursors.
    Backward {
        /// Rows at most.
        limit: u64,
        /// Where to stop, on the way back.
        after: Option<Cursor>,
        /// Where to go on, on the way back.
        before: Option<Cursor>,
    },
    /// Page `number`, from 1.
    Numbered {
        /// The page.
        number: u64,
        /// Rows a page.
        size: u64,
    },
}

impl PageArgs {
    /// Checks the arguments.
    ///
    /// # Errors
    /// INVALID at the argument that is wrong, with what would be right.
    pub fn window(&self) -> Result<Window, Violation> {
        let invalid =
            |field: &str, message: Message| Err(Violation::new(ErrorCode::Invalid, [field], message));
        let sized = self.first.is_some() || self.last.is_some();
        if self.page.is_some() || self.page_size.is_some() {
            if sized || self.after.is_some() || self.before.is_some() {
                return invalid("page", message!("page-or-cursors"));
            }
            let number = u64::try_from(self.page.unwrap_or(1)).unwrap_or(0);
            if number == 0 {
                return invalid("page", message!("pages-from-one"));
            }
            return Ok(Window::Numbered {
                number,
                size: size("pageSize", self.page_size, 1)?,
            });
        }
        if self.first.is_some() && self.last.is_some() {
            return invalid("last", message!("first-or-last"));
        }
        let after = cursor("after", self.after.as_deref())?;
        let before = cursor("before", self.before.as_deref())?;
        // Told nothing else, a list is read away from the cursor that is there.
        let backward = self.last.is_some() || self.first.is_none() && after.is_none() && before.is_some();
        Ok(if backward {
            Window::Backward {
                limit: size("last", self.last, 0)?,
                after,
                before,
            }
        } else {
            Window::Forward {
                limit: size("first", self.first, 0)?,
                after,
                before,
            }
        })
    }
}

/// How many rows were asked for. None at all is a page too, by cursor: it tells whether there is something.
fn size(field: &str, asked: Option<i32>, least: u64) -> Result<u64, Violation> {
    match asked.map(u64::try_from) {
        None => Ok(DEFAULT_PAGE_SIZE),
        Some(Ok(size)) if (least..=MAX_PAGE_SIZE).contains(&size) => Ok(size),
        Some(_) => Err(Violation::new(
            ErrorCode::Invalid,
            [field],
            message!("page-size", least, most = MAX_PAGE_SIZE),
        )),
    }
}

fn cursor(field: &str, text: Option<&str>) -> Result<Option<Cursor>, Violation> {
    text.map(|text| {
        Cursor::decode(text)
            .ok_or_else(|| Violation::new(ErrorCode::Invalid, [field], message!("cursor-malformed")))
    })
    .transpose()
}

/// One term of an order.
#[derive(Debug)]
pub struct OrderTerm<E: EntityTrait> {
    /// The column. Nulls come last, whichever the direction, on both databases.
    pub column: E::Column,
    /// Largest first.
    pub descending: bool,
}

impl<E: EntityTrait> Clone for OrderTerm<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E: EntityTrait> Copy for OrderTerm<E> {}

/// An order: its terms, and the id last as a tie-break.
#[derive(Debug, Clone)]
pub struct OrderBy<E: EntityTrait>([OrderTerm<E>; 2]);

impl<E: EntityTrait> OrderBy<E> {
    /// Orders by `column`, then by `id` in the same direction.
    pub fn new(column: E::Column, descending: bool, id: E::Column) -> Self {
        Self([
            OrderTerm { column, descending },
            OrderTerm {
                column: id,
                descending,
            },
        ])
    }

    /// The id, by which rows that are equal otherwise are ordered.
    pub(super) fn id(&self) -> E::Column {
        self.0[1].column
    }

    /// The terms.
    #[must_use]
    pub fn terms(&self) -> &[OrderTerm<E>] {
        &self.0
    }
}

impl<E: EntityTrait> PartialEq for OrderBy<E> {
    fn eq(&self, other: &Self) -> bool {
        cursor::signature(self) == cursor::signature(other)
    }
}

/// One row with its place in the list.
#[derive(Debug, Clone)]
pub struct Row<M> {
    /// The row.
    pub model: M,
    /// Its place, to go on from.
    pub cursor: String,
}

/// One page.
#[derive(Debug, Clone)]
pub struct Page<M> {
    /// The rows, in order.
    pub rows: Vec<Row<M>>,
    /// Whether there are rows behind the last.
    pub has_next: bool,
    /// Whether there are rows before the first.
    pub has_previous: bool,
}

impl<M> Default for Page<M> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            has_next: false,
            has_previous: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_cursors_or_numbers_but_not_both() {
        let args = PageArgs {
            page: Some(3),
            page_size: Some(10),
            ..Default::default()
        };
        assert_eq!(args.window().unwrap(), Window::Numbered { number: 3, size: 10 });
        assert_eq!(
            PageArgs::default().window().unwrap(),
            Window::Forward {
                limit: 20,
                after: None,
                before: None
            }
        );
        let none = PageArgs {
            last: Some(0),
            ..Default::default()
        };
        assert!(matches!(none.window(), Ok(Window::Backward { limit: 0, .. })));
    }

    #[test]
    fn refuses_at_the_argument_that_is_wrong() {
        let args =
            |first: Option<i32>, last: Option<i32>, page: Option<i32>, page_size: Option<i32>| PageArgs {
                first,
                last,
                page,
                page_size,
                ..Default::default()
            };
        let garbled = |after: Option<&str>, before: Option<&str>| PageArgs {
            after: after.map(str::to_owned),
            before: before.map(str::to_owned),
            ..Default::default()
        };
        for (args, field) in [
            (args(Some(-1), None, None, None), "first"),
            (args(Some(101), None, None, None), "first"),
            (args(None, Some(-1), None, None), "last"),
            (args(None, Some(101), None, None), "last"),
            (args(Some(1), Some(1), None, None), "last"),
            (args(None, None, Some(0), None), "page"),
            (args(None, None, Some(-1), None), "page"),
            (args(None, None, None, Some(0)), "pageSize"),
            (args(None, None, Some(1), Some(101)), "pageSize"),
            (args(Some(5), None, Some(2), None), "page"),
            (garbled(Some("nonsense"), None), "after"),
            (garbled(None, Some("")), "before"),
        ] {
            assert_eq!(args.window().unwrap_err().field, [field], "{args:?}");
        }
    }
}
