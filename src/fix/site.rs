//! Where a value stands in the file that wrote it.
//!
//! A rendered object is made of nodes of many files. Its maps may hold entries of several of them, its scalars may have been changed on the
//! way. What is edited is therefore looked up again, by its place, in the tree of the file alone; YAML inside scalars is looked into.

use super::{Files, place};
use crate::source::{Source, Span};
use crate::yaml::{Entry, Mapping, Node, Style, Value, parse_value};

/// A node of a file's own tree, with what it stands in.
#[derive(Clone)]
pub(super) struct Site<'a> {
    /// The file.
    pub(super) source: &'a Source,
    /// The node.
    pub(super) node: Node,
    /// What it stands in, outermost first: lists, maps with the entry, scalars whose value is YAML.
    pub(super) outer: Vec<Outer>,
}

/// One level around a node.
#[derive(Clone)]
pub(super) struct Outer {
    /// The list, map or scalar.
    pub(super) node: Node,
    /// The entry, of a map.
    pub(super) entry: Option<Entry>,
}

impl<'a> Site<'a> {
    /// The file's own node at a place that also passes a test.
    pub(super) fn find(files: &Files<'a>, at: Span, is: &dyn Fn(&Node) -> bool) -> Option<Self> {
        let (source, parsed) = files(at.file)?;
        let mut outer = Vec::new();
        let node = parsed.documents.iter().find_map(|d| descend(&d.root, at, is, &mut outer))?;
        Some(Self { source, node, outer })
    }

    /// The file's text.
    pub(super) fn text(&self) -> &'a str {
        &self.source.text
    }

    /// What it stands in directly.
    pub(super) fn parent(&self) -> Option<&Outer> {
        self.outer.last()
    }

    /// The site of what it stands in.
    pub(super) fn up(&self) -> Option<Self> {
        let (last, outer) = self.outer.split_last()?;
        Some(Self { source: self.source, node: last.node.clone(), outer: outer.to_vec() })
    }

    /// Whether it stands between brackets.
    pub(super) fn in_flow(&self) -> bool {
        self.parent().is_some_and(|o| is_flow(&o.node))
    }

    /// Whether text written here must be JSON: the brackets around it hold quoted keys, or the file is called so.
    pub(super) fn json(&self) -> bool {
        let mut maps = self.brackets().filter_map(Node::as_mapping).filter(|m| !m.entries.is_empty());
        let quoted = |m: &Mapping| m.entries.iter().all(|e| e.key.as_scalar().is_some_and(|s| s.style == Style::DoubleQuoted));
        maps.next().map_or_else(|| self.brackets().next().is_some() && self.source.path.ends_with(".json"), quoted)
    }

    /// The lists and maps in brackets that it is or stands in, innermost first.
    pub(super) fn brackets(&self) -> impl Iterator<Item = &Node> {
        let own = std::iter::once(&self.node).filter(|n| is_flow(n));
        own.chain(self.outer.iter().rev().map(|o| &o.node).take_while(|n| is_flow(n)))
    }

    /// The root of the YAML it belongs to: the document, or that of the scalar it is inside.
    pub(super) fn root(&self) -> &Node {
        let after = self.outer.iter().rposition(|o| o.node.as_scalar().is_some()).map_or(0, |i| i + 1);
        self.outer.get(after).map_or(&self.node, |o| &o.node)
    }
}

/// Whether a node is written in brackets.
pub(super) fn is_flow(node: &Node) -> bool {
    match node.value() {
        Value::Mapping(m) => m.flow,
        Value::Sequence(s) => s.flow,
        Value::Scalar(_) | Value::Opaque(_) => false,
    }
}

fn descend(node: &Node, at: Span, is: &dyn Fn(&Node) -> bool, outer: &mut Vec<Outer>) -> Option<Node> {
    let here = place(node);
    if here == at && is(node) {
        return Some(node.clone());
    }
    // What an alias stands for is found where the anchor is.
    if node.alias().is_some() || here.file != at.file || at.start < here.start || here.end < at.end {
        return None;
    }
    let mut below = |child: &Node, entry: Option<&Entry>| {
        outer.push(Outer { node: node.clone(), entry: entry.cloned() });
        let found = descend(child, at, is, outer);
        if found.is_none() {
            outer.pop();
        }
        found
    };
    match node.value() {
        Value::Mapping(m) => m.entries.iter().filter(|e| !e.merged).find_map(|e| below(&e.key, Some(e)).or_else(|| below(&e.value, Some(e)))),
        Value::Sequence(s) => s.items.iter().find_map(|item| below(item, None)),
        // A scalar inside a scalar is the same one again.
        Value::Scalar(_) if here != at => {
            let documents = parse_value(node).documents;
            documents.iter().filter(|d| d.root.as_scalar().is_none()).find_map(|d| below(&d.root, None))
        }
        Value::Scalar(_) | Value::Opaque(_) => None,
    }
}
