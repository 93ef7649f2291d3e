//! `crds`: OpenAPI definitions whose extensions say which fields of a custom resource are labels, annotations, names or
//! references by name.

use super::fields;
use super::fieldspec::FieldSpec;
use super::id::Gvk;
use super::log::Log;
use super::specs::{Specs, add};
use crate::yaml::Node;

/// How deep definitions may refer to each other.
const MAX_DEPTH: usize = 32;

/// Adds what the definitions of a file say.
pub(super) fn extend(specs: &mut Specs, document: &Node, log: &mut Log) {
    let Some(definitions) = document.as_mapping() else { return };
    for definition in &definitions.entries {
        let Some(name) = definition.key.text() else { continue };
        let property = |key: &str| properties(&definition.value).is_some_and(|p| p.as_mapping().is_some_and(|m| m.entry(key).is_some()));
        if !["kind", "apiVersion", "metadata"].into_iter().all(property) {
            continue;
        }
        let kind = name.rsplit('.').next().unwrap_or(name);
        let gvk = Gvk { kind: kind.into(), ..Gvk::default() };
        Walk { specs, document, gvk, log }.definition(&definition.value, "", 0);
    }
}

fn properties(definition: &Node) -> Option<&Node> {
    fields::value(fields::value(definition, "Schema")?, "properties")
}

struct Walk<'w> {
    specs: &'w mut Specs,
    document: &'w Node,
    gvk: Gvk,
    log: &'w mut Log,
}

impl Walk<'_> {
    fn definition(&mut self, definition: &Node, path: &str, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let Some(properties) = properties(definition).and_then(Node::as_mapping) else { return };
        for property in &properties.entries {
            let Some(name) = property.key.text() else { continue };
            let here = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            let span = property.key.span();
            let extension = |key: &str| property.value.str_at(&[key]);
            let spec = |path: &str| FieldSpec { gvk: self.gvk.clone(), path: path.into(), create: false };
            if extension("x-kubernetes-annotation").is_some() {
                add(&mut self.specs.common_annotations, spec(&here), span, self.log);
            }
            if extension("x-kubernetes-label-selector").is_some() {
                add(&mut self.specs.common_labels, spec(&here), span, self.log);
            }
            if extension("x-kubernetes-identity").is_some() {
                add(&mut self.specs.name_prefix, spec(&here), span, self.log);
            }
            if let (Some(version), Some(kind)) = (extension("x-kubernetes-object-ref-api-version"), extension("x-kubernetes-object-ref-kind")) {
                let target = Gvk { group: "".into(), version: version.into(), kind: kind.into() };
                let key = extension("x-kubernetes-object-ref-name-key").unwrap_or("name");
                let spec = spec(&format!("{here}/{key}"));
                self.specs.add_reference(target, vec![spec], span, self.log);
            }
            if let Some(next) = extension("$ref").and_then(|r| self.document.find(&[r])) {
                self.definition(next, &here, depth + 1);
            }
        }
    }
}
