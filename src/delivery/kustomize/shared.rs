//! A label or annotation that a transformer set in several places is one node there in the original, so that whoever changes one of them in
//! place changes all, until a JSON patch writes the object anew and parts them.

use super::edit;
use super::resource::Resource;
use crate::yaml::{Entry, Node, Value};
use std::collections::HashMap;

/// What took the places of values of a tree.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Values and what was written over each in one of its places.
    pub(super) written: Vec<(Node, Node)>,
    /// Values that were only quoted.
    pub(super) quoted: Vec<(Node, Node)>,
}

/// Whether a value was not written with the object itself, so that an earlier transformer set it.
fn is_foreign(value: &Node, resource: &Resource) -> bool {
    !resource.origin.span.contains(value.span())
}

/// The object's tree with values of its own wherever one node may stand in several places.
pub(super) fn parted(resource: &Resource) -> Node {
    edit::with_scalars(&resource.root, &|node, _| is_foreign(node, resource).then(|| edit::in_place(node, node.value().clone())))
}

/// The tree with every foreign value that was changed in one place changed wherever it stands. Where several places were changed, the last
/// counts, in the order in which the original walks: keys by the alphabet.
pub(super) fn spread(tree: &Node, changes: &Changes, resource: &Resource) -> Node {
    let foreign = |(old, new): &&(Node, Node)| !old.same(new) && is_foreign(old, resource);
    let pair = |(old, new): &(Node, Node)| (new.address(), old.address());
    let mut news: HashMap<usize, usize> = changes.written.iter().filter(foreign).map(pair).collect();
    let mut last = HashMap::new();
    find_last(tree, &news, &mut last);
    for (old, new) in changes.quoted.iter().filter(foreign) {
        news.insert(new.address(), old.address());
        last.entry(old.address()).or_insert(new);
    }
    if news.is_empty() {
        return tree.clone();
    }
    edit::with_scalars(tree, &|node, _| {
        let at = node.address();
        last.get(news.get(&at).unwrap_or(&at)).map(|n| (*n).clone())
    })
}

fn find_last<'n>(tree: &'n Node, news: &HashMap<usize, usize>, last: &mut HashMap<usize, &'n Node>) {
    if news.is_empty() {
        return;
    }
    match tree.value() {
        Value::Scalar(_) => {
            if let Some(old) = news.get(&tree.address()) {
                last.insert(*old, tree);
            }
        }
        Value::Opaque(_) => {}
        Value::Sequence(sequence) => sequence.items.iter().for_each(|i| find_last(i, news, last)),
        Value::Mapping(mapping) => {
            let mut entries: Vec<&Entry> = mapping.entries.iter().collect();
            entries.sort_by_key(|e| e.key.text());
            entries.into_iter().for_each(|e| find_last(&e.value, news, last));
        }
    }
}
