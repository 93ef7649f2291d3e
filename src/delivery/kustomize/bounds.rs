//! How far a build may go. What refers to each other multiplies: a patch that copies doubles, a component that is listed twice by each of
//! twenty others is a million. Beyond a bound, what would have been changed is unknown, and the run says so.

use super::merge::Misfit;
use crate::source::Span;
use crate::yaml::{Node, Value};
use std::cell::Cell;

/// How deep kustomizations may nest.
pub const MAX_DEPTH: usize = 64;
/// How many objects one build may yield.
pub const MAX_OBJECTS: usize = 20_000;
/// How many times components may be taken in by one kustomization.
pub const MAX_COMPONENTS: usize = 2_000;
/// How many objects the patches, replacements, vars and other changes of one kustomization may be held against, all together.
pub const MAX_MEETINGS: usize = 2_000_000;
/// How many values an object may have after something was copied into it.
pub const MAX_VALUES: u32 = 100_000;
/// How deep an object may nest after patches: twice as deep as a document.
pub const MAX_LEVELS: u16 = 400;

/// How many steps the changes of one kustomization may take, all together: entries and items gone through, bytes written.
pub const MAX_WORK: u64 = 50_000_000;

/// What steps the changes of a kustomization may still take.
#[derive(Debug)]
pub(super) struct Work(Cell<u64>);

impl Work {
    /// What is left after so much.
    pub(super) fn after(done: u64) -> Self {
        Self(Cell::new(MAX_WORK.saturating_sub(done)))
    }

    /// How much was done of all there may be.
    pub(super) fn done(&self) -> u64 {
        MAX_WORK - self.0.get()
    }

    /// Goes through so many entries or items, or writes so many bytes.
    pub(super) fn spend(&self, steps: usize, span: Span) -> Result<(), Misfit> {
        let left = self.0.get().checked_sub(steps as u64);
        self.0.set(left.unwrap_or(0));
        left.map(drop).ok_or_else(|| misfit(span, &format!("the changes of a kustomization take more than {MAX_WORK} steps")))
    }

    /// Goes through a map or a list.
    pub(super) fn pass(&self, node: &Node, span: Span) -> Result<(), Misfit> {
        let size = match node.value() {
            Value::Mapping(m) => m.entries.len() + m.removed.len(),
            Value::Sequence(s) => s.items.len() + s.removed.len(),
            Value::Scalar(_) | Value::Opaque(_) => 0,
        };
        self.spend(size + 1, span)
    }
}

/// How many objects all kustomizations of a run may take in, each layer counted that an object has gone through.
pub const MAX_TAKEN: usize = 1_000_000;

/// What every message about a bound ends with.
const BEYOND: &str = "; this is a limit of hco-lint";

/// A misfit that is no fault of the repository.
pub(super) fn misfit(span: Span, what: &str) -> Misfit {
    Misfit { span, related: None, message: format!("{what}{BEYOND}") }
}

/// Whether a misfit is one of these.
pub(super) fn is_beyond(misfit: &Misfit) -> bool {
    misfit.message.ends_with(BEYOND)
}

/// A path that leads no deeper than an object may nest.
pub(super) fn path(length: usize, span: Span) -> Result<(), Misfit> {
    if length <= usize::from(MAX_LEVELS) { Ok(()) } else { Err(misfit(span, &format!("a path leads deeper than {MAX_LEVELS} levels"))) }
}

/// An object after a change, unless it is beyond a bound. `copies` is whether the change could double it; `before` is what it was.
pub(super) fn grown(root: Node, before: &Node, copies: bool, span: Span) -> Result<Node, Misfit> {
    if root.height() > MAX_LEVELS {
        return Err(misfit(span, &format!("patches make an object nest deeper than {MAX_LEVELS} levels")));
    }
    if copies && root.weight() > MAX_VALUES.max(before.weight()) {
        return Err(misfit(span, &format!("copies make an object hold more than {MAX_VALUES} values")));
    }
    Ok(root)
}
