//! Where a run takes place: the linted paths, the repository around them, and how paths are shown.

use crate::config::FILE_NAME;
use crate::files::{self, At, Found};
use std::io;
use std::path::{Path, PathBuf};

/// The directories of a run. All paths are absolute and without symbolic links.
#[derive(Clone, Debug)]
pub struct Place {
    /// What is linted.
    pub linted: Vec<PathBuf>,
    /// The same relative to the repository.
    linted_keys: Vec<String>,
    /// The repository: nothing outside it is read unless the user names it.
    pub boundary: PathBuf,
    /// Whether version control says that the boundary is one.
    pub versioned: bool,
    /// Paths are shown relative to this directory.
    pub shown_from: PathBuf,
}

/// Finds the place of the given paths, relative to a directory.
///
/// # Errors
/// Paths that do not exist.
pub fn locate(directory: &Path, paths: &[PathBuf]) -> Result<Place, Vec<String>> {
    let here = directory.canonicalize().map_err(|e| vec![format!("{}: {e}", directory.display())])?;
    let (mut linted, mut errors) = (Vec::new(), Vec::new());
    for path in paths {
        match here.join(path).canonicalize() {
            Ok(path) => linted.push(path),
            Err(error) => errors.push(format!("{}: {error}", path.display())),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    // What lies below the working directory is shown from there; anything else from what all paths share.
    let shared = if linted.is_empty() { here.clone() } else { common(&linted) };
    let shown_from = if shared.starts_with(&here) { here } else { shared.clone() };
    // Where no version control says what the repository is, bases beside the linted directory may still be part of it.
    let repository = shared.ancestors().find(|a| a.join(".git").exists());
    let (versioned, boundary) = (repository.is_some(), repository.map_or_else(|| shown_from.clone(), Path::to_path_buf));
    let mut place = Place { linted, linted_keys: Vec::new(), boundary, versioned, shown_from };
    place.linted_keys = place.linted.iter().map(|p| place.key(p)).collect();
    Ok(place)
}

/// The path of a file that need not be there yet, without links above it: the form of the keys of [`super::Settings::texts`].
///
/// # Errors
/// Its directory is not there.
pub fn unlinked(file: &Path) -> io::Result<PathBuf> {
    let parent = file.parent().ok_or(io::ErrorKind::NotFound)?.canonicalize()?;
    let name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    Ok(parent.join(name))
}

/// The deepest directory that holds all paths.
fn common(paths: &[PathBuf]) -> PathBuf {
    let directory = |p: &PathBuf| if p.is_dir() { p.clone() } else { p.parent().map(Path::to_path_buf).unwrap_or_default() };
    let mut all = paths.iter().map(directory);
    let mut shared = all.next().unwrap_or_default();
    for path in all {
        while !path.starts_with(&shared) && shared.pop() {}
    }
    shared
}

impl Place {
    /// The path of a file in the workspace: relative to the repository, or absolute for a file outside that the user named.
    #[must_use]
    pub fn key(&self, path: &Path) -> String {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        path.strip_prefix(&self.boundary).unwrap_or(&path).to_string_lossy().replace('\\', "/")
    }

    /// The path as shown.
    #[must_use]
    pub fn display(&self, path: &Path) -> String {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        path.strip_prefix(&self.shown_from).unwrap_or(&path).to_string_lossy().replace('\\', "/")
    }

    /// Where the shown paths start in the repository: empty, or with a `/` at its end. Empty too where they start above it.
    #[must_use]
    pub fn prefix(&self) -> String {
        match self.shown_from.strip_prefix(&self.boundary) {
            Ok(below) if below.as_os_str().is_empty() => String::new(),
            Ok(_) => self.key(&self.shown_from) + "/",
            Err(_) => String::new(),
        }
    }

    /// The directory that all linted paths share, relative to the repository: what a nested repository calls its root.
    #[must_use]
    pub fn base(&self) -> String {
        if self.linted.is_empty() { String::new() } else { self.key(&common(&self.linted)) }
    }

    /// Whether the repository holds more than what is linted.
    #[must_use]
    pub fn linted_is_part(&self) -> bool {
        !self.linted.contains(&self.boundary)
    }

    /// The linted path that a path (relative to the repository) lies below, relative to the repository.
    #[must_use]
    pub fn linted_below<'a>(&self, path: &'a str) -> &'a str {
        let inside = |key: &&String| key.is_empty() || path.strip_prefix(key.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        &path[..self.linted_keys.iter().filter(inside).map(String::len).max().unwrap_or(0)]
    }

    /// The configuration file and its text: the given one, or the nearest one upward from the shown directory to the repository.
    ///
    /// # Errors
    /// The given file cannot be read.
    pub fn configuration(&self, given: Option<&Path>) -> Result<Option<(PathBuf, String)>, Vec<String>> {
        let wrong = |path: &Path, why: String| vec![format!("{}: {why}", path.display())];
        if let Some(path) = given {
            let path = path.canonicalize().map_err(|e| wrong(path, e.to_string()))?;
            let text = files::read_named(&path).map_err(|e| wrong(&path, e))?;
            return Ok(Some((path, text)));
        }
        // A single linted directory may have a configuration of its own below the working directory.
        let start = match self.linted.as_slice() {
            [only] if only.is_dir() => only,
            _ => &self.shown_from,
        };
        let inside = start.ancestors().take_while(|a| a.starts_with(&self.boundary));
        match inside.map(|a| a.join(FILE_NAME)).find(|p| p.is_file()) {
            Some(path) => match files::read(&path, &self.boundary) {
                Ok(text) => Ok(Some((path, text))),
                Err(why) => Err(wrong(&path, why)),
            },
            None => Ok(None),
        }
    }

    /// Whether a path, relative to a directory, leads out of the repository. One that leads nowhere does not.
    #[must_use]
    pub fn leads_out(&self, directory: &Path, path: &str) -> bool {
        directory.join(path).canonicalize().is_ok_and(|real| !real.starts_with(&self.boundary))
    }

    /// A file that the user named, wherever it lies.
    ///
    /// # Errors
    /// It does not exist.
    pub fn outside_file(&self, path: &Path) -> Result<Found, String> {
        let absolute = path.canonicalize().map_err(|e| format!("{}: {e}", path.display()))?;
        let text = files::read_named(&absolute);
        Ok(Found {
            path: self.key(&absolute),
            at: At::Elsewhere(absolute.as_path().into(), self.display(&absolute).into()),
            relevant: false,
            explicit: true,
            linted: false,
            text: Some(text),
        })
    }
}
