//! HelmReleases whose chart lies in this repository.

use super::super::helm::{Layer, Release};
use super::super::plan::Context;
use super::super::{Emission, Mode, Rendering, Tool, What};
use super::maps::config_map;
use super::source;
use crate::files::join;
use crate::finding::{Confidence, Label};
use crate::manifest::Object;
use crate::manifest::template::is_template;
use crate::yaml::{Node, parse_value};
use std::sync::Arc;

/// What a HelmRelease delivers.
pub(super) fn emissions(object: &Object, context: &Context<'_>) -> Vec<Emission> {
    let Some(spec) = object.root.find(&["spec"]) else { return Vec::new() };
    let Some(chart) = spec.find(&["chart", "spec"]) else { return Vec::new() };
    // A chart of a Git source is a path in that repository; any other source brings it from elsewhere.
    let Some(path) = chart.find(&["chart"]).filter(|_| chart.str_at(&["sourceRef", "kind"]) == Some("GitRepository")) else { return Vec::new() };
    let directory =
        path.text().filter(|t| !is_template(t) && source::is_here(chart, object, context)).and_then(|t| context.workspace.deployed_directory(t));
    let Some(directory) = directory.filter(|d| context.workspace.find(&format!("{d}/Chart.yaml")).is_some()) else { return Vec::new() };
    let name = spec.find(&["releaseName"]).or_else(|| object.root.find(&["metadata", "name"])).filter(|_| spec.find(&["targetNamespace"]).is_none());
    let namespace = spec.find(&["targetNamespace"]).or_else(|| object.root.find(&["metadata", "namespace"]));
    let mut release = Release { name: name.cloned(), namespace: namespace.cloned(), ..Release::default() };
    release.changed_after = !spec.items_at(&["postRenderers"]).is_empty();
    for file in chart.items_at(&["valuesFiles"]) {
        // They take the place of the chart's own.
        release.without_own = true;
        let found = file.text().and_then(|t| join("", t)).and_then(|p| context.workspace.find_any(&p));
        release.layers.push(found.map_or(Layer::Unknown(file.span()), Layer::File));
    }
    release.layers.extend(spec.items_at(&["valuesFrom"]).iter().map(|from| referred(from, object, context)));
    release.layers.extend(spec.find(&["values"]).map(|values| Layer::Values(values.clone())));
    vec![Emission {
        what: What::Directory(Rendering { directory, tool: Tool::argocd(), overlay: None, veil: None, release: Arc::new(release) }),
        target: super::remote(spec),
        mode: Mode::Full,
        confidence: Confidence::High,
        via: Label { span: path.span(), message: format!("the HelmRelease {} delivers the chart", object.name) },
    }]
}

/// Values in a ConfigMap; a Secret is not read.
fn referred(from: &Node, object: &Object, context: &Context<'_>) -> Layer {
    let unknown = Layer::Unknown(from.span());
    if from.str_at(&["kind"]) != Some("ConfigMap") || from.find(&["targetPath"]).is_some() {
        return unknown;
    }
    let (name, key) = (from.str_at(&["name"]).unwrap_or_default(), from.str_at(&["valuesKey"]).unwrap_or("values.yaml"));
    let Some(text) = config_map(name, object, context).and_then(|map| map.find(&["data", key])) else { return unknown };
    let parsed = parse_value(text);
    match parsed.documents.as_slice() {
        [only] if parsed.problems.is_empty() => Layer::Values(only.root.clone()),
        _ => unknown,
    }
}
