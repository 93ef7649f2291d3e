//! HyperShift: hosted clusters and their node pools, which live on a hub and describe another cluster.

use super::arch::Arch;
use super::count::Bounds;
use super::evidence::Evidence;
use super::instance_type::Cloud;
use super::labels::WORKER;
use super::payload::{Payload, image_field};
use super::pool::{Basis, Belonging, LabelValue, Pool, Problem, ProblemKind, Role, Scope, State};
use super::read::{self, Field};
use super::{Defined, Reading, World};
use crate::manifest::Object;

const GROUP: &str = "hypershift.openshift.io";

/// The label by which agents of an architecture are selected.
pub(super) const AGENT_ARCH: &str = "inventory.agent-install.openshift.io/cpu-architecture";

pub(super) fn read(world: &World<'_>, reading: &mut Reading) {
    for cluster in world.all(GROUP, "HostedCluster") {
        hosted_cluster(cluster, reading);
    }
    for pool in world.all(GROUP, "NodePool") {
        node_pool(world, pool, reading);
    }
}

fn hosted_cluster(cluster: &Object, reading: &mut Reading) {
    let Some((name, span)) = read::name(&cluster.root, &["metadata", "name"]) else { return };
    let belongs = Belonging::Named { cluster: name.to_owned(), namespace: read::namespace(cluster), span };
    reading.out.clusters.push(Defined::of(cluster, vec![name.to_owned()], span));
    // The image is often a digest; what runs then tells.
    let payload = match read::field(&cluster.root, &["status", "payloadArch"]) {
        Field::Text(text, span) if super::arch::is_multi(text) => Some((Payload::Multi, format!("payloadArch: {text}"), span)),
        Field::Text(text, span) => Arch::parse(text).map(|arch| (Payload::Single(arch), format!("payloadArch: {text}"), span)),
        _ => None,
    };
    let payload = image_field(&read::field(&cluster.root, &["spec", "release", "image"])).or(payload);
    let single = payload.as_ref().and_then(|(payload, ..)| payload.single().cloned());
    reading.payload(belongs.clone(), payload);
    if let Some(auto) = cluster.root.find(&["spec", "autoNode"]) {
        // Karpenter starts machines of either architecture as workloads ask for them, if the payload has both.
        for arch in [Arch::AMD64, Arch::ARM64].into_iter().filter(|arch| single.as_ref().is_none_or(|s| s == arch)) {
            let mut pool = Pool::new("HostedCluster", name, auto.span());
            (pool.role, pool.state, pool.belongs, pool.scope) = (Role::Worker, State::Latent, belongs.clone(), Scope::Part);
            pool.labels.hint(WORKER, LabelValue::Is(String::new()));
            let mut evidence = Evidence::default();
            evidence.fact(arch, Basis::SchemaDefault, "autoNode may start either", auto.span());
            reading.add(pool, evidence);
        }
    }
}

fn node_pool(world: &World<'_>, object: &Object, reading: &mut Reading) {
    let root = &object.root;
    let mut pool = Pool::new("NodePool", &object.name, object.span());
    pool.role = Role::Worker;
    if let Some((cluster, span)) = read::name(root, &["spec", "clusterName"]) {
        // Together with its hosted cluster the node pools are all nodes there are: hosted control planes are pods.
        let known = world.find(GROUP, "HostedCluster", object.namespace.as_deref(), cluster).is_some();
        pool.scope = if known { Scope::Whole } else { Scope::Part };
        pool.belongs = Belonging::Named { cluster: cluster.to_owned(), namespace: read::namespace(object), span };
    } else {
        pool.belongs = Belonging::Elsewhere;
    }
    pool.labels.declared(root, &["spec", "nodeLabels"]);
    pool.labels.hint(WORKER, LabelValue::Is(String::new()));
    pool.labels.hint("hypershift.openshift.io/nodePool", LabelValue::Is(object.name.clone()));
    pool.labels.hint("node.openshift.io/os_id", LabelValue::Some);
    let bound = |key: &str| read::number(root, &["spec", "autoScaling", key]);
    pool.scale(read::number(root, &["spec", "replicas"]).or(0), Bounds::written(bound("min"), bound("max")));

    let (wanted, mut evidence) = wanted(world, object);
    let platform = read::field(root, &["spec", "platform", "type"]);
    let mut machine = Evidence::default();
    if let Some((cloud, field)) = hardware(root, platform.text().unwrap_or_default()) {
        pool.labels.cloud(&field, None, None);
        machine.hardware(cloud, &field);
    }
    let problem = cannot_boot(object, &wanted, &machine, &platform);
    if let Some(problem) = problem {
        pool.blocked = Some(problem.1);
        evidence = Evidence { because: Some(format!("its nodes cannot boot: {}", problem.0.message)), ..Evidence::default() };
        pool.problems.push(problem.0);
    } else {
        // The image is chosen by `spec.arch` alone, so an unknown instance type is no reason to doubt it.
        evidence.facts.extend(machine.facts);
        if let Some((Payload::Single(arch), detail, span)) = image_field(&read::field(root, &["spec", "release", "image"])) {
            evidence.fact(arch, Basis::Payload, detail, span);
        }
    }
    // Agents are chosen by their labels, whatever the pool is by default.
    pool.doubtful = platform.text() == Some("Agent") && evidence.facts.iter().all(|f| f.basis >= Basis::SchemaDefault);
    reading.add(pool, evidence);
}

/// What the pool is to be: the architecture that the controller goes by, and all there is to say for it.
fn wanted(world: &World<'_>, object: &Object) -> (Option<super::pool::Fact>, Evidence) {
    let root = &object.root;
    let mut evidence = Evidence::default();
    let written = evidence.stated(Basis::Declared, "spec.arch", &read::field(root, &["spec", "arch"]));
    let mut wanted = evidence.facts.first().cloned();
    let agents = read::field(root, &["spec", "platform", "type"]).text() == Some("Agent");
    if agents {
        let selector = read::field(root, &["spec", "platform", "agent", "agentLabelSelector", "matchLabels", AGENT_ARCH]);
        evidence.stated(Basis::Declared, "the agent selector", &selector);
    }
    let bound = |agent: &&Object| agent.root.str_at(&["spec", "clusterDeploymentName", "name"]) == root.str_at(&["spec", "clusterName"]);
    if agents && !written && world.all("agent-install.openshift.io", "Agent").iter().any(bound) {
        evidence.unclear("the agents that join decide, and they are listed themselves");
    }
    if !written && evidence.is_silent() {
        let detail = if agents { "CRD default, though the agents that join decide" } else { "CRD default" };
        evidence.fact(Arch::AMD64, Basis::SchemaDefault, detail, read::kind_span(object));
    }
    if wanted.is_none() && !written {
        wanted =
            Some(super::pool::Fact { arch: Arch::AMD64, basis: Basis::SchemaDefault, detail: "CRD default".into(), span: read::kind_span(object) });
    }
    (wanted, evidence)
}

/// The hardware field of a platform.
fn hardware<'a>(root: &'a crate::yaml::Node, platform: &str) -> Option<(Cloud, Field<'a>)> {
    let at = |path: &[&str]| read::field(root, path);
    match platform {
        "AWS" => Some((Cloud::Aws, at(&["spec", "platform", "aws", "instanceType"]))),
        "Azure" => Some((Cloud::Azure, at(&["spec", "platform", "azure", "vmSize"]))),
        "GCP" => Some((Cloud::Gcp, at(&["spec", "platform", "gcp", "machineType"]))),
        _ => None,
    }
}

/// What the platform can be, as the controller and the schema's validation have it; `None` for platforms this program does not know.
fn supported(platform: &str) -> Option<&'static [Arch]> {
    match platform {
        "AWS" | "Azure" | "GCP" | "None" => Some(&[Arch::AMD64, Arch::ARM64]),
        "KubeVirt" => Some(&[Arch::AMD64, Arch::S390X]),
        "OpenStack" => Some(&[Arch::AMD64]),
        "Agent" => Some(&[Arch::AMD64, Arch::PPC64LE, Arch::ARM64]),
        "PowerVS" => Some(&[Arch::PPC64LE]),
        _ => None,
    }
}

/// Why nodes of the pool never boot: the problem, and the reason in short.
fn cannot_boot(object: &Object, wanted: &Option<super::pool::Fact>, machine: &Evidence, platform: &Field<'_>) -> Option<(Problem, String)> {
    let wanted = wanted.as_ref()?;
    let is = if wanted.basis == Basis::SchemaDefault { "is by default" } else { "is" };
    let problem = |message, related| Problem { kind: ProblemKind::CannotBoot, message, span: wanted.span, related };
    if let Some(fact) = machine.facts.first().filter(|fact| fact.arch != wanted.arch) {
        let message = format!("NodePool {} {is} {}, but {} is {}: the image will not boot", object.name, wanted.arch, fact.detail, fact.arch);
        let short = format!("spec.arch {is} {} and {} is {}", wanted.arch, fact.detail, fact.arch);
        return Some((problem(message, vec![(fact.span, format!("{} is {}", fact.detail, fact.arch))]), short));
    }
    let (name, span) = platform.known()?;
    let supported = supported(name)?;
    if supported.contains(&wanted.arch) {
        return None;
    }
    let list = supported.iter().map(Arch::as_str).collect::<Vec<_>>().join(", ");
    let message = format!("NodePool {} {is} {}, which the platform {name} does not support", object.name, wanted.arch);
    let short = format!("the platform {name} supports {list} alone");
    Some((problem(message, vec![(span, format!("{name} supports {list}"))]), short))
}
