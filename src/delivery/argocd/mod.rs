//! Argo CD: Applications and ApplicationSets.

mod application;
mod generators;
mod release;
mod set;
mod template;

use super::Emission;
use super::plan::Context;
use crate::manifest::{Object, template::is_template};
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

/// The URL and the name of the cluster that a Secret registers with Argo CD.
pub(super) fn registration(secret: &Object) -> Option<(&str, &str)> {
    let field = |key: &str| secret.root.str_at(&["stringData", key]).filter(|v| !is_template(v));
    generators::is_registration(secret).then_some(())?;
    Some((field("server")?.trim_end_matches('/'), field("name")?))
}

/// The repository URLs an object names together with paths; for finding out which repository this is. A templated path counts up to its
/// first expression.
pub(super) fn sources(object: &Object) -> Vec<(&str, &str)> {
    if object.group != "argoproj.io" {
        return Vec::new();
    }
    let spec = match object.kind.as_str() {
        "Application" => object.root.find(&["spec"]),
        "ApplicationSet" => object.root.find(&["spec", "template", "spec"]),
        _ => None,
    };
    let mut found: Vec<(&str, &str)> = spec.map(|s| application::sources(s).into_iter().filter_map(url_and_path).collect()).unwrap_or_default();
    let mut pending: Vec<&Node> = object.root.items_at(&["spec", "generators"]).iter().collect();
    while let Some(generator) = pending.pop() {
        for combined in ["merge", "matrix"] {
            pending.extend(generator.items_at(&[combined, "generators"]));
        }
        let url = generator.find(&["git", "repoURL"]).and_then(Node::text);
        let paths = ["directories", "files"].into_iter().flat_map(|list| generator.items_at(&["git", list]));
        found.extend(paths.filter_map(|p| Some((url?, literal(p.find(&["path"])?.text()?)))));
    }
    found
}

fn url_and_path(source: &Node) -> Option<(&str, &str)> {
    Some((source.find(&["repoURL"])?.text()?, literal(source.find(&["path"])?.text()?)))
}

/// The directories of a path before its first expression or wildcard.
fn literal(path: &str) -> &str {
    match path.find(['{', '*', '?', '[']) {
        Some(end) => path[..end].rsplit_once('/').map_or("", |(directory, _)| directory),
        None => path,
    }
}
