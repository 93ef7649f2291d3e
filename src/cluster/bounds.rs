//! How much of clusters is looked at: rules hold their nodes against placements and architectures against each other.

use super::Cluster;
use super::homes::MAX_MEMBERS;
use crate::nodes::arch::Arch;
use crate::operator::hyperconverged::Part;
use crate::operator::placement::Placement;
use crate::source::Span;
use crate::yaml::Opaque;
use std::collections::{BTreeMap, BTreeSet};

/// How many architectures the nodes of one cluster may have.
const MAX_ARCHITECTURES: usize = 100;
/// How many requirements and values of placements the nodes of all clusters may be held against.
const MAX_HELD: usize = 20_000_000;

/// The bounds of this program that were hit, and where first.
#[derive(Default)]
pub(super) struct Beyond(pub(super) BTreeMap<String, Span>);

impl Beyond {
    pub(super) fn members(&mut self, span: Span) {
        self.note(span, format!("clusters are given more than {MAX_MEMBERS} objects in all; the others were left out"));
    }

    pub(super) fn note(&mut self, span: Span, words: String) {
        self.0.entry(words).or_insert(span);
    }
}

/// Leaves out what is too much, and says where and what.
pub(super) fn apply(clusters: &mut [Cluster]) -> Vec<(Span, String)> {
    let (mut beyond, mut held) = (Vec::new(), 0_usize);
    for cluster in clusters {
        if let Some(span) = architectures(cluster) {
            beyond.push((span, format!("nodes of a cluster have more than {MAX_ARCHITECTURES} architectures; the others were left out")));
        }
        let Some((span, size)) = cluster.claim().map(|claim| (claim.hco.object.span(), claim.hco.placement(Part::Workloads).size())) else {
            continue;
        };
        held = held.saturating_add(size.saturating_mul(cluster.pools.len()));
        if held > MAX_HELD {
            cluster.unplaced = true;
            beyond.push((
                span,
                format!("nodes are held against more than {MAX_HELD} requirements of placements; which nodes the others choose is unknown"),
            ));
        }
    }
    beyond
}

/// Where the first node of an architecture is that is one too many.
fn architectures(cluster: &mut Cluster) -> Option<Span> {
    let mut known: BTreeSet<Arch> = BTreeSet::new();
    let mut beyond = None;
    cluster.pools.retain(|member| {
        let Some(arch) = member.pool.arch() else { return true };
        let fits = known.contains(arch) || known.len() < MAX_ARCHITECTURES && known.insert(arch.clone());
        if !fits {
            beyond.get_or_insert(member.pool.span);
        }
        fits
    });
    // There are others.
    cluster.closed &= beyond.is_none();
    beyond
}

/// The placement that nobody can tell which nodes it chooses.
pub(super) fn unknown(placement: &Placement) -> Placement {
    let span = placement.required.as_ref().map_or(Span::new(crate::source::FileId(0), 0, 0), |r| r.span);
    Placement { unknown: Some(Opaque { reason: "there is too much of it".into(), span }), ..Placement::default() }
}
