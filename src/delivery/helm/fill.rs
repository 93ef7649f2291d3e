//! The tree of a rendered template: stand-ins give way to values, and what depends on something unknown is unknown.

use super::expression::Value;
use super::render::{Blanked, Unsure};
use crate::source::{FileId, Span};
use crate::yaml::{self, Entry, Mapping, Node, Opaque, Scalar, Sequence, Style, Value as Tree};
use std::ops::Range;

/// Why a value of a template is not known.
const UNKNOWN: &str = "a template writes it";

/// The tree with everything put in.
pub(super) fn fill(node: &Node, blanked: &Blanked) -> Node {
    let here = node.span().range();
    match node.value() {
        Tree::Opaque(_) => node.clone(),
        Tree::Scalar(scalar) => value(node, scalar, blanked),
        Tree::Sequence(sequence) => {
            let loose = |item: &Node| {
                let at = item.span().range();
                blanked.items.contains(&at) || unsure(blanked, at.start, &here).is_some()
            };
            if sequence.items.iter().any(loose) {
                return unknown(node.span());
            }
            let items = sequence.items.iter().map(|item| fill(item, blanked)).collect();
            node.clone().with_value(Tree::Sequence(Sequence { items, ..sequence.clone() }))
        }
        Tree::Mapping(mapping) => map(node, mapping, blanked),
    }
}

fn map(node: &Node, mapping: &Mapping, blanked: &Blanked) -> Node {
    let here = node.span().range();
    let mut filled = Mapping { entries: Vec::new(), ..mapping.clone() };
    for entry in &mapping.entries {
        let key = entry.key.span().range();
        if let Some((_, value)) = blanked.lines.iter().find(|(range, _)| *range == key) {
            match value {
                Value::Yaml(tree) => match tree.value() {
                    Tree::Mapping(inner) => {
                        inner.entries.iter().for_each(|e| put(&mut filled, e.clone()));
                        filled.open = filled.open.or_else(|| inner.open.clone());
                    }
                    Tree::Sequence(_) if mapping.entries.len() == 1 => return tree.clone(),
                    _ => open(&mut filled, entry.key.span()),
                },
                _ => open(&mut filled, entry.key.span()),
            }
        } else if blanked.actions.iter().any(|a| overlap(a, &key)) {
            open(&mut filled, entry.key.span());
        } else if let Some(condition) = unsure(blanked, key.start, &here) {
            if condition.or_else {
                open(&mut filled, condition.at);
            }
            let value = Node::opaque("a condition of the template decides whether it is there", condition.at);
            put(&mut filled, Entry { value, ..entry.clone() });
        } else {
            put(&mut filled, Entry { value: fill(&entry.value, blanked), ..entry.clone() });
        }
    }
    node.clone().with_value(Tree::Mapping(filled))
}

/// Adds an entry; a key that is there already makes its value unknown.
fn put(mapping: &mut Mapping, entry: Entry) {
    match mapping.entries.iter_mut().find(|e| e.key.text() == entry.key.text()) {
        Some(known) => known.value = unknown(entry.key.span()),
        None => mapping.entries.push(entry),
    }
}

fn open(mapping: &mut Mapping, span: Span) {
    mapping.open.get_or_insert_with(|| Opaque { reason: UNKNOWN.into(), span });
}

fn unknown(span: Span) -> Node {
    Node::opaque(UNKNOWN, span)
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// The condition that a place inside a node depends on and the node itself does not.
fn unsure<'b>(blanked: &'b Blanked, place: usize, node: &Range<usize>) -> Option<&'b Unsure> {
    blanked.unsure.iter().find(|u| u.range.contains(&place) && !(u.range.start <= node.start && node.end <= u.range.end))
}

fn value(node: &Node, scalar: &Scalar, blanked: &Blanked) -> Node {
    let here = node.span().range();
    let prints: Vec<&(Range<usize>, Value)> = blanked.prints.iter().filter(|(range, _)| overlap(range, &here)).collect();
    if prints.is_empty() {
        let block = matches!(scalar.style, Style::Literal | Style::Folded);
        let touched = blanked.actions.iter().any(|a| overlap(a, &here)) || blanked.lines.iter().any(|(l, _)| overlap(l, &here));
        return if block && touched { unknown(node.span()) } else { node.clone() };
    }
    if let ([(range, value)], Style::Plain) = (prints.as_slice(), scalar.style)
        && *range == here
    {
        return match value {
            Value::Yaml(tree) => tree.clone(),
            Value::Quoted(inner) => match value.printed() {
                Some((text, _)) => Node::scalar(text.trim_matches('"'), Style::DoubleQuoted, inner.span()),
                None => unknown(node.span()),
            },
            _ => value.printed().and_then(|(text, at)| plain(&text, at.unwrap_or(node.span()))).unwrap_or_else(|| unknown(node.span())),
        };
    }
    composed(node, scalar, &prints, blanked).unwrap_or_else(|| unknown(node.span()))
}

/// A bare text as a value, unless it is more than one.
fn plain(text: &str, at: Span) -> Option<Node> {
    if text.is_empty() {
        return Some(Node::scalar("", Style::Plain, at));
    }
    let parsed = yaml::parse(FileId(0), &format!("x: {text}\n"));
    let [document] = parsed.documents.as_slice() else { return None };
    let scalar = document.root.find(&["x"])?.as_scalar().filter(|s| parsed.problems.is_empty() && s.style == Style::Plain && *s.text == *text)?;
    Some(Node::scalar(scalar.text.clone(), Style::Plain, at))
}

/// A text of which parts are printed.
fn composed(node: &Node, scalar: &Scalar, prints: &[&(Range<usize>, Value)], blanked: &Blanked) -> Option<Node> {
    let here = node.span().range();
    let edge = match scalar.style {
        Style::Plain => 0,
        Style::SingleQuoted | Style::DoubleQuoted => 1,
        Style::Literal | Style::Folded => return None,
    };
    let inner = here.start + edge..here.end.checked_sub(edge)?;
    if blanked.text.get(inner.clone())?.contains(['\\', '\'', '"', '\n']) {
        return None;
    }
    let (mut text, mut at) = (String::new(), inner.start);
    for (range, value) in prints {
        if matches!(value, Value::Quoted(_)) {
            return None;
        }
        text.push_str(blanked.text.get(at..range.start)?);
        text.push_str(&value.printed()?.0);
        at = range.end;
    }
    text.push_str(blanked.text.get(at..inner.end)?);
    // A quoted value that is one reference is written where the reference leads.
    let owner = match prints {
        [(range, value)] if *range == inner => value.printed()?.1.unwrap_or(node.span()),
        _ => node.span(),
    };
    if edge == 0 { plain(&text, owner) } else { Some(Node::scalar(text, Style::DoubleQuoted, owner)) }
}
