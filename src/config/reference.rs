//! The table of the configuration's keys as the reference in the book.

use super::keys::ROOT;
use super::shape::{Map, Shape};
use std::fmt::Write as _;

/// A Markdown table of all keys, those of maps below their map.
#[must_use]
pub fn reference_markdown() -> String {
    let mut out = "| key | value | without it | what it says |\n|---|---|---|---|\n".to_owned();
    rows(&ROOT, "", &mut out);
    out
}

fn rows(map: &Map, above: &str, out: &mut String) {
    for key in map.keys {
        let path = format!("{above}{}", key.name);
        let without = if key.required { "required" } else { key.default };
        let _ = writeln!(out, "| `{path}` | {} | {without} | {} |", key.shape.words(), key.doc);
        if let Some((inner, list)) = inner(&key.shape) {
            rows(inner, &format!("{path}{}.", if list { "[]" } else { "" }), out);
        }
    }
}

/// The map that a shape is or lists.
fn inner(shape: &Shape) -> Option<(&'static Map, bool)> {
    match shape {
        Shape::Map(map) => Some((map, false)),
        Shape::List { of, .. } => inner(of).map(|(map, _)| (map, true)),
        Shape::Either(_, other) => inner(other),
        Shape::Text | Shape::Word(_) | Shape::Choice(_) | Shape::Rule | Shape::Rules(_) => None,
    }
}
