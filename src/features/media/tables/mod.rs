//! The tables of this feature.

pub(super) mod file_removal;
pub mod image;
pub mod upload;
