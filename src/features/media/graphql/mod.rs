//! How pictures and uploads look in the API.

pub mod mutation;
pub mod types;

pub use mutation::MediaMutation;
pub use types::{GqlImage, ImageFormat};
