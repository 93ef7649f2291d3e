//! Something more: entries of maps, items of lists, values of keys that have none.

use super::render::{self, Block, Json};
use super::site::{Site, is_flow};
use super::verify::Intent;
use super::{Files, Plan, lines, place, replace};
use crate::finding::Edit;
use crate::source::Span;
use crate::yaml::{Entry, Mapping, Node};
use std::collections::HashSet;

/// A value at a path.
pub(super) fn set(files: &Files<'_>, root: &Node, path: &[String], text: &str) -> Vec<Plan> {
    plans(files, root, path, &|keys| render::value(keys, text), &|entry, value| replace::value(files, entry, value))
}

/// One more item in the list at a path.
pub(super) fn append(files: &Files<'_>, root: &Node, path: &[String], text: &str) -> Vec<Plan> {
    let list = |keys: &[String]| Some(render::nested(keys, render::list(render::value(&[], text)?)));
    plans(files, root, path, &list, &|entry, value| {
        let own = Site::find(files, entry.value.span(), &|n| n.as_sequence().is_some_and(|s| !s.is_empty()) && n.alias().is_none());
        match (own, value.as_sequence().and_then(<[Node]>::first)) {
            (Some(own), Some(item)) if entry.value.alias().is_none() => item_plans(&own, item),
            _ => replace::value(files, entry, value),
        }
    })
}

type MakeValue<'f> = &'f dyn Fn(&[String]) -> Option<Node>;
type AtEntry<'f> = &'f dyn Fn(&Entry, &Node) -> Vec<Plan>;

/// Follows a path as far as it exists. `value` makes what is to stand at the end of the keys that are missing, `there` puts it where the key
/// exists.
fn plans(files: &Files<'_>, root: &Node, path: &[String], value: MakeValue<'_>, there: AtEntry<'_>) -> Vec<Plan> {
    let mut here = root.clone();
    for (depth, key) in path.iter().enumerate() {
        let missing = &path[depth + 1..];
        let Some(mapping) = here.as_mapping().filter(|m| here.alias().is_none() && !m.removed.iter().any(|r| *r.key == **key)) else {
            return Vec::new();
        };
        let Some(entry) = mapping.entry(key) else {
            let Some(value) = value(missing) else { return Vec::new() };
            return owners(files, &here, mapping).iter().flat_map(|own| entry_plans(own, key, &value)).collect();
        };
        if entry.merged {
            return Vec::new();
        }
        let empty = entry.value.is_null() || entry.value.as_mapping().is_some_and(|m| m.entries.is_empty() && m.open.is_none());
        if missing.is_empty() || empty {
            return value(missing).map(|value| there(entry, &value)).unwrap_or_default();
        }
        here = entry.value.clone();
    }
    Vec::new()
}

/// The maps, each in its own file, that make up a map: the one it was written as, then those that added to it, last first.
fn owners<'a>(files: &Files<'a>, node: &Node, mapping: &Mapping) -> Vec<Site<'a>> {
    let keys: HashSet<Span> = mapping.entries.iter().filter(|e| !e.merged && e.key.alias().is_none()).map(|e| e.key.span()).collect();
    let shares = |n: &Node| {
        n.as_mapping()
            .is_some_and(|m| m.entries.iter().any(|e| !e.merged && keys.contains(&e.key.span())) || (keys.is_empty() && m.entries.is_empty()))
    };
    let mut owners: Vec<Site<'a>> = Site::find(files, node.span(), &|n| n.alias().is_none() && shares(n)).into_iter().collect();
    // A key that stands in a map that is known leads to no other one.
    let own_keys = |own: &Site<'_>| own.node.as_mapping().map_or_else(Vec::new, |m| m.entries.iter().map(|e| e.key.span()).collect());
    let mut known: HashSet<Span> = owners.iter().flat_map(own_keys).collect();
    for entry in mapping.entries.iter().rev().filter(|e| !e.merged) {
        if known.contains(&entry.key.span()) {
            continue;
        }
        let is_key = |n: &Node| n.alias().is_none() && n.text().is_some() && n.text() == entry.key.text();
        let Some(map) = Site::find(files, entry.key.span(), &is_key).and_then(|key| key.up()) else { continue };
        if map.node.as_mapping().is_some() && !owners.iter().any(|o| o.node.span() == map.node.span()) {
            known.extend(own_keys(&map));
            owners.push(map);
        }
    }
    owners
}

/// An entry in one map of one file.
fn entry_plans(own: &Site<'_>, key: &str, value: &Node) -> Vec<Plan> {
    let Some(mapping) = own.node.as_mapping().filter(|m| m.open.is_none() && m.entry(key).is_none()) else { return Vec::new() };
    if mapping.entries.is_empty() {
        let value = render::nested(std::slice::from_ref(&key.to_owned()), value.clone());
        let intent = || Intent::Value { at: own.node.span(), value: value.clone() };
        return fill(own, &value).into_iter().map(|edits| Plan::new(edits, intent())).collect();
    }
    let intent = || Intent::Entry { at: own.node.span(), key: key.to_owned(), value: value.clone() };
    if mapping.flow {
        let text = |form: &Json<'_>| match own.json() {
            true => format!("{}:{}{}", render::quoted(key), if form.compact { "" } else { " " }, render::json(value, form)),
            false => format!("{}: {}", render::string(key, true), render::flow(value, true)),
        };
        return flow_edits(own, &parts(&own.node), &text).into_iter().map(|edit| Plan::new(vec![edit], intent())).collect();
    }
    let text = |block: &Block, indent: &str| block.entry(key, value, indent);
    block_edits(own, &parts(&own.node), &text).into_iter().map(|edit| Plan::new(vec![edit], intent())).collect()
}

/// An item at the end of one list.
fn item_plans(own: &Site<'_>, item: &Node) -> Vec<Plan> {
    let intent = || Intent::Item { at: own.node.span(), value: item.clone() };
    let parts = parts(&own.node);
    let edits = if is_flow(&own.node) {
        let text = |form: &Json<'_>| if own.json() { render::json(item, form) } else { render::flow(item, true) };
        flow_edits(own, &parts, &text)
    } else {
        // Items are told apart by their dashes, which stand where the list begins.
        let dash = own.node.span().start as usize;
        let Some((_, end)) = parts.last() else { return Vec::new() };
        let Some(indent) = lines::indent(own.text(), dash) else { return Vec::new() };
        let block = Block::of(own, *end);
        let at = lines::end(own.text(), *end);
        vec![insertion(own, at, format!("{}{indent}{}", block.newline(), block.item(item, &indent)))]
    };
    // The end is the one place that keeps the order.
    edits.into_iter().take(1).map(|edit| Plan::new(vec![edit], intent())).collect()
}

/// Where each entry or item begins and ends, in the order of the text.
pub(super) fn parts(node: &Node) -> Vec<(usize, usize)> {
    let entries = node.as_mapping().map_or(&[][..], |m| &m.entries).iter().filter(|e| !e.merged);
    let entries = entries.map(|e| (place(&e.key).start as usize, place(&e.value).end.max(place(&e.key).end) as usize));
    let items = node.as_sequence().unwrap_or_default().iter().map(|i| (place(i).start as usize, place(i).end as usize));
    let mut parts: Vec<(usize, usize)> = entries.chain(items).collect();
    parts.sort_unstable();
    parts
}

fn insertion(own: &Site<'_>, at: usize, text: String) -> Edit {
    Edit { span: Span::new(own.node.span().file, at, at), text }
}

/// Below the last entry; failing that, below an earlier one, or above the first.
fn block_edits(own: &Site<'_>, parts: &[(usize, usize)], text: &dyn Fn(&Block, &str) -> String) -> Vec<Edit> {
    let below = parts.iter().rev().filter_map(|&(start, end)| {
        let indent = lines::indent(own.text(), start)?;
        let at = lines::end(own.text(), end);
        let block = Block::of(own, end);
        Some(insertion(own, at, format!("{}{indent}{}", block.newline(), text(&block, &indent))))
    });
    let above = parts.first().and_then(|&(start, _)| {
        let indent = lines::indent(own.text(), start)?;
        let block = Block::of(own, start);
        Some(insertion(own, start, format!("{}{}{indent}", text(&block, &indent), block.newline())))
    });
    below.take(MOST_PLACES).chain(above).collect()
}

/// How many places are tried for one entry.
const MOST_PLACES: usize = 4;

/// Behind the last part, on a line of its own if that one has one; failing that, before the first.
fn flow_edits(own: &Site<'_>, parts: &[(usize, usize)], text: &dyn Fn(&Json<'_>) -> String) -> Vec<Edit> {
    let source = own.text();
    let open = own.node.span().start as usize;
    let (Some(&(first, _)), Some(&(last, end))) = (parts.first(), parts.last()) else { return Vec::new() };
    let compact = compact(own);
    let newline = lines::newline(source, open);
    let lead = lines::before(source, last);
    let ordinary = lead.trim().is_empty() && !lines::same(source, open, last);
    if !ordinary {
        let text = text(&Json { lines: None, compact });
        let comma = if compact { "," } else { ", " };
        return vec![insertion(own, end, format!("{comma}{text}")), insertion(own, first, format!("{text}{comma}"))];
    }
    let outer: String = lines::before(source, open).chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    let step = lead.strip_prefix(&outer).filter(|s| !s.is_empty()).unwrap_or("  ").to_owned();
    let text = text(&Json { lines: Some((lead.to_owned(), step, newline)), compact });
    vec![insertion(own, end, format!(",{newline}{lead}{text}")), insertion(own, first, format!("{text},{newline}{lead}"))]
}

/// Whether colons have no blank behind them.
fn compact(own: &Site<'_>) -> bool {
    let colon = |e: &Entry| own.text().get(place(&e.key).end as usize..place(&e.value).start as usize) == Some(":");
    own.brackets().filter_map(Node::as_mapping).find_map(|m| m.entries.first()).is_some_and(colon)
}

/// The first content of an empty list or map, or of a key without a value.
pub(super) fn fill(own: &Site<'_>, value: &Node) -> Vec<Vec<Edit>> {
    let source = own.text();
    let span = own.node.span();
    let (start, end) = (span.start as usize, span.end as usize);
    let mut ways = Vec::new();
    let entry = own.parent().and_then(|o| o.entry.as_ref());
    let key = entry.map(|e| place(&e.key)).filter(|k| !own.in_flow() && k.file == span.file);
    if let Some((key, indent)) = key.and_then(|k| Some((k, lines::indent(source, k.start as usize)?)))
        && !own.json()
    {
        // Below the key; what else stands on its line stays there.
        let block = Block::of(own, end);
        let text = block.value(value, &indent);
        let from = lines::trimmed(source, start, false).max(key.end as usize);
        let stop = lines::end(source, end);
        if text.starts_with(['\n', '\r']) {
            let rest = source.get(end..stop).unwrap_or_default();
            let gone = |to| Edit { span: Span::new(span.file, from, to), text: String::new() };
            ways.push(match rest.trim().is_empty() {
                true => vec![Edit { text, ..gone(stop) }],
                false if from == end => vec![insertion(own, stop, text)],
                false => vec![gone(end), insertion(own, stop, text)],
            });
        }
    }
    let text = if own.json() { json(own, value) } else { render::flow(value, own.in_flow()) };
    let blank = if start == end { " " } else { "" };
    ways.push(vec![Edit { span, text: format!("{blank}{text}") }]);
    // A key of a flow map may have no colon yet.
    if start == end && own.in_flow() {
        ways.push(vec![Edit { span, text: format!(": {text}") }]);
    }
    ways
}

/// A value in JSON on one line, as dense as what is around it.
pub(super) fn json(own: &Site<'_>, value: &Node) -> String {
    render::json(value, &Json { lines: None, compact: compact(own) })
}
