//! Ignore files, where the walker is not enough: it opens whatever has their names, a pipe or a link out of the repository included, and it says
//! nothing of files that are not on disk.

use super::{MAX_FILE, parent};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::collections::BTreeMap;
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

/// What ignore files say of files that are not there to be walked.
pub(super) struct Ignores {
    boundary: PathBuf,
    /// Of the clone and of the user.
    general: [Gitignore; 2],
    /// `.ignore` and `.gitignore` of each directory that was asked about.
    own: BTreeMap<String, [Gitignore; 2]>,
}

impl Ignores {
    pub(super) fn new(boundary: &Path) -> Self {
        let read = |path: &Path| {
            let mut builder = GitignoreBuilder::new(boundary);
            builder.add(path);
            builder.build().unwrap_or_else(|_| Gitignore::empty())
        };
        let exclude = Some(boundary.join(EXCLUDE)).filter(|path| refusal(path, boundary).is_none());
        let exclude = exclude.map_or_else(Gitignore::empty, |path| read(&path));
        let user = GitignoreBuilder::new(boundary).build_global().0;
        Self { boundary: boundary.to_path_buf(), general: [exclude, user], own: BTreeMap::new() }
    }

    /// Whether a file at a path below the boundary, or a directory that it lies in, is left out.
    pub(super) fn leave_out(&mut self, path: &str) -> bool {
        let above = path.match_indices('/').map(|(end, _)| (&path[..end], true));
        above.chain([(path, false)]).any(|(part, directory)| self.matches(part, directory))
    }

    /// Every `.ignore` outranks every `.gitignore`, as for the walker; of each, the nearest that says anything decides.
    fn matches(&mut self, path: &str, directory: bool) -> bool {
        let absolute = self.boundary.join(path);
        let decided = |ignore: &Gitignore| match ignore.matched(&absolute, directory) {
            Match::None => None,
            found => Some(found.is_ignore()),
        };
        let (mut own, mut above) = ([None, None], Some(parent(path)));
        while let Some(place) = above {
            if !self.own.contains_key(place) {
                let root = self.boundary.join(place);
                let file = |name| Some(root.join(name)).filter(|path| refusal(path, &self.boundary).is_none());
                let read = |name| file(name).map_or_else(Gitignore::empty, |path| Gitignore::new(path).0);
                self.own.insert(place.to_owned(), [".ignore", ".gitignore"].map(read));
            }
            for (known, ignore) in own.iter_mut().zip(self.own.get(place).into_iter().flatten()) {
                *known = known.or_else(|| decided(ignore));
            }
            above = (!place.is_empty()).then(|| parent(place));
        }
        own.into_iter().chain(self.general.iter().map(decided)).flatten().next().unwrap_or(false)
    }
}
