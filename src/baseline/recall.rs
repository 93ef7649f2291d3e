//! Which findings a baseline knows, and which of its entries have none any more.

use super::{Baseline, Entry, base};
use crate::finding::Finding;
use std::collections::{BTreeMap, BTreeSet};

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
}

/// Compares a baseline with what was found.
///
/// Findings of one fingerprint are told apart by their clusters before their order: mending the first of two does not make the second a
/// new one.
#[must_use]
pub fn recall(baseline: &Baseline, seen: &Seen<'_>) -> Recalled {
    let mut left: BTreeMap<&str, Vec<(usize, &Entry)>> = BTreeMap::new();
    for (number, entry) in baseline.entries.iter().enumerate() {
        left.entry(base(&entry.fingerprint)).or_default().push((number, entry));
    }
    let shown = assign(&seen.shown, &mut left);
    assign(&seen.suppressed, &mut left);
    let dormant = assign(&seen.faint, &mut left).into_iter().flatten().filter_map(|(number, _)| baseline.entries.get(number)).cloned().collect();
    let mut now: BTreeMap<&str, BTreeSet<&String>> = BTreeMap::new();
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
    Recalled { shown: shown.into_iter().map(|m| m.map(|(_, new)| new)).collect(), stale, dormant }
}

/// Gives entries to findings, each to one at most: the number of the entry and the clusters it does not name.
fn assign(findings: &[(&Finding, String)], left: &mut BTreeMap<&str, Vec<(usize, &Entry)>>) -> Vec<Option<(usize, BTreeSet<String>)>> {
    type Fit = fn(&Finding, &Entry) -> bool;
    let fits: [Fit; 3] = [|f, e| f.clusters == e.clusters, |f, e| f.clusters.is_subset(&e.clusters), |_, _| true];
    let mut given = vec![None; findings.len()];
    for fit in fits {
        for ((finding, print), given) in findings.iter().zip(&mut given).filter(|(_, given)| given.is_none()) {
            let Some(entries) = left.get_mut(print.as_str()) else { continue };
            if let Some(at) = entries.iter().position(|(_, entry)| fit(finding, entry)) {
                let (number, entry) = entries.remove(at);
                *given = Some((number, finding.clusters.difference(&entry.clusters).cloned().collect()));
            }
        }
    }
    given
}
