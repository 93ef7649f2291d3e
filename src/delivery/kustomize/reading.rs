//! What kustomize's reader makes of scalars: the words and dates it knows, folded texts, and block scalars at the very end of
//! a text.

use super::dates;
use super::edit;
use super::files::Files;
use crate::source::{FileId, Span};
use crate::yaml::{self, Dialect, Document, Entry, Mapping, Node, Parsed, Scalar, Style, UNTYPED, Value};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};

/// A parsed text, and how it ends.
pub(super) struct Text<'t> {
    /// What the parser made of it.
    pub(super) parsed: &'t Parsed,
    end: End<'t>,
}

/// Where a text ends.
enum End<'t> {
    /// With the file of these bytes.
    File(Cow<'t, [u8]>),
    /// With a scalar of a kustomization, whose text is trimmed before it is read.
    Trimmed,
    /// The same, untrimmed, with or without a line break.
    Scalar { breaks: bool },
}

impl<'t> Text<'t> {
    /// A file's text.
    pub(super) fn file(files: &'t dyn Files, file: FileId) -> Self {
        Self { parsed: files.parsed(file), end: End::File(files.bytes(file).unwrap_or_default()) }
    }

    /// The text of a scalar, which `patches` trim and others do not.
    pub(super) fn inline(parsed: &'t Parsed, text: &str, trims: bool) -> Self {
        // Behind the mark of a document's end no text of it goes on.
        let marked = text.trim_end().rsplit('\n').next().is_some_and(|line| line.starts_with("..."));
        Self { parsed, end: if trims && !marked { End::Trimmed } else { End::Scalar { breaks: marked || text.ends_with('\n') } } }
    }

    /// Whether kustomize, which cuts texts at their `---` lines, sees one document only.
    pub(super) fn is_single(&self) -> bool {
        match &self.end {
            End::File(bytes) => memchr::memmem::find(bytes, b"\n---").is_none(),
            End::Trimmed | End::Scalar { .. } => self.parsed.documents.len() == 1,
        }
    }

    /// The line of a directive (`%YAML`) before the first document. Kustomize cuts a text at its `---` lines before it reads the parts, so
    /// that the directive stands alone.
    pub(super) fn directive(&self) -> Option<usize> {
        let End::File(bytes) = &self.end else { return None };
        let mut at = 0;
        for line in bytes.split_inclusive(|b| *b == b'\n') {
            match line.trim_ascii_end() {
                [] | [b'#', ..] => at += line.len(),
                [b'%', ..] => return Some(at),
                _ => return None,
            }
        }
        None
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
        let is_block = last.as_scalar().is_some_and(|s| matches!(s.style, Style::Literal | Style::Folded) && s.text.ends_with(['\n', ' ', '\t']));
        let is_last = match &self.end {
            End::File(bytes) => bytes.get(end..).is_some_and(|rest| !rest.contains(&b'\n') && !rest.starts_with(b"...")),
            End::Scalar { breaks: true } => false,
            End::Trimmed | End::Scalar { breaks: false } => document.comments.iter().all(|c| c.span.range().start < end),
        };
        let trims = matches!(self.end, End::Trimmed);
        (is_block && is_last).then(|| with_last(&document.root, trims))
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

fn with_last(node: &Node, trims: bool) -> Node {
    match node.value() {
        Value::Scalar(scalar) => {
            let text = if trims { scalar.text.trim_end() } else { scalar.text.strip_suffix('\n').unwrap_or(&scalar.text) };
            node.with_shorter_text(text)
        }
        Value::Sequence(s) => {
            let mut items = s.items.clone();
            items.iter_mut().rev().take(1).for_each(|last| *last = with_last(last, trims));
            edit::with_items(node, items)
        }
        Value::Mapping(_) => edit::with_mapping(node, |m| m.entries.iter_mut().rev().take(1).for_each(|e| e.value = with_last(&e.value, trims))),
        Value::Opaque(_) => node.clone(),
    }
}

/// An object with every scalar meaning to Kubernetes' reader what it means to kustomize: `yes` is a string. Nothing is
/// allocated where nothing differs.
pub(super) fn frozen(root: &Node) -> Frozen {
    let notes = Notes::default();
    let new = freeze(root, true, &notes);
    // Annotations are written anew before the object is printed, so their folds are not.
    let annotations = root.entry_at(&["metadata", "annotations"]).map(|entry| freeze(&entry.value, false, &Notes::default()));
    for value in root.entries_at(&["metadata", "annotations"]).iter().map(|e| e.value.span()) {
        notes.bad_keys.borrow_mut().retain(|k| k.start < value.start || k.end > value.end);
    }
    let differ = |a: &Node| new.find(&["metadata", "annotations"]).is_some_and(|n| !n.eq_value(a));
    match annotations.filter(differ) {
        Some(annotations) => Frozen::new(edit::with_value_at(&new, &["metadata", "annotations"], annotations), notes),
        None => Frozen::new(new, notes),
    }
}

/// What [`frozen`] makes of an object.
pub(super) struct Frozen {
    pub(super) root: Node,
    /// It has bare dates, which stay as they are until the end: a patch over a quoted string takes their text.
    pub(super) dates: bool,
    /// It has values that are not there (`{a: }`), which matters between braces or brackets.
    pub(super) gaps: bool,
    /// Its keys that are no strings.
    pub(super) bad_keys: Vec<Span>,
}

impl Frozen {
    fn new(root: Node, notes: Notes) -> Self {
        Self { root, dates: notes.dates.get(), gaps: notes.gaps.get(), bad_keys: notes.bad_keys.into_inner() }
    }
}

/// What is met on the way.
#[derive(Default)]
struct Notes {
    dates: Cell<bool>,
    gaps: Cell<bool>,
    bad_keys: RefCell<Vec<Span>>,
}

/// The tree with its bare dates written in full, as strings.
pub(super) fn with_full_dates(root: &Node) -> Node {
    edit::with_scalars(root, &|node, scalar| bare_date(node, scalar).map(|full| edit::string(full, node.span())))
}

/// The tree with its bare dates as strings, as the reader of JSON patches takes them.
pub(super) fn with_literal_dates(root: &Node) -> Node {
    edit::with_scalars(root, &|node, scalar| bare_date(node, scalar).map(|_| node.clone().with_tag(edit::STRING_TAG)))
}

/// A bare date in full.
fn bare_date(node: &Node, scalar: &Scalar) -> Option<String> {
    if scalar.style == Style::Plain && node.tag().is_none() { dates::timestamp(&scalar.text) } else { None }
}

/// The tree with its folded texts as they were written, and folded no more.
pub(super) fn with_unfolded(root: &Node) -> Node {
    let literal = |node: &Node, text: String| edit::in_place(node, Value::Scalar(Scalar { text: text.into(), style: Style::Literal }));
    edit::with_scalars(root, &|node, scalar| (scalar.style == Style::Folded).then(|| literal(node, unfolded(&scalar.text))))
}

/// The tree with its strings quoted, as JSON has them.
pub(super) fn quoted(root: &Node) -> Node {
    let text = |scalar: &Scalar| if scalar.style == Style::Folded { unfolded(&scalar.text).into() } else { scalar.text.clone() };
    edit::with_scalars(root, &|node, scalar| {
        let bare = matches!(scalar.style, Style::Plain | Style::Folded) && node.as_str().is_some() && bare_date(node, scalar).is_none();
        bare.then(|| Node::scalar(text(scalar), Style::DoubleQuoted, node.span()))
    })
}

fn freeze(node: &Node, folds: bool, notes: &Notes) -> Node {
    match node.value() {
        Value::Opaque(_) => node.clone(),
        Value::Scalar(scalar) if scalar.style == Style::Folded => match refolded(&scalar.text).filter(|_| folds) {
            Some(text) => edit::in_place(node, Value::Scalar(Scalar { text: text.into(), style: Style::Folded })),
            None => node.clone(),
        },
        Value::Scalar(scalar) => {
            notes.gaps.set(notes.gaps.get() || is_gap(node));
            if scalar.style != Style::Plain || node.tag().is_some() {
                return node.clone();
            }
            if dates::timestamp(&scalar.text).is_some() {
                notes.dates.set(true);
                return node.clone();
            }
            let kustomize = scalar.typed(None, Dialect::Kustomize);
            if kustomize != scalar.typed(None, Dialect::Kubernetes) && matches!(kustomize, yaml::Typed::Str(_)) {
                return node.clone().with_tag(edit::STRING_TAG);
            }
            node.clone()
        }
        Value::Sequence(sequence) => {
            let items: Vec<Node> = sequence.items.iter().map(|i| freeze(i, folds, notes)).collect();
            let unchanged = items.iter().zip(&sequence.items).all(|(a, b)| a.same(b));
            if unchanged { node.clone() } else { edit::with_items(node, items) }
        }
        Value::Mapping(mapping) => {
            let pairs: Vec<(Node, Node)> = mapping.entries.iter().map(|e| (frozen_key(&e.key, notes), freeze(&e.value, folds, notes))).collect();
            if pairs.iter().zip(&mapping.entries).all(|((k, v), e)| k.same(&e.key) && v.same(&e.value)) {
                return node.clone();
            }
            let entries = mapping.entries.iter().zip(pairs).map(|(e, (key, value))| Entry { key, value, merged: e.merged }).collect();
            edit::in_place(node, Value::Mapping(Mapping { entries, ..mapping.clone() }))
        }
    }
}

/// Whether a value is not there.
pub(super) fn is_gap(node: &Node) -> bool {
    node.tag().is_none_or(|t| t == UNTYPED) && node.as_scalar().is_some_and(|s| s.style == Style::Plain && s.text.is_empty())
}

/// The tree with what is not there between braces or brackets as empty strings, which is what go-yaml writes in its place.
pub(super) fn without_gaps(node: &Node) -> Node {
    filled(node, false)
}

/// `flow` is whether it stands between braces or brackets, in which everything does that is in them.
fn filled(node: &Node, flow: bool) -> Node {
    let own = match node.value() {
        Value::Scalar(_) if flow && is_gap(node) => return Node::scalar("", Style::SingleQuoted, node.span()),
        Value::Scalar(_) | Value::Opaque(_) => false,
        Value::Sequence(sequence) => sequence.flow,
        Value::Mapping(mapping) => mapping.flow,
    };
    edit::with_children(node, |n| filled(n, flow || own))
}

fn frozen_key(key: &Node, notes: &Notes) -> Node {
    let Some(scalar) = key.as_scalar() else { return key.clone() };
    if !matches!(scalar.typed(key.tag(), Dialect::Kustomize), yaml::Typed::Str(_)) {
        notes.bad_keys.borrow_mut().push(key.span());
    } else if key.as_str().is_none() {
        return key.clone().with_tag(edit::STRING_TAG);
    }
    key.clone()
}

/// A folded text after go-yaml v3 has written and read it once, which every object goes through: a line break before a line that
/// begins with a space becomes two, and so does one among several at the end. `None` when nothing changes.
fn refolded(text: &str) -> Option<String> {
    rebroken(text, &|breaks, ends| if !ends || breaks > 1 { breaks + 1 } else { breaks })
}

/// The text that [`refolded`] was given.
pub(super) fn unfolded(text: &str) -> String {
    rebroken(text, &|breaks, ends| if ends && breaks < 3 { breaks } else { breaks - 1 }).unwrap_or_else(|| text.to_owned())
}

/// A text with other numbers of line breaks before lines that begin with a space, and at the end.
fn rebroken(text: &str, breaks_for: &dyn Fn(usize, bool) -> usize) -> Option<String> {
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
        let changes = !is_spaced(line) && (is_spaced(next) || next.is_empty());
        out.push_str(line);
        out.extend(std::iter::repeat_n('\n', if changes { breaks_for(breaks, next.is_empty()) } else { breaks }));
        rest = next;
    }
    out.push_str(rest);
    (out != text).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn words_and_dates_freeze_as_kustomize_reads_them() {
        let parsed = yaml::parse(FileId(0), "a: yes\nb: true\nc: 2001-12-14\nd: '2001-12-14'\ne: [on, 1]\nf: 2001-1-2 3:4:5.50\n");
        let frozen_root = frozen(&parsed.documents[0].root);
        assert!(frozen_root.dates);
        let root = with_full_dates(&frozen_root.root);
        for (key, want) in [("a", "yes"), ("c", "2001-12-14T00:00:00Z"), ("d", "2001-12-14"), ("f", "2001-01-02T03:04:05.5Z")] {
            assert_eq!(root.str_at(&[key]), Some(want), "{key}");
        }
        assert_eq!(root.find(&["b"]).and_then(Node::as_bool), Some(true));
        assert_eq!(root.items_at(&["e"])[0].as_str(), Some("on"));
        assert_eq!(root.items_at(&["e"])[1].as_int(), Some(1));
        let plain = yaml::parse(FileId(0), "a: {b: [x, 1, true]}\n");
        assert!(frozen(&plain.documents[0].root).root.same(&plain.documents[0].root));
    }

    #[test]
    fn folded_texts_grow_before_indented_lines() {
        // As `kubectl kustomize` prints them.
        assert_eq!(refolded("x\n  y\nz\n").as_deref(), Some("x\n\n  y\nz\n"));
        assert_eq!(refolded("x\n\n  y\n").as_deref(), Some("x\n\n\n  y\n"));
        assert_eq!(refolded("x\n\n").as_deref(), Some("x\n\n\n"));
        for text in ["x\n  y\nz\n", "x\n\n  y\n", "x\n\n", "x\ny\n"] {
            assert_eq!(unfolded(&refolded(text).unwrap_or_else(|| text.to_owned())), text);
        }
        for unchanged in ["x\n", "x y", "x\ny\n", "\nx\n", "  x\n   y\n", ""] {
            assert_eq!(refolded(unchanged), None, "{unchanged:?}");
        }
    }
}
