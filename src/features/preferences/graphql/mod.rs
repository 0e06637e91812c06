//! How preferences look in the API.

mod loaders;
mod mutation;
mod types;

pub use loaders::WishesLoader;
pub use mutation::PreferencesMutation;
pub use types::{GqlPreference, preferences, wishes};
