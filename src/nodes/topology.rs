//! Cluster API's managed topologies: a `Cluster` names classes, its `ClusterClass` says what they are made of.

use super::capi::{self, GROUP};
use super::capi_templates::machine_hardware;
use super::evidence::Evidence;
use super::labels::CONTROL_PLANE;
use super::pool::{LabelValue, Pool, Role};
use super::read::{self, Field};
use super::{Reading, World};
use crate::manifest::Object;
use crate::yaml::Node;

pub(super) fn read(world: &World<'_>, reading: &mut Reading) {
    for cluster in world.all(GROUP, "Cluster") {
        let Some(topology) = cluster.root.find(&["spec", "topology"]) else { continue };
        let class = read::name(topology, &["class"]).or_else(|| read::name(topology, &["classRef", "name"]));
        let class = class.and_then(|(name, _)| world.find(GROUP, "ClusterClass", cluster.namespace.as_deref(), name));
        let here = Topology { world, cluster, topology, class };
        if let Some(control_plane) = topology.find(&["controlPlane"]) {
            here.control_plane(control_plane, reading);
        }
        for list in ["machineDeployments", "machinePools"] {
            for entry in topology.items_at(&["workers", list]) {
                here.workers(list, entry, reading);
            }
        }
    }
}

struct Topology<'a> {
    world: &'a World<'a>,
    cluster: &'a Object,
    topology: &'a Node,
    class: Option<&'a Object>,
}

impl Topology<'_> {
    fn control_plane(&self, entry: &Node, reading: &mut Reading) {
        let mut pool = Pool::new("Cluster", format!("{}/control-plane", self.cluster.name), entry.span());
        pool.role = Role::ControlPlane;
        pool.belongs = capi::named(self.cluster, &["metadata", "name"]);
        pool.scale(read::number(entry, &["replicas"]).or(1), None);
        pool.labels.hint(CONTROL_PLANE, LabelValue::Is(String::new()));
        let infrastructure = self.class.and_then(|class| class.root.find(&["spec", "controlPlane", "machineInfrastructure"]));
        if self.class.is_some() && infrastructure.is_none() {
            return; // managed by a cloud: no nodes
        }
        self.add(pool, infrastructure, entry, None, reading);
    }

    fn workers(&self, list: &str, entry: &Node, reading: &mut Reading) {
        let title = read::field(entry, &["name"]).text().unwrap_or("?");
        let mut pool = Pool::new("Cluster", format!("{}/{title}", self.cluster.name), entry.span());
        pool.role = Role::Worker;
        pool.belongs = capi::named(self.cluster, &["metadata", "name"]);
        pool.scale(read::number(entry, &["replicas"]).or(1), capi::autoscaler(entry));
        capi::synced_labels(entry, &["metadata", "labels"], &mut pool);
        let wanted = read::field(entry, &["class"]).text();
        let classes = self.class.map_or(&[][..], |class| class.root.items_at(&["spec", "workers", list]));
        let class = classes.iter().find(|class| wanted.is_some() && class.str_at(&["class"]) == wanted);
        let infrastructure = class.and_then(|class| class.find(&["template", "infrastructure"]).or_else(|| class.find(&["infrastructure"])));
        self.add(pool, infrastructure, entry, wanted, reading);
    }

    fn add(&self, mut pool: Pool, infrastructure: Option<&Node>, entry: &Node, class: Option<&str>, reading: &mut Reading) {
        let mut evidence = Evidence::default();
        let reference = infrastructure.and_then(|node| node.find(&["ref"]).or_else(|| node.find(&["templateRef"])));
        let mut several = Vec::new();
        match (self.class, reference) {
            (Some(owner), Some(reference)) => {
                let kind = reference.str_at(&["kind"]).unwrap_or_default();
                match self.patched(owner, kind, class, entry) {
                    Some(Field::Absent) | None => several = capi::follow(self.world, reference, owner, &mut pool, &mut evidence),
                    Some(field) => {
                        if let Some(hardware) = machine_hardware(kind) {
                            evidence.hardware(hardware.cloud, &field);
                            pool.labels.cloud(&field, None, None);
                        }
                    }
                }
            }
            (None, _) => evidence.unclear("its ClusterClass is not here"),
            (Some(owner), None) => evidence.unclear(format!("ClusterClass {} has no such class", owner.name)),
        }
        reading.add_each(pool, evidence, several);
    }

    /// What a patch of the class writes into the hardware field, if one does: a literal, or the value of a variable.
    fn patched<'n>(&'n self, owner: &'n Object, kind: &str, class: Option<&str>, entry: &'n Node) -> Option<Field<'n>> {
        let hardware = machine_hardware(kind)?;
        let path = format!("/spec/template/spec/{}", hardware.field);
        let definitions = owner.root.items_at(&["spec", "patches"]).iter().flat_map(|patch| patch.items_at(&["definitions"]));
        let ours = definitions.filter(|d| d.str_at(&["selector", "kind"]) == Some(kind) && selects(d, class));
        let patch = ours.flat_map(|d| d.items_at(&["jsonPatches"])).rfind(|p| p.str_at(&["path"]) == Some(path.as_str()))?;
        if patch.find(&["value"]).is_some() {
            return Some(read::field(patch, &["value"]));
        }
        let unreadable = || Field::Unreadable(format!("a patch of ClusterClass {} writes {}", owner.name, hardware.field));
        let Some(variable) = patch.str_at(&["valueFrom", "variable"]) else { return Some(unreadable()) };
        let set = |list: &'n [Node]| list.iter().find(|v| v.str_at(&["name"]) == Some(variable)).map(|v| read::field(v, &["value"]));
        let default = || {
            let of_class = owner.root.items_at(&["spec", "variables"]).iter().find(|v| v.str_at(&["name"]) == Some(variable))?;
            Some(read::field(of_class, &["schema", "openAPIV3Schema", "default"]))
        };
        let overrides = set(entry.items_at(&["variables", "overrides"]));
        let value = overrides.or_else(|| set(self.topology.items_at(&["variables"]))).or_else(default);
        Some(match value {
            Some(Field::Absent) | None => unreadable(),
            Some(field) => field,
        })
    }
}

/// Whether a patch definition is about a class of workers, or about the control plane where there is none.
fn selects(definition: &Node, class: Option<&str>) -> bool {
    let at = |path: &[&str]| definition.find(path);
    match class {
        None => at(&["selector", "matchResources", "controlPlane"]).and_then(Node::as_bool) == Some(true),
        Some(class) => ["machineDeploymentClass", "machinePoolClass"].iter().any(|kind| {
            let names = definition.items_at(&["selector", "matchResources", kind, "names"]);
            names.iter().filter_map(Node::text).any(|name| name == class || name == "*")
        }),
    }
}
