//! Why a sent file was not taken.

use platform::{
    images::{ImageError, WorkshopError, image_message},
    message,
    messages::Message,
};

/// Why the bytes of an upload were refused. Its message is for the sender's app and the person using it.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// No such upload, or it was swept.
    #[error("no such upload")]
    NotFound,
    /// Its day is over.
    #[error("the upload has run out")]
    Expired,
    /// A connection broke, or the declared size was wrong.
    #[error("{received} of {declared} bytes")]
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
    #[error("too many pictures at once")]
    Busy,
    /// Our own fault.
    #[error("{0:#}")]
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

impl UploadError {
    /// What the person who sent the file is told.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("upload-missing"),
            Self::Expired => message!("upload-expired"),
            Self::SizeMismatch { declared, received } => {
                message!("upload-incomplete", declared = *declared, received = *received)
            }
            Self::Image(error) => image_message(error),
            Self::Busy => message!("upload-busy"),
            Self::Internal(_) => message!("upload-failed"),
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
