//! What every feature stands on; knows nothing of construction.

// So that what the exported macros write (`platform::…`) is right in here too.
extern crate self as platform;

pub mod actor;
pub mod announce;
pub mod audit;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod ctx;
pub mod db;
pub mod deletion;
pub mod disk;
pub mod editing;
pub mod error;
pub mod events;
pub mod export;
pub mod feed;
pub mod form;
pub mod graphql;
pub mod housekeeping;
pub mod idempotency;
pub mod ids;
pub mod images;
pub mod limiter;
pub mod listing;
pub mod locale;
pub mod logging;
pub mod mail;
pub mod markdown;
pub mod memory;
pub mod messages;
pub mod metrics;
pub mod migrate;
pub mod money;
pub mod outbox;
pub mod paging;
pub mod private_folder;
pub mod push;
pub mod quantity;
pub mod record;
pub mod search;
pub mod send_error;
pub mod signed_url;
pub mod storage;
pub mod text;
pub mod video_link;
