//! Whether a pool has nodes: replicas, autoscalers, and what it means that neither can be read.

use super::pool::{Pool, State};
use super::read::Number;

/// An autoscaler's bounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) min: Number,
    pub(super) max: Number,
}

impl Bounds {
    /// Bounds, if either is written.
    pub(super) fn written(min: Number, max: Number) -> Option<Self> {
        (min != Number::Absent || max != Number::Absent).then_some(Self { min, max })
    }
}

impl Pool {
    /// Sets state and count from the wanted replicas (a default already applied) and the autoscaler that overrides them.
    ///
    /// A number that cannot be read is no reason to believe in nodes, and none to deny them: the pool is latent and its count unknown.
    pub(super) fn scale(&mut self, replicas: Number, bounds: Option<Bounds>) {
        (self.state, self.count) = match (replicas, bounds) {
            (_, Some(Bounds { min: Number::Is(min), max })) if min >= 1 => (State::Present, max.known().map(|max| (min, max.max(min)))),
            (_, Some(Bounds { max: Number::Is(0), .. })) => (State::Parked, Some((0, 0))),
            (_, Some(Bounds { min, max })) => (State::Latent, min.known().zip(max.known())),
            (Number::Is(0), None) => (State::Parked, Some((0, 0))),
            (Number::Is(n), None) => (State::Present, Some((n, n))),
            (Number::Absent | Number::Unreadable, None) => (State::Latent, None),
        };
    }

    /// Exactly one node.
    pub(super) fn single(&mut self) {
        (self.state, self.count) = (State::Present, Some((1, 1)));
    }
}
