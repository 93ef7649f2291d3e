//! What an Application says about the chart it delivers: `source.helm`, in Argo CD's order of precedence.

use super::super::helm::{Layer, Release};
use super::super::plan::Context;
use super::application::sources;
use crate::files::join;
use crate::manifest::template::is_template;
use crate::source::Span;
use crate::yaml::{Node, parse_value};
use std::sync::Arc;

/// The release of a source of an Application, whose chart lies in a directory.
pub(super) fn release(root: &Node, source: &Node, directory: &str, context: &Context<'_>) -> Arc<Release> {
    let known = |path: &[&str]| root.find(path).filter(|n| n.text().is_some_and(|t| !t.is_empty() && !is_template(t))).cloned();
    let mut release = Release { name: known(&["metadata", "name"]), namespace: known(&["spec", "destination", "namespace"]), ..Release::default() };
    // A plugin or a Kustomize build around the chart may do anything.
    release.changed_after = source.find(&["plugin"]).is_some();
    let Some(helm) = source.find(&["helm"]) else { return Arc::new(release) };
    if let Some(name) = helm.find(&["releaseName"]) {
        release.name = Some(name.clone()).filter(|n| n.text().is_some_and(|t| !is_template(t)));
    }
    let forgiving = helm.find(&["ignoreMissingValueFiles"]).and_then(Node::as_bool) == Some(true);
    for reference in helm.items_at(&["valueFiles"]) {
        release.layers.extend(file(reference, root, directory, context, forgiving));
    }
    match (helm.find(&["valuesObject"]), helm.find(&["values"])) {
        (Some(values), _) => release.layers.push(Layer::Values(values.clone())),
        (None, Some(values)) if values.text().is_some_and(|t| !t.trim().is_empty()) => release.layers.push(inline(values)),
        (None, _) => {}
    }
    for parameter in helm.items_at(&["parameters"]) {
        let is_string = parameter.find(&["forceString"]).and_then(Node::as_bool) == Some(true);
        release.layers.push(match (parameter.find(&["name"]), parameter.find(&["value"])) {
            (Some(name), Some(value)) if !value.text().is_some_and(is_template) => Layer::parameter(name, value, is_string),
            _ => Layer::Unknown(parameter.span()),
        });
    }
    let more = helm.items_at(&["fileParameters"]).iter().map(|p| Layer::Unknown(p.span()));
    release.layers.extend(more);
    Arc::new(release)
}

/// One of `valueFiles`; nothing where it may be missing and is.
fn file(reference: &Node, root: &Node, directory: &str, context: &Context<'_>, forgiving: bool) -> Option<Layer> {
    let unknown = Layer::Unknown(reference.span());
    let Some(text) = reference.text().filter(|t| !is_template(t) && !t.contains("://") && !t.contains('*')) else { return Some(unknown) };
    let path = match text.strip_prefix('$') {
        // A file of another source, by that source's name.
        Some(named) => {
            let Some((name, path)) = named.split_once('/') else { return Some(unknown) };
            let spec = root.find(&["spec"])?;
            let other = sources(spec).into_iter().find(|s| s.str_at(&["ref"]) == Some(name));
            let url = other.and_then(|s| s.str_at(&["repoURL"]));
            if !url.is_some_and(|url| context.repository.is(url) && !is_template(url)) {
                return Some(unknown);
            }
            join("", path)
        }
        None if text.starts_with('/') => join("", text.trim_start_matches('/')),
        None => join(directory, text),
    };
    match path.and_then(|p| context.workspace.find_any(&p)) {
        Some(id) => Some(Layer::File(id)),
        None if forgiving => None,
        None => Some(unknown),
    }
}

/// Values written as a text.
fn inline(values: &Node) -> Layer {
    let unknown = |span: Span| Layer::Unknown(span);
    // Argo CD fills in variables of its own; a set that could not be expanded leaves its expressions.
    if values.text().is_some_and(|t| t.contains("$ARGOCD_") || t.contains("{{")) {
        return unknown(values.span());
    }
    let parsed = parse_value(values);
    match parsed.documents.as_slice() {
        [only] if parsed.problems.is_empty() => Layer::Values(only.root.clone()),
        _ => unknown(values.span()),
    }
}
