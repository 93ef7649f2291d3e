//! What happens once, at the root: objects that are for kustomize alone go, annotations become strings.

use super::Build;
use super::accumulate::Accumulated;
use super::edit;
use super::resource::Resource;
use crate::yaml::{Lookup, Node};

/// Marks an object that is for kustomize alone, unless its value is `false`.
const LOCAL: &str = "config.kubernetes.io/local-config";

/// The final objects of an accumulation.
pub(super) fn finish(accumulated: &Accumulated) -> Build {
    let mut objects: Vec<Resource> = accumulated.resources.clone();
    objects.retain(|r| match r.root.at(&["metadata", "annotations", LOCAL]) {
        Lookup::Found(value) => value.text() == Some("false"),
        _ => r.root.find(&["metadata", "annotations"]).and_then(Node::as_mapping).is_none_or(|m| m.entry(LOCAL).is_none()),
    });
    for object in &mut objects {
        object.root = with_string_annotations(&object.root);
    }
    let log = &accumulated.log;
    Build { objects, unresolved: log.unresolved.clone(), problems: log.problems.clone(), plugins: log.plugins.clone(), files: log.files.clone() }
}

/// Kustomize writes annotations anew at the end: every value becomes a string, and an empty map goes.
fn with_string_annotations(root: &Node) -> Node {
    let Some(entry) = root.entry_at(&["metadata", "annotations"]) else { return root.clone() };
    let strings: Option<Vec<Node>> = match entry.value.as_mapping() {
        Some(map) if map.entries.is_empty() && map.open.is_none() => None,
        Some(map) => Some(map.entries.iter().map(|e| stringified(&e.value)).collect()),
        None if matches!(entry.value.value(), crate::yaml::Value::Opaque(_)) => return root.clone(),
        None => None,
    };
    let changed =
        |map: Option<&crate::yaml::Mapping>, strings: &[Node]| map.is_some_and(|m| m.entries.iter().zip(strings).any(|(e, s)| !e.value.same(s)));
    if strings.as_ref().is_some_and(|s| !changed(entry.value.as_mapping(), s)) {
        return root.clone();
    }
    edit::with_mapping(root, |m| {
        let Some(metadata) = m.entries.iter_mut().find(|e| e.key.text() == Some("metadata")) else { return };
        metadata.value = edit::with_mapping(&metadata.value, |m| match strings {
            None => m.entries.retain(|e| e.key.text() != Some("annotations")),
            Some(strings) => {
                if let Some(entry) = m.entries.iter_mut().find(|e| e.key.text() == Some("annotations")) {
                    entry.value = edit::with_mapping(&entry.value, |m| m.entries.iter_mut().zip(strings).for_each(|(e, s)| e.value = s));
                }
            }
        });
    })
}

fn stringified(value: &Node) -> Node {
    match value.value() {
        crate::yaml::Value::Opaque(_) => value.clone(),
        _ => edit::as_string(value),
    }
}
