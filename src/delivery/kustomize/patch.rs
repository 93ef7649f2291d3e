//! The patch transformers: `patches`, `patchesStrategicMerge`, `patchesJson6902`.

use super::accumulated::veiled;
use super::bounds::{self, Work};
use super::edit;
use super::fields;
use super::id::Id;
use super::jsonpatch::{self, Operation};
use super::load;
use super::log::{Log, ProblemKind};
use super::merge::{Merge, Misfit};
use super::metadata::report;
use super::patched::{clears_annotations, lost_identity, patched, replaces, requoted, with_json_annotations};
use super::reading::{Text, with_full_dates, without_gaps};
use super::resource::{Origin, Resource, Step};
use super::schema::Schema;
use super::select::{Literal, Selector};
use super::shared;
use crate::source::Span;
use crate::yaml::{self, Mapping, Node, Opaque, Style, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a patch text holds.
#[derive(Debug)]
pub(super) enum Patch {
    Strategic(Vec<Resource>),
    Json(Vec<Operation>),
}

/// What goes with a patch.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PatchOptions {
    pub(super) name_change: bool,
    pub(super) kind_change: bool,
}

impl PatchOptions {
    pub(super) fn read(node: &Node) -> Self {
        let options = fields::value(node, "options");
        let flag = |name: &str| options.is_some_and(|o| fields::flag(o, name));
        Self { name_change: flag("allowNameChange"), kind_change: flag("allowKindChange") }
    }
}

/// Reads a patch text: a list of operations, or objects. `place` is the reference or the inline text.
pub(super) fn read(text: &Text<'_>, place: Span, dir: &Arc<str>, log: &mut Log) -> Option<Patch> {
    let first = text.documents().next().map(|(root, _)| root);
    if let Some(list) = first.filter(|r| r.as_sequence().is_some()) {
        return match jsonpatch::read(&list) {
            Ok(operations) => {
                if let Some(second) = text.parsed.documents.get(1) {
                    log.ineffective(ProblemKind::NotApplicable, second.span, "kustomize uses only the first document of a JSON patch");
                }
                for operation in operations.iter().filter(|o| o.misses_slash()) {
                    let message = "a JSON pointer begins with `/`; without it kustomize drops the first segment";
                    log.ineffective(ProblemKind::NotApplicable, operation.path_span(), message);
                }
                Some(Patch::Json(operations))
            }
            Err(misfit) if bounds::is_beyond(&misfit) => {
                log.limit(misfit.span, misfit.message, true);
                None
            }
            Err(misfit) => {
                log.refuse(ProblemKind::Malformed, misfit.span, misfit.message);
                None
            }
        };
    }
    let before = log.problems.len();
    let patches = load::objects(text, dir, log);
    if patches.is_empty() && before == log.problems.len() {
        log.refuse(ProblemKind::Malformed, place, "the patch is empty");
    }
    // Where one of several patches cannot be read, nobody knows what it is for.
    let whole = !text.parsed.problems.iter().any(|p| matches!(p.kind, yaml::ProblemKind::Syntax | yaml::ProblemKind::Limit));
    (whole && !patches.is_empty()).then_some(Patch::Strategic(patches))
}

/// Notes a patch that kustomize cannot read: one that begins with `[` is read as JSON, not as YAML.
pub(super) fn check_json(text: &str, place: Span, log: &mut Log) {
    if !text.starts_with('[') {
        return;
    }
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        let message = format!("kustomize reads a patch that begins with `[` as JSON, and this is none: {error}");
        log.refuse(ProblemKind::Malformed, place, message);
    }
}

/// The objects of a build while patches are applied to them.
pub(super) struct Patching<'a> {
    pub(super) resources: &'a mut Vec<Resource>,
    pub(super) schema: &'a Schema,
    pub(super) dir: &'a Arc<str>,
    pub(super) log: &'a mut Log,
    /// The transformer at work.
    pub(super) step: Option<&'a Step>,
}

impl Patching<'_> {
    /// Applies a strategic merge patch to the one object it names.
    pub(super) fn strategic_by_id(&mut self, patch: &Resource, options: PatchOptions, rewrites: bool) {
        if !self.meets(patch.origin.span) {
            return;
        }
        let id = patch.id();
        let matches: Vec<usize> = self.resources.iter().enumerate().filter(|(_, r)| r.any_id(|i| i.same(&id))).map(|(n, _)| n).collect();
        match matches.as_slice() {
            [] => self.unmatched(patch, &id),
            [index] => self.strategic(&[*index], patch, options, rewrites),
            [first, ..] => {
                let related = self.resources.get(*first).map_or(patch.origin.span, |r| r.origin.span);
                let message = format!("several objects match the patch for {id}");
                self.log.refuse_related(ProblemKind::NoTarget, name_span(&patch.root), message, related);
            }
        }
    }

    /// Applies a strategic merge patch to every object a target selects.
    pub(super) fn strategic_by_target(&mut self, patch: &Resource, target: &Selector, options: PatchOptions) {
        let selected = self.selected(target);
        if selected.is_empty() {
            self.log.excuse_keys(patch.origin.span, self.resources);
            if let Some(mut conjured) = self.conjure(target) {
                conjured.origin = patch.origin.clone();
                self.resources.push(conjured);
                self.strategic(&[self.resources.len() - 1], patch, options, true);
            }
            return;
        }
        self.strategic(&selected, patch, options, true);
    }

    /// Applies a JSON patch to every object a target selects.
    pub(super) fn json(&mut self, operations: &[Operation], target: &Selector, remembers: bool) {
        let mut selected = self.selected(target);
        if selected.is_empty() {
            let Some(conjured) = self.conjure(target) else { return };
            self.resources.push(conjured);
            selected.push(self.resources.len() - 1);
        }
        for index in selected {
            let Some(resource) = self.resources.get_mut(index) else { continue };
            if remembers {
                resource.remember();
            }
            if let Some(misfit) = resource.unreadable() {
                report(misfit, resource, self.log);
            }
            if std::mem::take(&mut resource.state.shares) {
                resource.root = shared::parted(resource);
            }
            if std::mem::take(&mut resource.state.gaps) {
                resource.root = without_gaps(&resource.root);
            }
            if std::mem::take(&mut resource.state.dates) {
                resource.root = with_full_dates(&resource.root);
            }
            // Kustomize keeps its notes in annotations, so a patch may add to a map of annotations that nobody wrote.
            let root = if resource.has_notes() { edit::with_annotations(&resource.root) } else { resource.root.clone() };
            let apply = |work: &Work| {
                work.spend(root.weight() as usize, target.span)?;
                jsonpatch::apply(&root, operations, work)
            };
            match self.log.work(apply) {
                Ok(root) => {
                    if let Some(lost) = lost_identity(&resource.root, &root) {
                        let by = operations.iter().find(|o| o.takes_away(lost)).map_or(target.span, Operation::path_span);
                        let message = format!("the patch leaves {} without its {}", resource.id(), lost.join("."));
                        self.log.refuse_related(ProblemKind::NotApplicable, by, message, resource.origin.span);
                    }
                    resource.root = with_json_annotations(&requoted(&root), true);
                    // Kustomize writes all its notes anew but that of the origin.
                    if operations.iter().any(|o| o.takes_away(&["metadata", "annotations"])) {
                        resource.adopt(self.step);
                    }
                }
                Err(misfit) => unfit(misfit, resource, self.log),
            }
        }
    }

    /// After a patch that could not be read: what it is for is unknown, which may be any object where no target says so.
    pub(super) fn unread(&mut self, target: Option<&Selector>, span: Span) {
        let unknown = Opaque { reason: "the patch for it could not be read".into(), span };
        for resource in self.resources.iter_mut().filter(|r| target.is_none_or(|t| t.selects(r))) {
            resource.root = veiled(&resource.root, &unknown);
        }
    }

    /// What a target selects; nothing once patches were held against too many objects, and then nothing is certain any more.
    fn selected(&mut self, target: &Selector) -> Vec<usize> {
        if !self.meets(target.span) {
            return Vec::new();
        }
        self.resources.iter().enumerate().filter(|(_, r)| target.selects(r)).map(|(n, _)| n).collect()
    }

    fn meets(&mut self, span: Span) -> bool {
        let told = self.log.problems.len();
        if self.log.meet(self.resources.len(), span) {
            return true;
        }
        if self.log.problems.len() > told {
            self.resources.iter_mut().for_each(|r| hide_all(r, span));
        }
        false
    }

    fn strategic(&mut self, indices: &[usize], patch: &Resource, options: PatchOptions, rewrites: bool) {
        let mut deleted = Vec::new();
        let copies = rewrites || options.name_change || options.kind_change;
        let clears = clears_annotations(&patch.root, copies);
        for &index in indices {
            let Some(resource) = self.resources.get_mut(index) else { continue };
            if options.name_change || options.kind_change {
                resource.remember();
            }
            let (root, schema) = (&patch.root, self.schema);
            match self.log.work(|work| patched(resource, root, &Merge::new(schema, work, root.span()), options, rewrites)) {
                Ok(Some(root)) => {
                    resource.root = root;
                    if clears {
                        resource.forget(self.step);
                    }
                }
                Ok(None) => deleted.push(index),
                Err(misfit) => unfit(misfit, resource, self.log),
            }
            resource.state.dates |= patch.state.dates;
            resource.state.gaps |= patch.state.gaps;
        }
        let mut index = 0;
        self.resources.retain(|_| {
            index += 1;
            !deleted.contains(&(index - 1))
        });
        self.log.excuse_keys(patch.origin.span, self.resources);
        if replaces(&patch.root) {
            let message = "kustomize ignores a patch with `$patch: replace` beside its `kind`; to replace a field, write it inside that field";
            self.log.ineffective(ProblemKind::NotApplicable, patch.root.find(&["$patch"]).map_or(patch.origin.span, Node::span), message);
        }
        if rewrites && (options.name_change || options.kind_change) {
            self.refuse_doubles(patch);
        }
    }

    /// A patch with a target may give several objects one name; kustomize looks at once.
    fn refuse_doubles(&mut self, patch: &Resource) {
        let mut seen = BTreeMap::new();
        for resource in self.resources.iter() {
            if let Some(first) = seen.insert(resource.id().key(), resource.origin.span) {
                let message = format!("the patch makes two objects one: {}", resource.id());
                return self.log.refuse_related(ProblemKind::Duplicate, name_span(&patch.root), message, first);
            }
        }
    }

    fn unmatched(&mut self, patch: &Resource, id: &Id) {
        let Some((span, reason)) = self.log.hides() else {
            self.log.refuse_patch(id, name_span(&patch.root));
            return self.missed(patch, id);
        };
        let unknown = Node::new(Value::Opaque(Opaque { reason, span }), patch.root.span());
        if replaces(&patch.root) {
            return;
        }
        let schema = self.schema;
        match self.log.work(|work| Merge::new(schema, work, patch.root.span()).apply(Some(&unknown), Some(&patch.root), None)) {
            Ok(Some(root)) => {
                let mut resource = Resource::new(root, patch.origin.clone());
                resource.conjured = true;
                self.resources.push(resource);
            }
            Ok(None) => {}
            Err(misfit) => report(misfit, patch, self.log),
        }
    }

    /// After a patch that misses its object by its version or namespace: what the object is meant to be is unknown.
    fn missed(&mut self, patch: &Resource, id: &Id) {
        let unknown = Opaque { reason: "the patch for it names another version or namespace".into(), span: patch.origin.span };
        let meant = |r: &Resource| r.any_id(|i| (&i.gvk.group, &i.gvk.kind, &i.name) == (&id.gvk.group, &id.gvk.kind, &id.name));
        for resource in self.resources.iter_mut().filter(|r| meant(r)) {
            resource.root = veiled(&resource.root, &unknown);
        }
    }

    /// The object a target spells out, when it may be hidden behind something unresolved; otherwise notes that nothing matches.
    fn conjure(&mut self, target: &Selector) -> Option<Resource> {
        let Some((span, reason)) = self.log.hides() else {
            let message = "the target matches no resource, so the patch does nothing";
            self.log.ineffective(ProblemKind::NoTarget, target.span, message);
            return None;
        };
        let literal = target.literal()?;
        let origin = Origin { span: target.span, dir: self.dir.clone(), generated: false };
        let mut resource = Resource::new(hidden(literal, target.span, &Opaque { reason, span }), Arc::new(origin));
        resource.conjured = true;
        Some(resource)
    }
}

/// Notes a misfit; what a bound kept from being applied leaves the object unknown.
pub(super) fn unfit(misfit: Misfit, resource: &mut Resource, log: &mut Log) {
    if bounds::is_beyond(&misfit) {
        hide_all(resource, misfit.span);
    }
    report(misfit, resource, log);
}

/// Leaves nothing of an object certain but what identifies it.
pub(super) fn hide_all(resource: &mut Resource, span: Span) {
    resource.root = hidden_by_bound(&resource.root, span);
}

/// The same of its tree.
pub(super) fn hidden_by_bound(root: &Node, span: Span) -> Node {
    veiled(root, &Opaque { reason: "a limit of hco-lint was reached".into(), span })
}

fn hidden(literal: &Literal, span: Span, unknown: &Opaque) -> Node {
    let entry = |m: &mut Mapping, key: &str, value: Node| edit::set(m, &Node::scalar(key, Style::Plain, span), value);
    let open = || Mapping { open: Some(unknown.clone()), ..Mapping::default() };
    let (mut root, mut metadata) = (open(), open());
    let gvk = &literal.gvk;
    if !gvk.version.is_empty() && !gvk.group.is_empty() {
        entry(&mut root, "apiVersion", edit::string(format!("{}/{}", gvk.group, gvk.version), span));
    }
    entry(&mut root, "kind", edit::string(gvk.kind.clone(), span));
    entry(&mut metadata, "name", edit::string(literal.name.clone(), span));
    if let Some(namespace) = &literal.namespace {
        entry(&mut metadata, "namespace", edit::string(namespace.clone(), span));
    }
    entry(&mut root, "metadata", Node::new(Value::Mapping(metadata), span));
    Node::new(Value::Mapping(root), span)
}

/// The place of a patch's name, which is what does not match.
fn name_span(root: &Node) -> Span {
    root.find(&["metadata", "name"]).map_or(root.span(), Node::span)
}
