//! A small repository in a directory of its own.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// Path and bytes of every file.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// The directory; it is gone when this is dropped.
pub(crate) struct Scratch {
    /// Its path.
    pub(crate) root: PathBuf,
}

impl Scratch {
    /// Writes the files.
    pub(crate) fn new(files: &Files) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("hco-lint-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let root = std::env::temp_dir().join(name);
        // A repository of its own: whatever lies above it is not looked at.
        std::fs::create_dir_all(root.join(".git")).expect("a directory");
        let scratch = Self { root };
        for (path, bytes) in files {
            let path = scratch.root.join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            std::fs::write(path, bytes).expect("a file");
        }
        scratch
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.root);
    }
}
