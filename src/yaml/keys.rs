//! The keys of one mapping as they arrive, and what Kubernetes makes of them: duplicates, merge keys, keys that are no strings.

use super::{Entry, Mapping, Node, Opaque, Problem, ProblemKind, Style, Value};
use crate::source::Span;
use std::collections::HashMap;

/// The pairs of an open mapping.
#[derive(Default)]
pub(super) struct Keys {
    key: Option<Node>,
    pairs: Vec<(Node, Node)>,
}

impl Keys {
    /// The next node is a value.
    pub(super) fn awaits_value(&self) -> bool {
        self.key.is_some()
    }

    /// Takes the next key or value.
    pub(super) fn push(&mut self, node: Node) {
        match self.key.take() {
            None => self.key = Some(node),
            Some(key) => self.pairs.push((key, node)),
        }
    }

    /// The mapping, read as go-yaml v2 reads it into a map: one pair after the other, each overwriting what an earlier one or an
    /// earlier merge key wrote. `source` is the text from the mapping's first byte.
    pub(super) fn finish(self, span: Span, flow: bool, source: &str, problems: &mut Vec<Problem>) -> Node {
        if flow && source.starts_with("{{") {
            return Node::opaque("a template expression", span);
        }
        let mut map = Building::default();
        for (key, value) in self.pairs {
            if is_merge(&key) {
                map.merge(&key, &value, problems);
            } else if key.text().is_some() {
                if key.is_null() {
                    refused(problems, &key, "a key is null, and Kubernetes refuses a document with such a key");
                }
                map.insert(Entry { key, value, merged: false }, problems);
            } else {
                map.complex(&key, problems);
            }
        }
        let Building { slots, open, .. } = map;
        let entries = slots.into_iter().flatten().collect();
        Node::new(Value::Mapping(Mapping { entries, flow, open, removed: Vec::new() }), span)
    }
}

/// A bare `<<`; a quoted one is a key like any other.
fn is_merge(key: &Node) -> bool {
    key.alias().is_none()
        && key.as_scalar().is_some_and(|s| &*s.text == "<<")
        && match key.tag() {
            None => key.as_scalar().is_some_and(|s| s.style == Style::Plain),
            Some(tag) => tag == "tag:yaml.org,2002:merge",
        }
}

fn refused(problems: &mut Vec<Problem>, node: &Node, message: &str) {
    let span = node.alias().unwrap_or(node.span());
    problems.push(Problem { kind: ProblemKind::Refused, span, message: message.to_owned(), related: None });
}

/// Maps up to this size are searched, larger ones indexed.
const SMALL: usize = 16;

/// A mapping under construction. A key that is written again leaves its slot and takes the next one.
#[derive(Default)]
struct Building {
    slots: Vec<Option<Entry>>,
    index: HashMap<Box<str>, usize>,
    open: Option<Opaque>,
}

impl Building {
    fn find(&self, key: &str) -> Option<usize> {
        if self.slots.len() <= SMALL {
            return self.slots.iter().position(|e| e.as_ref().and_then(|e| e.key.text()) == Some(key));
        }
        self.index.get(key).copied()
    }

    fn insert(&mut self, entry: Entry, problems: &mut Vec<Problem>) {
        let Some(text) = entry.key.text() else { return };
        let earlier = self.find(text).and_then(|i| self.slots[i].take());
        if let Some(first) = earlier.filter(|e| !e.merged && !entry.merged) {
            problems.push(Problem {
                kind: ProblemKind::DuplicateKey,
                span: entry.key.span(),
                message: format!("the key {text:?} stands twice in one map; Kubernetes silently keeps the last"),
                related: Some(first.key.span()),
            });
        }
        if self.slots.len() == SMALL {
            let texts = self.slots.iter().enumerate().filter_map(|(i, e)| Some((e.as_ref()?.key.text()?.into(), i)));
            self.index = texts.collect();
        }
        if self.slots.len() >= SMALL {
            self.index.insert(text.into(), self.slots.len());
        }
        self.slots.push(Some(entry));
    }

    /// Takes in what a merge key brings: a map, or a list of maps of which the earlier win over the later.
    fn merge(&mut self, key: &Node, value: &Node, problems: &mut Vec<Problem>) {
        match value.value() {
            Value::Sequence(list) => {
                for map in list.items.iter().rev() {
                    self.merge_map(key, map, problems);
                }
            }
            _ => self.merge_map(key, value, problems),
        }
    }

    fn merge_map(&mut self, key: &Node, map: &Node, problems: &mut Vec<Problem>) {
        match map.value() {
            Value::Mapping(map) => {
                for entry in &map.entries {
                    self.insert(Entry { merged: true, ..entry.clone() }, problems);
                }
                self.open = self.open.take().or_else(|| map.open.clone());
            }
            Value::Opaque(opaque) => self.open = Some(opaque.clone()),
            _ => refused(problems, key, "a merge key (`<<`) takes a map or a list of maps; Kubernetes refuses anything else"),
        }
    }

    /// A list or a map as a key. What the key would be cannot be known, so any key may be there.
    fn complex(&mut self, key: &Node, problems: &mut Vec<Problem>) {
        if let Value::Opaque(opaque) = key.value() {
            self.open = Some(opaque.clone());
            return;
        }
        refused(problems, key, "a key is a list or a map, and Kubernetes refuses a document with such a key");
        self.open = Some(Opaque { reason: "a key that is a list or a map".into(), span: key.span() });
    }
}
