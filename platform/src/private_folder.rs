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

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn is_for_its_owner_alone() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("a/b");
        super::create(&folder).unwrap();
        super::create(&folder).unwrap();
        let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
