//! What the root's kustomization alone decides: how the output is sorted, which a cluster does not see, and what `buildMetadata` notes in
//! every object about where it came from.

use super::edit;
use super::fields;
use super::files::Files;
use super::id::text_at;
use super::kustomization::in_dir;
use super::log::ProblemKind;
use super::path::join;
use super::resource::Resource;
use super::{Build, Problem, log::Effect};
use crate::files::KUSTOMIZATIONS;
use crate::source::{FileId, Span};
use crate::yaml::{Entry, Mapping, Node, Style, parse_value};
use std::collections::BTreeMap;
use std::fmt::Display;

const ORIGIN: &str = "config.kubernetes.io/origin";
const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// What kubectl, which knows no version of the kustomize it carries, writes.
const MANAGER: &str = "kustomize-(devel)";

/// Finishes a build with the fields of its root in the directory `dir`.
pub(super) fn finish(build: &mut Build, root: &Node, dir: &str, files: &dyn Files) {
    sort_options(build, root);
    let metadata = fields::items(root, "buildMetadata");
    let wants = |word: &str| metadata.iter().find(|m| m.text() == Some(word)).map(Node::span);
    let (origin, transformations, manager) = (wants("originAnnotations"), wants("transformerAnnotations"), wants("managedByLabel"));
    let mut notes = Notes { files, dir, root, layers: BTreeMap::new() };
    for object in &mut build.objects {
        let mut annotations = Vec::new();
        annotations.extend(origin.and_then(|span| Some((ORIGIN, notes.origin(object)?, span))));
        let steps = transformations.map(|span| (TRANSFORMATIONS, notes.transformations(object), span));
        annotations.extend(steps.filter(|(_, text, _)| !text.is_empty()));
        object.root = with_metadata(&object.root, "annotations", &annotations);
        let labels: Vec<_> = manager.map(|span| (MANAGED_BY, MANAGER.to_owned(), span)).into_iter().collect();
        object.root = with_metadata(&object.root, "labels", &labels);
    }
}

fn sort_options(build: &mut Build, root: &Node) {
    let Some(options) = fields::value(root, "sortOptions") else { return };
    let mut refuse = |span: Span, message: &str| {
        build.problems.push(Problem {
            kind: ProblemKind::Field,
            effect: Effect::Refused,
            span,
            message: message.to_owned(),
            related: None,
            sought: None,
        });
    };
    let order = fields::value(options, "order");
    match order.and_then(Node::text) {
        Some("legacy") => {}
        Some("fifo") => {
            if let Some(legacy) = fields::value(options, "legacySortOptions") {
                refuse(legacy.span(), "`legacySortOptions` go with the order `legacy` alone");
            }
        }
        _ => refuse(order.map_or(options.span(), Node::span), "the order is `legacy` or `fifo`"),
    }
}

struct Notes<'f> {
    files: &'f dyn Files,
    /// The root's directory, from which paths are told.
    dir: &'f str,
    root: &'f Node,
    /// Each kustomization's transformers.
    layers: BTreeMap<FileId, Vec<Transformer>>,
}

impl Notes<'_> {
    fn relative(&self, path: &str) -> String {
        let (from, to): (Vec<&str>, Vec<&str>) = (self.dir.split('/').filter(|p| !p.is_empty()).collect(), path.split('/').collect());
        let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
        let up = std::iter::repeat_n("..", from.len() - shared);
        up.chain(to.into_iter().skip(shared)).collect::<Vec<_>>().join("/")
    }

    fn origin(&mut self, object: &Resource) -> Option<String> {
        if let Some(step) = &object.state.adopted {
            let is_root = object.layers.last() == Some(&step.layer);
            return self.steps(step.layer, is_root).iter().filter(|s| s.kind == step.kind).nth(step.nth).map(|s| s.text.clone());
        }
        if !object.origin.generated {
            return Some(format!("path: {}\n", self.relative(self.files.path(object.origin.span.file)?)));
        }
        let file = KUSTOMIZATIONS.iter().find_map(|name| self.files.find(&in_dir(&object.origin.dir, name)))?;
        let from = object.origin.span.file;
        let name = (from != file).then(|| fields::value(&object.root, "metadata").and_then(|m| fields::text(m, "name"))).flatten();
        let kind = if &*object.id().gvk.kind == "Secret" { "SecretGenerator" } else { "ConfigMapGenerator" };
        Some(configured(self.relative(self.files.path(from)?), kind, &[("name", name.unwrap_or(""))]))
    }

    /// The transformers an object has gone through since its origin was noted, as a list.
    fn transformations(&mut self, object: &Resource) -> String {
        let mut all = String::new();
        let adopted = object.state.adopted.as_ref();
        let mut is_later = adopted.is_none();
        for layer in &object.layers {
            let mut nth = 0;
            for step in self.steps(*layer, Some(layer) == object.layers.last()) {
                if is_later {
                    all.push_str(&listed(&step.text));
                } else if adopted.is_some_and(|a| a.layer == *layer && a.kind == step.kind) {
                    is_later = adopted.is_some_and(|a| a.nth == nth);
                    nth += 1;
                }
            }
        }
        all
    }

    fn steps(&mut self, layer: FileId, is_root: bool) -> &[Transformer] {
        if !self.layers.contains_key(&layer) {
            let steps = self.read_steps(layer, is_root);
            self.layers.insert(layer, steps);
        }
        self.layers.get(&layer).map_or(&[], Vec::as_slice)
    }

    /// A kustomization's transformers in their order.
    fn read_steps(&self, layer: FileId, is_root: bool) -> Vec<Transformer> {
        let own = self.files.parsed(layer).documents.first().map(|d| &d.root);
        let (Some(root), Some(path)) = (if is_root { Some(self.root) } else { own }, self.files.path(layer)) else { return Vec::new() };
        let many = |name: &str| fields::items(root, name).len();
        let any = |name: &str| usize::from(many(name) > 0);
        let text = |name: &str| usize::from(fields::text(root, name).is_some());
        let pairs = |name: &str| usize::from(!fields::pairs(root, name).is_empty());
        // `commonLabels` are a step of their own as soon as there are labels of any sort.
        let labels = many("labels") + usize::from(many("labels") + pairs("commonLabels") > 0);
        let counts = [
            ("PatchStrategicMergeTransformer", any("patchesStrategicMerge")),
            ("PatchTransformer", many("patches")),
            ("NamespaceTransformer", text("namespace")),
            ("PrefixTransformer", text("namePrefix")),
            ("SuffixTransformer", text("nameSuffix")),
            ("LabelTransformer", labels),
            ("AnnotationsTransformer", pairs("commonAnnotations")),
            ("PatchJson6902Transformer", many("patchesJson6902")),
            ("ReplicaCountTransformer", many("replicas")),
            ("ImageTagTransformer", many("images") + many("imageTags")),
            ("ReplacementTransformer", any("replacements")),
        ];
        let at = self.relative(path);
        let builtin = |kind: &str| Transformer { kind: kind.to_owned(), text: configured(&at, kind, &[]) };
        let mut steps: Vec<Transformer> = counts.iter().flat_map(|(kind, count)| std::iter::repeat_n(builtin(kind), *count)).collect();
        let dir = path.rsplit_once('/').map_or("", |(dir, _)| dir);
        let file = |item: &Node| item.text().and_then(|text| join(dir, text)).and_then(|path| self.files.find(&path));
        let (files, inline): (Vec<_>, Vec<_>) =
            fields::items(root, "transformers").iter().map(|i| (i, file(i))).partition(|(_, file)| file.is_some());
        for (item, file) in inline.into_iter().chain(files) {
            let at = file.and_then(|f| self.files.path(f)).map_or_else(|| at.clone(), |path| self.relative(path));
            let inline = parse_value(item);
            for document in &file.map_or(&inline, |f| self.files.parsed(f)).documents {
                let kind = text_at(&document.root, &["kind"]);
                let names = ["name", "namespace"].map(|key| (key, text_at(&document.root, &["metadata", key])));
                steps.push(Transformer { kind: kind.to_owned(), text: configured(&at, kind, &names) });
            }
        }
        steps
    }
}

/// A transformer that an object has gone through.
#[derive(Clone)]
struct Transformer {
    kind: String,
    /// What kustomize notes of it.
    text: String,
}

/// What kustomize notes of one of its own plugins, with those of its names that are not empty.
fn configured(at: impl Display, kind: &str, names: &[(&str, &str)]) -> String {
    let names = names.iter().filter(|(_, text)| !text.is_empty()).map(|(key, text)| format!("  {key}: {text}\n"));
    format!("configuredIn: {at}\nconfiguredBy:\n  apiVersion: builtin\n  kind: {kind}\n{}", names.collect::<String>())
}

/// The same as an item of a list.
fn listed(text: &str) -> String {
    text.lines().enumerate().map(|(n, line)| format!("{} {line}\n", if n == 0 { "-" } else { " " })).collect()
}

/// The object with these labels or annotations besides its own.
fn with_metadata(root: &Node, field: &str, pairs: &[(&str, String, Span)]) -> Node {
    let Some((_, _, span)) = pairs.first() else { return root.clone() };
    let Some(metadata) = root.find(&["metadata"]) else { return root.clone() };
    let old = metadata.find(&[field]).cloned().unwrap_or_else(|| edit::empty_mapping(*span, None));
    let add = |m: &mut Mapping| {
        for (key, text, span) in pairs {
            let entry =
                Entry { key: Node::scalar(*key, Style::Plain, *span), value: Node::scalar(text.clone(), Style::Literal, *span), merged: false };
            edit::set(m, &entry.key, entry.value);
        }
    };
    let new = edit::with_mapping(&old, add);
    let metadata_new = edit::with_mapping(metadata, |m| edit::set_value(m, &Node::scalar(field, Style::Plain, *span), new));
    edit::with_mapping(root, |m| edit::set_value(m, &Node::scalar("metadata", Style::Plain, *span), metadata_new))
}
