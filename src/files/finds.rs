//! What walks found, in the order of paths: each thread sorts its share, so that only runs are left to merge.

use super::walk::Found;
use std::cmp::Ordering;

/// Files that were found, some of them more than once.
#[derive(Debug, Default)]
pub struct Finds {
    /// Each in order.
    runs: Vec<Vec<Found>>,
    /// In no order.
    loose: Vec<Found>,
}

impl Finds {
    /// Adds a file.
    pub fn push(&mut self, found: Found) {
        self.loose.push(found);
    }

    /// Adds what another walk found.
    pub fn append(&mut self, other: Self) {
        self.runs.extend(other.runs);
        self.loose.extend(other.loose);
    }

    /// What there is, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Found> {
        self.runs.iter().flatten().chain(&self.loose)
    }

    /// What there is, in no order, to be changed in anything but its path.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Found> {
        self.runs.iter_mut().flatten().chain(&mut self.loose)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.runs.iter().map(Vec::len).sum::<usize>() + self.loose.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sorts what was pushed: one thread's share.
    pub(super) fn sort(&mut self) {
        self.loose.sort_unstable_by(order);
        self.runs.extend(Some(std::mem::take(&mut self.loose)).filter(|run| !run.is_empty()));
    }

    /// Hands over everything in order.
    ///
    /// Neighbours are mostly of one run, because a thread takes whole directories: what comes before the other runs' first is handed over
    /// without a look at each.
    pub(super) fn merge(mut self, mut take: impl FnMut(Found)) {
        self.sort();
        let mut runs: Vec<_> = self.runs.into_iter().map(Vec::into_iter).collect();
        loop {
            runs.retain(|run| !run.as_slice().is_empty());
            runs.sort_by(|a, b| a.as_slice().first().zip(b.as_slice().first()).map_or(Ordering::Equal, |(a, b)| order(a, b)));
            let (first, rest) = match runs.as_mut_slice() {
                [] => return,
                [first, rest @ ..] => (first, rest),
            };
            let before = match rest.first().and_then(|run| run.as_slice().first()) {
                Some(next) => count_before(first.as_slice(), next),
                None => first.len(),
            };
            first.take(before).for_each(&mut take);
        }
    }
}

/// How many files at the beginning of a run, at least one, do not come after another: found in steps that double.
fn count_before(run: &[Found], other: &Found) -> usize {
    let is_before = |found: &Found| order(found, other) != Ordering::Greater;
    let mut end = 1;
    while run.get(end).is_some_and(is_before) {
        end *= 2;
    }
    let start = end / 2;
    start.max(1) + run.get(start.max(1)..end.min(run.len())).map_or(0, |part| part.partition_point(is_before))
}

/// By path; of one path, what is linted first, then what has its text.
fn order(a: &Found, b: &Found) -> Ordering {
    a.path.cmp(&b.path).then(b.linted.cmp(&a.linted)).then(b.text.is_some().cmp(&a.text.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::At;

    fn found(path: &str, linted: bool) -> Found {
        Found { path: path.into(), at: At::Path, relevant: false, explicit: false, linted, text: None }
    }

    /// Shares of every shape give what one sort gives.
    #[test]
    fn runs_merge_to_what_sorting_gives() {
        let mut random = 1_u64;
        let mut below = |limit: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(random >> 33).unwrap_or(0) % limit
        };
        for _ in 0..200 {
            let (mut finds, mut all) = (Finds::default(), Vec::new());
            for _ in 0..below(5) {
                let mut share = Finds::default();
                let directory = below(3);
                for _ in 0..below(40) {
                    let (path, linted) = (format!("{}/{}", directory + below(2), below(30)), below(2) == 0);
                    all.push((path.clone(), !linted));
                    share.push(found(&path, linted));
                }
                if below(3) > 0 {
                    share.sort();
                }
                finds.append(share);
            }
            all.sort();
            assert_eq!(finds.len(), all.len());
            let mut merged = Vec::new();
            finds.merge(|f| merged.push((f.path.to_string(), !f.linted)));
            assert_eq!(merged, all);
        }
    }
}
