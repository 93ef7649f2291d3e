//! Which findings lie in which scopes: both are gone through in the order in which they stand, for there may be many of either.

use crate::finding::Finding;
use crate::source::{FileId, Span};
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

/// So many places are told of findings that a comment just misses.
const MOST_NEAR: usize = 10;

/// A place where the findings of a rule are hidden.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'a> {
    pub(super) rule: &'a str,
    pub(super) span: Span,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Covered {
    /// For each finding, the first scope that it points into.
    pub(super) by: Vec<Option<usize>>,
    /// For each scope, whether a finding points into it.
    pub(super) used: Vec<bool>,
    /// For each scope that no finding points into, where those point whose evidence lies in it: a few.
    pub(super) near: Vec<BTreeSet<Span>>,
}

/// The scopes of a rule in a file, and what stands there.
#[derive(Default)]
struct Group {
    /// By their numbers.
    scopes: Vec<usize>,
    /// Where findings point, with their numbers.
    primary: Vec<(u32, usize)>,
    /// Where evidence of findings stands, with the place that the finding points to.
    evidence: Vec<(u32, Span)>,
}

/// Which of the findings each scope covers.
pub(super) fn cover(scopes: &[Scope<'_>], findings: &[&Finding]) -> Covered {
    let mut groups: HashMap<(&str, FileId), Group> = HashMap::new();
    for (number, scope) in scopes.iter().enumerate() {
        groups.entry((scope.rule, scope.span.file)).or_default().scopes.push(number);
    }
    for (number, finding) in findings.iter().enumerate() {
        let primary = finding.primary.span;
        if let Some(group) = groups.get_mut(&(finding.rule, primary.file)) {
            group.primary.push((primary.start, number));
        }
        for label in &finding.related {
            if let Some(group) = groups.get_mut(&(finding.rule, label.span.file)) {
                group.evidence.push((label.span.start, primary));
            }
        }
    }
    let mut covered = Covered { by: vec![None; findings.len()], used: vec![false; scopes.len()], near: vec![BTreeSet::new(); scopes.len()] };
    for mut group in groups.into_values() {
        group.scopes.sort_by_key(|number| scopes.get(*number).map(|s| s.span.start));
        group.primary.sort_unstable();
        group.evidence.sort_unstable();
        group.judge(scopes, &mut covered);
    }
    covered
}

impl Group {
    fn judge(&self, scopes: &[Scope<'_>], covered: &mut Covered) {
        let spans = || self.scopes.iter().filter_map(|number| Some((*number, scopes.get(*number)?.span)));
        for (number, span) in spans() {
            let inside = behind(&self.primary, span.start).first().is_some_and(|(at, _)| *at <= span.end);
            if inside && let Some(used) = covered.used.get_mut(number) {
                *used = true;
            } else if let Some(near) = covered.near.get_mut(number) {
                let evidence = behind(&self.evidence, span.start).iter().take_while(|(at, _)| *at <= span.end);
                near.extend(evidence.take(MOST_NEAR).map(|(_, primary)| *primary));
            }
        }
        // The scopes that have begun, the first one given on top; those that ended are dropped when they come up.
        let (mut coming, mut open) = (spans().peekable(), BinaryHeap::new());
        for (at, finding) in &self.primary {
            while let Some((number, span)) = coming.next_if(|(_, span)| span.start <= *at) {
                open.push(Reverse((number, span.end)));
            }
            while open.peek().is_some_and(|Reverse((_, end))| end < at) {
                open.pop();
            }
            if let Some(by) = covered.by.get_mut(*finding) {
                *by = open.peek().map(|Reverse((number, _))| *number);
            }
        }
    }
}

/// What stands at or behind an offset.
fn behind<T>(sorted: &[(u32, T)], from: u32) -> &[(u32, T)] {
    sorted.get(sorted.partition_point(|(at, _)| *at < from)..).unwrap_or_default()
}
