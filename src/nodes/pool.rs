//! What a manifest says about nodes: pools, their architecture with its evidence, their labels and their state.

use super::arch::Arch;
use super::world::same_namespace;
use crate::source::Span;
use std::collections::BTreeMap;

/// One node, or one group of nodes that are made alike.
#[derive(Clone, Debug)]
pub struct Pool {
    /// Kind of the object that declares it (`Node`, `MachineSet`, `NodePool`, …).
    pub kind: String,
    /// Its name; an entry inside a bigger object has a name of its own (`edge1/w0`).
    pub name: String,
    /// The object, or the entry inside it.
    pub span: Span,
    /// What the nodes do.
    pub role: Role,
    /// What decides the architecture, strongest first; empty when nothing says.
    pub facts: Vec<Fact>,
    /// The architecture is a default that the nodes need not follow: possible, never certain.
    pub doubtful: bool,
    /// Why nothing says, where there is a reason worth telling (a template expression, an unknown instance type).
    pub unknown_because: Option<String>,
    /// Labels the nodes will carry when the scheduler looks.
    pub labels: Labels,
    /// Whether nodes exist.
    pub state: State,
    /// Which cluster it is part of.
    pub belongs: Belonging,
    /// How much the declaration says about all nodes of its cluster.
    pub scope: Scope,
    /// Infrastructure id (`machine.openshift.io/cluster-api-cluster`), when it is one and no placeholder.
    pub infra_id: Option<String>,
    /// How many nodes, where it is known: fewest and most.
    pub count: Option<(u32, u32)>,
    /// The name its only node will have, where the declaration is of one node and says it.
    pub node: Option<String>,
    /// Why its nodes can never join, in words that complete "cannot join: …". Such a pool is [`State::Parked`].
    pub blocked: Option<String>,
    /// Statements about the pool's architecture that contradict the one that counts.
    pub conflicts: Vec<Conflict>,
    /// What keeps its nodes from coming to be as declared.
    pub problems: Vec<Problem>,
}

/// Two answers for one pool. Machine configuration and autoscaler follow the weaker one where it is the capacity annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The fact that wins.
    pub stronger: Fact,
    /// The fact that contradicts it.
    pub weaker: Fact,
}

/// Something that keeps a pool's nodes from existing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind.
    pub kind: ProblemKind,
    /// The defect, in one line without a full stop.
    pub message: String,
    /// The value to change.
    pub span: Span,
    /// What it contradicts, with a few words each.
    pub related: Vec<(Span, String)>,
}

/// The kinds of [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The architecture contradicts the hardware, or the platform has no such nodes: they never boot (`node-pool-cannot-boot`).
    CannotBoot,
    /// The release payload is for another architecture alone: they never join (`release-payload-single-arch`).
    SingleArchPayload,
}

/// One reason to believe in an architecture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The architecture.
    pub arch: Arch,
    /// How it is known.
    pub basis: Basis,
    /// The words that say it (`m7g.2xlarge`, `arm64`, `CRD default`).
    pub detail: String,
    /// Where they stand.
    pub span: Span,
}

/// How an architecture is known, strongest first; the order is the precedence within a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// The user's configuration or command line.
    Configuration,
    /// A running system reported it (`status.nodeInfo.architecture`, an Agent's inventory).
    Observed,
    /// A label on a Node object (`kubernetes.io/arch`).
    Label,
    /// A field that states it (`spec.arch`, `cpuArchitecture`).
    Declared,
    /// The name of the hardware (`m7g.2xlarge`).
    InstanceType,
    /// The autoscaler's capacity annotation.
    CapacityAnnotation,
    /// The platform has but one (PowerVS).
    Platform,
    /// A single-architecture release payload.
    Payload,
    /// A default of the kind's schema.
    SchemaDefault,
    /// Taken over from the control plane.
    ControlPlane,
}

impl Basis {
    /// The name machines read.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Basis::Configuration => "configuration",
            Basis::Observed => "observed",
            Basis::Label => "label",
            Basis::Declared => "declared",
            Basis::InstanceType => "instance-type",
            Basis::CapacityAnnotation => "capacity-annotation",
            Basis::Platform => "platform",
            Basis::Payload => "payload",
            Basis::SchemaDefault => "schema-default",
            Basis::ControlPlane => "control-plane",
        }
    }
}

/// What the nodes of a pool do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Worker nodes, infra and custom roles included: they carry the worker label.
    Worker,
    /// Control-plane nodes that do not run workloads.
    ControlPlane,
    /// Control-plane nodes that are workers too (compact, single node, schedulable masters).
    ControlPlaneAndWorker,
    /// Neither (an arbiter, a Node without a role label).
    Neither,
    /// Not said (a bare-metal host that the installer will assign): a worker as far as anyone
    /// can tell, because a cluster without workers runs its workloads on the control plane.
    Unknown,
}

impl Role {
    /// Whether such nodes run workloads where nothing pins them.
    #[must_use]
    pub fn is_worker(self) -> bool {
        matches!(self, Role::Worker | Role::ControlPlaneAndWorker | Role::Unknown)
    }

    /// Whether such nodes are control plane; `None` when it is not said.
    #[must_use]
    pub fn is_control_plane(self) -> Option<bool> {
        match self {
            Role::ControlPlane | Role::ControlPlaneAndWorker => Some(true),
            Role::Worker | Role::Neither => Some(false),
            Role::Unknown => None,
        }
    }

    /// The name machines read.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Role::Worker => "worker",
            Role::ControlPlane => "control-plane",
            Role::ControlPlaneAndWorker => "control-plane,worker",
            Role::Neither => "none",
            Role::Unknown => "unknown",
        }
    }
}

/// Whether a pool has nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// At least one.
    Present,
    /// None now, but an autoscaler may add some.
    Latent,
    /// None, and only a person can add some.
    Parked,
}

impl State {
    /// The name machines read.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            State::Present => "present",
            State::Latent => "latent",
            State::Parked => "parked",
        }
    }
}

/// The cluster a pool is part of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Belonging {
    /// The cluster the object is applied to.
    Applied,
    /// The cluster its fields name, wherever the object lies: it describes another cluster.
    Named {
        /// The cluster's name.
        cluster: String,
        /// The namespace that qualifies the name on the hub, if there is one.
        namespace: Option<String>,
        /// Where the name stands.
        span: Span,
    },
    /// The cluster that its namespace is named after, as hubs have it, if there is one of that name: a namespace alone is no cluster.
    Presumed {
        /// The namespace.
        cluster: String,
        /// Where it stands.
        span: Span,
    },
    /// It describes some other cluster, but which one cannot be read.
    Elsewhere,
}

impl Belonging {
    /// Whether both are one cluster, as far as is written. "Elsewhere" is nowhere in particular.
    #[must_use]
    pub fn is_also(&self, other: &Self) -> bool {
        match (self.qualified(), other.qualified()) {
            (Some((a, x)), Some((b, y))) => a == b && same_namespace(x, y),
            _ => *self == Belonging::Applied && *other == Belonging::Applied,
        }
    }

    /// The cluster's name and the namespace that qualifies it, where a name is written.
    fn qualified(&self) -> Option<(&str, Option<&str>)> {
        match self {
            Belonging::Named { cluster, namespace, .. } => Some((cluster, namespace.as_deref())),
            Belonging::Presumed { cluster, .. } => Some((cluster, Some(cluster))),
            Belonging::Applied | Belonging::Elsewhere => None,
        }
    }

    /// The cluster's name; empty where none is written.
    #[must_use]
    pub fn cluster(&self) -> &str {
        match self {
            Belonging::Named { cluster, .. } | Belonging::Presumed { cluster, .. } => cluster,
            Belonging::Applied | Belonging::Elsewhere => "",
        }
    }
}

/// What else exists beside a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The declaration lists every node of the cluster (a ClusterInstance, an install-config, a HostedCluster's NodePools).
    Whole,
    /// One dumped Node: together with its siblings of the same file a complete inventory.
    Inventory,
    /// One pool of possibly more: a lower bound.
    Part,
}

/// Labels as far as they are known before the nodes exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// Known keys and values.
    pub known: BTreeMap<String, LabelValue>,
    /// No other key exists (a dumped Node); otherwise an absent key may turn up at run time.
    pub complete: bool,
}

/// A label's value, or that it exists with a value nobody can tell yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelValue {
    /// This value.
    Is(String),
    /// Some value.
    Some,
    /// The key is certainly absent.
    Absent,
}

impl Labels {
    /// What is known of a key; `None` when it may or may not be there.
    ///
    /// Keys that the operator's own components write where it places them ([`is_written_at_run_time`]) are never certainly absent, not
    /// even in a complete list: [`super::snapshot::snapshot`] leaves them out.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&LabelValue> {
        match self.known.get(key) {
            None if self.complete && !is_written_at_run_time(key) => Some(&LabelValue::Absent),
            known => known,
        }
    }

    /// Records a key unless it is recorded already.
    pub(super) fn hint(&mut self, key: &str, value: LabelValue) {
        self.known.entry(key.to_owned()).or_insert(value);
    }
}

/// Whether a label's key or value is rewritten while a node lives: virt-handler's (`kubevirt.io/schedulable`, `cpu-model.node.kubevirt.io/…`,
/// which exist only where the operator already placed it), addresses, and the kernel and system versions of node feature discovery.
#[must_use]
pub fn is_written_at_run_time(key: &str) -> bool {
    let (domain, name) = key.split_once('/').unwrap_or(("", key));
    domain == "kubevirt.io"
        || domain.ends_with(".node.kubevirt.io")
        || (domain == "k3s.io" && name.ends_with("-ip"))
        || (domain == "feature.node.kubernetes.io" && (name.starts_with("kernel-version.") || name.starts_with("system-os_release.")))
}

impl Pool {
    /// A pool of one object (or an entry inside it) of which nothing is known yet.
    #[must_use]
    pub fn new(kind: &str, name: impl Into<String>, span: Span) -> Self {
        Self {
            kind: kind.to_owned(),
            name: name.into(),
            span,
            role: Role::Unknown,
            facts: Vec::new(),
            doubtful: false,
            unknown_because: None,
            labels: Labels::default(),
            state: State::Present,
            belongs: Belonging::Applied,
            scope: Scope::Part,
            infra_id: None,
            count: None,
            node: None,
            blocked: None,
            conflicts: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// The architecture the strongest fact gives.
    #[must_use]
    pub fn arch(&self) -> Option<&Arch> {
        self.facts.first().map(|f| &f.arch)
    }
}
