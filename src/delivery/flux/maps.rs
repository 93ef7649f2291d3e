//! The ConfigMaps that Flux's objects read: which of those with the wanted name is the one that lies on the same cluster.

use super::super::plan::Context;
use super::KUSTOMIZE;
use crate::files::{Workspace, is_manifest, parent};
use crate::manifest::Object;
use crate::source::FileId;
use crate::yaml::Node;
use std::collections::BTreeMap;

/// Every ConfigMap in Git by its name, as it is written. They are read when the first one is asked for, since most files that hold one hold
/// nothing else that matters.
#[derive(Debug, Default)]
pub(in crate::delivery) struct Maps<'a>(BTreeMap<String, Vec<(FileId, &'a Node)>>);

impl<'a> Maps<'a> {
    pub(in crate::delivery) fn new(workspace: &'a Workspace) -> Self {
        let mut found: BTreeMap<String, Vec<(FileId, &Node)>> = BTreeMap::new();
        let finder = memchr::memmem::Finder::new("ConfigMap");
        for (id, file) in workspace.iter() {
            if !file.linted || !is_manifest(&file.path) || workspace.bytes(id).is_none_or(|bytes| finder.find(&bytes).is_none()) {
                continue;
            }
            for root in workspace.parsed(id).documents.iter().map(|d| &d.root) {
                if root.str_at(&["kind"]) == Some("ConfigMap")
                    && let Some(name) = root.str_at(&["metadata", "name"])
                {
                    found.entry(name.to_owned()).or_default().push((id, root));
                }
            }
        }
        Self(found)
    }
}

/// The ConfigMap of a name that an object of Flux's finds beside it; nothing where it is not in Git, or several could be it, or a
/// kustomization may change it.
pub(super) fn config_map<'a>(name: &str, reader: &Object, context: &Context<'a>) -> Option<&'a Node> {
    let near = |root: &Node| match (root.str_at(&["metadata", "namespace"]), reader.namespace.as_deref()) {
        (Some(own), Some(wanted)) => own == wanted,
        _ => true,
    };
    let named = context.maps().0.get(name)?;
    let mut found = named.iter().filter(|(id, root)| near(root) && goes_along(*id, reader.span().file, context));
    let (Some((id, root)), None) = (found.next(), found.next()) else { return None };
    let plain = root.find(&["sops"]).is_none() && is_whole(*id, context.workspace);
    plain.then_some(*root)
}

/// Whether two files reach one cluster: one of Flux's directories holds both, or holds one and whatever delivers the other.
fn goes_along(map: FileId, reader: FileId, context: &Context<'_>) -> bool {
    let path = |id: FileId| context.workspace.file(id).path.as_ref();
    let (map, reader) = (path(map), path(reader));
    if parent(map) == parent(reader) {
        return true;
    }
    let kustomizations: Vec<(String, &str)> = context
        .all(KUSTOMIZE, "Kustomization")
        .filter_map(|k| Some((context.workspace.deployed_directory(k.root.str_at(&["spec", "path"])?)?, path(k.span().file))))
        .filter(|(directory, _)| !directory.is_empty())
        .collect();
    let holds = |directory: &str, file: &str| file.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'));
    let together = |a: &str, b: &str| parent(a) == parent(b) || kustomizations.iter().any(|(d, _)| holds(d, a) && holds(d, b));
    together(map, reader) || kustomizations.iter().any(|(d, file)| holds(d, map) && together(file, reader))
}

/// Whether the file beside a kustomization is one of its resources, and nothing there speaks of ConfigMaps.
fn is_whole(id: FileId, workspace: &Workspace) -> bool {
    let file = workspace.file(id);
    let Some(kustomization) = workspace.kustomization(parent(&file.path)) else { return true };
    let silent = workspace.source(kustomization).is_ok_and(|s| !s.text.contains("ConfigMap"));
    let roots = workspace.parsed(kustomization).documents.iter();
    let listed = roots.flat_map(|d| d.root.items_at(&["resources"])).filter_map(Node::text).any(|r| r.trim_start_matches("./") == file.name());
    silent && listed
}
