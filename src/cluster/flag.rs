//! The flag of a cluster that is given its HyperConverged by several: whatever they say, it is one resource in the end.

use super::{Cluster, HcoClaim};
use crate::finding::Confidence;
use crate::operator::Tri;
use crate::operator::feature::{Feature, feature};
use crate::operator::release::Release;

/// The flag that a claim gives, together with the claims of the same resource. Who says nothing leaves it to those who do; two who contradict
/// each other overwrite each other for ever, and nobody can tell what a moment finds.
pub(super) fn effective(cluster: &Cluster, claim: &HcoClaim, release: Release) -> Feature {
    let own = feature(&claim.seen, release);
    if claim.confidence == Confidence::Low {
        return own;
    }
    let same = |c: &&HcoClaim| {
        let (a, b) = (&c.hco.object, &claim.hco.object);
        c.confidence > Confidence::Low && a.name == b.name && (a.namespace.is_none() || b.namespace.is_none() || a.namespace == b.namespace)
    };
    let said: Vec<Feature> = cluster.hyperconverged.iter().filter(same).map(|c| feature(&c.seen, release)).collect();
    let parts = cluster.hyperconverged.iter().filter(same).flat_map(|c| &c.parts).map(|p| feature(p, release));
    let everyone: Vec<Feature> = said.iter().cloned().chain(parts).collect();
    let explicit = |on: Tri| everyone.iter().find(|f| f.on == on && f.decided_by.is_some());
    if let (Some(_), Some(off)) = (explicit(Tri::Yes), explicit(Tri::No)) {
        return Feature { on: Tri::Maybe, ..off.clone() };
    }
    let all = [Tri::Maybe, Tri::Yes].into_iter().find_map(|on| said.iter().find(|f| f.on == on));
    all.or_else(|| said.iter().find(|f| f.decided_by.is_some())).cloned().unwrap_or(own)
}
