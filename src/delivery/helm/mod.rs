//! Helm charts: no program is run and nothing is guessed. A template's actions are carried out where their outcome follows from the values
//! that the repository holds ([`expression`]); what depends on anything else is unknown, and a template that does more than is understood is
//! read line by literal line ([`guess`]).

mod action;
mod expression;
mod fill;
mod guess;
mod input;
mod render;
#[cfg(test)]
mod tests;

pub(super) use guess::blank_control_lines;
pub(super) use input::{Layer, Release};

use super::effort::Effort;
use super::render::Rendered;
use crate::files::{CHART, Workspace, parent};
use crate::manifest::{self, Object};
use crate::operator::{self, Tri, feature::feature, hyperconverged::HyperConverged};
use crate::outcome::Unresolved;
use crate::source::{FileId, Source, Span};
use crate::yaml::{self, Node, ProblemKind, Value};
use expression::{Dot, Scope};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What people are told of a template.
pub(super) const TEMPLATE: &str = "a template; render it and lint the result, as in `helm template … | hco-lint --cluster NAME -`";

/// Directories that hold a chart.
pub(super) fn charts(workspace: &Workspace) -> BTreeSet<String> {
    workspace.named(&[CHART]).map(|(_, f)| parent(&f.path).to_owned()).collect()
}

/// Whether a file is a chart's content and so never applied as it stands.
pub(super) fn in_chart(charts: &BTreeSet<String>, path: &str) -> bool {
    let mut directory = parent(path);
    loop {
        if charts.contains(directory) {
            return true;
        }
        if directory.is_empty() {
            return false;
        }
        directory = parent(directory);
    }
}

/// What a chart delivers, as far as that follows from what the repository holds.
pub(super) fn chart(workspace: &Workspace, directory: &str, release: &Release, effort: &Effort) -> Rendered {
    let mut files: BTreeSet<FileId> = release.layers.iter().filter_map(|l| if let Layer::File(id) = l { Some(*id) } else { None }).collect();
    let mut chart = Chart { imports: imports(workspace, directory), values: None, workspace, directory, release };
    let mut out = Rendered::default();
    let (mut sure, mut guesses) = (Vec::new(), Vec::new());
    for (id, path) in workspace.below(directory) {
        files.insert(id);
        let name = crate::files::name(path);
        if !path.contains("/templates/") || name.starts_with('_') || !workspace.matters(id) {
            continue;
        }
        let Ok(source) = workspace.source(id) else { continue };
        // A dependency's templates see other values.
        let own = path.strip_prefix(directory).is_some_and(|p| p.trim_start_matches('/').starts_with("templates/"));
        // The values are gone through for each, and a release more is the whole chart once more.
        if !effort.fill(source.text.len() + release.layers.len() * 64, Span::new(id, 0, 0)) {
            if source.text.contains("HyperConverged") {
                out.unresolved.push(Unresolved { reason: TEMPLATE.to_owned(), span: Span::new(id, 0, 0) });
            }
            out.incomplete = true;
            continue;
        }
        let template = if own { chart.template(id, source) } else { None };
        let template = template.unwrap_or_else(|| Template { guesses: guessed(id, source), ..Template::default() });
        let unknown = template.guesses.iter().chain(template.sure.iter().filter(|o| o.kind == "HyperConverged" && has_unknown(&o.root)));
        let first = unknown.map(|o| o.root.entry_at(&["kind"]).map_or(o.span(), yaml::Entry::span)).next();
        match first {
            Some(span) => out.unresolved.push(Unresolved { reason: TEMPLATE.to_owned(), span }),
            None if template.whole => drop(out.whole.insert(id)),
            None if source.text.contains("HyperConverged") => {
                out.unresolved.push(Unresolved { reason: TEMPLATE.to_owned(), span: Span::new(id, 0, 0) });
            }
            None => {}
        }
        out.incomplete |= !template.whole;
        sure.extend(template.sure);
        guesses.extend(template.guesses);
    }
    out.objects = Arc::new(sure);
    out.guesses = Arc::new(guesses);
    out.files = Arc::new(files);
    out
}

struct Chart<'c> {
    workspace: &'c Workspace,
    directory: &'c str,
    release: &'c Release,
    /// Some of its values come from its dependencies.
    imports: bool,
    values: Option<Node>,
}

/// What a template yields.
#[derive(Default)]
struct Template {
    /// Objects that are certainly there.
    sure: Vec<Object>,
    /// HyperConvergeds that may be there.
    guesses: Vec<Object>,
    /// Nothing about it is unknown.
    whole: bool,
}

impl Chart<'_> {
    fn values(&mut self) -> Node {
        let make = || {
            if self.imports {
                Node::opaque("values of dependencies are imported", Span::new(FileId(0), 0, 0))
            } else {
                self.release.values(self.workspace, self.directory)
            }
        };
        self.values.get_or_insert_with(make).clone()
    }

    /// Carries out a template; `None` when it does more than is understood.
    fn template(&mut self, id: FileId, source: &Source) -> Option<Template> {
        let values = self.values();
        let scope = Scope { values: &values, release: self.release, dot: Dot::Root, variables: BTreeMap::new() };
        let blanked = render::render(id, &source.text, &scope)?;
        let parsed = yaml::parse(id, &blanked.text);
        if parsed.problems.iter().any(|p| p.kind != ProblemKind::Ignored) {
            return None;
        }
        let mut out = Template { whole: true, ..Template::default() };
        for document in &parsed.documents {
            let here = document.root.span().range();
            let filled = without_open_labels(&fill::fill(&document.root, &blanked));
            let maybe = self.release.changed_after || blanked.unsure.iter().any(|u| u.range.start <= here.start && here.end <= u.range.end);
            let objects = manifest::objects(&filled).into_iter().filter(|o| o.annotation("helm.sh/hook").is_none());
            out.whole &= !maybe && !has_unknown(&filled);
            let (guesses, sure): (Vec<_>, Vec<_>) = objects.partition(|o| maybe || is_open(o));
            out.guesses.extend(guesses.into_iter().filter(|o| o.kind == "HyperConverged"));
            out.sure.extend(sure);
        }
        Some(out)
    }
}

/// The HyperConvergeds of a template that is not understood.
fn guessed(id: FileId, source: &Source) -> Vec<Object> {
    if !source.text.contains("HyperConverged") {
        return Vec::new();
    }
    guess::literal(id, &source.text).into_iter().filter(|o| o.kind == "HyperConverged").collect()
}

/// Whether a chart takes values from its dependencies.
fn imports(workspace: &Workspace, directory: &str) -> bool {
    let Some(id) = workspace.find_any(&format!("{directory}/Chart.yaml")) else { return false };
    let mut dependencies = workspace.parsed(id).documents.iter().flat_map(|d| d.root.items_at(&["dependencies"]));
    dependencies.any(|d| d.find(&["import-values"]).is_some())
}

/// Whether an object is a HyperConverged of which a template keeps the very thing to itself that decides most.
fn is_open(object: &Object) -> bool {
    HyperConverged::read(object).is_some_and(|hco| feature(&hco, operator::release::Release::NEWEST).on == Tri::Maybe)
}

/// A HyperConverged whose labels are all that is written: the operator reads none of them, and charts compute them.
fn without_open_labels(root: &Node) -> Node {
    let labels = root.find(&["metadata", "labels"]).filter(|_| root.str_at(&["kind"]) == Some("HyperConverged"));
    labels.map_or_else(|| root.clone(), |labels| with(root, &["metadata", "labels"], labels.closed().0))
}

/// The tree with another node at a path.
fn with(node: &Node, path: &[&str], new: Node) -> Node {
    let Some((key, rest)) = path.split_first() else { return new };
    let Some(mapping) = node.as_mapping() else { return node.clone() };
    let mut mapping = mapping.clone();
    for entry in mapping.entries.iter_mut().filter(|e| e.key.text() == Some(key)) {
        entry.value = with(&entry.value, rest, new.clone());
    }
    node.clone().with_value(Value::Mapping(mapping))
}

/// Whether anything in a tree is unknown.
fn has_unknown(node: &Node) -> bool {
    match node.value() {
        Value::Opaque(_) => true,
        Value::Scalar(_) => false,
        Value::Sequence(s) => s.items.iter().any(has_unknown),
        Value::Mapping(m) => m.open.is_some() || m.entries.iter().any(|e| has_unknown(&e.value)),
    }
}
