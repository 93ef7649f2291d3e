//! Fixes: by hand where a case has a name, at random for all the rest.

mod cases;
mod generate;
#[path = "../support/granit.rs"]
#[allow(dead_code)]
mod granit;
mod program;
mod random;
#[path = "../support/scratch.rs"]
mod scratch;
#[path = "../support/tree.rs"]
mod tree;

use hco_lint::finding::Fix;
use hco_lint::fix::{Change, Mender, Proposal, apply};
use hco_lint::source::{FileId, Source};
use hco_lint::yaml::{Parsed, parse};

/// A text and its trees.
pub(crate) struct File {
    pub(crate) source: Source,
    pub(crate) parsed: Parsed,
}

impl File {
    pub(crate) fn new(name: &str, text: &str) -> Self {
        Self { source: Source::new(name.to_owned(), text.to_owned()), parsed: parse(FileId(0), text) }
    }

    /// The fix that makes these changes.
    pub(crate) fn fix(&self, changes: Vec<Change>) -> Option<Fix> {
        let files = |id: FileId| (id == FileId(0)).then_some((&self.source, &self.parsed));
        Mender::new(&files).fix(&Proposal { title: "mend".to_owned(), safe: true, changes })
    }

    /// The text after these changes.
    pub(crate) fn mended(&self, changes: Vec<Change>) -> Option<String> {
        let fix = self.fix(changes)?;
        Some(apply(&self.source.text, &fix.edits).expect("edits that can be applied"))
    }
}
