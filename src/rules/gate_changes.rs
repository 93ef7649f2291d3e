//! What the rules about feature gates share: taking a gate out of a resource, and saying what older releases do otherwise.

use super::Draft;
use crate::cluster::Subject;
use crate::finding::Confidence;
use crate::fix::Change;
use crate::operator::feature::Gate;
use crate::operator::hyperconverged::HyperConverged;

/// The path of the gates, the same in both API versions.
pub(super) const GATES: [&str; 2] = ["spec", "featureGates"];

/// Takes an entry out of the v1 list; with the last one the list goes.
pub(super) fn drop_gate(hco: &HyperConverged, gate: &Gate<'_>) -> Option<Change> {
    if hco.root().items_at(&GATES).len() > 1 {
        return Some(Change::RemoveItem { item: gate.node.clone() });
    }
    Some(Change::Remove { mapping: hco.root().find(&GATES[..1])?.clone(), key: GATES[1].to_owned() })
}

/// Takes a key out of the map at a path; with the last one the map goes.
pub(super) fn drop_key(hco: &HyperConverged, path: &[&str], key: &str) -> Option<Change> {
    let mapping = hco.root().find(path)?;
    if mapping.as_mapping().is_some_and(|m| m.entries.len() > 1) {
        return Some(Change::Remove { mapping: mapping.clone(), key: key.to_owned() });
    }
    let (last, parent) = path.split_last()?;
    Some(Change::Remove { mapping: hco.root().find(parent)?.clone(), key: (*last).to_owned() })
}

/// What is not true of every release, less sure and with a note where nothing tells which one runs.
pub(super) fn assumed(subject: &Subject<'_>, draft: Draft, note: impl Into<String>) -> Draft {
    if subject.release_known { draft } else { draft.note(note).confidence(Confidence::Medium) }
}
