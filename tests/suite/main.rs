//! The one integration-test binary: everything that goes through the server's front door, and the checks on
//! the source itself. One binary, because linking the server once is enough.
//!
//! Without `TEST_DATABASE_URL` the suite runs on SQLite, with it on that PostgreSQL; `scripts/test` does both.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that can't go on fails, and says where"
)]

mod architecture;
mod article_html;
mod audit_access;
mod backlog;
mod backup_damage;
mod backup_restore;
mod backup_world;
mod backups;
mod billing_drafts;
mod billing_exports;
mod billing_forbidden;
mod billing_idempotency;
mod billing_money;
mod billing_papers;
mod billing_reminders;
mod billing_totals;
mod billing_world;
mod bins;
mod client;
mod command_line;
mod content_edit;
mod content_faq;
mod content_hidden;
mod content_pages;
mod content_public;
mod content_records;
mod content_world;
mod database_faults;
mod deliveries;
mod deliveries_of_records;
mod devices;
mod docs;
mod ends_of_sessions;
mod feed_delivery;
mod feed_fake;
mod feed_streams;
mod forwarded;
mod harness;
mod hostile;
mod hostile_values;
mod http_caps;
mod http_graphql;
mod http_world;
mod kept_connections;
mod languages;
mod lead_convert;
mod lead_desk;
mod lead_export;
mod lead_feed;
mod lead_forms;
mod lead_world;
mod list_bounds;
mod login;
mod login_limits;
mod media_cleanup;
mod media_graphql;
mod media_memory;
mod media_serving;
mod media_uploads;
mod media_world;
mod messages;
mod metrics;
mod monitoring;
mod notification_inbox;
mod operations;
mod outbox;
mod outbox_outages;
mod outbox_transports;
mod outbox_world;
mod paging_edges;
mod password_reset;
mod people_world;
mod permissions;
mod project_change;
mod project_create;
mod project_lists;
mod project_world;
mod public_answers;
mod races;
mod races_children;
mod races_world;
mod real_input;
mod record_kinds;
mod records;
mod repeated_keys;
mod retries;
mod round_trips;
mod safe_defaults;
mod schema;
mod session;
mod session_cookie;
mod sources;
mod stack;
mod staff;
mod staff_members;
mod statements;
mod storm_billing;
mod storm_feed;
mod support;
mod trusted_documents;
mod update_draft;
mod update_edit;
mod update_post;
mod upgrades;
mod ws_legacy;
mod ws_protocol;
mod ws_tokens;
