//! The architectures of a cluster, as the operator would count them, and how much of the truth they are.
//!
//! The operator counts every Node object: taints, cordons and readiness do not matter. A node is a workload node if it matches the placement
//! of workloads, or, where that demands nothing, if it carries the worker label (its `pkg/internal/nodeinfo`).

use super::{Cluster, Member};
use crate::finding::Confidence;
use crate::nodes::arch::Arch;
use crate::nodes::pool::{Basis, LabelValue, Labels, Pool, Role, State};
use crate::operator::Tri;
use crate::operator::hyperconverged::HyperConverged;
use crate::operator::placement::Placement;
use crate::outcome::Knowledge;
use crate::source::Span;
use crate::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// Label of worker nodes.
const WORKER: &str = "node-role.kubernetes.io/worker";
/// Labels of control-plane nodes.
const CONTROL_PLANE: [&str; 2] = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

/// What is known of the architectures.
#[derive(Clone, Debug)]
pub struct Architectures {
    /// Architectures that certainly have workload nodes, with the evidence for each, surest first.
    pub workloads: BTreeMap<Arch, Vec<Proof>>,
    /// Architectures that may have workload nodes: pools without nodes, pools that may be another cluster's, labels nobody can know.
    pub possible: BTreeMap<Arch, Vec<Proof>>,
    /// Architectures that pools without nodes would bring.
    pub latent: BTreeMap<Arch, Vec<Proof>>,
    /// Architectures of the control plane.
    pub control_plane: BTreeMap<Arch, Vec<Proof>>,
    /// How much of the truth this is.
    pub knowledge: Knowledge,
    /// Two pools carry two different infrastructure ids: they cannot all be this cluster's.
    pub vetoed: bool,
}

/// One reason to count an architecture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Kind of the declaring object.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The words that say it.
    pub detail: String,
    /// How it is known.
    pub basis: Basis,
    /// Where the words stand.
    pub span: Span,
    /// How sure it is that this is the cluster's.
    pub confidence: Confidence,
}

impl Architectures {
    /// The architectures of a cluster under a placement of workloads.
    #[must_use]
    pub fn of(cluster: &Cluster, hco: Option<&HyperConverged>, workloads: &Placement) -> Self {
        let mut result = Self {
            workloads: BTreeMap::new(),
            possible: BTreeMap::new(),
            latent: BTreeMap::new(),
            control_plane: BTreeMap::new(),
            knowledge: Knowledge::Unknown,
            vetoed: false,
        };
        if !cluster.closed && hco.is_some_and(|h| result.published(h)) {
            return result;
        }
        // Masters are no workers by default, and the installer changes that only where there are no workers.
        let by_role = workloads.has_requirements() == Tri::No;
        let is_present_worker = |m: &Member| m.confidence > Confidence::Low && m.pool.state == State::Present && m.pool.role == Role::Worker;
        let has_workers = by_role && cluster.pools.iter().any(is_present_worker);
        let mut unknown = false;
        // Nodes that can never join count for nothing.
        for member in cluster.pools.iter().filter(|m| m.pool.blocked.is_none()) {
            let settled = |chosen: Tri| {
                let master = has_workers && member.pool.role == Role::ControlPlane;
                if master && chosen == Tri::Maybe { Tri::No } else { chosen }
            };
            let chosen = settled(is_workload(&member.pool, workloads));
            let Some(proof) = proof(member) else {
                unknown |= chosen != Tri::No;
                continue;
            };
            unknown |= member.pool.doubtful && chosen != Tri::No;
            let (arch, proof) = proof;
            result.count(member, settled(is_workload_as(&arch, &member.pool, workloads)), &arch, proof);
        }
        let real: BTreeSet<&str> = cluster
            .pools
            .iter()
            .filter(|m| m.confidence > Confidence::Low && m.pool.belongs == crate::nodes::pool::Belonging::Applied)
            .filter_map(|m| m.pool.infra_id.as_deref())
            .collect();
        if real.len() > 1 && result.workloads.len() > 1 {
            result.vetoed = true;
            let vetoed = std::mem::take(&mut result.workloads);
            for (arch, proofs) in vetoed {
                result.possible.entry(arch).or_default().extend(proofs);
            }
        }
        for map in [&mut result.workloads, &mut result.possible, &mut result.latent, &mut result.control_plane] {
            for proofs in map.values_mut() {
                proofs.sort_by(|a, b| b.confidence.cmp(&a.confidence).then(a.basis.cmp(&b.basis)).then(a.span.cmp(&b.span)));
            }
        }
        result.knowledge = match (cluster.closed && !unknown, result.workloads.is_empty() && result.control_plane.is_empty()) {
            (true, _) => Knowledge::Complete,
            (false, true) => Knowledge::Unknown,
            (false, false) => Knowledge::Partial,
        };
        result
    }

    fn count(&mut self, member: &Member, chosen: Tri, arch: &Arch, proof: Proof) {
        let certain = member.confidence > Confidence::Low && !member.pool.doubtful;
        let present = member.pool.state == State::Present;
        if certain && present && is_control_plane(&member.pool) {
            self.control_plane.entry(arch.clone()).or_default().push(proof.clone());
        }
        match chosen {
            Tri::Yes if certain && present => self.workloads.entry(arch.clone()).or_default().push(proof),
            Tri::No => {}
            _ => {
                if certain && !present {
                    self.latent.entry(arch.clone()).or_default().push(proof.clone());
                }
                self.possible.entry(arch.clone()).or_default().push(proof);
            }
        }
    }

    /// Takes what a dumped resource says the operator itself published; the best evidence there is.
    fn published(&mut self, hco: &HyperConverged) -> bool {
        let list = |key: &str| hco.root().items_at(&["status", "nodeInfo", key]);
        let (workloads, control_plane) = (list("workloadsArchitectures"), list("controlPlaneArchitectures"));
        let mut take = |nodes: &[Node], map: fn(&mut Self) -> &mut BTreeMap<Arch, Vec<Proof>>| {
            for node in nodes {
                let Some(text) = node.as_str() else { continue };
                let proof = Proof {
                    kind: hco.object.kind.clone(),
                    name: hco.object.name.clone(),
                    detail: "status.nodeInfo".to_owned(),
                    basis: Basis::Observed,
                    span: node.span(),
                    confidence: Confidence::High,
                };
                map(self).entry(Arch::goarch(text)).or_default().push(proof);
            }
        };
        take(workloads, |s| &mut s.workloads);
        take(control_plane, |s| &mut s.control_plane);
        let any = !self.workloads.is_empty() || !self.control_plane.is_empty();
        if any {
            self.knowledge = Knowledge::Complete;
        }
        any
    }

    /// Whether nodes of a possible architecture are there, and only what they do or whose they are is in doubt.
    #[must_use]
    pub fn may_be_present(&self, arch: &Arch) -> bool {
        let count = |map: &BTreeMap<Arch, Vec<Proof>>| map.get(arch).map_or(0, Vec::len);
        count(&self.possible) > count(&self.latent)
    }

    /// Architectures that are certain or possible, sorted.
    #[must_use]
    pub fn conceivable(&self) -> BTreeSet<&Arch> {
        self.workloads.keys().chain(self.possible.keys()).collect()
    }

    /// The confidence that at least two architectures have workload nodes: that of the second surest one.
    #[must_use]
    pub fn mixed(&self) -> Confidence {
        let mut best: Vec<Confidence> = self.workloads.values().filter_map(|proofs| proofs.iter().map(|p| p.confidence).max()).collect();
        best.sort_unstable_by(|a, b| b.cmp(a));
        best.get(1).copied().unwrap_or(Confidence::Low)
    }
}

fn proof(member: &Member) -> Option<(Arch, Proof)> {
    let fact = member.pool.facts.first()?;
    let proof = Proof {
        kind: member.pool.kind.clone(),
        name: member.pool.name.clone(),
        detail: fact.detail.clone(),
        basis: fact.basis,
        span: fact.span,
        confidence: member.confidence,
    };
    Some((fact.arch.clone(), proof))
}

/// Whether the operator counts the nodes of a pool as workload nodes.
#[must_use]
pub fn is_workload(pool: &Pool, workloads: &Placement) -> Tri {
    chosen(pool, &pool.labels, workloads)
}

/// The same for those of its nodes that are of this architecture.
#[must_use]
pub fn is_workload_as(arch: &Arch, pool: &Pool, workloads: &Placement) -> Tri {
    chosen(pool, &pool.labels_as(arch), workloads)
}

fn chosen(pool: &Pool, labels: &Labels, workloads: &Placement) -> Tri {
    let by_placement = || workloads.matches(labels, pool.node.as_deref());
    let by_label = || has_label(pool, WORKER);
    match workloads.has_requirements() {
        Tri::Yes => by_placement(),
        Tri::No => by_label(),
        Tri::Maybe => match (by_placement(), by_label()) {
            (Tri::Yes, Tri::Yes) => Tri::Yes,
            (Tri::No, Tri::No) => Tri::No,
            _ => Tri::Maybe,
        },
    }
}

fn is_control_plane(pool: &Pool) -> bool {
    CONTROL_PLANE.iter().any(|key| has_label(pool, key) == Tri::Yes)
}

fn has_label(pool: &Pool, key: &str) -> Tri {
    match pool.labels.get(key) {
        Some(LabelValue::Is(_) | LabelValue::Some) => Tri::Yes,
        Some(LabelValue::Absent) => Tri::No,
        None => Tri::Maybe,
    }
}
