//! The clusters that were inferred: what each is given, what its nodes are, how that is known, and why it is taken for a cluster.

use super::harmless::{Harmless, Kind};
use super::place::Place;
use super::text::{count, list, neutral};
use super::{Options, Verbosity, json, summary};
use crate::finding::Confidence;
use crate::membership::Membership;
use crate::nodes::arch::Arch;
use crate::outcome::{ClusterView, Evidence, Knowledge, Outcome};
use crate::source::Span;
use std::io::{self, BufWriter, Write};

const HEADINGS: [&str; 6] = ["CLUSTER", "HYPERCONVERGED", "MULTI-ARCH", "WORKLOADS", "CONFIDENCE", "WHY"];
/// A wider cell pushes its neighbours aside on its own line only.
const WIDEST: usize = 44;

/// Writes a table of the clusters, the evidence for each, and what was not seen.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, outcome: &Outcome, options: &Options) -> io::Result<()> {
    let mut out = Harmless::new(BufWriter::new(out), Kind::Text);
    if !outcome.clusters.is_empty() {
        table(&mut out, outcome)?;
        for cluster in &outcome.clusters {
            details(&mut out, outcome, cluster)?;
        }
        writeln!(out)?;
    }
    if options.verbosity > Verbosity::Quiet {
        let mixed = outcome.clusters.iter().filter(|c| c.workloads.len() > 1).count();
        let given = outcome.clusters.iter().filter(|c| c.hyperconverged.is_some()).count();
        let clusters = if outcome.clusters.is_empty() { "no cluster".to_owned() } else { count(outcome.clusters.len(), "cluster") };
        let first = format!("{clusters}, {given} with a HyperConverged, {mixed} with workload nodes of several architectures");
        summary::write(&mut out, outcome, options, &first)?;
    }
    out.flush()
}

/// Writes the clusters as JSON: those of the report, each with `why`, and what was not seen.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_json(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let mut out = Harmless::new(BufWriter::new(out), Kind::Json);
    json::write_topology(&mut out, outcome)?;
    out.flush()
}

fn table(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let rows: Vec<[String; 6]> = outcome.clusters.iter().map(|c| row(outcome, c)).collect();
    let mut widths = HEADINGS.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count().min(WIDEST));
        }
    }
    let mut line = |cells: &[String; 6]| {
        let text: String = widths.iter().zip(cells).map(|(&width, cell)| format!("{cell:<width$}  ")).collect();
        writeln!(out, "{}", text.trim_end())
    };
    line(&HEADINGS.map(str::to_owned))?;
    rows.iter().try_for_each(line)
}

fn row(outcome: &Outcome, cluster: &ClusterView) -> [String; 6] {
    [
        neutral(&cluster.name).into_owned(),
        cluster.hyperconverged.as_ref().map_or_else(|| "-".to_owned(), |h| shortened(&line_of(outcome, h.span))),
        cluster.multi_arch.name().to_owned(),
        workloads(cluster),
        cluster.confidence.name().to_owned(),
        cluster.why.first().map_or_else(String::new, |l| format!("{} ({})", neutral(&l.message), line_of(outcome, l.span))),
    ]
}

/// A path that fits its column: directories in the middle give way, the file and its line stay. The details name it in full.
fn shortened(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let Some((file, directories)) = parts.split_last().filter(|_| path.chars().count() > WIDEST) else { return path.to_owned() };
    let shown = |kept: usize| format!("{}/…/{file}", directories[..kept].join("/"));
    (1..directories.len()).rev().map(shown).find(|s| s.chars().count() <= WIDEST).unwrap_or_else(|| format!("…/{file}"))
}

/// The architectures and how much of the truth they are: `amd64 arm64`, `amd64 or more`, `?`.
pub(crate) fn workloads(cluster: &ClusterView) -> String {
    let names = |architectures: &[Arch]| architectures.iter().map(|a| neutral(a.as_str()).into_owned()).collect::<Vec<_>>().join(" ");
    let mut text = match (cluster.knowledge, cluster.workloads.is_empty()) {
        (Knowledge::Complete, true) => "none".to_owned(),
        (Knowledge::Complete, false) => names(&cluster.workloads),
        (_, true) => "?".to_owned(),
        (_, false) => format!("{} or more", names(&cluster.workloads)),
    };
    if !cluster.latent.is_empty() {
        text.push_str(&format!(" (when scaled up: {})", names(&cluster.latent)));
    }
    text
}

pub(super) fn details(out: &mut dyn Write, outcome: &Outcome, cluster: &ClusterView) -> io::Result<()> {
    writeln!(out, "\n{}", neutral(&cluster.name))?;
    if let Some(h) = &cluster.hyperconverged {
        let name = h.namespace.as_ref().map_or_else(|| h.name.clone(), |n| format!("{n}/{}", h.name));
        let place = line_of(outcome, h.span);
        writeln!(out, "  HyperConverged {} ({}) {place}, multi-arch {}", neutral(&name), neutral(&h.api_version), cluster.multi_arch.name())?;
    }
    if !cluster.control_plane.is_empty() {
        writeln!(out, "  control plane {}", list(cluster.control_plane.iter().map(Arch::as_str), 8))?;
    }
    for why in &cluster.why {
        writeln!(out, "  because {} ({})", neutral(&why.message), line_of(outcome, why.span))?;
    }
    for evidence in &cluster.evidence {
        let arch = evidence.arch.as_ref().map_or("?", Arch::as_str);
        let place = line_of(outcome, evidence.span);
        writeln!(out, "  {:<8} {} {place}", neutral(arch), pool(evidence))?;
    }
    if cluster.evidence.is_empty() {
        writeln!(out, "  nothing says what its nodes are")?;
    }
    memberships(out, outcome, cluster)
}

/// Why each object is the cluster's, those of one reason together; what is sure before what is possible.
fn memberships(out: &mut dyn Write, outcome: &Outcome, cluster: &ClusterView) -> io::Result<()> {
    let mut groups: Vec<(&Membership, Vec<String>)> = Vec::new();
    for member in &cluster.members {
        let name = format!("{} {}", member.kind, member.name);
        let alike = |m: &Membership| m.reason.mechanism == member.reason.mechanism && m.reason.words == member.reason.words;
        match groups.iter_mut().find(|(first, _)| first.confidence == member.confidence && alike(first)) {
            Some((_, names)) if names.contains(&name) => {}
            Some((_, names)) => names.push(name),
            None => groups.push((member, vec![name])),
        }
    }
    groups.sort_by_key(|(first, _)| first.confidence == Confidence::Low);
    for (first, names) in groups {
        let place = line_of(outcome, first.reason.span);
        let (words, objects) = (neutral(&first.reason.words), list(names.iter().map(String::as_str), 4));
        writeln!(out, "  {}: {objects}, as {words} ({place}; {} confidence)", first.certainty(), first.confidence.name())?;
    }
    Ok(())
}

/// `MachineSet prod-a: m6i.xlarge (instance-type, worker)`, with the state where it is not that there are nodes.
pub(crate) fn pool(evidence: &Evidence) -> String {
    use crate::nodes::pool::State;
    let mut asides: Vec<&str> = evidence.basis.iter().map(|b| b.name()).collect();
    asides.push(evidence.role.name());
    if evidence.state != State::Present {
        asides.push(evidence.state.name());
    }
    format!("{} {}: {} ({})", neutral(&evidence.kind), neutral(&evidence.name), neutral(&evidence.detail), asides.join(", "))
}

fn line_of(outcome: &Outcome, span: Span) -> String {
    neutral(&Place::of(outcome, span).line()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_paths_keep_their_ends() {
        assert_eq!(shortened("clusters/edge/virtualization/hyperconverged.yaml:1"), "clusters/edge/…/hyperconverged.yaml:1");
        assert_eq!(shortened("a/b/hyperconverged.yaml:1"), "a/b/hyperconverged.yaml:1");
        let deep = format!("{}/hyperconverged.yaml:1", "directory".repeat(5));
        assert_eq!(shortened(&deep), "…/hyperconverged.yaml:1");
        assert_eq!(shortened(&"x".repeat(60)), "…/".to_owned() + &"x".repeat(60));
    }
}
