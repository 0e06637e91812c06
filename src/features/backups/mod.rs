//! Backups: made every day and proven, brought back, and what follows from that
//! (docs/decisions/0025-backups-that-come-back.md).

pub mod graphql;

mod alarm;
mod make;
mod restore;
mod schedule;
mod table;
mod work;
mod worker;

pub use alarm::raise_when_stale;
pub use make::{copy, fetch, make, prune, source, verify};
pub use restore::{restore, target};
pub use schedule::is_stale;
pub use work::{Overview, Standing, back_up_now, last_problem, make_when_due, overview, standing};
pub use worker::run;
