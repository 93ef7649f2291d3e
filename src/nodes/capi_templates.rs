//! Cluster API's infrastructure templates, provider by provider: which field names the hardware.

use super::World;
use super::arch::Arch;
use super::evidence::Evidence;
use super::instance_type::Cloud;
use super::pool::{Basis, Fact, Labels};
use super::read::{self, Field};
use super::world::same_namespace;
use crate::manifest::Object;
use crate::yaml::{Lookup, Node};

/// How a provider's kind names its hardware.
pub(super) struct Hardware {
    pub(super) cloud: Cloud,
    /// The field below the machine's spec.
    pub(super) field: &'static str,
}

/// The hardware field of a machine kind (`AWSMachine`) or its template (`AWSMachineTemplate`).
pub(super) fn machine_hardware(kind: &str) -> Option<Hardware> {
    let (cloud, field) = match kind.strip_suffix("Template").unwrap_or(kind) {
        "AWSMachine" => (Cloud::Aws, "instanceType"),
        "AzureMachine" => (Cloud::Azure, "vmSize"),
        "GCPMachine" => (Cloud::Gcp, "instanceType"),
        "IBMVPCMachine" => (Cloud::IbmVpc, "profile"),
        "HCloudMachine" => (Cloud::Hetzner, "type"),
        "OCIMachine" => (Cloud::Oci, "shape"),
        "PacketMachine" => (Cloud::Equinix, "machineType"),
        "DOMachine" => (Cloud::DigitalOcean, "size"),
        "LinodeMachine" => (Cloud::Linode, "type"),
        _ => return None,
    };
    Some(Hardware { cloud, field })
}

/// Everything an infrastructure object says. Several possible architectures are returned apart from the evidence for all of them.
pub(super) fn read(world: &World<'_>, object: &Object, evidence: &mut Evidence, labels: &mut Labels) -> Vec<Fact> {
    let root = &object.root;
    // The contract by which a provider tells the autoscaler; most fill it in at run time.
    evidence.stated(Basis::Declared, "status.nodeInfo", &read::field(root, &["status", "nodeInfo", "architecture"]));
    let spec: &[&str] = if object.kind.ends_with("MachineTemplate") { &["spec", "template", "spec"] } else { &["spec"] };
    let at = |path: &[&str]| read::field(root, &spec.iter().chain(path).copied().collect::<Vec<_>>());
    let mut one = |cloud: Cloud, field: Field<'_>| {
        evidence.hardware(cloud, &field);
        labels.cloud(&field, None, None);
    };
    match object.kind.as_str() {
        "AWSMachinePool" => {
            // Overrides take the place of the launch template's own type.
            match root.items_at(&["spec", "mixedInstancesPolicy", "overrides"]) {
                [] => one(Cloud::Aws, at(&["awsLaunchTemplate", "instanceType"])),
                overrides => return several(Cloud::Aws, overrides, "instanceType", evidence),
            }
        }
        "AWSManagedMachinePool" => {
            ami_type(&at(&["amiType"]), evidence);
            evidence.hardware(Cloud::Aws, &at(&["instanceType"]));
        }
        "ROSAMachinePool" => one(Cloud::Aws, at(&["instanceType"])),
        "AzureMachinePool" => one(Cloud::Azure, at(&["template", "vmSize"])),
        "AzureManagedMachinePool" => one(Cloud::Azure, at(&["sku"])),
        "GCPManagedMachinePool" => one(Cloud::Gcp, at(&["machineType"]).or(|| at(&["instanceType"]))),
        "KubevirtMachineTemplate" | "KubevirtMachine" => {
            let field = at(&["virtualMachineTemplate", "spec", "template", "spec", "architecture"]);
            evidence.stated(Basis::Declared, "the virtual machine's architecture", &field);
        }
        "Metal3MachineTemplate" | "Metal3Machine" => hosts(world, object, spec, evidence),
        kind if is_power(kind) => evidence.fact(Arch::PPC64LE, Basis::Platform, kind, read::kind_span(object)),
        kind => match machine_hardware(kind) {
            Some(hardware) => one(hardware.cloud, at(&[hardware.field])),
            None => evidence.silence = Some("machines of this provider name no architecture"),
        },
    }
    Vec::new()
}

/// Whether a kind stands for IBM Power hardware.
pub(super) fn is_power(kind: &str) -> bool {
    kind.starts_with("IBMPowerVSMachine")
}

/// The facts of a list of entries of which any may be used, one per architecture.
pub(super) fn several(cloud: Cloud, entries: &[Node], key: &str, evidence: &mut Evidence) -> Vec<Fact> {
    let names: Vec<Node> = entries.iter().filter_map(|entry| if key.is_empty() { Some(entry) } else { entry.find(&[key]) }).cloned().collect();
    let mut each = Evidence::default();
    for name in &names {
        each.hardware(cloud, &read::scalar(name, "the instance type"));
    }
    if let Some(because) = each.because {
        evidence.unclear(because);
    }
    let mut facts: Vec<Fact> = Vec::new();
    for fact in each.facts {
        if facts.iter().all(|f| f.arch != fact.arch) {
            facts.push(fact);
        }
    }
    facts
}

/// EKS' AMI types carry the architecture: `AL2023_ARM_64_STANDARD`, `BOTTLEROCKET_x86_64`.
pub(super) fn ami_type(field: &Field<'_>, evidence: &mut Evidence) {
    match field {
        Field::Absent => {}
        Field::Unreadable(because) => evidence.unclear(because.clone()),
        Field::Text(text, span) => {
            let upper = text.to_ascii_uppercase();
            if upper.contains("ARM_64") {
                evidence.fact(Arch::ARM64, Basis::Declared, *text, *span);
            } else if upper.contains("X86_64") {
                evidence.fact(Arch::AMD64, Basis::Declared, *text, *span);
            }
        }
    }
}

/// The hosts of an object's namespace that the selector below `spec` picks, where all of them say the same; without one it picks any.
pub(super) fn hosts(world: &World<'_>, object: &Object, spec: &[&str], evidence: &mut Evidence) {
    evidence.silence = Some("the hosts that are picked decide");
    let at = |key: &str| object.root.at(&[spec, &["hostSelector", key]].concat()).non_null();
    let labels = at("matchLabels");
    if matches!(labels, Lookup::Unknown(_)) || !matches!(at("matchExpressions"), Lookup::Absent) {
        return evidence.unclear("which hosts are picked cannot be told");
    }
    let wanted = labels.found().map_or(&[][..], |labels| labels.entries_at(&[]));
    let picked = |host: &&&Object| {
        let has = |entry: &crate::yaml::Entry| {
            entry.key.text().and_then(|key| host.label(key)).and_then(Node::text).is_some_and(|value| Some(value) == entry.value.text())
        };
        within(object, host) && wanted.iter().all(has)
    };
    let mut found: Option<Fact> = None;
    for host in world.all("metal3.io", "BareMetalHost").iter().filter(picked) {
        let mut said = Evidence::default();
        super::metal3::architecture(world, host, &mut said);
        match (said.sorted().0.into_iter().next(), &found) {
            (None, _) => return,
            (Some(fact), Some(first)) if fact.arch != first.arch => return evidence.unclear("the hosts that may be picked differ"),
            (fact, None) => found = fact,
            _ => {}
        }
    }
    evidence.facts.extend(found);
}

/// Whether an object may pick a host of this namespace. OpenShift keeps its own hosts with its older machines.
fn within(object: &Object, host: &Object) -> bool {
    let own = |o: &Object| matches!(o.namespace.as_deref(), Some("openshift-machine-api" | "openshift-cluster-api"));
    same_namespace(object.namespace.as_deref(), host.namespace.as_deref()) || (own(object) && own(host))
}
