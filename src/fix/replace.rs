//! Something else in the place of a scalar, a key, or a value that is empty.

use super::render;
use super::site::Site;
use super::verify::Intent;
use super::{Files, Plan, insert, place};
use crate::finding::Edit;
use crate::yaml::{Entry, Node, Style, Typed};

/// Another text for a scalar.
pub(super) fn text(files: &Files<'_>, node: &Node, text: &str) -> Vec<Plan> {
    let Some(own) = scalar_site(files, node) else { return Vec::new() };
    // What is a boolean, a number or nothing may become another such word; a string stays one.
    let is_word = |v: &Node| v.as_scalar().is_some_and(|s| s.style == Style::Plain) && !matches!(v.typed(), Some(Typed::Str(_)));
    let word = is_word(&own.node) && render::value(&[], text).is_some_and(|v| is_word(&v) && v.text() == Some(text));
    let fresh = if word { text.to_owned() } else { string(&own, text) };
    let intent = Intent::Text { at: place(&own.node), text: text.to_owned(), string: !word };
    scalar(&own, text, fresh, intent)
}

fn string(own: &Site<'_>, text: &str) -> String {
    if own.json() { render::quoted(text) } else { render::string(text, own.in_flow()) }
}

/// Another name for a key.
pub(super) fn key(files: &Files<'_>, key: &Node, text: &str) -> Vec<Plan> {
    let Some(own) = scalar_site(files, key).filter(|own| own.node.alias().is_none()) else { return Vec::new() };
    let taken = own.parent().and_then(|o| o.node.as_mapping()).is_none_or(|m| m.entry(text).is_some());
    if taken {
        return Vec::new();
    }
    let fresh = string(&own, text);
    let intent = Intent::Text { at: own.node.span(), text: text.to_owned(), string: true };
    scalar(&own, text, fresh, intent)
}

/// A scalar as its own file has it.
fn scalar_site<'a>(files: &Files<'a>, node: &Node) -> Option<Site<'a>> {
    Site::find(files, place(node), &|own| own.as_scalar().is_some() && own.text() == node.text())
}

/// A value in the place of an entry's.
pub(super) fn value(files: &Files<'_>, entry: &Entry, value: &Node) -> Vec<Plan> {
    let same = |own: &Node| place(own) == place(&entry.value) && own.text() == entry.value.text();
    let Some(own) = Site::find(files, place(&entry.value), &same) else { return Vec::new() };
    if own.node.eq_value(value) {
        return vec![Plan { edits: Vec::new(), intent: None }];
    }
    let intent = || Intent::Value { at: place(&own.node), value: value.clone() };
    let content = own.node.as_mapping().is_some_and(|m| !m.entries.is_empty() || m.open.is_some() || !entry_is_empty(entry));
    let items = own.node.as_sequence().is_some_and(|s| !s.is_empty());
    let aliased = own.node.alias().is_some();
    if content || items || (aliased && own.node.as_scalar().is_none()) {
        return Vec::new();
    }
    if !aliased && (own.node.is_null() || own.node.as_scalar().is_none()) {
        return insert::fill(&own, value).into_iter().map(|edits| Plan::new(edits, intent())).collect();
    }
    let fresh = if own.json() { insert::json(&own, value) } else { render::flow(value, own.in_flow()) };
    scalar(&own, value.as_str().unwrap_or_default(), fresh, intent())
}

fn entry_is_empty(entry: &Entry) -> bool {
    entry.value.as_mapping().is_some_and(|m| m.entries.is_empty() && m.open.is_none())
}

/// The edit of a scalar: `fresh` as it stands, or `text` in the quotes the scalar has if both are strings.
fn scalar(own: &Site<'_>, text: &str, fresh: String, intent: Intent) -> Vec<Plan> {
    let Some(scalar) = own.node.as_scalar() else { return Vec::new() };
    let span = place(&own.node);
    let source = super::lines::under(own.text(), span);
    let string = render::value(&[], &fresh).is_some_and(|v| v.as_str() == Some(text)) && own.node.alias().is_none();
    let simple = !text.contains(char::is_control);
    let fresh = match scalar.style {
        Style::SingleQuoted if string && simple => format!("'{}'", text.replace('\'', "''")),
        Style::DoubleQuoted if string => render::quoted(text),
        // The comment behind a block scalar's header would be lost.
        Style::Literal | Style::Folded if source.lines().next().is_some_and(|l| l.contains('#')) => return Vec::new(),
        _ => fresh,
    };
    // An omitted value is an empty span right behind its key's colon.
    let fresh = if span.start == span.end { format!(" {fresh}") } else { fresh };
    if fresh == source {
        return vec![Plan { edits: Vec::new(), intent: None }];
    }
    vec![Plan::new(vec![Edit { span, text: fresh }], intent)]
}
