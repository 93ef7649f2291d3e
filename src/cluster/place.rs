//! Where each delivery goes: configuration, then its deliverer, then its path.

use super::conventions::{self, Claim, Tree};
use super::names::Names;
use crate::config::Config;
use crate::delivery::{Deliveries, Delivery, Target};
use crate::files::{Workspace, globs, parent};
use crate::finding::Confidence;
use crate::manifest::Object;
use crate::nodes::inventory;
use crate::nodes::pool::Belonging;
use globset::GlobSet;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Where a delivery or a pool belongs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    let forced: Vec<(&str, GlobSet)> = config.clusters.iter().map(|c| (c.name.as_str(), globs(c.paths.iter()))).collect();
    let tree = Shape::new(workspace, deliveries);
    let mut weak: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut strong: BTreeSet<String> = BTreeSet::new();
    let symbolic = deliveries.list.iter().any(|d| matches!(d.target, Target::All | Target::Some));
    let mut placed = Vec::new();
    let mut pending = Vec::new();
    for delivery in &deliveries.list {
        let path = match &delivery.target {
            Target::Path(path) | Target::InCluster(path) => path.as_str(),
            _ => delivery.root.as_str(),
        };
        let inside = |set: &GlobSet| {
            [path, &delivery.root].iter().any(|p| {
                // A build root stands for the directory and for the kustomization in it.
                set.is_match(p)
                    || p.strip_suffix('/').is_some_and(|directory| set.is_match(directory) || set.is_match(format!("{directory}/kustomization.yaml")))
            })
        };
        let by_config = forced.iter().find(|(_, set)| inside(set));
        let by_path = conventions::claim(path, &tree);
        let nameless = match &delivery.target {
            Target::InCluster(_) => Home::Named(names.key(IN_CLUSTER)),
            _ => Home::Nameless(parent(&delivery.root).to_owned()),
        };
        let (home, confidence) = match (&delivery.target, by_config, by_path) {
            (_, Some((name, _)), _) => (Home::Named(names.key(name)), Confidence::High),
            (Target::Named(name), None, _) => (Home::Named(names.key(name)), delivery.confidence),
            (Target::All, None, _) => (Home::All, delivery.confidence),
            (Target::Some, None, _) => (Home::Some, delivery.confidence),
            (_, None, Some(Claim::Strong(name))) => (Home::Named(names.key(&name)), Confidence::Medium),
            (_, None, Some(Claim::Weak { name, tree })) => {
                let key = names.key(&name);
                weak.entry(key.clone()).or_default().insert(tree);
                pending.push((placed.len(), key));
                (nameless, Confidence::Medium)
            }
            (_, None, None) => {
                if let (true, Some(name)) = (is_dump(delivery), conventions::dump_claim(&delivery.root)) {
                    let key = names.key(&name);
                    if symbolic && !conventions::is_never(&name) {
                        strong.insert(key.clone());
                    }
                    pending.push((placed.len(), key));
                }
                (nameless, Confidence::Medium)
            }
        };
        if let Home::Named(key) = &home {
            strong.insert(key.clone());
        }
        placed.push(Placed { delivery, objects: Arc::clone(&delivery.objects), home, confidence: confidence.min(delivery.confidence) });
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
    for (index, key) in pending {
        if strong.contains(&key) || weak.get(&key).is_some_and(|trees| trees.len() >= 2) {
            strong.insert(key.clone());
            placed[index].home = Home::Named(key);
        }
    }
    (placed, strong)
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
        self.workspace.below(directory).any(|(_, path)| parent(path) == directory)
    }

    fn has_kustomization(&self, directory: &str) -> bool {
        ["kustomization.yaml", "kustomization.yml", "Kustomization"].iter().any(|n| self.workspace.find(&format!("{directory}/{n}")).is_some())
    }

    fn has_content(&self, directory: &str) -> bool {
        self.content.contains(directory)
    }
}
