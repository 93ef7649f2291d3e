//! Globs over paths of the repository.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::collections::BTreeSet;

/// A set of globs over paths of the repository. A star stays within one directory; patterns that are none are passed over, because the
/// configuration's reader has refused them.
pub fn globs<'a>(patterns: impl Iterator<Item = &'a String>) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for glob in patterns.filter_map(|p| GlobBuilder::new(p).literal_separator(true).build().ok()) {
        set.add(glob);
    }
    set.build().unwrap_or_else(|_| GlobSet::empty())
}

/// Groups of globs that are tried all at once, because there may be thousands of them.
#[derive(Clone, Debug)]
pub struct Groups {
    set: GlobSet,
    /// The group of each glob.
    owners: Vec<usize>,
}

impl Groups {
    /// The groups, numbered in their order.
    pub fn new<'a>(groups: impl Iterator<Item = &'a [String]>) -> Self {
        let all: Vec<(usize, &String)> = groups.enumerate().flat_map(|(number, globs)| globs.iter().map(move |glob| (number, glob))).collect();
        let all: Vec<(usize, &String)> = all.into_iter().filter(|(_, glob)| is_glob(glob)).collect();
        Self { set: globs(all.iter().map(|(_, glob)| *glob)), owners: all.iter().map(|(number, _)| *number).collect() }
    }

    /// The groups of which a glob matches.
    #[must_use]
    pub fn matching(&self, path: &str) -> BTreeSet<usize> {
        if self.owners.is_empty() {
            return BTreeSet::new();
        }
        self.set.matches(path).into_iter().filter_map(|glob| self.owners.get(glob)).copied().collect()
    }
}

fn is_glob(pattern: &str) -> bool {
    GlobBuilder::new(pattern).literal_separator(true).build().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_told_by_their_numbers() {
        let group = |list: &[&str]| list.iter().map(|g| (*g).to_owned()).collect::<Vec<_>>();
        let lists = [group(&["a/**", "["]), group(&[]), group(&["b/*", "a/x"])];
        let groups = Groups::new(lists.iter().map(Vec::as_slice));
        assert_eq!(groups.matching("a/x"), BTreeSet::from([0, 2]));
        assert_eq!(groups.matching("b/x"), BTreeSet::from([2]));
        assert_eq!(groups.matching("b/x/y"), BTreeSet::new());
    }
}
