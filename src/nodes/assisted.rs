//! The assisted installer: discovery environments, the agents that booted from them, and the clusters they are installed into.

use super::arch::Arch;
use super::evidence::Evidence;
use super::hypershift::AGENT_ARCH;
use super::payload::image_set_field;
use super::pool::{Basis, Belonging, LabelValue, Pool, Role, State};
use super::read::{self, Number};
use super::{Defined, Reading, World};
use crate::manifest::Object;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const GROUP: &str = "agent-install.openshift.io";
/// On hosts and agents: the environment they boot from.
pub(super) const INFRA_ENV: &str = "infraenvs.agent-install.openshift.io";
/// On agents: the bare-metal host they are.
pub(super) const HOST: &str = "agent-install.openshift.io/bmh";

pub(super) fn read(world: &World<'_>, reading: &mut Reading) {
    for install in world.all("extensions.hive.openshift.io", "AgentClusterInstall") {
        if let Some((name, span)) = read::name(&install.root, &["spec", "clusterDeploymentRef", "name"]) {
            let belongs = Belonging::Named { cluster: name.to_owned(), namespace: read::namespace(install), span };
            reading.payload(belongs, image_set_field(world, &read::field(&install.root, &["spec", "imageSetRef", "name"])));
            reading.out.clusters.push(Defined::of(install, vec![name.to_owned()], span));
        }
    }
    for agent in world.all(GROUP, "Agent") {
        let host = read::label_name(agent, HOST).and_then(|(name, _)| world.find("metal3.io", "BareMetalHost", agent.namespace.as_deref(), name));
        // One that is a host is read with it.
        if host.is_none() {
            let mut pool = Pool::new("Agent", &agent.name, agent.span());
            let mut evidence = Evidence::default();
            if describe(world, agent, &mut pool, &mut evidence) {
                reading.add(pool, evidence);
            }
        }
    }
    // Hosts or agents that boot from an environment are the nodes; it stands for them only where none is at hand.
    let hosts = world.all(GROUP, "Agent").iter().chain(world.all("metal3.io", "BareMetalHost"));
    let used: BTreeSet<usize> = hosts.filter_map(|host| environment_of(world, host)).map(|found| found.root.address()).collect();
    for environment in world.all(GROUP, "InfraEnv") {
        if !used.contains(&environment.root.address()) {
            let mut pool = Pool::new("InfraEnv", &environment.name, environment.span());
            pool.belongs = cluster_of(environment);
            let mut evidence = Evidence::default();
            architecture(environment, &mut evidence);
            pool.labels.openshift(pool.role);
            reading.add(pool, evidence);
        }
    }
}

/// What an agent adds to the pool it is; `false` when it is no node.
pub(super) fn describe(world: &World<'_>, agent: &Object, pool: &mut Pool, evidence: &mut Evidence) -> bool {
    let root = &agent.root;
    if root.find(&["spec", "approved"]).and_then(crate::yaml::Node::as_bool) == Some(false) {
        return false;
    }
    evidence.stated(Basis::Observed, "the inventory", &read::field(root, &["status", "inventory", "cpu", "architecture"]));
    evidence.stated(Basis::Label, "the inventory label", &read::field(root, &["metadata", "labels", AGENT_ARCH]));
    let environment = environment_of(world, agent);
    if let Some(environment) = environment.filter(|_| evidence.facts.is_empty()) {
        architecture(environment, evidence);
    }
    let bound = read::name(root, &["spec", "clusterDeploymentName", "name"]);
    pool.belongs = match (bound, environment) {
        (Some((cluster, span)), _) => {
            let namespace = read::name(root, &["spec", "clusterDeploymentName", "namespace"]).map(|(n, _)| n.to_owned());
            Belonging::Named { cluster: cluster.to_owned(), namespace, span }
        }
        (None, Some(environment)) if environment.root.find(&["spec", "clusterRef", "name"]).is_some() => cluster_of(environment),
        _ => Belonging::Elsewhere,
    };
    pool.single();
    if pool.belongs == Belonging::Elsewhere {
        // Discovered and waiting for a cluster to take it.
        pool.state = State::Parked;
    }
    let role = read::field(root, &["spec", "role"]).text().filter(|r| *r != "auto-assign");
    pool.role = role_of(role.or_else(|| read::field(root, &["status", "role"]).text()));
    pool.node = [["spec", "hostname"].as_slice(), &["status", "inventory", "hostname"]]
        .iter()
        .find_map(|path| read::name(root, path).map(|(name, _)| name.to_owned()));
    pool.labels.declared(root, &["spec", "nodeLabels"]);
    if let Some((pool_name, _)) = read::name(root, &["spec", "machineConfigPool"]) {
        // The labels by which the pool knows its nodes; by convention there is one of its name.
        match world.find("machineconfiguration.openshift.io", "MachineConfigPool", None, pool_name) {
            Some(config) => pool.labels.declared(&config.root, &["spec", "nodeSelector", "matchLabels"]),
            None => pool.labels.hint(&format!("node-role.kubernetes.io/{pool_name}"), LabelValue::Is(String::new())),
        }
    }
    pool.labels.openshift(pool.role);
    true
}

/// The role the installer's words name.
pub(super) fn role_of(role: Option<&str>) -> Role {
    match role.map(str::trim) {
        Some("master" | "bootstrap") => Role::ControlPlane,
        Some("worker") => Role::Worker,
        Some("arbiter") => Role::Neither,
        _ => Role::Unknown,
    }
}

/// The environment a host or agent names.
pub(super) fn environment_of<'a>(world: &World<'a>, object: &Object) -> Option<&'a Object> {
    let (name, _) = read::label_name(object, INFRA_ENV)?;
    world.find(GROUP, "InfraEnv", object.namespace.as_deref(), name)
}

/// The architecture of everything that boots from an environment: its image has but one.
pub(super) fn architecture(environment: &Object, evidence: &mut Evidence) {
    if !evidence.stated(Basis::Declared, "spec.cpuArchitecture", &read::field(&environment.root, &["spec", "cpuArchitecture"])) {
        evidence.fact(Arch::AMD64, Basis::SchemaDefault, "CRD default", read::kind_span(environment));
    }
}

/// The cluster an environment is for: the one it refers to, else the one its namespace is named after.
pub(super) fn cluster_of(environment: &Object) -> Belonging {
    if let Some((cluster, span)) = read::name(&environment.root, &["spec", "clusterRef", "name"]) {
        let namespace = read::name(&environment.root, &["spec", "clusterRef", "namespace"]).map(|(n, _)| n.to_owned());
        return Belonging::Named { cluster: cluster.to_owned(), namespace: namespace.or_else(|| read::namespace(environment)), span };
    }
    namespace_cluster(environment)
}

/// The cluster that an object's namespace may be named after, as hubs have it.
pub(super) fn namespace_cluster(object: &Object) -> Belonging {
    match read::name(&object.root, &["metadata", "namespace"]) {
        Some((name, span)) => Belonging::Presumed { cluster: name.to_owned(), span },
        None => Belonging::Elsewhere,
    }
}

/// Clusters whose control plane runs workloads too, because they have no workers or say so.
pub(super) fn make_compact(world: &World<'_>, reading: &mut Reading) {
    let mut members: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, draft) in reading.drafts.iter().enumerate() {
        members.entry(draft.pool.belongs.cluster().to_owned()).or_default().push(index);
    }
    for install in world.all("extensions.hive.openshift.io", "AgentClusterInstall") {
        let Some((name, span)) = read::name(&install.root, &["spec", "clusterDeploymentRef", "name"]) else { continue };
        let belongs = Belonging::Named { cluster: name.to_owned(), namespace: read::namespace(install), span };
        let wanted = |key: &str| read::number(&install.root, &["spec", "provisionRequirements", key]);
        let alone = matches!(wanted("controlPlaneAgents"), Number::Is(_)) && wanted("workerAgents").or(0) == Number::Is(0);
        let schedulable = install.root.find(&["spec", "mastersSchedulable"]).and_then(crate::yaml::Node::as_bool) == Some(true);
        let pool = |index: &usize| reading.drafts.get(*index).map(|d| &d.pool);
        let mut own = members.get(name).cloned().unwrap_or_default();
        own.retain(|index| pool(index).is_some_and(|pool| pool.belongs.is_also(&belongs)));
        let has_workers = own.iter().filter_map(pool).any(|pool| pool.role == Role::Worker && pool.state == State::Present);
        // Hosts nobody gave a role are control plane when there is to be nothing else.
        let all_assigned = alone && own.iter().filter_map(pool).all(|pool| pool.role != Role::ControlPlane);
        for index in own {
            let Some(draft) = reading.drafts.get_mut(index) else { continue };
            let becomes = match draft.pool.role {
                Role::ControlPlane => schedulable || (alone && !has_workers),
                Role::Unknown => all_assigned && !has_workers,
                _ => false,
            };
            if becomes {
                draft.pool.role = Role::ControlPlaneAndWorker;
                draft.pool.labels.openshift(Role::ControlPlaneAndWorker);
            }
        }
    }
}
