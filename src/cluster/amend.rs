//! Patches for what a cluster already has, as Hive's sync sets carry them.

use super::place::{Home, Placed};
use crate::delivery::Amendment;
use crate::finding::Confidence;
use crate::manifest::Object;
use crate::source::Span;
use crate::yaml::Node;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Applies every delivery's patches to the objects of the clusters it goes to. Patches for clusters that nobody can tell make what they would
/// change unknown, wherever it is. An object that no delivery gives may be there all the same: what the patch says of it is known.
///
/// Gives the bounds of this program that kept a patch from being applied, with their places.
pub(super) fn apply(placed: &mut [Placed<'_>]) -> BTreeSet<(Span, String)> {
    let mut beyond = BTreeSet::new();
    // A cluster's own sync sets come before those that select it.
    let mut order: Vec<usize> = (0..placed.len()).filter(|i| !placed[*i].delivery.amendments.is_empty()).collect();
    order.sort_by_key(|i| !matches!(placed[*i].home, Home::Named(_)));
    for index in order {
        let (home, sure) = (placed[index].home.clone(), placed[index].confidence);
        for amendment in placed[index].delivery.amendments.iter() {
            let mut found = false;
            for other in placed.iter_mut().filter(|p| reaches(&home, &p.home)) {
                found |= change(other, amendment, home == Home::Some || sure == Confidence::Low, &mut beyond);
            }
            if !found && matches!(home, Home::Named(_)) {
                add(&mut placed[index], amendment, &mut beyond);
            }
        }
    }
    beyond
}

/// Whether a patch for one home changes what goes to another.
fn reaches(patch: &Home, other: &Home) -> bool {
    match patch {
        Home::Named(_) | Home::Nameless(_) => patch == other || matches!(other, Home::All),
        Home::All | Home::Some => true,
    }
}

/// Patches a delivery's object; whether it has it.
fn change(placed: &mut Placed<'_>, amendment: &Amendment, doubtful: bool, beyond: &mut BTreeSet<(Span, String)>) -> bool {
    let Some(index) = placed.objects.iter().position(|o| amendment.is_for(o)) else { return false };
    // What goes to every cluster is not every cluster's any more.
    let doubtful = doubtful || placed.home == Home::All;
    let mut objects = (*placed.objects).clone();
    if let Some(object) = objects.get_mut(index) {
        let (patched, bound) = amendment.apply(&object.root);
        beyond.extend(bound.map(|words| (amendment.span, words)));
        let root = if doubtful { blurred(&object.root, &patched, amendment) } else { patched };
        if let Some(new) = Object::read(&root) {
            *object = new;
        }
    }
    placed.objects = Arc::new(objects);
    true
}

fn add(placed: &mut Placed<'_>, amendment: &Amendment, beyond: &mut BTreeSet<(Span, String)>) {
    let mut objects = (*placed.objects).clone();
    let (patched, bound) = amendment.apply(&amendment.stub);
    beyond.extend(bound.map(|words| (amendment.span, words)));
    objects.extend(Object::read(&patched));
    placed.objects = Arc::new(objects);
}

/// The tree where both agree, and unknown where they do not.
fn blurred(old: &Node, new: &Node, amendment: &Amendment) -> Node {
    if old.eq_value(new) {
        return old.clone();
    }
    let (Some(a), Some(b)) = (old.as_mapping(), new.as_mapping()) else {
        return Node::opaque("a patch for clusters that are not known may change it", amendment.span);
    };
    let mut merged = a.clone();
    for entry in &mut merged.entries {
        let key = entry.key.text().unwrap_or_default();
        let other = b.entry(key).map(|e| &e.value);
        entry.value = other.map_or_else(
            || Node::opaque("a patch for clusters that are not known may remove it", amendment.span),
            |o| blurred(&entry.value, o, amendment),
        );
    }
    for entry in b.entries.iter().filter(|e| e.key.text().is_some_and(|k| a.entry(k).is_none())) {
        let mut entry = entry.clone();
        entry.value = Node::opaque("a patch for clusters that are not known may add it", amendment.span);
        merged.entries.push(entry);
    }
    old.clone().with_value(crate::yaml::Value::Mapping(merged))
}
