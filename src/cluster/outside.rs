//! Facts about nodes from outside the repository: the configuration and the command line. They are all there is to know of a cluster.

use super::names::Names;
use super::{Cluster, Member};
use crate::config::Config;
use crate::files::Workspace;
use crate::finding::Confidence;
use crate::manifest::Object;
use crate::membership::{Mechanism, Reason};
use crate::nodes::arch::Arch;
use crate::nodes::inventory;
use crate::nodes::pool::{Basis, Fact, LabelValue, Labels, Pool, Role, Scope};
use crate::source::{FileId, Span};
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
        let member = |pool: Pool| Member { reason: Reason::new(mechanism, who, pool.span), pool, confidence: Confidence::High };
        cluster.pools = pools.into_iter().map(member).collect();
    }
    for cluster in clusters.values_mut().filter(|c| !c.hyperconverged.is_empty() && c.pools.iter().all(|m| m.pool.facts.is_empty())) {
        for (arch, span) in &config.default_architectures {
            let reason = Reason::new(Mechanism::Configuration, "the configuration says what nodes are where nothing else does", *span);
            cluster.pools.push(Member { pool: declared(arch, *span, "defaults.nodeArchitectures"), confidence: Confidence::Medium, reason });
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

/// The Nodes of a file; whatever else it holds is left alone.
fn dumped(workspace: &Workspace, file: FileId) -> Vec<Pool> {
    let objects: Vec<Object> =
        workspace.parsed(file).documents.iter().flat_map(|d| crate::manifest::objects(&d.root)).filter(|o| o.is("", "Node")).collect();
    inventory(&objects.iter().collect::<Vec<_>>()).pools
}
