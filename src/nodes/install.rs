//! Files of OpenShift's installer, with a kind or without, and those of Talos.

use super::arch::Arch;
use super::assisted::role_of;
use super::evidence::Evidence;
use super::instance_type::Cloud;
use super::pool::{Basis, Belonging, LabelValue, Pool, Role, Scope, State};
use super::read::{self, Field};
use super::{Defined, Reading, World};
use crate::yaml::Node;
use std::collections::BTreeMap;

/// `install-config.yaml`: every pool of the cluster as it is installed. An architecture that is left out is the installer's own, which
/// nobody can tell from the file.
pub(super) fn install_config(root: &Node, reading: &mut Reading) {
    let Some((name, span)) = read::field(root, &["metadata", "name"]).known() else { return };
    let known = !read::is_placeholder(name);
    let belongs = if known { Belonging::Named { cluster: name.to_owned(), namespace: None, span } } else { Belonging::Elsewhere };
    let compute = root.items_at(&["compute"]);
    let compact = !compute.is_empty() && compute.iter().all(|pool| replicas(pool, 3) == read::Number::Is(0));
    let start = reading.drafts.len();
    if let Some(control) = root.find(&["controlPlane"]) {
        let role = if compact { Role::ControlPlaneAndWorker } else { Role::ControlPlane };
        machine_pool(root, control, "master", 3, role, reading);
    }
    if let Some(arbiter) = root.find(&["arbiter"]) {
        machine_pool(root, arbiter, "arbiter", 0, Role::Neither, reading);
    }
    for pool in compute {
        machine_pool(root, pool, "worker", 3, Role::Worker, reading);
    }
    if root.find(&["compute"]).is_none_or(Node::is_null) {
        // The installer makes workers where none are spoken of.
        machine_pool(root, root, "worker", 3, Role::Worker, reading);
    }
    for draft in reading.drafts.iter_mut().skip(start) {
        draft.pool.name = format!("{name}/{}", draft.pool.name);
        draft.pool.belongs = belongs.clone();
    }
    if known {
        let names = vec![name.to_owned()];
        reading.out.clusters.push(Defined { kind: "install-config".into(), names, namespace: None, labels: BTreeMap::new(), infra_id: None, span });
    }
}

fn replicas(pool: &Node, default: u32) -> read::Number {
    let edge = matches!(read::field(pool, &["name"]).text(), Some("edge" | "arbiter"));
    read::number(pool, &["replicas"]).or(if edge { 0 } else { default })
}

fn machine_pool(root: &Node, node: &Node, name: &str, count: u32, role: Role, reading: &mut Reading) {
    let name = read::field(node, &["name"]).text().unwrap_or(name);
    let mut pool = Pool::new("install-config", name, node.span());
    pool.role = role;
    pool.scope = Scope::Whole;
    pool.scale(replicas(node, count), None);
    let mut evidence = Evidence { silence: Some("the installer's own architecture is the default"), ..Evidence::default() };
    evidence.stated(Basis::Declared, "architecture", &read::field(node, &["architecture"]));
    let clouds = [("aws", Cloud::Aws), ("azure", Cloud::Azure), ("gcp", Cloud::Gcp), ("ibmcloud", Cloud::IbmVpc)];
    for (key, cloud) in clouds {
        let field = read::field(node, &["platform", key, "type"]).or(|| read::field(root, &["platform", key, "defaultMachinePlatform", "type"]));
        if !matches!(field, Field::Absent) {
            evidence.hardware(cloud, &field);
            pool.labels.cloud(&field, None, None);
        }
    }
    if let Some(power) = root.find(&["platform"]).and_then(Node::as_mapping).and_then(|m| m.entry("powervs")) {
        evidence.fact(Arch::PPC64LE, Basis::Platform, "powervs", power.key.span());
    }
    pool.labels.openshift(role);
    reading.add(pool, evidence);
}

/// Whether a file without a kind is an installer's configuration.
pub(super) fn is_install_config(root: &Node) -> bool {
    let has = |key: &str| root.find(&[key]).is_some_and(|n| !n.is_null());
    has("baseDomain") && has("platform") && (has("controlPlane") || has("compute")) && root.find(&["metadata", "name"]).is_some()
}

/// `agent-config.yaml`: hosts of the cluster that the install configuration beside it is about. It has no architecture, need not list every
/// host, and its own name of the cluster counts only where no install configuration has one.
pub(super) fn agent_configs(world: &World<'_>, reading: &mut Reading) {
    for config in world.all("", "AgentConfig") {
        let named = read::name(&config.root, &["metadata", "name"]);
        if let Some((name, span)) = named {
            reading.out.clusters.push(Defined { namespace: None, ..Defined::of(config, vec![name.to_owned()], span) });
        }
        for node in config.root.items_at(&["hosts"]) {
            let mut pool = host(&config.kind, node, role_of(read::field(node, &["role"]).text()));
            pool.name = format!("{}/{}", named.map_or("?", |(name, _)| name), pool.name);
            pool.belongs = match named {
                Some((cluster, span)) => Belonging::Named { cluster: cluster.to_owned(), namespace: None, span },
                None => Belonging::Elsewhere,
            };
            reading.add(pool, Evidence { silence: Some("the install configuration decides"), ..Evidence::default() });
        }
    }
}

/// An entry of a list of hosts that the installer's agent boots.
fn host(kind: &str, node: &Node, role: Role) -> Pool {
    let hostname = read::name(node, &["hostname"]).map(|(name, _)| name);
    let mut pool = Pool::new(kind, hostname.unwrap_or("host"), node.span());
    pool.role = role;
    pool.node = hostname.map(str::to_owned);
    pool.single();
    pool.labels.openshift(role);
    pool
}

/// `nodes-config.yaml` of `oc adm node-image create`: workers to add to the cluster the command is run against.
pub(super) fn nodes_config(root: &Node, reading: &mut Reading) {
    for node in root.items_at(&["hosts"]) {
        let pool = host("nodes-config", node, Role::Worker);
        let mut evidence = Evidence { silence: Some("the cluster's own architecture is the default"), ..Evidence::default() };
        let field = read::field(node, &["cpuArchitecture"]).or(|| read::field(root, &["cpuArchitecture"]));
        evidence.stated(Basis::Declared, "cpuArchitecture", &field);
        reading.add(pool, evidence);
    }
}

/// Whether a file without a kind is one: it is known by its name, because its content could be anybody's.
pub(super) fn is_nodes_config(path: &str, root: &Node) -> bool {
    let file = crate::files::name(path);
    matches!(file, "nodes-config.yaml" | "nodes-config.yml") && !root.items_at(&["hosts"]).is_empty()
}

/// A Talos machine configuration: a role and labels, and an image for any architecture.
pub(super) fn talos(path: &str, root: &Node, reading: &mut Reading) {
    let role = match read::field(root, &["machine", "type"]).text() {
        Some("controlplane" | "init") if root.find(&["cluster", "allowSchedulingOnControlPlanes"]).and_then(Node::as_bool) == Some(true) => {
            Role::ControlPlaneAndWorker
        }
        Some("controlplane" | "init") => Role::ControlPlane,
        _ => Role::Worker,
    };
    let file = crate::files::name(path);
    let mut pool = Pool::new("Talos", read::name(root, &["machine", "network", "hostname"]).map_or(file, |(name, _)| name), root.span());
    pool.role = role;
    pool.state = State::Present;
    if let Some((cluster, span)) = read::name(root, &["cluster", "clusterName"]) {
        pool.belongs = Belonging::Named { cluster: cluster.to_owned(), namespace: None, span };
    }
    pool.labels.declared(root, &["machine", "nodeLabels"]);
    if role.is_control_plane() == Some(true) {
        pool.labels.hint(super::labels::CONTROL_PLANE, LabelValue::Is(String::new()));
    }
    reading.add(pool, Evidence { silence: Some("Talos machine configurations name no architecture"), ..Evidence::default() });
}

/// Whether a file without a kind is one.
pub(super) fn is_talos(root: &Node) -> bool {
    let kind = read::field(root, &["machine", "type"]).text();
    root.str_at(&["version"]) == Some("v1alpha1") && matches!(kind, Some("controlplane" | "init" | "worker" | "join"))
}
