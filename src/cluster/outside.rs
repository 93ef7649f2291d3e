//! Facts about nodes from outside the repository: the configuration and the command line. They are all there is to know of a cluster.

use super::names::Names;
use super::{Cluster, Member};
use crate::config::Config;
use crate::files::Workspace;
use crate::finding::Confidence;
use crate::manifest::{self, Object};
use crate::membership::{Mechanism, Reason};
use crate::nodes::arch::Arch;
use crate::nodes::pool::{Basis, Fact, LabelValue, Labels, Pool, Role, Scope};
use crate::nodes::{Inventory, inventory};
use crate::operator::hyperconverged::HyperConverged;
use crate::source::{FileId, Span};
use crate::yaml::{Node, ProblemKind};
use std::collections::BTreeMap;

/// Facts about nodes from outside the repository.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// Architectures by cluster; without a cluster they are for the only one that has a HyperConverged.
    pub architectures: Vec<(Option<String>, Vec<Arch>)>,
    /// Files with Nodes by cluster.
    pub nodes: Vec<(Option<String>, FileId)>,
    /// The file that the facts of the command line count as.
    pub command_line: Option<FileId>,
    /// Files that `clusters[].nodes` of the configuration names, by the cluster's name.
    pub configured: Vec<(String, FileId)>,
}

/// Puts the facts from outside in the place of what the repository says, cluster by cluster.
///
/// # Errors
/// Facts that fit no cluster, or more than one, in words.
pub(super) fn apply(
    workspace: &Workspace,
    clusters: &mut BTreeMap<String, Cluster>,
    config: &Config,
    outside: &Outside,
    names: &mut Names,
) -> Result<(), Vec<String>> {
    let mut errors = Vec::new();
    let mut facts: Vec<(String, Vec<Pool>)> = Vec::new();
    for cluster in &config.clusters {
        let key = names.key(&cluster.name);
        if let Some((list, span)) = &cluster.architectures {
            facts.push((key.clone(), list.iter().map(|a| declared(a, *span, "nodeArchitectures")).collect()));
        }
    }
    for (name, file) in &outside.configured {
        facts.push((names.key(name), dumped(workspace, *file)));
    }
    let configured = facts.len();
    let receivers: Vec<String> = clusters.values().filter(|c| !c.hyperconverged.is_empty()).map(|c| c.name.clone()).collect();
    let mut target = |name: &Option<String>, option: &str| match (name, receivers.as_slice()) {
        (Some(name), _) => Some(names.key(name)),
        (None, [only]) => Some(only.clone()),
        (None, []) => {
            errors.push(format!("{option}: no cluster has a HyperConverged, so these nodes belong to none"));
            None
        }
        (None, many) => {
            errors.push(format!(
                "{option}: say which cluster is meant, as in `{option} {}=…`; those with a HyperConverged are {}",
                many[0],
                many.join(", ")
            ));
            None
        }
    };
    for (line, (name, list)) in outside.architectures.iter().enumerate() {
        let file = outside.command_line.unwrap_or(FileId(0));
        let range = workspace.source(file).map_or(0..0, |s| s.line_range(u32::try_from(line + 1).unwrap_or(1)));
        let span = Span::new(file, range.start, range.end);
        if let Some(key) = target(name, "--arch") {
            facts.push((key, list.iter().map(|a| declared(a, span, "--arch")).collect()));
        }
    }
    for (name, file) in &outside.nodes {
        if let Some(key) = target(name, "--nodes") {
            facts.push((key, dumped(workspace, *file)));
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    for (index, (key, pools)) in facts.into_iter().enumerate() {
        let name = if clusters.contains_key(&key) { key } else { names.shown(&key).to_owned() };
        let Some(cluster) = clusters.get_mut(&name) else {
            if config.clusters.iter().any(|c| c.name == name) {
                // Nothing in the linted part of the repository is about it; `configuration-unused` says so.
                continue;
            }
            let known: Vec<&str> = clusters.keys().map(String::as_str).collect();
            if known.is_empty() {
                return Err(vec![format!("there is no cluster `{name}`: nothing here is delivered to any cluster")]);
            }
            return Err(vec![format!("there is no cluster `{name}`; known are {}", known.join(", "))]);
        };
        cluster.closed = true;
        let replaced = std::mem::take(&mut cluster.pools);
        if index < configured {
            // Who says it on the command line means to; a file may have been overtaken by what it speaks of.
            cluster.overruled.extend(replaced);
        }
        let (mechanism, who) = if index < configured {
            (Mechanism::Configuration, "the configuration says what its nodes are")
        } else {
            (Mechanism::CommandLine, "the command line says what its nodes are")
        };
        let member = |pool: Pool| Member { reason: Reason::new(mechanism, who, pool.span), pool: pool.into(), confidence: Confidence::High };
        cluster.pools = pools.into_iter().map(member).collect();
    }
    for cluster in clusters.values_mut().filter(|c| !c.hyperconverged.is_empty() && c.pools.iter().all(|m| m.pool.facts.is_empty())) {
        for (arch, span) in &config.default_architectures {
            let reason = Reason::new(Mechanism::Configuration, "the configuration says what nodes are where nothing else does", *span);
            cluster.pools.push(Member { pool: declared(arch, *span, "defaults.nodeArchitectures").into(), confidence: Confidence::Medium, reason });
        }
    }
    Ok(())
}

/// A pool that the user vouches for.
fn declared(arch: &Arch, span: Span, key: &str) -> Pool {
    let known = [("node-role.kubernetes.io/worker", ""), ("kubernetes.io/arch", arch.as_str()), ("kubernetes.io/os", "linux")];
    Pool {
        role: Role::Worker,
        facts: vec![Fact { arch: arch.clone(), basis: Basis::Configuration, detail: key.to_owned(), span }],
        labels: Labels { known: known.into_iter().map(|(k, v)| (k.to_owned(), LabelValue::Is(v.to_owned()))).collect(), complete: false },
        scope: Scope::Whole,
        ..Pool::new("configuration", arch.as_str(), span)
    }
}

/// The Nodes of a file; whatever else it holds is left alone. One that reports no architecture is a node all the same, of any.
fn dumped(workspace: &Workspace, file: FileId) -> Vec<Pool> {
    let objects = nodes(workspace, file);
    let Inventory { mut pools, node_patches, .. } = inventory(&objects.iter().collect::<Vec<_>>());
    for patch in node_patches.into_iter().filter(|patch| !patch.name.is_empty()) {
        if pools.iter().all(|pool| pool.node.as_deref() != Some(&patch.name)) {
            pools.push(Pool {
                labels: Labels { known: patch.labels, complete: false },
                unknown_because: Some("it reports no architecture".to_owned()),
                node: Some(patch.name.clone()),
                ..Pool::new("Node", patch.name, patch.span)
            });
        }
    }
    pools
}

fn nodes(workspace: &Workspace, file: FileId) -> Vec<Object> {
    roots(workspace, file).iter().flat_map(manifest::objects).filter(|o| o.is("", "Node")).collect()
}

/// What a file holds; of a list without a kind, as `jq .items` leaves it, the items.
fn roots(workspace: &Workspace, file: FileId) -> Vec<Node> {
    let documents = workspace.parsed(file).documents.iter();
    documents.flat_map(|d| d.root.as_sequence().unwrap_or(std::slice::from_ref(&d.root))).cloned().collect()
}

/// Why a file is no inventory, if it is none: what a failed command left behind would say that there are no nodes. Without any Node, an
/// empty list is one, and so is the dump of a cluster with its HyperConverged.
#[must_use]
pub fn no_inventory(workspace: &Workspace, file: FileId) -> Option<String> {
    let parsed = workspace.parsed(file);
    // A broken document may have held Nodes, and half a list is worse than none. A key twice is only odd.
    if let Some(problem) = parsed.problems.iter().find(|p| p.kind != ProblemKind::DuplicateKey) {
        let line = workspace.source(file).map_or(1, |source| source.position(problem.span.start as usize).line);
        return Some(format!("line {line}: {}", problem.message));
    }
    let is_empty_list = |root: &Node| {
        let is_list = Object::read(root).is_some_and(|o| o.is("", "List") || o.is("", "NodeList"));
        is_list && root.entry_at(&["items"]).is_some_and(|e| e.value.is_null() || e.value.as_sequence().is_some_and(<[Node]>::is_empty))
    };
    let counts = |o: &Object| o.is("", "Node") || HyperConverged::read(o).is_some();
    let is_one = |root: &Node| is_empty_list(root) || manifest::objects(root).iter().any(counts);
    let none_listed = |root: &Node| root.as_sequence().is_some_and(<[Node]>::is_empty);
    let any = roots(workspace, file).iter().any(is_one) || parsed.documents.iter().any(|d| none_listed(&d.root));
    (!any).then(|| "it holds no Node: is it the output of `kubectl get nodes -o yaml`?".to_owned())
}
