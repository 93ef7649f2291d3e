//! What declares nodes: every kind that says something about a cluster's machines, read into pools with evidence.
//!
//! [`inventory`] takes the objects that live in one API server and gives their pools; [`read_kindless`] does the same for files that carry
//! no kind (`install-config.yaml` and its kin). One file per family of kinds reads; `finish` does
//! what needs all of them: payloads, what silent machine sets inherit, schedulable control planes, conflicts between two answers for one
//! pool, and the labels that follow.
//!
//! Kinds are matched with their API group, always. Two classes of them belong to different clusters: *self* kinds (Node, OpenShift's
//! MachineSet) are about the cluster they are applied to ([`pool::Belonging::Applied`]), *describing* kinds (NodePool, ClusterInstance) about the
//! one their fields name ([`pool::Belonging::Named`]), wherever they lie. `HyperConverged.status.nodeInfo` is not read here.
//!
//! What cannot be read is never guessed: a template, a placeholder or an unknown instance type leaves a pool without facts and with
//! [`Pool::unknown_because`].

pub mod arch;
pub mod instance_type;
pub mod pool;
pub mod snapshot;

mod assisted;
mod capi;
mod capi_templates;
mod count;
mod eksctl;
mod embedded;
mod evidence;
mod finish;
mod gardener;
mod hive;
mod home;
mod hypershift;
mod install;
mod karpenter;
mod kops;
mod labels;
mod machine_api;
mod managed;
mod metal3;
mod node;
mod payload;
mod provider;
mod rancher;
mod read;
mod site;
mod topology;
mod world;

use crate::manifest::Object;
use crate::source::Span;
use crate::yaml::Node;
use evidence::Evidence;
pub use payload::{ClusterPayload, Payload};
use pool::{Basis, Fact, LabelValue, Pool, State};
use std::collections::BTreeMap;
use world::World;

/// What the objects of one API server say about nodes.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// The pools, family by family, in the order of the objects.
    pub pools: Vec<Pool>,
    /// Whether the cluster's own control plane runs workloads, as its `Scheduler` says or its being a single node, and where that stands.
    pub masters_schedulable: Option<(bool, Span)>,
    /// Node objects that only add labels or taints to nodes something else makes.
    pub node_patches: Vec<NodePatch>,
    /// Clusters that some object defines or describes as a whole.
    pub clusters: Vec<Defined>,
    /// Infrastructure ids of the cluster itself (`Infrastructure.status.infrastructureName`).
    pub infra_ids: Vec<(String, Span)>,
    /// Release payloads whose architecture is known.
    pub payloads: Vec<ClusterPayload>,
}

/// A `Node` manifest without status and architecture: it proves that nodes are managed here and what labels they get, not that they exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodePatch {
    /// The node's name.
    pub name: String,
    /// The labels it sets.
    pub labels: BTreeMap<String, LabelValue>,
    /// The object.
    pub span: Span,
}

impl NodePatch {
    /// Adds the labels to a pool that is this node. Whether they do anything to it.
    pub fn apply(&self, pool: &mut Pool) -> bool {
        let is_it = pool.node.as_deref() == Some(self.name.as_str());
        if is_it {
            pool.labels.known.extend(self.labels.clone());
            pool.role = labels::role_of(&pool.labels).unwrap_or(pool.role);
        }
        is_it && !self.labels.is_empty()
    }
}

/// A cluster that an object defines or describes as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defined {
    /// Kind of the object.
    pub kind: String,
    /// Its names, best first (a ClusterDeployment has `spec.clusterName` and its own).
    pub names: Vec<String>,
    /// The namespace that qualifies the name on the hub.
    pub namespace: Option<String>,
    /// Its labels, for selectors and placements.
    pub labels: BTreeMap<String, String>,
    /// Its infrastructure id, where one is written.
    pub infra_id: Option<String>,
    /// Where the best name stands.
    pub span: Span,
}

impl Defined {
    /// The cluster an object defines under these names.
    fn of(object: &Object, names: Vec<String>, span: Span) -> Self {
        let labels = Self::labels(&object.root, &["metadata", "labels"]);
        Self { kind: object.kind.clone(), names, namespace: read::namespace(object), labels, infra_id: None, span }
    }

    /// Labels that can be read, from a map.
    fn labels(root: &Node, path: &[&str]) -> BTreeMap<String, String> {
        let known = |e: &crate::yaml::Entry| {
            let value = e.value.text().filter(|value| !read::is_template(value))?;
            Some((e.key.text()?.to_owned(), value.to_owned()))
        };
        root.entries_at(path).iter().filter_map(known).collect()
    }
}

/// One pool while it is being read.
struct Draft {
    pool: Pool,
    evidence: Evidence,
    /// Where nothing is said the controllers take over the control plane's architecture.
    inherits: bool,
}

/// Everything read so far.
#[derive(Default)]
struct Reading {
    drafts: Vec<Draft>,
    out: Inventory,
}

impl Reading {
    /// Adds a pool with its evidence.
    fn add(&mut self, pool: Pool, evidence: Evidence) {
        self.drafts.push(Draft { pool, evidence, inherits: false });
    }

    /// Adds a pool that may be made of any of several kinds of hardware: one pool per architecture. None of them is certain to have nodes
    /// then, because whoever starts the machines chooses.
    fn add_each(&mut self, pool: Pool, evidence: Evidence, several: Vec<Fact>) {
        let is_hardware = |f: &&Fact| f.basis == Basis::InstanceType;
        let mut choices: Vec<Fact> = Vec::new();
        for fact in several.iter().chain(evidence.facts.iter().filter(is_hardware)) {
            if choices.iter().all(|f| f.arch != fact.arch) {
                choices.push(fact.clone());
            }
        }
        let stated = evidence.facts.iter().find(|f| f.basis < Basis::InstanceType).map(|f| f.arch.clone());
        if choices.len() < 2 || stated.is_some() {
            // A statement picks among the choices; only where it is none of them do the two disagree.
            let mut evidence = evidence;
            let fits = |f: &Fact| choices.len() < 2 || choices.iter().all(|c| Some(&c.arch) != stated.as_ref()) || Some(&f.arch) == stated.as_ref();
            evidence.facts.extend(several);
            evidence.facts.retain(|f| f.basis != Basis::InstanceType || fits(f));
            return self.add(pool, evidence);
        }
        for choice in choices {
            let mut pool = pool.clone();
            if pool.state == State::Present {
                (pool.state, pool.count) = (State::Latent, pool.count.map(|(_, most)| (0, most)));
            }
            for key in ["node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"] {
                pool.labels.known.insert(key.to_owned(), LabelValue::Some);
            }
            let facts = evidence.facts.iter().filter(|f| f.arch == choice.arch && !is_hardware(f)).cloned().chain([choice.clone()]).collect();
            self.add(pool, Evidence { facts, because: None, silence: None });
        }
    }
}

/// The objects that live in one API server (one cluster's deliveries, or one hub's) → what they say about nodes.
#[must_use]
pub fn inventory(objects: &[&Object]) -> Inventory {
    let world = World::new(objects);
    let mut reading = Reading::default();
    for family in FAMILIES {
        family(&world, &mut reading);
    }
    finish::finish(&world, reading)
}

type Family = fn(&World<'_>, &mut Reading);

const FAMILIES: &[Family] = &[
    node::read,
    machine_api::read,
    payload::read,
    hypershift::read,
    embedded::read,
    hive::read,
    install::agent_configs,
    site::read,
    assisted::read,
    metal3::read,
    capi::read,
    topology::read,
    karpenter::read,
    eksctl::read,
    managed::read,
    gardener::read,
    kops::read,
    rancher::read,
    home::read,
    // Last: it changes the roles of what the others found.
    assisted::make_compact,
];

/// What a file without a kind says about nodes (`install-config.yaml`, `nodes-config.yaml`, Talos machine configurations); `None` when it is
/// none of them. The path is only its name's sake: installer files are known by their content where they can be.
#[must_use]
pub fn read_kindless(path: &str, root: &Node) -> Option<Inventory> {
    let mut reading = Reading::default();
    if install::is_install_config(root) {
        install::install_config(root, &mut reading);
    } else if install::is_nodes_config(path, root) {
        install::nodes_config(root, &mut reading);
    } else if install::is_talos(root) {
        install::talos(path, root, &mut reading);
    } else {
        return None;
    }
    Some(finish::finish(&World::new(&[]), reading))
}
