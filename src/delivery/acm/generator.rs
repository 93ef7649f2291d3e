//! PolicyGenerator: the Kustomize plugin that makes policies out of manifests.

use super::super::kustomize::Plugin;
use super::super::plan::Context;
use super::super::{Emission, Mode, Target, What};
use super::placement::by_labels;
use super::{Chosen, placement, to_each};
use crate::files::{join, parent};
use crate::finding::{Confidence, Label};
use crate::manifest::{self, Object, template::is_template};
use crate::source::FileId;
use crate::yaml::{Lists, Node};

/// What a generator's policies deliver.
pub(in crate::delivery) fn emissions(plugin: &Plugin, context: &Context<'_>) -> Vec<Emission> {
    let root = &plugin.object.root;
    if Object::read(root).is_none_or(|o| !o.is("policy.open-cluster-management.io", "PolicyGenerator")) {
        return Vec::new();
    }
    let defaults = root.find(&["policyDefaults"]);
    let mut emissions = Vec::new();
    for policy in root.items_at(&["policies"]) {
        let targets = match policy.find(&["placement"]).or_else(|| defaults.and_then(|d| d.find(&["placement"]))) {
            Some(node) => chosen(node, &plugin.dir, context).targets(),
            None => vec![Target::All],
        };
        for entry in policy.items_at(&["manifests"]) {
            let value = |key: &str| [Some(entry), Some(policy), defaults].into_iter().flatten().find_map(|n| n.find(&[key])).and_then(Node::text);
            let Some(path) = entry.find(&["path"]) else { continue };
            let (files, objects) = manifests(path.text().unwrap_or_default(), entry, &plugin.dir, context);
            let via = Label { span: path.span(), message: format!("the generated policy {} takes it", policy.str_at(&["name"]).unwrap_or_default()) };
            let action = value("remediationAction").unwrap_or("inform");
            let mode = match value("complianceType").unwrap_or("musthave").to_lowercase().as_str() {
                "musthave" => Some(Mode::Merge),
                "mustonlyhave" => Some(Mode::Full),
                _ => None,
            };
            let disabled = [Some(policy), defaults].into_iter().flatten().any(|n| n.find(&["disabled"]).and_then(Node::as_bool) == Some(true));
            if let (true, false, Some(mode)) = (action.eq_ignore_ascii_case("enforce") || is_template(action), disabled, mode) {
                emissions.extend(to_each(&objects, targets.clone(), mode, &via));
            }
            // Whatever becomes of them, they are no manifests of their own.
            let accounted = files.into_iter().map(|id| context.workspace.file(id).path.to_string()).collect();
            emissions.push(Emission { what: What::Nothing(accounted), target: None, mode: Mode::Full, confidence: Confidence::High, via });
        }
    }
    emissions
}

/// The files and objects behind a manifest's path: a file, or the files directly in a directory; patched.
fn manifests(path: &str, entry: &Node, dir: &str, context: &Context<'_>) -> (Vec<FileId>, Vec<Object>) {
    let Some(path) = join(dir, path) else { return (Vec::new(), Vec::new()) };
    let workspace = context.workspace;
    let files: Vec<FileId> = match workspace.find(&path) {
        Some(file) => vec![file],
        None => workspace.below(&path).filter(|(_, p)| parent(p) == path && !p.ends_with(".json")).map(|(id, _)| id).collect(),
    };
    let patches = entry.items_at(&["patches"]);
    let mut objects = Vec::new();
    for root in files.iter().flat_map(|id| workspace.parsed(*id).documents.iter().map(|d| &d.root)) {
        let aimed = |patch: &&Node| {
            let same = |keys: &[&str]| patch.find(keys).is_none_or(|n| n.text() == root.find(keys).and_then(Node::text));
            same(&["kind"]) && same(&["metadata", "name"])
        };
        let patched = patches.iter().filter(aimed).fold(root.clone(), |node, patch| node.overlaid(patch, Lists::Replace));
        objects.extend(manifest::objects(&patched));
    }
    (files, objects)
}

/// The clusters of a generator's `placement`.
fn chosen(node: &Node, dir: &str, context: &Context<'_>) -> Chosen {
    let text = |key: &str| node.find(&[key]).and_then(Node::text);
    if let Some(name) = text("placementName").or_else(|| text("placementRuleName")) {
        return placement(context, name, None);
    }
    if let Some(path) = text("placementPath").or_else(|| text("placementRulePath")).and_then(|p| join(dir, p)) {
        let object = context.workspace.find(&path).and_then(|id| context.workspace.parsed(id).documents.first()).and_then(|d| Object::read(&d.root));
        return object.map_or(Chosen::Some, |o| match o.root.items_at(&["spec", "predicates"]) {
            [only] => by_labels(context, only.find(&["requiredClusterSelector", "labelSelector"])),
            [] => Chosen::All,
            _ => Chosen::Some,
        });
    }
    let selector = ["labelSelector", "clusterSelector", "clusterSelectors"].iter().find_map(|key| node.find(&[key]));
    match selector {
        None => Chosen::All,
        Some(s) if s.find(&["matchLabels"]).is_some() || s.find(&["matchExpressions"]).is_some() => by_labels(context, Some(s)),
        // The older form is a bare map of labels; what it means is the same, but no manifest of ours reads it.
        Some(s) => match s.entries_at(&[]) {
            [only] if only.key.text() == Some("name") => Chosen::These(only.value.text().map(str::to_owned).into_iter().collect()),
            [] => Chosen::All,
            _ => Chosen::Some,
        },
    }
}
