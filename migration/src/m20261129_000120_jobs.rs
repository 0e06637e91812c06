//! Indexes by which hourly jobs find their work, and the staff the latest updates, so that nobody looks through a whole table.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::record_columns::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_index(
                index("sessions", "revoked", &["id"])
                    .and_where(Expr::col("revoked_at").is_not_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("password_resets", "expires_at", &["expires_at"]))
            .await?;
        // Drafts have no day of posting and stand last. SQLite reads the index there is backwards; for PostgreSQL that would
        // put them first.
        if manager.get_database_backend() == DbBackend::Postgres {
            let latest =
                "CREATE INDEX project_updates_latest ON project_updates (posted_at DESC NULLS LAST, id DESC)";
            manager.get_connection().execute_unprepared(latest).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table) in [
            ("password_resets_expires_at", "password_resets"),
            ("sessions_revoked", "sessions"),
        ] {
            manager
                .drop_index(Index::drop().name(name).table(table).to_owned())
                .await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            let latest = Index::drop().name("project_updates_latest").to_owned();
            manager.drop_index(latest).await?;
        }
        Ok(())
    }
}
