//! What tests stand on. Start with [`database::TestDatabase`] for a test of the platform, with [`app::TestApp`] for a
//! test through the front door.

pub mod app;
pub mod database;
pub mod faulty_vfs;
pub mod fcm;
pub mod people;
pub mod smtp;
pub mod statements;
pub mod storm;
pub mod subscription;
