//! Where Flux's objects take their files from: whether a `sourceRef` means this repository.

use super::super::plan::Context;
use super::KUSTOMIZE;
use crate::manifest::Object;
use crate::yaml::Node;
use std::collections::BTreeMap;

/// Whether the source of an object is this repository, as far as the source is found. `spec` holds the `sourceRef`.
pub(super) fn is_here(spec: &Node, object: &Object, context: &Context<'_>) -> bool {
    let name = spec.str_at(&["sourceRef", "name"]).unwrap_or_default();
    let mut sources = context.named("source.toolkit.fluxcd.io", "GitRepository", name).filter(|o| is_meant(spec, object, o));
    sources.all(|o| o.root.str_at(&["spec", "url"]).is_none_or(|url| context.repository.is(url)))
}

fn is_meant(spec: &Node, object: &Object, source: &Object) -> bool {
    let namespace = spec.str_at(&["sourceRef", "namespace"]).or(object.namespace.as_deref());
    spec.str_at(&["sourceRef", "kind"]) == Some("GitRepository")
        && spec.str_at(&["sourceRef", "name"]) == Some(source.name.as_str())
        && (namespace.is_none() || source.namespace.is_none() || source.namespace.as_deref() == namespace)
}

/// The repository URLs that a Kustomization names, with its path; for finding out which repository this is.
pub(in crate::delivery) fn sources<'a>(object: &'a Object, repositories: &BTreeMap<&str, Vec<&'a Object>>) -> Vec<(&'a str, &'a str)> {
    let Some(spec) = object.root.find(&["spec"]).filter(|_| object.is(KUSTOMIZE, "Kustomization")) else { return Vec::new() };
    let path = spec.str_at(&["path"]).unwrap_or_default();
    let named = repositories.get(spec.str_at(&["sourceRef", "name"]).unwrap_or_default()).into_iter().flatten();
    let meant = named.filter(|r| is_meant(spec, object, r));
    meant.filter_map(|r| Some((r.root.str_at(&["spec", "url"])?, path))).collect()
}
