//! What could be applied by itself: Kustomize roots, and plain files that nothing takes in.

use super::fleet::Bundles;
use super::render::{Rendered, Renderer, below};
use super::{Deliveries, How, helm};
use crate::files::{KUSTOMIZATIONS, Workspace, is_manifest, join, parent};
use crate::manifest::{self, Object};
use crate::nodes;
use crate::source::FileId;
use crate::yaml::{Node, ProblemKind};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One candidate.
pub(super) struct Candidate {
    pub(super) how: How,
    /// The file, or the directory with a `/` at its end.
    pub(super) root: String,
    /// The file that stands for it: itself, or its kustomization.
    pub(super) key: FileId,
    pub(super) rendered: Arc<Rendered>,
}

/// All candidates, in the order of their roots.
pub(super) fn candidates(renderer: &Renderer<'_>, excluded: &dyn Fn(&str) -> bool, all: &mut Deliveries) -> Vec<Candidate> {
    let workspace = renderer.workspace;
    let mut found = Vec::new();
    let graph = Graph::new(renderer);
    let bundles = Bundles::new(workspace);
    let mut taken: BTreeSet<FileId> = BTreeSet::new();
    for (directory, key) in &graph.roots {
        let root = below(directory, "");
        let root = if root.is_empty() { "./".to_owned() } else { root };
        let rendered = renderer.root(directory);
        taken.extend(rendered.files.iter().flat_map(|id| [Some(*id), workspace.twin(*id)]).flatten());
        let rendered = bundles.softened(&root, rendered);
        if !excluded(&format!("{root}kustomization.yaml")) {
            found.push(Candidate { how: How::Kustomize, root, key: *key, rendered });
        }
    }
    // Whoever lists files of a directory one by one means those.
    let listed: BTreeSet<&str> = taken.iter().map(|id| parent(&workspace.file(*id).path)).collect();
    let charts = helm::charts(workspace);
    for (id, file) in workspace.iter() {
        if !file.linted || !file.relevant || taken.contains(&id) || excluded(&file.path) {
            continue;
        }
        if helm::in_chart(&charts, &file.path) {
            if file.path.contains("/templates/") {
                all.templates.insert(id);
            }
            continue;
        }
        if is_template_file(workspace, id) {
            all.templates.insert(id);
            continue;
        }
        if bundles.is_overlay(&file.path) {
            continue;
        }
        let directory = parent(&file.path);
        let orphan = graph.directories.contains(directory) || listed.contains(directory);
        let parsed = workspace.parsed(id);
        let mut objects: Vec<Object> = parsed.documents.iter().flat_map(|d| manifest::objects(&d.root)).collect();
        if orphan {
            // A kustomization beside it, or one that lists its neighbours, does not list it: nobody applies it. A dump of nodes is no manifest and stays a fact.
            objects.retain(|o| o.is("", "Node") && o.root.find(&["status", "nodeInfo"]).is_some());
        }
        let kindless = parsed.documents.iter().filter_map(|d| nodes::read_kindless(&file.path, &d.root));
        let pools: Vec<_> = kindless.flat_map(|inventory| inventory.pools).collect();
        if !objects.is_empty() || !pools.is_empty() {
            let files = Arc::new(BTreeSet::from([id]));
            let rendered = Rendered { objects: Arc::new(objects), pools: Arc::new(pools), files, ..Rendered::default() };
            let rendered = bundles.softened(&file.path, Arc::new(rendered));
            found.push(Candidate { how: How::Plain, root: file.path.to_string(), key: id, rendered });
        }
    }
    found
}

/// Whether a file does not parse because it is a template.
fn is_template_file(workspace: &Workspace, id: FileId) -> bool {
    let broken = workspace.parsed(id).problems.iter().any(|p| p.kind == ProblemKind::Syntax);
    broken && workspace.source(id).is_ok_and(|s| manifest::template::is_template(&s.text))
}

/// Which kustomizations there are and which of them stand for themselves.
struct Graph {
    /// Directories with a kustomization.
    directories: BTreeSet<String>,
    /// Kustomizations (no components) that no other one refers to, with their file.
    roots: BTreeMap<String, FileId>,
}

impl Graph {
    fn new(renderer: &Renderer<'_>) -> Self {
        let workspace = renderer.workspace;
        let (mut directories, mut roots, mut kustomizations) = (BTreeSet::new(), BTreeMap::new(), Vec::new());
        for (id, file) in workspace.named(&KUSTOMIZATIONS).filter(|(_, f)| f.linted) {
            let directory = parent(&file.path);
            let Some(root) = workspace.parsed(id).documents.first().map(|d| &d.root) else { continue };
            // Flux's object of the same kind is applied, not built.
            if root.str_at(&["apiVersion"]).is_some_and(|v| v.starts_with("kustomize.toolkit.fluxcd.io")) {
                continue;
            }
            directories.insert(directory.to_owned());
            kustomizations.push((directory, root));
            if root.str_at(&["kind"]) != Some("Component") {
                roots.insert(directory.to_owned(), id);
            }
        }
        for (directory, root) in kustomizations {
            for reference in ["resources", "bases", "components"].iter().flat_map(|key| root.items_at(&[key])).filter_map(Node::text) {
                // Most references are to files beside the kustomization; nobody names a directory so.
                let is_file = !reference.contains('/') && is_manifest(reference);
                if !is_file && let Some(directory) = join(directory, reference) {
                    // Under whichever name: what a link leads to is referred to by the link, too.
                    for name in workspace.real(&directory).into_iter().chain([directory]) {
                        roots.remove(&name);
                    }
                }
            }
        }
        Self { directories, roots }
    }
}
