//! The table of all metrics. `docs/MONITORING.md` says what to do about them; dashboard and alerts (`ops/`) use no other
//! names, which a test holds them to.

use super::{Description, Kind, Metric};

/// From a statement in memory to one that is broken off.
const STATEMENT: &[f64] = &[
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0,
];
/// From a kept answer to a client that has long gone.
const REQUEST: &[f64] = &[
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0,
];
/// Work of seconds: pictures, papers, mail servers, jobs.
const WORK: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0,
];

macro_rules! table {
    ($( $(#[doc = $help:literal])+ $name:ident = $text:literal, $kind:expr, [$($label:literal),*]; )+) => {
        $(
            $(#[doc = $help])+
            pub static $name: Metric<{ <[&str]>::len(&[$($label),*]) }> = Metric::new($text, [$($label),*]);
        )+

        /// The table.
        pub static ALL: &[Description] = &[$(
            Description {
                name: $text,
                kind: $kind,
                help: concat!($($help),+).trim_ascii(),
                labels: &[$($label),*],
            },
        )+];
    };
}

table! {
    /// 1, with the version that runs.
    BUILD_INFO = "belle_house_build_info", Kind::Gauge, ["version"];

    // Requests
    /// Requests over HTTP by the kind of address and the status class.
    HTTP_REQUESTS = "belle_house_http_requests_total", Kind::Counter, ["route", "status"];
    /// How long requests over HTTP took until their answer began, by the kind of address.
    HTTP_SECONDS = "belle_house_http_request_seconds", Kind::Histogram(REQUEST), ["route"];
    /// GraphQL operations begun over HTTP or WebSocket, by the trusted document's name (other for all others), kind, and outcome: ok, error, fault (ours), broken_off.
    GRAPHQL_REQUESTS = "belle_house_graphql_requests_total", Kind::Counter, ["operation", "kind", "outcome"];
    /// How long queries and mutations took, by the trusted document's name (other for all others).
    GRAPHQL_SECONDS = "belle_house_graphql_request_seconds", Kind::Histogram(REQUEST), ["operation"];
    /// Errors in GraphQL answers by their code.
    GRAPHQL_ERRORS = "belle_house_graphql_errors_total", Kind::Counter, ["code"];
    /// Mistakes in what people entered (userErrors) by their code.
    USER_ERRORS = "belle_house_user_errors_total", Kind::Counter, ["code"];
    /// Lookups in what is kept in memory: answers for visitors, documents that were read.
    CACHE_LOOKUPS = "belle_house_cache_lookups_total", Kind::Counter, ["cache", "result"];
    /// Sign-ins that succeeded.
    LOGINS = "belle_house_logins_total", Kind::Counter, [];
    /// Sign-ins that were refused, by why: wrong (address or password), wrong_code, disabled, expired (temporary password), rate_limited.
    LOGINS_REFUSED = "belle_house_logins_refused_total", Kind::Counter, ["reason"];

    // The live feed
    /// WebSockets that are open.
    WEBSOCKETS = "belle_house_websockets", Kind::Gauge, [];
    /// Streams that are subscribed.
    SUBSCRIBERS = "belle_house_feed_subscribers", Kind::Gauge, [];
    /// How long after its transaction began an event was handed to this instance's streams, by the servers' clocks.
    FEED_LAG = "belle_house_feed_lag_seconds", Kind::Histogram(STATEMENT), [];
    /// How old the oldest event is that is committed and not handed out here; 0 when there is none.
    FEED_BEHIND = "belle_house_feed_behind_seconds", Kind::Gauge, [];
    /// 1 while readers' rights are verified, so that events are handed out.
    FEED_VERIFIED = "belle_house_feed_verified", Kind::Gauge, [];

    // The database
    /// 1 when the database answered the last look at it in time.
    DATABASE_UP = "belle_house_database_up", Kind::Gauge, [];
    /// 1 when what is written is read.
    WRITES_SEEN = "belle_house_database_writes_seen", Kind::Gauge, [];
    /// How long statements took: read (waiting for a connection included), write in a transaction, commit.
    SQL_SECONDS = "belle_house_sql_seconds", Kind::Histogram(STATEMENT), ["kind"];
    /// Statements that failed: read alone, write in a transaction, commit.
    SQL_ERRORS = "belle_house_sql_errors_total", Kind::Counter, ["kind"];
    /// How long a statement or transaction waited for a connection.
    SQL_WAIT = "belle_house_sql_wait_seconds", Kind::Histogram(STATEMENT), ["pool"];
    /// Waits for a connection that were given up.
    SQL_TIMEOUTS = "belle_house_sql_wait_timeouts_total", Kind::Counter, ["pool"];
    /// Connections at work.
    SQL_BUSY = "belle_house_sql_connections_busy", Kind::Gauge, ["pool"];
    /// Connections that may work at the same time.
    SQL_MAX = "belle_house_sql_connections_max", Kind::Gauge, ["pool"];
    /// Transactions that ran again because another was in their way.
    SQL_RETRIES = "belle_house_sql_retries_total", Kind::Counter, [];

    // What may be going on at a time (…_AT_ONCE)
    /// What is going on now: connections, sockets, operations, subscriptions.
    PLACES_TAKEN = "belle_house_places_taken", Kind::Gauge, ["kind"];
    /// How much of it may be going on in this process.
    PLACES_MAX = "belle_house_places_max", Kind::Gauge, ["kind"];
    /// What was refused because too much was going on, by whose limit: process, address, account.
    PLACES_REFUSED = "belle_house_places_refused_total", Kind::Counter, ["kind", "whose"];

    // Messages
    /// Messages that wait (pending) or were given up (dead); 10000 stands for that many and more.
    OUTBOX_MESSAGES = "belle_house_outbox_messages", Kind::Gauge, ["channel", "state"];
    /// How long ago the oldest message that still waits was written; 0 when none does.
    OUTBOX_OLDEST = "belle_house_outbox_oldest_seconds", Kind::Gauge, ["channel"];
    /// Attempts to send, by what became of them: sent, no_device, postponed, away (the service), dead.
    OUTBOX_ATTEMPTS = "belle_house_outbox_attempts_total", Kind::Counter, ["channel", "outcome"];
    /// How long attempts to send took.
    OUTBOX_SECONDS = "belle_house_outbox_attempt_seconds", Kind::Histogram(WORK), ["channel"];

    // Work
    /// Runs of the server's own jobs, by outcome: done, failed.
    JOB_RUNS = "belle_house_job_runs_total", Kind::Counter, ["name", "outcome"];
    /// How long runs of the server's own jobs took.
    JOB_SECONDS = "belle_house_job_seconds", Kind::Histogram(WORK), ["name"];
    /// How long uploaded pictures took, waiting included, by outcome: done, refused (the file), busy (too many wait).
    IMAGE_SECONDS = "belle_house_image_seconds", Kind::Histogram(WORK), ["outcome"];
    /// How long documents as PDF took, waiting included, by where they came from: drawn, kept, or failed.
    PDF_SECONDS = "belle_house_pdf_seconds", Kind::Histogram(WORK), ["source"];

    // Backups
    /// When the newest proven backup was taken, in seconds since 1970; 0 when none is proven, NaN when none are configured.
    BACKUP_PROVEN = "belle_house_backup_proven_timestamp_seconds", Kind::Gauge, [];
    /// 1 when the last backup could not be made or does not come back; NaN when none are configured.
    BACKUP_FAILED = "belle_house_backup_failed", Kind::Gauge, [];

    // The process and its disk
    /// Room that is left where DATA_DIR is, in bytes.
    DISK_FREE = "belle_house_disk_free_bytes", Kind::Gauge, [];
    /// All room where DATA_DIR is, in bytes.
    DISK_SIZE = "belle_house_disk_size_bytes", Kind::Gauge, [];
    /// Memory that is resident, in bytes.
    RESIDENT = "process_resident_memory_bytes", Kind::Gauge, [];
    /// When the process began, in seconds since 1970.
    START_TIME = "process_start_time_seconds", Kind::Gauge, [];
}
