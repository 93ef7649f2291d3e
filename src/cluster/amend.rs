//! Patches for what a cluster already has, as Hive's sync sets carry them.

use super::place::{Home, Placed};
use crate::delivery::{Amendment, veiled};
use crate::finding::Confidence;
use crate::manifest::Object;
use crate::operator::hyperconverged::HyperConverged;
use crate::source::Span;
use crate::yaml::{Node, Opaque};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// How many objects the patches of sync sets may be held against, all together.
const MAX_HELD: usize = 2_000_000;

/// Applies every delivery's patches to the objects of the clusters it goes to. Patches for clusters that nobody can tell make what they would
/// change unknown, wherever it is. An object that no delivery gives may be there all the same: what the patch says of it is known.
///
/// Gives the bounds of this program that kept a patch from being applied, with their places.
pub(super) fn apply(placed: &mut [Placed<'_>]) -> BTreeSet<(Span, String)> {
    let mut beyond = BTreeSet::new();
    // A cluster's own sync sets come before those that select it.
    let mut order: Vec<usize> = (0..placed.len()).filter(|i| !placed[*i].delivery.amendments.is_empty()).collect();
    order.sort_by_key(|i| !matches!(placed[*i].home, Home::Named(_)));
    let mut by_home: HashMap<Home, Vec<usize>> = HashMap::new();
    for (index, p) in placed.iter().enumerate() {
        by_home.entry(p.home.clone()).or_default().push(index);
    }
    let (mut held, mut units) = (0, Units::new());
    for index in order {
        let (home, sure) = (placed[index].home.clone(), placed[index].confidence);
        let doubtful = home == Home::Some || sure == Confidence::Low;
        let everywhere = matches!(home, Home::All | Home::Some);
        let homes = [Some(&home), Some(&Home::All)].into_iter().flatten();
        let mut reached: Vec<usize> = match everywhere {
            true => (0..placed.len()).collect(),
            false => homes.filter_map(|home| by_home.get(home)).flatten().copied().collect(),
        };
        reached.sort_unstable();
        for amendment in placed[index].delivery.amendments.iter() {
            let mut found = false;
            for other in reached.iter().copied() {
                held += 1 + placed[other].objects.len();
                if held > MAX_HELD {
                    let words = format!("the patches of sync sets are held against more than {MAX_HELD} objects; what the rest change is unknown");
                    beyond.insert((amendment.span, words));
                    hide(placed, amendment.span);
                    return beyond;
                }
                found |= change(&mut placed[other], amendment, doubtful, &mut units, &mut beyond);
            }
            if !found && matches!(home, Home::Named(_)) {
                add(&mut placed[index], amendment, &mut beyond);
            }
        }
    }
    beyond
}

/// After patches that nobody knows what they do: of every HyperConverged no more is known than that it is there.
fn hide(placed: &mut [Placed<'_>], by: Span) {
    let unknown = Opaque { reason: "the patches of sync sets are too many to be applied".into(), span: by };
    let mut known: HashMap<usize, Arc<Vec<Object>>> = HashMap::new();
    for p in placed.iter_mut().filter(|p| p.objects.iter().any(|o| HyperConverged::read(o).is_some())) {
        let hidden = |o: &Object| if HyperConverged::read(o).is_some() { Object::read(&veiled(&o.root, &unknown)) } else { Some(o.clone()) };
        let objects = Arc::clone(&p.objects);
        p.objects = Arc::clone(known.entry(Arc::as_ptr(&objects) as usize).or_insert_with(|| Arc::new(objects.iter().filter_map(hidden).collect())));
    }
}

/// What a unit, by its address, becomes through a patch, by its place, with whether it goes to clusters that are not known. Units are kept, so that
/// their addresses are nobody else's.
type Units = HashMap<(usize, Span, bool), (Arc<Vec<Object>>, Arc<Vec<Object>>)>;

/// Patches a delivery's object; whether it has it.
fn change(placed: &mut Placed<'_>, amendment: &Amendment, doubtful: bool, units: &mut Units, beyond: &mut BTreeSet<(Span, String)>) -> bool {
    let Some(index) = placed.objects.iter().position(|o| amendment.is_for(o)) else { return false };
    // What goes to every cluster is not every cluster's any more.
    let doubtful = doubtful || placed.home == Home::All;
    let key = (Arc::as_ptr(&placed.objects) as usize, amendment.span, doubtful);
    if let Some((_, patched)) = units.get(&key) {
        placed.objects = Arc::clone(patched);
        return true;
    }
    let mut objects = (*placed.objects).clone();
    if let Some(object) = objects.get_mut(index) {
        let (patched, bound) = amendment.apply(&object.root);
        beyond.extend(bound.map(|words| (amendment.span, words)));
        let root = if doubtful { blurred(&object.root, &patched, amendment) } else { patched };
        if let Some(new) = Object::read(&root) {
            *object = new;
        }
    }
    let objects = Arc::new(objects);
    units.insert(key, (Arc::clone(&placed.objects), Arc::clone(&objects)));
    placed.objects = objects;
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
