//! Where each delivery goes: configuration, then its deliverer, then its path.

use super::conventions::{self, Claim, Tree};
use super::names::Names;
use crate::config::Config;
use crate::delivery::{Deliveries, Delivery, How, Target};
use crate::files::{Groups, Workspace, parent};
use crate::finding::Confidence;
use crate::manifest::Object;
use crate::membership::{Mechanism, Reason};
use crate::nodes::inventory;
use crate::nodes::pool::Belonging;
use crate::operator::hyperconverged::HyperConverged;
use crate::source::{FileId, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Where a delivery or a pool belongs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Home {
    /// A named cluster, by key.
    Named(String),
    /// No name; a directory.
    Nameless(String),
    /// Every cluster there is.
    All,
    /// Some clusters, nobody can tell which.
    Some,
}

/// A delivery and where it goes.
pub(super) struct Placed<'a> {
    pub(super) delivery: &'a Delivery,
    /// What it delivers, after what others change about it.
    pub(super) objects: Arc<Vec<Object>>,
    pub(super) home: Home,
    pub(super) confidence: Confidence,
    /// Why it goes there.
    pub(super) reason: Reason,
    /// How surely nodes there may belong to the only cluster there is, for want of a better reason.
    pub(super) fallback: Option<Confidence>,
}

impl Placed<'_> {
    /// Whether it is an overlay of a name that nothing else knows.
    pub(super) fn is_overlay(&self) -> bool {
        self.fallback != Some(Confidence::Medium)
    }
}

/// Name of the cluster that holds the repository's own Argo CD or Flux, when nothing else names it.
const IN_CLUSTER: &str = "(in-cluster)";

/// Gives every delivery a home: configuration, then its deliverer, then its path. Also all clusters that anything names.
pub(super) fn place<'a>(
    workspace: &Workspace,
    deliveries: &'a Deliveries,
    config: &Config,
    names: &mut Names,
) -> (Vec<Placed<'a>>, BTreeSet<String>) {
    let forced = Groups::new(config.clusters.iter().map(|c| c.paths.as_slice()));
    let tree = Shape::new(workspace, deliveries);
    let mut weak: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut strong: BTreeSet<String> = BTreeSet::new();
    let symbolic = deliveries.list.iter().any(|d| matches!(d.target, Target::All | Target::Some));
    let dumped: BTreeSet<&str> = config.clusters.iter().filter_map(|c| c.nodes.as_ref()).map(|(file, _)| file.as_str()).collect();
    let mut placed = Vec::new();
    let (mut pending, mut dumps, mut overlays) = (Vec::new(), Vec::new(), Vec::new());
    for delivery in &deliveries.list {
        let path = match &delivery.target {
            Target::Path(path) | Target::InCluster(path) => path.as_str(),
            _ => delivery.root.as_str(),
        };
        // A build root stands for the directory and for the kustomization in it.
        let directories = [path, &delivery.root].into_iter().filter_map(|p| p.strip_suffix('/'));
        let also = directories.flat_map(|d| [d.to_owned(), format!("{d}/kustomization.yaml")]);
        let tried = [path.to_owned(), delivery.root.clone()].into_iter().chain(also);
        let first = tried.flat_map(|p| forced.matching(&p)).min();
        let by_config = first.and_then(|number| config.clusters.get(number));
        let by_path = conventions::claim(path, &tree);
        let nameless = match &delivery.target {
            Target::InCluster(_) => Home::Named(names.key(IN_CLUSTER)),
            _ => Home::Nameless(parent(&delivery.root).to_owned()),
        };
        let why = Why { workspace, delivery };
        let (home, confidence, reason) = match (&delivery.target, by_config, by_path) {
            (_, Some(cluster), _) => (
                Home::Named(names.key(&cluster.name)),
                Confidence::High,
                Reason::new(Mechanism::Configuration, "the configuration says that its path is the cluster's", cluster.span),
            ),
            (Target::Named(name), None, _) => (Home::Named(names.key(name)), delivery.confidence, why.deployed("it is delivered to the cluster")),
            (Target::All, None, _) => (Home::All, delivery.confidence, why.deployed("it is delivered to every cluster")),
            (Target::Some, None, _) => (Home::Some, delivery.confidence, why.deployed("it is delivered to some clusters")),
            (_, None, Some(Claim::Strong(name))) => (Home::Named(names.key(&name)), Confidence::Medium, why.directory(path, &name)),
            (_, None, Some(Claim::Weak { name, tree })) => {
                let key = names.key(&name);
                weak.entry(key.clone()).or_default().insert(tree.clone());
                overlays.push((placed.len(), tree));
                pending.push((placed.len(), key, why.directory(path, &name)));
                (nameless, Confidence::Medium, why.nothing())
            }
            // What a link leads to stands for itself, unless the link is called after a cluster.
            (Target::Path(root), None, None) if workspace.is_alias(root.trim_end_matches('/')) => continue,
            (_, None, None) => {
                if let (true, Some(name)) = (is_dump(delivery), conventions::dump_claim(&delivery.root)) {
                    let key = names.key(&name);
                    if symbolic && !conventions::is_never(&name) {
                        strong.insert(key.clone());
                    }
                    let root = delivery.root.as_str();
                    let configured = dumped.contains(root) || root.match_indices('/').any(|(at, _)| dumped.contains(&root[at + 1..]));
                    if conventions::is_cluster_name(&name) && !configured && !delivery.objects.iter().any(|o| o.name == name) {
                        dumps.push((delivery.root.as_str(), key.clone()));
                    }
                    pending.push((placed.len(), key, why.file(&name)));
                }
                (nameless, Confidence::Medium, why.nothing())
            }
        };
        if let Home::Named(key) = &home {
            strong.insert(key.clone());
        }
        let (objects, confidence) = (Arc::clone(&delivery.objects), confidence.min(delivery.confidence));
        placed.push(Placed { delivery, objects, home, confidence, reason, fallback: Some(Confidence::Medium) });
    }
    strong.extend(config.clusters.iter().map(|c| names.key(&c.name)));
    // One unit may be delivered a thousand times; what it describes is the same each time.
    let mut read = BTreeSet::new();
    for delivery in deliveries.list.iter().filter(|d| read.insert(Arc::as_ptr(&d.objects))) {
        let inventory = inventory(&delivery.objects.iter().collect::<Vec<_>>());
        strong.extend(inventory.clusters.iter().filter_map(|c| c.names.first()).map(|n| names.key(n)));
        let described = inventory.pools.iter().chain(delivery.pools.iter());
        for pool in described {
            if let Belonging::Named { cluster, .. } = &pool.belongs {
                strong.insert(names.key(cluster));
            }
        }
    }
    // Where clusters have names a dump called after something is that cluster's, known or not; so are several dumps side by side.
    let named_hco = |p: &Placed<'_>| {
        matches!(&p.home, Home::Named(key) if *key != names.key(IN_CLUSTER)) && p.objects.iter().any(|o| HyperConverged::read(o).is_some())
    };
    let any_named = placed.iter().any(named_hco);
    let mut beside: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (root, key) in &dumps {
        beside.entry(parent(root)).or_default().insert(key);
    }
    // A directory of nodes may hold one cluster's by rack.
    let has_sibling = |root: &str| conventions::is_inventory(parent(root)) && beside.get(parent(root)).is_some_and(|keys| keys.len() > 1);
    strong.extend(dumps.iter().filter(|(root, _)| any_named || has_sibling(root)).map(|(_, key)| key.clone()));
    for (index, key, reason) in pending {
        if strong.contains(&key) || weak.get(&key).is_some_and(|trees| trees.len() >= 2) {
            strong.insert(key.clone());
            placed[index].home = Home::Named(key);
            placed[index].reason = reason;
        }
    }
    set_apart(&mut placed, &overlays);
    (placed, strong)
}

/// Overlays of one tree are different clusters. One of a name that nothing else knows may be the only cluster there is, under another name, but
/// not beside an overlay that is a cluster's.
fn set_apart(placed: &mut [Placed<'_>], overlays: &[(usize, String)]) {
    let (own, others): (Vec<_>, Vec<_>) = overlays.iter().partition(|(index, _)| matches!(placed[*index].home, Home::Named(_)));
    let trees: BTreeSet<&str> = own.iter().map(|(_, tree)| tree.as_str()).collect();
    for (index, tree) in others {
        placed[*index].fallback = Some(Confidence::Low).filter(|_| !trees.contains(tree.as_str()));
    }
}

/// The words for where a delivery goes.
struct Why<'w> {
    workspace: &'w Workspace,
    delivery: &'w Delivery,
}

impl Why<'_> {
    /// What stands for the delivery: its kustomization, its first object, its first file.
    fn here(&self) -> Span {
        let start = |id| Span::new(id, 0, 0);
        let root = self.delivery.root.strip_suffix('/').map(|d| if d == "." { "" } else { d });
        let kustomization = root.and_then(|d| self.workspace.kustomization(d));
        let object = || self.delivery.objects.first().map(|o| o.root.entry_at(&["kind"]).map_or(o.span(), crate::yaml::Entry::span));
        let any = || self.delivery.pools.first().map(|p| p.span).or_else(|| self.delivery.files.first().copied().map(start));
        kustomization.map(start).or_else(object).or_else(any).unwrap_or(start(FileId(0)))
    }

    /// The deployer's own words, if it has any.
    fn deployed(&self, otherwise: &str) -> Reason {
        match self.delivery.via.last() {
            Some(label) => Reason::new(Mechanism::Deployer, label.message.clone(), label.span),
            None if self.delivery.how == How::Stdin => Reason::new(Mechanism::CommandLine, "the command line says whose it is", self.here()),
            None => Reason::new(Mechanism::Deployer, otherwise, self.here()),
        }
    }

    /// The part of a path that is called like the cluster.
    fn directory(&self, path: &str, name: &str) -> Reason {
        let end = path.match_indices(name).map(|(at, _)| at + name.len()).find(|end| path[*end..].starts_with('/')).unwrap_or(path.len());
        let directory = ending(&path[..end]);
        let deployer = self.delivery.via.last().filter(|_| matches!(self.delivery.target, Target::InCluster(_)));
        match deployer {
            Some(via) => {
                let words = format!("the directory {directory}, where its deployer lies, is called after the cluster");
                Reason::new(Mechanism::Directory, words, via.span)
            }
            None => Reason::new(Mechanism::Directory, format!("the directory {directory} is called after the cluster"), self.here()),
        }
    }

    fn file(&self, name: &str) -> Reason {
        Reason::new(Mechanism::Directory, format!("the dump is called {name}"), self.here())
    }

    fn nothing(&self) -> Reason {
        match (&self.delivery.target, self.delivery.how) {
            (Target::InCluster(_), _) => self.deployed("its deployer runs on the cluster"),
            (_, How::Kustomize) => {
                Reason::new(Mechanism::Delivery, format!("the build of {} is a cluster's own", ending(&self.delivery.root)), self.here())
            }
            _ => Reason::new(Mechanism::Neighbourhood, "nothing tells clusters apart here", self.here()),
        }
    }
}

/// The last two directories of a path, which are enough to know it by.
fn ending(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
    parts[parts.len().saturating_sub(2)..].join("/")
}

fn is_dump(delivery: &Delivery) -> bool {
    !delivery.objects.is_empty() && delivery.objects.iter().all(|o| o.is("", "Node"))
}

pub(super) fn named(home: &Home) -> Option<&str> {
    match home {
        Home::Named(key) => Some(key),
        _ => None,
    }
}

pub(super) fn directory(home: &Home) -> Option<&str> {
    match home {
        Home::Nameless(directory) => Some(directory),
        _ => None,
    }
}

/// The shape of the tree, as the conventions see it.
struct Shape<'a> {
    workspace: &'a Workspace,
    content: BTreeSet<&'a str>,
}

impl<'a> Shape<'a> {
    fn new(workspace: &'a Workspace, deliveries: &'a Deliveries) -> Self {
        let mut content = BTreeSet::new();
        for root in deliveries.list.iter().map(|d| d.root.as_str()) {
            let mut directory = parent(root);
            while content.insert(directory) && !directory.is_empty() {
                directory = parent(directory);
            }
        }
        Self { workspace, content }
    }
}

impl Tree for Shape<'_> {
    fn children(&self, directory: &str) -> Vec<String> {
        let prefix = format!("{directory}/");
        let below = self.workspace.directories_below(directory).filter_map(|d| d.strip_prefix(&prefix));
        below.filter(|d| !d.contains('/')).map(str::to_owned).collect()
    }

    fn has_files(&self, directory: &str) -> bool {
        self.workspace.has_files(directory)
    }

    fn has_kustomization(&self, directory: &str) -> bool {
        self.workspace.kustomization(directory).is_some()
    }

    fn has_content(&self, directory: &str) -> bool {
        self.content.contains(directory)
    }
}
