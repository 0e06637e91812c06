//! What every feature stands on; knows nothing of construction.

pub mod actor;
pub mod announce;
pub mod audit;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod ctx;
pub mod db;
pub mod error;
pub mod events;
pub mod feed;
pub mod graphql;
pub mod idempotency;
pub mod ids;
pub mod images;
pub mod limiter;
pub mod logging;
pub mod mail;
pub mod money;
pub mod outbox;
pub mod paging;
pub mod push;
pub mod record;
pub mod search;
pub mod signed_url;
pub mod storage;
