//! The tree: values that know where they were written.
//!
//! A node is immutable and cheap to clone. A patch builds a new tree out of old nodes and its own, so every value of a rendered
//! object still knows the file, line and column that wrote it, through any number of layers.

use crate::source::Span;
use std::sync::Arc;

/// A value and the place that wrote it.
#[derive(Clone, Debug)]
pub struct Node(Arc<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    value: Value,
    span: Span,
    tag: Option<Box<str>>,
    alias: Option<Span>,
    anchored: bool,
    weight: u32,
    height: u16,
    layout: Layout,
}

/// How a scalar's value lies in its file: what the spans of YAML inside it are made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Folded, escaped, or not from a file.
    Other,
    /// Byte for byte, between the quotes if there are any.
    Inline,
    /// Line by line; these are the offsets of the lines in the file.
    Lines(Box<[u32]>),
    /// The same after something was filled in: the offsets and lengths of the lines as they are in the file.
    Filled(Box<[(u32, u32)]>),
}

/// What a node holds.
#[derive(Clone, Debug)]
pub enum Value {
    /// A scalar, not yet typed.
    Scalar(Scalar),
    /// A list.
    Sequence(Sequence),
    /// A map; keys are unique.
    Mapping(Mapping),
    /// Something that stands here but cannot be read.
    Opaque(Opaque),
}

/// A scalar's text after unescaping and folding, and how it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text; empty for an omitted value.
    pub text: Box<str>,
    /// How it was written; only a plain scalar can be anything but a string.
    pub style: Style,
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Bare.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A list and whether it was written in brackets.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    /// The items.
    pub items: Vec<Node>,
    /// Written as `[…]`.
    pub flow: bool,
    /// Items that a later layer took out by their place, with the place that did.
    pub removed: Vec<RemovedItem>,
}

/// A map. Keys are unique; what could not be seen and what was taken away is remembered.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// The entries in order.
    pub entries: Vec<Entry>,
    /// Written as `{…}`.
    pub flow: bool,
    /// Set when further keys may exist that could not be read: an absent key is then unknown, not absent.
    pub open: Option<Opaque>,
    /// Keys that a later layer removed, with the place that did.
    pub removed: Vec<Removal>,
    /// The earlier entries of keys that stand twice, in order. Kubernetes never sees them.
    pub shadowed: Vec<Entry>,
}

/// One key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key, a scalar in every manifest that Kubernetes accepts.
    pub key: Node,
    /// The value.
    pub value: Node,
    /// It came in through a merge key (`<<`), so it is written elsewhere and may be shared.
    pub merged: bool,
}

/// A key that a patch took away.
#[derive(Clone, Debug)]
pub struct Removal {
    /// The key.
    pub key: Box<str>,
    /// What it held, if that could be seen.
    pub was: Option<Node>,
    /// The patch's own line.
    pub by: Span,
}

/// An item that a patch took out of a list.
#[derive(Clone, Debug)]
pub struct RemovedItem {
    /// The item as it was.
    pub item: Node,
    /// The patch's own line.
    pub by: Span,
}

/// Why something could not be read, in words that complete "unknown: …", and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opaque {
    /// The reason.
    pub reason: Arc<str>,
    /// The place of the expression, reference or generator.
    pub span: Span,
}

impl Node {
    /// A node of this value, written at this place.
    #[must_use]
    pub fn new(value: Value, span: Span) -> Self {
        let weight = match &value {
            Value::Scalar(_) | Value::Opaque(_) => 1,
            Value::Sequence(s) => s.items.iter().fold(1, |n: u32, i| n.saturating_add(i.0.weight)),
            Value::Mapping(m) => m.entries.iter().fold(1, |n: u32, e| n.saturating_add(e.key.0.weight).saturating_add(e.value.0.weight)),
        };
        let height = match &value {
            Value::Scalar(_) | Value::Opaque(_) => 0,
            Value::Sequence(s) => s.items.iter().map(Node::height).max().unwrap_or(0),
            Value::Mapping(m) => m.entries.iter().map(|e| e.key.height().max(e.value.height())).max().unwrap_or(0),
        };
        let height = height.saturating_add(1);
        Self(Arc::new(Inner { value, span, tag: None, alias: None, anchored: false, weight, height, layout: Layout::Other }))
    }

    /// A scalar node.
    #[must_use]
    pub fn scalar(text: impl Into<Box<str>>, style: Style, span: Span) -> Self {
        Self::new(Value::Scalar(Scalar { text: text.into(), style }), span)
    }

    /// A string that stands in its file byte for byte, such as a whole file's text.
    #[must_use]
    pub fn verbatim(text: impl Into<Box<str>>, span: Span) -> Self {
        Self::scalar(text, Style::Plain, span).with_tag("tag:yaml.org,2002:str").with_layout(Layout::Inline)
    }

    /// A block sequence node.
    #[must_use]
    pub fn sequence(items: Vec<Node>, span: Span) -> Self {
        Self::new(Value::Sequence(Sequence { items, ..Sequence::default() }), span)
    }

    /// A block mapping node.
    #[must_use]
    pub fn mapping(entries: Vec<Entry>, span: Span) -> Self {
        Self::new(Value::Mapping(Mapping { entries, ..Mapping::default() }), span)
    }

    /// Something unreadable.
    #[must_use]
    pub fn opaque(reason: impl Into<Arc<str>>, span: Span) -> Self {
        Self::new(Value::Opaque(Opaque { reason: reason.into(), span }), span)
    }

    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// The same node with an explicit tag (`!!str`, as `tag:yaml.org,2002:str`).
    #[must_use]
    pub fn with_tag(self, tag: impl Into<Box<str>>) -> Self {
        self.change(|i| i.tag = Some(tag.into()))
    }

    /// The same node, known to carry an anchor (`&name`), so its text may be used in other places too.
    #[must_use]
    pub fn with_anchor(self) -> Self {
        self.change(|i| i.anchored = true)
    }

    /// The same value used through an alias (`*name`) that stands at `place`; the span stays that of the anchored text.
    #[must_use]
    pub fn with_alias(self, place: Span) -> Self {
        self.change(|i| i.alias = Some(place))
    }

    /// The same node with another value, at the same place.
    #[must_use]
    pub fn with_value(self, value: Value) -> Self {
        let fresh = Node::new(value, self.0.span);
        let (weight, height) = (fresh.0.weight, fresh.0.height);
        let value = match Arc::try_unwrap(fresh.0) {
            Ok(inner) => inner.value,
            Err(shared) => shared.value.clone(),
        };
        self.change(|i| {
            i.value = value;
            i.weight = weight;
            i.height = height;
            i.layout = Layout::Other;
        })
    }

    /// The same scalar with less of its text, for a reader that cuts what stands at its end.
    #[must_use]
    pub fn with_shorter_text(&self, shorter: &str) -> Self {
        self.clone().change(|i| {
            if let Value::Scalar(Scalar { text, .. }) = &mut i.value {
                *text = shorter.into();
            }
        })
    }

    /// The same scalar with its placeholders filled in, which is a string. YAML inside it stays on the lines it was written on, if filling in
    /// made no more of them and any offset in them lies between two characters.
    #[must_use]
    pub fn filled_in(&self, text: String) -> Self {
        let lines = |text: &str| text.split('\n').count();
        let layout = match (self.layout(), self.as_scalar()) {
            (Layout::Lines(starts), Some(old)) if old.text.is_ascii() && lines(&old.text) == lines(&text) => {
                let length = |line: &str| u32::try_from(line.len()).unwrap_or(u32::MAX);
                Layout::Filled(starts.iter().copied().zip(old.text.split('\n').map(length)).collect())
            }
            _ => Layout::Other,
        };
        Self::scalar(text, Style::DoubleQuoted, self.span()).with_layout(layout)
    }

    /// The same scalar, whose value lies in the file like this.
    pub(super) fn with_layout(self, layout: Layout) -> Self {
        self.change(|i| i.layout = layout)
    }

    /// How the value lies in the file.
    pub(super) fn layout(&self) -> &Layout {
        &self.0.layout
    }

    /// What it holds.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.0.value
    }

    /// The text that wrote the value (without its key, anchor or tag).
    ///
    /// Quotes and brackets are part of it. A block scalar reaches from its `|` or `>` to the end of its last line with content, that
    /// line's break and blank lines behind it excluded; a block list from its first `-`, a block map from its first key. An omitted
    /// value is empty and stands right behind the `:` or `-`, or behind its anchor or tag; an omitted key stands before its `:`.
    #[must_use]
    pub fn span(&self) -> Span {
        self.0.span
    }

    /// The explicit tag, resolved (`tag:yaml.org,2002:str`), if there is one.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.0.tag.as_deref()
    }

    /// Where the alias stands through which this value is used, if it is.
    #[must_use]
    pub fn alias(&self) -> Option<Span> {
        self.0.alias
    }

    /// Whether the text carries an anchor, so that editing it may change other places.
    #[must_use]
    pub fn is_anchored(&self) -> bool {
        self.0.anchored
    }

    /// How many nodes it expands to, aliases included (saturating).
    #[must_use]
    pub fn weight(&self) -> u32 {
        self.0.weight
    }

    /// How many levels it has; one for a scalar.
    #[must_use]
    pub fn height(&self) -> u16 {
        self.0.height
    }

    /// Whether both are the very same node, not merely equal ones.
    #[must_use]
    pub fn same(&self, other: &Node) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// An address that identifies the node while it lives; for caches.
    #[must_use]
    pub fn address(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }
}
