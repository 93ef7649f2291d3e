//! How paths of the repository are shown: relative to a directory of the user's.

use super::walk::slashes;
use std::path::{Path, PathBuf};

/// Turns paths relative to the boundary into paths as people see them.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The directories from the boundary down to the one that paths are shown from.
    below: Vec<String>,
    /// Where they are shown from a directory above the boundary: the way down to it, with a `/` at its end.
    above: String,
    boundary: PathBuf,
    from: PathBuf,
}

impl Shown {
    /// Paths below `boundary`, shown from `from`. Both are absolute and without symbolic links.
    #[must_use]
    pub fn new(boundary: &Path, from: &Path) -> Self {
        let parts = |path: &Path| slashes(path).split('/').filter(|p| !p.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        let (below, above) = match (from.strip_prefix(boundary), boundary.strip_prefix(from)) {
            (Ok(below), _) => (parts(below), String::new()),
            (_, Ok(above)) => (Vec::new(), slashes(above) + "/"),
            _ => (Vec::new(), String::new()),
        };
        Self { below, above, boundary: boundary.to_path_buf(), from: from.to_path_buf() }
    }

    /// A path relative to the boundary, as shown.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        let mut rest = path;
        for (n, directory) in self.below.iter().enumerate() {
            match rest.strip_prefix(directory.as_str()).and_then(|r| r.strip_prefix('/')) {
                Some(inner) => rest = inner,
                // Beside it or above it: count the steps up.
                None => return "../".repeat(self.below.len() - n) + rest,
            }
        }
        self.above.clone() + rest
    }

    /// A path as shown (with or without a line behind it), from the boundary. What lies outside of it stays as it is shown.
    #[must_use]
    pub fn from_root(&self, shown: &str) -> String {
        let below = shown.trim_start_matches("../");
        let up = (shown.len() - below.len()) / "../".len();
        match self.below.len().checked_sub(up) {
            Some(kept) if !shown.starts_with('/') => {
                let parts = self.below.iter().take(kept).map(String::as_str).chain([below.strip_prefix(&self.above).unwrap_or(below)]);
                parts.collect::<Vec<_>>().join("/")
            }
            _ => shown.to_owned(),
        }
    }

    /// The directory that paths are shown from.
    #[must_use]
    pub fn from(&self) -> &Path {
        &self.from
    }

    /// An absolute path, as shown.
    #[must_use]
    pub fn absolute(&self, path: &Path) -> String {
        match path.strip_prefix(&self.boundary) {
            Ok(inside) => self.path(&slashes(inside)),
            Err(_) => slashes(path.strip_prefix(&self.from).unwrap_or(path)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_from_where_the_user_stands() {
        let shown = |from: &str, path: &str| {
            let shown = Shown::new(Path::new("/repo"), Path::new(from));
            assert_eq!(shown.from_root(&shown.path(path)), path, "and back, from {from}");
            shown.path(path)
        };
        assert_eq!(shown("/repo", "a/b.yaml"), "a/b.yaml");
        assert_eq!(shown("/repo/a", "a/b.yaml"), "b.yaml");
        assert_eq!(shown("/repo/a/c", "a/b.yaml"), "../b.yaml");
        assert_eq!(shown("/repo/a/c", "ab/b.yaml"), "../../ab/b.yaml");
        assert_eq!(shown("/", "a/b.yaml"), "repo/a/b.yaml");
        let absolute = |path: &str| Shown::new(Path::new("/repo"), Path::new("/repo/a")).absolute(Path::new(path));
        assert_eq!(absolute("/repo/a/b.yaml"), "b.yaml");
        assert_eq!(absolute("/elsewhere/b.yaml"), "/elsewhere/b.yaml");
        assert_eq!(Shown::new(Path::new("/repo"), Path::new("/repo/a")).from_root("/elsewhere/b.yaml"), "/elsewhere/b.yaml");
    }
}
