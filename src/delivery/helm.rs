//! Helm charts: never executed, never guessed. A template that carries a HyperConverged is read literal line by literal line; what is
//! written is known, what is an expression is not.

use super::render::Rendered;
use crate::files::{Workspace, parent};
use crate::manifest::{self, Object};
use crate::outcome::Unresolved;
use crate::source::{FileId, Span};
use crate::yaml::{self, Mapping, Node, Opaque, Sequence, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What people are told of a template.
pub(super) const TEMPLATE: &str = "a template; render it and lint the result, as in `helm template … | hco-lint --cluster NAME -`";

/// Directories that hold a chart.
pub(super) fn charts(workspace: &Workspace) -> BTreeSet<String> {
    workspace.iter().filter(|(_, f)| f.path.rsplit('/').next() == Some("Chart.yaml")).map(|(_, f)| parent(&f.path).to_owned()).collect()
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

/// What a chart would deliver, as far as its templates say it literally.
pub(super) fn chart(workspace: &Workspace, directory: &str, values: &[String]) -> Rendered {
    let mut rendered = Rendered { guessed: true, incomplete: true, ..Rendered::default() };
    let mut files: BTreeSet<FileId> = values.iter().filter_map(|v| workspace.find(v)).collect();
    let mut objects = Vec::new();
    for (id, path) in workspace.below(directory) {
        files.insert(id);
        if !path.contains("/templates/") || !workspace.file(id).relevant {
            continue;
        }
        let Ok(source) = workspace.source(id) else { continue };
        if !source.text.contains("HyperConverged") {
            continue;
        }
        let reason = TEMPLATE.to_owned();
        let found: Vec<Object> = literal(id, &source.text).into_iter().filter(|o| o.kind == "HyperConverged").collect();
        let at = found.first().map_or(Span::new(id, 0, 0), |o| o.root.entry_at(&["kind"]).map_or(o.span(), yaml::Entry::span));
        rendered.unresolved.push(Unresolved { reason, span: at });
        objects.extend(found);
    }
    rendered.objects = Arc::new(objects);
    rendered.files = Arc::new(files);
    rendered
}

/// The objects of a template, with every map open: conditions may add and drop keys.
fn literal(id: FileId, text: &str) -> Vec<Object> {
    let blanked = blank_control_lines(text);
    let parsed = yaml::parse(id, &blanked);
    let opaque = |span| Opaque { reason: "a template may change it".into(), span };
    parsed.documents.iter().map(|d| opened(&d.root, &opaque)).flat_map(|root| manifest::objects(&root)).collect()
}

/// The text with lines that hold nothing but template code blanked, byte for byte.
fn blank_control_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let body = line.trim();
        if body.starts_with("{{") && body.ends_with("}}") || body.starts_with("{%") {
            let end = line.trim_end_matches(['\n', '\r']).len();
            out.push_str(&" ".repeat(end));
            out.push_str(&line[end..]);
        } else {
            out.push_str(line);
        }
    }
    out
}

fn opened(node: &Node, opaque: &dyn Fn(Span) -> Opaque) -> Node {
    match node.value() {
        Value::Mapping(mapping) => {
            let entries = mapping.entries.iter().map(|e| yaml::Entry { value: opened(&e.value, opaque), ..e.clone() }).collect();
            let open = Some(opaque(node.span()));
            node.clone().with_value(Value::Mapping(Mapping { entries, open, ..mapping.clone() }))
        }
        Value::Sequence(sequence) => {
            let items = sequence.items.iter().map(|i| opened(i, opaque)).collect();
            node.clone().with_value(Value::Sequence(Sequence { items, ..sequence.clone() }))
        }
        // An omitted value below which a template line stood is whatever that line makes of it.
        Value::Scalar(s) if s.text.is_empty() => Node::opaque("a template writes it", node.span()),
        _ => node.clone(),
    }
}
