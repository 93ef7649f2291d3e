//! What kustomize's reader makes of scalars: the words and dates it knows, and block scalars at the very end of a text.

use super::edit;
use super::files::Files;
use crate::source::FileId;
use crate::yaml::{self, Dialect, Document, Entry, Mapping, Node, Parsed, Scalar, Style, Value};
use std::borrow::Cow;

/// A parsed text, and how it ends.
pub(super) struct Text<'t> {
    /// What the parser made of it.
    pub(super) parsed: &'t Parsed,
    /// A file's bytes; `None` for a text inside a kustomization, which is trimmed before it is read.
    bytes: Option<Cow<'t, [u8]>>,
}

impl<'t> Text<'t> {
    /// A file's text.
    pub(super) fn file(files: &'t dyn Files, file: FileId) -> Self {
        Self { parsed: files.parsed(file), bytes: Some(files.bytes(file).unwrap_or_default()) }
    }

    /// The text of a scalar.
    pub(super) fn inline(parsed: &'t Parsed) -> Self {
        Self { parsed, bytes: None }
    }

    /// The documents. go-yaml gives a block scalar that ends with the text, without a line break, no line break either.
    pub(super) fn documents(&self) -> impl Iterator<Item = (Cow<'t, Node>, &'t Document)> {
        let documents = &self.parsed.documents;
        documents.iter().enumerate().map(|(n, document)| {
            let root = if n + 1 == documents.len() { self.chopped(document) } else { None };
            (root.map_or(Cow::Borrowed(&document.root), Cow::Owned), document)
        })
    }

    fn chopped(&self, document: &Document) -> Option<Node> {
        let last = last_scalar(&document.root)?;
        let end = last.span().range().end;
        let is_block = last.as_scalar().is_some_and(|s| matches!(s.style, Style::Literal | Style::Folded) && s.text.ends_with('\n'));
        let is_last = match &self.bytes {
            Some(bytes) => bytes.get(end..).is_some_and(|rest| !rest.contains(&b'\n')),
            None => document.comments.iter().all(|c| c.span.range().start < end),
        };
        (is_block && is_last).then(|| with_last(&document.root))
    }
}

/// The scalar that stands last in a tree.
fn last_scalar(node: &Node) -> Option<&Node> {
    match node.value() {
        Value::Scalar(_) => Some(node),
        Value::Sequence(s) => last_scalar(s.items.last()?),
        Value::Mapping(m) => last_scalar(&m.entries.last().filter(|e| !e.merged)?.value),
        Value::Opaque(_) => None,
    }
}

fn with_last(node: &Node) -> Node {
    match node.value() {
        Value::Scalar(_) => node.clone().without_final_break(),
        Value::Sequence(s) => {
            let mut items = s.items.clone();
            items.iter_mut().rev().take(1).for_each(|last| *last = with_last(last));
            edit::with_items(node, items)
        }
        Value::Mapping(_) => edit::with_mapping(node, |m| m.entries.iter_mut().rev().take(1).for_each(|e| e.value = with_last(&e.value))),
        Value::Opaque(_) => node.clone(),
    }
}

/// An object with every scalar meaning to Kubernetes' reader what it means to kustomize: `yes` is a string, a date is a timestamp in
/// full. Nothing is allocated where nothing differs.
pub(super) fn frozen(root: &Node) -> Node {
    let new = freeze(root, true);
    // Annotations are written anew before the object is printed, so their folds are not.
    let Some(entry) = root.entry_at(&["metadata", "annotations"]) else { return new };
    let annotations = freeze(&entry.value, false);
    if new.find(&["metadata", "annotations"]).is_none_or(|n| n.eq_value(&annotations)) {
        return new;
    }
    edit::with_mapping(&new, |m| {
        if let Some(metadata) = m.entries.iter_mut().find(|e| e.key.text() == Some("metadata")) {
            metadata.value = edit::with_mapping(&metadata.value, |m| edit::set_value(m, &entry.key, annotations));
        }
    })
}

fn freeze(node: &Node, folds: bool) -> Node {
    match node.value() {
        Value::Opaque(_) => node.clone(),
        Value::Scalar(scalar) if scalar.style == Style::Folded => match refolded(&scalar.text).filter(|_| folds) {
            Some(text) => edit::in_place(node, Value::Scalar(Scalar { text: text.into(), style: Style::Folded })),
            None => node.clone(),
        },
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
            let items: Vec<Node> = sequence.items.iter().map(|i| freeze(i, folds)).collect();
            let unchanged = items.iter().zip(&sequence.items).all(|(a, b)| a.same(b));
            if unchanged { node.clone() } else { edit::with_items(node, items) }
        }
        Value::Mapping(mapping) => {
            let values: Vec<Node> = mapping.entries.iter().map(|e| freeze(&e.value, folds)).collect();
            if values.iter().zip(&mapping.entries).all(|(v, e)| v.same(&e.value)) {
                return node.clone();
            }
            let entries = mapping.entries.iter().zip(values).map(|(e, value)| Entry { value, ..e.clone() }).collect();
            edit::in_place(node, Value::Mapping(Mapping { entries, ..mapping.clone() }))
        }
    }
}

/// A folded text after go-yaml v3 has written and read it once, which every object goes through: a line break before a line that
/// begins with a space becomes two, and so does one among several at the end. `None` when nothing changes.
fn refolded(text: &str) -> Option<String> {
    let is_spaced = |line: &str| line.starts_with([' ', '\t']);
    let first = text.trim_start_matches('\n');
    if first.is_empty() || is_spaced(first) || !text.contains('\n') {
        return None;
    }
    let lead = text.len() - first.len();
    let mut out = text.get(..lead)?.to_owned();
    let mut rest = first;
    while let Some(end) = rest.find('\n') {
        let (line, after) = rest.split_at(end);
        let next = after.trim_start_matches('\n');
        let breaks = after.len() - next.len();
        let grows = !is_spaced(line) && (is_spaced(next) || next.is_empty() && breaks > 1);
        out.push_str(line);
        out.extend(std::iter::repeat_n('\n', breaks + usize::from(grows)));
        rest = next;
    }
    out.push_str(rest);
    (out != text).then_some(out)
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
        let root = frozen(&parsed.documents[0].root);
        for (key, want) in [("a", "yes"), ("c", "2001-12-14T00:00:00Z"), ("d", "2001-12-14"), ("f", "2001-01-02T03:04:05.5Z")] {
            assert_eq!(root.str_at(&[key]), Some(want), "{key}");
        }
        assert_eq!(root.find(&["b"]).and_then(Node::as_bool), Some(true));
        assert_eq!(root.items_at(&["e"])[0].as_str(), Some("on"));
        assert_eq!(root.items_at(&["e"])[1].as_int(), Some(1));
        let plain = yaml::parse(FileId(0), "a: {b: [x, 1, true]}\n");
        assert!(frozen(&plain.documents[0].root).same(&plain.documents[0].root));
    }

    #[test]
    fn folded_texts_grow_before_indented_lines() {
        // As `kubectl kustomize` prints them.
        assert_eq!(refolded("x\n  y\nz\n").as_deref(), Some("x\n\n  y\nz\n"));
        assert_eq!(refolded("x\n\n  y\n").as_deref(), Some("x\n\n\n  y\n"));
        assert_eq!(refolded("x\n\n").as_deref(), Some("x\n\n\n"));
        for unchanged in ["x\n", "x y", "x\ny\n", "\nx\n", "  x\n   y\n", ""] {
            assert_eq!(refolded(unchanged), None, "{unchanged:?}");
        }
    }

    #[test]
    fn no_dates() {
        for text in ["2001-13-01", "2001-02-30", "20011214", "2001-12-14T10:00", "12:30", "2001-12-14x", "1.2.3-4"] {
            assert_eq!(timestamp(text), None, "{text}");
        }
        assert_eq!(timestamp("2001-12-14t21:59:43.10-05:00").as_deref(), Some("2001-12-14T21:59:43.1-05:00"));
    }
}
