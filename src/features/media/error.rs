//! Why a sent file was not taken.

use platform::images::{ImageError, WorkshopError};

/// Why the bytes of an upload were refused. The texts are for the sender's app and the person using it.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// No such upload, or it was swept.
    #[error("There is no such upload. Create a new one with `createUpload`.")]
    NotFound,
    /// Its day is over.
    #[error("The upload has expired. Create a new one with `createUpload`.")]
    Expired,
    /// A connection broke, or the declared size was wrong.
    #[error("{received} of {declared} bytes arrived. Send the whole file again, to the same URL.")]
    SizeMismatch {
        /// As `createUpload` was told.
        declared: u64,
        /// As counted.
        received: u64,
    },
    /// The content is at fault.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// Come back in a few seconds.
    #[error("The server is busy with other pictures. Send the file again in a few seconds.")]
    Busy,
    /// Our own fault.
    #[error("Something went wrong on our side. Send the file again.")]
    Internal(#[source] anyhow::Error),
}

impl UploadError {
    /// A stable, upper-case name for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::Expired => "EXPIRED",
            Self::SizeMismatch { .. } => "SIZE_MISMATCH",
            Self::Image(error) => error.code(),
            Self::Busy => "BUSY",
            Self::Internal(_) => "INTERNAL",
        }
    }
}

impl From<WorkshopError> for UploadError {
    fn from(error: WorkshopError) -> Self {
        match error {
            WorkshopError::Image(error) => Self::Image(error),
            WorkshopError::Busy => Self::Busy,
        }
    }
}

impl From<sea_orm::DbErr> for UploadError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

impl From<anyhow::Error> for UploadError {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}
