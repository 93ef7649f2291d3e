//! Works, add-ons and subscriptions: objects that a hub carries to managed clusters.

use super::super::plan::Context;
use super::super::values::unknown;
use super::super::{Emission, Mode, Rendering, Target, Tool, What};
use super::placement::placed;
use super::to_each;
use crate::finding::{Confidence, Label};
use crate::manifest::{self, Object};
use crate::yaml::Node;

fn objects(work: &Object, path: &[&str]) -> Vec<Object> {
    work.root.items_at(path).iter().flat_map(manifest::objects).collect()
}

fn via(object: &Object) -> Label {
    Label {
        span: object.root.entry_at(&["kind"]).map_or(object.span(), crate::yaml::Entry::span),
        message: format!("the {} {} carries it", object.kind, object.name),
    }
}

/// A ManifestWork: its namespace is the managed cluster.
pub(super) fn manifest_work(work: &Object, context: &Context<'_>) -> Vec<Emission> {
    let target = work.namespace.clone().map_or(Target::Some, Target::Named);
    to_each(objects(work, &["spec", "workload", "manifests"]), &[target], Mode::Full, &via(work), context)
}

/// A ManifestWorkReplicaSet: the clusters of its placements.
pub(super) fn replica_set(set: &Object, context: &Context<'_>) -> Vec<Emission> {
    let names = set.root.items_at(&["spec", "placementRefs"]).iter().filter_map(|r| r.find(&["name"])?.text());
    let mut targets = Vec::new();
    for name in names.take_while(|_| context.effort().may_emit()) {
        let chosen = placed(context, name, set.namespace.as_deref());
        if context.effort().go(chosen.len() + 1, set.span()) {
            targets.extend(chosen.iter().cloned());
        }
    }
    to_each(objects(set, &["spec", "manifestWorkTemplate", "workload", "manifests"]), &targets, Mode::Full, &via(set), context)
}

/// An AddOnTemplate: whatever clusters enable the add-on.
pub(super) fn addon(template: &Object, context: &Context<'_>) -> Vec<Emission> {
    to_each(objects(template, &["spec", "agentSpec", "workload", "manifests"]), &[Target::Some], Mode::Full, &via(template), context)
}

/// A Subscription to a path of a Git channel.
pub(super) fn subscription(subscription: &Object, context: &Context<'_>) -> Vec<Emission> {
    let annotation = |key: &str| subscription.annotation(&format!("apps.open-cluster-management.io/{key}"));
    let Some(path) = annotation("git-path").or_else(|| annotation("github-path")) else { return Vec::new() };
    let Some(directory) = path.text().and_then(|p| context.workspace.deployed_directory(p)) else {
        return Vec::new();
    };
    let spec = subscription.root.find(&["spec", "placement"]);
    let targets = match (
        spec.and_then(|p| p.find(&["placementRef", "name"])).and_then(Node::text),
        spec.and_then(|p| p.find(&["local"])).and_then(Node::as_bool),
    ) {
        (_, Some(true)) => vec![None],
        (Some(name), _) => placed(context, name, subscription.namespace.as_deref()).iter().cloned().map(Some).collect(),
        (None, _) => vec![Some(Target::Some)],
    };
    let tool = Tool::ArgoCd { recurse: true, include: String::new(), exclude: String::new() };
    let one = |target| Emission {
        what: What::Directory(Rendering {
            directory: directory.clone(),
            tool: tool.clone(),
            overlay: None,
            veil: None,
            release: unknown(path.span()),
        }),
        target,
        mode: Mode::Full,
        confidence: Confidence::High,
        via: Label { span: path.span(), message: format!("the Subscription {} delivers it", subscription.name) },
    };
    let most = context.effort().emit(targets.len(), path.span());
    targets.into_iter().take(most).map(one).collect()
}
