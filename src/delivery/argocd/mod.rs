//! Argo CD: Applications and ApplicationSets.

mod application;
mod generators;
mod set;
mod template;

use super::Emission;
use super::plan::Context;
use crate::manifest::Object;
use crate::yaml::Node;

/// What an Argo CD object sets in motion; nothing for any other object.
pub(super) fn emissions(object: &Object, context: &Context<'_>) -> Vec<Emission> {
    if object.group != "argoproj.io" {
        return Vec::new();
    }
    match object.kind.as_str() {
        "Application" => application::emissions(&object.root, context, &application::Fate::default()),
        "ApplicationSet" => set::emissions(&object.root, context),
        _ => Vec::new(),
    }
}

/// The repository URLs an object names together with paths; for finding out which repository this is.
pub(super) fn sources(object: &Object) -> Vec<(&str, &str)> {
    if object.group != "argoproj.io" {
        return Vec::new();
    }
    let spec = match object.kind.as_str() {
        "Application" => object.root.find(&["spec"]),
        "ApplicationSet" => object.root.find(&["spec", "template", "spec"]),
        _ => None,
    };
    spec.map(|s| application::sources(s).into_iter().filter_map(url_and_path).collect()).unwrap_or_default()
}

fn url_and_path(source: &Node) -> Option<(&str, &str)> {
    Some((source.find(&["repoURL"])?.text()?, source.find(&["path"])?.text()?))
}
