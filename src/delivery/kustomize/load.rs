//! Documents to objects: what kustomize reads from a resource file or a strategic-merge patch.

use super::edit;
use super::id::text_at;
use super::log::{Log, ProblemKind};
use super::patched::with_json_annotations;
use super::reading::{Text, frozen, quoted, with_full_dates};
use super::resource::{Origin, Resource};
use crate::source::Span;
use crate::yaml::{self, Entry, Mapping, Node};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// The objects of a text, lists opened, in order. What kustomize would refuse is noted; an object without a name is kept, one
/// without a kind is not.
pub(super) fn objects(text: &Text<'_>, dir: &Arc<str>, log: &mut Log) -> Vec<Resource> {
    let twice = if text.parsed.problems.is_empty() { Annotations::default() } else { Annotations::of(text) };
    for problem in &text.parsed.problems {
        let is_twice = problem.kind == yaml::ProblemKind::DuplicateKey;
        if is_twice && twice.keys.contains(&problem.span) {
            log.ineffective(
                ProblemKind::Malformed,
                problem.span,
                "`metadata.annotations` stands twice; kustomize takes both, and the first of a key",
            );
            continue;
        }
        // Kustomize writes annotations anew, which keeps the last of a key.
        if is_twice && twice.values.range(..=problem.span).next_back().is_some_and(|v| v.contains(problem.span)) {
            continue;
        }
        let message = match problem.kind {
            yaml::ProblemKind::DuplicateKey => format!("{}; kustomize refuses a key that stands twice", problem.message),
            yaml::ProblemKind::Refused => problem.message.clone(),
            yaml::ProblemKind::Ignored => {
                log.ineffective(ProblemKind::Malformed, problem.span, problem.message.clone());
                continue;
            }
            yaml::ProblemKind::Limit => {
                log.limit(problem.span, problem.message.clone(), false);
                log.incomplete.get_or_insert(problem.span);
                continue;
            }
            yaml::ProblemKind::Syntax => format!("not readable as YAML: {}", problem.message),
        };
        let kind = if is_twice { ProblemKind::Key } else { ProblemKind::Malformed };
        match problem.related {
            Some(related) => log.refuse_related(kind, problem.span, message, related),
            None => log.refuse(kind, problem.span, message),
        }
        if problem.kind == yaml::ProblemKind::Syntax {
            log.incomplete.get_or_insert(problem.span);
        }
    }
    if let (Some(at), Some(first)) = (text.directive(), text.parsed.documents.first()) {
        let message = "kustomize cuts a file at its `---` lines before it reads the parts, so it refuses a directive such as `%YAML`";
        log.refuse(ProblemKind::Malformed, Span::new(first.span.file, at, at + 1), message);
    }
    let mut found = Vec::new();
    for (root, document) in text.documents() {
        let first = found.len();
        let frozen = frozen(&with_all_annotations(&root));
        for key in &frozen.bad_keys {
            log.refuse(ProblemKind::Key, *key, "kustomize refuses a key that is no string; quote it");
        }
        object(&frozen.root, document.span, dir, text.is_single(), log, &mut found);
        for resource in found.iter_mut().skip(first) {
            let state = &mut resource.state;
            (state.dates, state.gaps) = (frozen.dates, frozen.gaps);
        }
    }
    found
}

/// The objects of a document. `single` is whether its text has no other.
fn object(root: &Node, span: Span, dir: &Arc<str>, single: bool, log: &mut Log, found: &mut Vec<Resource>) {
    let Some(mapping) = root.as_mapping() else {
        if !root.is_null() {
            log.refuse(ProblemKind::Malformed, root.span(), "not a Kubernetes object: a map with apiVersion, kind and metadata is expected");
        }
        return;
    };
    if mapping.entries.is_empty() && mapping.open.is_none() {
        return;
    }
    let kind = text_at(root, &["kind"]);
    if kind.is_empty() && root.at(&["kind"]).found().is_none_or(Node::is_null) && !is_unknown(root, &["kind"]) {
        log.refuse(ProblemKind::Malformed, root.span().at_start(), "the object has no kind");
        return;
    }
    if kind.ends_with("List") {
        if let Some(items) = mapping.entry("items").map(|e| &e.value) {
            if let Some(items) = items.as_sequence() {
                let first = found.len();
                items.iter().for_each(|item| object(item, item.span(), dir, false, log, found));
                // A list of no kind of its own that stands alone is opened as it is written, any other through JSON.
                if kind != "List" || !single {
                    for resource in found.iter_mut().skip(first) {
                        resource.root = with_json_annotations(&quoted(&with_full_dates(&resource.root)), false);
                    }
                }
                return;
            }
            if items.is_null() {
                return;
            }
        }
    } else if text_at(root, &["metadata", "name"]).is_empty() && !is_unknown(root, &["metadata", "name"]) {
        log.refuse(ProblemKind::Malformed, mapping.entry("kind").map_or(root.span(), Entry::span), format!("the {kind} has no metadata.name"));
    }
    let origin = Origin { span, dir: dir.clone(), generated: false };
    found.push(Resource::new(root.clone(), Arc::new(origin)));
}

/// The places of all annotations of a text.
#[derive(Default)]
struct Annotations {
    keys: BTreeSet<Span>,
    values: BTreeSet<Span>,
}

impl Annotations {
    fn of(text: &Text<'_>) -> Self {
        let entries = || text.parsed.documents.iter().flat_map(|d| annotations(&d.root));
        Self { keys: entries().map(|e| e.key.span()).collect(), values: entries().map(|e| e.value.span()).collect() }
    }
}

/// The maps of annotations of an object, in order: of all keys this one alone may stand twice.
fn annotations(root: &Node) -> impl Iterator<Item = &Entry> {
    let metadata = root.entry_at(&["metadata"]).and_then(|e| e.value.as_mapping());
    metadata.into_iter().flat_map(|m| m.shadowed.iter().chain(&m.entries)).filter(|e| e.key.text() == Some("annotations"))
}

/// The object with the annotations of all its maps of annotations. Of a key that stands in several, kustomize takes the first.
fn with_all_annotations(root: &Node) -> Cow<'_, Node> {
    let mut seen = HashSet::new();
    let all: Vec<&Mapping> = annotations(root).filter_map(|e| e.value.as_mapping()).collect();
    let path = ["metadata", "annotations"];
    let Some(last) = root.find(&path).filter(|n| all.len() > 1 && n.as_mapping().is_some()) else { return Cow::Borrowed(root) };
    let entries = all.into_iter().flat_map(|m| &m.entries).filter(|e| e.key.text().is_some_and(|key| seen.insert(key)));
    let entries: Vec<Entry> = entries.cloned().collect();
    Cow::Owned(edit::with_value_at(root, &path, edit::with_mapping(last, |m| m.entries = entries)))
}

fn is_unknown(root: &Node, path: &[&str]) -> bool {
    matches!(root.at(path), yaml::Lookup::Unknown(_))
}
