//! Where Flux's objects take their files from: whether a `sourceRef` means this repository.

use super::super::plan::Context;
use super::KUSTOMIZE;
use crate::manifest::Object;
use crate::yaml::Node;

/// Whether the source of an object is this repository, as far as the source is found. `spec` holds the `sourceRef`.
pub(super) fn is_here(spec: &Node, object: &Object, context: &Context<'_>) -> bool {
    let all = context.all("source.toolkit.fluxcd.io", "GitRepository");
    let mut sources = all.filter(|o| is_meant(spec, object, o));
    sources.all(|o| o.root.str_at(&["spec", "url"]).is_none_or(|url| context.repository.is(url)))
}

fn is_meant(spec: &Node, object: &Object, source: &Object) -> bool {
    let namespace = spec.str_at(&["sourceRef", "namespace"]).or(object.namespace.as_deref());
    spec.str_at(&["sourceRef", "kind"]) == Some("GitRepository")
        && spec.str_at(&["sourceRef", "name"]) == Some(source.name.as_str())
        && (namespace.is_none() || source.namespace.is_none() || source.namespace.as_deref() == namespace)
}

/// The repository URLs that a Kustomization names, with its path; for finding out which repository this is.
pub(in crate::delivery) fn sources<'a>(object: &'a Object, repositories: &[&'a Object]) -> Vec<(&'a str, &'a str)> {
    let Some(spec) = object.root.find(&["spec"]).filter(|_| object.is(KUSTOMIZE, "Kustomization")) else { return Vec::new() };
    let path = spec.str_at(&["path"]).unwrap_or_default();
    let meant = repositories.iter().filter(|r| is_meant(spec, object, r));
    meant.filter_map(|r| Some((r.root.str_at(&["spec", "url"])?, path))).collect()
}
