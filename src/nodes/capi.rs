//! Cluster API (`cluster.x-k8s.io`): machine deployments, sets and pools, control planes, and the templates they point at.

use super::arch::Arch;
use super::count::Bounds;
use super::evidence::Evidence;
use super::labels::CONTROL_PLANE;
use super::pool::{Basis, Belonging, Fact, LabelValue, Pool, Role};
use super::read::{self, Field, Number};
use super::{Defined, Reading, World, capi_templates};
use crate::manifest::Object;
use crate::yaml::Node;

pub(super) const GROUP: &str = "cluster.x-k8s.io";
const CONTROL_PLANE_GROUP: &str = "controlplane.cluster.x-k8s.io";
const CLUSTER_NAME: &str = "cluster.x-k8s.io/cluster-name";
/// Where OpenShift keeps the Cluster API objects of its own machines.
const OPENSHIFT: &str = "openshift-cluster-api";

pub(super) fn read(world: &World<'_>, reading: &mut Reading) {
    for cluster in world.all(GROUP, "Cluster") {
        if let Some((name, span)) = read::name(&cluster.root, &["metadata", "name"])
            && !is_own(cluster)
        {
            reading.out.clusters.push(Defined::of(cluster, vec![name.to_owned()], span));
        }
    }
    for kind in ["MachineDeployment", "MachineSet", "MachinePool"] {
        for object in world.all(GROUP, kind).iter().filter(|o| !is_owned(world, o) && !has_authority(world, o)) {
            workers(world, object, reading);
        }
    }
    for machine in world.all(GROUP, "Machine").iter().filter(|o| !is_owned(world, o)) {
        single(world, machine, reading);
    }
    for control_plane in world.group(CONTROL_PLANE_GROUP) {
        self::control_plane(world, control_plane, reading);
    }
}

fn workers(world: &World<'_>, object: &Object, reading: &mut Reading) {
    const TEMPLATE: &[&str] = &["spec", "template", "spec"];
    let mut pool = Pool::new(&object.kind, &object.name, object.span());
    let mut evidence = Evidence::default();
    pool.role = Role::Worker;
    belongs(object, &["spec", "clusterName"], &mut pool);
    pool.scale(read::number(&object.root, &["spec", "replicas"]).or(1), autoscaler(&object.root));
    let several = machine(world, object, TEMPLATE, &mut pool, &mut evidence);
    synced_labels(&object.root, &["spec", "template", "metadata", "labels"], &mut pool);
    evidence.capacity_annotation(&object.root);
    if is_own(object) {
        pool.labels.openshift(pool.role);
    }
    reading.add_each(pool, evidence, several);
}

fn single(world: &World<'_>, object: &Object, reading: &mut Reading) {
    let mut pool = Pool::new("Machine", &object.name, object.span());
    let mut evidence = Evidence::default();
    let control_plane = object.label("cluster.x-k8s.io/control-plane").is_some();
    pool.role = if control_plane { Role::ControlPlane } else { Role::Worker };
    belongs(object, &["spec", "clusterName"], &mut pool);
    pool.single();
    pool.node = read::name(&object.root, &["status", "nodeRef", "name"]).map(|(name, _)| name.to_owned());
    let several = machine(world, object, &["spec"], &mut pool, &mut evidence);
    synced_labels(&object.root, &["metadata", "labels"], &mut pool);
    if is_own(object) {
        pool.labels.openshift(pool.role);
    }
    reading.add_each(pool, evidence, several);
}

fn control_plane(world: &World<'_>, object: &Object, reading: &mut Reading) {
    let root = &object.root;
    let mut pool = Pool::new(&object.kind, &object.name, object.span());
    let mut evidence = Evidence::default();
    belongs(object, &["spec", "clusterName"], &mut pool);
    if pool.belongs == Belonging::Elsewhere {
        // The cluster points at its control plane, not the other way round.
        let points = |cluster: &&&Object| cluster.root.str_at(&["spec", "controlPlaneRef", "name"]) == Some(object.name.as_str());
        if let Some(cluster) = world.all(GROUP, "Cluster").iter().find(points) {
            pool.belongs = named(cluster, &["metadata", "name"]);
        }
    }
    if object.kind == "ROSAControlPlane" {
        // Hosted: what it has are the workers of its default pool.
        let at = |path: &[&str]| read::field(root, path);
        pool.role = Role::Worker;
        evidence.hardware(super::instance_type::Cloud::Aws, &at(&["spec", "defaultMachinePoolSpec", "instanceType"]));
        pool.labels.hint(super::labels::WORKER, LabelValue::Is(String::new()));
        reading.add(pool, evidence);
        return;
    }
    let Some(path) = [["spec", "machineTemplate", "spec"].as_slice(), &["spec", "machineTemplate"], &["spec"]]
        .into_iter()
        .find(|path| root.find(&[path, ["infrastructureRef"].as_slice()].concat()).is_some())
    else {
        return; // managed by a cloud: no nodes
    };
    pool.role = Role::ControlPlane;
    pool.scale(read::number(root, &["spec", "replicas"]).or(1), None);
    let several = machine(world, object, path, &mut pool, &mut evidence);
    if object.kind == "OpenshiftAssistedControlPlane" {
        assisted(&read::field(root, &["spec", "openshiftAssistedConfigSpec", "cpuArchitecture"]), object, &mut evidence);
        pool.labels.openshift(pool.role);
    }
    pool.labels.hint(CONTROL_PLANE, LabelValue::Is(String::new()));
    reading.add_each(pool, evidence, several);
}

/// What the templates of a machine spec say; `path` leads to the spec.
fn machine(world: &World<'_>, object: &Object, path: &[&str], pool: &mut Pool, evidence: &mut Evidence) -> Vec<Fact> {
    let bootstrap: Vec<&str> = path.iter().copied().chain(["bootstrap", "configRef"]).collect();
    if let Some((config, "OpenshiftAssistedConfigTemplate")) = object.root.find(&bootstrap).and_then(|r| Some((r, r.str_at(&["kind"])?))) {
        match refer(world, config, object, "bootstrap.cluster.x-k8s.io") {
            Ok(found) => assisted(&read::field(&found.root, &["spec", "template", "spec", "cpuArchitecture"]), found, evidence),
            Err(because) => evidence.unclear(because),
        }
        pool.labels.openshift(pool.role);
    }
    let infrastructure: Vec<&str> = path.iter().copied().chain(["infrastructureRef"]).collect();
    let Some(reference) = object.root.find(&infrastructure) else { return Vec::new() };
    follow(world, reference, object, pool, evidence)
}

/// What the infrastructure object behind a reference says.
pub(super) fn follow(world: &World<'_>, reference: &Node, from: &Object, pool: &mut Pool, evidence: &mut Evidence) -> Vec<Fact> {
    match refer(world, reference, from, "infrastructure.cluster.x-k8s.io") {
        Ok(found) => capi_templates::read(world, found, evidence, &mut pool.labels),
        Err(because) => {
            // Some kinds tell without their content.
            match read::field(reference, &["kind"]) {
                Field::Text(kind, span) if capi_templates::is_power(kind) => evidence.fact(Arch::PPC64LE, Basis::Platform, kind, span),
                _ => evidence.unclear(because),
            }
            Vec::new()
        }
    }
}

/// The object a reference names, or why it cannot be had.
pub(super) fn refer<'a>(world: &World<'a>, reference: &Node, from: &Object, group: &str) -> Result<&'a Object, String> {
    let written = reference.str_at(&["apiGroup"]).or_else(|| reference.str_at(&["apiVersion"])?.split_once('/').map(|(group, _)| group));
    let (Some(kind), Some(name)) = (reference.str_at(&["kind"]), reference.str_at(&["name"])) else {
        return Err("the reference to its template cannot be read".to_owned());
    };
    let namespace = reference.str_at(&["namespace"]).or(from.namespace.as_deref());
    world.find(written.unwrap_or(group), kind, namespace, name).ok_or_else(|| format!("{kind} {name} is not here"))
}

/// The architecture an assisted bootstrap configuration states, or has by default.
fn assisted(field: &Field<'_>, object: &Object, evidence: &mut Evidence) {
    if !evidence.stated(Basis::Declared, "cpuArchitecture", field) {
        evidence.fact(Arch::AMD64, Basis::SchemaDefault, "CRD default", read::kind_span(object));
    }
}

/// The labels that Cluster API copies from a machine to its node: roles, and two domains.
pub(super) fn synced_labels(root: &Node, path: &[&str], pool: &mut Pool) {
    for entry in root.entries_at(path) {
        let Some(key) = entry.key.text() else { continue };
        let domain = key.split('/').next().unwrap_or_default();
        let within = |parent: &str| domain == parent || domain.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.'));
        if domain == "node-role.kubernetes.io" || within("node-restriction.kubernetes.io") || within("node.cluster.x-k8s.io") {
            pool.labels.known.insert(key.to_owned(), super::labels::value_of(&entry.value));
        }
    }
}

/// The autoscaler's bounds in the annotations beside `root`'s name; one of them alone counts for nothing.
pub(super) fn autoscaler(root: &Node) -> Option<Bounds> {
    let bound = |end: &str| {
        let key = format!("cluster.x-k8s.io/cluster-api-autoscaler-node-group-{end}-size");
        read::number(root, &["metadata", "annotations", &key])
    };
    let (min, max) = (bound("min"), bound("max"));
    (min != Number::Absent && max != Number::Absent).then_some(Bounds { min, max })
}

/// Whether an object is part of the OpenShift cluster it lies in.
fn is_own(object: &Object) -> bool {
    object.namespace.as_deref() == Some(OPENSHIFT)
}

fn belongs(object: &Object, path: &[&str], pool: &mut Pool) {
    let name = read::name(&object.root, path).or_else(|| read::label_name(object, CLUSTER_NAME));
    if is_own(object) {
        // On OpenShift the name is the infrastructure id.
        pool.infra_id = name.map(|(id, _)| id.to_owned());
        return;
    }
    pool.belongs = match name {
        Some((cluster, span)) => Belonging::Named { cluster: cluster.to_owned(), namespace: read::namespace(object), span },
        None => Belonging::Elsewhere,
    };
}

/// The cluster an object of the cluster itself is.
pub(super) fn named(cluster: &Object, path: &[&str]) -> Belonging {
    match read::name(&cluster.root, path) {
        Some((name, span)) => Belonging::Named { cluster: name.to_owned(), namespace: read::namespace(cluster), span },
        None => Belonging::Elsewhere,
    }
}

/// Whether an object is one of something that is at hand, and counted there.
fn is_owned(world: &World<'_>, object: &Object) -> bool {
    object.root.items_at(&["metadata", "ownerReferences"]).iter().any(|owner| {
        let (kind, name) = (owner.str_at(&["kind"]).unwrap_or_default(), owner.str_at(&["name"]).unwrap_or_default());
        let groups = [GROUP, CONTROL_PLANE_GROUP];
        // A cluster owns everything and counts nothing.
        kind != "Cluster" && groups.iter().any(|group| world.find(group, kind, object.namespace.as_deref(), name).is_some())
    })
}

/// Whether OpenShift's Machine API twin of a set is at hand and decides.
fn has_authority(world: &World<'_>, object: &Object) -> bool {
    let twin = world.find("machine.openshift.io", &object.kind, None, &object.name);
    is_own(object) && twin.is_some_and(|twin| twin.root.str_at(&["spec", "authoritativeAPI"]) != Some("ClusterAPI"))
}
