//! What is the same of every kind of content in the API: its type, its list, its mutations. A kind says their names and
//! descriptions.

use async_graphql::{Context, ID, Result};
use sea_orm::{ActiveModelBehavior, ActiveModelTrait, IntoActiveModel};

use crate::features::content::commands::{self, MAX_REORDERED, Positioned};
use platform::{
    error::{Violation, Violations},
    graphql::{BoundedList, ContextExt, Payload, split},
    ids,
};

/// Declares the GraphQL type of a kind: its row, read in a language. The object itself flattens `record_fields()`.
macro_rules! content_type {
    ($(#[$doc:meta])* $node:ident of $model:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $node {
            row: std::sync::Arc<$model>,
            locale: platform::actor::Locale,
        }

        impl $node {
            /// The record, read in this language.
            #[must_use]
            pub fn new(row: $model, locale: platform::actor::Locale) -> Self {
                Self { row: std::sync::Arc::new(row), locale }
            }
        }

        impl From<$model> for $node {
            fn from(row: $model) -> Self {
                Self::new(row, platform::actor::Locale::Fr)
            }
        }

        $crate::record_methods!($node, row);
    };
}

/// Declares the filter of a list that can be searched, and nothing else.
macro_rules! search_filter {
    ($(#[$doc:meta])* input $input:ident; $(#[$search_doc:meta])* search;) => {
        $(#[$doc])*
        #[derive(Debug, Default, async_graphql::InputObject)]
        pub struct $input {
            $(#[$search_doc])*
            pub search: Option<String>,
        }

        impl platform::graphql::listing::FilterInput for $input {
            type Filter = platform::listing::SearchFilter;

            fn check(self) -> Result<Self::Filter, platform::error::Violation> {
                let search = $crate::features::content::graphql::check_search(self.search)?;
                Ok(platform::listing::SearchFilter { search })
            }
        }
    };
}

/// Declares the root field that lists a kind, in the language that is asked for.
macro_rules! content_list {
    (
        $(#[$doc:meta])* query $query:ident;
        $(#[$field_doc:meta])* $field:ident: $entity:ty, shown as $node:ident;
        filter $which:tt $filter:ident;
        order $order:ident;
    ) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub struct $query;

        #[platform::graphql::paged]
        #[async_graphql::Object]
        impl $query {
            $(#[$field_doc])*
            async fn $field(
                &self,
                ctx: &async_graphql::Context<'_>,
                args: platform::paging::PageArgs,
                #[graphql(desc = $which)] filter: Option<$filter>,
                #[graphql(desc = "In which order.")] order_by: Option<$order>,
                #[graphql(desc = "In which state; PUBLISHED when absent, and more for staff alone.")]
                scope: Option<platform::graphql::RecordScope>,
                #[graphql(
                    desc = "In which language; what has no English text answers in French.",
                    default_with = "platform::graphql::Locale::Fr"
                )]
                locale: platform::graphql::Locale,
            ) -> async_graphql::Result<platform::graphql::Connection<$node>> {
                use platform::graphql::{ContextExt, listing::connection};
                let locale = locale.into();
                let node = |row| $node::new(row, locale);
                connection::<$entity, _>(ctx, ctx.actor(), args, filter, order_by, scope, node).await
            }
        }
    };
}

/// Declares the mutations of a kind: creating, changing and, where it has an order, putting in order.
macro_rules! content_mutations {
    (
        $(#[$doc:meta])* mutation $mutation:ident on $entity:ty;
        $(#[$create_doc:meta])* $create:ident($what:tt $create_input:ident) -> $payload:ident;
        $(#[$update_doc:meta])* $update:ident($update_input:ident);
        $($(#[$reorder_doc:meta])* $reorder:ident($reorder_input:ident) -> $reorder_payload:ident;)?
    ) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub struct $mutation;

        #[async_graphql::Object]
        impl $mutation {
            $(#[$create_doc])*
            #[graphql(guard = "platform::graphql::Allow::staff()")]
            async fn $create(
                &self,
                ctx: &async_graphql::Context<'_>,
                #[graphql(desc = $what)] input: $create_input,
            ) -> async_graphql::Result<$payload> {
                Ok(platform::graphql::editing::create::<$entity, _>(ctx, input).await?.into())
            }

            $(#[$update_doc])*
            #[graphql(guard = "platform::graphql::Allow::staff()")]
            async fn $update(
                &self,
                ctx: &async_graphql::Context<'_>,
                #[graphql(desc = "The change.")] input: $update_input,
            ) -> async_graphql::Result<$payload> {
                Ok(platform::graphql::editing::update::<$entity, _>(ctx, input).await?.into())
            }

            $(
            $(#[$reorder_doc])*
            #[graphql(guard = "platform::graphql::Allow::staff()")]
            async fn $reorder(
                &self,
                ctx: &async_graphql::Context<'_>,
                #[graphql(desc = "The order.")] input: $reorder_input,
            ) -> async_graphql::Result<$reorder_payload> {
                Ok($crate::features::content::graphql::declare::reorder::<$entity, _>(ctx, input.ids).await?.into())
            }
            )?
        }
    };
}

/// Declares what the mutation that puts a kind in order takes and answers.
macro_rules! content_order {
    (
        $(#[$doc:meta])* input $input:ident;
        $(#[$ids_doc:meta])* ids;
        $(#[$payload_doc:meta])* payload $payload:ident;
        $(#[$field_doc:meta])* $field:ident: $model:ty, shown as $node:ident;
    ) => {
        $(#[$doc])*
        #[derive(Debug, async_graphql::InputObject)]
        pub struct $input {
            $(#[$ids_doc])*
            pub ids: $crate::features::content::graphql::declare::InOrder,
        }

        $(#[$payload_doc])*
        #[derive(Debug, async_graphql::SimpleObject)]
        pub struct $payload {
            $(#[$field_doc])*
            pub $field: Option<Vec<$node>>,
            /// What is wrong with the input; when there is anything, nothing was written.
            pub user_errors: Vec<platform::graphql::UserError>,
        }

        impl From<platform::graphql::Payload<Vec<$model>>> for $payload {
            fn from((rows, user_errors): platform::graphql::Payload<Vec<$model>>) -> Self {
                let nodes = |rows: Vec<$model>| rows.into_iter().map($node::from).collect();
                Self { $field: rows.map(nodes), user_errors }
            }
        }
    };
}

pub(super) use {content_list, content_mutations, content_order, content_type, search_filter};

/// Ids in the order that their records are to have.
pub type InOrder = BoundedList<ID, { MAX_REORDERED }>;

/// Puts the records of a kind in order.
///
/// # Errors
/// Everything that isn't the input's fault.
pub async fn reorder<E, A>(ctx: &Context<'_>, ids: InOrder) -> Result<Payload<Vec<E::Model>>>
where
    E: Positioned,
    E::Model: IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E> + ActiveModelBehavior + Send,
{
    let mut violations = Violations::default();
    let named = violations.check(ids.at(["input", "ids"].map(str::to_owned)));
    let mut read = Vec::new();
    for (index, id) in named.into_iter().flatten().enumerate() {
        let path = ["input".to_owned(), "ids".to_owned(), index.to_string()];
        let id = ids::parse(&id, E::PREFIX, E::NOUN);
        read.extend(violations.check(id.map_err(|error| Violation::invalid_id(path, &error))));
    }
    let outcome = match violations.into_result() {
        Ok(()) => commands::reorder::<E, A>(ctx.app(), ctx.actor(), &read).await,
        Err(error) => Err(error),
    };
    split(outcome)
}
