//! How devices look in the API.

mod mutation;
mod types;

pub use mutation::DevicesMutation;
pub use types::GqlDevice;
