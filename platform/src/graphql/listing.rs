//! The GraphQL side of `platform::listing`: a page of a kind of record as a connection.

use async_graphql::{Context, Result};
use sea_orm::{EntityTrait, FromQueryResult, ModelTrait};

use super::{
    connection::{Connection, OrderDirection},
    request::ContextExt,
    user_error::top_level,
};
use crate::{
    actor::Actor,
    error::Violation,
    listing::{self, Listed, RecordScope},
    paging::PageArgs,
};

/// A filter as GraphQL carries it.
pub trait FilterInput: Default {
    /// What the list works with.
    type Filter;
    /// Reads it.
    ///
    /// # Errors
    /// The first mistake, at its path.
    fn check(self) -> Result<Self::Filter, Violation>;
}

/// An order as GraphQL carries it.
pub trait OrderInput {
    /// What is listed.
    type Entity: EntityTrait;
    /// The column, and whether its largest comes first.
    fn by(self) -> (<Self::Entity as EntityTrait>::Column, bool);
}

/// A page of what `actor` may see of a kind.
///
/// # Errors
/// A top-level error for wrong arguments or a scope that isn't the caller's.
pub async fn connection<E, T>(
    ctx: &Context<'_>,
    actor: &Actor,
    args: PageArgs,
    filter: Option<impl FilterInput<Filter = E::Filter>>,
    order_by: Option<impl OrderInput<Entity = E>>,
    scope: Option<RecordScope>,
    to_node: impl FnMut(E::Model) -> T,
) -> Result<Connection<T>>
where
    E: Listed,
    E::Model: ModelTrait<Entity = E> + FromQueryResult + Send,
{
    let filter = filter.unwrap_or_default().check().map_err(top_level)?;
    let scope = listing::resolve_scope(actor, scope, RecordScope::Published).map_err(top_level)?;
    let order = listing::order_by::<E>(order_by.map(OrderInput::by));
    let list = listing::select::<E>(scope, ctx.app().clock.now(), &filter);
    Connection::read(ctx, list, &order, &args, to_node).await
}

/// Whether the largest comes first.
#[must_use]
pub fn is_descending(direction: OrderDirection) -> bool {
    direction == OrderDirection::Desc
}

/// Declares the order of a kind's list as the API has it: the enum of fields, each with its column, and the input.
#[macro_export]
macro_rules! record_order {
    (
        $(#[$field_doc:meta])* enum $fields:ident for $entity:ty { $( $(#[$doc:meta])* $variant:ident => $column:ident, )* }
        $(#[$input_doc:meta])* input $input:ident;
    ) => {
        $(#[$field_doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
        pub enum $fields {
            $( $(#[$doc])* $variant, )*
        }

        $(#[$input_doc])*
        #[derive(Debug, async_graphql::InputObject)]
        pub struct $input {
            /// By what.
            pub field: $fields,
            /// Which end comes first.
            pub direction: $crate::graphql::OrderDirection,
        }

        impl $crate::graphql::listing::OrderInput for $input {
            type Entity = $entity;

            fn by(self) -> (<$entity as sea_orm::EntityTrait>::Column, bool) {
                type Column = <$entity as sea_orm::EntityTrait>::Column;
                let column = match self.field {
                    $( $fields::$variant => Column::$column, )*
                };
                (column, $crate::graphql::listing::is_descending(self.direction))
            }
        }
    };
}
