//! Plain manifests: every file that no kustomization, chart or deployer takes.

use super::{Deliveries, Delivery, How, Target};
use crate::files::{Workspace, parent};
use crate::finding::Confidence;
use crate::manifest::{self, template};
use crate::outcome::Unresolved;
use crate::source::{FileId, Span};
use crate::yaml::ProblemKind;
use std::collections::BTreeSet;

/// The deliveries of a workspace.
#[must_use]
pub fn deliveries(workspace: &Workspace, excluded: &dyn Fn(&str) -> bool) -> Deliveries {
    let mut all = Deliveries::default();
    let charts = chart_directories(workspace);
    for (id, file) in workspace.iter() {
        if !file.linted || !file.relevant || excluded(&file.path) {
            continue;
        }
        if in_chart(&charts, &file.path) || is_template_file(workspace, id) {
            all.templates.insert(id);
            continue;
        }
        let parsed = workspace.parsed(id);
        let objects: Vec<_> = parsed.documents.iter().flat_map(|d| manifest::objects(&d.root)).collect();
        if objects.is_empty() {
            continue;
        }
        all.list.push(Delivery {
            how: How::Plain,
            root: file.path.clone(),
            span: objects.first().map_or(Span::new(id, 0, 0), manifest::Object::span),
            objects,
            files: BTreeSet::from([id]),
            target: Target::Path,
            confidence: Confidence::High,
            incomplete: false,
            via: Vec::new(),
        });
    }
    for id in &all.templates {
        let mentions = workspace.source(*id).is_ok_and(|s| s.text.contains("HyperConverged"));
        if mentions {
            let reason = "a template; render it and lint the result, for example `helm template … | hco-lint --cluster NAME -`".to_owned();
            all.unresolved.push(Unresolved { reason, span: Span::new(*id, 0, 0) });
        }
    }
    all
}

/// Directories that hold a Helm chart.
fn chart_directories(workspace: &Workspace) -> BTreeSet<String> {
    workspace.iter().filter(|(_, f)| f.path.rsplit('/').next() == Some("Chart.yaml")).map(|(_, f)| parent(&f.path).to_owned()).collect()
}

/// Whether a file is a chart's content and so never applied as it stands.
fn in_chart(charts: &BTreeSet<String>, path: &str) -> bool {
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

/// Whether a file does not parse because it is a template.
fn is_template_file(workspace: &Workspace, id: FileId) -> bool {
    let broken = workspace.parsed(id).problems.iter().any(|p| p.kind == ProblemKind::Syntax);
    broken && workspace.source(id).is_ok_and(|s| template::is_template(&s.text))
}
