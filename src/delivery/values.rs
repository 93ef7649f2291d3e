//! Values files that carry paths: an app-of-apps chart delivers the directories its values name. A weak link, but a real one.

use super::helm::{Layer, Release};
use super::render::Rendered;
use super::{Emission, Mode, Rendering, Tool, What};
use crate::files::{KUSTOMIZATIONS, Workspace, join, parent};
use crate::finding::{Confidence, Label};
use crate::source::{FileId, Span};
use crate::yaml::{Node, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What the values files that a build's Helm charts use deliver, in the cluster of the build.
pub(super) fn of_build(workspace: &Workspace, rendered: &Rendered) -> Vec<Emission> {
    let mut files = BTreeSet::new();
    for id in rendered.files.iter() {
        let file = workspace.file(*id);
        if !KUSTOMIZATIONS.contains(&file.name()) {
            continue;
        }
        for chart in workspace.parsed(*id).documents.iter().flat_map(|d| d.root.items_at(&["helmCharts"])) {
            let one = chart.find(&["valuesFile"]).into_iter();
            for reference in one.chain(chart.items_at(&["additionalValuesFiles"])).filter_map(Node::text) {
                files.extend(join(parent(&file.path), reference).and_then(|p| workspace.find(&p)));
            }
        }
    }
    files.into_iter().flat_map(|id| of_file(workspace, id)).collect()
}

/// What one values file delivers: every existing directory under a key named `path`.
pub(super) fn of_file(workspace: &Workspace, id: FileId) -> Vec<Emission> {
    let mut emissions = Vec::new();
    for document in &workspace.parsed(id).documents {
        if document.root.find(&["kind"]).is_none() {
            paths(workspace, &document.root, &mut emissions);
        }
    }
    emissions
}

fn paths(workspace: &Workspace, node: &Node, emissions: &mut Vec<Emission>) {
    match node.value() {
        Value::Mapping(mapping) => {
            for entry in &mapping.entries {
                let directory = entry.value.as_str().filter(|_| entry.key.text() == Some("path")).and_then(|p| workspace.deployed_directory(p));
                match directory.filter(|d| !d.is_empty()) {
                    Some(directory) => emissions.push(Emission {
                        what: What::Directory(Rendering {
                            directory,
                            tool: Tool::argocd(),
                            overlay: None,
                            veil: None,
                            release: unknown(entry.value.span()),
                        }),
                        target: None,
                        mode: Mode::Full,
                        confidence: Confidence::Medium,
                        via: Label { span: entry.value.span(), message: "these values name the directory".to_owned() },
                    }),
                    None => paths(workspace, &entry.value, emissions),
                }
            }
        }
        Value::Sequence(sequence) => sequence.items.iter().for_each(|item| paths(workspace, item, emissions)),
        Value::Scalar(_) | Value::Opaque(_) => {}
    }
}

/// The release of a chart of which nobody says what values it gets.
pub(super) fn unknown(span: Span) -> Arc<Release> {
    Arc::new(Release { layers: vec![Layer::Unknown(span)], ..Release::default() })
}

impl Tool {
    /// Argo CD's defaults.
    pub(super) fn argocd() -> Tool {
        Tool::ArgoCd { recurse: false, include: String::new(), exclude: String::new() }
    }
}
