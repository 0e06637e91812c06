//! How accounts and sessions look in the API.

pub mod loaders;
pub mod mutation;
pub mod query;
pub mod record_fields;
pub mod types;
pub mod viewer;

pub use loaders::AccountLoader;
pub use mutation::AccountsMutation;
pub use query::AccountsQuery;
pub use record_fields::RecordFields;
pub use types::{GqlActor, GqlSession, GqlSessionTokens, account, actor_of};
pub use viewer::Viewer;
