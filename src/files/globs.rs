//! Globs over paths of the repository.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::collections::BTreeSet;
use std::path::Path;

/// How far a star reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Star {
    /// To the next slash.
    Name,
    /// To the end of the path.
    Path,
}

/// Globs over paths of the repository.
#[derive(Clone, Debug, Default)]
pub struct Globs {
    /// One set of all globs, or, where they are too much for one, a set for each.
    sets: Vec<GlobSet>,
}

/// One glob.
///
/// # Errors
/// Why it is none, or that it is too big to be tried, in words.
pub fn glob(pattern: &str, star: Star) -> Result<Globs, String> {
    set(&[pattern], star).map(|set| Globs { sets: vec![set] })
}

/// A set of globs whose stars stay within one directory; patterns that are none are passed over, because the configuration's reader has
/// refused them.
pub fn globs<'a>(patterns: impl Iterator<Item = &'a String>) -> Globs {
    let patterns: Vec<&str> = patterns.map(String::as_str).collect();
    match set(&patterns, Star::Name) {
        Ok(set) => Globs { sets: vec![set] },
        Err(_) => Globs { sets: patterns.iter().filter_map(|p| set(&[p], Star::Name).ok()).collect() },
    }
}

/// The crate's own matcher of one glob panics where the glob is too big for its bounds; a set is refused instead.
fn set(patterns: &[&str], star: Star) -> Result<GlobSet, String> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(GlobBuilder::new(pattern).literal_separator(star == Star::Name).build().map_err(|e| e.kind().to_string())?);
    }
    set.build().map_err(|e| e.kind().to_string().trim_end_matches('.').to_owned())
}

impl Globs {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sets.iter().all(GlobSet::is_empty)
    }

    /// Whether any of them matches.
    #[must_use]
    pub fn is_match(&self, path: &str) -> bool {
        self.sets.iter().any(|set| set.is_match(path))
    }

    /// The numbers of those that match.
    #[must_use]
    pub fn matches(&self, path: impl AsRef<Path>) -> Vec<usize> {
        let path = path.as_ref();
        match self.sets.as_slice() {
            [set] => set.matches(path),
            sets => (0..sets.len()).filter(|number| sets[*number].is_match(path)).collect(),
        }
    }
}

/// Groups of globs that are tried all at once, because there may be thousands of them.
#[derive(Clone, Debug)]
pub struct Groups {
    globs: Globs,
    /// The group of each glob.
    owners: Vec<usize>,
}

impl Groups {
    /// The groups, numbered in their order.
    pub fn new<'a>(groups: impl Iterator<Item = &'a [String]>) -> Self {
        let all: Vec<(usize, &String)> = groups.enumerate().flat_map(|(number, globs)| globs.iter().map(move |glob| (number, glob))).collect();
        let all: Vec<(usize, &String)> = all.into_iter().filter(|(_, pattern)| glob(pattern, Star::Name).is_ok()).collect();
        Self { globs: globs(all.iter().map(|(_, glob)| *glob)), owners: all.iter().map(|(number, _)| *number).collect() }
    }

    /// The groups of which a glob matches.
    #[must_use]
    pub fn matching(&self, path: &str) -> BTreeSet<usize> {
        if self.owners.is_empty() {
            return BTreeSet::new();
        }
        self.globs.matches(path).into_iter().filter_map(|glob| self.owners.get(glob)).copied().collect()
    }
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

    #[test]
    fn what_is_too_much_for_one_set_is_several() {
        let big = |end: &str| format!("{}{end}", "[ab]".repeat(60_000));
        let patterns = [big("c"), big("d"), "x/*".to_owned(), big("e"), big("f"), big("g"), big("h")];
        assert!(set(&patterns.each_ref().map(String::as_str), Star::Name).is_err(), "the globs of this test are too small");
        let all = globs(patterns.iter());
        assert_eq!(all.matches("x/y"), [2]);
        assert!(all.is_match(&format!("{}h", "b".repeat(60_000))) && !all.is_match("x") && !all.is_empty());
        assert!(glob(&"?".repeat(1_000_000), Star::Path).is_err(), "one that is too big is refused");
    }
}
