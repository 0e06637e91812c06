//! What happens to projects, for the event log and for announcements.

use platform::events::EventKind;

/// An update became visible to the client. The record is the update.
pub const PROJECT_UPDATE_POSTED: EventKind = EventKind::new("ProjectUpdatePosted");
/// Progress, phase, dates, name, quote or state of a project changed. The record is the project.
pub const PROJECT_CHANGED: EventKind = EventKind::new("ProjectChanged");
/// A record is no longer there for the client. The record says which.
pub use platform::deletion::RECORD_REMOVED;
