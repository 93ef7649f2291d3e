//! PolicyGenerator: the Kustomize plugin that makes policies out of manifests.

use super::super::kustomize::{Plugin, ProblemKind};
use super::super::plan::Context;
use super::super::{Emission, Mode, Target, What};
use super::placement::{by_labels, chosen_by};
use super::{Chosen, placement, policy, to_each};
use crate::files::{join, parent};
use crate::finding::{Confidence, Label};
use crate::manifest::{self, Object, template::is_template};
use crate::source::FileId;
use crate::yaml::{Entry, Lists, Mapping, Node, Value};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Whether a plugin's object is a PolicyGenerator.
pub(in crate::delivery) fn is_generator(root: &Node) -> bool {
    Object::read(root).is_some_and(|o| o.is("policy.open-cluster-management.io", "PolicyGenerator"))
}

/// What a generator's policies deliver.
pub(in crate::delivery) fn emissions(plugin: &Plugin, context: &Context<'_>) -> Vec<Emission> {
    let root = &plugin.object.root;
    if !is_generator(root) {
        return Vec::new();
    }
    let defaults = root.find(&["policyDefaults"]);
    let mut emissions = Vec::new();
    let sets = Sets::of(root);
    for policy in root.items_at(&["policies"]) {
        let targets = targets(root, policy, &sets, &plugin.dir, context);
        let levels = [Some(policy), defaults];
        let disabled = levels.into_iter().flatten().find_map(|n| n.find(&["disabled"])).and_then(Node::as_bool) == Some(true);
        for entry in policy.items_at(&["manifests"]) {
            if !context.effort().may_emit() {
                return emissions;
            }
            let value = |key: &str| [Some(entry)].into_iter().chain(levels).flatten().find_map(|n| n.find(&[key])).and_then(Node::text);
            let Some(path) = entry.find(&["path"]) else { continue };
            let Manifests { files, objects, unseen } = manifests(path, entry, &plugin.dir, context);
            let via = Label { span: path.span(), message: format!("the generated policy {} takes it", policy.str_at(&["name"]).unwrap_or_default()) };
            let action = value("remediationAction").unwrap_or("inform");
            let mode = match value("complianceType").unwrap_or("musthave").to_lowercase().as_str() {
                "musthave" => Some(Mode::Merge),
                "mustonlyhave" => Some(Mode::Full),
                _ => None,
            };
            if let (true, false, Some(mode)) = (action.eq_ignore_ascii_case("enforce") || is_template(action), disabled, mode) {
                emissions.extend(to_each(objects, &targets, mode, &via, context));
                emissions.extend(unseen);
            }
            // Whatever becomes of them, they are no manifests of their own.
            let accounted = files.into_iter().map(|id| context.workspace.file(id).path.to_string()).collect();
            emissions.push(Emission { what: What::Nothing(accounted), target: None, mode: Mode::Full, confidence: Confidence::High, via });
        }
    }
    emissions
}

/// The clusters of a policy: those of its placement, or, of a policy in sets, those of the sets' placements.
fn targets(root: &Node, policy: &Node, known: &Sets<'_>, dir: &str, context: &Context<'_>) -> Vec<Target> {
    let defaults = |key: &'static str| root.find(&[key]);
    let name = policy.str_at(&["name"]).unwrap_or_default();
    let flag = |key: &str, default: bool| {
        let levels = [Some(policy), defaults("policyDefaults")];
        levels.into_iter().flatten().find_map(|n| n.find(&[key])).and_then(Node::as_bool).unwrap_or(default)
    };
    let listed = policy.find(&["policySets"]).or_else(|| root.find(&["policyDefaults", "policySets"]));
    let mut sets: BTreeSet<&str> = listed.map(|l| l.items_at(&[]).iter().filter_map(Node::text).collect()).unwrap_or_default();
    sets.extend(known.of.get(name).into_iter().flatten());

    let mut found: Vec<Chosen> = Vec::new();
    if flag("generatePlacementWhenInSet", false) || sets.is_empty() && flag("generatePolicyPlacement", true) {
        found.push(chosen([Some(policy), defaults("policyDefaults")], dir, context));
    }
    for set in sets {
        let own = known.named.get(set).copied();
        let levels = [own, defaults("policySetDefaults")];
        let generates = levels.into_iter().flatten().find_map(|n| n.find(&["generatePolicySetPlacement"])).and_then(Node::as_bool);
        if generates != Some(false) {
            found.push(chosen(levels, dir, context));
        }
    }
    let mut seen = HashSet::new();
    let targets: Vec<Target> = found.into_iter().flat_map(Chosen::targets).filter(|target| seen.insert(target.clone())).collect();
    // A policy that the generator does not place is placed by others.
    if targets.is_empty() { policy::bound(name, root.str_at(&["policyDefaults", "namespace"]), policy.span(), context) } else { targets }
}

/// The sets of policies that a generator declares.
#[derive(Default)]
struct Sets<'a> {
    /// The first of each name.
    named: HashMap<&'a str, &'a Node>,
    /// The names of those that a policy is in.
    of: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Sets<'a> {
    fn of(root: &'a Node) -> Self {
        let mut sets = Self::default();
        for set in root.items_at(&["policySets"]) {
            let Some(name) = set.str_at(&["name"]) else { continue };
            sets.named.entry(name).or_insert(set);
            for policy in set.items_at(&["policies"]).iter().filter_map(Node::text) {
                sets.of.entry(policy).or_default().push(name);
            }
        }
        sets
    }
}

/// What stands behind a manifest's path.
#[derive(Default)]
struct Manifests {
    files: Vec<FileId>,
    objects: Vec<Object>,
    /// What of it cannot be told.
    unseen: Vec<Emission>,
}

/// The files and objects behind a manifest's path: a file, a kustomization's build, or the files directly in a directory; patched.
fn manifests(at: &Node, entry: &Node, dir: &str, context: &Context<'_>) -> Manifests {
    let text = at.text().unwrap_or_default();
    let missing =
        |why: &str| Manifests { unseen: vec![Emission::unseen(at.span(), format!("the policy's manifests {text} {why}"))], ..Manifests::default() };
    let Some(path) = join(dir, text) else { return missing("lie outside of the repository") };
    let workspace = context.workspace;
    let parsed =
        |files: &[FileId]| -> Vec<Node> { files.iter().flat_map(|id| workspace.parsed(*id).documents.iter().map(|d| d.root.clone())).collect() };
    let mut unseen = Vec::new();
    let (files, roots): (Vec<FileId>, Vec<Node>) = match (workspace.find(&path), context.built(&path)) {
        (Some(file), _) => (vec![file], parsed(&[file])),
        (None, Some(built)) => {
            // The build is the policy's alone, so nobody else says what it misses.
            unseen.extend(built.unresolved.iter().map(|u| Emission::unseen(u.span, u.reason.clone())));
            for limit in built.problems.iter().filter(|p| p.kind == ProblemKind::Limit) {
                unseen.push(Emission { what: What::Beyond(limit.message.clone()), ..Emission::unseen(limit.span, String::new()) });
            }
            (built.files.iter().copied().collect(), built.objects.iter().map(|o| o.root.clone()).collect())
        }
        (None, None) => {
            let below = workspace.below(&path).filter(|(_, p)| parent(p) == path && !p.ends_with(".json"));
            let files: Vec<FileId> = below.map(|(id, _)| id).collect();
            if files.is_empty() {
                return missing("are not in the repository");
            }
            let roots = parsed(&files);
            (files, roots)
        }
    };
    let patches = entry.items_at(&["patches"]);
    // Many policies may take the same files.
    if !context.effort().go(files.len() + roots.len() * (1 + patches.len()), at.span()) {
        return Manifests::default();
    }
    let mut objects = Vec::new();
    for root in &roots {
        let aimed = |patch: &&Node| {
            let same = |keys: &[&str]| patch.find(keys).is_none_or(|n| n.text() == root.find(keys).and_then(Node::text));
            same(&["kind"]) && same(&["metadata", "name"])
        };
        let patched = patches.iter().filter(aimed).fold(root.clone(), |node, patch| node.overlaid(patch, Lists::Replace));
        objects.extend(manifest::objects(&patched));
    }
    Manifests { files, objects, unseen }
}

/// The clusters of a generator's `placement`: the first level's that says anything; nobody's word means all.
fn chosen(levels: [Option<&Node>; 2], dir: &str, context: &Context<'_>) -> Chosen {
    const SAYS: [&str; 7] =
        ["placementPath", "placementRulePath", "placementName", "placementRuleName", "labelSelector", "clusterSelectors", "clusterSelector"];
    let placements = levels.into_iter().flatten().filter_map(|l| l.find(&["placement"]));
    let mut said = placements.flat_map(|p| SAYS.iter().filter_map(move |key| Some((*key, p.find(&[key])?))));
    let Some((key, value)) = said.next() else { return Chosen::All };
    match key {
        "placementName" | "placementRuleName" => placement(context, value.text().unwrap_or_default(), None),
        "placementPath" | "placementRulePath" => {
            let file = value.text().and_then(|p| join(dir, p)).and_then(|p| context.workspace.find(&p));
            let object = file.and_then(|id| context.workspace.parsed(id).documents.first()).and_then(|d| Object::read(&d.root));
            object.map_or(Chosen::Some, |o| chosen_by(context, &o))
        }
        _ if value.find(&["matchLabels"]).is_some() || value.find(&["matchExpressions"]).is_some() => by_labels(context, Some(value)),
        // The older form is a bare map of labels.
        _ => by_labels(context, Some(&match_labels(value))),
    }
}

/// A map of labels as a selector.
fn match_labels(labels: &Node) -> Node {
    let entry = Entry { key: Node::scalar("matchLabels", crate::yaml::Style::Plain, labels.span()), value: labels.clone(), merged: false };
    labels.clone().with_value(Value::Mapping(Mapping { entries: vec![entry], ..Mapping::default() }))
}
