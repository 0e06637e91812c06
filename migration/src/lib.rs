//! The database schema, for SQLite and PostgreSQL alike. One file for each group of tables.

pub use sea_orm_migration::prelude::*;

mod m20261121_000001_platform;
mod m20261121_000002_accounts;
mod m20261121_000003_media;
mod m20261121_000004_outbox;
mod m20261121_000004_projects;
mod m20261121_000006_notifications;
mod m20261121_000010_content;
mod m20261121_000011_session_tokens;
mod m20261121_000015_public_cache;
mod m20261121_000020_leads;
mod m20261121_000030_billing;
mod m20261129_000040_heartbeat;
mod m20261129_000050_faqs;
mod m20261129_000060_password_resets;
mod m20261129_000070_devices;
mod m20261129_000090_deliveries_of_records;
mod m20261129_000091_update_images_bin;
mod m20261129_000100_known_addresses;
mod m20261129_000110_article_html;
mod m20261129_000120_jobs;
mod m20261129_000130_backups;
mod m20261129_000140_slugs;
mod m20261130_000145_published_lists;
mod m20261130_000150_security_events;
mod m20261130_000151_second_factors;
mod m20261130_000160_secret_keys;
mod m20261130_000161_privacy;
mod m20261130_000170_preferences;
mod record_columns;

/// Applies the migrations in the order they were written.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_platform::Migration),
            Box::new(m20261121_000002_accounts::Migration),
            Box::new(m20261121_000003_media::Migration),
            Box::new(m20261121_000004_projects::Migration),
            Box::new(m20261121_000004_outbox::Migration),
            Box::new(m20261121_000006_notifications::Migration),
            Box::new(m20261121_000010_content::Migration),
            Box::new(m20261121_000011_session_tokens::Migration),
            Box::new(m20261121_000015_public_cache::Migration),
            Box::new(m20261121_000020_leads::Migration),
            Box::new(m20261121_000030_billing::Migration),
            Box::new(m20261129_000040_heartbeat::Migration),
            Box::new(m20261129_000050_faqs::Migration),
            Box::new(m20261129_000060_password_resets::Migration),
            Box::new(m20261129_000070_devices::Migration),
            Box::new(m20261129_000090_deliveries_of_records::Migration),
            Box::new(m20261129_000091_update_images_bin::Migration),
            Box::new(m20261129_000100_known_addresses::Migration),
            Box::new(m20261129_000110_article_html::Migration),
            Box::new(m20261129_000120_jobs::Migration),
            Box::new(m20261129_000130_backups::Migration),
            Box::new(m20261129_000140_slugs::Migration),
            Box::new(m20261130_000145_published_lists::Migration),
            Box::new(m20261130_000160_secret_keys::Migration),
            Box::new(m20261130_000161_privacy::Migration),
            Box::new(m20261130_000150_security_events::Migration),
            Box::new(m20261130_000151_second_factors::Migration),
            Box::new(m20261130_000170_preferences::Migration),
        ]
    }
}

/// Migrations that read or write every row of tables which may be large by then, such as for an index, with those tables:
/// `belle-house migrate --plan` counts them. One that is added belongs here, if it is of that kind.
pub const LARGE: &[(&str, &[&str])] = &[
    (
        "m20261129_000091_update_images_bin",
        &[
            "project_update_images",
            "portfolio_gallery_images",
            "portfolio_videos",
        ],
    ),
    ("m20261129_000140_slugs", &["portfolio_items", "blog_posts"]),
    (
        "m20261130_000145_published_lists",
        &["portfolio_items", "blog_posts"],
    ),
];

/// The tables of which a migration reads or writes every row.
#[must_use]
pub fn passes_over(migration: &str) -> &'static [&'static str] {
    LARGE
        .iter()
        .find(|(name, _)| *name == migration)
        .map_or(&[], |(_, tables)| tables)
}
