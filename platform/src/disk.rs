//! How much room the data has.

use std::path::Path;

/// Room on a file system, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// What this user may still fill.
    pub free: u64,
    /// All of it.
    pub size: u64,
}

/// The room where `folder` is; `None` where the system doesn't say.
#[must_use]
pub fn room(folder: &Path) -> Option<Room> {
    let told = rustix::fs::statvfs(folder).ok()?;
    Some(Room {
        free: told.f_bavail.saturating_mul(told.f_frsize),
        size: told.f_blocks.saturating_mul(told.f_frsize),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_room_and_a_void_none() {
        let folder = tempfile::tempdir().unwrap();
        let room = room(folder.path()).unwrap();
        assert!(0 < room.free && room.free <= room.size, "{room:?}");
        assert_eq!(super::room(&folder.path().join("void")), None);
    }
}
