//! One cluster: what it is given, what its nodes are, and what the operator would make of both.

mod amend;
pub mod architectures;
mod bounds;
pub mod conventions;
mod duplicates;
mod flag;
mod gather;
mod homes;
mod infrastructure;
mod join;
mod machines;
mod names;
mod outside;
mod place;
mod view;

pub use architectures::{Architectures, Proof};
pub use join::{Assembled, assemble};
pub use machines::{Machine, SourceRef};
pub use outside::{Outside, no_inventory};
pub use view::view;

use crate::delivery::Mode;
use crate::finding::{Confidence, Label};
use crate::manifest::Object;
use crate::membership::Reason;
use crate::nodes::arch::Arch;
use crate::nodes::pool::Pool;
use crate::operator::Tri;
use crate::operator::catalogue::Catalogue;
use crate::operator::data_sources::{DataSource, Nodes, data_sources};
use crate::operator::feature::{Feature, feature};
use crate::operator::hyperconverged::{HyperConverged, Part};
use crate::operator::images::{Images, in_effect};
use crate::operator::olm::{Distribution, Installation};
use crate::operator::placement::Placement;
use crate::operator::release::Release;
use crate::outcome::{Knowledge, WHOLE_REPOSITORY};
use crate::source::Span;
use crate::text::and;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A cluster and everything known of it.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    /// Display name; `(repository)` when the whole repository is one cluster.
    pub name: String,
    /// The HyperConvergeds it is given.
    pub hyperconverged: Vec<HcoClaim>,
    /// Its node pools, and those that may be its.
    pub pools: Vec<Member>,
    /// Set when the pools are all there are: a dump, configuration, the command line.
    pub closed: bool,
    /// Nobody delivers its HyperConverged and nothing names it, in a repository where deployers deliver one: it may be in use nowhere.
    pub stray: bool,
    /// Its nodes would be held against more of a placement than may be: which ones it chooses is unknown.
    pub unplaced: bool,
    /// The pools the repository declares where the configuration says what all nodes are.
    pub overruled: Vec<Member>,
    /// The other objects it is given that rules read.
    pub given: Vec<Given>,
    /// Why the cluster exists and what belongs to it.
    pub why: Vec<Label>,
}

/// An object that a cluster is given.
#[derive(Clone, Debug)]
pub struct Given {
    /// The object.
    pub object: Object,
    /// How sure it is that the cluster gets it.
    pub confidence: Confidence,
    /// Why it does.
    pub reason: Reason,
}

/// The kinds that rules read, besides the HyperConverged and what declares nodes.
const INTERESTS: [(&str, &str); 8] = [
    ("cdi.kubevirt.io", "DataSource"),
    ("kubevirt.io", "VirtualMachine"),
    ("kubevirt.io", "VirtualMachineInstance"),
    ("operator.openshift.io", "KubeDescheduler"),
    ("operators.coreos.com", "ClusterServiceVersion"),
    ("operators.coreos.com", "OperatorGroup"),
    ("operators.coreos.com", "Subscription"),
    ("olm.operatorframework.io", "ClusterExtension"),
];

/// Whether a rule reads objects of this kind.
fn interests(object: &Object) -> bool {
    INTERESTS.iter().any(|(group, kind)| object.is(group, kind))
}

/// A HyperConverged that a cluster is given.
#[derive(Clone, Debug)]
pub struct HcoClaim {
    /// The resource as far as it is seen, defaults assumed for the rest.
    pub hco: HyperConverged,
    /// The resource with what is not seen left unknown; the same where all of it is seen.
    pub seen: HyperConverged,
    /// The resource and the parts that policies merge onto it, each for itself; nothing where there are none.
    pub parts: Vec<HyperConverged>,
    /// How sure it is that the cluster gets it.
    pub confidence: Confidence,
    /// Why it does.
    pub reason: Reason,
    /// It was read from a template, so nothing it says is certain.
    pub guessed: bool,
    /// Whether it is whole or a part to be merged.
    pub mode: Mode,
    /// The chain that brings it there.
    pub via: Vec<Label>,
    /// The file, or the directory with a `/` at its end, that yields it; relative to the repository.
    pub root: String,
    /// Every file that takes part in it.
    pub files: Arc<BTreeSet<crate::source::FileId>>,
}

/// A pool and how sure it is that it is part of the cluster.
#[derive(Clone, Debug)]
pub struct Member {
    /// The pool.
    pub pool: Arc<Pool>,
    /// High and medium count; low is only possible.
    pub confidence: Confidence,
    /// Why it is.
    pub reason: Reason,
}

/// What the operator would compute for a cluster from the one HyperConverged it acts on.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    /// The claim of the resource.
    pub claim: &'a HcoClaim,
    /// The resource.
    pub hco: &'a HyperConverged,
    /// The release whose behaviour applies.
    pub release: Release,
    /// Whether the release is known rather than assumed.
    pub release_known: bool,
    /// The alerts cannot exist on plain Kubernetes.
    pub plain_kubernetes: bool,
    /// Where workloads may run.
    pub workloads: Placement,
    /// The feature.
    pub feature: Feature,
    /// The golden images in effect.
    pub images: Images,
    /// The operator's own images.
    pub catalogue: &'a Catalogue,
    /// The architectures.
    pub architectures: Architectures,
    /// The operator's namespace, where the repository or the configuration tells.
    pub namespace: Option<(String, Option<Span>)>,
}

/// What holds for all clusters of a run.
#[derive(Clone, Debug)]
pub struct Assumptions<'a> {
    /// The operator's release, if it is known.
    pub release: Option<Release>,
    /// The platform is plain Kubernetes.
    pub plain_kubernetes: bool,
    /// The operator's own images, where the user says which; else they follow from who builds the operator, and are upstream's where nothing
    /// tells.
    pub catalogue: Option<&'a Catalogue>,
    /// The operator's namespace and where it is said.
    pub namespace: Option<(String, Option<Span>)>,
}

impl Cluster {
    /// The cluster in a sentence: its name, if it has one.
    #[must_use]
    pub fn called(&self) -> &str {
        if self.name == WHOLE_REPOSITORY { "the cluster" } else { &self.name }
    }

    /// The objects of a kind that it is given, and how sure that is.
    pub fn given(&self, group: &str, kind: &str) -> impl Iterator<Item = (&Object, Confidence)> {
        self.given.iter().filter(move |g| g.object.is(group, kind)).map(|g| (&g.object, g.confidence))
    }

    /// How sure it is that its pools are its own, all of them: what follows from the absence of a pool is no surer.
    #[must_use]
    pub fn inventory(&self) -> Confidence {
        self.pools.iter().map(|m| m.confidence).min().unwrap_or(Confidence::High)
    }

    /// What the objects that install the operator say of it.
    fn installation(&self) -> Installation {
        let objects: Vec<&Object> = self.given.iter().filter(|g| g.confidence > Confidence::Low).map(|g| &g.object).collect();
        Installation::read(&objects)
    }

    /// The claim the operator acts on: the surest one of the name it knows.
    #[must_use]
    pub fn claim(&self) -> Option<&HcoClaim> {
        let named = |c: &&HcoClaim| c.hco.object.name == crate::operator::hyperconverged::NAME;
        let best = |claims: Vec<&'_ HcoClaim>| claims.iter().map(|c| c.confidence).max();
        let right: Vec<&HcoClaim> = self.hyperconverged.iter().filter(named).collect();
        let pool = if right.is_empty() { self.hyperconverged.iter().collect() } else { right };
        let top = best(pool.clone())?;
        pool.into_iter().find(|c| c.confidence == top)
    }

    /// The placement of workloads that a HyperConverged says.
    fn workloads(&self, hco: &HyperConverged) -> Placement {
        let placement = hco.placement(Part::Workloads);
        if self.unplaced { bounds::unknown(&placement) } else { placement }
    }

    /// The operator's view, if the cluster is given a HyperConverged.
    #[must_use]
    pub fn subject<'a>(&'a self, assumptions: &'a Assumptions<'a>) -> Option<Subject<'a>> {
        let claim = self.claim()?;
        let hco = &claim.hco;
        let installation = self.installation();
        let known = assumptions.release.or_else(|| installation.releases.first().map(|said| said.value));
        let release = known.unwrap_or(Release::NEWEST);
        let catalogue = assumptions.catalogue.unwrap_or_else(|| match installation.distributions.first().map(|said| said.value) {
            Some(Distribution::OpenShiftVirtualization) => Catalogue::openshift_virtualization(),
            Some(Distribution::Upstream) | None => Catalogue::upstream(),
        });
        // Two namespaces are no answer.
        let agreed = installation.namespaces.first().filter(|first| installation.namespaces.iter().all(|n| n.value == first.value));
        let seen = agreed.map(|said| (said.value.clone(), Some(said.span)));
        let workloads = self.workloads(hco);
        // The flag is never assumed; where it cannot be seen it is unknown.
        let feature = flag::effective(self, claim, release);
        let images = in_effect(hco, catalogue, feature.on);
        let architectures = Architectures::of(self, Some(hco), &workloads);
        Some(Subject {
            cluster: self,
            claim,
            hco,
            release,
            release_known: known.is_some(),
            plain_kubernetes: assumptions.plain_kubernetes,
            workloads,
            feature,
            images,
            catalogue,
            architectures,
            namespace: assumptions.namespace.clone().or(seen),
        })
    }
}

impl Subject<'_> {
    /// What the operator would compute if the resource were the one of this claim.
    #[must_use]
    pub fn with<'b>(&'b self, claim: &'b HcoClaim) -> Subject<'b> {
        let hco = &claim.hco;
        let workloads = self.cluster.workloads(hco);
        let feature = feature(&claim.seen, self.release);
        let images = in_effect(hco, self.catalogue, feature.on);
        let architectures = Architectures::of(self.cluster, Some(hco), &workloads);
        Subject { claim, hco, workloads, feature, images, architectures, ..self.clone() }
    }

    /// The confidence of a finding that rests on the resource alone: it holds wherever the resource goes.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        if self.claim.guessed { Confidence::Low } else { Confidence::High }
    }

    /// The confidence of a finding that rests on the resource and the cluster it is given to.
    #[must_use]
    pub fn membership(&self) -> Confidence {
        let whole = self.claim.seen.root().same(self.claim.hco.root());
        self.confidence().min(self.claim.confidence).min(if whole { Confidence::High } else { Confidence::Medium })
    }

    /// What is known of the nodes, for what depends on their architectures alone.
    #[must_use]
    pub fn nodes(&self) -> Nodes {
        let set = |map: &BTreeMap<Arch, Vec<Proof>>| map.keys().cloned().collect();
        let a = &self.architectures;
        Nodes {
            workloads: set(&a.workloads),
            possible: set(&a.possible),
            control_plane: set(&a.control_plane),
            complete: a.knowledge == Knowledge::Complete,
        }
    }

    /// The data sources that the golden images in effect bring about.
    #[must_use]
    pub fn data_sources(&self) -> Vec<DataSource> {
        data_sources(self.hco, &self.images, self.feature.on, &self.nodes())
    }

    /// Whether the operator asks for architectures at all: since 1.16, and on OpenShift alone, where it deploys the images' operator.
    #[must_use]
    pub fn minds_architectures(&self) -> bool {
        !self.plain_kubernetes && self.release.has_feature()
    }

    /// Whether the answer to "which architectures do its nodes have?" decides something and nothing gives it.
    #[must_use]
    pub fn wants_architectures(&self) -> bool {
        let matters = self.minds_architectures() && self.feature.on != Tri::Yes && self.images.any() != Tri::No;
        self.is_undecided() && matters && !self.cluster.stray && !self.workloads.is_of_one_architecture()
    }

    /// Whether nothing at all is known of the nodes: facts from outside the repository may yet tell what is wrong here.
    #[must_use]
    pub fn is_undecided(&self) -> bool {
        self.architectures.knowledge == Knowledge::Unknown && self.architectures.possible.is_empty() && self.membership() > Confidence::Low
    }

    /// Evidence for architectures in a few words, with the cluster's name where there may be several.
    #[must_use]
    pub fn evidence(&self, archs: &[&Arch], proof: &Proof) -> String {
        // Several pools may be written in one place.
        let mut words: Vec<String> = archs.iter().map(ToString::to_string).collect();
        words.dedup();
        let archs = and(&words);
        let place = if self.cluster.name == WHOLE_REPOSITORY { String::new() } else { format!(" in {}", self.cluster.name) };
        let (kind, name, detail) = (&proof.kind, &proof.name, &proof.detail);
        // What configuration declares has no name of its own.
        if kind == "configuration" { format!("{archs}{place} ({detail})") } else { format!("{archs}{place}: {kind} {name} ({detail})") }
    }

    /// Whether an architecture is certainly a workload architecture.
    #[must_use]
    pub fn runs_workloads(&self, arch: &str) -> bool {
        self.architectures.workloads.keys().any(|a: &Arch| a.as_str() == arch)
    }
}
