//! What can be done with uploads and pictures.

pub mod attach;
pub mod create_upload;
