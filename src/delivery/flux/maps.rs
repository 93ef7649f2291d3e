//! The ConfigMaps that Flux's objects read: which of those with the wanted name is the one that lies on the same cluster.

use super::super::plan::Context;
use super::KUSTOMIZE;
use crate::files::{Workspace, is_manifest, parent};
use crate::manifest::Object;
use crate::source::{FileId, Span};
use crate::yaml::Node;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Every ConfigMap in Git by its name, as it is written. They are read when the first one is asked for, since most files that hold one hold
/// nothing else that matters.
#[derive(Debug, Default)]
pub(in crate::delivery) struct Maps<'a> {
    maps: BTreeMap<String, Vec<(FileId, &'a Node)>>,
    /// Where the Kustomizations lie that deliver a directory.
    kustomizations: BTreeMap<String, BTreeSet<&'a str>>,
    /// What was found, by the name and where the reader lies.
    known: RefCell<HashMap<Wanted, Option<&'a Node>>>,
}

/// The name and the namespace of a map, and the directory it is read from.
type Wanted = (String, Option<String>, String);

impl<'a> Maps<'a> {
    pub(in crate::delivery) fn new(workspace: &'a Workspace, context: &Context<'a>) -> Self {
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
        let mut kustomizations: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for k in context.all(KUSTOMIZE, "Kustomization") {
            let directory = k.root.str_at(&["spec", "path"]).and_then(|path| workspace.deployed_directory(path));
            if let Some(directory) = directory.filter(|d| !d.is_empty()) {
                kustomizations.entry(directory).or_default().insert(parent(&workspace.file(k.span().file).path));
            }
        }
        Self { maps: found, kustomizations, known: RefCell::default() }
    }

    /// Where those lie that deliver a directory above files of another one, with that directory.
    fn above<'m>(&'m self, directory: &'m str) -> impl Iterator<Item = (&'m str, &'m BTreeSet<&'a str>)> {
        let ends = directory.match_indices('/').map(|(at, _)| at).chain([directory.len()]);
        ends.filter_map(|end| self.kustomizations.get_key_value(&directory[..end])).map(|(d, files)| (d.as_str(), files))
    }

    /// Whether one of Flux's directories holds the files of both directories.
    fn together(&self, a: &str, b: &str) -> bool {
        a == b || self.above(a).any(|(d, _)| b.strip_prefix(d).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }
}

/// The ConfigMap of a name that an object of Flux's finds beside it; nothing where it is not in Git, or several could be it, or a
/// kustomization may change it.
pub(super) fn config_map<'a>(name: &str, reader: &Object, context: &Context<'a>) -> Option<&'a Node> {
    let near = |root: &Node| match (root.str_at(&["metadata", "namespace"]), reader.namespace.as_deref()) {
        (Some(own), Some(wanted)) => own == wanted,
        _ => true,
    };
    let named = context.maps().maps.get(name)?;
    let wanted = (name.to_owned(), reader.namespace.clone(), parent(&context.workspace.file(reader.span().file).path).to_owned());
    if let Some(known) = context.maps().known.borrow().get(&wanted) {
        return *known;
    }
    let mut found = named.iter().filter(|(id, root)| near(root) && goes_along(*id, reader.span().file, context));
    let only = if let (Some(only), None) = (found.next(), found.next()) { Some(only) } else { None };
    let plain = only.filter(|(id, root)| root.find(&["sops"]).is_none() && is_whole(*id, context.workspace)).map(|(_, root)| *root);
    context.maps().known.borrow_mut().insert(wanted, plain);
    plain
}

/// Whether two files reach one cluster: one of Flux's directories holds both, or holds one and whatever delivers the other.
fn goes_along(map: FileId, reader: FileId, context: &Context<'_>) -> bool {
    let directory = |id: FileId| parent(&context.workspace.file(id).path);
    let (maps, map_dir, reader_dir) = (context.maps(), directory(map), directory(reader));
    let go = || context.effort().go(1, Span::new(reader, 0, 0));
    let near = |files: &BTreeSet<&str>| files.iter().any(|k| go() && maps.together(k, reader_dir));
    go() && (maps.together(map_dir, reader_dir) || maps.above(map_dir).any(|(_, files)| near(files)))
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
