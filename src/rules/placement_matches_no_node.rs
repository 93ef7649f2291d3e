//! All nodes are known and none matches the placement of workloads.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::cluster::architectures::is_workload;
use crate::operator::Tri;
use crate::operator::hyperconverged::Part;
use crate::text::and;
use std::collections::BTreeSet;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let (placement, cluster) = (&subject.workloads, subject.cluster);
    let empty = placement.required.as_ref().is_some_and(crate::operator::placement::Required::is_empty);
    // A placement that does not parse or is empty matches nothing either, and has a rule that says why.
    if !cluster.closed || cluster.pools.is_empty() || placement.has_requirements() != Tri::Yes || empty || !placement.refusals().is_empty() {
        return;
    }
    if cluster.pools.iter().any(|m| is_workload(&m.pool, placement) != Tri::No) {
        return;
    }
    let path = subject.hco.api.path(Part::Workloads);
    findings.add(
        Draft::new(subject.hco.nearest(path), "no node matches", format!("workloads of {} are placed on nodes that do not exist", cluster.called()))
            .about(&subject.hco.object)
            .field(&path.join("."))
            .note(tried(subject))
            .help("correct the placement, or label the nodes that are meant")
            .confidence(cluster.inventory().min(subject.membership())),
    );
}

fn tried(subject: &Subject<'_>) -> String {
    let pools = &subject.cluster.pools;
    match pools.len() {
        1 if pools.iter().all(|m| m.pool.node.is_some()) => "the one known node was tried".to_owned(),
        count if pools.iter().all(|m| m.pool.node.is_some()) => format!("all {count} known nodes were tried"),
        _ => {
            let archs: BTreeSet<String> = pools.iter().flat_map(|m| &m.pool.facts).map(|f| f.arch.to_string()).collect();
            format!("the nodes of {} are {}", subject.cluster.called(), and(&archs.into_iter().collect::<Vec<_>>()))
        }
    }
}
