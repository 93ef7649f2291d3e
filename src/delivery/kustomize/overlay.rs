//! Laying a deployer's fields into a kustomization, as `kustomize edit` (Argo CD) and Flux's generator do.

use super::edit;
use super::fields;
use crate::yaml::{Entry, Node};

/// The kustomization with the fields of `overlay`: lists are appended (images and replicas replace entries of the same name), maps
/// are merged, single values replace.
pub(super) fn laid_into(root: &Node, overlay: &Node) -> Node {
    let Some(additions) = overlay.as_mapping() else { return root.clone() };
    edit::with_mapping(root, |mapping| {
        for addition in &additions.entries {
            let Some(name) = addition.key.text() else { continue };
            let old = fields::value(root, name);
            let value = match old {
                Some(old) if name.eq_ignore_ascii_case("images") || name.eq_ignore_ascii_case("replicas") => named(old, &addition.value),
                Some(old) => joined(old, &addition.value),
                None => addition.value.clone(),
            };
            match mapping.entries.iter_mut().find(|e| e.key.text().is_some_and(|k| k.eq_ignore_ascii_case(name))) {
                Some(entry) => entry.value = value,
                None => mapping.entries.push(Entry { value, ..addition.clone() }),
            }
        }
    })
}

fn joined(old: &Node, new: &Node) -> Node {
    if let (Some(a), Some(b)) = (old.as_sequence(), new.as_sequence()) {
        return edit::with_items(old, a.iter().chain(b).cloned().collect());
    }
    match (old.as_mapping(), new.as_mapping()) {
        (Some(_), Some(b)) => edit::with_mapping(old, |m| b.entries.iter().for_each(|e| edit::set(m, &e.key, e.value.clone()))),
        _ => new.clone(),
    }
}

fn named(old: &Node, new: &Node) -> Node {
    let (Some(a), Some(b)) = (old.as_sequence(), new.as_sequence()) else { return new.clone() };
    let replaced = |item: &&Node| b.iter().any(|n| n.str_at(&["name"]).is_some() && n.str_at(&["name"]) == item.str_at(&["name"]));
    edit::with_items(old, a.iter().filter(|i| !replaced(i)).chain(b).cloned().collect())
}
