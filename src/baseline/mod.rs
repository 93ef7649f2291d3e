//! The baseline: findings that were there when somebody began to look, and are to be left alone for the time being.
//!
//! Each entry records one finding by its fingerprint, which survives moved lines, and the clusters it was true of. A finding that comes to
//! be true of one more cluster is shown again: whoever accepted it for one cluster has not accepted it for another. An entry whose finding
//! is gone is said to be stale, so that it cannot hide the same mistake when it is made again.

mod read;
mod recall;
mod record;

pub use read::read;
pub use recall::{MAX_MOVED, Seen, recall};
pub use record::{is_about, record, text};

use crate::source::{FileId, Span};
use crate::yaml::Node;
use std::collections::BTreeSet;

/// The meaning of the keys; raised when one changes.
const VERSION: &str = "1";

/// A baseline.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// Its file.
    pub file: FileId,
    /// What is recorded in it, in the file's order.
    pub entries: Vec<Entry>,
}

/// One recorded finding.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// The finding's fingerprint. It alone, with the clusters, decides what is hidden; the rest is for people.
    pub fingerprint: String,
    /// The rule.
    pub rule: String,
    /// The file to edit, from the repository's root.
    pub file: String,
    /// The object, as `Kind/name/item`; empty when the finding is about none.
    pub object: String,
    /// The message.
    pub message: String,
    /// The clusters it is true of; empty when it concerns none in particular.
    pub clusters: BTreeSet<String>,
    /// Where it stands; nothing for one that is yet to be written.
    pub place: Option<Place>,
}

/// Where an entry stands.
#[derive(Clone, Debug)]
pub struct Place {
    /// The entry.
    pub item: Node,
    /// Its rule, or whatever it begins with.
    pub span: Span,
}

/// What a run makes of a baseline.
#[derive(Clone, Debug, Default)]
pub struct Effect {
    /// What it records and the run could not judge: entries of rules that were not at work, of files that were not looked at.
    pub kept: Vec<Entry>,
}

/// A fingerprint without the number that tells equal ones of one run apart.
fn base(fingerprint: &str) -> &str {
    fingerprint.split('-').next().unwrap_or_default()
}
