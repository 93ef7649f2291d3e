//! The linted tree: which files there are, which of them could matter, their texts and their documents.
//!
//! Each file is read once. A byte search decides what is parsed; everything else is parsed only if something refers to it. Nothing
//! outside the boundary (the repository) is ever read, through `..` or a symbolic link.

mod file;
mod finds;
mod given;
mod globs;
mod ignored;
mod names;
mod needles;
mod path;
mod shown;
mod walk;

pub use file::File;
pub use finds::Finds;
pub use globs::{Globs, Groups, Star, glob, globs};
pub use names::{BUNDLES, CHART, KUSTOMIZATIONS};
pub use path::{is_manifest, join, name, normalise, parent, stem};
pub use shown::Shown;
pub use walk::{At, Found, Walk, WalkError, Walked};
pub(crate) use walk::{read, read_named, wanted};

use crate::source::{FileId, Source};
use crate::yaml::{self, Parsed};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The largest file that is read, in bytes.
pub const MAX_FILE: u64 = 32 << 20;

/// How many keys and values the files of a run may hold together; each takes some 300 bytes.
const MAX_VALUES: usize = 5_000_000;

/// How much text there is in which nobody need count them.
const FEW: usize = 8 << 20;

/// How many files with unusual names (a patch called `patch.txt`) may be referred to.
const MAX_LATE: usize = 1024;

/// All files of a run.
#[derive(Debug)]
pub struct Workspace {
    boundary: PathBuf,
    base: Base,
    shown: Shown,
    /// In the order of their paths.
    files: Vec<File>,
    by_path: HashMap<Arc<str>, FileId>,
    /// Directories that hold files at any depth, and whether files lie in them directly.
    directories: BTreeMap<String, bool>,
    /// Files that mean something by their name, in the order of their paths.
    named: Vec<FileId>,
    /// Files that the walk passed over because of their names, and that something turned out to refer to.
    late: Vec<OnceLock<File>>,
    late_paths: Mutex<BTreeMap<String, FileId>>,
    /// Links to directories, and those directories.
    links: BTreeMap<String, String>,
}

/// The directory that all linted paths share.
#[derive(Clone, Debug, Default)]
pub struct Base {
    /// Relative to the boundary; empty for the boundary itself.
    pub directory: String,
    /// It is the likelier root of what deployers name, because nothing says that the boundary is a repository.
    pub first: bool,
}

impl Workspace {
    /// The workspace of a finished walk.
    #[must_use]
    pub fn new(boundary: PathBuf, shown: Shown, base: Base, found: Finds) -> Self {
        let mut workspace = Self {
            boundary,
            base,
            shown,
            files: Vec::with_capacity(found.len()),
            by_path: HashMap::with_capacity(found.len()),
            directories: BTreeMap::from([(String::new(), false)]),
            named: Vec::new(),
            late: std::iter::repeat_with(OnceLock::new).take(MAX_LATE).collect(),
            late_paths: Mutex::default(),
            links: BTreeMap::new(),
        };
        found.merge(|found| workspace.add(found));
        workspace
    }

    /// The workspace, knowing the links to directories that the walk followed.
    #[must_use]
    pub fn with_links(self, links: BTreeMap<String, String>) -> Self {
        Self { links, ..self }
    }

    /// The path that a path means where a part of it is a link to a directory.
    #[must_use]
    pub fn real(&self, path: &str) -> Option<String> {
        let mut link = path;
        while !self.links.is_empty() && !link.is_empty() {
            if let Some(real) = self.links.get(link) {
                return join(real, path.get(link.len()..)?.trim_start_matches('/'));
            }
            link = parent(link);
        }
        None
    }

    /// The linted file that a file is another name of, because a link leads to its directory.
    #[must_use]
    pub fn twin(&self, id: FileId) -> Option<FileId> {
        self.find(&self.real(&self.file(id).path)?).filter(|twin| self.file(*twin).linted)
    }

    /// Whether a file or a directory with a kustomization is another name of one that is linted, too.
    #[must_use]
    pub fn is_alias(&self, path: &str) -> bool {
        let twin = |real: String| self.find(&real).or_else(|| self.kustomization(&real));
        self.real(path).and_then(twin).is_some_and(|twin| self.file(twin).linted)
    }

    /// Adds the next file in the order of paths, unless it is the last one again.
    fn add(&mut self, found: Found) {
        if let Some(last) = self.files.last_mut().filter(|last| last.path == found.path) {
            last.explicit |= found.explicit;
            if let (None, Some(text)) = (last.read(), found.text) {
                let id = id(self.files.len() - 1);
                self.keep(self.file(id), text);
            }
            return;
        }
        let (file, text) = File::of(found);
        if let Some(text) = text {
            self.keep(&file, text);
        }
        let mut directory = parent(&file.path);
        // Neighbours follow each other, so most directories are those of the file before.
        let is_known = self.files.last().is_some_and(|last| parent(&last.path) == directory);
        if !is_known {
            // Those above it hold files, too, though not in themselves.
            let mut holds = true;
            loop {
                match self.directories.get_mut(directory) {
                    Some(held) => {
                        *held |= holds;
                        break;
                    }
                    None => drop(self.directories.insert(directory.to_owned(), holds)),
                }
                holds = false;
                directory = parent(directory);
            }
        }
        let new = id(self.files.len());
        if names::is_known(file.name()) {
            self.named.push(new);
        }
        self.by_path.insert(Arc::clone(&file.path), new);
        self.files.push(file);
    }

    fn keep(&self, file: &File, text: Result<String, String>) {
        let _ = file.source.set(Box::new(text.map(|t| Source::new(self.shown_path(file), t))));
    }

    /// The files of these names, which are some that mean something by their name, in the order of their paths.
    pub fn named(&self, names: &[&str]) -> impl Iterator<Item = (FileId, &File)> {
        self.named.iter().map(|id| (*id, self.file(*id))).filter(move |(_, file)| names.contains(&file.name()))
    }

    /// A file's path as people see it.
    #[must_use]
    pub fn display(&self, id: FileId) -> String {
        self.shown_path(self.file(id))
    }

    /// A file's path from the boundary, as its [`display`](Self::display) is turned back: the path that findings are known by.
    #[must_use]
    pub fn from_root(&self, id: FileId) -> String {
        self.shown.from_root(&self.display(id))
    }

    fn shown_path(&self, file: &File) -> String {
        match &file.at {
            At::Path => self.shown.path(&file.path),
            At::Elsewhere(place) => place.1.clone(),
            At::Nowhere => file.path.to_string(),
        }
    }

    /// Where a file lies; `None` for text that is no file.
    fn absolute(&self, file: &File) -> Option<PathBuf> {
        match &file.at {
            At::Path => Some(self.boundary.join(&*file.path)),
            At::Elsewhere(place) => Some(place.0.clone()),
            At::Nowhere => None,
        }
    }

    /// Every file with its identity, in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &File)> {
        self.files.iter().enumerate().map(|(i, f)| (id(i), f))
    }

    /// The file of an identity.
    #[must_use]
    pub fn file(&self, id: FileId) -> &File {
        let index = id.0 as usize;
        let late = || self.late.get(index - self.files.len()).and_then(OnceLock::get);
        // Identities are made here alone, for files that are there.
        self.files.get(index).or_else(late).unwrap_or(&self.files[0])
    }

    /// The file at a path relative to the boundary, among those the walk took.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// The kustomization file of a directory, among those the walk took.
    #[must_use]
    pub fn kustomization(&self, directory: &str) -> Option<FileId> {
        KUSTOMIZATIONS.iter().find_map(|name| self.find(&join(directory, name)?))
    }

    /// The file at a path relative to the boundary, whatever its name.
    #[must_use]
    pub fn find_any(&self, path: &str) -> Option<FileId> {
        if let Some(id) = self.find(path) {
            return Some(id);
        }
        if self.directories.contains_key(path) || self.is_second(path) {
            return None;
        }
        let mut paths = self.late_paths.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = paths.get(path) {
            return Some(*id);
        }
        let absolute = self.boundary.join(path);
        if path.is_empty() || !walk::is_file(&absolute, &self.boundary) {
            return None;
        }
        // The last place stands for every file that there is no place for.
        let number = paths.len().min(MAX_LATE - 1);
        let slot = self.late.get(number)?;
        let new = id(self.files.len() + number);
        let beyond = || Err(format!("more than {} files with unusual names are referred to; the others were not read", MAX_LATE - 1));
        let text = (number == MAX_LATE - 1).then(beyond);
        let found = Found { path: path.into(), at: At::Path, relevant: false, explicit: false, linted: false, text };
        let (file, text) = File::of(found);
        if let Some(Err(why)) = text {
            let _ = file.source.set(Box::new(Err(why)));
        }
        let _ = slot.set(file);
        paths.insert(path.to_owned(), new);
        Some(new)
    }

    /// Whether a path would be that of another kustomization beside one that is known: one that version control leaves out is nobody's.
    fn is_second(&self, path: &str) -> bool {
        KUSTOMIZATIONS.contains(&name(path)) && self.kustomization(parent(path)).is_some()
    }

    /// A file's bytes, text or not; `None` when they cannot be had.
    #[must_use]
    pub fn bytes(&self, id: FileId) -> Option<Cow<'_, [u8]>> {
        let file = self.file(id);
        match file.read() {
            Some(Ok(source)) => return Some(Cow::Borrowed(source.text.as_bytes())),
            // What is no text may be bytes all the same; what is beyond a bound is nothing.
            Some(Err(_)) if id.0 as usize >= self.files.len() + MAX_LATE - 1 => return None,
            _ => {}
        }
        walk::read_raw(&self.absolute(file)?, &self.boundary).ok().map(Cow::Owned)
    }

    /// Whether a directory with files exists at a path relative to the boundary (empty for the boundary itself).
    #[must_use]
    pub fn is_directory(&self, path: &str) -> bool {
        self.directories.contains_key(path) || walk::is_directory(&self.boundary.join(path), &self.boundary)
    }

    /// The directory that a path of a deployer means: from the repository's root, or else from the linted directory, which may be a
    /// repository of its own inside this one.
    #[must_use]
    pub fn deployed_directory(&self, path: &str) -> Option<String> {
        let path = path.trim_start_matches('/');
        let (whole, part) = (join("", path), join(&self.base.directory, path));
        let order = if self.base.first { [part, whole] } else { [whole, part] };
        order.into_iter().flatten().find(|d| self.is_directory(d))
    }

    /// Whether files lie in a directory itself, not only below it.
    #[must_use]
    pub fn has_files(&self, directory: &str) -> bool {
        self.directories.get(directory) == Some(&true)
    }

    /// The directories at any depth below a directory that hold files, in order.
    pub fn directories_below(&self, directory: &str) -> impl Iterator<Item = &str> {
        let prefix = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let range = self.directories.range(prefix.clone()..).map(|(path, _)| path.as_str());
        range.take_while(move |path| path.starts_with(&prefix))
    }

    /// The files at any depth below a directory, in order.
    pub fn below(&self, directory: &str) -> impl Iterator<Item = (FileId, &str)> {
        let prefix = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let first = self.files.partition_point(|f| *f.path < *prefix);
        let rest = self.files.iter().enumerate().skip(first).map(|(i, f)| (id(i), &*f.path));
        rest.take_while(move |(_, path)| path.starts_with(&prefix))
    }

    /// A file's text; an error says why it cannot be had.
    ///
    /// # Errors
    /// The file cannot be read, is too big, or is not UTF-8.
    pub fn source(&self, id: FileId) -> Result<&Source, &str> {
        let file = self.file(id);
        let source = file.source.get_or_init(|| {
            let text = self.absolute(file).ok_or_else(|| "it is gone".to_owned()).and_then(|path| walk::read(&path, &self.boundary));
            Box::new(text.map(|text| Source::new(self.shown_path(file), text)))
        });
        source.as_ref().as_ref().map_err(String::as_str)
    }

    /// A file's documents; none when its text cannot be had.
    #[must_use]
    pub fn parsed(&self, id: FileId) -> &Parsed {
        self.file(id).parsed.get_or_init(|| Box::new(self.source(id).map(|s| yaml::parse(id, &s.text)).unwrap_or_default()))
    }

    /// Whether a file could hold anything this program reads. What was only listed is searched for it here.
    #[must_use]
    pub fn matters(&self, id: FileId) -> bool {
        let file = self.file(id);
        if file.linted || file.relevant {
            return file.relevant;
        }
        *file.matters.get_or_init(|| self.bytes(id).is_none_or(|bytes| needles::occur(&bytes)))
    }

    /// How many of these files, in this order, can be parsed before there are too many values. It is told beforehand, so that it does not
    /// depend on which thread is faster.
    fn affordable(&self, files: &[FileId]) -> usize {
        let text = |id: &FileId| self.source(*id).map_or("", |source| &source.text);
        if files.iter().map(|id| text(id).len()).sum::<usize>() <= FEW {
            return files.len();
        }
        let mut values = 0;
        let fits = |id: &&FileId| {
            let before = values;
            values += yaml::weigh(text(id));
            before <= MAX_VALUES
        };
        files.iter().take_while(fits).count()
    }

    /// Parses the files that could matter, on all cores.
    pub fn parse_relevant(&self, threads: usize) {
        let mut wanted: Vec<FileId> = self.iter().filter(|(_, f)| f.linted && f.relevant).map(|(id, _)| id).collect();
        for beyond in wanted.split_off(self.affordable(&wanted)) {
            let _ = self.file(beyond).parsed.set(Box::new(Parsed::beyond(beyond, MAX_VALUES)));
        }
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some(id) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                let _ = self.parsed(*id);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads.min(wanted.len().max(1)) {
                scope.spawn(work);
            }
            work();
        });
    }

    /// The linted files that were looked at and parsed: how many of each; and, of all, those that could not be read, with the reason.
    #[must_use]
    pub fn tally(&self) -> (usize, usize, Vec<(String, String)>) {
        let parsed = self.files.iter().filter(|f| f.linted && f.parsed.get().is_some()).count();
        let unreadable = self
            .files
            .iter()
            .chain(self.late.iter().filter_map(OnceLock::get))
            .filter_map(|f| Some((self.shown_path(f), f.read()?.err()?.to_owned())));
        (self.files.iter().filter(|f| f.linted).count(), parsed, unreadable.collect())
    }

    /// The linted files that were read, and where they lie.
    #[must_use]
    pub fn linted_paths(&self) -> BTreeMap<FileId, PathBuf> {
        self.iter().filter(|(_, f)| f.linted && f.read().is_some()).filter_map(|(id, f)| Some((id, self.absolute(f)?))).collect()
    }

    /// The texts of all files that were read, and the rest of the workspace.
    #[must_use]
    pub fn into_sources(mut self) -> (BTreeMap<FileId, Source>, Self) {
        let late = self.late.iter_mut().map(OnceLock::get_mut);
        let files = self.files.iter_mut().map(Some).chain(late).enumerate();
        let sources = files.filter_map(|(index, file)| Some((id(index), file?.source.take()?.ok()?))).collect();
        (sources, self)
    }
}

fn id(index: usize) -> FileId {
    FileId(u32::try_from(index).unwrap_or(u32::MAX))
}
