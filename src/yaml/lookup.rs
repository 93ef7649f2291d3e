//! Reading a tree: by key and by path, where "not there" and "cannot be known" are different answers.

use super::node::Layout;
use super::{Dialect, Entry, Mapping, Node, Opaque, Scalar, Typed, Value};
use crate::source::Span;

/// The answer to a question about a key.
#[derive(Clone, Copy, Debug)]
pub enum Lookup<'a> {
    /// It is not there.
    Absent,
    /// It is there.
    Found(&'a Node),
    /// It may or may not be there.
    Unknown(&'a Opaque),
}

impl<'a> Lookup<'a> {
    /// The node if it is certainly there.
    #[must_use]
    pub fn found(self) -> Option<&'a Node> {
        match self {
            Lookup::Found(node) => Some(node),
            Lookup::Absent | Lookup::Unknown(_) => None,
        }
    }

    /// Null read as absent, which is how the API server's decoder treats optional fields.
    #[must_use]
    pub fn non_null(self) -> Self {
        match self {
            Lookup::Found(node) if node.is_null() => Lookup::Absent,
            other => other,
        }
    }
}

impl Mapping {
    /// The entry of a key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.key.text() == Some(key))
    }

    /// What stands under a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Lookup<'_> {
        match (self.entry(key), &self.open) {
            (Some(entry), _) => match entry.value.value() {
                Value::Opaque(opaque) => Lookup::Unknown(opaque),
                _ => Lookup::Found(&entry.value),
            },
            (None, Some(open)) if !self.removed.iter().any(|r| &*r.key == key) => Lookup::Unknown(open),
            (None, _) => Lookup::Absent,
        }
    }
}

impl Node {
    /// The map, if it is one.
    #[must_use]
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match self.value() {
            Value::Mapping(m) => Some(m),
            _ => None,
        }
    }

    /// The items, if it is a list.
    #[must_use]
    pub fn as_sequence(&self) -> Option<&[Node]> {
        match self.value() {
            Value::Sequence(s) => Some(&s.items),
            _ => None,
        }
    }

    /// The scalar, if it is one.
    #[must_use]
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match self.value() {
            Value::Scalar(s) => Some(s),
            _ => None,
        }
    }

    /// A scalar's text whatever its type.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.as_scalar().map(|s| &*s.text)
    }

    /// The value as the Kubernetes API server's decoder types it.
    #[must_use]
    pub fn typed(&self) -> Option<Typed<'_>> {
        self.as_scalar().map(|s| s.typed(self.tag(), Dialect::Kubernetes))
    }

    /// The string, if it is one (a bare `yes` or `12` is not).
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self.typed() {
            Some(Typed::Str(s)) => Some(s),
            _ => None,
        }
    }

    /// The boolean, if it is one (a bare `yes` is).
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.typed() {
            Some(Typed::Bool(b)) => Some(b),
            _ => None,
        }
    }

    /// The integer, if it is one.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self.typed() {
            Some(Typed::Int(i)) => Some(i),
            _ => None,
        }
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.typed(), Some(Typed::Null))
    }

    /// What stands under a key; `Absent` when this is no map.
    #[must_use]
    pub fn get(&self, key: &str) -> Lookup<'_> {
        match self.value() {
            Value::Mapping(m) => m.get(key),
            Value::Opaque(o) => Lookup::Unknown(o),
            _ => Lookup::Absent,
        }
    }

    /// What stands at the end of a path of keys. Null anywhere on the way counts as absent.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Lookup<'_> {
        let mut here = Lookup::Found(self);
        for key in path {
            here = match here {
                Lookup::Found(node) => node.get(key).non_null(),
                other => return other,
            };
        }
        here
    }

    /// The node at a path, if it is certainly there.
    #[must_use]
    pub fn find(&self, path: &[&str]) -> Option<&Node> {
        self.at(path).found()
    }

    /// The string at a path, if there is one.
    #[must_use]
    pub fn str_at(&self, path: &[&str]) -> Option<&str> {
        self.find(path).and_then(Node::as_str)
    }

    /// The entry (key and value) at a path.
    #[must_use]
    pub fn entry_at(&self, path: &[&str]) -> Option<&Entry> {
        let (last, parents) = path.split_last()?;
        self.find(parents)?.as_mapping()?.entry(last)
    }

    /// The items at a path; empty when there is no list.
    #[must_use]
    pub fn items_at(&self, path: &[&str]) -> &[Node] {
        self.find(path).and_then(Node::as_sequence).unwrap_or_default()
    }

    /// The entries at a path; empty when there is no map.
    #[must_use]
    pub fn entries_at(&self, path: &[&str]) -> &[Entry] {
        self.find(path).and_then(Node::as_mapping).map_or(&[], |m| &m.entries)
    }

    /// The patch that removed what stood at a path, alone or with the block around it, if one did.
    #[must_use]
    pub fn removed_at(&self, path: &[&str]) -> Option<Span> {
        self.removal(path).map(|(_, by)| by)
    }

    /// The patch that took an item out of the list at a path, alone or with the list, if one did.
    #[must_use]
    pub fn item_removed_at(&self, path: &[&str], is: impl Fn(&Node) -> bool) -> Option<Span> {
        if let Some(Value::Sequence(list)) = self.find(path).map(Node::value) {
            return list.removed.iter().rfind(|r| is(&r.item)).map(|r| r.by);
        }
        let (list, by) = self.removal(path)?;
        list?.as_sequence()?.iter().any(is).then_some(by)
    }

    /// What stood at a path until a patch took it away, as far as it was seen, and the patch.
    fn removal(&self, path: &[&str]) -> Option<(Option<&Node>, Span)> {
        let (mut here, mut rest) = (self, path);
        while let [key, inside @ ..] = rest {
            let mapping = here.as_mapping()?;
            if let Some(removed) = mapping.removed.iter().find(|r| &*r.key == *key) {
                let was = removed.was.as_ref();
                return if inside.is_empty() { Some((was, removed.by)) } else { Some((Some(was?.find(inside)?), removed.by)) };
            }
            here = here.get(key).found()?;
            rest = inside;
        }
        None
    }
}

impl Entry {
    /// Key and value together where they were written together; else the value alone, which a patch brought.
    #[must_use]
    pub fn span(&self) -> Span {
        /// More than this lies between a key and its own value only where a comment does.
        const APART: u32 = 16;
        let (key, value) = (self.key.span(), self.value.span());
        let near = key.file == value.file && key.end <= value.start && value.start - key.end < APART;
        if near && *self.key.layout() == Layout::Inline { key.to(value) } else { value }
    }
}
