//! Ignore files that cannot be honoured: the walker opens whatever has their names, a pipe or a link out of the repository included.

use super::MAX_FILE;
use std::fs::symlink_metadata;
use std::path::{Path, PathBuf};

/// Where git keeps what a clone leaves out for itself.
pub(super) const EXCLUDE: &str = ".git/info/exclude";

/// A directory's ignore file that must not be read, and why.
pub(super) fn obstacle(directory: &Path, boundary: &Path) -> Option<(PathBuf, String)> {
    [".ignore", ".gitignore"].into_iter().find_map(|name| {
        let path = directory.join(name);
        let why = refusal(&path, boundary)?;
        Some((path, format!("the ignore file cannot be honoured: {why}")))
    })
}

/// Why a file must not be read, if it is there.
pub(super) fn refusal(path: &Path, boundary: &Path) -> Option<&'static str> {
    let mut metadata = symlink_metadata(path).ok()?;
    if metadata.is_symlink() {
        // One that leads nowhere is not there.
        metadata = path.metadata().ok()?;
    }
    // A part of the path may be a link, too.
    if !path.canonicalize().is_ok_and(|real| real.starts_with(boundary)) {
        return Some(super::walk::OUTSIDE);
    }
    match metadata {
        m if !m.is_file() => Some(super::walk::IRREGULAR),
        m if m.len() > MAX_FILE => Some("it is too large"),
        _ => None,
    }
}
