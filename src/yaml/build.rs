//! Events to nodes: one pass over one chunk, without recursion, bounded in depth and in what aliases expand to.

use super::cursor::Cursor;
use super::keys::Keys;
use super::marks::Marks;
use super::mend::Mended;
use super::place::Place;
use super::{Comment, Node, Problem, ProblemKind, Sequence, Style, Value};
use crate::source::Span;
use std::collections::HashMap;
use std::ops::Range;
use yaml_rust2::parser::{Event, Parser, Tag};
use yaml_rust2::scanner::{Marker, ScanError, TScalarStyle};

/// How deep nodes may nest, aliases followed. Deeper than any manifest, and shallow enough for recursion over a tree.
pub(super) const MAX_DEPTH: u32 = 200;

/// What is said of a document that nests deeper; the parser itself may refuse it first, somewhat deeper down.
pub(super) fn too_deep() -> String {
    format!("nested more than {MAX_DEPTH} levels deep; the document was not read")
}

/// How many nodes the aliases of one document may stand for; go-yaml begins to refuse documents at about this size.
const MAX_ALIASED: u64 = 400_000;

/// How many those of all documents of a text may stand for together.
const MAX_ALIASED_IN_TEXT: u64 = 4_000_000;

/// How many keys, values and collections a text may hold. Far more than the largest dump that may be read has, and what a gigabyte of memory holds.
pub(super) const MAX_NODES: u64 = 2_000_000;

/// What a text has come to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spent {
    /// The nodes that its aliases stand for.
    pub(super) aliased: u64,
    /// Its own nodes.
    pub(super) nodes: u64,
}

/// One document as the events gave it.
pub(super) struct Built {
    pub(super) root: Node,
    pub(super) comments: Vec<Comment>,
    /// Where it begins: its `---`, or the first byte that the document before it left.
    pub(super) start: usize,
    /// Where its last token ends.
    pub(super) end: usize,
}

/// Why a chunk could not be read to its end.
pub(super) enum Failure {
    /// The parser's error, and its place in the file.
    Scan(ScanError, usize),
    /// A problem of our own.
    Own(Problem),
}

/// What a chunk held.
pub(super) struct Outcome {
    pub(super) documents: Vec<Built>,
    /// The comments behind the last of them.
    pub(super) comments: Vec<Comment>,
    pub(super) problems: Vec<Problem>,
    pub(super) failure: Option<Failure>,
    /// How far the text was understood.
    pub(super) reached: Reached,
    /// What the text has come to up to here.
    pub(super) spent: Spent,
}

/// How far a chunk was understood; places are those in the chunk.
#[derive(Default)]
pub(super) struct Reached {
    /// Where its last token ends.
    pub(super) at: usize,
    /// Whether that is in a flow collection.
    pub(super) flow: bool,
    /// The last plain scalar.
    pub(super) plain: Range<usize>,
}

/// What kind of collection is open, by how it is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    BlockSequence,
    FlowSequence,
    BlockMapping,
    FlowMapping,
    /// The single pair of `[key: value]`.
    Pair,
}

struct Frame {
    shape: Shape,
    start: usize,
    anchor: usize,
    tag: Option<Box<str>>,
    items: Vec<Node>,
    keys: Keys,
    /// Levels below this one.
    height: u32,
}

/// An anchored node and how many levels it has.
struct Anchored {
    node: Node,
    height: u32,
}

struct Builder<'t> {
    start: usize,
    mended: Option<&'t Mended>,
    cursor: Cursor<'t>,
    marks: Marks<'t>,
    frames: Vec<Frame>,
    anchors: HashMap<usize, Anchored>,
    /// The nodes that the document's aliases stand for.
    aliased: u64,
    /// What the text has come to, the aliases of this document left out.
    spent: Spent,
    root: Option<Node>,
    problems: Vec<Problem>,
    /// The last plain scalar.
    plain: Range<usize>,
}

/// Reads a chunk of `text`. `mended` is what to parse in its place; `spent` is what the text before it has come to.
pub(super) fn build(place: &Place, text: &str, chunk: Range<usize>, mended: Option<&Mended>, spent: Spent) -> Outcome {
    let Range { start, end } = chunk;
    let parsed = mended.map_or(&text[chunk], |m| &m.text);
    let mut builder = Builder {
        start,
        mended,
        cursor: Cursor::new(place, text, start, end),
        marks: Marks::new(parsed, start),
        frames: Vec::new(),
        anchors: HashMap::new(),
        aliased: 0,
        spent,
        root: None,
        problems: Vec::new(),
        plain: start..start,
    };
    let mut documents = Vec::new();
    let failure = builder.run(parsed, &mut documents).err();
    let comments = if failure.is_none() { builder.cursor.take_comments() } else { Vec::new() };
    let spent = Spent { aliased: builder.spent.aliased + builder.aliased, ..builder.spent };
    let flow = builder.frames.iter().any(|f| matches!(f.shape, Shape::FlowSequence | Shape::FlowMapping));
    let reached = Reached { at: builder.cursor.last() - start, flow, plain: builder.plain.start - start..builder.plain.end - start };
    Outcome { comments, documents, problems: builder.problems, failure, reached, spent }
}

impl Builder<'_> {
    fn run(&mut self, parsed: &str, documents: &mut Vec<Built>) -> Result<(), Failure> {
        let mut parser = Parser::new_from_str(parsed);
        let mut begin = self.start;
        // The parser's own way to look ahead forgets the errors it meets.
        let mut ahead = None;
        loop {
            let (event, marker) = match ahead.take().unwrap_or_else(|| parser.next_token()) {
                Ok(next) => next,
                Err(error) => {
                    // What is wrong comes behind a document that is whole.
                    if let Some(root) = self.root.take().filter(|_| self.frames.is_empty()) {
                        documents.push(Built { root, comments: self.cursor.take_comments(), start: begin, end: self.cursor.last() });
                    }
                    return Err(self.scan_error(error));
                }
            };
            match event {
                Event::Nothing | Event::StreamStart => {}
                Event::StreamEnd => {
                    self.cursor.seek();
                    return Ok(());
                }
                Event::DocumentStart => {
                    self.anchors.clear();
                    self.spent.aliased += std::mem::take(&mut self.aliased);
                    if let Some(at) = self.cursor.document_start() {
                        begin = at;
                    }
                }
                Event::DocumentEnd => {
                    let end = self.cursor.last();
                    let closed = self.cursor.document_end();
                    if let Some(root) = self.root.take() {
                        let comments = self.cursor.take_comments();
                        documents.push(Built { root, comments, start: begin, end });
                    }
                    if closed {
                        // kubectl and kustomize go on at the next `---`.
                        while self.cursor.document_end() {}
                        return match self.cursor.seek() {
                            (at, Some(_)) => Err(Failure::Scan(ScanError::new(marker, "..."), at)),
                            (_, None) => Ok(()),
                        };
                    }
                    begin = self.cursor.last();
                }
                Event::Scalar(text, style, anchor, tag) => self.scalar(text, style, anchor, tag, &marker)?,
                Event::Alias(id) => self.alias(id)?,
                Event::SequenceStart(anchor, tag) => {
                    self.lead_in()?;
                    self.properties(anchor > 0, tag.is_some())?;
                    let (at, _) = self.cursor.seek();
                    let shape = if self.cursor.indicator(b'[') { Shape::FlowSequence } else { Shape::BlockSequence };
                    self.open(shape, at, anchor, tag)?;
                }
                Event::MappingStart(anchor, tag) => {
                    self.lead_in()?;
                    self.properties(anchor > 0, tag.is_some())?;
                    let (at, found) = self.cursor.seek();
                    // A `{` may also be the first key of a block mapping or of a pair. The marker of a flow mapping is its brace;
                    // that of a pair may be its key's brace too, but then another mapping follows at the same place.
                    let braces = found == Some(b'{') && self.marks.offset(&marker) == at && {
                        let next = ahead.insert(parser.next_token());
                        !matches!(next, Ok((Event::MappingStart(..), next)) if *next == marker)
                    };
                    let shape = if braces {
                        self.cursor.indicator(b'{');
                        Shape::FlowMapping
                    } else if self.frames.last().is_some_and(|f| f.shape == Shape::FlowSequence) {
                        Shape::Pair
                    } else {
                        Shape::BlockMapping
                    };
                    self.open(shape, at, anchor, tag)?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.close()?,
            }
        }
    }

    fn scan_error(&mut self, error: ScanError) -> Failure {
        let at = match error.info() {
            // The parser notices on a later line; what it has not understood begins at the next token.
            "simple key expected" | "simple key expect ':'" | "did not find expected <document start>" => self.cursor.seek().0,
            _ => self.marks.offset(error.marker()),
        };
        if !self.cursor.rest(at).trim_ascii().is_empty() {
            return Failure::Scan(error, at);
        }
        // At the end of the text the bracket that was not closed says more, or what else was not understood.
        let open = self.frames.iter().rev().find(|f| matches!(f.shape, Shape::FlowSequence | Shape::FlowMapping));
        let at = open.map_or_else(|| self.cursor.seek().0, |f| f.start);
        Failure::Scan(error, at)
    }

    fn problem(kind: ProblemKind, span: Span, message: impl Into<String>) -> Failure {
        Failure::Own(Problem { kind, span, message: message.into(), related: None })
    }

    /// Passes the indicators that stand before a node in the collection it belongs to; says whether one belongs to the node alone.
    fn lead_in(&mut self) -> Result<bool, Failure> {
        let Some(frame) = self.frames.last() else { return Ok(true) };
        let cursor = &mut self.cursor;
        let (led, block) = match frame.shape {
            Shape::BlockSequence => (cursor.indicator(b'-'), true),
            Shape::FlowSequence => (cursor.indicator(b','), false),
            Shape::BlockMapping if frame.keys.awaits_value() => (cursor.value_indicator(frame.start), false),
            Shape::FlowMapping | Shape::Pair if frame.keys.awaits_value() => (cursor.indicator(b':'), false),
            Shape::FlowMapping => {
                cursor.indicator(b',');
                (cursor.lone_indicator(b'?'), false)
            }
            Shape::BlockMapping => (cursor.lone_indicator(b'?'), true),
            Shape::Pair => (cursor.lone_indicator(b'?'), false),
        };
        // YAML takes a tab there for white space, go-yaml for a token that it does not know.
        let behind = cursor.last();
        if led
            && block
            && let Some(at) = cursor.rest(behind).find(|c| c != ' ').filter(|at| cursor.rest(behind + at).starts_with('\t'))
        {
            let message = "this is not valid YAML, so the document was not read: a tab behind a `-` or `?`, where only blanks may stand";
            return Err(Self::problem(ProblemKind::Syntax, cursor.span(behind + at, behind + at + 1), message));
        }
        Ok(led)
    }

    /// Passes an anchor and a tag.
    fn properties(&mut self, anchor: bool, tag: bool) -> Result<(), Failure> {
        self.cursor.properties(anchor, tag).map_or(Ok(()), |name| self.named(&name))
    }

    /// Refuses an anchor or alias that YAML allows and go-yaml does not.
    fn named(&self, name: &Range<usize>) -> Result<(), Failure> {
        if !self.cursor.misnamed(name) {
            return Ok(());
        }
        let message = "Kubernetes reads letters, digits, `-` and `_` in the name of an anchor and nothing else; the document was not read";
        Err(Self::problem(ProblemKind::Syntax, self.cursor.span(name.start, name.end), message))
    }

    fn scalar(&mut self, mut text: String, style: TScalarStyle, anchor: usize, tag: Option<Tag>, marker: &Marker) -> Result<(), Failure> {
        let led = self.lead_in()?;
        self.properties(anchor > 0, tag.is_some())?;
        let style = match style {
            TScalarStyle::Plain => Style::Plain,
            TScalarStyle::SingleQuoted => Style::SingleQuoted,
            TScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            TScalarStyle::Literal => Style::Literal,
            TScalarStyle::Folded => Style::Folded,
        };
        let range = if style == Style::Plain && text.is_empty() {
            // An omitted value stands behind its `:` or `-`, anchor or tag, an omitted key before its `:`.
            let key = !led && anchor == 0 && tag.is_none() && self.frames.last().is_some_and(|f| !f.keys.awaits_value());
            let at = if key { self.cursor.seek().0 } else { self.cursor.last() };
            at..at
        } else {
            self.cursor.seek();
            if !matches!(style, Style::Literal | Style::Folded) {
                let at = self.marks.offset(marker);
                self.cursor.settle(at);
                if let Some(value) = self.mended.and_then(|m| m.scalars.get(&at.checked_sub(self.start)?)) {
                    text.clone_from(value);
                }
            }
            self.cursor.scalar(style, &mut text, marker.col())
        };
        if style == Style::Plain {
            self.plain = range.clone();
        }
        let span = self.cursor.span(range.start, range.end);
        // In a flow collection the parser takes these for text.
        if style == Style::Plain && text.starts_with(['|', '>', '%', '@', '`']) {
            let first = text.chars().take(1).collect::<String>();
            let message = format!("this is not valid YAML, so the document was not read: no value begins with `{first}` unless it is quoted");
            return Err(Self::problem(ProblemKind::Syntax, span, message));
        }
        // go-yaml looks for the `:` of a key on the line that the key begins on. In JSON, where every key is quoted, it may come later.
        let key = !led && self.frames.last().is_some_and(|f| matches!(f.shape, Shape::FlowMapping | Shape::Pair) && !f.keys.awaits_value());
        if key && let (colon, Some(b':')) = self.cursor.seek() {
            let line = range.start..if style == Style::Plain { colon } else { range.end };
            let wrong = if self.cursor.breaks(&line) {
                Some("a key in `{…}` or `[…]` stands on one line, or a `,` is missing in it")
            } else {
                let close = style == Style::Plain && self.cursor.rest(colon + 1).starts_with(['[', '{']);
                close.then_some("a `:` in `{…}` or `[…]` needs a space behind it")
            };
            if let Some(wrong) = wrong {
                return Err(Self::problem(ProblemKind::Syntax, span, format!("this is not valid YAML, so the document was not read: {wrong}")));
            }
        }
        let layout = self.cursor.layout(style, &text, &range);
        self.finish(Node::scalar(text, style, span).with_layout(layout), 0, anchor, tag.map(resolved))
    }

    fn alias(&mut self, id: usize) -> Result<(), Failure> {
        self.lead_in()?;
        let name = self.cursor.alias();
        self.named(&name)?;
        let place = self.cursor.span(name.start, name.end);
        // The parser knows every name of the stream; only those of this document count, and none inside itself.
        let Some(anchored) = self.anchors.get(&id) else {
            return Err(Self::problem(ProblemKind::Syntax, place, "this alias names no anchor that ends before it in this document"));
        };
        self.aliased += u64::from(anchored.node.weight());
        if self.aliased > MAX_ALIASED {
            return Err(Self::problem(
                ProblemKind::Limit,
                place,
                format!("the document's aliases stand for more than {MAX_ALIASED} nodes; it was not read"),
            ));
        }
        if self.spent.aliased + self.aliased > MAX_ALIASED_IN_TEXT {
            let message = format!("the aliases up to here stand for more than {MAX_ALIASED_IN_TEXT} nodes; this document was not read");
            return Err(Self::problem(ProblemKind::Limit, place, message));
        }
        let (node, height) = (anchored.node.clone().with_alias(place), anchored.height);
        self.place(node, height)
    }

    fn open(&mut self, shape: Shape, start: usize, anchor: usize, tag: Option<Tag>) -> Result<(), Failure> {
        if self.frames.len() as u32 >= MAX_DEPTH {
            return Err(Self::too_deep(self.cursor.span(start, start)));
        }
        self.frames.push(Frame { shape, start, anchor, tag: tag.map(resolved), items: Vec::new(), keys: Keys::default(), height: 0 });
        Ok(())
    }

    fn too_deep(at: Span) -> Failure {
        Self::problem(ProblemKind::Limit, at, too_deep())
    }

    fn close(&mut self) -> Result<(), Failure> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        match frame.shape {
            Shape::FlowSequence | Shape::FlowMapping => {
                self.cursor.indicator(b',');
                self.cursor.indicator(if frame.shape == Shape::FlowSequence { b']' } else { b'}' });
            }
            // The parser lets a bracket of the other kind end a pair.
            Shape::Pair => {
                let (at, found) = self.cursor.seek();
                if !matches!(found, Some(b',' | b']')) {
                    let message = "this is not valid YAML, so the document was not read: a list `[…]` lacks a `,` or its `]`";
                    let length = self.cursor.rest(at).chars().next().map_or(0, char::len_utf8);
                    return Err(Self::problem(ProblemKind::Syntax, self.cursor.span(at, at + length), message));
                }
            }
            Shape::BlockSequence | Shape::BlockMapping => {}
        }
        let span = self.cursor.span(frame.start, self.cursor.last());
        let node = match frame.shape {
            Shape::BlockSequence => Node::sequence(frame.items, span),
            Shape::FlowSequence => Node::new(Value::Sequence(Sequence { items: frame.items, flow: true, removed: Vec::new() }), span),
            Shape::BlockMapping => frame.keys.finish(span, false, self.cursor.rest(frame.start), &mut self.problems),
            Shape::FlowMapping | Shape::Pair => frame.keys.finish(span, true, self.cursor.rest(frame.start), &mut self.problems),
        };
        self.finish(node, frame.height + 1, frame.anchor, frame.tag)
    }

    /// Gives a finished node its tag and anchor and puts it where it belongs.
    fn finish(&mut self, mut node: Node, height: u32, anchor: usize, tag: Option<Box<str>>) -> Result<(), Failure> {
        self.spent.nodes += 1;
        if self.spent.nodes > MAX_NODES {
            let message = format!("more than {MAX_NODES} keys and values; the document and the rest of the file were not read");
            return Err(Self::problem(ProblemKind::Limit, node.span().at_start(), message));
        }
        if let Some(tag) = tag {
            node = node.with_tag(tag);
        }
        if anchor > 0 {
            node = node.with_anchor();
            self.anchors.insert(anchor, Anchored { node: node.clone(), height });
        }
        self.place(node, height)
    }

    fn place(&mut self, node: Node, height: u32) -> Result<(), Failure> {
        if self.frames.len() as u32 + height > MAX_DEPTH {
            return Err(Self::too_deep(node.alias().unwrap_or(node.span()).at_start()));
        }
        match self.frames.last_mut() {
            None => {
                let omitted = node.tag().is_none() && node.as_scalar().is_some_and(|s| s.style == Style::Plain && s.text.is_empty());
                self.root = (!omitted).then_some(node);
            }
            Some(frame) => {
                frame.height = frame.height.max(height);
                match frame.shape {
                    Shape::BlockSequence | Shape::FlowSequence => frame.items.push(node),
                    _ => frame.keys.push(node),
                }
            }
        }
        Ok(())
    }
}

/// A tag in full: `!!str` as `tag:yaml.org,2002:str`, a local one as it stands.
fn resolved(tag: Tag) -> Box<str> {
    let mut full = tag.handle;
    full.push_str(&tag.suffix);
    full.into()
}
