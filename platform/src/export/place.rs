//! How far a list has been read.

use crate::paging::{Cursor, Page, Window};

use super::PAGE;

/// Where the next page of a list begins.
#[derive(Debug, Clone, Default)]
pub enum Place {
    /// At its first row.
    #[default]
    Start,
    /// Behind this row.
    After(Cursor),
    /// There is none.
    End,
}

impl Place {
    /// The next page; `None` at the end.
    #[must_use]
    pub fn window(&self) -> Option<Window> {
        let after = match self {
            Self::Start => None,
            Self::After(cursor) => Some(cursor.clone()),
            Self::End => return None,
        };
        Some(Window::Forward {
            limit: PAGE,
            after,
            before: None,
        })
    }

    /// Behind the last row of a page.
    #[must_use]
    pub fn behind<M>(page: &Page<M>) -> Self {
        let last = page.rows.last().filter(|_| page.has_next);
        last.and_then(|row| Cursor::decode(&row.cursor))
            .map_or(Self::End, Self::After)
    }
}
