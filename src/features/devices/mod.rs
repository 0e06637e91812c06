//! Where push messages go: the phones, tablets and browsers that people registered, each with the session that it is signed
//! in with. A device gets messages for as long as that session lasts.

pub mod commands;
pub mod graphql;
mod queries;
mod table;

pub use queries::{RegisteredDevices, devices_of, purge};
pub use table::{Column as DeviceColumn, DevicePlatform, Entity as Devices, Model as Device};

use platform::typed_id;

typed_id!(
    /// A device that push messages go to.
    DeviceId, "dev", "device"
);
