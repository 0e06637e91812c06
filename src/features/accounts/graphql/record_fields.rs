//! The fields that every record has, written once: an object flattens [`RecordFields`] into its own, and
//! [`record_methods!`](crate::record_methods) lets the interfaces `Node` and `Record` ask for them.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};

use super::{GqlActor, actor_of};
use crate::platform::{actor::AccountId, graphql::Allow};

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
    pub(crate) async fn id(&self) -> ID {
        self.id.clone().into()
    }

    /// Counts the changes; send it as `expectedVersion` when you change the record.
    pub(crate) async fn version(&self) -> i32 {
        self.version
    }

    /// When it was entered.
    pub(crate) async fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    /// When it last changed.
    pub(crate) async fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at
    }

    /// When it was deleted; null among the living.
    pub(crate) async fn deleted_at(&self) -> Option<DateTime<Utc>> {
        self.deleted_at
    }

    /// Who entered it. For staff.
    #[graphql(guard = "Allow::staff()")]
    pub(crate) async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<GqlActor>> {
        actor_of(ctx, self.created_by).await
    }

    /// Who changed it last. For staff.
    #[graphql(guard = "Allow::staff()")]
    pub(crate) async fn updated_by(&self, ctx: &Context<'_>) -> Result<Option<GqlActor>> {
        actor_of(ctx, self.updated_by).await
    }

    /// Who deleted it. For staff.
    #[graphql(guard = "Allow::staff()")]
    pub(crate) async fn deleted_by(&self, ctx: &Context<'_>) -> Result<Option<GqlActor>> {
        actor_of(ctx, self.deleted_by).await
    }
}

/// Gives a GraphQL type the methods of a record: `record_methods!(GqlService, row);`, where `row` is the field that
/// holds the table's row. The object itself shows them with a flattened `record`.
#[macro_export]
macro_rules! record_methods {
    ($node:ty, $row:ident) => {
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

            $crate::record_methods!(@field id: async_graphql::ID);
            $crate::record_methods!(@field version: i32);
            $crate::record_methods!(@field created_at: chrono::DateTime<chrono::Utc>);
            $crate::record_methods!(@field updated_at: chrono::DateTime<chrono::Utc>);
            $crate::record_methods!(@field deleted_at: Option<chrono::DateTime<chrono::Utc>>);
            $crate::record_methods!(@field created_by: Option<$crate::features::accounts::graphql::GqlActor>);
            $crate::record_methods!(@field updated_by: Option<$crate::features::accounts::graphql::GqlActor>);
            $crate::record_methods!(@field deleted_by: Option<$crate::features::accounts::graphql::GqlActor>);
        }
    };
    (@field $name:ident: $ty:ty) => {
        /// For the interfaces.
        pub(crate) async fn $name(
            &self,
            ctx: &async_graphql::Context<'_>,
        ) -> async_graphql::Result<$ty> {
            self.record_fields().$name(ctx).await
        }
    };
}
