//! One architecture of the workload nodes has exactly one node: its virtual machines cannot be migrated live.

use super::{Check, Draft, Findings};
use crate::cluster::{Member, Subject};
use crate::cluster::architectures::is_workload;
use crate::finding::Confidence;
use crate::nodes::arch::Arch;
use crate::nodes::pool::{Pool, State};
use crate::operator::Tri;
use crate::outcome::Knowledge;
use std::collections::BTreeMap;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let architectures = &subject.architectures;
    // A cluster of one node has no live migration at all, and everybody knows.
    if architectures.workloads.len() < 2 {
        return;
    }
    let mut members: BTreeMap<&Arch, Vec<&Member>> = BTreeMap::new();
    for member in &subject.cluster.pools {
        if let Some(arch) = member.pool.arch() {
            members.entry(arch).or_default().push(member);
        }
    }
    for arch in architectures.workloads.keys() {
        let Some((pool, confidence)) = members.get(arch).and_then(|members| only(subject, members)) else { continue };
        let Some(fact) = pool.facts.first() else { continue };
        // Machines that are not declared may be of this architecture too.
        let sure = architectures.knowledge == Knowledge::Complete;
        let message = format!("{} has a single node of {arch}, so no virtual machine of {arch} can be migrated live", subject.cluster.called());
        findings.add(
            Draft::new(fact.span, format!("the only {arch} node"), message)
                .about(&subject.hco.object)
                .item(arch.as_str())
                .field("nodes")
                .note("the operator looks at the number of worker nodes, not at their architectures, when it chooses the eviction strategy")
                .help(format!("add another {arch} node, or set `evictionStrategy: None` on its virtual machines so that the node can be drained"))
                .confidence(if sure { subject.membership().min(confidence) } else { Confidence::Low }),
        );
    }
}

/// The pool of the only workload node among those of an architecture; `None` when there may be more, or nobody can count.
fn only<'a>(subject: &Subject<'a>, members: &[&'a Member]) -> Option<(&'a Pool, Confidence)> {
    let mut found = None;
    for member in members.iter().filter(|m| is_workload(&m.pool, &subject.workloads) != Tri::No) {
        let pool = &member.pool;
        match (pool.state, pool.count) {
            (State::Present, Some((1, 1))) if found.is_none() && member.confidence > Confidence::Low => found = Some((&**pool, member.confidence)),
            (State::Parked, Some((0, 0))) => {}
            _ => return None,
        }
    }
    found
}
