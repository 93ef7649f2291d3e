//! The last lines people read: how much was checked, what was not seen, and what would settle what is unknown.

use super::text::{count, list, neutral};
use super::unseen::{Kind, tally, unseen};
use super::{Options, Verbosity, remedy};
use crate::finding::Severity;
use crate::outcome::Outcome;
use std::io::{self, Write};

/// More clusters than this are counted, not named.
const CLUSTERS: usize = 6;
/// More unseen things than this are counted, not named, unless everything is asked for.
const UNSEEN: usize = 3;

/// Writes the summary after its `first` words: one line when all is well, one more for each thing that is not.
pub(crate) fn write(out: &mut dyn Write, outcome: &Outcome, options: &Options, first: &str) -> io::Result<()> {
    let summary = &outcome.summary;
    let unseen = unseen(outcome);
    if let Some(nothing) = unseen.iter().find(|u| u.kind == Kind::Nothing) {
        writeln!(out, "{}", nothing.reason)?;
    } else {
        writeln!(out, "{first}; {} of {} could matter and were read", summary.parsed, count(summary.files, "file"))?;
    }
    let gaps: Vec<String> = unseen.iter().filter(|u| u.kind != Kind::Nothing).map(|u| u.line(outcome, str::to_owned)).collect();
    if !gaps.is_empty() {
        let most = if options.verbosity == Verbosity::Verbose { usize::MAX } else { UNSEEN };
        writeln!(out, "not seen: {}", tally(&unseen))?;
        for gap in gaps.iter().take(most) {
            writeln!(out, "  {gap}")?;
        }
        if gaps.len() > most {
            writeln!(out, "  … and {} more (-v names them)", gaps.len() - most)?;
        }
    }
    if let Some(line) = held_back(outcome) {
        writeln!(out, "not shown: {line}")?;
    }
    unknown(out, &summary.unknown_architectures, outcome.clusters.len(), options)
}

/// `1 error, 2 warnings in 3 clusters`, or that there is nothing.
pub(crate) fn verdict(outcome: &Outcome, options: &Options) -> String {
    if outcome.summary.is_empty() && outcome.findings.is_empty() {
        return "nothing was checked".to_owned();
    }
    let of = |severity| options.unfolded(outcome).filter(|f| f.severity == severity).count();
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .map(|s| (s, of(s)))
        .filter(|(_, n)| *n > 0)
        .map(|(s, n)| if s == Severity::Info { format!("{n} info") } else { count(n, s.name()) })
        .collect();
    let findings = if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") };
    let clusters = if outcome.clusters.is_empty() { "no cluster".to_owned() } else { count(outcome.clusters.len(), "cluster") };
    format!("{findings} in {clusters}")
}

/// What was found and is not shown, in words.
pub(crate) fn held_back(outcome: &Outcome) -> Option<String> {
    let hidden = outcome.summary.hidden;
    let recorded = outcome.recorded();
    let suppressed = outcome.suppressed.len() - recorded;
    let parts = [
        (hidden > 0).then(|| format!("{} of lower confidence (--min-confidence low shows them)", count(hidden, "finding"))),
        outcome.summary.outside.filter(|n| *n > 0).map(|n| format!("{} outside the change", count(n, "finding"))),
        (suppressed > 0).then(|| format!("{suppressed} suppressed")),
        (recorded > 0).then(|| format!("{recorded} in the baseline")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn unknown(out: &mut dyn Write, clusters: &[String], of: usize, options: &Options) -> io::Result<()> {
    let Some(first) = clusters.first() else { return Ok(()) };
    let most = if options.verbosity == Verbosity::Verbose { usize::MAX } else { CLUSTERS };
    writeln!(out, "node architectures are unknown for {} ({} of {})", list(clusters, most), clusters.len(), count(of, "cluster"))?;
    let (arch, nodes) = (remedy::arch_option(first), remedy::nodes_option(first));
    writeln!(out, "  settle it with {arch}, with {nodes} (from kubectl get nodes -o yaml), or in .hco-lint.yaml:")?;
    writeln!(out, "  {}", neutral(&remedy::configuration(clusters.iter().take(most).map(String::as_str))))
}
