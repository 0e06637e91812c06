//! How an export looks in the API.

use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, Utc};

use super::{UserError, scalars::Url, split};
use crate::{
    error::CommandError,
    export::{Separator, SignedExport},
};

/// What stands between the cells of a CSV file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Separator")]
pub enum CsvSeparator {
    /// A comma, as RFC 4180 says.
    Comma,
    /// A semicolon, and decimal commas: a spreadsheet set to French opens such a file in columns by a double click and adds
    /// its amounts up.
    Semicolon,
}

/// A list that waits to be fetched: UTF-8 with a byte order mark, lines ending with CRLF, every cell quoted, and cells
/// that a spreadsheet would run as a formula made text by an apostrophe.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Export")]
pub struct GqlExport {
    /// Where to `GET` it, without a token: it belongs to your sign-in, and ends with it.
    pub url: Url,
    /// Until when the URL is good: ten minutes. A download that has begun goes on.
    pub expires_at: DateTime<Utc>,
    /// What the file is called.
    pub file_name: String,
}

/// What an export answers.
#[derive(Debug, SimpleObject)]
pub struct ExportPayload {
    /// Where the list is; null when something is wrong with the input.
    pub export: Option<GqlExport>,
    /// What is wrong with the input.
    pub user_errors: Vec<UserError>,
}

impl ExportPayload {
    /// The payload of an outcome.
    ///
    /// # Errors
    /// A top-level error for everything that isn't the input's fault.
    pub fn of(outcome: Result<SignedExport, CommandError>) -> async_graphql::Result<Self> {
        let (export, user_errors) = split(outcome)?;
        Ok(Self {
            export: export.map(|export| GqlExport {
                url: Url(export.url),
                expires_at: export.expires_at,
                file_name: export.file_name,
            }),
            user_errors,
        })
    }
}
