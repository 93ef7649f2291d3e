//! One file of a run: what is known of it, and what was read.

use super::path;
use super::walk::{At, Found};
use crate::source::Source;
use crate::yaml::Parsed;
use std::sync::{Arc, OnceLock};

/// One file.
#[derive(Debug)]
pub struct File {
    /// Path relative to the boundary, with `/`.
    pub path: Arc<str>,
    /// Whether a byte search found anything that could matter.
    pub relevant: bool,
    /// Named on the command line (or standard input), so it is parsed whatever it holds.
    pub explicit: bool,
    /// Below a path that was asked for; other files are only read when something refers to them.
    pub linted: bool,
    pub(super) at: At,
    // Most files are never asked for more, so what that is lies apart.
    /// Of a file that was only listed: whether it is relevant after all.
    pub(super) matters: OnceLock<bool>,
    pub(super) source: OnceLock<Box<Result<Source, String>>>,
    pub(super) parsed: OnceLock<Box<Parsed>>,
}

impl File {
    pub(super) fn of(found: Found) -> (Self, Option<Result<String, String>>) {
        let Found { path, at, relevant, explicit, linted, text } = found;
        let (matters, source, parsed) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        (Self { path, relevant, explicit, linted, at, matters, source, parsed }, text)
    }

    /// The last part of its path.
    #[must_use]
    pub fn name(&self) -> &str {
        path::name(&self.path)
    }

    /// Its text, or why it cannot be had, if anybody asked.
    pub(super) fn read(&self) -> Option<Result<&Source, &str>> {
        self.source.get().map(|source| source.as_ref().as_ref().map_err(String::as_str))
    }

    /// Whether its documents were asked for.
    #[must_use]
    pub fn is_parsed(&self) -> bool {
        self.parsed.get().is_some()
    }
}
