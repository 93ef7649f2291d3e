//! Fixture directories as files in memory.

use crate::scratch::Files;
use std::path::{Path, PathBuf};

/// What lies in a directory, in order.
pub(crate) fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(directory).expect("a directory").map(|e| e.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// The directories among them.
#[allow(dead_code)]
pub(crate) fn directories(directory: &Path) -> Vec<PathBuf> {
    entries(directory).into_iter().filter(|path| path.is_dir()).collect()
}

/// Every file below a directory, by its path in there.
pub(crate) fn files(directory: &Path) -> Files {
    let mut found = Files::new();
    collect(directory, directory, &mut found);
    found
}

fn collect(root: &Path, directory: &Path, found: &mut Files) {
    for path in entries(directory) {
        if path.is_dir() {
            collect(root, &path, found);
        } else {
            let name = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
            found.insert(name, std::fs::read(&path).expect("a file"));
        }
    }
}
