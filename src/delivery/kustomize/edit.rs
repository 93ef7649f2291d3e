//! Building changed trees out of unchanged nodes.

use super::dates::timestamp;
use crate::source::Span;
use crate::yaml::{Dialect, Entry, Lookup, Mapping, Node, Removal, RemovedItem, Scalar, Sequence, Style, Typed, UNTYPED, Value};

/// The resolved tag of strings.
pub(super) const STRING_TAG: &str = "tag:yaml.org,2002:str";

/// A node of this value in the place of another.
pub(super) fn in_place(of: &Node, value: Value) -> Node {
    if of.alias().is_none() && !of.is_anchored() && of.tag().is_none() { Node::new(value, of.span()) } else { of.clone().with_value(value) }
}

/// The same map after a change; a node that is no map is returned as it is.
pub(super) fn with_mapping(node: &Node, change: impl FnOnce(&mut Mapping)) -> Node {
    let Some(mapping) = node.as_mapping() else { return node.clone() };
    let mut mapping = mapping.clone();
    change(&mut mapping);
    in_place(node, Value::Mapping(mapping))
}

/// The same list with other items.
pub(super) fn with_items(node: &Node, items: Vec<Node>) -> Node {
    let (flow, removed) = match node.value() {
        Value::Sequence(old) => (old.flow, old.removed.clone()),
        _ => (false, Vec::new()),
    };
    in_place(node, Value::Sequence(Sequence { items, flow, removed }))
}

/// The same list without one item; it remembers who took it out.
pub(super) fn without_item(node: &Node, index: usize, by: Span) -> Node {
    let Value::Sequence(old) = node.value() else { return node.clone() };
    let mut sequence = old.clone();
    if index < sequence.items.len() {
        let item = sequence.items.remove(index);
        sequence.removed.push(RemovedItem { item, by });
    }
    in_place(node, Value::Sequence(sequence))
}

/// Sets a key. A new value brings the key of the place that wrote it; an unwritten removal is forgotten.
pub(super) fn set(mapping: &mut Mapping, key: &Node, value: Node) {
    let Some(name) = key.text() else { return };
    mapping.removed.retain(|r| &*r.key != name);
    match mapping.entries.iter_mut().find(|e| e.key.text() == Some(name)) {
        Some(entry) => *entry = Entry { key: key.clone(), value, merged: false },
        None => mapping.entries.push(Entry { key: key.clone(), value, merged: false }),
    }
}

/// Sets the value of a key and leaves the key where it was written.
pub(super) fn set_value(mapping: &mut Mapping, key: &Node, value: Node) {
    let name = key.text();
    match mapping.entries.iter_mut().find(|e| e.key.text() == name) {
        Some(entry) => entry.value = value,
        None => set(mapping, key, value),
    }
}

/// Removes a key and remembers who did.
pub(super) fn remove(mapping: &mut Mapping, key: &str, by: Span) {
    let was = mapping.entry(key).map(|e| e.value.clone());
    mapping.entries.retain(|e| e.key.text() != Some(key));
    if (was.is_some() || mapping.open.is_some()) && !mapping.removed.iter().any(|r| &*r.key == key) {
        mapping.removed.push(Removal { key: key.into(), was, by });
    }
}

/// A plain scalar that is a string whatever its text.
pub(super) fn string(text: impl Into<Box<str>>, span: Span) -> Node {
    let node = Node::scalar(text, Style::Plain, span);
    if node.as_str().is_some_and(|t| timestamp(t).is_none()) { node } else { node.with_tag(STRING_TAG) }
}

/// A name or an image in the style of the one whose place it takes. Nothing says that it is a string, so a bare `12` is a number from then on.
pub(super) fn renamed(style: Style, text: &str, span: Span) -> Node {
    let node = Node::scalar(text, style, span);
    let is_string = |dialect| node.as_scalar().is_some_and(|s| matches!(s.typed(None, dialect), Typed::Str(_)));
    match style {
        Style::Plain if is_string(Dialect::Kustomize) && !is_string(Dialect::Kubernetes) => node.with_tag(STRING_TAG),
        Style::Plain => node.with_tag(UNTYPED),
        _ => node,
    }
}

/// A string in a field that is new: kyaml quotes it when a YAML 1.1 reader would take the bare text for something else.
pub(super) fn new_string(text: impl Into<Box<str>>, span: Span) -> Node {
    quoted_word(string(text, span))
}

/// A bare string, quoted when a YAML 1.1 reader would take it for something else; what kyaml does to every string it sets.
pub(super) fn quoted_word(node: Node) -> Node {
    match node.as_scalar() {
        Some(scalar) if scalar.style == Style::Plain && node.tag() == Some(STRING_TAG) => {
            let word = !matches!(scalar.typed(None, Dialect::Kubernetes), Typed::Str(_) | Typed::Null) || is_null_word(&scalar.text);
            if word { Node::scalar(scalar.text.clone(), Style::DoubleQuoted, node.span()) } else { node }
        }
        _ => node,
    }
}

fn is_null_word(text: &str) -> bool {
    matches!(text, "~" | "null" | "Null" | "NULL")
}

/// Whether a string cannot stand bare, whatever type its text would have.
pub(super) fn needs_quotes(text: &str) -> bool {
    let marks = |c: char| "-?:".contains(c) && text.chars().nth(1).is_none_or(char::is_whitespace);
    let starts = text.chars().next().is_none_or(|c| ",[]{}#&*!|>'\"%@`".contains(c) || c.is_whitespace() || marks(c));
    starts
        || text.ends_with(char::is_whitespace)
        || text.ends_with(':')
        || text.contains(": ")
        || text.contains(" #")
        || text.contains(char::is_control)
}

/// The same text as a string, unless it already is one. A date stays as it is written.
pub(super) fn as_string(node: &Node) -> Node {
    match node.as_scalar() {
        Some(scalar) if scalar.style == Style::Plain && node.tag() != Some(STRING_TAG) && timestamp(&scalar.text).is_some() => {
            node.clone().with_tag(STRING_TAG)
        }
        Some(_) if node.as_str().is_some() => node.clone(),
        Some(scalar) => new_string(scalar.text.clone(), node.span()),
        None => string("", node.span()),
    }
}

/// A scalar with another text, styled and tagged as before.
pub(super) fn with_text(node: &Node, text: impl Into<Box<str>>, span: Span) -> Node {
    let style = node.as_scalar().map_or(Style::Plain, |s| s.style);
    let fresh = Node::new(Value::Scalar(Scalar { text: text.into(), style }), span);
    match node.tag() {
        Some(tag) => fresh.with_tag(tag),
        None => fresh,
    }
}

/// The node with other items or values; the same node where none is another one.
pub(super) fn with_children(node: &Node, mut change: impl FnMut(&Node) -> Node) -> Node {
    match node.value() {
        Value::Scalar(_) | Value::Opaque(_) => node.clone(),
        Value::Sequence(sequence) => {
            let items: Vec<Node> = sequence.items.iter().map(change).collect();
            let same = items.iter().zip(&sequence.items).all(|(a, b)| a.same(b));
            if same { node.clone() } else { with_items(node, items) }
        }
        Value::Mapping(mapping) => {
            let values: Vec<Node> = mapping.entries.iter().map(|e| change(&e.value)).collect();
            if values.iter().zip(&mapping.entries).all(|(v, e)| v.same(&e.value)) {
                return node.clone();
            }
            with_mapping(node, |m| m.entries.iter_mut().zip(values).for_each(|(e, v)| e.value = v))
        }
    }
}

/// The tree with some of its scalars changed: those that `change` gives another value for.
pub(super) fn with_scalars(tree: &Node, change: &dyn Fn(&Node, &Scalar) -> Option<Node>) -> Node {
    match tree.as_scalar() {
        Some(scalar) => change(tree, scalar).unwrap_or_else(|| tree.clone()),
        None => with_children(tree, |n| with_scalars(n, change)),
    }
}

/// The tree with another value at the end of a path whose keys are all there.
pub(super) fn with_value_at(tree: &Node, path: &[&str], new: Node) -> Node {
    let Some((key, rest)) = path.split_first() else { return new };
    with_mapping(tree, |m| {
        if let Some(entry) = m.entries.iter_mut().find(|e| e.key.text() == Some(key)) {
            entry.value = with_value_at(&entry.value, rest, new);
        }
    })
}

/// An empty map that further keys may belong to, when `open`, else an empty map.
pub(super) fn empty_mapping(span: Span, open: Option<crate::yaml::Opaque>) -> Node {
    Node::new(Value::Mapping(Mapping { open, ..Mapping::default() }), span)
}

/// The object with annotations, if only empty ones.
pub(super) fn with_annotations(root: &Node) -> Node {
    if !matches!(root.at(&["metadata"]), Lookup::Found(_)) || !matches!(root.at(&["metadata", "annotations"]), Lookup::Absent) {
        return root.clone();
    }
    with_mapping(root, |m| {
        if let Some(entry) = m.entries.iter_mut().find(|e| e.key.text() == Some("metadata")) {
            let span = entry.key.span();
            let empty = empty_mapping(span, None);
            entry.value = with_mapping(&entry.value, |m| set(m, &Node::scalar("annotations", Style::Plain, span), empty));
        }
    })
}
