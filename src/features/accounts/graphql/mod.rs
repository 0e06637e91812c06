//! How accounts and sessions look in the API.

pub mod loaders;
pub mod mutation;
pub mod query;
pub mod record_fields;
pub mod second_factor;
pub mod security_events;
pub mod types;
pub mod viewer;

pub use loaders::AccountLoader;
pub use mutation::AccountsMutation;
pub use query::AccountsQuery;
pub use record_fields::RecordFields;
pub use second_factor::SecondFactorMutation;
pub use security_events::SecurityEventsQuery;
pub use types::{GqlActor, GqlSession, GqlSessionTokens, account, actor_of};
pub use viewer::Viewer;

use super::Accounts;
use platform::graphql::RecordType;

/// The kinds of records of this feature: accounts go with their clients, and are found as `Viewer`.
pub const RECORDS: &[RecordType] = &[RecordType::audited::<Accounts>()];
