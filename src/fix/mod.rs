//! Changes to objects, and the edits of the original text that make them.
//!
//! A rule says what should be different; this room finds the bytes. It looks the value up in the file that wrote it (a base, an overlay, a
//! patch inside a kustomization), edits nothing it need not touch, and believes no edit: the edited text is parsed again, and unless it is
//! the old tree with the intended change and every comment it had, there is no fix. Text that other places share through an alias or a merge
//! key is therefore never edited, nor is text that is not there (a template, a remote base).

mod apply;
mod diff;
mod insert;
mod lines;
mod remove;
mod render;
mod replace;
mod site;
mod tree;
mod verify;
mod write;

pub use apply::{Chosen, apply, choose};
pub use diff::unified;
pub use tree::changed;
pub use write::{put, write};

use crate::finding::{Edit, Fix};
use crate::source::{FileId, Source, Span};
use crate::yaml::{Entry, Node, Parsed};
use std::cell::Cell;
use std::collections::BTreeSet;
use verify::Intent;

/// One change to an object.
#[derive(Clone, Debug)]
pub enum Change {
    /// Another text for a scalar. A string stays a string: it is quoted where it would become something else.
    Replace {
        /// The scalar.
        node: Node,
        /// Its new value, unquoted.
        text: String,
    },
    /// A value at a path of keys, making the maps on the way. A list or a map with content is not replaced.
    Set {
        /// The object, or a part of it.
        root: Node,
        /// The keys.
        path: Vec<String>,
        /// The new value as YAML text of one line.
        value: String,
    },
    /// One more item at the end of the list at a path of keys, making the list and the maps on the way.
    Append {
        /// The object, or a part of it.
        root: Node,
        /// The keys.
        path: Vec<String>,
        /// The new item as YAML text of one line.
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
    /// An item less.
    RemoveItem {
        /// The item.
        item: Node,
    },
    /// Another text for a comment, from its `#` on; without text, no comment.
    Comment {
        /// The comment.
        span: Span,
        /// Its new text.
        text: Option<String>,
    },
}

impl Change {
    /// The file that it is looked for in.
    fn file(&self) -> FileId {
        let span = match self {
            Change::Replace { node, .. } | Change::RemoveItem { item: node } => place(node),
            Change::Set { root: node, .. } | Change::Append { root: node, .. } | Change::Remove { mapping: node, .. } => place(node),
            Change::Rename { entry, .. } => place(&entry.key),
            Change::Comment { span, .. } => *span,
        };
        span.file
    }
}

/// A way to mend a finding, before its edits are known.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// What it does, in the imperative.
    pub title: String,
    /// Whether it can be applied without a person thinking about it. Of what brings findings that were not there this is not true, whatever
    /// the rule says.
    pub safe: bool,
    /// The changes, all or none.
    pub changes: Vec<Change>,
}

/// A file's text and what was read from it.
pub type Files<'a> = dyn Fn(FileId) -> Option<(&'a Source, &'a Parsed)> + 'a;

/// How much text is looked through for places to edit and parsed again to check edits, in bytes over a whole run. Far above what
/// repositories need; findings beyond it get no fix.
const BUDGET: usize = 128 << 20;

/// Finds the edits of proposals.
pub struct Mender<'a> {
    files: &'a Files<'a>,
    budget: Cell<usize>,
}

/// One way to make a change: the edits, and what they must amount to. Without edits, the text already is as it should be.
#[derive(Debug)]
struct Plan {
    edits: Vec<Edit>,
    intent: Option<Intent>,
}

impl Plan {
    fn new(edits: Vec<Edit>, intent: Intent) -> Self {
        Self { edits, intent: Some(intent) }
    }
}

impl<'a> Mender<'a> {
    /// Mends texts that this function knows.
    #[must_use]
    pub fn new(files: &'a Files<'a>) -> Self {
        Self { files, budget: Cell::new(BUDGET) }
    }

    /// The edits of a proposal, in the order of their places; `None` when one of its changes cannot be made in the text, or all of it is so
    /// already.
    #[must_use]
    pub fn fix(&self, proposal: &Proposal) -> Option<Fix> {
        let removes = |c: &Change| matches!(c, Change::Remove { .. } | Change::RemoveItem { .. });
        // What is removed first is no neighbour of what is added later.
        let (first, then): (Vec<&Change>, Vec<&Change>) = proposal.changes.iter().partition(|c| removes(c));
        let (mut edits, mut intents) = (Vec::new(), Vec::new());
        for change in first.into_iter().chain(then) {
            self.spend((self.files)(change.file()).map_or(0, |(source, _)| source.text.len()))?;
            let found = self.plans(change).into_iter().find_map(|plan| {
                let Some(intent) = plan.intent else { return Some((edits.clone(), None)) };
                let touched: BTreeSet<FileId> = plan.edits.iter().map(|e| e.span.file).collect();
                let all = joined(&edits, plan.edits)?;
                intents.push(intent);
                let holds = touched.iter().all(|file| self.holds(*file, &all, &intents));
                let intent = intents.pop();
                holds.then_some((all, intent))
            });
            let (all, intent) = found?;
            edits = all;
            intents.extend(intent);
        }
        (!edits.is_empty()).then(|| Fix { title: proposal.title.clone(), safe: proposal.safe, edits: coalesced(edits) })
    }

    /// The ways to make a change, best first.
    fn plans(&self, change: &Change) -> Vec<Plan> {
        let files = self.files;
        match change {
            Change::Replace { node, text } => replace::text(files, node, text),
            Change::Rename { entry, key } if !entry.merged => replace::key(files, &entry.key, key),
            Change::Rename { .. } => Vec::new(),
            Change::Set { root, path, value } => insert::set(files, root, path, value),
            Change::Append { root, path, value } => insert::append(files, root, path, value),
            Change::Remove { mapping, key } => remove::entry(files, mapping, key),
            Change::RemoveItem { item } => remove::item(files, item),
            Change::Comment { span, text } => remove::comment(files, *span, text.as_deref()),
        }
    }

    /// Takes from what may be read; nothing when too little is left.
    fn spend(&self, bytes: usize) -> Option<()> {
        self.budget.set(self.budget.get().checked_sub(bytes)?);
        Some(())
    }

    /// Whether the edits make of a file what is intended and nothing else.
    fn holds(&self, file: FileId, edits: &[Edit], intents: &[Intent]) -> bool {
        let edits = edits.chunk_by(|a, b| a.span.file == b.span.file).find(|edits| edits.first().is_some_and(|e| e.span.file == file));
        let (Some(edits), Some((source, parsed))) = (edits, (self.files)(file)) else { return false };
        if self.spend(source.text.len()).is_none() {
            return false;
        }
        let intents: Vec<Intent> = intents.iter().filter(|i| i.at().file == file).cloned().collect();
        verify::holds(source, parsed, edits, &intents)
    }
}

/// Both lists of edits as one; `None` when they overlap.
fn joined(first: &[Edit], then: Vec<Edit>) -> Option<Vec<Edit>> {
    let mut all = first.to_vec();
    all.extend(then);
    all.sort_by_key(|e| (e.span.file, e.span.start, e.span.end));
    let overlap = all.windows(2).any(|w| w[0].span.file == w[1].span.file && w[0].span.end > w[1].span.start);
    (!overlap).then_some(all)
}

/// Edits that touch each other as one, so that no reader of them has to mind their order.
fn coalesced(edits: Vec<Edit>) -> Vec<Edit> {
    let mut out: Vec<Edit> = Vec::new();
    for edit in edits {
        match out.last_mut().filter(|last| last.span.file == edit.span.file && last.span.end == edit.span.start) {
            Some(last) => {
                last.span.end = edit.span.end;
                last.text.push_str(&edit.text);
            }
            None => out.push(edit),
        }
    }
    out
}

/// The place of a node in the text: where its alias stands, or its own text.
fn place(node: &Node) -> Span {
    node.alias().unwrap_or(node.span())
}
