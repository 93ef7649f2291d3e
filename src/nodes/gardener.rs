//! Gardener's `Shoot`: a cluster with all its worker groups.

use super::arch::Arch;
use super::count::Bounds;
use super::evidence::Evidence;
use super::instance_type::Cloud;
use super::pool::{Basis, LabelValue, Pool, Role, Scope};
use super::read::{self, Field, Number};
use super::{Defined, Reading, World, capi};
use crate::manifest::Object;
use crate::yaml::Node;

pub(super) fn read(world: &World<'_>, reading: &mut Reading) {
    for shoot in world.all("core.gardener.cloud", "Shoot") {
        if let Some((name, span)) = read::name(&shoot.root, &["metadata", "name"]) {
            reading.out.clusters.push(Defined::of(shoot, vec![name.to_owned()], span));
        }
        for worker in shoot.root.items_at(&["spec", "provider", "workers"]) {
            self::worker(shoot, worker, reading);
        }
    }
}

fn worker(shoot: &Object, worker: &Node, reading: &mut Reading) {
    let title = read::field(worker, &["name"]).text().unwrap_or("?");
    let mut pool = Pool::new("Shoot", format!("{}/{title}", shoot.name), worker.span());
    pool.role = Role::Worker;
    pool.scope = Scope::Whole;
    pool.belongs = capi::named(shoot, &["metadata", "name"]);
    pool.labels.declared(worker, &["labels"]);
    pool.labels.hint("worker.gardener.cloud/pool", LabelValue::Is(title.to_owned()));
    let bound = |key: &str| read::number(worker, &[key]);
    pool.scale(Number::Absent, Some(Bounds { min: bound("minimum").or(0), max: bound("maximum") }));

    let mut evidence = Evidence::default();
    let stated = evidence.stated(Basis::Declared, "machine.architecture", &read::field(worker, &["machine", "architecture"]));
    let machine = read::field(worker, &["machine", "type"]);
    pool.labels.cloud(&machine, None, None);
    let cloud = match read::field(&shoot.root, &["spec", "provider", "type"]).text() {
        Some("aws") => Some(Cloud::Aws),
        Some("azure") => Some(Cloud::Azure),
        Some("gcp") => Some(Cloud::Gcp),
        Some("alicloud") => Some(Cloud::Alibaba),
        Some("hcloud") => Some(Cloud::Hetzner),
        Some("equinixmetal") => Some(Cloud::Equinix),
        _ => None,
    };
    let readable = matches!(machine, Field::Text(text, _) if !read::is_placeholder(text));
    if let Some(cloud) = cloud {
        evidence.hardware(cloud, &machine);
    }
    // Admission looks the machine type up in the cloud's profile, and takes this where the profile does not say.
    if !stated && evidence.facts.is_empty() && (readable || matches!(machine, Field::Absent)) && evidence.because.is_none() {
        evidence.fact(Arch::AMD64, Basis::SchemaDefault, "Gardener's default", worker.span());
    }
    reading.add(pool, evidence);
}
