//! What changes make of a tree, without any text: what a rule would see after a fix.

use super::Change;
use crate::source::{FileId, Span};
use crate::yaml::{Entry, Mapping, Node, Sequence, Style, Value, parse};

/// The tree after the changes; `None` when none of them is about it. Changes to anything else, comments included, are passed over.
#[must_use]
pub fn changed(root: &Node, changes: &[Change]) -> Option<Node> {
    let after = rebuilt(root, changes);
    (!after.same(root)).then_some(after)
}

fn rebuilt(node: &Node, changes: &[Change]) -> Node {
    let mut result = match node.value() {
        Value::Mapping(mapping) => {
            let gone =
                |e: &Entry| changes.iter().any(|c| matches!(c, Change::Remove { mapping, key } if mapping.same(node) && e.key.text() == Some(key)));
            let kept = mapping.entries.iter().filter(|e| !gone(e));
            let entries: Vec<Entry> = kept.map(|e| Entry { key: named(e, changes), value: rebuilt(&e.value, changes), merged: e.merged }).collect();
            let same = entries.len() == mapping.entries.len()
                && entries.iter().zip(&mapping.entries).all(|(a, b)| a.key.same(&b.key) && a.value.same(&b.value));
            if same { node.clone() } else { node.clone().with_value(Value::Mapping(Mapping { entries, ..mapping.clone() })) }
        }
        Value::Sequence(sequence) => {
            let gone = |i: &Node| changes.iter().any(|c| matches!(c, Change::RemoveItem { item } if item.same(i)));
            let items: Vec<Node> = sequence.items.iter().filter(|i| !gone(i)).map(|i| rebuilt(i, changes)).collect();
            let same = items.len() == sequence.items.len() && items.iter().zip(&sequence.items).all(|(a, b)| a.same(b));
            if same { node.clone() } else { node.clone().with_value(Value::Sequence(Sequence { items, ..sequence.clone() })) }
        }
        Value::Scalar(_) | Value::Opaque(_) => node.clone(),
    };
    for change in changes {
        match change {
            Change::Replace { node: old, text } if old.same(node) => {
                // A string stays one.
                let style = if old.as_str().is_some() { Style::SingleQuoted } else { Style::Plain };
                result = Node::scalar(text.as_str(), style, node.span());
            }
            Change::Set { root, path, value } if root.same(node) => result = set(&result, path, &|_| read(value)).unwrap_or(result),
            Change::Append { root, path, value } if root.same(node) => {
                let longer = |old: Option<&Node>| {
                    let mut items = old.and_then(Node::as_sequence).unwrap_or_default().to_vec();
                    items.push(read(value)?);
                    Some(Node::sequence(items, nowhere()))
                };
                result = set(&result, path, &longer).unwrap_or(result);
            }
            _ => {}
        }
    }
    result
}

/// The key of an entry, which may get another name.
fn named(entry: &Entry, changes: &[Change]) -> Node {
    let renamed = changes.iter().find_map(|c| match c {
        Change::Rename { entry: old, key } if old.key.same(&entry.key) => Some(Node::scalar(key.as_str(), Style::Plain, entry.key.span())),
        _ => None,
    });
    renamed.unwrap_or_else(|| entry.key.clone())
}

/// The tree with another value at a path, made from the one there; the maps on the way are made where they are missing.
fn set(node: &Node, path: &[String], value: &dyn Fn(Option<&Node>) -> Option<Node>) -> Option<Node> {
    let Some((key, rest)) = path.split_first() else { return value(Some(node)) };
    let mut mapping = node.as_mapping().cloned().unwrap_or_default();
    match mapping.entries.iter_mut().find(|e| e.key.text() == Some(key)) {
        Some(entry) => entry.value = set(&entry.value, rest, value)?,
        None => {
            let inner = if rest.is_empty() { value(None)? } else { set(&Node::mapping(Vec::new(), nowhere()), rest, value)? };
            mapping.entries.push(Entry { key: Node::scalar(key.as_str(), Style::Plain, nowhere()), value: inner, merged: false });
        }
    }
    Some(node.clone().with_value(Value::Mapping(mapping)))
}

fn read(value: &str) -> Option<Node> {
    Some(parse(nowhere().file, value).documents.first()?.root.clone())
}

/// What a change brings stands in no file.
fn nowhere() -> Span {
    Span::new(FileId(u32::MAX), 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Dialect;

    fn tree(text: &str) -> Node {
        parse(FileId(0), text).documents[0].root.clone()
    }

    fn keys(path: &str) -> Vec<String> {
        path.split(' ').map(str::to_owned).collect()
    }

    #[track_caller]
    fn becomes(root: &Node, changes: &[Change], expected: &str) {
        let after = changed(root, changes).expect("a change");
        assert_eq!(after.to_json(Dialect::Kubernetes), tree(expected).to_json(Dialect::Kubernetes));
    }

    #[test]
    fn every_kind_of_change() {
        let root = tree("spec: {a: 'x', b: false, l: [{n: 1}, {n: 2}], m: {k: 1, o: 2}}");
        let at = |path: &[&str]| root.find(path).expect("a value").clone();
        let entry = root.entry_at(&["spec", "m", "k"]).expect("an entry").clone();
        becomes(
            &root,
            &[Change::Replace { node: at(&["spec", "a"]), text: "true".to_owned() }],
            "spec: {a: 'true', b: false, l: [{n: 1}, {n: 2}], m: {k: 1, o: 2}}",
        );
        becomes(
            &root,
            &[Change::Replace { node: at(&["spec", "b"]), text: "true".to_owned() }],
            "spec: {a: x, b: true, l: [{n: 1}, {n: 2}], m: {k: 1, o: 2}}",
        );
        let set = Change::Set { root: root.clone(), path: keys("spec w x"), value: "[1]".to_owned() };
        let remove = Change::Remove { mapping: at(&["spec"]), key: "m".to_owned() };
        becomes(&root, &[remove, set], "spec: {a: x, b: false, l: [{n: 1}, {n: 2}], w: {x: [1]}}");
        let append = Change::Append { root: root.clone(), path: keys("spec l"), value: "{n: 3}".to_owned() };
        let item = Change::RemoveItem { item: root.items_at(&["spec", "l"])[0].clone() };
        becomes(&root, &[item, append], "spec: {a: x, b: false, l: [{n: 2}, {n: 3}], m: {k: 1, o: 2}}");
        becomes(&root, &[Change::Rename { entry, key: "z".to_owned() }], "spec: {a: x, b: false, l: [{n: 1}, {n: 2}], m: {z: 1, o: 2}}");
    }

    #[test]
    fn another_tree_is_none_of_its_business() {
        let (root, other) = (tree("a: 1"), tree("a: 1"));
        assert!(changed(&root, &[Change::Set { root: other, path: keys("a"), value: "2".to_owned() }]).is_none());
    }
}
