//! A cluster as `topology` and the machine formats show it.

use super::{Architectures, Assumptions, Cluster};
use crate::finding::Confidence;
use crate::manifest::Object;
use crate::membership::{Membership, Reason};
use crate::operator::Tri;
use crate::operator::images::GoldenImage;
use crate::operator::placement::Placement;
use crate::outcome::{ClusterView, Evidence, GoldenImageView, HyperConvergedView, MultiArch};

/// The view of a cluster.
#[must_use]
pub fn view(cluster: &Cluster, assumptions: &Assumptions<'_>) -> ClusterView {
    let subject = cluster.subject(assumptions);
    // A claim that is merely possible is no HyperConverged of the cluster's.
    let given = subject.as_ref().filter(|s| s.claim.confidence > Confidence::Low);
    let architectures = given.map_or_else(|| Architectures::of(cluster, None, &Placement::default()), |s| s.architectures.clone());
    ClusterView {
        name: cluster.name.clone(),
        hyperconverged: given.map(|s| HyperConvergedView {
            api_version: s.hco.object.api_version(),
            name: s.hco.object.name.clone(),
            namespace: s.hco.object.namespace.clone(),
            span: s.hco.object.span(),
        }),
        multi_arch: given.map_or(MultiArch::None, |s| match s.feature.on {
            Tri::Yes => MultiArch::On,
            Tri::No => MultiArch::Off,
            Tri::Maybe => MultiArch::Unknown,
        }),
        workloads: architectures.workloads.keys().cloned().collect(),
        control_plane: architectures.control_plane.keys().cloned().collect(),
        latent: architectures.latent.keys().filter(|a| !architectures.workloads.contains_key(a)).cloned().collect(),
        knowledge: architectures.knowledge,
        evidence: cluster.pools.iter().filter(|m| m.confidence > Confidence::Low).map(evidence).collect(),
        golden_images: given.map(|s| s.images.list.iter().map(golden_image).collect()).unwrap_or_default(),
        why: cluster.why.clone(),
        members: members(cluster),
        confidence: given.map_or(Confidence::High, |s| s.claim.confidence),
    }
}

fn members(cluster: &Cluster) -> Vec<Membership> {
    let of = |object: &Object, reason: &Reason, confidence: Confidence| Membership {
        kind: object.kind.clone(),
        name: object.name.clone(),
        span: object.span(),
        reason: reason.clone(),
        confidence,
    };
    let claims = cluster.hyperconverged.iter().map(|c| of(&c.hco.object, &c.reason, c.confidence));
    let pools = cluster.pools.iter().map(|m| Membership {
        kind: m.pool.kind.clone(),
        name: m.pool.name.clone(),
        span: m.pool.span,
        reason: m.reason.clone(),
        confidence: m.confidence,
    });
    claims.chain(pools).chain(cluster.given.iter().map(|g| of(&g.object, &g.reason, g.confidence))).collect()
}

fn evidence(member: &super::Member) -> Evidence {
    let pool = &member.pool;
    let fact = pool.facts.first();
    Evidence {
        arch: fact.map(|f| f.arch.clone()),
        basis: fact.map(|f| f.basis),
        detail: fact.map(|f| f.detail.clone()).or_else(|| pool.unknown_because.clone()).unwrap_or_else(|| "nothing says".to_owned()),
        state: pool.state,
        role: pool.role,
        kind: pool.kind.clone(),
        name: pool.name.clone(),
        span: fact.map_or(pool.span, |f| f.span),
    }
}

fn golden_image(image: &GoldenImage) -> GoldenImageView {
    let mut architectures: Vec<String> = image.annotation.tokens().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect();
    architectures.sort();
    architectures.dedup();
    GoldenImageView { name: image.name.clone(), common: image.common, architectures, span: image.entry.as_ref().map(|e| e.span()) }
}
