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

/// Rows a page when the caller doesn't say.
pub const DEFAULT_PAGE_SIZE: u64 = 20;
/// Rows a page at most.
pub const MAX_PAGE_SIZE: u64 = 100;

/// What the caller of a list asked for: cursors or page numbers, not both.
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
    /// The first `limit` rows, after the cursor if there is one.
    Forward {
        /// Rows at most.
        limit: u64,
        /// Where to go on.
        after: Option<Cursor>,
    },
    /// The last `limit` rows, before the cursor if there is one.
    Backward {
        /// Rows at most.
        limit: u64,
        /// Where to stop.
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
        let invalid = |field: &str, message: &str| Err(Violation::new(ErrorCode::Invalid, [field], message));
        let by_number = self.page.is_some() || self.page_size.is_some();
        let forward = self.first.is_some() || self.after.is_some();
        let backward = self.last.is_some() || self.before.is_some();
        match (by_number, forward, backward) {
            (true, false, false) => {
                let Some(number) = u64::try_from(self.page.unwrap_or(1))
                    .ok()
                    .filter(|&page| page > 0)
                else {
                    return invalid("page", "Pages are counted from 1.");
                };
                Ok(Window::Numbered {
                    number,
                    size: size("pageSize", self.page_size)?,
                })
            }
            (false, _, false) => Ok(Window::Forward {
                limit: size("first", self.first)?,
                after: cursor("after", self.after.as_deref())?,
            }),
            (false, false, true) => Ok(Window::Backward {
                limit: size("last", self.last)?,
                before: cursor("before", self.before.as_deref())?,
            }),
            (false, true, true) => invalid("last", "Take first/after or last/before, not both."),
            (true, ..) => invalid(
                "page",
                "Take page/pageSize or cursors (first, after, last, before), not both.",
            ),
        }
    }
}

fn size(field: &str, asked: Option<i32>) -> Result<u64, Violation> {
    match asked.map(u64::try_from) {
        None => Ok(DEFAULT_PAGE_SIZE),
        Some(Ok(size)) if (1..=MAX_PAGE_SIZE).contains(&size) => Ok(size),
        Some(_) => Err(Violation::new(
            ErrorCode::Invalid,
            [field],
            format!("Ask for 1 to {MAX_PAGE_SIZE} rows a page."),
        )),
    }
}

fn cursor(field: &str, text: Option<&str>) -> Result<Option<Cursor>, Violation> {
    text.map(|text| {
        Cursor::decode(text).ok_or_else(|| {
            Violation::new(
                ErrorCode::Invalid,
                [field],
                "This is not a cursor that a list gave out; start without one.",
            )
        })
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
            first: Some(5),
            page: Some(2),
            ..Default::default()
        };
        assert_eq!(args.window().unwrap_err().field, ["page"]);
        let args = PageArgs {
            first: Some(5),
            before: Some("x".into()),
            ..Default::default()
        };
        assert_eq!(args.window().unwrap_err().field, ["last"]);
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
                after: None
            }
        );
    }

    #[test]
    fn refuses_sizes_outside_the_bounds_and_foreign_cursors() {
        for first in [-1, 0, 101] {
            assert!(
                PageArgs {
                    first: Some(first),
                    ..Default::default()
                }
                .window()
                .is_err()
            );
        }
        assert!(
            PageArgs {
                page: Some(0),
                ..Default::default()
            }
            .window()
            .is_err()
        );
        assert_eq!(
            PageArgs {
                after: Some("nonsense".into()),
                ..Default::default()
            }
            .window()
            .unwrap_err()
            .field,
            ["after"]
        );
    }
}
