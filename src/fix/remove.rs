//! Something less: entries, items, comments.

use super::insert::parts;
use super::site::{Site, is_flow};
use super::verify::Intent;
use super::{Files, Plan, lines, place};
use crate::finding::Edit;
use crate::source::Span;
use crate::yaml::Node;

/// An entry of a map.
pub(super) fn entry(files: &Files<'_>, mapping: &Node, key: &str) -> Vec<Plan> {
    let entry = mapping.as_mapping().filter(|_| mapping.alias().is_none()).and_then(|m| m.entry(key)).filter(|e| !e.merged);
    let Some(entry) = entry else { return Vec::new() };
    let own = Site::find(files, place(&entry.key), &|n| n.text().is_some() && n.text() == entry.key.text());
    own.map(|own| part(&own)).unwrap_or_default()
}

/// An item of a list.
pub(super) fn item(files: &Files<'_>, item: &Node) -> Vec<Plan> {
    let own = Site::find(files, place(item), &|n| place(n) == place(item) && n.text() == item.text());
    own.filter(|own| own.parent().is_some_and(|o| o.node.as_sequence().is_some())).map(|own| part(&own)).unwrap_or_default()
}

/// The part of a list or map that a key or item begins.
fn part(own: &Site<'_>) -> Vec<Plan> {
    let Some(container) = own.up() else { return Vec::new() };
    let start = place(&own.node).start as usize;
    let parts = parts(&container.node);
    let Some(index) = parts.iter().position(|p| p.0 == start) else { return Vec::new() };
    let ways = if is_flow(&container.node) { flow(&container, &parts, index) } else { block(&container, &parts, index) };
    let intent = || Intent::Gone { at: place(&own.node) };
    ways.into_iter().map(|edits| Plan::new(edits, intent())).collect()
}

fn cut(file: Span, from: usize, to: usize) -> Edit {
    Edit { span: Span::new(file.file, from, to.max(from)), text: String::new() }
}

fn flow(container: &Site<'_>, parts: &[(usize, usize)], index: usize) -> Vec<Vec<Edit>> {
    let (source, span) = (container.text(), container.node.span());
    let Some(&(start, end)) = parts.get(index) else { return Vec::new() };
    let before = index.checked_sub(1).and_then(|i| parts.get(i));
    match (parts.get(index + 1), before) {
        (Some(&(next, _)), _) => {
            let between = source.get(end..next).unwrap_or_default();
            // A comment behind the comma belongs to what follows, unless it stands on the same line.
            let comma = between.find(',').map_or(next, |i| end + i + 1);
            if between.contains('#') { vec![vec![cut(span, start, comma)]] } else { vec![vec![cut(span, start, next)]] }
        }
        (None, Some(&(_, previous))) => vec![vec![cut(span, previous, end)]],
        (None, None) => vec![vec![cut(span, span.start as usize + 1, span.end.max(1) as usize - 1)], vec![cut(span, start, end)]],
    }
}

fn block(container: &Site<'_>, parts: &[(usize, usize)], index: usize) -> Vec<Vec<Edit>> {
    let (source, span) = (container.text(), container.node.span());
    let Some(&(content, end)) = parts.get(index) else { return Vec::new() };
    let map = container.node.as_mapping().is_some();
    let start = if map { Some(content) } else { dash(source, content) };
    let Some(start) = start else { return Vec::new() };
    let mut ways = Vec::new();
    if lines::before(source, start).trim_matches(' ').is_empty() {
        ways.push(vec![whole_lines(source, span, start, end)]);
    }
    if let Some(&(next, _)) = parts.get(index + 1) {
        let next = if map { Some(next) } else { dash(source, next) };
        let blank = |next: &usize| source.get(end..*next).is_some_and(|t| t.trim().is_empty());
        ways.extend(next.filter(blank).map(|next| vec![cut(span, start, next)]));
    }
    if parts.len() > 1 {
        // The dash of the list that holds the map stays, and so does a comment.
        ways.push(vec![cut(span, lines::trimmed(source, start, false), end)]);
        return ways;
    }
    ways.extend(emptied(container, start, end));
    ways
}

/// The dash of the item whose content begins at `content`.
fn dash(source: &str, content: usize) -> Option<usize> {
    let end = lines::trimmed(source, content, true);
    source.get(..end)?.ends_with('-').then(|| end - 1)
}

/// The lines from `start` to `end`, with a comment behind and one line break.
fn whole_lines(source: &str, file: Span, start: usize, end: usize) -> Edit {
    let (from, to) = (lines::start(source, start), lines::next(source, end));
    let last = lines::end(source, end) == source.len();
    let above = source.get(..from).map_or(from, |t| t.strip_suffix("\r\n").or_else(|| t.strip_suffix(['\n', '\r'])).unwrap_or(t).len());
    cut(file, if last { above } else { from }, to)
}

/// `{}` or `[]` in the place of the only part.
fn emptied(container: &Site<'_>, start: usize, end: usize) -> Vec<Vec<Edit>> {
    let (source, span) = (container.text(), container.node.span());
    let empty = if container.node.as_mapping().is_some() { "{}" } else { "[]" };
    let key = container.parent().and_then(|o| o.entry.as_ref()).map(|e| place(&e.key)).filter(|k| k.file == span.file);
    let mut ways = Vec::new();
    if let Some(colon) = key.and_then(|k| Some(k.end as usize + source.get(k.end as usize..)?.find(':')? + 1)) {
        let gap = source.get(colon..start).unwrap_or_default();
        if gap.trim().is_empty() {
            ways.push(vec![Edit { text: format!(" {empty}"), ..cut(span, colon, end) }]);
        } else {
            let insert = Edit { text: format!(" {empty}"), ..cut(span, colon, colon) };
            ways.push(vec![insert, whole_lines(source, span, start, end)]);
        }
    }
    ways.push(vec![Edit { text: empty.to_owned(), ..cut(span, start, end) }]);
    ways
}

/// Another text for a comment, or none.
pub(super) fn comment(files: &Files<'_>, span: Span, text: Option<&str>) -> Vec<Plan> {
    let Some((source, _)) = files(span.file) else { return Vec::new() };
    let source = &source.text;
    let intent = Intent::Comment { at: span, text: text.map(str::to_owned) };
    if text.is_some_and(|t| !t.starts_with('#') || t.contains(['\n', '\r'])) || !lines::under(source, span).starts_with('#') {
        return Vec::new();
    }
    let start = span.start as usize;
    let edit = match text {
        Some(text) => Edit { span, text: text.to_owned() },
        None if lines::before(source, start).trim().is_empty() => whole_lines(source, span, start, span.end as usize),
        None => cut(span, lines::trimmed(source, start, false), span.end as usize),
    };
    vec![Plan::new(vec![edit], intent)]
}
