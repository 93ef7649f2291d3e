//! The proof of a fix: the edited text, parsed again, is the old tree with the intended change, and has every comment it had.

use super::{apply, place};
use crate::finding::Edit;
use crate::source::{Source, Span};
use crate::yaml::{Comment, Entry, Mapping, Node, Parsed, Value, parse, parse_value};

/// What an edit must amount to. Places are those of the old text.
#[derive(Clone, Debug)]
pub(super) enum Intent {
    /// This scalar, value or key, has another text; whether it is a string then.
    Text { at: Span, text: String, string: bool },
    /// Another value stands here.
    Value { at: Span, value: Node },
    /// The map here has one more entry.
    Entry { at: Span, key: String, value: Node },
    /// The list here has one more item, at its end.
    Item { at: Span, value: Node },
    /// The entry with the key here, or the item here, is gone.
    Gone { at: Span },
    /// The comment here has another text, or is gone.
    Comment { at: Span, text: Option<String> },
}

impl Intent {
    /// Where it is.
    pub(super) fn at(&self) -> Span {
        match self {
            Intent::Text { at, .. }
            | Intent::Value { at, .. }
            | Intent::Entry { at, .. }
            | Intent::Item { at, .. }
            | Intent::Gone { at }
            | Intent::Comment { at, .. } => *at,
        }
    }
}

/// Whether the edits, all of one file, make what the intents say and nothing else.
pub(super) fn holds(source: &Source, old: &Parsed, edits: &[Edit], intents: &[Intent]) -> bool {
    let Some(first) = edits.first() else { return true };
    let Some(text) = apply::apply(&source.text, edits) else { return false };
    let new = parse(first.span.file, &text);
    let proof = Proof { old: &source.text, new: &text, edits, intents };
    proof.streams(old, &new)
}

struct Proof<'a> {
    old: &'a str,
    new: &'a str,
    edits: &'a [Edit],
    intents: &'a [Intent],
}

impl Proof<'_> {
    fn streams(&self, old: &Parsed, new: &Parsed) -> bool {
        let documents = || old.documents.iter().zip(&new.documents);
        old.documents.len() == new.documents.len()
            && old.problems.iter().map(|p| p.kind).eq(new.problems.iter().map(|p| p.kind))
            && documents().all(|(old, new)| self.same(&old.root, &new.root))
            && documents().all(|(old, new)| self.comments(&old.comments, &new.comments))
    }

    fn comments(&self, old: &[Comment], new: &[Comment]) -> bool {
        let expected = old.iter().filter_map(|c| {
            let intent = self.intents.iter().find_map(|i| match i {
                Intent::Comment { at, text } if *at == c.span => Some(text),
                _ => None,
            });
            match intent {
                Some(text) => text.as_deref(),
                None if self.removed(c.span) => None,
                None => Some(super::lines::under(self.old, c.span)),
            }
        });
        expected.eq(new.iter().map(|c| super::lines::under(self.new, c.span)))
    }

    /// Whether a comment went with what it belongs to.
    fn removed(&self, comment: Span) -> bool {
        self.intents.iter().any(|i| matches!(i, Intent::Gone { .. })) && self.edits.iter().any(|e| e.span.contains(comment))
    }

    fn same(&self, old: &Node, new: &Node) -> bool {
        let at = place(old);
        for intent in self.intents {
            match intent {
                Intent::Text { at: here, text, string } if *here == at && old.as_scalar().is_some() => {
                    return new.alias().is_none() && new.text() == Some(text) && new.as_str().is_some() == *string && new.tag() == old.tag();
                }
                Intent::Value { at: here, value } if *here == at => return new.alias().is_none() && new.eq_value(value),
                _ => {}
            }
        }
        if old.alias().is_some() || new.alias().is_some() {
            return old.alias().is_some() && new.alias().is_some() && old.eq_value(new);
        }
        if old.tag() != new.tag() || old.is_anchored() != new.is_anchored() {
            return false;
        }
        match (old.value(), new.value()) {
            (Value::Scalar(a), Value::Scalar(b)) => a.style == b.style && (a.text == b.text || self.embedded(old, new)),
            (Value::Sequence(a), Value::Sequence(b)) => {
                let kept: Vec<&Node> = a.items.iter().filter(|i| !self.gone(place(i))).collect();
                let more = self.intents.iter().filter_map(|i| match i {
                    Intent::Item { at: here, value } if *here == at => Some(value),
                    _ => None,
                });
                let more: Vec<&Node> = more.collect();
                (a.flow == b.flow || kept.is_empty())
                    && b.items.len() == kept.len() + more.len()
                    && kept.iter().zip(&b.items).all(|(old, new)| self.same(old, new))
                    && more.iter().zip(b.items.iter().skip(kept.len())).all(|(value, new)| new.eq_value(value))
            }
            (Value::Mapping(a), Value::Mapping(b)) => self.maps(at, a, b),
            (Value::Opaque(a), Value::Opaque(b)) => a.reason == b.reason,
            _ => false,
        }
    }

    fn gone(&self, at: Span) -> bool {
        self.intents.iter().any(|i| matches!(i, Intent::Gone { at: here } if *here == at))
    }

    fn maps(&self, at: Span, old: &Mapping, new: &Mapping) -> bool {
        let kept: Vec<&Entry> = old.entries.iter().filter(|e| e.merged || !self.gone(place(&e.key))).collect();
        let more = self.intents.iter().filter_map(|i| match i {
            Intent::Entry { at: here, key, value } if *here == at => Some((key, value)),
            _ => None,
        });
        let more: Vec<(&String, &Node)> = more.collect();
        let added = |e: &&Entry| !e.merged && more.iter().any(|(key, _)| e.key.text() == Some(key));
        let (fresh, rest): (Vec<&Entry>, Vec<&Entry>) = new.entries.iter().partition(added);
        let pair = |(old, new): (&&Entry, &&Entry)| {
            if old.merged || new.merged {
                return old.merged == new.merged && old.key.text() == new.key.text() && old.value.eq_value(&new.value);
            }
            self.same(&old.key, &new.key) && self.same(&old.value, &new.value)
        };
        (old.flow == new.flow || kept.is_empty())
            && old.open.is_some() == new.open.is_some()
            && kept.len() == rest.len()
            && fresh.len() == more.len()
            && kept.iter().zip(&rest).all(pair)
            && more.iter().all(|(key, value)| fresh.iter().any(|e| e.key.text() == Some(key) && e.value.eq_value(value)))
    }

    /// Whether a scalar differs by what was to happen to the YAML inside it.
    fn embedded(&self, old: &Node, new: &Node) -> bool {
        let scalar = old.span();
        let inside = |i: &Intent| i.at().file == scalar.file && scalar.start < i.at().start && i.at().end <= scalar.end;
        let (old, new) = (parse_value(old), parse_value(new));
        let trees = old.documents.iter().all(|d| d.root.as_scalar().is_none());
        self.intents.iter().any(inside) && trees && self.streams(&old, &new)
    }
}
