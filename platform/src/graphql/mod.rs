//! What every GraphQL type shares: guards, errors, connections, request data.

pub mod batch;
pub mod connection;
pub mod cookie;
pub mod document;
pub mod editing;
pub mod export;
pub mod guard;
pub mod inputs;
pub mod limits;
pub mod listing;
pub mod lists;
pub mod loaders;
pub mod nested;
pub mod people;
pub mod records;
pub mod request;
pub mod scalars;
pub mod user_error;
pub mod values;

pub use crate::listing::RecordScope;
pub use batch::Batches;
pub use connection::{Connection, Edge, NumberedPage, OrderDirection, PageInfo};
pub use cookie::{CookieChange, SessionCookie};
pub use export::{CsvSeparator, ExportPayload};
pub use guard::Allow;
pub use inputs::{BulkRowInput, change, parse_id};
pub use lists::{BoundedList, FilterList};
pub use loaders::{Loaders, RequestLoader};
pub use macros::paged;
pub use nested::NestedList;
pub use people::{Locale, Role};
pub use records::{AnyRecord, RecordType};
pub use request::{ContextExt, JustSignedIn, RequestInfo, ResumeFrom};
pub use user_error::{Payload, UserError, UserErrorCode, coded, internal, removed_meanwhile, split, tell};
