//! The fields that every record has, written once: an object flattens [`RecordFields`] into its own, and the interface
//! `Record` describes them.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};

use super::{GqlActor, actor_of};
use platform::{actor::AccountId, graphql::Allow};

/// The shared values of one record.
#[derive(Debug, Clone)]
pub struct RecordFields {
    /// The id's text.
    pub id: String,
    /// The version.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Who made it.
    pub created_by: Option<AccountId>,
    /// Who changed it last.
    pub updated_by: Option<AccountId>,
    /// Who deleted it.
    pub deleted_by: Option<AccountId>,
}

/// The fields that every record has.
#[Object]
impl RecordFields {
    /// The record's id. Its first letters say what it is the id of.
    async fn id(&self) -> ID {
        self.id.clone().into()
    }

    /// Counts the changes; send it as `expectedVersion` when you change the record.
    async fn version(&self) -> i32 {
        self.version
    }

    /// When it was entered.
    async fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at
    }

    /// When it was deleted; null among the living.
    async fn deleted_at(&self) -> Option<DateTime<Utc>> {
        self.deleted_at
    }

    /// Who entered it. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<GqlActor>> {
        actor_of(ctx, self.created_by).await
    }

    /// Who changed it last. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn updated_by(&self, ctx: &Context<'_>) -> Result<Option<GqlActor>> {
        actor_of(ctx, self.updated_by).await
    }

    /// Who deleted it. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn deleted_by(&self, ctx: &Context<'_>) -> Result<Option<GqlActor>> {
        actor_of(ctx, self.deleted_by).await
    }
}

/// Gives a GraphQL type the [`RecordFields`] that it flattens: `record_methods!(GqlService, row);`, where `row` is the
/// field that holds the table's row.
#[macro_export]
macro_rules! record_methods {
    ($node:ty, $row:tt) => {
        impl $node {
            /// The fields that every record has.
            pub(crate) fn record_fields(&self) -> $crate::features::accounts::graphql::RecordFields {
                $crate::features::accounts::graphql::RecordFields {
                    id: self.$row.id.to_string(),
                    version: self.$row.version,
                    created_at: self.$row.created_at,
                    updated_at: self.$row.updated_at,
                    deleted_at: self.$row.deleted_at,
                    created_by: self.$row.created_by,
                    updated_by: self.$row.updated_by,
                    deleted_by: self.$row.deleted_by,
                }
            }
        }
    };
}
