//! What a restored backup leaves to be settled, and who makes the next one.

use sea_orm_migration::{prelude::*, schema::*};

use crate::record_columns::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table("number_series")
                    .add_column(timestamp_with_time_zone_null("unconfirmed_since"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("lost_numbers")
                    .col(pk_uuid("id"))
                    .col(text("series"))
                    .col(integer("year"))
                    .col(big_integer("sequence"))
                    .col(timestamp_with_time_zone("recorded_at"))
                    .col(uuid_null("recorded_by"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                index("lost_numbers", "number", &["series", "year", "sequence"])
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("backup_state")
                    .col(integer("id").primary_key())
                    .col(uuid_null("lease_owner"))
                    .col(timestamp_with_time_zone_null("lease_until"))
                    .col(timestamp_with_time_zone_null("requested_at"))
                    .col(timestamp_with_time_zone_null("started_at"))
                    .col(timestamp_with_time_zone_null("proven_at"))
                    .col(text_null("problem"))
                    .to_owned(),
            )
            .await?;
        manager
            .execute(
                Query::insert()
                    .into_table("backup_state")
                    .columns(["id"])
                    .values_panic([1.into()])
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["backup_state", "lost_numbers"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        manager
            .alter_table(
                Table::alter()
                    .table("number_series")
                    .drop_column("unconfirmed_since")
                    .to_owned(),
            )
            .await
    }
}
