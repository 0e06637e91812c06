//! What happens to clients, for the event log. All of it is for the staff.

use platform::events::EventKind;

/// What the company knows of a client changed, whether the client or somebody of the staff changed it. The record is the
/// client.
pub const CLIENT_CHANGED: EventKind = EventKind::new("ClientChanged");
