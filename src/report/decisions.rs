//! What a run went by: for people who ask why something was reported, or was not.

use super::place::Place;
use super::text::neutral;
use super::topology;
use crate::outcome::{ClusterView, Knowledge, MultiArch, Outcome, Suppression};
use crate::source::{FileId, Span};
use std::io::{self, Write};

/// Writes the files that decide, what was switched off or hidden and by which line, and what each cluster is taken for.
pub(super) fn write(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let at = |span: Span| neutral(&Place::of(outcome, span).line()).into_owned();
    let name = |file: FileId| outcome.source(file).map_or(String::new(), |s| neutral(&s.path).into_owned());
    let decided = &outcome.decided;
    writeln!(out, "configuration: {}", decided.configuration.map_or_else(|| "none".to_owned(), name))?;
    if let Some(file) = decided.baseline {
        writeln!(out, "baseline: {}", name(file))?;
    }
    for (rule, by) in &decided.off {
        writeln!(out, "off: {rule} ({})", by.map_or_else(|| "--ignore".to_owned(), at))?;
    }
    for suppressed in &outcome.suppressed {
        let by = match (suppressed.at, suppressed.by) {
            (Some(span), _) => at(span),
            (None, Suppression::Baseline) => "the baseline".to_owned(),
            (None, _) => "a suppression".to_owned(),
        };
        let reason = suppressed.reason.as_deref().map_or(String::new(), |r| format!(": {}", neutral(r)));
        writeln!(out, "suppressed: {} {} by {by}{reason}", at(suppressed.finding.primary.span), suppressed.finding.rule)?;
    }
    for finding in &decided.faint {
        let (place, confidence) = (at(finding.primary.span), finding.confidence.name());
        writeln!(out, "confidence {confidence}: {place} {}: {}", finding.rule, neutral(&finding.message))?;
    }
    for cluster in &outcome.clusters {
        topology::details(out, outcome, cluster)?;
        if let Some(why) = silence(cluster) {
            writeln!(out, "  {why}")?;
        }
    }
    writeln!(out)
}

/// Why nothing is said of the number of architectures of a cluster, if nothing is.
fn silence(cluster: &ClusterView) -> Option<&'static str> {
    Some(match (cluster.multi_arch, cluster.knowledge, cluster.workloads.len()) {
        (MultiArch::None, ..) => "so there is little to check: no HyperConverged is delivered to it",
        (MultiArch::Unknown, ..) => "so nothing is said of its architectures: what switches multi-arch cannot be read",
        (MultiArch::On, ..) => "so golden images are imported for each of its architectures",
        (MultiArch::Off, Knowledge::Unknown, 0) => "so nothing is said of its architectures: nothing tells them",
        (MultiArch::Off, _, 0 | 1) => "so nothing is missing: it is not known to have nodes of a second architecture",
        (MultiArch::Off, ..) => return None,
    })
}
