//! Registering devices, and taking them back.

mod register_device;
mod unregister_device;

pub use register_device::{MAX_DEVICES, RegisterDevice, register_device};
pub use unregister_device::unregister_device;
