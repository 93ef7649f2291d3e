//! What happens once, at the root: hashes are appended to names, references follow, vars are replaced, objects that are for
//! kustomize alone go, annotations become strings.

use super::Build;
use super::accumulated::Accumulated;
use super::edit;
use super::generate;
use super::log::ProblemKind;
use super::metadata::{report, with_string_annotations};
use super::nameref;
use super::reading::{with_full_dates, without_gaps};
use super::resource::Resource;
use super::vars;
use crate::yaml::{Lookup, Node};
use std::collections::BTreeMap;

/// Marks an object that is for kustomize alone, unless its value is `false`.
const LOCAL: &str = "config.kubernetes.io/local-config";

/// The final objects of an accumulation; and whether one was looked for that is not there.
pub(super) fn finish(accumulated: &Accumulated) -> (Build, bool) {
    let mut objects: Vec<Resource> = accumulated.resources.clone();
    let mut log = accumulated.log.clone();
    append_hashes(&mut objects);
    nameref::update(&mut objects, &accumulated.specs.name_reference, &mut log);
    vars::resolve(&accumulated.vars, &mut objects, &accumulated.specs.var_reference, &mut log);
    let mut seen = BTreeMap::new();
    for object in &objects {
        if let Some(first) = seen.insert(object.id().key(), object.origin.span) {
            let message = format!("two objects end as the same one: {}", object.id());
            if !log.problems.iter().any(|p| p.kind == ProblemKind::Duplicate) {
                log.refuse_related(ProblemKind::Duplicate, object.origin.span, message, first);
            }
        }
    }
    objects.retain(|r| match r.root.at(&["metadata", "annotations", LOCAL]) {
        Lookup::Found(value) => value.text() == Some("false"),
        _ => r.root.find(&["metadata", "annotations"]).and_then(Node::as_mapping).is_none_or(|m| m.entry(LOCAL).is_none()),
    });
    for object in &mut objects {
        if let Some(misfit) = object.unreadable() {
            report(misfit, object, &mut log);
        }
        object.root = with_string_annotations(&object.root);
        if object.state.gaps {
            object.root = without_gaps(&object.root);
        }
        if object.state.dates {
            object.root = with_full_dates(&object.root);
        }
    }
    let build = Build { objects, unresolved: log.unresolved, problems: log.problems, plugins: log.plugins, files: log.files };
    (build, log.sought)
}

/// Appends to the names of generated objects the hash of their content.
pub(super) fn append_hashes(objects: &mut [Resource]) {
    for object in objects.iter_mut().filter(|o| o.state.hash) {
        let Some(name) = object.root.find(&["metadata", "name"]) else { continue };
        let (text, span) = (name.text().unwrap_or("").to_owned(), name.span());
        // An unknown content has an unknown hash; the name then stays without one.
        let Some(hash) = generate::hash(&object.root) else { continue };
        object.remember();
        object.root = edit::with_mapping(&object.root, |m| {
            let Some(metadata) = m.entries.iter_mut().find(|e| e.key.text() == Some("metadata")) else { return };
            metadata.value = edit::with_mapping(&metadata.value, |m| {
                if let Some(name) = m.entries.iter_mut().find(|e| e.key.text() == Some("name")) {
                    name.value = edit::string(format!("{text}-{hash}"), span);
                }
            });
        });
    }
}
