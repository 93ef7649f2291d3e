//! Kustomize's own plugins when a `generators` or `transformers` file configures them (`apiVersion: builtin`).

use super::accumulate::Kustomizer;
use super::accumulated::Accumulated;
use super::fields;
use super::fieldspec::FieldSpec;
use super::finish;
use super::generate::{self, Generated};
use super::images::{self, Image};
use super::kustomization::Kustomization;
use super::log::ProblemKind;
use super::metadata::{self, Affix, Namespace, Subjects};
use super::resource::Resource;
use super::specs::field_spec;
use super::transform::{self, replacements};
use crate::source::Span;
use crate::yaml::Node;

/// Runs one plugin; `false` when it is not one of kustomize's own.
pub(super) fn run(kustomizer: &Kustomizer<'_>, kustomization: &Kustomization, object: &Resource, span: Span, acc: &mut Accumulated) -> bool {
    let id = object.id();
    if !id.gvk.group.is_empty() || &*id.gvk.version != "builtin" {
        return false;
    }
    let config = &object.root;
    let specs: Vec<FieldSpec> = fields::items(config, "fieldSpecs").iter().map(field_spec).collect();
    match &*id.gvk.kind {
        "NamespaceTransformer" => namespace(config, &specs, acc),
        "PrefixTransformer" | "SuffixTransformer" => {
            let (affix, name) = if &*id.gvk.kind == "PrefixTransformer" { (Affix::Prefix, "prefix") } else { (Affix::Suffix, "suffix") };
            if let Some(value) = fields::value(config, name) {
                metadata::affix(affix, value, &specs, &mut acc.resources, &mut acc.log);
            }
        }
        "LabelTransformer" => metadata::set_pairs(&fields::pairs(config, "labels"), &specs, &mut acc.resources, &mut acc.log),
        "AnnotationsTransformer" => metadata::set_pairs(&fields::pairs(config, "annotations"), &specs, &mut acc.resources, &mut acc.log),
        "PatchTransformer" => transform::patch_entry(kustomizer, kustomization, config, acc),
        "PatchJson6902Transformer" => transform::json_entry(kustomizer, kustomization, config, acc),
        "PatchStrategicMergeTransformer" => {
            let inline = fields::value(config, "patches").into_iter();
            transform::strategic_files(kustomizer, kustomization, fields::items(config, "paths").iter().chain(inline), acc);
        }
        "ImageTagTransformer" => match fields::value(config, "imageTag").map(Image::read) {
            Some(Ok(image)) => image.apply(&mut acc.resources, &specs, &mut acc.log),
            Some(Err(misfit)) => acc.log.refuse(ProblemKind::Field, misfit.span, misfit.message),
            None => {}
        },
        "ReplicaCountTransformer" => {
            if let Some(replica) = fields::value(config, "replica") {
                images::replicas(replica, &mut acc.resources, &specs, &mut acc.log);
            }
        }
        "ReplacementTransformer" => replacements(kustomizer, kustomization, fields::items(config, "replacements"), acc),
        "ConfigMapGenerator" | "SecretGenerator" => {
            let kind = if &*id.gvk.kind == "SecretGenerator" { Generated::Secret } else { Generated::ConfigMap };
            generate::map(kustomizer, kustomization, kind, &with_own_name(config), None, acc);
        }
        "HashTransformer" => finish::append_hashes(&mut acc.resources),
        "SortOrderTransformer" => {}
        "HelmChartInflationGenerator" => {
            let name = fields::text(config, "name").unwrap_or("");
            acc.log.hide(span, format!("the Helm chart `{name}` is not rendered"), false);
        }
        _ => return false,
    }
    true
}

fn namespace(config: &Node, specs: &[FieldSpec], acc: &mut Accumulated) {
    let Some(entry) = config.entry_at(&["metadata", "namespace"]) else { return };
    let subjects = match fields::text(config, "setRoleBindingSubjects") {
        Some("allServiceAccounts") => Subjects::ServiceAccounts,
        Some("none") => Subjects::Nobody,
        _ => Subjects::Default,
    };
    let unset_only = fields::flag(config, "unsetOnly");
    let namespace = Namespace { value: &entry.value, key: entry.key.span(), subjects, unset_only };
    namespace.apply(&mut acc.resources, specs, &mut acc.log);
}

/// A generator's configuration may give name and namespace in its own metadata.
fn with_own_name(config: &Node) -> Node {
    super::edit::with_mapping(config, |m| {
        for key in ["name", "namespace"] {
            if let Some(entry) = config.entry_at(&["metadata", key])
                && fields::text(config, key).is_none()
            {
                super::edit::set(m, &entry.key, entry.value.clone());
            }
        }
    })
}
