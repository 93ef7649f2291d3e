//! Finding files: directories walked on all cores, ignore files honoured, symbolic links bounded by the repository.

use super::finds::Finds;
use super::names::is_known;
use super::needles;
use super::shown::Shown;
use super::{MAX_FILE, ignored, normalise};
use ignore::{DirEntry, WalkBuilder, WalkState};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What to walk.
#[derive(Clone, Debug)]
pub struct Walk {
    /// No file outside this directory is read. Absolute, without symbolic links.
    pub boundary: PathBuf,
    /// How paths are shown.
    pub shown: Shown,
    /// Honour ignore files.
    pub honour_ignore: bool,
    /// Globs of paths (relative to the boundary) that are left out.
    pub exclude: super::Globs,
    /// Worker threads.
    pub threads: usize,
}

/// One file of a walk.
#[derive(Debug)]
pub struct Found {
    /// Path relative to the boundary, with `/`.
    pub path: Arc<str>,
    /// Where to read it.
    pub at: At,
    /// Whether the byte search hit.
    pub relevant: bool,
    /// Named by the user.
    pub explicit: bool,
    /// Below a path that was asked for.
    pub linted: bool,
    /// The text, where it was kept; an error where it cannot be had.
    pub text: Option<Result<String, String>>,
}

/// Where a file is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// At its path below the boundary.
    Path,
    /// Somewhere else (a file outside that the user named, a name that is not Unicode), shown as this.
    Elsewhere(Box<(PathBuf, String)>),
    /// Nowhere: text that is no file, such as standard input.
    Nowhere,
}

/// What went wrong with a path: the path as shown, and why.
pub type WalkError = (String, String);

/// What a walk found.
#[derive(Debug, Default)]
pub struct Walked {
    /// The files.
    pub found: Finds,
    /// What could not be walked, sorted.
    pub errors: Vec<WalkError>,
    /// Which globs of [`Walk::exclude`] left a file out, by their number.
    pub excluding: BTreeSet<usize>,
    /// Links to directories of the repository, and those directories, relative to the boundary.
    pub links: BTreeMap<String, String>,
}

impl Walk {
    /// Every file below the given absolute paths.
    ///
    /// A directory is walked for `.yaml`, `.yml`, `.json`, `.tpl` and kustomization files; a file is taken whatever its name.
    #[must_use]
    pub fn run(&self, paths: &[PathBuf]) -> Walked {
        let mut walked = Walked::default();
        let (directories, files): (Vec<_>, Vec<_>) = paths.iter().partition(|p| p.is_dir());
        for file in files {
            let read = read_bytes(file);
            match self.take(file, read.as_deref().map_err(String::clone), true) {
                Ok(file) => walked.found.push(file),
                Err(why) => walked.errors.push((self.shown.absolute(file), why)),
            }
        }
        self.walk(&directories, &mut walked, &|entry, buffer, mine| match entry {
            Ok(entry) => self.visit(&entry, buffer, mine),
            // A link in a circle holds nothing that its target does not.
            Err(error) if is_loop(&error) => {}
            // Nor does a link to nothing. What refers to it is told that it is not there.
            Err(error) if is_dangling(&error) => {}
            Err(error) => mine.errors.push(self.describe(&error)),
        });
        walked.errors.sort();
        walked
    }

    /// Every file of the boundary, unread: what something below the linted paths may refer to.
    #[must_use]
    pub fn list(&self) -> Walked {
        let mut walked = Walked::default();
        self.walk(&[&self.boundary], &mut walked, &|entry, _, mine| {
            let Ok(entry) = entry else { return };
            if let (true, Some((path, at))) = (entry.file_type().is_some_and(|t| t.is_file()), self.place(entry.path())) {
                mine.found.push(Found { path: path.into(), at, relevant: false, explicit: false, linted: false, text: None });
            }
        });
        walked
    }

    /// Walks directories on all threads. Each has a buffer and a result of its own.
    fn walk(&self, directories: &[&PathBuf], walked: &mut Walked, visit: &Visit<'_>) {
        let Some((first, rest)) = directories.split_first() else { return };
        let mut builder = WalkBuilder::new(first);
        for directory in rest {
            builder.add(directory);
        }
        let boundary = self.boundary.clone();
        builder.hidden(false).follow_links(true).require_git(false).threads(self.threads);
        let honour = self.honour_ignore && !self.obstructed(directories, walked);
        // What lies above the repository is none of its business. Git's own excludes may lie outside of it and are read from within alone.
        let above = directories.iter().any(|d| **d != self.boundary);
        builder.ignore(honour).parents(honour && above).git_ignore(honour).git_exclude(false).git_global(honour);
        let exclude = self.boundary.join(ignored::EXCLUDE);
        if honour && exclude.is_file() && ignored::refusal(&exclude, &boundary).is_none() {
            builder.current_dir(&boundary);
            builder.add_ignore(exclude);
        }
        let (refused, shown, exclude) = (Arc::new(Mutex::new(Vec::new())), self.shown.clone(), self.exclude.clone());
        let links = Arc::new(Mutex::new(Vec::new()));
        let (refuse, link) = (Arc::clone(&refused), Arc::clone(&links));
        builder.filter_entry(move |entry| {
            if entry.file_name() == ".git" {
                return false;
            }
            let is_directory = || entry.file_type().is_some_and(|t| t.is_dir());
            if entry.path_is_symlink() {
                let path = entry.path();
                match path.canonicalize() {
                    Ok(real) if !real.starts_with(&boundary) => {
                        // What could matter there is not looked at, and that is said.
                        let matters = is_directory() || wanted(entry.file_name().as_encoded_bytes());
                        if matters && !exclude.is_match(&slashes(path.strip_prefix(&boundary).unwrap_or(path))) {
                            refuse.lock().unwrap_or_else(PoisonError::into_inner).push((shown.absolute(path), OUTSIDE.to_owned()));
                        }
                        return false;
                    }
                    Ok(real) if is_directory() => link.lock().unwrap_or_else(PoisonError::into_inner).push((path.to_path_buf(), real)),
                    Ok(_) => {}
                    Err(_) => return false,
                }
            }
            let obstacle = if honour && is_directory() { ignored::obstacle(entry.path(), &boundary) } else { None };
            let passes = obstacle.is_none();
            let told = obstacle.map(|(path, why)| (shown.absolute(&path), why));
            refuse.lock().unwrap_or_else(PoisonError::into_inner).extend(told);
            passes
        });
        let all = Mutex::new(&mut *walked);
        builder.build_parallel().run(|| {
            let mut mine = Share { walked: Walked::default(), all: &all };
            let mut buffer = Vec::new();
            Box::new(move |entry| {
                visit(entry, &mut buffer, &mut mine.walked);
                WalkState::Continue
            })
        });
        walked.errors.append(&mut refused.lock().unwrap_or_else(PoisonError::into_inner));
        for (link, real) in std::mem::take(&mut *links.lock().unwrap_or_else(PoisonError::into_inner)) {
            walked.links.extend(self.place(&link).zip(self.place(&real)).map(|((link, _), (real, _))| (link, real)));
        }
    }

    /// Whether ignore files of the directories to walk, or of those above them in the repository, cannot be honoured. None is then.
    fn obstructed(&self, directories: &[&PathBuf], walked: &mut Walked) -> bool {
        let above: BTreeSet<&Path> = directories.iter().flat_map(|d| d.ancestors().take_while(|a| a.starts_with(&self.boundary))).collect();
        let obstacles = above.into_iter().filter_map(|d| ignored::obstacle(d, &self.boundary));
        let before = walked.errors.len();
        walked.errors.extend(obstacles.map(|(path, why)| (self.shown.absolute(&path), why)));
        walked.errors.len() > before
    }

    fn visit(&self, entry: &DirEntry, buffer: &mut Vec<u8>, mine: &mut Walked) {
        let name = entry.file_name().as_encoded_bytes();
        if !wanted(name) || entry.file_type().is_none_or(|t| t.is_dir()) {
            return;
        }
        if !self.exclude.is_empty() {
            let hits = self.exclude.matches(entry.path().strip_prefix(&self.boundary).unwrap_or(entry.path()));
            if !hits.is_empty() {
                return mine.excluding.extend(hits);
            }
        }
        if !entry.file_type().is_some_and(|t| t.is_file()) {
            return mine.errors.push((self.shown.absolute(entry.path()), IRREGULAR.to_owned()));
        }
        // The directory says that it is a regular file, so opening it waits for nobody.
        let read = read_into(entry.path(), buffer).map(|()| buffer.as_slice());
        match self.take(entry.path(), read, false) {
            Ok(file) => mine.found.push(file),
            Err(why) => mine.errors.push((self.shown.absolute(entry.path()), why)),
        }
    }

    fn take(&self, absolute: &Path, read: Result<&[u8], String>, explicit: bool) -> Result<Found, String> {
        let (path, at) = self.place(absolute).ok_or(OUTSIDE)?;
        let name = super::path::name(&path);
        // What cannot be read is kept, so that what refers to it can be told why it is not there.
        let matters = |bytes: &&[u8]| needles::occur(bytes) || is_wide(bytes);
        let relevant = explicit || is_known(name) || read.as_ref().map_or(true, matters);
        let text = relevant.then(|| read.and_then(|bytes| decode(bytes.to_vec())));
        Ok(Found { path: path.into(), at, relevant, explicit, linted: true, text })
    }

    /// The path relative to the boundary, and where the file is; parts that are not Unicode get replacement characters.
    pub(super) fn place(&self, absolute: &Path) -> Option<(String, At)> {
        // Nearly always the boundary is the beginning, byte by byte; taking paths apart is ten times the work.
        let bare = absolute.to_str().zip(self.boundary.to_str()).and_then(|(path, boundary)| path.strip_prefix(boundary)?.strip_prefix('/'));
        if let (Some(path), '/') = (bare.filter(|p| !p.is_empty()), std::path::MAIN_SEPARATOR) {
            return Some((normalise(path)?, At::Path));
        }
        let inside = absolute.strip_prefix(&self.boundary).ok()?;
        if let (Some(path), '/') = (inside.to_str(), std::path::MAIN_SEPARATOR) {
            return Some((normalise(path)?, At::Path));
        }
        let at = At::Elsewhere(Box::new((absolute.into(), self.shown.absolute(absolute))));
        Some((normalise(&slashes(inside))?, at))
    }

    fn describe(&self, error: &ignore::Error) -> WalkError {
        match error {
            ignore::Error::WithPath { path, err } => (self.shown.absolute(path), self.describe(err).1),
            ignore::Error::WithDepth { err, .. } => self.describe(err),
            other => (String::new(), other.to_string()),
        }
    }
}

/// What is done with each entry: it, a buffer of the thread's and the thread's share of the result.
type Visit<'v> = dyn Fn(Result<DirEntry, ignore::Error>, &mut Vec<u8>, &mut Walked) + Sync + 'v;

/// What a thread found; it goes to all that is found when the thread ends.
struct Share<'w> {
    walked: Walked,
    all: &'w Mutex<&'w mut Walked>,
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.walked.found.sort();
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.found.append(std::mem::take(&mut self.walked.found));
        all.errors.append(&mut self.walked.errors);
        all.excluding.append(&mut self.walked.excluding);
    }
}

pub(super) const OUTSIDE: &str = "it lies outside the repository";

/// Whether a file of this name is read without anything that refers to it.
pub(crate) fn wanted(name: &[u8]) -> bool {
    [".yaml", ".yml", ".json", ".tpl"].iter().any(|e| name.ends_with(e.as_bytes())) || std::str::from_utf8(name).is_ok_and(is_known)
}

pub(super) fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
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

fn is_dangling(error: &ignore::Error) -> bool {
    match error {
        ignore::Error::WithDepth { err, .. } => is_dangling(err),
        ignore::Error::WithPath { path, err } => {
            err.io_error().is_some_and(|e| e.kind() == std::io::ErrorKind::NotFound) && path.symlink_metadata().is_ok_and(|m| m.is_symlink())
        }
        _ => false,
    }
}

/// Reads a file inside the boundary as UTF-8 text.
pub(crate) fn read(path: &Path, boundary: &Path) -> Result<String, String> {
    read_raw(path, boundary).and_then(decode)
}

/// Reads a file that the user named as UTF-8 text, wherever it lies.
pub(crate) fn read_named(path: &Path) -> Result<String, String> {
    read_bytes(path).and_then(decode)
}

/// Reads a file inside the boundary.
pub(super) fn read_raw(path: &Path, boundary: &Path) -> Result<Vec<u8>, String> {
    let real = path.canonicalize().map_err(|e| e.to_string())?;
    if real.starts_with(boundary) { read_bytes(path) } else { Err(OUTSIDE.to_owned()) }
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
    match std::fs::metadata(path).map_err(|e| e.to_string())? {
        m if m.is_dir() => return Err("it is a directory".to_owned()),
        m if !m.is_file() => return Err(IRREGULAR.to_owned()),
        _ => {}
    }
    let mut bytes = Vec::new();
    read_into(path, &mut bytes)?;
    Ok(bytes)
}

pub(super) const IRREGULAR: &str = "it is not a regular file";

/// Reads a regular file into a buffer, whose content is replaced.
fn read_into(path: &Path, buffer: &mut Vec<u8>) -> Result<(), String> {
    buffer.clear();
    let file = std::fs::File::open(path).map_err(|e| e.to_string())?;
    // Not asked for its size first: that is a fifth of the work for a small file, and it may grow while it is read.
    file.take(MAX_FILE + 1).read_to_end(buffer).map_err(|e| e.to_string())?;
    if buffer.len() as u64 > MAX_FILE {
        return Err(format!("it is larger than {} MiB", MAX_FILE >> 20));
    }
    Ok(())
}

/// Whether a text is UTF-16, as PowerShell redirects output: no search finds anything in it, and Kubernetes reads it all the same.
fn is_wide(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff")
}

fn decode(bytes: Vec<u8>) -> Result<String, String> {
    if is_wide(&bytes) {
        return Err("it is UTF-16, not UTF-8".to_owned());
    }
    String::from_utf8(bytes).map_err(|e| format!("it is not UTF-8 (byte {})", e.utf8_error().valid_up_to()))
}
