//! The list of files of a commit.

use super::command::Git;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// What a commit holds.
#[derive(Clone, Debug)]
pub struct Tree {
    pub(super) git: Git,
    /// The files, by path.
    pub(super) files: BTreeMap<PathBuf, Blob>,
    /// The files of the index, once somebody asks.
    staged: OnceLock<Result<BTreeSet<PathBuf>, String>>,
}

/// One file.
#[derive(Clone, Debug)]
pub(super) struct Blob {
    /// The object's name.
    pub(super) object: String,
    /// It holds the target of a symbolic link.
    pub(super) link: bool,
}

impl Tree {
    pub(super) fn empty(git: Git) -> Self {
        Self { git, files: BTreeMap::new(), staged: OnceLock::new() }
    }

    pub(super) fn read(git: Git, revision: &str, commit: &str) -> Result<Self, String> {
        let list = git.bytes(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
        let mut files = BTreeMap::new();
        for line in list.split(|b| *b == 0).filter(|l| !l.is_empty()) {
            let (facts, path) =
                line.iter().position(|b| *b == b'\t').map(|tab| (&line[..tab], &line[tab + 1..])).ok_or("git: its list cannot be read")?;
            let facts = String::from_utf8_lossy(facts);
            let mut facts = facts.split(' ');
            let (mode, kind, object) = (facts.next(), facts.next(), facts.next());
            // What a submodule held is in another repository.
            let (Some(mode), Some("blob"), Some(object)) = (mode, kind, object) else { continue };
            let path = safe(path).ok_or_else(|| format!("{revision} holds the path `{}`, which cannot be written", String::from_utf8_lossy(path)))?;
            files.insert(path, Blob { object: object.to_owned(), link: mode == "120000" });
        }
        let tree = Self { git, files, staged: OnceLock::new() };
        match tree.files.keys().find(|p| p.ancestors().skip(1).any(|above| tree.files.contains_key(above))) {
            Some(path) => Err(format!("{revision} holds a file above `{}`", path.display())),
            None => Ok(tree),
        }
    }

    /// Whether git knows a file at a path relative to the repository's root, with `/`: in this tree or in the next commit.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn knows(&self, path: &str) -> Result<bool, String> {
        let path = Path::new(path);
        if self.files.contains_key(path) {
            return Ok(true);
        }
        let staged = self.staged.get_or_init(|| {
            let list = self.git.bytes(&["ls-files", "-z", "--cached", "--full-name"])?;
            Ok(list.split(|b| *b == 0).filter_map(safe).collect())
        });
        staged.as_ref().map(|files| files.contains(path)).map_err(Clone::clone)
    }

    /// Whether there is a directory at a path; the empty one is the root.
    pub(super) fn has_directory(&self, path: &Path) -> bool {
        let after = (std::ops::Bound::Excluded(path.to_path_buf()), std::ops::Bound::Unbounded);
        path.as_os_str().is_empty() || self.files.range(after).next().is_some_and(|(file, _)| file.starts_with(path))
    }
}

/// The path, if nothing in it leads elsewhere. A commit can be made with any bytes as its paths.
fn safe(bytes: &[u8]) -> Option<PathBuf> {
    let odd = |part: &[u8]| {
        let special = part.is_empty() || part == b"." || part == b".." || part.eq_ignore_ascii_case(b".git");
        special || (cfg!(windows) && part.iter().any(|b| b"\\:".contains(b)))
    };
    if bytes.split(|b| *b == b'/').any(odd) { None } else { path(bytes) }
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        for path in ["../a", "/etc/passwd", "a/../../b", ".git/config", "a/.GIT/hooks/x", "a//b", "./a", ""] {
            assert_eq!(safe(path.as_bytes()), None, "{path}");
        }
        assert_eq!(safe(b"a/.github/b c.yaml"), Some("a/.github/b c.yaml".into()));
    }
}
