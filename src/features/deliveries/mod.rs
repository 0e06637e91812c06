//! What leaves the house: the texts of its messages, and the staff's view of the outbox.

mod texts;

pub use texts::templates;
