//! A second reader of YAML, granit-parser, and the comparison of its answer with ours: structure, extents, comments.
//!
//! Shared by `tests/yaml_spans.rs` and `examples/yaml_crosscheck.rs`.

use granit_parser::{Event, Parser, Placement, ScalarStyle, Span, StructureStyle, options};
use hco_lint::source::FileId;
use hco_lint::yaml::{Entry, Node, Parsed, ProblemKind, Style, Value, parse};
use std::ops::Range;

/// A node as granit reports it.
#[derive(Debug)]
struct Item {
    kind: Kind,
    span: Range<usize>,
    tag: Option<String>,
    anchored: bool,
}

#[derive(Debug)]
enum Kind {
    Scalar(String, Style),
    Alias,
    Sequence(Vec<Item>, bool),
    Mapping(Vec<(Item, Item)>, bool),
}

/// A document as granit reports it: its root, and its comments with whether each has a line of its own.
struct Doc {
    root: Item,
    comments: Vec<(Range<usize>, bool)>,
}

/// What came of a comparison.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Both read it and agree; so many documents.
    Agree(usize),
    /// Both read it and differ.
    Differ(String),
    /// Neither reads it.
    BothRefuse,
    /// Only we refuse it.
    OnlyWeRefuse(String),
    /// Only granit refuses it.
    OnlyGranitRefuses(String),
}

/// Reads a text with both and compares.
pub(crate) fn compare(text: &str) -> Verdict {
    let ours = parse(FileId(0), text);
    let refused = ours.problems.iter().find(|p| matches!(p.kind, ProblemKind::Syntax | ProblemKind::Ignored | ProblemKind::Limit));
    match (refused, granit(text)) {
        (Some(_), Err(_)) => Verdict::BothRefuse,
        (Some(problem), Ok(_)) => Verdict::OnlyWeRefuse(format!("{} at {}", problem.message, problem.span.start)),
        (None, Err(error)) => Verdict::OnlyGranitRefuses(error),
        (None, Ok(theirs)) => match documents(text, &ours, &theirs) {
            Ok(()) => Verdict::Agree(theirs.len()),
            Err(difference) => Verdict::Differ(difference),
        },
    }
}

/// An open collection and its finished children, keys and values in turn.
struct Open {
    flow: bool,
    mapping: bool,
    start: usize,
    tag: Option<String>,
    anchored: bool,
    children: Vec<Item>,
}

/// The documents of a text, those without a node left out.
fn granit(text: &str) -> Result<Vec<Doc>, String> {
    // By default more than 96 comment lines before a nested collection are an error.
    let options = options! { max_buffered_comment_events: usize::MAX };
    // A byte order mark is no part of granit's offsets.
    let base = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut docs: Vec<Doc> = Vec::new();
    let mut comments = Vec::new();
    let mut stack: Vec<Open> = Vec::new();
    let mut root = None;
    for event in Parser::new_from_str_with_options(&text[base..], options) {
        let (event, span) = event.map_err(|e| format!("{e:?}"))?;
        let span = bytes(&span, base);
        let item = match event {
            Event::Comment(_, placement) => {
                comments.push((span, placement != Placement::Right));
                continue;
            }
            Event::Scalar(value, style, anchor, tag) => {
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted => Style::SingleQuoted,
                    ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                };
                // An omitted value is reported as `~` without extent.
                let value = if span.is_empty() && style == Style::Plain { String::new() } else { value.into_owned() };
                Item { kind: Kind::Scalar(value, style), span, tag: tag.map(|t| full(&t)), anchored: anchor > 0 }
            }
            Event::Alias(_) => Item { kind: Kind::Alias, span, tag: None, anchored: false },
            Event::SequenceStart(style, anchor, tag) => {
                let (flow, tag) = (style == StructureStyle::Flow, tag.map(|t| full(&t)));
                stack.push(Open { flow, mapping: false, start: span.start, tag, anchored: anchor > 0, children: Vec::new() });
                continue;
            }
            Event::MappingStart(style, anchor, tag) => {
                let (flow, tag) = (style == StructureStyle::Flow, tag.map(|t| full(&t)));
                stack.push(Open { flow, mapping: true, start: span.start, tag, anchored: anchor > 0, children: Vec::new() });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let open = stack.pop().ok_or("unbalanced")?;
                let kind = if open.mapping {
                    let mut pairs = Vec::new();
                    let mut children = open.children.into_iter();
                    while let (Some(key), Some(value)) = (children.next(), children.next()) {
                        pairs.push((key, value));
                    }
                    Kind::Mapping(pairs, open.flow)
                } else {
                    Kind::Sequence(open.children, open.flow)
                };
                Item { kind, span: open.start..span.end, tag: open.tag, anchored: open.anchored }
            }
            Event::DocumentEnd => {
                if let Some(root) = root.take() {
                    docs.push(Doc { root, comments: std::mem::take(&mut comments) });
                }
                continue;
            }
            Event::StreamEnd => {
                if let Some(last) = docs.last_mut() {
                    last.comments.append(&mut comments);
                }
                continue;
            }
            _ => continue,
        };
        match stack.last_mut() {
            Some(open) => open.children.push(item),
            None => {
                let omitted = matches!(&item.kind, Kind::Scalar(text, Style::Plain) if text.is_empty()) && item.tag.is_none();
                root = (!omitted).then_some(item);
            }
        }
    }
    Ok(docs)
}

fn bytes(span: &Span, base: usize) -> Range<usize> {
    let range = span.byte_range().unwrap_or_default();
    range.start + base..range.end + base
}

fn full(tag: &granit_parser::Tag) -> String {
    format!("{}{}", tag.handle(), tag.suffix())
}

fn documents(text: &str, ours: &Parsed, theirs: &[Doc]) -> Result<(), String> {
    if ours.documents.len() != theirs.len() {
        return Err(format!("{} documents, granit has {}", ours.documents.len(), theirs.len()));
    }
    for (ours, theirs) in ours.documents.iter().zip(theirs) {
        node(text, &ours.root, &theirs.root)?;
    }
    // Which document a comment between two belongs to is our own rule; that none is lost or added is not.
    let found: Vec<_> = ours.documents.iter().flat_map(|d| &d.comments).map(|c| (c.span.range(), c.own_line)).collect();
    let expected: Vec<_> = theirs.iter().flat_map(|d| d.comments.iter().cloned()).collect();
    if found != expected {
        let first = found.iter().zip(&expected).position(|(a, b)| a != b).unwrap_or(found.len().min(expected.len()));
        return Err(format!("comment {first}: {:?}, granit has {:?}", found.get(first), expected.get(first)));
    }
    Ok(())
}

fn check(holds: bool, what: &str, ours: &Node, theirs: &Item) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("{what}: {:?} {:?}, granit has {theirs:?}", ours.span().range(), ours.tag())) }
}

fn node(text: &str, ours: &Node, theirs: &Item) -> Result<(), String> {
    let span = ours.span().range();
    if let Kind::Alias = theirs.kind {
        return check(ours.alias().is_some_and(|a| a.range() == theirs.span), "alias", ours, theirs);
    }
    check(ours.alias().is_none(), "alias", ours, theirs)?;
    check(ours.is_anchored() == theirs.anchored, "anchor", ours, theirs)?;
    check(ours.tag() == theirs.tag.as_deref(), "tag", ours, theirs)?;
    match (ours.value(), &theirs.kind) {
        (Value::Scalar(scalar), Kind::Scalar(value, style)) => {
            check(*scalar.text == **value && scalar.style == *style, "scalar", ours, theirs)?;
            match style {
                // Where an omitted value stands is our own rule.
                Style::Plain if value.is_empty() => check(span.is_empty(), "omitted", ours, theirs),
                Style::Literal | Style::Folded => {
                    // granit begins at the content and runs on into the blank lines and the next line's indentation.
                    let header = text[span.clone()].starts_with(['|', '>']);
                    let end = text[..span.end].trim_end() == text[..theirs.span.end].trim_end() && span.end <= theirs.span.end;
                    let empty = value.bytes().all(|b| b == b'\n');
                    check(header && (empty || end), "block scalar's extent", ours, theirs)
                }
                _ => check(span == theirs.span, "scalar's extent", ours, theirs),
            }
        }
        (Value::Sequence(list), Kind::Sequence(items, flow)) => {
            check(list.flow == *flow && list.items.len() == items.len(), "list", ours, theirs)?;
            collection(text, ours, theirs, *flow)?;
            list.items.iter().zip(items).try_for_each(|(a, b)| node(text, a, b))
        }
        // A template is kept closed; granit sees the map that its braces make.
        (Value::Opaque(_), Kind::Mapping(_, true)) => check(span == theirs.span && text[span].starts_with("{{"), "template", ours, theirs),
        (Value::Mapping(map), Kind::Mapping(pairs, flow)) => {
            check(map.flow == *flow, "map", ours, theirs)?;
            collection(text, ours, theirs, *flow)?;
            // What merge keys brought in is not written here.
            let mut written = map.entries.iter().filter(|e| !e.merged).peekable();
            for (i, (key, value)) in pairs.iter().enumerate() {
                match written.next_if(|entry| same_place(entry, key, value)) {
                    Some(entry) => {
                        node(text, &entry.key, key)?;
                        node(text, &entry.value, value)?;
                    }
                    None => check(may_be_missing(key, &pairs[i + 1..]), "a pair is missing", ours, key)?,
                }
            }
            check(written.next().is_none(), "a pair too many", ours, theirs)
        }
        _ => check(false, "kind", ours, theirs),
    }
}

fn same_place(entry: &Entry, key: &Item, value: &Item) -> bool {
    let place = |node: &Node| node.alias().unwrap_or(node.span()).range();
    let ours = place(&entry.key);
    if ours.is_empty() && key.span.is_empty() {
        // Where an omitted key stands is our own rule, so its value tells.
        let ours = place(&entry.value);
        return ours.start == value.span.start || (ours.is_empty() && value.span.is_empty());
    }
    let block_scalar = matches!(key.kind, Kind::Scalar(_, Style::Literal | Style::Folded)) && ours.contains(&key.span.start);
    ours == key.span || block_scalar
}

/// Merge keys, keys that are no scalars, and keys overwritten by later pairs are not in our maps.
fn may_be_missing(key: &Item, later: &[(Item, Item)]) -> bool {
    let Kind::Scalar(text, style) = &key.kind else { return true };
    let merge = |text: &str, style: Style| text == "<<" && style == Style::Plain;
    merge(text, *style) || later.iter().any(|(k, _)| matches!(&k.kind, Kind::Scalar(t, s) if t == text || merge(t, *s)))
}

fn collection(text: &str, ours: &Node, theirs: &Item, flow: bool) -> Result<(), String> {
    let span = ours.span().range();
    if flow && text[span.clone()].starts_with(['[', '{']) {
        return check(span == theirs.span, "flow collection's extent", ours, theirs);
    }
    let blank = |range: Range<usize>| text.get(range).is_some_and(|gap| gap.lines().all(|l| l.trim().is_empty() || l.trim_start().starts_with('#')));
    // A block collection of granit's ends where the next token begins.
    check(blank(span.end..theirs.span.end), "block collection's end", ours, theirs)?;
    match theirs.kind {
        // granit has a block list begin behind its first dash when the list is not indented.
        Kind::Sequence(..) => {
            let same = span.start == theirs.span.start || blank(span.start + 1..theirs.span.start);
            check(same && text[span].starts_with('-'), "block list's start", ours, theirs)
        }
        _ => check(span.start == theirs.span.start, "block map's start", ours, theirs),
    }
}
