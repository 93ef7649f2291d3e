//! kOps' instance groups.

use super::capi_templates::several;
use super::count::Bounds;
use super::evidence::Evidence;
use super::instance_type::{Classification, Cloud, classify};
use super::labels::CONTROL_PLANE;
use super::pool::{Belonging, LabelValue, Pool, Role};
use super::read::{self, Field, Number};
use super::{Defined, Reading, World};
use crate::manifest::Object;

const GROUP: &str = "kops.k8s.io";

pub(super) fn read(world: &World<'_>, reading: &mut Reading) {
    for cluster in world.all(GROUP, "Cluster") {
        if let Some((name, span)) = read::name(&cluster.root, &["metadata", "name"]) {
            reading.out.clusters.push(Defined { namespace: None, ..Defined::of(cluster, vec![name.to_owned()], span) });
        }
    }
    for group in world.all(GROUP, "InstanceGroup") {
        instance_group(world, group, reading);
    }
}

fn instance_group(world: &World<'_>, group: &Object, reading: &mut Reading) {
    let root = &group.root;
    let mut pool = Pool::new("InstanceGroup", &group.name, group.span());
    pool.role = match read::field(root, &["spec", "role"]).text() {
        Some("ControlPlane" | "Master") => Role::ControlPlane,
        Some("Node") | None => Role::Worker,
        Some("APIServer") => Role::Neither,
        Some(_) => return, // a bastion is no node
    };
    let cluster = read::label_name(group, "kops.k8s.io/cluster");
    pool.belongs = match cluster {
        Some((name, span)) => Belonging::Named { cluster: name.to_owned(), namespace: None, span },
        None => Belonging::Elsewhere,
    };
    pool.labels.declared(root, &["spec", "nodeLabels"]);
    pool.labels.hint("kops.k8s.io/instancegroup", LabelValue::Is(group.name.clone()));
    if pool.role == Role::ControlPlane {
        pool.labels.hint(CONTROL_PLANE, LabelValue::Is(String::new()));
    }
    let bound = |key: &str| read::number(root, &["spec", key]);
    pool.scale(Number::Is(1), Bounds::written(bound("minSize"), bound("maxSize")));

    let mut evidence = Evidence::default();
    let machine = read::field(root, &["spec", "machineType"]);
    let cloud = cluster.and_then(|(name, _)| cloud_of(world, name)).or_else(|| cloud_by_name(&machine)).unwrap_or(Cloud::Aws);
    let instances = root.items_at(&["spec", "mixedInstancesPolicy", "instances"]);
    let several = several(cloud, instances, "", &mut evidence);
    if instances.is_empty() {
        evidence.hardware(cloud, &machine);
    }
    pool.labels.cloud(&machine, None, None);
    reading.add_each(pool, evidence, several);
}

/// The cloud that the cluster's own object names.
fn cloud_of(world: &World<'_>, name: &str) -> Option<Cloud> {
    let cluster = world.find(GROUP, "Cluster", None, name)?;
    let clouds = [
        ("aws", Cloud::Aws),
        ("gce", Cloud::Gcp),
        ("azure", Cloud::Azure),
        ("hetzner", Cloud::Hetzner),
        ("digitalocean", Cloud::DigitalOcean),
        ("scaleway", Cloud::Scaleway),
    ];
    let provider = cluster.root.find(&["spec", "cloudProvider"])?;
    // Newer files have a map, older ones a word.
    clouds.into_iter().find(|(key, _)| provider.find(&[key]).is_some() || provider.text() == Some(key)).map(|(_, cloud)| cloud)
}

/// The only cloud that has machines of such a name, of those kOps runs on most.
fn cloud_by_name(machine: &Field<'_>) -> Option<Cloud> {
    let name = machine.text()?;
    let known: Vec<Cloud> = [Cloud::Aws, Cloud::Gcp].into_iter().filter(|cloud| classify(*cloud, name) != Classification::Unknown).collect();
    match known[..] {
        [only] => Some(only),
        _ => None,
    }
}
