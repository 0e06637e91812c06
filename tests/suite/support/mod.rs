//! What tests stand on. Start with [`database::TestDatabase`] for a test of the platform, with `TestApp` for a
//! test through the front door.

pub mod database;
