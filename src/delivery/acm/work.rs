//! Works, add-ons and subscriptions: objects that a hub carries to managed clusters.

use super::super::plan::Context;
use super::super::values::unknown;
use super::super::{Emission, Mode, Rendering, Target, Tool, What};
use super::{placement, to_each};
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
pub(super) fn manifest_work(work: &Object) -> Vec<Emission> {
    let target = work.namespace.clone().map_or(Target::Some, Target::Named);
    to_each(&objects(work, &["spec", "workload", "manifests"]), vec![target], Mode::Full, &via(work))
}

/// A ManifestWorkReplicaSet: the clusters of its placements.
pub(super) fn replica_set(set: &Object, context: &Context<'_>) -> Vec<Emission> {
    let names = set.root.items_at(&["spec", "placementRefs"]).iter().filter_map(|r| r.find(&["name"])?.text());
    let targets: Vec<Target> = names.flat_map(|name| placement(context, name, set.namespace.as_deref()).targets()).collect();
    to_each(&objects(set, &["spec", "manifestWorkTemplate", "workload", "manifests"]), targets, Mode::Full, &via(set))
}

/// An AddOnTemplate: whatever clusters enable the add-on.
pub(super) fn addon(template: &Object) -> Vec<Emission> {
    to_each(&objects(template, &["spec", "agentSpec", "workload", "manifests"]), vec![Target::Some], Mode::Full, &via(template))
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
        (Some(name), _) => placement(context, name, subscription.namespace.as_deref()).targets().into_iter().map(Some).collect(),
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
    targets.into_iter().map(one).collect()
}
