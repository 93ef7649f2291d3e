//! A field stands where only the other API version has it: the API server prunes it.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::fix::{Change, Proposal};
use crate::operator::moved::{Misplaced, misplaced};
use crate::yaml::{Lookup, Node};

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    // Of any other version nothing is known.
    if !matches!(subject.hco.object.version.as_str(), "v1" | "v1beta1") {
        return;
    }
    let (root, version) = (subject.hco.root(), subject.hco.object.api_version());
    for field in misplaced(subject.hco) {
        let Some(entry) = root.entry_at(field.found) else { continue };
        let path = field.found.join(".");
        let mut draft = Draft::new(entry.key.span(), format!("not a field of {version}"), format!("`{path}` is dropped: {version} has no such field"))
            .about(&subject.hco.object)
            .field(&path)
            .confidence(subject.confidence());
        draft = match field.wanted {
            Some(wanted) => draft.help(format!("in {version} it is `{}`", wanted.join("."))),
            None => draft.help("remove it, or write the other API version"),
        };
        if let Some(proposal) = relocate(root, &field) {
            draft = draft.fix(proposal);
        }
        findings.add(draft);
    }
}

/// Moves a plain value to its place, if that is free.
fn relocate(root: &Node, field: &Misplaced) -> Option<Proposal> {
    let wanted = field.wanted?;
    let value = match root.find(field.found)?.typed()? {
        crate::yaml::Typed::Bool(value) => value.to_string(),
        crate::yaml::Typed::Str(text) if !crate::manifest::template::is_template(text) => serde_json::to_string(text).ok()?,
        _ => return None,
    };
    if !matches!(root.at(wanted), Lookup::Absent) {
        return None;
    }
    let path = wanted.iter().map(|k| (*k).to_owned()).collect();
    let changes = vec![Change::Set { root: root.clone(), path, value }, without(root, field.found)?];
    Some(Proposal { title: format!("move it to `{}`", wanted.join(".")), safe: true, changes })
}

/// Removes the key at the end of a path, and the maps on the way that would be left without any.
fn without(root: &Node, path: &[&str]) -> Option<Change> {
    let (mut key, mut parents) = path.split_last()?;
    while parents.len() > 1 && root.entries_at(parents).len() == 1 {
        (key, parents) = parents.split_last()?;
    }
    Some(Change::Remove { mapping: root.find(parents)?.clone(), key: (*key).to_owned() })
}
