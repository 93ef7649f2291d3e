//! OpenShift's Machine API (`machine.openshift.io`): machine sets, the control plane's machine set, single machines, their autoscalers.

use super::arch::Arch;
use super::capi_templates::hosts;
use super::count::Bounds;
use super::evidence::Evidence;
use super::pool::{Fact, LabelValue, Pool, Role};
use super::read;
use super::world::same_namespace;
use super::{Draft, Reading, World, metal3, provider};
use crate::manifest::Object;
use crate::source::Span;

const GROUP: &str = "machine.openshift.io";
const CLUSTER: &str = "machine.openshift.io/cluster-api-cluster";
const ROLE: &str = "machine.openshift.io/cluster-api-machine-role";
const SET: &str = "machine.openshift.io/cluster-api-machineset";

pub(super) fn read(world: &World<'_>, reading: &mut Reading) {
    for set in world.all(GROUP, "MachineSet") {
        // After migration the Cluster API twin decides.
        let migrated = set.root.str_at(&["spec", "authoritativeAPI"]) == Some("ClusterAPI");
        if !migrated || world.find("cluster.x-k8s.io", "MachineSet", Some("openshift-cluster-api"), &set.name).is_none() {
            machine_set(world, set, reading);
        }
    }
    for set in world.all(GROUP, "ControlPlaneMachineSet") {
        control_plane(world, set, reading);
    }
    for machine in world.all(GROUP, "Machine") {
        let hosts = world.all("metal3.io", "BareMetalHost").iter().filter(|host| metal3::is_of(host, machine));
        let hosts: Vec<&Object> = hosts.copied().collect();
        // A host tells more than the set that its machine is one of.
        if !hosts.is_empty() || !is_owned(world, machine) {
            single(world, machine, &hosts, reading);
        }
    }
    for scheduler in world.all("config.openshift.io", "Scheduler") {
        if let Some(node) = scheduler.root.find(&["spec", "mastersSchedulable"]) {
            reading.out.masters_schedulable = node.as_bool().map(|yes| (yes, node.span()));
        }
    }
    for infrastructure in world.all("config.openshift.io", "Infrastructure") {
        // The only node there is runs everything.
        if let Some(("SingleReplica", span)) = read::field(&infrastructure.root, &["status", "controlPlaneTopology"]).known() {
            reading.out.masters_schedulable.get_or_insert((true, span));
        }
        if let Some((id, span)) = read::name(&infrastructure.root, &["status", "infrastructureName"]) {
            reading.out.infra_ids.push((id.to_owned(), span));
        }
    }
}

fn machine_set(world: &World<'_>, set: &Object, reading: &mut Reading) {
    let mut evidence = Evidence::default();
    let mut pool = Pool::new("MachineSet", &set.name, set.span());
    let role = ["spec", "template", "metadata", "labels", ROLE];
    pool.role = role_of(read::field(&set.root, &role).text(), Role::Worker);
    pool.labels.declared(&set.root, &["spec", "template", "spec", "metadata", "labels"]);
    machine(world, set, &["spec", "template", "spec"], &mut pool, &mut evidence);
    evidence.capacity_annotation(&set.root);
    pool.infra_id = infra_id(set, &[&["metadata"], &["spec", "template", "metadata"], &["spec", "selector"]]);
    pool.scale(read::number(&set.root, &["spec", "replicas"]).or(1), autoscaler(world, set));
    reading.drafts.push(Draft { pool, evidence, inherits: true });
}

fn control_plane(world: &World<'_>, set: &Object, reading: &mut Reading) {
    const TEMPLATE: &str = "machines_v1beta1_machine_openshift_io";
    let mut evidence = Evidence::default();
    let mut pool = Pool::new("ControlPlaneMachineSet", &set.name, set.span());
    pool.role = Role::ControlPlane;
    pool.labels.declared(&set.root, &["spec", "template", TEMPLATE, "spec", "metadata", "labels"]);
    machine(world, set, &["spec", "template", TEMPLATE, "spec"], &mut pool, &mut evidence);
    pool.infra_id = infra_id(set, &[&["metadata"], &["spec", "template", TEMPLATE, "metadata"], &["spec", "selector"]]);
    // An inactive one changes nothing, yet it describes the control plane that the installer made.
    pool.scale(read::number(&set.root, &["spec", "replicas"]).or(3), None);
    reading.drafts.push(Draft { pool, evidence, inherits: true });
}

fn single(world: &World<'_>, machine_object: &Object, hosts: &[&Object], reading: &mut Reading) {
    let mut evidence = Evidence::default();
    let mut pool = Pool::new("Machine", &machine_object.name, machine_object.span());
    pool.role = role_of(read::field(&machine_object.root, &["metadata", "labels", ROLE]).text(), Role::Unknown);
    pool.labels.declared(&machine_object.root, &["spec", "metadata", "labels"]);
    machine(world, machine_object, &["spec"], &mut pool, &mut evidence);
    hosts.iter().for_each(|host| metal3::architecture(world, host, &mut evidence));
    pool.infra_id = infra_id(machine_object, &[&["metadata"]]);
    pool.node = read::name(&machine_object.root, &["status", "nodeRef", "name"]).map(|(name, _)| name.to_owned());
    pool.single();
    reading.drafts.push(Draft { pool, evidence, inherits: true });
}

/// What a MachineSpec says; `path` leads to it.
fn machine(world: &World<'_>, object: &Object, path: &[&str], pool: &mut Pool, evidence: &mut Evidence) {
    let value: Vec<&str> = path.iter().copied().chain(["providerSpec", "value"]).collect();
    match object.root.at(&value) {
        crate::yaml::Lookup::Found(spec) if spec.str_at(&["kind"]) == Some("BareMetalMachineProviderSpec") => hosts(world, object, &value, evidence),
        crate::yaml::Lookup::Found(value) => provider::read(value, evidence, &mut pool.labels),
        crate::yaml::Lookup::Unknown(opaque) => evidence.unclear(opaque.reason.to_string()),
        crate::yaml::Lookup::Absent => evidence.silence = Some("it says nothing about its machines"),
    }
    pool.labels.openshift(pool.role);
}

/// The role a machine's label names. Custom roles are workers: their kubelets register with the worker label too.
fn role_of(label: Option<&str>, default: Role) -> Role {
    match label.map(str::trim) {
        None => default,
        Some("master" | "control-plane") => Role::ControlPlane,
        Some("arbiter") => Role::Neither,
        Some(_) => Role::Worker,
    }
}

/// The infrastructure id in a label of the first metadata, or selector, that has it.
fn infra_id(object: &Object, holders: &[&[&str]]) -> Option<String> {
    holders.iter().find_map(|holder| {
        let labels = if holder.ends_with(&["selector"]) { "matchLabels" } else { "labels" };
        let path: Vec<&str> = holder.iter().copied().chain([labels, CLUSTER]).collect();
        read::name(&object.root, &path).map(|(id, _)| id.to_owned())
    })
}

/// The autoscaler's bounds: a MachineAutoscaler that targets the set, or the annotations that it would leave on it.
fn autoscaler(world: &World<'_>, set: &Object) -> Option<Bounds> {
    let targets = |scaler: &&&Object| {
        let target = |key: &str| scaler.root.str_at(&["spec", "scaleTargetRef", key]);
        target("kind") == Some("MachineSet")
            && target("name") == Some(set.name.as_str())
            && !set.name.is_empty()
            && target("apiVersion").is_none_or(|api| api.starts_with("machine.openshift.io/"))
            && same_namespace(scaler.namespace.as_deref(), set.namespace.as_deref())
    };
    if let Some(scaler) = world.all("autoscaling.openshift.io", "MachineAutoscaler").iter().find(targets) {
        let bound = |key: &str| read::number(&scaler.root, &["spec", key]);
        return Some(Bounds { min: bound("minReplicas").or(0), max: bound("maxReplicas") });
    }
    let annotation = |end: &str| {
        let key = format!("machine.openshift.io/cluster-api-autoscaler-node-group-{end}-size");
        read::number(&set.root, &["metadata", "annotations", &key])
    };
    Bounds::written(annotation("min"), annotation("max"))
}

/// Whether a machine is one of a set that is at hand, and counted there.
fn is_owned(world: &World<'_>, machine: &Object) -> bool {
    let owned = machine.root.items_at(&["metadata", "ownerReferences"]).iter().any(|owner| {
        let kind = owner.str_at(&["kind"]).unwrap_or_default();
        let name = owner.str_at(&["name"]).unwrap_or_default();
        matches!(kind, "MachineSet" | "ControlPlaneMachineSet") && world.find(GROUP, kind, machine.namespace.as_deref(), name).is_some()
    });
    let labelled =
        read::label_name(machine, SET).is_some_and(|(name, _)| world.find(GROUP, "MachineSet", machine.namespace.as_deref(), name).is_some());
    owned || labelled
}

impl super::Inventory {
    /// Makes the control plane of the cluster itself a worker too, or certainly not, as its Scheduler says.
    pub(super) fn schedule_masters(&mut self) {
        let Some((schedulable, _)) = self.masters_schedulable else { return };
        let own = self.pools.iter_mut().filter(|p| p.belongs == super::pool::Belonging::Applied && !p.labels.complete);
        for pool in own.filter(|p| p.role == Role::ControlPlane) {
            if schedulable {
                pool.role = Role::ControlPlaneAndWorker;
                pool.labels.openshift(pool.role);
            } else {
                pool.labels.hint(super::labels::WORKER, LabelValue::Absent);
            }
        }
    }
}

/// The machines whose architecture is known, with the fact that decides it.
pub(super) fn known(drafts: &[Draft]) -> Vec<(&Draft, &Fact)> {
    drafts.iter().filter(|d| d.inherits).filter_map(|d| Some((d, d.evidence.facts.iter().min_by_key(|f| f.basis)?))).collect()
}

/// What silent sets take over, and where from: the control plane's machine set, else the one architecture all other sets have.
pub(super) fn inheritance(known: &[(&Draft, &Fact)], silent: &Draft) -> Option<(Arch, String, Span)> {
    let same = |pool: &Pool| pool.infra_id == silent.pool.infra_id || pool.infra_id.is_none() || silent.pool.infra_id.is_none();
    let mut known = known.iter().filter(|(draft, _)| same(&draft.pool));
    let from = |(draft, fact): &(&Draft, &Fact)| (fact.arch.clone(), format!("assumed from {} {}", draft.pool.kind, draft.pool.name), fact.span);
    if let Some(control_plane) = known.clone().find(|(draft, _)| draft.pool.role == Role::ControlPlane) {
        return Some(from(control_plane));
    }
    let first = known.next()?;
    known.all(|(_, fact)| fact.arch == first.1.arch).then(|| from(first))
}
