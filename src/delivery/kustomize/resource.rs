//! An object on its way through the layers of a build.

use super::id::Id;
use super::merge::Misfit;
use super::replacement::is_mistyped;
use crate::source::{FileId, Span};
use crate::yaml::{Node, Value};
use std::sync::Arc;

/// A rendered object.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The tree; every value's span is the place that wrote it.
    pub root: Node,
    /// Where the object came from.
    pub origin: Arc<Origin>,
    /// The kustomization files it passed through, innermost first.
    pub layers: Vec<FileId>,
    /// It stands only in a patch: the resource the patch is for is hidden behind something unresolved. Its maps are open.
    pub conjured: bool,
    pub(super) state: State,
}

/// Where an object came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The object's own text: the document, the list item, or the generator's entry in the kustomization.
    pub span: Span,
    /// The directory of the kustomization that read or generated it.
    pub dir: Arc<str>,
    /// A `configMapGenerator` or `secretGenerator` wrote it.
    pub generated: bool,
}

/// What kustomize remembers about an object during a build (it keeps this in annotations).
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// Earlier identities, oldest first; their namespaces are effective ones and their group and version are the current ones.
    pub(super) previous: Vec<Id>,
    pub(super) prefixes: Vec<Box<str>>,
    pub(super) suffixes: Vec<Box<str>>,
    pub(super) behavior: Behavior,
    /// A hash of the content is to be appended to the name.
    pub(super) hash: bool,
    /// Names of the vars that read from this object.
    pub(super) vars: Vec<Box<str>>,
    /// A value that a transformer set may stand in several places as one node.
    pub(super) shares: bool,
    /// Its origin is noted in its annotations.
    pub(super) noted: bool,
    /// The transformer that counts as its origin since it took the note of the first away.
    pub(super) adopted: Option<Step>,
    /// A patch took away all that was noted before.
    forgotten: bool,
    /// Replacements have given fields values of another type. Kustomize minds when it reads them, unless something else is written by then.
    pub(super) held: Vec<Misfit>,
    /// It may have values that are not there, which become strings when it is written if they stand between braces or brackets.
    pub(super) gaps: bool,
    /// It has bare dates, which become strings in full at the end.
    pub(super) dates: bool,
}

/// A transformer of a kustomization: the `nth` of its kind there, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) layer: FileId,
    pub(super) kind: &'static str,
    pub(super) nth: usize,
}

/// What a generator does when the object already exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Behavior {
    #[default]
    Create,
    Replace,
    Merge,
}

impl Resource {
    pub(super) fn new(root: Node, origin: Arc<Origin>) -> Self {
        Self { root, origin, layers: Vec::new(), conjured: false, state: State::default() }
    }

    /// The current identity.
    pub(super) fn id(&self) -> Id {
        Id::of(&self.root)
    }

    /// The identity the object was first read with.
    pub(super) fn original_id(&self) -> Id {
        self.previous().next().unwrap_or_else(|| self.id())
    }

    /// Earlier identities, oldest first.
    pub(super) fn previous(&self) -> impl Iterator<Item = Id> + '_ {
        let now = if self.state.previous.is_empty() { None } else { Some(self.id().gvk) };
        self.state.previous.iter().map(move |id| {
            let mut id = id.clone();
            if let Some(now) = &now {
                id.gvk.group.clone_from(&now.group);
                id.gvk.version.clone_from(&now.version);
            }
            id
        })
    }

    /// Whether the current or any earlier identity satisfies a condition.
    pub(super) fn any_id(&self, mut matches: impl FnMut(&Id) -> bool) -> bool {
        self.previous().any(|id| matches(&id)) || matches(&self.id())
    }

    /// Remembers the current identity before it changes.
    pub(super) fn remember(&mut self) {
        self.state.previous.push(self.id().key());
    }

    /// What keeps the object from being read, if anything does.
    pub(super) fn unreadable(&mut self) -> Option<Misfit> {
        let held = std::mem::take(&mut self.state.held);
        held.into_iter().next().filter(|_| any_scalar(&self.root, &is_mistyped))
    }

    /// Whether kustomize has anything noted in the object's annotations.
    pub(super) fn has_notes(&self) -> bool {
        let state = &self.state;
        let generated = self.origin.generated && !state.forgotten;
        state.noted || generated || state.hash || !state.previous.is_empty() || !state.prefixes.is_empty() || !state.suffixes.is_empty()
    }

    /// After a patch that took all annotations away, kustomize's notes among them: nobody finds the object by an earlier name any more, references
    /// to it are not rewritten, and no hash is appended.
    pub(super) fn forget(&mut self, by: Option<&Step>) {
        let state = &mut self.state;
        state.previous.clear();
        state.prefixes.clear();
        state.suffixes.clear();
        state.hash = false;
        state.forgotten = true;
        self.adopt(by);
    }

    /// After the note of its origin was taken away: the transformer that did it counts as its origin.
    pub(super) fn adopt(&mut self, by: Option<&Step>) {
        if self.state.noted {
            self.state.adopted = by.cloned();
        }
    }
}

fn any_scalar(node: &Node, is: &dyn Fn(&Node) -> bool) -> bool {
    match node.value() {
        Value::Scalar(_) => is(node),
        Value::Sequence(sequence) => sequence.items.iter().any(|i| any_scalar(i, is)),
        Value::Mapping(mapping) => mapping.entries.iter().any(|e| any_scalar(&e.value, is)),
        Value::Opaque(_) => false,
    }
}
