//! Changes to objects, and the edits of the original text that make them.
//!
//! A rule says what should be different; this room finds the bytes. A change that cannot be made without touching text that other
//! places share (an anchor, a merge key) or that is not there (a template, a remote base) gives no edit.

mod text;

use crate::finding::{Edit, Fix};
use crate::source::{FileId, Source};
use crate::yaml::{Entry, Node};

/// One change to an object.
#[derive(Clone, Debug)]
pub enum Change {
    /// Another text for a scalar.
    Replace {
        /// The scalar.
        node: Node,
        /// Its new value, unquoted.
        text: String,
    },
    /// A value at a path of keys, making the maps on the way.
    Set {
        /// The object, or a part of it.
        root: Node,
        /// The keys.
        path: Vec<String>,
        /// The new value as YAML text of one line.
        value: String,
    },
    /// Another name for a key.
    Rename {
        /// The entry.
        entry: Entry,
        /// The new key.
        key: String,
    },
    /// An entry less.
    Remove {
        /// The map that has it.
        mapping: Node,
        /// Its key.
        key: String,
    },
}

/// A way to mend a finding, before its edits are known.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// What it does, in the imperative.
    pub title: String,
    /// Whether it can be applied without a person thinking about it.
    pub safe: bool,
    /// The changes, all or none.
    pub changes: Vec<Change>,
}

/// The edits of a proposal; `None` when one of its changes cannot be made in the text.
#[must_use]
pub fn resolve<'a>(proposal: &Proposal, source: &dyn Fn(FileId) -> Option<&'a Source>) -> Option<Fix> {
    let mut edits: Vec<Edit> = Vec::new();
    for change in &proposal.changes {
        edits.extend(text::edits(change, source)?);
    }
    edits.sort_by_key(|e| (e.span.file, e.span.start));
    let overlap = edits.windows(2).any(|w| w[0].span.file == w[1].span.file && w[0].span.end > w[1].span.start);
    (!overlap && !edits.is_empty()).then(|| Fix { title: proposal.title.clone(), safe: proposal.safe, edits })
}
