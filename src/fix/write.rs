//! Writing files: whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Puts a new text in the place of the old one.
///
/// A reader sees the old file or the new one, never a part: the text is written beside the file and then moved over it. Permissions are
/// kept; a symbolic link stays one, and the file it leads to is written.
///
/// # Errors
/// The file no longer holds the old text, may not be written, or writing fails; it is then as it was.
pub fn write(path: &Path, old: &str, new: &str) -> io::Result<()> {
    let path = path.canonicalize()?;
    let metadata = fs::metadata(&path)?;
    if metadata.permissions().readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
    }
    if fs::read(&path)? != old.as_bytes() {
        return Err(io::Error::other("it has changed since it was read"));
    }
    exchange(&path, new, Some(metadata.permissions()))
}

/// Makes a file of this text, or puts the text in the place of what the file holds, in the same way.
///
/// # Errors
/// The file may not be written, or writing fails; what was there is then as it was.
pub fn put(path: &Path, text: &str) -> io::Result<()> {
    // Reading a pipe would wait for somebody to write to it.
    if fs::metadata(path).is_ok_and(|m| !m.is_file()) {
        return Err(io::Error::other("it is not a regular file"));
    }
    match fs::read(path) {
        Ok(old) if old == text.as_bytes() => Ok(()),
        Ok(old) => write(path, &String::from_utf8(old).map_err(|_| io::Error::other("it holds no text"))?, text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => exchange(path, text, None),
        Err(error) => Err(error),
    }
}

/// Writes beside the file, then moves over it.
fn exchange(path: &Path, text: &str, permissions: Option<fs::Permissions>) -> io::Result<()> {
    let (temporary, mut file) = beside(path)?;
    let moved = file
        .write_all(text.as_bytes())
        .and_then(|()| permissions.map_or(Ok(()), |p| fs::set_permissions(&temporary, p)))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&temporary, path));
    if moved.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    moved
}

/// A new file in the same directory.
fn beside(path: &Path) -> io::Result<(PathBuf, File)> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let directory = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    loop {
        let name = format!(".hco-lint-{}-{}.tmp", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let temporary = directory.join(name);
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            result => return result.map(|file| (temporary, file)),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::{put, write};
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn keeps_what_is_not_text() {
        let directory = std::env::temp_dir().join(format!("hco-lint-write-{}", std::process::id()));
        fs::create_dir_all(&directory).expect("a directory");
        let (file, link) = (directory.join("file"), directory.join("link"));
        fs::write(&file, "old").expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("permissions");
        symlink("file", &link).expect("a link");

        write(&link, "old", "new").expect("it is written");
        assert_eq!(fs::read_to_string(&file).expect("a text"), "new");
        assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
        assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o640);

        assert!(write(&file, "old", "newer").expect_err("it has changed").to_string().contains("changed"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o440)).expect("permissions");
        assert!(write(&file, "new", "newer").is_err());
        assert_eq!(fs::read_to_string(&file).expect("a text"), "new");
        let fresh = directory.join("fresh");
        put(&fresh, "one").and_then(|()| put(&fresh, "two")).expect("it is written");
        assert_eq!(fs::read_to_string(&fresh).expect("a text"), "two");
        assert!(put(&file, "newer").is_err() && put(&directory, "a directory").is_err() && put(&directory.join("no/file"), "").is_err());
        fs::remove_file(&fresh).expect("it goes");
        assert_eq!(fs::read_dir(&directory).expect("a directory").count(), 2, "nothing is left behind");
        fs::remove_dir_all(&directory).expect("it goes");
    }
}
