//! Where the engine gets its files from.

use crate::files::{Workspace, parent};
use crate::source::{FileId, Source};
use crate::yaml::{self, Parsed};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// The files of a repository. Paths are relative to its root, use `/`, and hold no `.` or `..`; the root itself is the empty path.
/// An implementation never leaves the repository and reads and parses a file once.
pub trait Files: Sync {
    /// A file's number; `None` when there is no such file.
    fn find(&self, path: &str) -> Option<FileId>;

    /// A file's path.
    fn path(&self, file: FileId) -> Option<&str>;

    /// Why a file's text cannot be had, if it cannot.
    fn unreadable(&self, _file: FileId) -> Option<&str> {
        None
    }

    /// A file read as YAML; empty when it is no text.
    fn parsed(&self, file: FileId) -> &Parsed;

    /// A file's bytes, for what generators put into ConfigMaps and Secrets; `None` when they cannot be had.
    fn bytes(&self, file: FileId) -> Option<Cow<'_, [u8]>>;

    /// Whether there is such a directory.
    fn is_directory(&self, path: &str) -> bool;

    /// Whether a file may hold anything that its reader is after. What does not is still a file that others may refer to.
    fn matters(&self, _file: FileId) -> bool {
        true
    }
}

impl Files for Workspace {
    fn find(&self, path: &str) -> Option<FileId> {
        Workspace::find_any(self, path)
    }

    fn path(&self, file: FileId) -> Option<&str> {
        Some(&self.file(file).path)
    }

    fn unreadable(&self, file: FileId) -> Option<&str> {
        Workspace::source(self, file).err()
    }

    fn parsed(&self, file: FileId) -> &Parsed {
        Workspace::parsed(self, file)
    }

    fn bytes(&self, file: FileId) -> Option<Cow<'_, [u8]>> {
        Workspace::bytes(self, file)
    }

    fn is_directory(&self, path: &str) -> bool {
        Workspace::is_directory(self, path)
    }

    fn matters(&self, file: FileId) -> bool {
        Workspace::matters(self, file)
    }
}

/// Files held in memory, numbered in the order of their paths.
#[derive(Debug, Default)]
pub struct MemoryFiles {
    paths: BTreeMap<String, FileId>,
    files: Vec<MemoryFile>,
    directories: BTreeSet<String>,
}

#[derive(Debug)]
struct MemoryFile {
    bytes: Vec<u8>,
    source: Option<Source>,
    parsed: OnceLock<Parsed>,
}

impl MemoryFiles {
    /// Files of these paths and contents.
    pub fn new<P: Into<String>, B: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, B)>) -> Self {
        let contents: BTreeMap<String, Vec<u8>> = files.into_iter().map(|(p, b)| (p.into(), b.into())).collect();
        let mut memory = Self { directories: BTreeSet::from([String::new()]), ..Self::default() };
        for (n, (path, bytes)) in contents.into_iter().enumerate() {
            let mut directory = parent(&path);
            while memory.directories.insert(directory.to_owned()) {
                directory = parent(directory);
            }
            let source = std::str::from_utf8(&bytes).ok().map(|text| Source::new(path.clone(), text.to_owned()));
            memory.paths.insert(path, FileId(u32::try_from(n).unwrap_or(u32::MAX)));
            memory.files.push(MemoryFile { bytes, source, parsed: OnceLock::new() });
        }
        memory
    }

    /// The path and text of a file by its number; `None` for what is no text.
    #[must_use]
    pub fn source(&self, file: FileId) -> Option<&Source> {
        self.files.get(file.0 as usize)?.source.as_ref()
    }
}

impl Files for MemoryFiles {
    fn find(&self, path: &str) -> Option<FileId> {
        self.paths.get(path).copied()
    }

    fn path(&self, file: FileId) -> Option<&str> {
        self.source(file).map(|s| s.path.as_str())
    }

    fn parsed(&self, file: FileId) -> &Parsed {
        static NOTHING: Parsed = Parsed { documents: Vec::new(), problems: Vec::new() };
        let Some(held) = self.files.get(file.0 as usize) else { return &NOTHING };
        held.parsed.get_or_init(|| held.source.as_ref().map(|s| yaml::parse(file, &s.text)).unwrap_or_default())
    }

    fn bytes(&self, file: FileId) -> Option<Cow<'_, [u8]>> {
        self.files.get(file.0 as usize).map(|f| Cow::Borrowed(f.bytes.as_slice()))
    }

    fn is_directory(&self, path: &str) -> bool {
        self.directories.contains(path)
    }
}
