//! Metal3: bare-metal hosts, with what inspection found and the agents they became.

use super::assisted::{self, HOST, INFRA_ENV, cluster_of, environment_of, namespace_cluster};
use super::evidence::Evidence;
use super::pool::{Basis, Belonging, Pool, Role, State};
use super::read::{self, Field};
use super::{Reading, World};
use crate::manifest::Object;
use crate::yaml::{Node, parse_value};

const ROLE: &str = "bmac.agent-install.openshift.io/role";
const CLUSTER: &str = "bmac.agent-install.openshift.io/cluster-reference";
/// The label of the hosts that the installer makes its control plane of (its `pkg/asset/machines/baremetal/hosts.go`).
const INSTALLED: &str = "installer.openshift.io/role";
/// The annotation by which a machine names its host (cluster-api-provider-baremetal's `HostAnnotation`).
const TAKEN: &str = "metal3.io/BareMetalHost";
const HOSTNAME: &str = "bmac.agent-install.openshift.io/hostname";
const NODE_LABEL: &str = "bmac.agent-install.openshift.io.node-label.";

pub(super) fn read(world: &World<'_>, reading: &mut Reading) {
    for host in world.all("metal3.io", "BareMetalHost") {
        // One that is a machine is counted with it.
        if !world.all("machine.openshift.io", "Machine").iter().any(|machine| is_of(host, machine)) {
            one(world, host, reading);
        }
    }
}

/// Whether a host is used by this machine.
pub(super) fn is_of(host: &Object, machine: &Object) -> bool {
    let consumer = |key: &str| host.root.str_at(&["spec", "consumerRef", key]);
    let consumed = consumer("kind") == Some("Machine")
        && consumer("name") == Some(machine.name.as_str())
        && consumer("apiVersion").is_some_and(|api| api.starts_with("machine.openshift.io/"));
    let taken = machine.annotation(TAKEN).and_then(Node::text).and_then(|text| text.split_once('/'));
    consumed || taken.is_some_and(|(namespace, name)| host.namespace.as_deref() == Some(namespace) && host.name == name)
}

fn one(world: &World<'_>, host: &Object, reading: &mut Reading) {
    let mut pool = Pool::new("BareMetalHost", &host.name, host.span());
    let mut evidence = Evidence { silence: Some("nothing names its architecture, and inspection fills it in later"), ..Evidence::default() };
    pool.single();
    let agents = world.all(assisted::GROUP, "Agent");
    let is_it = |agent: &&&Object| read::label_name(agent, HOST).is_some_and(|(name, _)| name == host.name && agent.namespace == host.namespace);
    let agent = agents.iter().find(is_it).is_some_and(|agent| assisted::describe(world, agent, &mut pool, &mut evidence));
    architecture(world, host, &mut evidence);

    let annotation = |key: &str| read::field(&host.root, &["metadata", "annotations", key]);
    match assisted::role_of(annotation(ROLE).text()) {
        Role::Unknown if pool.role == Role::Unknown && read::label_name(host, INSTALLED).is_some_and(|(role, _)| role == "control-plane") => {
            pool.role = Role::ControlPlane;
        }
        Role::Unknown => {}
        role => pool.role = role,
    }
    if let Some((name, _)) = read::name(&host.root, &["metadata", "annotations", HOSTNAME]) {
        pool.node = Some(name.to_owned());
    }
    if !agent || pool.belongs == Belonging::Elsewhere {
        pool.belongs = belongs(world, host);
        pool.state = if waits(host) { State::Parked } else { State::Present };
    }
    for entry in host.root.entries_at(&["metadata", "annotations"]) {
        if let Some(key) = entry.key.text().and_then(|key| key.strip_prefix(NODE_LABEL)) {
            pool.labels.known.insert(key.to_owned(), super::labels::value_of(&entry.value));
        }
    }
    pool.labels.openshift(pool.role);

    // A site's own list of nodes may have made this host; then it is counted there, and tells what inspection found.
    let listed = reading.drafts.iter_mut().find(|d| {
        matches!(d.pool.kind.as_str(), "ClusterInstance" | "SiteConfig")
            && d.pool.belongs.is_also(&pool.belongs)
            && d.pool.node.as_deref().is_some_and(|node| node == host.name || Some(node) == pool.node.as_deref())
    });
    match listed {
        Some(draft) => draft.evidence.facts.extend(evidence.facts.into_iter().filter(|f| f.basis <= Basis::Label)),
        None => reading.add(pool, evidence),
    }
}

/// What a host and what is known of it say.
pub(super) fn architecture(world: &World<'_>, host: &Object, evidence: &mut Evidence) {
    let at = |object: &Object, basis, what: &str, path: &[&str], evidence: &mut Evidence| {
        if let field @ Field::Text(..) = read::field(&object.root, path) {
            evidence.stated(basis, what, &field);
        }
    };
    let written = evidence.stated(Basis::Declared, "spec.architecture", &read::field(&host.root, &["spec", "architecture"]));
    at(host, Basis::Observed, "the inspection", &["status", "hardware", "cpu", "arch"], evidence);
    if let Some(data) = world.find("metal3.io", "HardwareData", host.namespace.as_deref(), &host.name) {
        at(data, Basis::Observed, "the inspection", &["spec", "hardware", "cpu", "arch"], evidence);
    }
    if let Some(details) = host.annotation("inspect.metal3.io/hardwaredetails")
        && let Some(document) = parse_value(details).documents.first()
        && let field @ Field::Text(..) = read::field(&document.root, &["cpu", "arch"])
    {
        evidence.stated(Basis::Declared, "the hardware details", &field);
    }
    if evidence.facts.is_empty()
        && !written
        && let Some(environment) = environment_of(world, host)
    {
        assisted::architecture(environment, evidence);
    }
}

/// The cluster a host is for: the one it refers to, its discovery environment's, the one whose machines it lies among, or the one its
/// namespace is named after.
fn belongs(world: &World<'_>, host: &Object) -> Belonging {
    if let Some((reference, span)) = read::name(&host.root, &["metadata", "annotations", CLUSTER]) {
        let (namespace, cluster) = reference.split_once('/').map_or((None, reference), |(n, c)| (Some(n.to_owned()), c));
        return Belonging::Named { cluster: cluster.to_owned(), namespace, span };
    }
    if let Some(environment) = environment_of(world, host) {
        return cluster_of(environment);
    }
    if let Some((name, span)) = read::label_name(host, INFRA_ENV) {
        return Belonging::Named { cluster: name.to_owned(), namespace: read::namespace(host), span };
    }
    if host.namespace.as_deref() == Some("openshift-machine-api") {
        return Belonging::Applied;
    }
    namespace_cluster(host)
}

/// Whether a dump shows a host that no machine uses.
fn waits(host: &Object) -> bool {
    let state = read::field(&host.root, &["status", "provisioning", "state"]);
    let used = host.root.find(&["spec", "consumerRef", "name"]).is_some();
    !used && state.text().is_some_and(|s| !matches!(s, "provisioned" | "provisioning" | "externally provisioned"))
}
