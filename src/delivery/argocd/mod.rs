//! Argo CD: Applications and ApplicationSets.

mod application;
mod generators;
mod release;
mod set;
mod template;

use super::Emission;
use super::plan::Context;
use crate::manifest::{Object, secret::decoded, template::is_template};
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
pub(super) fn registration(secret: &Object) -> Option<(String, String)> {
    generators::is_registration(secret).then_some(())?;
    let field = |key: &str| field(secret, key).filter(|v| !is_template(v));
    Some((field("server")?.trim_end_matches('/').to_owned(), field("name")?))
}

/// What a Secret says under a key. The API server lets `stringData` win.
fn field(secret: &Object, key: &str) -> Option<String> {
    let plain = secret.root.find(&["stringData", key]).cloned();
    plain.or_else(|| secret.root.find(&["data", key]).and_then(decoded))?.text().map(str::to_owned)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::yaml::parse;

    #[test]
    fn a_secret_registers_a_cluster_in_clear_or_encoded() {
        let registered = |values: &str| {
            let text = format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: s, labels: {{argocd.argoproj.io/secret-type: cluster}}}}\n{values}");
            registration(&Object::read(&parse(FileId(0), &text).documents[0].root)?)
        };
        let prod = Some(("https://prod:6443".to_owned(), "prod".to_owned()));
        assert_eq!(registered("stringData: {name: prod, server: 'https://prod:6443/'}"), prod);
        assert_eq!(registered("data: {name: cHJvZA==, server: aHR0cHM6Ly9wcm9kOjY0NDM=}"), prod);
        assert_eq!(registered("data: {name: ZGV2, server: aHR0cHM6Ly9wcm9kOjY0NDM=}\nstringData: {name: prod}"), prod);
        assert_eq!(registered("data: {name: '?', server: aHR0cHM6Ly9wcm9kOjY0NDM=}"), None);
    }
}
