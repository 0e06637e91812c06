//! Memory given back to the system once nobody uses it.
//!
//! The allocator purges what was freed only when somebody allocates again later, and what a thread has freed it keeps for
//! itself while it lives; a server at rest does neither, and would hold the largest burst it ever had for ever
//! (decision 14). So whoever has done a large job says so on its thread, and a quiet process is swept now and then.

use std::sync::OnceLock;
use std::time::Duration;

/// Gives back what the calling thread and the whole process hold without need.
pub type GiveBack = fn();

static ALLOCATOR: OnceLock<GiveBack> = OnceLock::new();

/// How often the process is swept. Tokio ends idle blocking threads after ten seconds; what they held is free then.
const EVERY: Duration = Duration::from_secs(10);

/// Names the allocator's way, and begins to sweep. The binary calls this once, since it chooses the allocator; without
/// it (in tests of the library) [`give_back`] does nothing.
///
/// # Errors
/// When the system refuses a thread.
pub fn sweep_with(give_back: GiveBack) -> std::io::Result<()> {
    if ALLOCATOR.set(give_back).is_err() {
        return Ok(());
    }
    let sweep = move || {
        loop {
            std::thread::sleep(EVERY);
            give_back();
        }
    };
    // A thread of its own: a sweep after a burst takes some ten milliseconds, which no request should wait for.
    std::thread::Builder::new()
        .name("memory".to_owned())
        .spawn(sweep)
        .map(drop)
}

/// The last step of a large job, on the thread that did it.
pub fn give_back() {
    if let Some(give_back) = ALLOCATOR.get() {
        give_back();
    }
}
