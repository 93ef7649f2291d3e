//! `Node`: a dump tells everything, a manifest in Git tells labels.

use super::evidence::Evidence;
use super::labels::{ARCH, BETA_ARCH, role_of};
use super::pool::{Basis, LabelValue, Labels, Pool, Role, Scope};
use super::read;
use super::snapshot::MACHINE;
use super::{NodePatch, Reading, World};
use crate::manifest::Object;
use regex::Regex;
use std::sync::OnceLock;

pub(super) fn read(world: &World<'_>, reading: &mut Reading) {
    for node in world.all("", "Node") {
        one(node, reading);
    }
}

fn one(node: &Object, reading: &mut Reading) {
    // A kubelet that has not reported yet: the operator drops the node, whatever its labels say.
    if node.root.str_at(&["status", "nodeInfo", "architecture"]) == Some("") {
        return;
    }
    let mut labels = Labels::default();
    labels.declared(&node.root, &["metadata", "labels"]);
    let mut evidence = Evidence::default();
    evidence.reported(Basis::Observed, &read::field(&node.root, &["status", "nodeInfo", "architecture"]));
    let label = read::field(&node.root, &["metadata", "labels", ARCH]).or(|| read::field(&node.root, &["metadata", "labels", BETA_ARCH]));
    evidence.reported(Basis::Label, &label);

    if let Some(day) = last_seen(node) {
        evidence.facts.iter_mut().filter(|f| f.basis == Basis::Observed).for_each(|f| f.detail = format!("{}, seen {day}", f.detail));
    }
    let dumped = is_dump(node, &labels);
    if !dumped && evidence.facts.is_empty() {
        // A server-side-apply patch: labels and taints for a node that something else makes.
        reading.out.node_patches.push(NodePatch { name: node.name.clone(), labels: labels.known, span: node.span() });
        return;
    }
    let mut pool = Pool::new("Node", &node.name, node.span());
    pool.role = role_of(&labels).unwrap_or(if dumped { Role::Neither } else { Role::Unknown });
    labels.complete = dumped;
    pool.labels = labels;
    pool.scope = if dumped { Scope::Inventory } else { Scope::Part };
    pool.node = Some(node.name.clone()).filter(|name| !name.is_empty());
    pool.infra_id = infra_id(node);
    pool.single();
    reading.add(pool, evidence);
}

/// The day of the newest heartbeat in a raw dump: how old the evidence is.
fn last_seen(node: &Object) -> Option<&str> {
    let beats = node.root.items_at(&["status", "conditions"]).iter().filter_map(|c| c.find(&["lastHeartbeatTime"])?.text());
    beats.filter_map(|time| time.get(..10)).filter(|day| crate::text::is_date(day)).max()
}

/// Whether the object came out of a cluster: it has the kubelet's report, or, where a dump was stripped of it, the three labels that every
/// kubelet writes and no person does.
fn is_dump(node: &Object, labels: &Labels) -> bool {
    let reported = node.root.find(&["status", "nodeInfo"]).is_some_and(|info| !info.is_null());
    let written = |key: &str| matches!(labels.known.get(key), Some(LabelValue::Is(value)) if !value.is_empty());
    reported || [ARCH, "kubernetes.io/os", "kubernetes.io/hostname"].iter().all(|key| written(key))
}

/// The infrastructure id in the name of the machine behind a node: `openshift-machine-api/<infraID>-worker-…`.
pub(super) fn infra_id(node: &Object) -> Option<String> {
    static PATTERN: OnceLock<Option<Regex>> = OnceLock::new();
    let machine = PATTERN.get_or_init(|| Regex::new("^openshift-machine-api/(.{1,21}-[bcdfghjklmnpqrstvwxz2456789]{5})-").ok()).as_ref()?;
    let (text, _) = read::name(&node.root, &["metadata", "annotations", MACHINE])?;
    machine.captures(text).and_then(|c| c.get(1)).map(|id| id.as_str().to_owned())
}
