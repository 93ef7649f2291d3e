//! Which findings a baseline knows, and which of its entries have none any more.

use super::{Baseline, Entry, base};
use crate::finding::Finding;
use crate::report::fingerprint::identity;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How many findings may be held against files that are gone, for each of them.
pub const MAX_MOVED: usize = 1_500_000;

/// The findings of a run, each with its fingerprint's hash.
#[derive(Debug, Default)]
pub struct Seen<'a> {
    /// Those that would be shown.
    pub shown: Vec<(&'a Finding, String)>,
    /// Those that a comment or the configuration hides. Their entries are not stale, and not needed.
    pub suppressed: Vec<(&'a Finding, String)>,
    /// Those that are hidden for too little confidence. Their entries wait for a run that asks for less.
    pub faint: Vec<(&'a Finding, String)>,
}

/// What a baseline knows.
#[derive(Debug, Default)]
pub struct Recalled {
    /// For each shown finding: the clusters that its entry does not name, if it has an entry. Only without such clusters it is hidden.
    pub shown: Vec<Option<BTreeSet<String>>>,
    /// The entries whose findings are gone, and of which clusters they are; of all, where the finding itself is gone.
    pub stale: Vec<(Entry, BTreeSet<String>)>,
    /// The entries of findings that are hidden for too little confidence.
    pub dormant: Vec<Entry>,
    /// There are too many findings and entries of files that are gone to be held against each other.
    pub beyond: bool,
}

/// Compares a baseline with what was found.
///
/// Findings of one fingerprint are told apart by their clusters before their order: mending the first of two does not make the second a
/// new one. A finding of a cluster whose file was moved is known by the path that it had: the same finding there is gone together with the file,
/// as `is_gone` says of a path from the repository's root.
#[must_use]
pub fn recall(baseline: &Baseline, seen: &Seen<'_>, is_gone: &dyn Fn(&str) -> bool) -> Recalled {
    let mut left = Left::new();
    for (number, entry) in baseline.entries.iter().enumerate() {
        left.entry(base(&entry.fingerprint)).or_default().push_back((number, entry));
    }
    let mut shown = assign(&seen.shown, &mut left);
    assign(&seen.suppressed, &mut left);
    let dormant = assign(&seen.faint, &mut left).into_iter().flatten().filter_map(|(number, _)| baseline.entries.get(number)).cloned().collect();
    let mut now: BTreeMap<&str, BTreeSet<&String>> = BTreeMap::new();
    let beyond = moved(baseline, seen, is_gone, &mut shown, &mut left, &mut now);
    for (finding, print) in seen.shown.iter().chain(&seen.suppressed).chain(&seen.faint) {
        now.entry(print).or_default().extend(&finding.clusters);
    }
    let unmatched: BTreeSet<usize> = left.values().flatten().map(|(number, _)| *number).collect();
    let mut stale = Vec::new();
    for (number, entry) in baseline.entries.iter().enumerate() {
        let still = now.get(base(&entry.fingerprint)).filter(|_| !unmatched.contains(&number));
        let gone: BTreeSet<String> = entry.clusters.iter().filter(|c| still.is_none_or(|s| !s.contains(c))).cloned().collect();
        if still.is_none() || !gone.is_empty() {
            stale.push((entry.clone(), gone));
        }
    }
    Recalled { shown: shown.into_iter().map(|m| m.map(|(_, new)| new)).collect(), stale, dormant, beyond }
}

/// Gives the entries of files that are gone to findings elsewhere; whether there are too many of both.
fn moved<'f, 'b: 'f>(
    baseline: &'b Baseline,
    seen: &'f Seen<'_>,
    is_gone: &dyn Fn(&str) -> bool,
    shown: &mut [Given],
    left: &mut Left<'_>,
    now: &mut BTreeMap<&'f str, BTreeSet<&'f String>>,
) -> bool {
    let mut files: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (_, entry) in left.values().flatten() {
        files.entry(&entry.file).or_default().insert(&entry.rule);
    }
    files.retain(|file, _| is_gone(file));
    let mut open: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, ((finding, _), _)) in
        seen.shown.iter().zip(shown.iter()).enumerate().filter(|(_, ((f, _), given))| given.is_none() && !f.clusters.is_empty())
    {
        open.entry(finding.rule).or_default().push(number);
    }
    let mut held = 0;
    for (file, rules) in files {
        let numbers: Vec<usize> =
            rules.into_iter().filter_map(|rule| open.get(rule)).flatten().copied().filter(|n| shown.get(*n).is_some_and(Option::is_none)).collect();
        held += numbers.len();
        if held > MAX_MOVED {
            return true;
        }
        let there: Vec<(&Finding, String)> =
            numbers.iter().filter_map(|n| seen.shown.get(*n)).map(|(f, _)| (*f, format!("{:032x}", identity(f, file)))).collect();
        let mut given = vec![None; there.len()];
        for (number, clusters) in fit(&there, &mut given, left, &MOVED) {
            now.entry(baseline.entries.get(number).map_or("", |e| base(&e.fingerprint))).or_default().extend(clusters);
        }
        for (number, given) in numbers.into_iter().zip(given) {
            if let (Some(shown), Some(given)) = (shown.get_mut(number), given) {
                *shown = Some(given);
            }
        }
    }
    false
}

/// Gives entries to findings, each to one at most.
fn assign(findings: &[(&Finding, String)], left: &mut Left<'_>) -> Vec<Given> {
    let mut given = vec![None; findings.len()];
    fit(findings, &mut given, left, &SAME);
    given
}

/// The entries that are left, with their numbers, by fingerprint.
type Left<'a> = BTreeMap<&'a str, VecDeque<(usize, &'a Entry)>>;

/// The number of a finding's entry, and the clusters it does not name.
type Given = Option<(usize, BTreeSet<String>)>;

/// Whether a finding of an entry's fingerprint may be its own, surest first.
type Fit = fn(&Finding, &Entry) -> bool;

const SAME: [Fit; 3] = [|f, e| f.clusters == e.clusters, |f, e| f.clusters.is_subset(&e.clusters), |_, _| true];

/// Of a finding elsewhere nothing but its clusters tells that it is the same one.
const MOVED: [Fit; 2] =
    [|f, e| !f.clusters.is_empty() && f.clusters == e.clusters, |f, e| !f.clusters.is_empty() && f.clusters.is_subset(&e.clusters)];

/// The same for findings that have none yet. Which entries were given, and the clusters that their findings are of.
fn fit<'f>(findings: &[(&'f Finding, String)], given: &mut [Given], left: &mut Left<'_>, fits: &[Fit]) -> Vec<(usize, &'f BTreeSet<String>)> {
    let mut taken = Vec::new();
    for fit in fits {
        for ((finding, print), given) in findings.iter().zip(given.iter_mut()).filter(|(_, given)| given.is_none()) {
            let Some(entries) = left.get_mut(print.as_str()) else { continue };
            if let Some(at) = entries.iter().position(|(_, entry)| fit(finding, entry)) {
                let Some((number, entry)) = entries.remove(at) else { continue };
                *given = Some((number, finding.clusters.difference(&entry.clusters).cloned().collect()));
                taken.push((number, &finding.clusters));
            }
        }
    }
    taken
}
