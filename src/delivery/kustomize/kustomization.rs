//! Finding and reading a directory's kustomization file.

use super::fields;
use super::files::Files;
use super::log::{Log, ProblemKind};
use crate::files::KUSTOMIZATIONS;
use crate::source::{FileId, Span};
use crate::yaml::{self, Node, Parsed};
use std::sync::Arc;

/// A kustomization or component.
#[derive(Clone, Debug)]
pub(super) struct Kustomization {
    /// The directory its references start from.
    pub(super) dir: Arc<str>,
    /// Its file; `None` for one that is part of another document (an Argo CD or Flux source).
    pub(super) file: Option<FileId>,
    /// Its fields.
    pub(super) root: Node,
    pub(super) component: bool,
}

impl Kustomization {
    /// Reads the kustomization of a directory. `reference` is the place that asked for it.
    pub(super) fn read(files: &dyn Files, dir: &Arc<str>, reference: Option<Span>, log: &mut Log) -> Option<Self> {
        let found: Vec<FileId> = KUSTOMIZATIONS.iter().filter_map(|name| files.find(&in_dir(dir, name))).collect();
        log.files.extend(&found);
        let Some(&file) = found.first() else {
            if let Some(span) = reference {
                let message = format!("the directory `{}` has no kustomization file", display(dir));
                log.refuse(ProblemKind::NoKustomization, span, message);
                log.incomplete.get_or_insert(span);
            }
            return None;
        };
        if let Some(second) = found.get(1) {
            let message = "the directory has two kustomization files";
            log.refuse_related(ProblemKind::NoKustomization, Span::new(file, 0, 0), message, Span::new(*second, 0, 0));
        }
        Self::from_file(file, files.parsed(file), dir, log)
    }

    fn from_file(file: FileId, parsed: &Parsed, dir: &Arc<str>, log: &mut Log) -> Option<Self> {
        for problem in &parsed.problems {
            let message = match problem.kind {
                yaml::ProblemKind::DuplicateKey => {
                    log.ineffective(
                        ProblemKind::Field,
                        problem.related.unwrap_or(problem.span),
                        "this field stands twice; kustomize silently uses the last",
                    );
                    continue;
                }
                yaml::ProblemKind::Ignored => {
                    log.ineffective(ProblemKind::Field, problem.span, problem.message.clone());
                    continue;
                }
                yaml::ProblemKind::Refused => problem.message.clone(),
                yaml::ProblemKind::Syntax | yaml::ProblemKind::Limit => format!("not readable as YAML: {}", problem.message),
            };
            log.refuse(ProblemKind::Malformed, problem.span, message);
            log.incomplete.get_or_insert(problem.span);
        }
        let start = Span::new(file, 0, 0);
        let Some(document) = parsed.documents.first() else {
            if parsed.problems.is_empty() {
                log.refuse(ProblemKind::Field, start, "the kustomization file is empty");
            }
            return None;
        };
        let kustomization = Self::of_node(document.root.clone(), dir.clone(), Some(file), log);
        let unused = |e: &yaml::Entry| e.value.is_null() || e.key.text().is_some_and(|k| matches!(k, "apiVersion" | "kind"));
        if document.root.as_mapping().is_some_and(|m| m.entries.iter().all(unused) && m.open.is_none()) {
            log.refuse(ProblemKind::Field, start, "the kustomization file is empty");
        }
        Some(kustomization)
    }

    /// A kustomization that stands in some node.
    pub(super) fn of_node(root: Node, dir: Arc<str>, file: Option<FileId>, log: &mut Log) -> Self {
        fields::check(&root, fields::KUSTOMIZATION, "a kustomization", log);
        let kind = fields::text(&root, "kind").unwrap_or("Kustomization");
        let component = kind == "Component";
        let version = if component { "kustomize.config.k8s.io/v1alpha1" } else { "kustomize.config.k8s.io/v1beta1" };
        if !component && kind != "Kustomization" {
            let span = fields::value(&root, "kind").map_or(root.span(), Node::span);
            log.refuse(ProblemKind::Field, span, "the kind of a kustomization is Kustomization or Component");
        } else if fields::text(&root, "apiVersion").is_some_and(|v| v != version) {
            let span = fields::value(&root, "apiVersion").map_or(root.span(), Node::span);
            log.refuse(ProblemKind::Field, span, format!("the apiVersion of a {kind} is {version}"));
        }
        Self { dir, file, root, component }
    }

    /// The texts of a list field, with their places.
    pub(super) fn references(&self, name: &str) -> impl Iterator<Item = (&str, &Node)> {
        fields::items(&self.root, name).iter().filter_map(|n| Some((n.text()?, n)))
    }
}

/// A file in a directory.
pub(super) fn in_dir(dir: &str, name: &str) -> String {
    if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") }
}

/// A directory as people write it.
pub(super) fn display(dir: &str) -> &str {
    if dir.is_empty() { "." } else { dir }
}
