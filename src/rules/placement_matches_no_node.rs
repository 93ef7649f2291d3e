//! All nodes are known and none matches the placement of workloads.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::cluster::architectures::is_workload;
use crate::operator::Tri;
use crate::operator::hyperconverged::Part;

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
    let confidence = cluster.pools.iter().map(|m| m.confidence).min().unwrap_or(subject.membership());
    findings.add(
        Draft::new(subject.hco.nearest(path), "no node matches", format!("workloads of {} are placed on nodes that do not exist", cluster.name))
            .about(&subject.hco.object)
            .field(&path.join("."))
            .note(format!("all {} known nodes were tried", cluster.pools.len()))
            .help("correct the placement, or label the nodes that are meant")
            .confidence(confidence.min(subject.membership())),
    );
}
