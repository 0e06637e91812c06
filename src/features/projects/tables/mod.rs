//! The tables of projects.

pub mod project;
pub mod update;
pub mod update_image;
