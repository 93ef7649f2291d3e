//! Clusters on one's own machines: kind, and Tinkerbell's list of hardware.

use super::evidence::Evidence;
use super::labels::CONTROL_PLANE;
use super::pool::{Basis, Belonging, LabelValue, Pool, Role, State};
use super::read;
use super::{Reading, World};
use crate::yaml::Node;

pub(super) fn read(world: &World<'_>, reading: &mut Reading) {
    for cluster in world.all("kind.x-k8s.io", "Cluster") {
        for (index, node) in cluster.root.items_at(&["nodes"]).iter().enumerate() {
            let control_plane = read::field(node, &["role"]).text().is_none_or(|role| role == "control-plane");
            let mut pool = Pool::new("Cluster", format!("{}/{index}", read::field(&cluster.root, &["name"]).text().unwrap_or("kind")), node.span());
            pool.role = if control_plane { Role::ControlPlane } else { Role::Worker };
            pool.belongs = match read::name(&cluster.root, &["name"]) {
                Some((name, span)) => Belonging::Named { cluster: name.to_owned(), namespace: None, span },
                None => Belonging::Elsewhere,
            };
            pool.labels.declared(node, &["labels"]);
            if control_plane {
                pool.labels.hint(CONTROL_PLANE, LabelValue::Is(String::new()));
            }
            pool.single();
            let silence = Some("nodes of kind have the architecture of the machine that runs them");
            reading.add(pool, Evidence { silence, ..Evidence::default() });
        }
    }
    for hardware in world.all("tinkerbell.org", "Hardware") {
        // What could become a node, of whichever cluster.
        let mut pool = Pool::new("Hardware", &hardware.name, hardware.span());
        (pool.state, pool.belongs) = (State::Parked, Belonging::Elsewhere);
        let mut evidence = Evidence::default();
        for interface in hardware.root.items_at(&["spec", "interfaces"]).iter().map(Node::clone).take(1) {
            evidence.stated(Basis::Declared, "dhcp.arch", &read::field(&interface, &["dhcp", "arch"]));
        }
        reading.add(pool, evidence);
    }
}
