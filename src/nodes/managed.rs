//! Clouds' managed Kubernetes, declared through their controllers' own kinds: EKS, GKE and AKS node groups.

use super::capi_templates::{ami_type, several};
use super::count::Bounds;
use super::evidence::Evidence;
use super::instance_type::Cloud;
use super::pool::{Belonging, LabelValue, Pool, Role};
use super::read::{self, Field, Number};
use super::{Reading, World};
use crate::manifest::Object;
use crate::yaml::Node;

/// Where a kind keeps what matters, from the object (or from an entry of `list`).
struct Shape {
    group: &'static str,
    kind: &'static str,
    /// The list whose entries are the pools; empty when the object is the pool.
    list: &'static [&'static str],
    /// Above all the fields that follow.
    base: &'static [&'static str],
    cloud: Cloud,
    /// A machine type, or a list of them.
    hardware: &'static [&'static str],
    /// EKS' AMI type.
    ami: Option<&'static str>,
    labels: &'static [&'static str],
    desired: &'static [&'static str],
    min: &'static [&'static str],
    max: &'static [&'static str],
    /// Where the cluster's name may stand, from the object's root; the first that is written counts.
    cluster: &'static [&'static [&'static str]],
    /// The label that carries the pool's name.
    label: &'static str,
}

const ACK: Shape = Shape {
    group: "eks.services.k8s.aws",
    kind: "Nodegroup",
    list: &[],
    base: &["spec"],
    cloud: Cloud::Aws,
    hardware: &["instanceTypes"],
    ami: Some("amiType"),
    labels: &["labels"],
    desired: &["scalingConfig", "desiredSize"],
    min: &["scalingConfig", "minSize"],
    max: &["scalingConfig", "maxSize"],
    cluster: &[&["spec", "clusterName"], &["spec", "clusterRef", "from", "name"]],
    label: "eks.amazonaws.com/nodegroup",
};

const CONFIG_CONNECTOR: Shape = Shape {
    group: "container.cnrm.cloud.google.com",
    kind: "ContainerNodePool",
    list: &[],
    base: &["spec"],
    cloud: Cloud::Gcp,
    hardware: &["nodeConfig", "machineType"],
    ami: None,
    labels: &["nodeConfig", "labels"],
    desired: &["nodeCount"],
    min: &["autoscaling", "minNodeCount"],
    max: &["autoscaling", "maxNodeCount"],
    cluster: &[&["spec", "clusterRef", "name"], &["spec", "clusterRef", "external"]],
    label: "cloud.google.com/gke-nodepool",
};

const ASO: Shape = Shape {
    group: "containerservice.azure.com",
    kind: "ManagedClustersAgentPool",
    list: &[],
    base: &["spec"],
    cloud: Cloud::Azure,
    hardware: &["vmSize"],
    ami: None,
    labels: &["nodeLabels"],
    desired: &["count"],
    min: &["minCount"],
    max: &["maxCount"],
    cluster: &[&["spec", "owner", "name"]],
    label: "kubernetes.azure.com/agentpool",
};

const SHAPES: &[Shape] = &[
    ACK,
    Shape {
        group: "eks.aws.upbound.io",
        kind: "NodeGroup",
        base: &["spec", "forProvider"],
        cluster: &[&["spec", "forProvider", "clusterName"], &["spec", "forProvider", "clusterNameRef", "name"]],
        ..ACK
    },
    CONFIG_CONNECTOR,
    Shape { kind: "ContainerCluster", desired: &["initialNodeCount"], cluster: &[&["metadata", "name"]], ..CONFIG_CONNECTOR },
    ASO,
    Shape { kind: "ManagedCluster", list: &["spec", "agentPoolProfiles"], base: &[], cluster: &[&["metadata", "name"]], ..ASO },
    Shape {
        group: "containerservice.azure.upbound.io",
        kind: "KubernetesClusterNodePool",
        base: &["spec", "forProvider"],
        desired: &["nodeCount"],
        cluster: &[&["spec", "forProvider", "kubernetesClusterIdRef", "name"]],
        ..ASO
    },
];

pub(super) fn read(world: &World<'_>, reading: &mut Reading) {
    for shape in SHAPES {
        for object in world.all(shape.group, shape.kind) {
            if shape.list.is_empty() {
                // A cluster without node settings of its own has pools of their own.
                if shape.kind != "ContainerCluster" || has_default_pool(object) {
                    pool(shape, object, &object.root, object.name.clone(), reading);
                }
            }
            for entry in object.root.items_at(shape.list) {
                let title = read::field(entry, &["name"]).text().unwrap_or("?");
                pool(shape, object, entry, format!("{}/{title}", object.name), reading);
            }
        }
    }
}

fn has_default_pool(cluster: &Object) -> bool {
    let removed = cluster.annotation("cnrm.cloud.google.com/remove-default-node-pool").and_then(Node::text) == Some("true");
    !removed && cluster.root.find(&["spec", "nodeConfig", "machineType"]).is_some()
}

fn pool(shape: &Shape, object: &Object, entry: &Node, name: String, reading: &mut Reading) {
    let at = |path: &[&'static str]| [shape.base, path].concat();
    let title = name.rsplit('/').next().unwrap_or(&name).to_owned();
    let mut pool = Pool::new(shape.kind, name, entry.span());
    pool.role = Role::Worker;
    let cluster = shape.cluster.iter().map(|path| read::field(&object.root, path)).find(|field| !matches!(field, Field::Absent));
    pool.belongs = match cluster.and_then(|field| field.known()).filter(|(name, _)| !read::is_placeholder(name)) {
        Some((cluster, span)) => Belonging::Named { cluster: cluster.to_owned(), namespace: None, span },
        None => Belonging::Elsewhere,
    };
    pool.labels.declared(entry, &at(shape.labels));
    pool.labels.hint(shape.label, LabelValue::Is(title));
    let size = |path: &[&'static str]| read::number(entry, &at(path));
    let (min, max) = (size(shape.min), size(shape.max));
    match (Bounds::written(min, max), size(shape.desired)) {
        (None, Number::Absent) => {} // some number of nodes
        // These services scale by themselves where bounds are written without a size.
        (Some(bounds), Number::Absent) => pool.scale(Number::Absent, Some(bounds)),
        (_, desired) => pool.group_size(desired, min, max, 1),
    }
    let mut evidence = Evidence::default();
    if let Some(ami) = shape.ami {
        ami_type(&read::field(entry, &at(&[ami])), &mut evidence);
    }
    let hardware = at(shape.hardware);
    let several = match entry.find(&hardware).and_then(Node::as_sequence) {
        Some(list) => several(shape.cloud, list, "", &mut evidence),
        None => {
            evidence.hardware(shape.cloud, &read::field(entry, &hardware));
            Vec::new()
        }
    };
    pool.labels.cloud(&read::field(entry, &hardware), None, None);
    reading.add_each(pool, evidence, several);
}
