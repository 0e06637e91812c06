//! What happens to projects, for the event log and for announcements.

/// An update became visible to the client. The record is the update.
pub const PROJECT_UPDATE_POSTED: &str = "ProjectUpdatePosted";
/// Progress, phase, dates, name, quote or state of a project changed. The record is the project.
pub const PROJECT_CHANGED: &str = "ProjectChanged";
/// A record is no longer there for the client. The record says which.
pub use platform::deletion::RECORD_REMOVED;
