//! Folders that nobody else on the machine reads: they hold the database, the secret key and people's e-mail.

use std::{fs::DirBuilder, io, path::Path};

/// Makes the folder, and those above it, for the server's own user alone; one that is there stays as it is.
///
/// # Errors
/// When it can't be made.
pub fn create(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// As [`create`], for a folder that nobody but the server makes: one that others could look into is closed to them.
///
/// # Errors
/// When it can't be made, or is somebody else's.
pub fn create_closed(folder: &Path) -> io::Result<()> {
    create(folder)?;
    #[cfg(unix)]
    if is_open_to_others(folder)? {
        let owner_alone = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(folder, owner_alone)?;
    }
    Ok(())
}

/// Whether others on the machine can look into the folder, or write to it.
///
/// # Errors
/// When it isn't there.
#[cfg(unix)]
pub fn is_open_to_others(folder: &Path) -> io::Result<bool> {
    let permissions = std::fs::metadata(folder)?.permissions();
    Ok(std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o077 != 0)
}

/// Whether others on the machine can look into the folder: not told here.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn is_open_to_others(_: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn is_for_its_owner_alone() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("a/b");
        super::create(&folder).unwrap();
        super::create(&folder).unwrap();
        let mode = || std::fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode() & 0o777, 0o700);
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)).unwrap();
        super::create(&folder).unwrap();
        assert!(
            super::is_open_to_others(&folder).unwrap(),
            "somebody else's choice stays"
        );
        super::create_closed(&folder).unwrap();
        assert_eq!(mode() & 0o777, 0o700);
    }
}
