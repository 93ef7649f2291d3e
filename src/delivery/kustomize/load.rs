//! Documents to objects: what kustomize reads from a resource file or a strategic-merge patch.

use super::edit;
use super::id::text_at;
use super::log::{Log, ProblemKind};
use super::resource::{Origin, Resource};
use crate::source::Span;
use crate::yaml::{self, Dialect, Document, Entry, Mapping, Node, Parsed, Style, Value};
use std::sync::Arc;

/// The objects of a text, lists opened, in order. What kustomize would refuse is noted; an object without a name is kept, one
/// without a kind is not.
pub(super) fn objects(parsed: &Parsed, dir: &Arc<str>, log: &mut Log) -> Vec<Resource> {
    for problem in &parsed.problems {
        let message = match problem.kind {
            yaml::ProblemKind::DuplicateKey => format!("{}; kustomize refuses a key that stands twice", problem.message),
            yaml::ProblemKind::Refused => problem.message.clone(),
            yaml::ProblemKind::Ignored => {
                log.ineffective(ProblemKind::Malformed, problem.span, problem.message.clone());
                continue;
            }
            yaml::ProblemKind::Syntax | yaml::ProblemKind::Limit => format!("not readable as YAML: {}", problem.message),
        };
        match problem.related {
            Some(related) => log.refuse_related(ProblemKind::Malformed, problem.span, message, related),
            None => log.refuse(ProblemKind::Malformed, problem.span, message),
        }
        if matches!(problem.kind, yaml::ProblemKind::Syntax | yaml::ProblemKind::Limit) {
            log.incomplete.get_or_insert(problem.span);
        }
    }
    let mut found = Vec::new();
    for Document { root, span, .. } in &parsed.documents {
        object(&freeze(root), *span, dir, log, &mut found);
    }
    found
}

fn object(root: &Node, span: Span, dir: &Arc<str>, log: &mut Log, found: &mut Vec<Resource>) {
    let Some(mapping) = root.as_mapping() else {
        if !root.is_null() {
            log.refuse(ProblemKind::Malformed, root.span(), "not a Kubernetes object: a map with apiVersion, kind and metadata is expected");
        }
        return;
    };
    if mapping.entries.is_empty() && mapping.open.is_none() {
        return;
    }
    let kind = text_at(root, &["kind"]);
    if kind.is_empty() && root.at(&["kind"]).found().is_none_or(Node::is_null) && !is_unknown(root, &["kind"]) {
        log.refuse(ProblemKind::Malformed, root.span().at_start(), "the object has no kind");
        return;
    }
    if kind.ends_with("List") {
        if let Some(items) = mapping.entry("items").map(|e| &e.value) {
            if let Some(items) = items.as_sequence() {
                items.iter().for_each(|item| object(item, item.span(), dir, log, found));
                return;
            }
            if items.is_null() {
                return;
            }
        }
    } else if text_at(root, &["metadata", "name"]).is_empty() && !is_unknown(root, &["metadata", "name"]) {
        log.refuse(ProblemKind::Malformed, mapping.entry("kind").map_or(root.span(), Entry::span), format!("the {kind} has no metadata.name"));
    }
    let origin = Origin { span, dir: dir.clone(), generated: false };
    found.push(Resource::new(root.clone(), Arc::new(origin)));
}

fn is_unknown(root: &Node, path: &[&str]) -> bool {
    matches!(root.at(path), yaml::Lookup::Unknown(_))
}

/// The same tree with every scalar meaning to Kubernetes' reader what it means to kustomize: `yes` is a string, a date is
/// a timestamp in full. Nothing is allocated where nothing differs.
pub(super) fn freeze(node: &Node) -> Node {
    match node.value() {
        Value::Opaque(_) => node.clone(),
        Value::Scalar(scalar) => {
            if scalar.style != Style::Plain || node.tag().is_some() {
                return node.clone();
            }
            if let Some(full) = timestamp(&scalar.text) {
                return edit::string(full, node.span());
            }
            let kustomize = scalar.typed(None, Dialect::Kustomize);
            if kustomize != scalar.typed(None, Dialect::Kubernetes) && matches!(kustomize, yaml::Typed::Str(_)) {
                return node.clone().with_tag(edit::STRING_TAG);
            }
            node.clone()
        }
        Value::Sequence(sequence) => {
            let items: Vec<Node> = sequence.items.iter().map(freeze).collect();
            let unchanged = items.iter().zip(&sequence.items).all(|(a, b)| a.same(b));
            if unchanged { node.clone() } else { edit::with_items(node, items) }
        }
        Value::Mapping(mapping) => {
            let values: Vec<Node> = mapping.entries.iter().map(|e| freeze(&e.value)).collect();
            if values.iter().zip(&mapping.entries).all(|(v, e)| v.same(&e.value)) {
                return node.clone();
            }
            let entries = mapping.entries.iter().zip(values).map(|(e, value)| Entry { value, ..e.clone() }).collect();
            edit::in_place(node, Value::Mapping(Mapping { entries, ..mapping.clone() }))
        }
    }
}

/// A bare date as kustomize writes it (go-yaml v3 reads it as a time, JSON prints RFC 3339), or `None` when it is none.
fn timestamp(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || !bytes.iter().take(4).all(u8::is_ascii_digit) || bytes.get(4) != Some(&b'-') {
        return None;
    }
    let (date, rest) = match text.find(['T', 't', ' ']) {
        Some(i) => (text.get(..i)?, Some((bytes.get(i).copied()?, text.get(i + 1..)?))),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, number(parts.next()?, 12)?, number(parts.next()?, 31)?);
    let leap = year.parse::<u32>().ok().is_some_and(|y| y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => 31,
    };
    if parts.next().is_some() || year.len() != 4 || month == 0 || day == 0 || day > days {
        return None;
    }
    let Some((separator, time)) = rest else { return Some(format!("{year}-{month:02}-{day:02}T00:00:00Z")) };
    let zone_at = if separator == b' ' { None } else { Some(time.find(['Z', 'z', '+', '-'])?) };
    let (clock, zone) = zone_at.map_or((time, "Z"), |i| time.split_at(i));
    let (clock, fraction) = clock.split_once('.').map_or((clock, ""), |(c, f)| (c, f));
    let mut units = clock.split(':');
    let (hour, minute, second) = (number(units.next()?, 23)?, number(units.next()?, 59)?, number(units.next()?, 59)?);
    if units.next().is_some() || !fraction.bytes().all(|b| b.is_ascii_digit()) || fraction.len() > 9 {
        return None;
    }
    let zone = match zone {
        "Z" => "Z".to_owned(),
        _ => {
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            if hours.len() != 2 || minutes.len() != 2 {
                return None;
            }
            format!("{}{:02}:{:02}", zone.get(..1)?, number(hours, 23)?, number(minutes, 59)?)
        }
    };
    let zone = if zone == "+00:00" || zone == "-00:00" { "Z".to_owned() } else { zone };
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    Some(format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{dot}{fraction}{zone}"))
}

fn number(text: &str, max: u32) -> Option<u32> {
    if !(1..=2).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|n| *n <= max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn words_and_dates_freeze_as_kustomize_reads_them() {
        let parsed = yaml::parse(FileId(0), "a: yes\nb: true\nc: 2001-12-14\nd: '2001-12-14'\ne: [on, 1]\nf: 2001-1-2 3:4:5.50\n");
        let root = freeze(&parsed.documents[0].root);
        for (key, want) in [("a", "yes"), ("c", "2001-12-14T00:00:00Z"), ("d", "2001-12-14"), ("f", "2001-01-02T03:04:05.5Z")] {
            assert_eq!(root.str_at(&[key]), Some(want), "{key}");
        }
        assert_eq!(root.find(&["b"]).and_then(Node::as_bool), Some(true));
        assert_eq!(root.items_at(&["e"])[0].as_str(), Some("on"));
        assert_eq!(root.items_at(&["e"])[1].as_int(), Some(1));
        let plain = yaml::parse(FileId(0), "a: {b: [x, 1, true]}\n");
        assert!(freeze(&plain.documents[0].root).same(&plain.documents[0].root));
    }

    #[test]
    fn no_dates() {
        for text in ["2001-13-01", "2001-02-30", "20011214", "2001-12-14T10:00", "12:30", "2001-12-14x", "1.2.3-4"] {
            assert_eq!(timestamp(text), None, "{text}");
        }
        assert_eq!(timestamp("2001-12-14t21:59:43.10-05:00").as_deref(), Some("2001-12-14T21:59:43.1-05:00"));
    }
}
