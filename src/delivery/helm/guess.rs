//! A template that does more than is understood, read literal line by literal line: nothing it says is certain.

use crate::manifest::{self, Object};
use crate::source::{FileId, Span};
use crate::yaml::{self, Mapping, Node, Opaque, Sequence, Value};

/// The objects of a template, with every map open: conditions may add and drop keys.
pub(super) fn literal(id: FileId, text: &str) -> Vec<Object> {
    let blanked = blank_control_lines(text);
    let parsed = yaml::parse(id, &blanked);
    let opaque = |span| Opaque { reason: "a template may change it".into(), span };
    parsed.documents.iter().map(|d| opened(&d.root, &opaque)).flat_map(|root| manifest::objects(&root)).collect()
}

/// The text with lines that hold nothing but template code blanked, byte for byte.
pub(in crate::delivery) fn blank_control_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let body = line.trim();
        if body.starts_with("{{") && body.ends_with("}}") || body.starts_with("{%") {
            let end = line.trim_end_matches(['\n', '\r']).len();
            out.push_str(&" ".repeat(end));
            out.push_str(&line[end..]);
        } else {
            out.push_str(line);
        }
    }
    out
}

fn opened(node: &Node, opaque: &dyn Fn(Span) -> Opaque) -> Node {
    match node.value() {
        Value::Mapping(mapping) => {
            let entries = mapping.entries.iter().map(|e| yaml::Entry { value: opened(&e.value, opaque), ..e.clone() }).collect();
            let open = Some(opaque(node.span()));
            node.clone().with_value(Value::Mapping(Mapping { entries, open, ..mapping.clone() }))
        }
        Value::Sequence(sequence) => {
            let items = sequence.items.iter().map(|i| opened(i, opaque)).collect();
            node.clone().with_value(Value::Sequence(Sequence { items, ..sequence.clone() }))
        }
        // An omitted value below which a template line stood is whatever that line makes of it.
        Value::Scalar(s) if s.text.is_empty() => Node::opaque("a template writes it", node.span()),
        _ => node.clone(),
    }
}
