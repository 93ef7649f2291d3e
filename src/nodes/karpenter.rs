//! Karpenter: pools that hold no node until a pod asks for one, and requirements that say which may be started.

use super::arch::Arch;
use super::evidence::Evidence;
use super::instance_type::{Classification, Cloud, classify, classify_aws_family};
use super::labels::ARCH;
use super::pool::{Basis, Fact, LabelValue, Pool, Role, State};
use super::read::{self, Field, Number};
use super::{Reading, World};
use crate::manifest::Object;
use crate::yaml::Node;

pub(super) fn read(world: &World<'_>, reading: &mut Reading) {
    for object in world.all("karpenter.sh", "NodePool") {
        let path = ["spec", "template", "spec", "requirements"];
        pool(object, &path, &["spec", "template", "metadata", "labels"], &[Arch::AMD64, Arch::ARM64], reading);
    }
    for object in world.all("karpenter.sh", "Provisioner") {
        // The first API filled in a requirement for amd64 where there was none.
        pool(object, &["spec", "requirements"], &["spec", "labels"], &[Arch::AMD64], reading);
    }
}

fn pool(object: &Object, requirements: &[&str], labels: &[&str], default: &[Arch], reading: &mut Reading) {
    let root = &object.root;
    let mut pool = Pool::new(&object.kind, &object.name, object.span());
    pool.role = Role::Worker;
    pool.labels.declared(root, labels);
    pool.labels.hint("karpenter.sh/nodepool", LabelValue::Is(object.name.clone()));
    for key in ["node.kubernetes.io/instance-type", "topology.kubernetes.io/zone", "topology.kubernetes.io/region"] {
        pool.labels.hint(key, LabelValue::Some);
    }
    let disabled = read::number(root, &["spec", "limits", "cpu"]).known() == Some(0);
    let fixed = read::number(root, &["spec", "replicas"]);
    pool.state = if disabled { State::Parked } else { State::Latent };

    let mut evidence = Evidence::default();
    let list = match root.at(requirements) {
        crate::yaml::Lookup::Unknown(opaque) => {
            evidence.unclear(opaque.reason.to_string());
            return reading.add(pool, evidence);
        }
        found => found.found().and_then(Node::as_sequence).unwrap_or_default(),
    };
    let words = if default.len() > 1 { "no requirement excludes it" } else { "the API's default" };
    let base: Vec<Fact> = default.iter().map(|arch| fact(arch, Basis::SchemaDefault, words, read::kind_span(object))).collect();
    let cloud = match read::field(root, &["spec", "template", "spec", "nodeClassRef", "kind"]).text() {
        Some("AKSNodeClass") => Cloud::Azure,
        Some("GCENodeClass") => Cloud::Gcp,
        Some("OCINodeClass") => Cloud::Oci,
        _ => Cloud::Aws,
    };
    let mut possible = base;
    for requirement in list {
        narrow(requirement, cloud, &mut possible, &mut evidence);
    }
    if possible.is_empty() {
        evidence.unclear("its requirements exclude one another");
    }
    if evidence.because.is_some() || possible.is_empty() {
        return reading.add(pool, evidence);
    }
    if possible.len() == 1 && fixed != Number::Absent {
        pool.scale(fixed, None);
    }
    for fact in possible {
        reading.add(pool.clone(), Evidence { facts: vec![fact], ..Evidence::default() });
    }
}

fn fact(arch: &Arch, basis: Basis, detail: &str, span: crate::source::Span) -> Fact {
    Fact { arch: arch.clone(), basis, detail: detail.to_owned(), span }
}

/// Takes away what a requirement excludes, and replaces the reason of what it names.
fn narrow(requirement: &Node, cloud: Cloud, possible: &mut Vec<Fact>, evidence: &mut Evidence) {
    let Field::Text(key, _) = read::field(requirement, &["key"]) else { return };
    let operator = read::field(requirement, &["operator"]);
    let values = requirement.items_at(&["values"]);
    let names = |what: &dyn Fn(&str) -> Option<Arch>, evidence: &mut Evidence| -> Option<Vec<(Arch, String, crate::source::Span)>> {
        let mut named = Vec::new();
        for value in values {
            match read::scalar(value, key) {
                Field::Text(text, span) => named.push((what(text)?, text.to_owned(), span)),
                Field::Unreadable(because) => {
                    evidence.unclear(because);
                    return None;
                }
                Field::Absent => {}
            }
        }
        Some(named)
    };
    let hardware = |text: &str| match classify(cloud, text) {
        Classification::Known(arch) => Some(arch),
        _ => None,
    };
    let family = |text: &str| match classify_aws_family(text) {
        Classification::Known(arch) => Some(arch),
        _ => None,
    };
    let manufacturer = |text: &str| match text {
        "aws" => Some(Arch::ARM64),
        "intel" | "amd" => Some(Arch::AMD64),
        _ => None,
    };
    let (named, basis) = match key {
        ARCH | "beta.kubernetes.io/arch" => (names(&|text| Some(Arch::goarch(text)), evidence), Basis::Declared),
        "node.kubernetes.io/instance-type" | "karpenter.azure.com/sku-name" => (names(&hardware, evidence), Basis::InstanceType),
        "karpenter.k8s.aws/instance-cpu-manufacturer" => (names(&manufacturer, evidence), Basis::InstanceType),
        "karpenter.k8s.aws/instance-family" => (names(&family, evidence), Basis::InstanceType),
        _ => return,
    };
    // A type that nobody knows may have any architecture, so such a list excludes nothing.
    let Some(named) = named else { return };
    match operator.text() {
        Some("In") => {
            // An architecture may be named that the default leaves out.
            let allowed = std::mem::take(possible);
            for (arch, text, span) in named {
                let before = allowed.iter().find(|f| f.arch == arch);
                let fits = before.is_some() || (basis == Basis::Declared && allowed.iter().all(|f| f.basis == Basis::SchemaDefault));
                if fits && possible.iter().all(|f| f.arch != arch) {
                    match before {
                        Some(stronger) if stronger.basis < basis => possible.push(stronger.clone()),
                        _ => possible.push(fact(&arch, basis, &text, span)),
                    }
                }
            }
        }
        // Leaving out some types leaves out no architecture; leaving out an architecture does.
        Some("NotIn") if basis == Basis::Declared => possible.retain(|f| named.iter().all(|(arch, ..)| *arch != f.arch)),
        _ => {}
    }
}
