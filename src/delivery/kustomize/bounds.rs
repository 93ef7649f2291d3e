//! How far a build may go. What refers to each other multiplies: a patch that copies doubles, a component that is listed twice by each of
//! twenty others is a million. Beyond a bound, what would have been changed is unknown, and the run says so.

use super::merge::Misfit;
use crate::source::Span;
use crate::yaml::Node;

/// How deep kustomizations may nest.
pub const MAX_DEPTH: usize = 64;
/// How many objects one build may yield.
pub const MAX_OBJECTS: usize = 20_000;
/// How many times components may be taken in by one kustomization.
pub const MAX_COMPONENTS: usize = 2_000;
/// How many objects the patches and replacements of one kustomization may be held against, all together.
pub const MAX_MEETINGS: usize = 2_000_000;
/// How many values an object may have after something was copied into it.
pub const MAX_VALUES: u32 = 100_000;
/// How deep an object may nest after patches: twice as deep as a document.
pub const MAX_LEVELS: u16 = 400;

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
