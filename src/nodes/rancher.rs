//! Rancher's provisioned clusters and the machine configurations their pools point at.

use super::evidence::Evidence;
use super::instance_type::Cloud;
use super::labels::CONTROL_PLANE;
use super::pool::{LabelValue, Pool, Role};
use super::read;
use super::{Defined, Reading, World, capi};
use crate::manifest::Object;
use crate::yaml::Node;

pub(super) fn read(world: &World<'_>, reading: &mut Reading) {
    for cluster in world.all("provisioning.cattle.io", "Cluster") {
        if let Some((name, span)) = read::name(&cluster.root, &["metadata", "name"]) {
            reading.out.clusters.push(Defined::of(cluster, vec![name.to_owned()], span));
        }
        for pool in cluster.root.items_at(&["spec", "rkeConfig", "machinePools"]) {
            machine_pool(world, cluster, pool, reading);
        }
    }
}

fn machine_pool(world: &World<'_>, cluster: &Object, entry: &Node, reading: &mut Reading) {
    let title = read::field(entry, &["name"]).text().unwrap_or("?");
    let mut pool = Pool::new("Cluster", format!("{}/{title}", cluster.name), entry.span());
    let has = |key: &str| entry.find(&[key]).and_then(Node::as_bool) == Some(true);
    pool.role = match (has("controlPlaneRole"), has("workerRole")) {
        (true, true) => Role::ControlPlaneAndWorker,
        (true, false) => Role::ControlPlane,
        (false, true) => Role::Worker,
        (false, false) => Role::Neither,
    };
    pool.belongs = capi::named(cluster, &["metadata", "name"]);
    pool.labels.declared(entry, &["labels"]);
    if has("controlPlaneRole") {
        pool.labels.hint(CONTROL_PLANE, LabelValue::Some);
    }
    pool.scale(read::number(entry, &["quantity"]).or(1), None);
    let mut evidence = Evidence::default();
    let kind = entry.str_at(&["machineConfigRef", "kind"]).unwrap_or_default();
    let hardware = match kind {
        "Amazonec2Config" => Some((Cloud::Aws, "instanceType")),
        "AzureConfig" => Some((Cloud::Azure, "size")),
        "GoogleConfig" => Some((Cloud::Gcp, "machineType")),
        "DigitaloceanConfig" => Some((Cloud::DigitalOcean, "size")),
        "LinodeConfig" => Some((Cloud::Linode, "instanceType")),
        _ => None,
    };
    match hardware {
        None => evidence.silence = Some("machines of this provider name no architecture"),
        Some((cloud, key)) => match capi::refer(world, entry.find(&["machineConfigRef"]).unwrap_or(entry), cluster, "rke-machine-config.cattle.io") {
            Ok(config) => {
                let field = read::field(&config.root, &[key]);
                evidence.hardware(cloud, &field);
                pool.labels.cloud(&field, None, None);
            }
            Err(because) => evidence.unclear(because),
        },
    }
    reading.add(pool, evidence);
}
