//! Finding files: directories walked on all cores, ignore files honoured, symbolic links bounded by the repository.

use super::needles::{Needles, by_name};
use super::{MAX_FILE, normalise};
use ignore::{DirEntry, WalkBuilder, WalkState};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What to walk.
#[derive(Clone, Debug)]
pub struct Walk {
    /// No file outside this directory is read. Absolute, without symbolic links.
    pub boundary: PathBuf,
    /// Paths are shown relative to this directory. Absolute, without symbolic links.
    pub shown_from: PathBuf,
    /// Honour ignore files.
    pub honour_ignore: bool,
    /// Globs of paths (relative to the boundary) that are left out.
    pub exclude: globset::GlobSet,
    /// Worker threads.
    pub threads: usize,
}

/// One file of a walk.
#[derive(Debug)]
pub struct Found {
    /// Path relative to the boundary, with `/`.
    pub path: String,
    /// Path as people see it.
    pub display: String,
    /// Where to read it; `None` for text that is no file (standard input).
    pub absolute: Option<PathBuf>,
    /// Whether the byte search hit.
    pub relevant: bool,
    /// Named by the user.
    pub explicit: bool,
    /// Below a path that was asked for.
    pub linted: bool,
    /// The text, where it was kept; an error where it cannot be had.
    pub text: Option<Result<String, String>>,
}

/// What went wrong with a path: the path as shown, and why.
pub type WalkError = (String, String);

/// What a walk found.
#[derive(Debug, Default)]
pub struct Walked {
    /// The files.
    pub found: Vec<Found>,
    /// What could not be walked, sorted.
    pub errors: Vec<WalkError>,
    /// Which globs of [`Walk::exclude`] left a file out, by their number.
    pub excluding: BTreeSet<usize>,
}

impl Walk {
    /// Every file below the given absolute paths.
    ///
    /// A directory is walked for `.yaml`, `.yml`, `.json`, `.tpl` and kustomization files; a file is taken whatever its name.
    #[must_use]
    pub fn run(&self, paths: &[PathBuf]) -> Walked {
        let (found, errors, excluding) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()), Mutex::new(BTreeSet::new()));
        let needles = Needles::new();
        let (directories, files): (Vec<_>, Vec<_>) = paths.iter().partition(|p| p.is_dir());
        for file in files {
            match self.take(file, &needles, true) {
                Ok(file) => lock(&found).push(file),
                Err(why) => lock(&errors).push((self.display(file), why)),
            }
        }
        if let Some((first, rest)) = directories.split_first() {
            let mut builder = WalkBuilder::new(first);
            for directory in rest {
                builder.add(directory);
            }
            let boundary = self.boundary.clone();
            builder.hidden(false).follow_links(true).require_git(false).threads(self.threads);
            builder.ignore(self.honour_ignore).parents(self.honour_ignore);
            builder.git_ignore(self.honour_ignore).git_exclude(self.honour_ignore).git_global(self.honour_ignore);
            builder.filter_entry(move |entry| entry.file_name() != ".git" && (!entry.path_is_symlink() || inside(entry.path(), &boundary)));
            builder.build_parallel().run(|| {
                Box::new(|entry| {
                    match entry.as_ref().map(|entry| self.visit(entry, &needles, &excluding)) {
                        Ok(None) => {}
                        Ok(Some(Ok(file))) => lock(&found).push(file),
                        Ok(Some(Err(error))) => lock(&errors).push(error),
                        // A link in a circle holds nothing that its target does not.
                        Err(error) if is_loop(error) => {}
                        Err(error) => lock(&errors).push(self.describe(error)),
                    }
                    WalkState::Continue
                })
            });
        }
        let mut errors = errors.into_inner().unwrap_or_else(PoisonError::into_inner);
        errors.sort();
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        Walked { found, errors, excluding: excluding.into_inner().unwrap_or_else(PoisonError::into_inner) }
    }

    /// Every file of the boundary, unread: what something below the linted paths may refer to.
    #[must_use]
    pub fn list(&self) -> Vec<Found> {
        let found = Mutex::new(Vec::new());
        let mut builder = WalkBuilder::new(&self.boundary);
        let boundary = self.boundary.clone();
        builder.hidden(false).follow_links(true).require_git(false).threads(self.threads);
        builder.ignore(self.honour_ignore).parents(self.honour_ignore);
        builder.git_ignore(self.honour_ignore).git_exclude(self.honour_ignore).git_global(self.honour_ignore);
        builder.filter_entry(move |entry| entry.file_name() != ".git" && (!entry.path_is_symlink() || inside(entry.path(), &boundary)));
        builder.build_parallel().run(|| {
            Box::new(|entry| {
                let Ok(entry) = entry else { return WalkState::Continue };
                if let (true, Some(path)) = (entry.file_type().is_some_and(|t| t.is_file()), self.relative(entry.path())) {
                    let absolute = entry.into_path();
                    let display = self.display(&absolute);
                    lock(&found).push(Found { path, display, absolute: Some(absolute), relevant: false, explicit: false, linted: false, text: None });
                }
                WalkState::Continue
            })
        });
        found.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn visit(&self, entry: &DirEntry, needles: &Needles, excluding: &Mutex<BTreeSet<usize>>) -> Option<Result<Found, WalkError>> {
        if !entry.file_type().is_some_and(|t| t.is_file()) {
            return None;
        }
        let name = entry.file_name().to_string_lossy();
        let wanted = by_name(&name) || [".yaml", ".yml", ".json", ".tpl"].iter().any(|e| name.ends_with(e));
        // A glob is of use for any file that it fits, also for one that would not be read in any case.
        if !wanted && self.exclude.is_empty() {
            return None;
        }
        let path = self.relative(entry.path())?;
        let globs = self.exclude.matches(&path);
        if !globs.is_empty() {
            lock(excluding).extend(globs);
            return None;
        }
        if !wanted {
            return None;
        }
        Some(self.take(entry.path(), needles, false).map_err(|why| (self.display(entry.path()), why)))
    }

    fn take(&self, absolute: &Path, needles: &Needles, explicit: bool) -> Result<Found, String> {
        let path = self.relative(absolute).ok_or("it lies outside the repository")?;
        let name = path.rsplit('/').next().unwrap_or_default();
        let (relevant, text) = match read_bytes(absolute) {
            Ok(bytes) => {
                let relevant = explicit || by_name(name) || needles.occur(&bytes);
                (relevant, relevant.then(|| decode(bytes)))
            }
            // Kept, so that what refers to it can be told why it is not there.
            Err(why) => (true, Some(Err(why))),
        };
        Ok(Found { path, display: self.display(absolute), absolute: Some(absolute.to_path_buf()), relevant, explicit, linted: true, text })
    }

    /// The path relative to the boundary; parts that are not Unicode get replacement characters.
    fn relative(&self, path: &Path) -> Option<String> {
        normalise(&slashes(path.strip_prefix(&self.boundary).ok()?))
    }

    /// The path as people see it.
    #[must_use]
    pub fn display(&self, path: &Path) -> String {
        // Above the linted directory but in the same repository: count the steps up.
        let mut steps = String::new();
        for from in self.shown_from.ancestors() {
            if let Ok(below) = path.strip_prefix(from) {
                return steps + &slashes(below);
            }
            steps.push_str("../");
        }
        slashes(path)
    }

    fn describe(&self, error: &ignore::Error) -> WalkError {
        match error {
            ignore::Error::WithPath { path, err } => (self.display(path), self.describe(err).1),
            ignore::Error::WithDepth { err, .. } => self.describe(err),
            other => (String::new(), other.to_string()),
        }
    }
}

fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn inside(path: &Path, boundary: &Path) -> bool {
    path.canonicalize().is_ok_and(|real| real.starts_with(boundary))
}

fn is_loop(error: &ignore::Error) -> bool {
    match error {
        ignore::Error::Loop { .. } => true,
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithPath { err, .. } => is_loop(err),
        _ => false,
    }
}

/// Reads a file inside the boundary as UTF-8 text.
pub(super) fn read(path: &Path, boundary: &Path) -> Result<String, String> {
    read_raw(path, boundary).and_then(decode)
}

/// Reads a file inside the boundary.
pub(super) fn read_raw(path: &Path, boundary: &Path) -> Result<Vec<u8>, String> {
    if inside(path, boundary) { read_bytes(path) } else { Err("it lies outside the repository".to_owned()) }
}

/// Whether a path is a file inside the boundary.
pub(super) fn is_file(path: &Path, boundary: &Path) -> bool {
    path.is_file() && inside(path, boundary)
}

/// Whether a path is a directory inside the boundary.
pub(super) fn is_directory(path: &Path, boundary: &Path) -> bool {
    path.is_dir() && inside(path, boundary)
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    // Asked before opening: opening a FIFO would wait for a writer.
    let metadata = std::fs::metadata(path).map_err(|e| e.to_string())?;
    if !metadata.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    if metadata.len() > MAX_FILE {
        return Err(format!("it is larger than {} MiB", MAX_FILE >> 20));
    }
    let file = std::fs::File::open(path).map_err(|e| e.to_string())?;
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    // A file may grow while it is read; the bound holds all the same.
    file.take(MAX_FILE).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    Ok(bytes)
}

fn decode(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|e| format!("it is not UTF-8 (byte {})", e.utf8_error().valid_up_to()))
}
