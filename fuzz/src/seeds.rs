//! What to begin with: the fixtures and the examples of the rules' pages. Read in the repository's root.

use crate::files::input;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Larger inputs teach a fuzzer little and cost it much.
const LARGEST: usize = 1 << 15;

/// Every file by itself, every directory of a few files with all below it, and every example.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let mut all = BTreeSet::new();
    directory(Path::new("fixtures"), &mut all);
    for example in hco_lint::rules::ALL.iter().flat_map(|rule| rule.page.examples()) {
        all.insert(input(example.files.iter().map(|f| (f.path.as_str(), f.text.as_bytes()))));
    }
    all.into_iter().filter(|data| !data.is_empty() && data.len() <= LARGEST).collect()
}

fn directory(directory: &Path, all: &mut BTreeSet<Vec<u8>>) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut below = BTreeMap::new();
    for path in fs::read_dir(directory).into_iter().flatten().flatten().map(|e| e.path()) {
        if path.is_dir() {
            below.extend(self::directory(&path, all));
        } else if !path.extension().is_some_and(|e| e == "snap")
            && let Ok(bytes) = fs::read(&path)
        {
            all.insert(bytes.clone());
            below.insert(path, bytes);
        }
    }
    let name = |path: &Path| path.strip_prefix(directory).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let named: Vec<(String, &[u8])> = below.iter().map(|(path, bytes)| (name(path), bytes.as_slice())).collect();
    all.insert(input(named.iter().map(|(path, bytes)| (path.as_str(), *bytes))));
    below
}
