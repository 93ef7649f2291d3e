//! eksctl's `ClusterConfig`: a cluster and its node groups in one file.

use super::arch::Arch;
use super::capi_templates::several;
use super::count::Bounds;
use super::evidence::Evidence;
use super::instance_type::Cloud;
use super::pool::{Basis, LabelValue, Pool, Role};
use super::read::{self, Field, Number};
use super::{Defined, Reading, World, capi};
use crate::manifest::Object;
use crate::yaml::Node;

pub(super) fn read(world: &World<'_>, reading: &mut Reading) {
    for config in world.all("eksctl.io", "ClusterConfig") {
        if let Some((name, span)) = read::name(&config.root, &["metadata", "name"]) {
            reading.out.clusters.push(Defined { namespace: None, ..Defined::of(config, vec![name.to_owned()], span) });
        }
        for list in ["nodeGroups", "managedNodeGroups"] {
            for group in config.root.items_at(&[list]) {
                node_group(config, list, group, reading);
            }
        }
    }
}

fn node_group(config: &Object, list: &str, group: &Node, reading: &mut Reading) {
    let title = read::field(group, &["name"]).text().unwrap_or("?");
    let mut pool = Pool::new("ClusterConfig", format!("{}/{title}", config.name), group.span());
    pool.role = Role::Worker;
    pool.belongs = capi::named(config, &["metadata", "name"]);
    pool.labels.declared(group, &["labels"]);
    pool.labels.hint("alpha.eksctl.io/nodegroup-name", LabelValue::Is(title.to_owned()));
    if list == "managedNodeGroups" {
        pool.labels.hint("eks.amazonaws.com/nodegroup", LabelValue::Is(title.to_owned()));
    }
    let size = |key: &str| read::number(group, &[key]);
    pool.group_size(size("desiredCapacity"), size("minSize"), size("maxSize"), 2);

    let mut evidence = Evidence::default();
    evidence.stated(Basis::Declared, "instanceSelector", &read::field(group, &["instanceSelector", "cpuArchitecture"]));
    let lists = [["instanceTypes"].as_slice(), &["instancesDistribution", "instanceTypes"]];
    let mut any = Vec::new();
    for list in lists {
        any.extend(several(Cloud::Aws, group.items_at(list), "", &mut evidence));
    }
    let own = read::field(group, &["instanceType"]);
    match own {
        Field::Text("mixed", _) => {}
        Field::Absent if any.is_empty() && evidence.is_silent() && group.find(&["instanceSelector"]).is_none() => {
            evidence.fact(Arch::AMD64, Basis::SchemaDefault, "eksctl's default m5.large", group.span());
        }
        ref field => evidence.hardware(Cloud::Aws, field),
    }
    pool.labels.cloud(if any.is_empty() { &own } else { &Field::Absent }, None, None);
    reading.add_each(pool, evidence, any);
}

impl Pool {
    /// Sets state and count of a group of machines that has a size of its own between two bounds (a cloud's scaling group). Only when it
    /// is empty do the bounds tell whether something may fill it.
    pub(super) fn group_size(&mut self, desired: Number, min: Number, max: Number, default: u32) {
        let size = match (desired, min) {
            (Number::Absent, Number::Absent) => Number::Is(default),
            (Number::Absent, min) => min,
            (desired, _) => desired,
        };
        match size {
            Number::Is(0) if max != Number::Absent => self.scale(size, Some(Bounds { min: size, max })),
            size => self.scale(size, None),
        }
    }
}
