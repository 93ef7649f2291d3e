//! What following deployers may come to in a whole run: a value of a megabyte that a template names a million times, or a hundred sets of ten
//! thousand instances, are more than any machine holds. What was too much is noted, and told once.

use crate::source::Span;
use std::cell::{Cell, RefCell};

/// How many bytes the values filled in by ApplicationSets, Flux's Kustomizations and Helm's charts may have, all together.
pub(super) const MAX_FILLED: usize = 256 << 20;
/// How many instances all ApplicationSets together may have.
pub(super) const MAX_GENERATED: usize = 100_000;
/// How many directories, files, values and objects deployers may go through to find what they deliver.
pub(super) const MAX_STEPS: usize = 20_000_000;
/// Most deliveries of one run.
pub(super) const MAX_DELIVERIES: usize = 200_000;

/// What is left of each bound.
#[derive(Debug)]
pub(super) struct Effort {
    filled: Left,
    generated: Left,
    steps: Left,
    emitted: Left,
    beyond: RefCell<Vec<(Span, String)>>,
}

/// What is left of one bound; nothing after it was too little.
type Left = Cell<Option<usize>>;

impl Effort {
    pub(super) fn new() -> Self {
        let left = |most| Cell::new(Some(most));
        Self {
            filled: left(MAX_FILLED),
            generated: left(MAX_GENERATED),
            steps: left(MAX_STEPS),
            emitted: left(MAX_DELIVERIES),
            beyond: RefCell::default(),
        }
    }

    /// Fills in so many bytes; `false` when that is too much, and from then on.
    pub(super) fn fill(&self, bytes: usize, span: Span) -> bool {
        let words = || format!("filling in values comes to more than {} MiB in all; the rest was left as it stands", MAX_FILLED >> 20);
        self.take(&self.filled, bytes, span, words)
    }

    /// Makes one instance of an ApplicationSet.
    pub(super) fn generate(&self, span: Span) -> bool {
        let words = || format!("ApplicationSets yield more than {MAX_GENERATED} instances in all; the others were left out");
        self.take(&self.generated, 1, span, words)
    }

    /// Goes through so many directories, files, values or objects.
    pub(super) fn go(&self, steps: usize, span: Span) -> bool {
        let words = || format!("finding what is delivered takes more than {MAX_STEPS} steps; the rest was left out");
        self.take(&self.steps, steps, span, words)
    }

    /// How many of so many deliveries may be made.
    pub(super) fn emit(&self, count: usize, span: Span) -> usize {
        let left = self.emitted.get().unwrap_or(0);
        if self.take(&self.emitted, count, span, deliveries) { count } else { left }
    }

    /// Whether deliveries may still be made.
    pub(super) fn may_emit(&self) -> bool {
        self.emitted.get().is_some()
    }

    /// The bounds that were hit: where first, and which.
    pub(super) fn beyond(&self) -> Vec<(Span, String)> {
        self.beyond.borrow().clone()
    }

    fn take(&self, left: &Left, count: usize, span: Span, words: impl Fn() -> String) -> bool {
        let Some(now) = left.get() else { return false };
        left.set(now.checked_sub(count));
        if left.get().is_none() {
            self.beyond.borrow_mut().push((span, words()));
        }
        left.get().is_some()
    }
}

/// What to say of too many deliveries.
pub(super) fn deliveries() -> String {
    format!("there are more than {MAX_DELIVERIES} deliveries; the others were not followed")
}
