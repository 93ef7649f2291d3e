//! The transformers that mostly write metadata: namespace, name prefix and suffix, labels, annotations.

use super::bounds::{self, Work};
use super::edit;
use super::fieldspec::{Create, FieldSpec, Walk};
use super::id::{Gvk, text_at};
use super::log::{Log, ProblemKind};
use super::merge::{Kind, Misfit};
use super::resource::Resource;
use super::shared::{self, Changes};
use crate::source::Span;
use crate::yaml::{Entry, Node, Style};
use std::collections::BTreeMap;

/// Notes that a transformer does not fit an object.
pub(super) fn report(misfit: Misfit, resource: &Resource, log: &mut Log) {
    if bounds::is_beyond(&misfit) {
        return log.limit(misfit.span, misfit.message, true);
    }
    let message = format!("{} ({})", misfit.message, resource.id());
    let related = misfit.related.unwrap_or(resource.origin.span);
    log.refuse_related(ProblemKind::NotApplicable, misfit.span, message, related);
}

/// Whose subjects in role bindings get the namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Subjects {
    /// Those named `default`.
    #[default]
    Default,
    /// Every service account.
    ServiceAccounts,
    /// None.
    Nobody,
}

/// The namespace transformer.
pub(super) struct Namespace<'n> {
    /// The value.
    pub(super) value: &'n Node,
    /// The owner of the keys.
    pub(super) key: Span,
    pub(super) subjects: Subjects,
    /// Only where nothing is set yet.
    pub(super) unset_only: bool,
}

impl Namespace<'_> {
    /// Writes the namespace into every object that has one, into references to namespaces, and into subjects.
    pub(super) fn apply(&self, resources: &mut [Resource], specs: &[FieldSpec], log: &mut Log) {
        for resource in resources.iter_mut() {
            resource.remember();
            match self.written(&resource.root, specs) {
                Ok(root) => resource.root = root,
                Err(misfit) => report(misfit, resource, log),
            }
        }
        let mut seen = BTreeMap::new();
        for resource in resources.iter() {
            if let Some(first) = seen.insert(resource.id().key(), resource.origin.span) {
                let message = format!("the namespace makes two objects one: {}", resource.id());
                log.refuse_related(ProblemKind::Duplicate, self.value.span(), message, first);
            }
        }
    }

    fn written(&self, root: &Node, specs: &[FieldSpec]) -> Result<Node, Misfit> {
        let api_version = text_at(root, &["apiVersion"]);
        let kind = text_at(root, &["kind"]);
        let binding = matches!(kind, "RoleBinding" | "ClusterRoleBinding");
        let text = self.value.text().unwrap_or("");
        let mut set = |old: &Node| match old.as_scalar() {
            Some(scalar) if self.unset_only && !scalar.text.is_empty() && !old.is_null() => Ok(old.clone()),
            Some(scalar) => Ok(styled(text, scalar.style, self.value.span())),
            None => Err(Misfit { span: old.span(), related: Some(self.key), message: "the namespace cannot be written over a map or list".into() }),
        };
        let mut walk = Walk { create: Some(Create::Scalar), by: self.key, set: &mut set };
        let mut root = root.clone();
        if !Gvk::new(api_version, kind).is_cluster_scoped() {
            let spec = FieldSpec { gvk: Gvk::default(), path: "metadata/namespace".into(), create: true };
            root = spec.apply(&root, &mut walk)?;
        }
        if binding && self.subjects != Subjects::Nobody {
            root = self.subjects(&root, &mut walk)?;
        }
        let applies = |s: &&FieldSpec| match &*s.path {
            "metadata/namespace" => false,
            "metadata/name" => api_version == "v1",
            "subjects/namespace" => !(binding && matches!(&*s.gvk.kind, "RoleBinding" | "ClusterRoleBinding")),
            _ => true,
        };
        specs.iter().filter(applies).try_fold(root, |root, spec| spec.apply(&root, &mut walk))
    }

    fn subjects(&self, root: &Node, walk: &mut Walk<'_>) -> Result<Node, Misfit> {
        let Some(list) = root.find(&["subjects"]) else { return Ok(root.clone()) };
        let Some(items) = list.as_sequence() else { return Ok(root.clone()) };
        let chosen = |subject: &Node| match self.subjects {
            Subjects::Default => text_at(subject, &["name"]) == "default",
            Subjects::ServiceAccounts => text_at(subject, &["kind"]) == "ServiceAccount",
            Subjects::Nobody => false,
        };
        let spec = FieldSpec { gvk: Gvk::default(), path: "namespace".into(), create: true };
        let mut new = Vec::with_capacity(items.len());
        for item in items {
            new.push(if chosen(item) { spec.apply_any_kind(item, walk)? } else { item.clone() });
        }
        let list = edit::with_items(list, new);
        Ok(edit::with_mapping(root, |m| {
            if let Some(entry) = m.entries.iter_mut().find(|e| e.key.text() == Some("subjects")) {
                entry.value = list;
            }
        }))
    }
}

/// A string in the style of the value it replaces.
fn styled(text: &str, style: Style, span: Span) -> Node {
    if style == Style::Plain { edit::string(text, span) } else { Node::scalar(text, style, span) }
}

/// Which end of a name is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Affix {
    Prefix,
    Suffix,
}

/// Adds a prefix or suffix to every name but those of namespaces, custom resource definitions and API services.
pub(super) fn affix(affix: Affix, value: &Node, specs: &[FieldSpec], resources: &mut [Resource], log: &mut Log) {
    let text = value.text().unwrap_or("");
    for resource in resources.iter_mut() {
        if let Err(misfit) = log.work(|work| work.spend(text.len() + 1, value.span())) {
            return log.limit(misfit.span, misfit.message, true);
        }
        let id = resource.original_id();
        let skipped =
            matches!((&*id.gvk.kind, &*id.gvk.group), ("CustomResourceDefinition" | "Namespace", _) | ("APIService", "apiregistration.k8s.io"));
        if skipped || text.is_empty() {
            continue;
        }
        for spec in specs.iter().filter(|s| s.gvk.selects(&id.gvk)) {
            if &*spec.path == "metadata/name" {
                match affix {
                    Affix::Prefix => resource.state.prefixes.push(text.into()),
                    Affix::Suffix => resource.state.suffixes.push(text.into()),
                }
                resource.remember();
            }
            let work = log.steps();
            let mut set = |old: &Node| {
                let Some(scalar) = old.as_scalar() else {
                    return Err(Misfit { span: old.span(), related: Some(value.span()), message: "a name that is no string".into() });
                };
                let joined = match affix {
                    Affix::Prefix => format!("{text}{}", scalar.text),
                    Affix::Suffix => format!("{}{text}", scalar.text),
                };
                work.spend(joined.len(), value.span())?;
                Ok(edit::renamed(scalar.style, &joined, value.span()))
            };
            let result = spec.apply(&resource.root, &mut Walk { create: None, by: value.span(), set: &mut set });
            log.stepped(&work);
            match result {
                Ok(root) => resource.root = root,
                Err(misfit) => report(misfit, resource, log),
            }
        }
    }
}

/// Sets labels or annotations in the maps the specs lead to.
pub(super) fn set_pairs(pairs: &[&Entry], specs: &[FieldSpec], resources: &mut [Resource], log: &mut Log) {
    for resource in resources.iter_mut() {
        match log.work(|work| with_pairs(resource, pairs, specs, work)) {
            Ok(root) => resource.root = root,
            Err(misfit) => report(misfit, resource, log),
        }
        resource.state.shares |= !pairs.is_empty();
    }
}

fn with_pairs(resource: &Resource, pairs: &[&Entry], specs: &[FieldSpec], work: &Work) -> Result<Node, Misfit> {
    // Kustomize keeps its notes in annotations, which are there then even if nobody wrote any.
    let annotates = resource.has_notes() && specs.iter().any(|s| &*s.path == "metadata/annotations" && !s.create);
    let mut root = if annotates && !pairs.is_empty() { edit::with_annotations(&resource.root) } else { resource.root.clone() };
    for pair in pairs {
        work.spend(specs.len() + 1, pair.key.span())?;
        let (Some(key), text) = (pair.key.text(), pair.value.text().unwrap_or("")) else { continue };
        // One node for every new place, as in the original, where a later change of one place is a change of all.
        let fresh = edit::new_string(text, pair.value.span());
        let mut changes = Changes::default();
        let mut set = |old: &Node| match Kind::of(old) {
            Kind::Map => {
                work.pass(old, pair.key.span())?;
                let before = old.as_mapping().and_then(|m| m.entry(key)).map(|e| &e.value);
                let value = match before.and_then(|v| Some((v, v.as_scalar()?))) {
                    Some((before, scalar)) => {
                        let value = styled(text, scalar.style, pair.value.span());
                        changes.written.push((before.clone(), value.clone()));
                        value
                    }
                    None => fresh.clone(),
                };
                Ok(edit::with_mapping(old, |m| edit::set(m, &pair.key, value)))
            }
            Kind::Null | Kind::Opaque => Ok(old.clone()),
            Kind::Scalar | Kind::Sequence => {
                Err(Misfit { span: old.span(), related: Some(pair.key.span()), message: format!("`{key}` cannot be set in what is no map") })
            }
        };
        let mut walk = Walk { create: Some(Create::Map), by: pair.key.span(), set: &mut set };
        for spec in specs {
            root = spec.apply(&root, &mut walk)?;
        }
        root = shared::spread(&root, &changes, resource);
    }
    Ok(root)
}

/// Labels or annotations as kustomize writes them anew: every value is a string, and of an empty map nothing is left.
pub(super) fn strings(map: &Node) -> Option<Node> {
    let is_empty = map.as_mapping().is_none_or(|m| m.entries.is_empty() && m.open.is_none());
    let string = |value: &Node| if Kind::of(value) == Kind::Opaque { value.clone() } else { edit::as_string(value) };
    (!is_empty).then(|| edit::with_children(map, string))
}

/// The object with other labels or annotations, or none, where it has any.
pub(super) fn with_field(root: &Node, field: &str, value: Option<Node>) -> Node {
    let metadata = root.find(&["metadata"]);
    match (value, metadata) {
        (Some(value), _) if root.find(&["metadata", field]).is_some_and(|old| old.same(&value)) => root.clone(),
        (Some(value), _) => edit::with_value_at(root, &["metadata", field], value),
        (None, Some(metadata)) => {
            let rest = edit::with_mapping(metadata, |m| m.entries.retain(|e| e.key.text() != Some(field)));
            edit::with_value_at(root, &["metadata"], rest)
        }
        (None, None) => root.clone(),
    }
}

/// The object with annotations that kustomize has written anew, as it does at the end.
pub(super) fn with_string_annotations(root: &Node) -> Node {
    match root.entry_at(&["metadata", "annotations"]).map(|e| &e.value) {
        Some(value) if Kind::of(value) != Kind::Opaque => with_field(root, "annotations", strings(value)),
        _ => root.clone(),
    }
}
