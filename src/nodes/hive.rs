//! Hive and cluster management hubs: cluster deployments, machine pools, managed clusters.

use super::count::Bounds;
use super::evidence::Evidence;
use super::instance_type::Cloud;
use super::payload::{image_field, image_set_field};
use super::pool::{Belonging, Pool, Role};
use super::read::{self, Field};
use super::{Defined, Reading, World};
use crate::manifest::Object;

const GROUP: &str = "hive.openshift.io";

pub(super) fn read(world: &World<'_>, reading: &mut Reading) {
    for deployment in world.all(GROUP, "ClusterDeployment") {
        cluster_deployment(world, deployment, reading);
    }
    // A pool makes clusters of names nobody knows; what they run is written all the same.
    for pool in world.all(GROUP, "ClusterPool") {
        if let Some((name, span)) = read::name(&pool.root, &["metadata", "name"]) {
            let belongs = Belonging::Named { cluster: name.to_owned(), namespace: read::namespace(pool), span };
            reading.payload(belongs, image_set_field(world, &read::field(&pool.root, &["spec", "imageSetRef", "name"])));
        }
    }
    for pool in world.all(GROUP, "MachinePool") {
        machine_pool(pool, reading);
    }
    for cluster in world.all("cluster.open-cluster-management.io", "ManagedCluster") {
        if let Some((name, span)) = read::name(&cluster.root, &["metadata", "name"]) {
            reading.out.clusters.push(Defined { namespace: None, ..Defined::of(cluster, vec![name.to_owned()], span) });
        }
    }
}

fn cluster_deployment(world: &World<'_>, deployment: &Object, reading: &mut Reading) {
    let root = &deployment.root;
    let names: Vec<_> = [read::name(root, &["spec", "clusterName"]), read::name(root, &["metadata", "name"])].into_iter().flatten().collect();
    let Some(&(_, span)) = names.first() else { return };
    let mut texts: Vec<String> = names.iter().map(|(name, _)| (*name).to_owned()).collect();
    texts.dedup();
    let infra_id = read::name(root, &["spec", "clusterMetadata", "infraID"]).map(|(id, _)| id.to_owned());
    let payload = image_field(&read::field(root, &["spec", "provisioning", "releaseImage"]))
        .or_else(|| image_set_field(world, &read::field(root, &["spec", "provisioning", "imageSetRef", "name"])));
    for cluster in &texts {
        let belongs = Belonging::Named { cluster: cluster.clone(), namespace: read::namespace(deployment), span };
        reading.payload(belongs, payload.clone());
    }
    reading.out.clusters.push(Defined { infra_id, ..Defined::of(deployment, texts, span) });
}

fn machine_pool(object: &Object, reading: &mut Reading) {
    let root = &object.root;
    let mut pool = Pool::new("MachinePool", &object.name, object.span());
    pool.role = Role::Worker;
    pool.belongs = match read::name(root, &["spec", "clusterDeploymentRef", "name"]) {
        Some((cluster, span)) => Belonging::Named { cluster: cluster.to_owned(), namespace: read::namespace(object), span },
        None => Belonging::Elsewhere,
    };
    pool.labels.declared(root, &["spec", "labels"]);
    let bound = |key: &str| read::number(root, &["spec", "autoscaling", key]);
    pool.scale(read::number(root, &["spec", "replicas"]).or(1), Bounds::written(bound("minReplicas"), bound("maxReplicas")));
    let mut evidence = Evidence { silence: Some("machine pools of this platform name no architecture"), ..Evidence::default() };
    let clouds = [("aws", Cloud::Aws), ("azure", Cloud::Azure), ("gcp", Cloud::Gcp), ("ibmcloud", Cloud::IbmVpc)];
    for (key, cloud) in clouds {
        let field = read::field(root, &["spec", "platform", key, "type"]);
        if !matches!(field, Field::Absent) {
            evidence.hardware(cloud, &field);
            pool.labels.cloud(&field, None, None);
        }
    }
    pool.labels.openshift(pool.role);
    reading.add(pool, evidence);
}
