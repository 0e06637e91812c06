//! The schema, merged from the features, and what each request carries.

pub mod meta;

use async_graphql::{EmptySubscription, MergedObject, Request, Schema, dataloader::DataLoader};

use crate::{
    features::{
        accounts::graphql::{AccountLoader, AccountsMutation, AccountsQuery},
        clients::graphql::{ClientLoader, ClientsMutation, ClientsQuery},
        media::{Media, graphql::MediaMutation},
    },
    platform::{actor::Actor, ctx::Ctx, graphql::RequestInfo},
};

/// The schema.
pub type AppSchema = Schema<Query, Mutation, Subscription>;

/// Reads. A field that needs a role says so; what isn't yours reads like what doesn't exist.
#[derive(MergedObject, Default)]
pub struct Query(meta::MetaQuery, AccountsQuery, ClientsQuery);

/// Writes. Each takes one `input` and answers with the record and `userErrors`; when there are any, nothing was
/// written.
#[derive(MergedObject, Default)]
pub struct Mutation(AccountsMutation, ClientsMutation, MediaMutation);

/// Live streams, over WebSocket.
pub type Subscription = EmptySubscription;

/// Builds the schema with what its resolvers share.
#[must_use]
pub fn build_schema(ctx: Ctx, media: Media) -> AppSchema {
    schema_builder().data(ctx).data(media).finish()
}

/// The schema's definition alone, for `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    schema_builder().finish().sdl()
}

fn schema_builder() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
}

/// Attaches what the resolvers of one request need: who asks, and loaders that live as long as the request.
#[must_use]
pub fn with_request_data(request: Request, ctx: &Ctx, actor: Actor, info: RequestInfo) -> Request {
    let db = ctx.db.clone();
    let clients = ClientLoader {
        db: db.clone(),
        actor: actor.clone(),
    };
    request
        .data(DataLoader::new(AccountLoader(db), tokio::spawn))
        .data(DataLoader::new(clients, tokio::spawn))
        .data(actor)
        .data(info)
}
