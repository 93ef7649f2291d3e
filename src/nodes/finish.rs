//! What needs every family read: payloads, inheritance, conflicts, and the labels that follow from the architecture.

use super::machine_api::inheritance;
use super::payload::Payload;
use super::pool::{Basis, Belonging, Conflict, Fact, Pool, Problem, ProblemKind, State};
use super::{ClusterPayload, Draft, Inventory, Reading, World};
use std::collections::{BTreeMap, BTreeSet};

/// Settles everything.
pub(super) fn finish(world: &World<'_>, reading: Reading) -> Inventory {
    let Reading { mut drafts, mut out } = reading;
    platform(world, &mut drafts);
    let mut payloads: BTreeMap<&str, Vec<&ClusterPayload>> = BTreeMap::new();
    for payload in &out.payloads {
        payloads.entry(payload.belongs.cluster()).or_default().push(payload);
    }
    for Draft { pool, evidence, .. } in &mut drafts {
        let own = payloads.get(pool.belongs.cluster()).into_iter().flatten();
        evidence.facts.extend(own.filter(|payload| payload.is_of(&pool.belongs)).filter_map(|payload| payload.fact()));
    }
    inherit(&mut drafts, &out);
    for draft in drafts {
        let Draft { mut pool, evidence, .. } = draft;
        (pool.facts, pool.unknown_because) = evidence.sorted();
        pool.doubtful &= pool.facts.iter().all(|f| f.basis != Basis::Payload);
        settle(&mut pool);
        if pool.blocked.is_some() {
            pool.state = State::Parked;
        }
        out.pools.push(pool);
    }
    out.schedule_masters();
    for patch in &out.node_patches {
        for pool in out.pools.iter_mut().filter(|p| p.belongs == Belonging::Applied) {
            patch.apply(pool);
        }
    }
    for pool in &mut out.pools {
        pool.kubelet_labels();
    }
    out
}

/// The cluster's own platform, where it has but one architecture.
fn platform(world: &World<'_>, drafts: &mut [Draft]) {
    for infrastructure in world.all("config.openshift.io", "Infrastructure") {
        let Some((kind, span)) = super::read::field(&infrastructure.root, &["status", "platformStatus", "type"]).known() else { continue };
        if kind == "PowerVS" {
            for draft in drafts.iter_mut().filter(|d| d.inherits) {
                draft.evidence.fact(super::arch::Arch::PPC64LE, Basis::Platform, kind, span);
            }
        }
    }
}

/// Silent machine sets take over the control plane's architecture, unless the payload has several: then the controllers refuse to guess too.
fn inherit(drafts: &mut [Draft], out: &Inventory) {
    if out.payloads.iter().any(|p| p.belongs == Belonging::Applied && p.payload == Payload::Multi) {
        return;
    }
    let known = super::machine_api::known(drafts);
    // So they do where nodes of two architectures are declared, as no payload of one has them. The default of an instance type is no guess.
    let applied = drafts.iter().filter(|d| d.pool.belongs == Belonging::Applied);
    let architectures: BTreeSet<_> = applied.filter_map(|d| Some(&d.evidence.facts.iter().min_by_key(|f| f.basis)?.arch)).collect();
    let takes = |d: &Draft| {
        d.inherits && d.evidence.is_silent() && (architectures.len() < 2 || d.evidence.silence == Some(super::provider::BY_CONTROL_PLANE))
    };
    let taken: Vec<_> = drafts.iter().map(|d| takes(d).then(|| inheritance(&known, d)).flatten()).collect();
    for (draft, taken) in drafts.iter_mut().zip(taken) {
        if let Some((arch, detail, span)) = taken {
            draft.evidence.fact(arch, Basis::ControlPlane, detail, span);
        }
    }
}

/// Looks for contradictions in one pool's facts, which are sorted by now.
fn settle(pool: &mut Pool) {
    if !pool.facts.is_empty() {
        pool.unknown_because = None;
    }
    // A payload says what nodes can be, everything else what they are to be.
    let Some(own) = pool.facts.iter().find(|f| f.basis != Basis::Payload).cloned() else { return };
    let mut seen: Vec<&Fact> = Vec::new();
    for other in pool.facts.iter().filter(|f| f.arch != own.arch) {
        if seen.iter().any(|f| f.basis == other.basis && f.arch == other.arch) {
            continue;
        }
        seen.push(other);
        match other.basis {
            // A default or an inheritance is no statement.
            Basis::SchemaDefault | Basis::ControlPlane => {}
            Basis::Payload if own.basis == Basis::ControlPlane => {}
            Basis::Payload => {
                let is = if own.basis == Basis::SchemaDefault { "is by default" } else { "is" };
                pool.blocked.get_or_insert_with(|| format!("the release payload is for {} alone", other.arch));
                pool.problems.push(Problem {
                    kind: ProblemKind::SingleArchPayload,
                    message: format!("{} {} {is} {}, but its release payload is for {} alone", pool.kind, pool.name, own.arch, other.arch),
                    span: other.span,
                    related: vec![(own.span, format!("{} comes from here: {}", own.arch, own.detail))],
                });
            }
            _ => pool.conflicts.push(Conflict { stronger: own.clone(), weaker: other.clone() }),
        }
    }
}
