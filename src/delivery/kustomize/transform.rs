//! One layer's own work, in kustomize's order: configurations, generators, transformers.

use super::accumulate::Kustomizer;
use super::accumulated::Accumulated;
use super::bounds;
use super::builtin;
use super::crds;
use super::fields;
use super::fieldspec::FieldSpec;
use super::generate;
use super::id::Gvk;
use super::images::{self, Image};
use super::kustomization::Kustomization;
use super::log::ProblemKind;
use super::merge::Misfit;
use super::metadata::{self, Affix, Namespace, Subjects};
use super::patch::{self, Patch, PatchOptions, Patching};
use super::reading::Text;
use super::replacement;
use super::resource::Step;
use super::schema::Schema;
use super::select::Selector;
use super::specs::{Specs, add};
use crate::source::Span;
use crate::yaml::{Entry, Node, parse_value};
use std::sync::Arc;

/// `configurations` and `crds`: more field specs.
pub(super) fn configurations(kustomizer: &Kustomizer<'_>, kustomization: &Kustomization, acc: &mut Accumulated) {
    let mut own = Specs::builtin();
    let mut configured: Option<(Specs, Span)> = None;
    for (_, node) in kustomization.references("configurations") {
        let Some(document) = kustomizer.document(kustomization, node, acc) else { continue };
        let specs = Specs::from_configuration(&document, &mut acc.log);
        let (all, span) = configured.get_or_insert_with(|| (Specs::default(), node.span()));
        all.take_in(specs, *span, &mut acc.log);
    }
    if let Some((specs, span)) = configured {
        own = Specs::merge(&own, &Arc::new(specs), span, &mut acc.log);
    }
    let span = kustomization.root.span();
    acc.specs = Specs::merge(&acc.specs, &own, span, &mut acc.log);
    for (_, node) in kustomization.references("crds") {
        let Some(document) = kustomizer.document(kustomization, node, acc) else { continue };
        let mut specs = Specs::default();
        crds::extend(&mut specs, &document, &mut acc.log);
        acc.specs = Specs::merge(&acc.specs, &Arc::new(specs), node.span(), &mut acc.log);
    }
}

/// The map generators, `helmCharts`, and plugins.
pub(super) fn generators(kustomizer: &Kustomizer<'_>, kustomization: &Kustomization, acc: &mut Accumulated) {
    generate::maps(kustomizer, kustomization, acc);
    for field in ["helmCharts", "helmChartInflationGenerator"] {
        for chart in fields::items(&kustomization.root, field) {
            let name = fields::text(chart, "name").or_else(|| fields::text(chart, "chartName")).unwrap_or("");
            acc.log.hide(chart.span(), format!("the Helm chart `{name}` is not rendered"), false);
        }
    }
    plugins("generators", kustomizer, kustomization, acc);
}

/// The built-in transformers, then plugins.
pub(super) fn transformers(kustomizer: &Kustomizer<'_>, kustomization: &Kustomization, acc: &mut Accumulated) {
    let root = &kustomization.root;
    acc.begin();
    strategic_files(kustomizer, kustomization, fields::items(root, "patchesStrategicMerge"), acc);
    for item in fields::items(root, "patches") {
        patch_entry(kustomizer, kustomization, item, acc);
        acc.transformed();
    }
    if let Some(entry) = fields::entry(root, "namespace").filter(|e| e.value.text().is_some_and(|t| !t.is_empty()) && !e.value.is_null()) {
        let namespace = Namespace { value: &entry.value, key: entry.key.span(), subjects: Subjects::Default, unset_only: false };
        namespace.apply(&mut acc.resources, &acc.specs.namespace, &mut acc.log);
        acc.transformed();
    }
    if let Some(value) = fields::value(root, "namePrefix") {
        metadata::affix(Affix::Prefix, value, &acc.specs.name_prefix, &mut acc.resources, &mut acc.log);
        acc.transformed();
    }
    if let Some(value) = fields::value(root, "nameSuffix") {
        metadata::affix(Affix::Suffix, value, &acc.specs.name_suffix, &mut acc.resources, &mut acc.log);
        acc.transformed();
    }
    labels(root, acc);
    annotations(&fields::pairs(root, "commonAnnotations"), acc);
    for item in fields::items(root, "patchesJson6902") {
        json_entry(kustomizer, kustomization, item, acc);
        acc.transformed();
    }
    for item in fields::items(root, "replicas") {
        images::replicas(item, &mut acc.resources, &acc.specs.replicas, &mut acc.log);
        acc.transformed();
    }
    for item in fields::items(root, "images").iter().chain(fields::items(root, "imageTags")) {
        match Image::read(item) {
            Ok(image) => image.apply(&mut acc.resources, &acc.specs.images, &mut acc.log),
            Err(misfit) if bounds::is_beyond(&misfit) => acc.log.limit(misfit.span, misfit.message, false),
            Err(misfit) => acc.log.refuse(ProblemKind::Field, misfit.span, misfit.message),
        }
        acc.transformed();
    }
    let items = fields::items(root, "replacements");
    if !items.is_empty() {
        replacements(kustomizer, kustomization, items, acc);
        acc.transformed();
    }
    plugins("transformers", kustomizer, kustomization, acc);
    plugins("validators", kustomizer, kustomization, acc);
    acc.index();
}

fn plugins(role: &'static str, kustomizer: &Kustomizer<'_>, kustomization: &Kustomization, acc: &mut Accumulated) {
    for (object, span) in kustomizer.plugins(kustomization, role, acc) {
        if !builtin::run(kustomizer, kustomization, &object, span, acc) {
            kustomizer.external(role, kustomization, object, span, acc);
        }
        acc.transformed();
    }
}

/// Replacements, each given here or in a file.
pub(super) fn replacements(kustomizer: &Kustomizer<'_>, kustomization: &Kustomization, items: &[Node], acc: &mut Accumulated) {
    for item in items {
        let Some(path) = fields::value(item, "path").filter(|p| p.text().is_some_and(|t| !t.is_empty())) else {
            replacement::apply(item, &mut acc.resources, &mut acc.log);
            continue;
        };
        if fields::value(item, "source").is_some() || !fields::items(item, "targets").is_empty() {
            acc.log.refuse(ProblemKind::Field, path.span(), "a replacement has a `path`, or a source and targets, not both");
            continue;
        }
        let Some(document) = kustomizer.document(kustomization, path, acc) else {
            unread(kustomization, None, path.span(), acc);
            continue;
        };
        for replacement in document.as_sequence().unwrap_or(std::slice::from_ref(&document)) {
            fields::check(replacement, fields::REPLACEMENT, "a replacement", &mut acc.log);
            replacement::apply(replacement, &mut acc.resources, &mut acc.log);
        }
    }
}

fn labels(root: &Node, acc: &mut Accumulated) {
    for label in fields::items(root, "labels") {
        let mut specs: Vec<FieldSpec> = fields::items(label, "fields").iter().map(super::specs::field_spec).collect();
        let span = label.span();
        let builtin = acc.specs.clone();
        let mut all: Vec<&FieldSpec> = builtin.labels.iter().collect();
        let metadata = FieldSpec { gvk: Gvk::default(), path: "metadata/labels".into(), create: true };
        if fields::flag(label, "includeSelectors") {
            all.extend(&builtin.common_labels);
        } else {
            if fields::flag(label, "includeTemplates") {
                all.extend(&builtin.template_labels);
            }
            all.push(&metadata);
        }
        all.into_iter().for_each(|s| add(&mut specs, s.clone(), span, &mut acc.log));
        metadata::set_pairs(&fields::pairs(label, "pairs"), &specs, &mut acc.resources, &mut acc.log);
    }
    let pairs = fields::pairs(root, "commonLabels");
    metadata::set_pairs(&pairs, &acc.specs.common_labels, &mut acc.resources, &mut acc.log);
    if !pairs.is_empty() || !fields::items(root, "labels").is_empty() {
        acc.transformed();
    }
}

fn annotations(pairs: &[&Entry], acc: &mut Accumulated) {
    metadata::set_pairs(pairs, &acc.specs.common_annotations, &mut acc.resources, &mut acc.log);
    if !pairs.is_empty() {
        acc.transformed();
    }
}

fn patching<'a>(kustomization: &'a Kustomization, acc: &'a mut Accumulated, schema: &'a Schema, step: Option<&'a Step>) -> Patching<'a> {
    Patching { resources: &mut acc.resources, schema, dir: &kustomization.dir, log: &mut acc.log, step }
}

/// The entries of `patchesStrategicMerge`, which are one transformer.
pub(super) fn strategic_files<'n>(
    kustomizer: &Kustomizer<'_>,
    kustomization: &Kustomization,
    items: impl IntoIterator<Item = &'n Node>,
    acc: &mut Accumulated,
) {
    let mut items = items.into_iter().peekable();
    if items.peek().is_none() {
        return;
    }
    let step = acc.step("PatchStrategicMergeTransformer", kustomization.file);
    for item in items {
        strategic_file(kustomizer, kustomization, item, step.as_ref(), acc);
    }
    acc.transformed();
}

/// An entry of `patchesStrategicMerge`: objects in the text itself, or else the path of a file.
fn strategic_file(kustomizer: &Kustomizer<'_>, kustomization: &Kustomization, item: &Node, step: Option<&Step>, acc: &mut Accumulated) {
    let inline = parse_value(item);
    let patch = if inline.documents.iter().any(|d| d.root.as_mapping().is_some()) {
        patch::read(&Text::inline(&inline, item.text().unwrap_or_default(), false), item.span(), &kustomization.dir, &mut acc.log)
    } else {
        file_patch(kustomizer, kustomization, item, acc)
    };
    match patch {
        Some(Patch::Strategic(patches)) => {
            let schema = acc.schema.clone();
            for patch in &patches {
                patching(kustomization, acc, &schema, step).strategic_by_id(patch, PatchOptions::default(), true);
            }
        }
        Some(Patch::Json(_)) => acc.log.refuse(ProblemKind::Malformed, item.span(), "a JSON patch is no strategic merge patch"),
        None => unread(kustomization, None, item.span(), acc),
    }
}

/// After a patch that is not there or cannot be read. `kustomize build` may fail for it or, where only this program cannot see it, succeed: either
/// way nobody knows what it sets, so neither do the rules, and what keeps it from being read is said beside.
fn unread(kustomization: &Kustomization, target: Option<&Selector>, span: Span, acc: &mut Accumulated) {
    let schema = acc.schema.clone();
    patching(kustomization, acc, &schema, None).unread(target, span);
}

/// Notes what is wrong with a target.
fn wrong_target(kustomization: &Kustomization, misfit: Misfit, acc: &mut Accumulated) {
    if bounds::is_beyond(&misfit) {
        acc.log.limit(misfit.span, misfit.message, true);
        return unread(kustomization, None, misfit.span, acc);
    }
    acc.log.refuse(ProblemKind::Field, misfit.span, misfit.message);
}

/// The patch in a file.
fn file_patch(kustomizer: &Kustomizer<'_>, kustomization: &Kustomization, path: &Node, acc: &mut Accumulated) -> Option<Patch> {
    let file = kustomizer.file(kustomization, path.text()?, path.span(), &mut acc.log)?;
    if !kustomizer.told(file, path.span(), &mut acc.log) {
        return None;
    }
    if let Some(bytes) = kustomizer.files.bytes(file) {
        patch::check_json(&String::from_utf8_lossy(&bytes), path.span(), &mut acc.log);
    }
    patch::read(&Text::file(kustomizer.files, file), path.span(), &kustomization.dir, &mut acc.log)
}

/// The patch of an entry with `patch` or `path`, and the place of that. `patches` trims the text, `patchesJson6902` does not.
fn entry_patch(kustomizer: &Kustomizer<'_>, kustomization: &Kustomization, item: &Node, trims: bool, acc: &mut Accumulated) -> Option<(Patch, Span)> {
    let field = |name: &str| fields::value(item, name).filter(|p| p.text().is_some_and(|t| !t.trim().is_empty()));
    match (field("patch").or_else(|| field("jsonOp")), field("path")) {
        (Some(inline), None) => {
            let text = inline.text().unwrap_or_default();
            patch::check_json(if trims { text.trim() } else { text }, inline.span(), &mut acc.log);
            let parsed = parse_value(inline);
            let patch = patch::read(&Text::inline(&parsed, text, trims), inline.span(), &kustomization.dir, &mut acc.log)?;
            Some((patch, inline.span()))
        }
        (None, Some(path)) => Some((file_patch(kustomizer, kustomization, path, acc)?, path.span())),
        (None, None) => {
            acc.log.refuse(ProblemKind::Field, item.span(), "a patch entry has a `patch` or a `path`");
            None
        }
        (Some(_), Some(path)) => {
            acc.log.refuse(ProblemKind::Field, path.span(), "a patch entry has a `patch` or a `path`, not both");
            None
        }
    }
}

/// An entry of `patches`.
pub(super) fn patch_entry(kustomizer: &Kustomizer<'_>, kustomization: &Kustomization, item: &Node, acc: &mut Accumulated) {
    let step = acc.step("PatchTransformer", kustomization.file);
    let target = match fields::value(item, "target").map(Selector::read) {
        Some(Err(misfit)) => return wrong_target(kustomization, misfit, acc),
        Some(Ok(selector)) => Some(selector),
        None => None,
    };
    let Some((patch, place)) = entry_patch(kustomizer, kustomization, item, true, acc) else {
        return unread(kustomization, target.as_ref(), item.span(), acc);
    };
    let options = PatchOptions::read(item);
    let schema = acc.schema.clone();
    match (patch, target) {
        (Patch::Json(operations), Some(target)) => patching(kustomization, acc, &schema, step.as_ref()).json(&operations, &target, true),
        (Patch::Json(_), None) => acc.log.refuse(ProblemKind::NoTarget, place, "a JSON patch needs a `target`"),
        (Patch::Strategic(patches), Some(target)) => {
            if let Some(second) = patches.get(1) {
                let message = "only one strategic merge patch may stand in an entry with a `target`";
                acc.log.refuse(ProblemKind::Malformed, second.origin.span, message);
            }
            if let Some(patch) = patches.first() {
                patching(kustomization, acc, &schema, step.as_ref()).strategic_by_target(patch, &target, options);
            }
        }
        (Patch::Strategic(patches), None) => {
            for patch in &patches {
                patching(kustomization, acc, &schema, step.as_ref()).strategic_by_id(patch, options, false);
            }
        }
    }
}

/// An entry of `patchesJson6902`.
pub(super) fn json_entry(kustomizer: &Kustomizer<'_>, kustomization: &Kustomization, item: &Node, acc: &mut Accumulated) {
    let step = acc.step("PatchJson6902Transformer", kustomization.file);
    let Some(target) = fields::value(item, "target") else {
        return acc.log.refuse(ProblemKind::NoTarget, item.span(), "a JSON patch needs a `target`");
    };
    if fields::text(target, "name").is_none() {
        acc.log.refuse(ProblemKind::Field, target.span(), "the target of `patchesJson6902` names its object");
    }
    let selector = match Selector::read(target) {
        Ok(selector) => selector,
        Err(misfit) => return wrong_target(kustomization, misfit, acc),
    };
    let schema = acc.schema.clone();
    match entry_patch(kustomizer, kustomization, item, false, acc) {
        Some((Patch::Json(operations), _)) => patching(kustomization, acc, &schema, step.as_ref()).json(&operations, &selector, false),
        Some((Patch::Strategic(_), place)) => acc.log.refuse(ProblemKind::Malformed, place, "a strategic merge patch is no JSON patch"),
        None => unread(kustomization, Some(&selector), item.span(), acc),
    }
}
