//! What filling in templates may come to: a value of a megabyte that a template names a million times is more than any machine holds.

use std::cell::Cell;

/// How many bytes the values filled in by one ApplicationSet, or by one of Flux's Kustomizations, may have.
pub const MAX_FILLED: usize = 64 << 20;

/// What is left of it.
#[derive(Debug)]
pub(super) struct Growth(Cell<Option<usize>>);

impl Growth {
    pub(super) fn new() -> Self {
        Self(Cell::new(Some(MAX_FILLED)))
    }

    /// Takes some; `false` when that is too much, and from then on.
    pub(super) fn take(&self, bytes: usize) -> bool {
        self.0.set(self.0.get().and_then(|left| left.checked_sub(bytes)));
        self.0.get().is_some()
    }

    /// What to say when it was too much.
    pub(super) fn message(&self) -> Option<String> {
        let beyond = format!("filling in values comes to more than {} MiB; the rest was left as it stands", MAX_FILLED >> 20);
        self.0.get().is_none().then_some(beyond)
    }
}
