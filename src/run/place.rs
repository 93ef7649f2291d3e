//! Where a run takes place: the linted paths, the repository around them, and how paths are shown.

use super::Settings;
use crate::config::FILE_NAME;
use crate::files::{self, At, Found, Shown};
use std::collections::BTreeMap;
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
    /// How paths are shown.
    pub shown: Shown,
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
    let shown = Shown::new(&boundary, &shown_from);
    let mut place = Place { linted, linted_keys: Vec::new(), boundary, versioned, shown };
    place.linted_keys = place.linted.iter().map(|p| place.key(p)).collect();
    Ok(place)
}

/// The path of a file that need not be there yet, without links above it: the form of the keys of [`super::Settings::texts`].
///
/// # Errors
/// Its directory is not there, or it is one.
pub fn unlinked(file: &Path) -> io::Result<PathBuf> {
    match file.metadata() {
        Ok(metadata) if metadata.is_dir() => return Err(io::Error::other("it is a directory")),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
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
        let path = path.canonicalize().unwrap_or_else(|_| self.lexical(path).unwrap_or_else(|| path.to_path_buf()));
        path.strip_prefix(&self.boundary).unwrap_or(&path).to_string_lossy().replace('\\', "/")
    }

    /// A path inside the repository that nothing need be at, as it is written.
    fn lexical(&self, path: &Path) -> Option<PathBuf> {
        Some(self.boundary.join(files::normalise(path.strip_prefix(&self.boundary).ok()?.to_str()?)?))
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
    /// The file cannot be read.
    pub fn configuration(&self, settings: &Settings) -> Result<Option<(PathBuf, String)>, Vec<String>> {
        let text = |path: &Path| settings.texts.get(path).cloned();
        if let Some(given) = &settings.config {
            let path = settings.directory.join(given).canonicalize().map_err(|e| e.to_string());
            let read = path.and_then(|path| Ok((text(&path).map_or_else(|| files::read_named(&path), Ok)?, path)));
            return read.map(|(text, path)| Some((path, text))).map_err(|why| vec![format!("{}: {why}", given.display())]);
        }
        // A single linted directory may have a configuration of its own below the working directory.
        let start = match self.linted.as_slice() {
            [only] if only.is_dir() => only,
            _ => self.shown.from(),
        };
        let inside = start.ancestors().take_while(|a| a.starts_with(&self.boundary));
        // What is no file there is refused, and not passed over: somebody meant it to hold.
        match inside.map(|a| a.join(FILE_NAME)).find(|p| p.symlink_metadata().is_ok() || settings.texts.contains_key(p)) {
            Some(path) => match text(&path).map_or_else(|| files::read(&path, &self.boundary), Ok) {
                Ok(text) => Ok(Some((path, text))),
                Err(why) => Err(vec![format!("{}: {why}", self.shown.absolute(&path))]),
            },
            None => Ok(None),
        }
    }

    /// Whether a path, relative to a directory, leads out of the repository. One that leads nowhere does not.
    #[must_use]
    pub fn leads_out(&self, directory: &Path, path: &str) -> bool {
        directory.join(path).canonicalize().is_ok_and(|real| !real.starts_with(&self.boundary))
    }

    /// A file that the user named, wherever it lies, or the text that is given in its place.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn named_file(&self, path: &Path, texts: &BTreeMap<PathBuf, String>) -> Result<Found, String> {
        let absolute =
            path.canonicalize().or_else(|error| self.lexical(path).filter(|p| texts.contains_key(p)).ok_or(error)).map_err(|e| e.to_string())?;
        let text = texts.get(&absolute).cloned().map_or_else(|| files::read_named(&absolute), Ok)?;
        Ok(Found {
            path: self.key(&absolute).into(),
            at: At::Elsewhere(Box::new((absolute.clone(), self.shown.absolute(&absolute)))),
            relevant: false,
            explicit: true,
            linted: false,
            text: Some(Ok(text)),
        })
    }
}
