//! Sites that list every node of a cluster: `ClusterInstance` and its predecessor `SiteConfig`.

use super::arch::{Arch, is_multi};
use super::assisted::role_of;
use super::evidence::Evidence;
use super::payload::image_set_field;
use super::pool::{Basis, Belonging, Pool, Role, Scope};
use super::read::{self, Field};
use super::{Defined, Reading, World};
use crate::manifest::Object;
use crate::source::Span;
use crate::yaml::Node;

pub(super) fn read(world: &World<'_>, reading: &mut Reading) {
    for object in world.all("siteconfig.open-cluster-management.io", "ClusterInstance") {
        if let Some(spec) = object.root.find(&["spec"]) {
            let architecture = read::field(spec, &["cpuArchitecture"]);
            let image_set = read::field(spec, &["clusterImageSetNameRef"]);
            cluster(world, &Site { object, spec, labels: &["extraLabels", "ManagedCluster"], architecture, image_set }, reading);
        }
    }
    for object in world.all("ran.openshift.io", "SiteConfig") {
        for spec in object.root.items_at(&["spec", "clusters"]) {
            let own = read::field(spec, &["clusterImageSetNameRef"]);
            let image_set = own.or(|| read::field(&object.root, &["spec", "clusterImageSetNameRef"]));
            // The generator knows no architecture (its `siteConfig.go`), so its environments have the schema's, unless they come from a
            // template of the user's.
            let template = [spec.find(&["crTemplates", "InfraEnv"]), object.root.find(&["spec", "crTemplates", "InfraEnv"])];
            let architecture = match template.into_iter().flatten().next() {
                Some(_) => Field::Unreadable("its own template of the InfraEnv decides".to_owned()),
                None => Field::Absent,
            };
            cluster(world, &Site { object, spec, labels: &["clusterLabels"], architecture, image_set }, reading);
        }
    }
}

/// One cluster of a site.
struct Site<'a> {
    object: &'a Object,
    spec: &'a Node,
    labels: &'a [&'a str],
    architecture: Field<'a>,
    image_set: Field<'a>,
}

fn cluster(world: &World<'_>, site: &Site<'_>, reading: &mut Reading) {
    let named = read::name(site.spec, &["clusterName"]);
    let belongs = match named {
        Some((cluster, span)) => Belonging::Named { cluster: cluster.to_owned(), namespace: None, span },
        None => Belonging::Elsewhere,
    };
    let title = named.map_or(site.object.name.as_str(), |(name, _)| name);
    if let Some((name, span)) = named {
        let mut defined = Defined::of(site.object, vec![name.to_owned()], span);
        defined.labels = Defined::labels(site.spec, site.labels);
        reading.out.clusters.push(defined);
        reading.payload(belongs.clone(), image_set_field(world, &site.image_set));
    }
    let nodes = site.spec.items_at(&["nodes"]);
    // Nodes are control plane unless they say otherwise, and a cluster without workers runs its workloads there.
    let role = |node: &Node| read::field(node, &["role"]).text().map_or(Role::ControlPlane, |text| role_of(Some(text)));
    let compact = !nodes.is_empty() && nodes.iter().all(|node| matches!(role(node), Role::ControlPlane | Role::Neither));
    for node in nodes {
        let host = read::field(node, &["hostName"]);
        let mut pool = Pool::new(&site.object.kind, format!("{title}/{}", host.text().unwrap_or("?")), node.span());
        pool.role = match role(node) {
            Role::ControlPlane if compact => Role::ControlPlaneAndWorker,
            role => role,
        };
        pool.belongs = belongs.clone();
        pool.scope = Scope::Whole;
        pool.node = read::name(node, &["hostName"]).map(|(name, _)| name.to_owned());
        pool.single();
        pool.labels.declared(node, &["nodeLabels"]);
        pool.labels.openshift(pool.role);
        let mut evidence = Evidence::default();
        architecture(site, node, &mut evidence);
        reading.add(pool, evidence);
    }
}

fn architecture(site: &Site<'_>, node: &Node, evidence: &mut Evidence) {
    let default = |detail: &str, span: Span, evidence: &mut Evidence| evidence.fact(Arch::AMD64, Basis::SchemaDefault, detail, span);
    let own = match site.object.kind.as_str() {
        "ClusterInstance" => read::field(node, &["cpuArchitecture"]),
        _ => Field::Absent,
    };
    if evidence.stated(Basis::Declared, "cpuArchitecture", &own) {
        return;
    }
    match &site.architecture {
        // For several the templates write none into the discovery environment, whose schema has a default.
        Field::Text(text, span) if is_multi(text) => default("CRD default of the InfraEnv", *span, evidence),
        field => {
            if !evidence.stated(Basis::Declared, "cpuArchitecture", field) {
                default("CRD default", read::kind_span(site.object), evidence);
            }
        }
    }
}
