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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    fn scaled(replicas: Number, bounds: Option<(Number, Number)>) -> (State, Option<(u32, u32)>) {
        let mut pool = Pool::new("MachineSet", "a", Span::new(FileId(0), 0, 0));
        pool.scale(replicas, bounds.map(|(min, max)| Bounds { min, max }));
        (pool.state, pool.count)
    }

    #[test]
    fn what_cannot_be_read_neither_makes_nodes_nor_denies_them() {
        use Number::{Absent, Is, Unreadable};
        let cases = [
            (Is(3), None, (State::Present, Some((3, 3)))),
            (Is(0), None, (State::Parked, Some((0, 0)))),
            (Unreadable, None, (State::Latent, None)),
            (Is(0), Some((Is(1), Is(4))), (State::Present, Some((1, 4)))),
            (Is(3), Some((Is(0), Is(4))), (State::Latent, Some((0, 4)))),
            (Is(0), Some((Is(0), Is(0))), (State::Parked, Some((0, 0)))),
            (Is(3), Some((Unreadable, Is(4))), (State::Latent, None)),
            (Is(3), Some((Is(2), Unreadable)), (State::Present, None)),
            (Is(3), Some((Absent, Is(4))), (State::Latent, None)),
        ];
        for (replicas, bounds, expected) in cases {
            assert_eq!(scaled(replicas, bounds), expected, "{replicas:?} {bounds:?}");
        }
    }
}
