//! How pictures and uploads look in the API.

pub mod loaders;
pub mod mutation;
pub mod query;
pub mod types;

pub use loaders::ImageLoader;
pub use mutation::MediaMutation;
pub use query::MediaQuery;
pub use types::{GqlImage, ImageFormat};
