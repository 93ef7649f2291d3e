//! Other objects that carry objects: Hive's sync sets, Cluster API's resource sets, OpenShift's templates.

use super::plan::Context;
use super::selector::chooses;
use super::{Amendment, Emission, Mode, Target, What};
use crate::finding::{Confidence, Label};
use crate::manifest::{self, Object, secret::decoded};
use crate::operator::Tri;
use crate::yaml::{Node, ProblemKind, parse_value};
use std::sync::Arc;

/// What a carrier sets in motion; nothing for any other object.
pub(super) fn emissions(object: &Object, context: &Context<'_>) -> Vec<Emission> {
    match (object.group.as_str(), object.kind.as_str()) {
        ("hive.openshift.io", "SyncSet") => {
            let names = object.root.items_at(&["spec", "clusterDeploymentRefs"]).iter().filter_map(|r| r.find(&["name"])?.text());
            sync(object, names.map(|n| Some(Target::Named(n.to_owned()))).collect(), context)
        }
        ("hive.openshift.io", "SelectorSyncSet") => {
            let targets = selected(object.root.find(&["spec", "clusterDeploymentSelector"]), "hive.openshift.io", "ClusterDeployment", context);
            sync(object, targets, context)
        }
        ("addons.cluster.x-k8s.io", "ClusterResourceSet") => {
            let targets = selected(object.root.find(&["spec", "clusterSelector"]), "cluster.x-k8s.io", "Cluster", context);
            let (objects, unseen) = embedded(object, context);
            carry(object, objects, targets, context).into_iter().chain(unseen).collect()
        }
        // Whoever processes it applies it where they are; what a parameter fills in is unknown.
        ("template.openshift.io", "Template") => {
            let objects = object.root.items_at(&["objects"]).iter().flat_map(manifest::objects).collect();
            carry(object, objects, vec![None], context)
        }
        _ => Vec::new(),
    }
}

fn carry(object: &Object, objects: Vec<Object>, targets: Vec<Option<Target>>, context: &Context<'_>) -> Vec<Emission> {
    if objects.is_empty() { Vec::new() } else { emit(object, &What::objects(objects, object.span().file), targets, context) }
}

fn emit(object: &Object, what: &What, targets: Vec<Option<Target>>, context: &Context<'_>) -> Vec<Emission> {
    let span = object.root.entry_at(&["kind"]).map_or(object.span(), crate::yaml::Entry::span);
    let via = Label { span, message: format!("the {} {} carries it", object.kind, object.name) };
    let one = |target| Emission { what: what.clone(), target, mode: Mode::Full, confidence: Confidence::High, via: via.clone() };
    let most = context.effort().emit(targets.len(), span);
    targets.into_iter().take(most).map(one).collect()
}

/// A sync set: whole objects, and patches for what the clusters have.
fn sync(set: &Object, targets: Vec<Option<Target>>, context: &Context<'_>) -> Vec<Emission> {
    let objects = set.root.items_at(&["spec", "resources"]).iter().flat_map(manifest::objects).collect();
    let patches: Vec<Amendment> = set.root.items_at(&["spec", "patches"]).iter().filter_map(Amendment::read).collect();
    let mut emissions = carry(set, objects, targets.clone(), context);
    let unread = set.root.items_at(&["spec", "patches"]).iter().filter(|entry| Amendment::is_unreadable(entry));
    emissions.extend(unread.map(|entry| Emission::unseen(entry.span(), format!("this patch of the {} {} is no YAML or JSON", set.kind, set.name))));
    if !patches.is_empty() {
        emissions.extend(emit(set, &What::Amendments(Arc::new(patches)), targets, context));
    }
    emissions
}

/// The clusters whose defining objects a selector chooses. Labels may be set outside Git.
fn selected(selector: Option<&Node>, group: &str, kind: &str, context: &Context<'_>) -> Vec<Option<Target>> {
    let Some(selector) = selector else { return vec![Some(Target::All)] };
    if selector.entries_at(&["matchLabels"]).is_empty() && selector.items_at(&["matchExpressions"]).is_empty() {
        return vec![Some(Target::All)];
    }
    let (mut targets, mut open, mut any) = (Vec::new(), false, false);
    let weight = 1 + selector.weight() as usize;
    for cluster in context.all(group, kind) {
        any = true;
        if !context.effort().may_emit() || !context.effort().go(weight, selector.span()) {
            break;
        }
        let name = cluster.root.str_at(&["spec", "clusterName"]).unwrap_or(&cluster.name);
        match chooses(selector, cluster) {
            Tri::Yes => targets.push(Some(Target::Named(name.to_owned()))),
            Tri::Maybe => open = true,
            Tri::No => {}
        }
    }
    if open || !any {
        targets.push(Some(Target::Some));
    }
    targets
}

/// The objects in the ConfigMaps and Secrets that a resource set names, and those of them that cannot be read.
fn embedded(set: &Object, context: &Context<'_>) -> (Vec<Object>, Vec<Emission>) {
    let (mut objects, mut unseen) = (Vec::new(), Vec::new());
    for reference in set.root.items_at(&["spec", "resources"]) {
        let field = |key: &str| reference.find(&[key]).and_then(Node::text).unwrap_or_default();
        let near = |o: &&Object| o.namespace.is_none() || set.namespace.is_none() || o.namespace == set.namespace;
        let what = format!("the {} {} that the resource set applies", field("kind"), field("name"));
        let Some(holder) = context.named("", field("kind"), field("name")).find(near) else {
            unseen.push(Emission::unseen(reference.span(), format!("{what} is not in the repository")));
            continue;
        };
        for (entry, encoded) in ["data", "stringData"]
            .into_iter()
            .flat_map(|map| holder.root.entries_at(&[map]).iter().map(move |entry| (entry, map == "data" && field("kind") == "Secret")))
        {
            // Many sets may name one holder.
            if !context.effort().fill(entry.value.text().map_or(0, str::len) * 4, reference.span()) {
                break;
            }
            let text = if encoded { decoded(&entry.value) } else { Some(entry.value.clone()) };
            let parsed = text.as_ref().map(parse_value).filter(|p| p.problems.iter().all(|p| p.kind != ProblemKind::Syntax));
            match parsed {
                Some(parsed) => objects.extend(parsed.documents.iter().flat_map(|d| manifest::objects(&d.root))),
                None => unseen.push(Emission::unseen(entry.key.span(), format!("{what} holds a value that cannot be read"))),
            }
        }
    }
    (objects, unseen)
}
