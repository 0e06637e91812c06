//! Speaks HTTP: everything that names axum is here.

pub mod media;
mod problem;
pub mod uploads;
