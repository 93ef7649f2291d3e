//! One line per finding, in the form that editors and `grep` jump from: `path:line:column: severity[rule] message (clusters)`.

use super::place::Place;
use super::remedy;
use super::text::{list, neutral};
use super::unseen::unseen;
use super::{Options, Verbosity};
use crate::finding::{Confidence, Finding, Severity};
use crate::outcome::Outcome;
use annotate_snippets::renderer::{DEFAULT_ERROR_STYLE, DEFAULT_INFO_STYLE, DEFAULT_WARNING_STYLE, Style};
use std::io::{self, Write};

/// Writes the findings, then a line for each thing that was not seen.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, outcome: &Outcome, options: &Options) -> io::Result<()> {
    for finding in options.unfolded(outcome) {
        writeln!(out, "{}", line(outcome, finding, options.color, str::to_owned))?;
    }
    if options.verbosity > Verbosity::Quiet {
        for gap in unseen(outcome) {
            match (gap.file, gap.span) {
                (Some(file), Some(span)) => writeln!(out, "{}: not seen: {}", position(&path(file), &Place::of(outcome, span)), gap.reason)?,
                (Some(file), None) => writeln!(out, "{}:1:1: not seen: {}", path(file), gap.reason)?,
                (None, _) => writeln!(out, "{}", gap.reason)?,
            }
        }
        let unknown = &outcome.summary.unknown_architectures;
        if let Some(first) = unknown.first() {
            writeln!(out, "node architectures unknown: {} ({} tells)", list(unknown, 12), remedy::arch_option(first))?;
        }
    }
    Ok(())
}

/// A finding on one line, its path as `shown` has it.
pub(crate) fn line(outcome: &Outcome, finding: &Finding, color: bool, shown: impl Fn(&str) -> String) -> String {
    let place = Place::of(outcome, finding.primary.span);
    let at = position(&path(&shown(place.file)), &place);
    let style = match finding.severity {
        _ if !color => Style::new(),
        Severity::Error => DEFAULT_ERROR_STYLE,
        Severity::Warning => DEFAULT_WARNING_STYLE,
        Severity::Info => DEFAULT_INFO_STYLE,
    };
    let (severity, rule, message) = (finding.severity.name(), finding.rule, neutral(&finding.message));
    let mut line = format!("{at}: {style}{severity}[{rule}]{style:#} {message}");
    let mut asides = Vec::new();
    if !finding.clusters.is_empty() {
        asides.push(list(&finding.clusters, 12));
    }
    if finding.confidence != Confidence::High {
        asides.push(format!("confidence: {}", finding.confidence.name()));
    }
    if !asides.is_empty() {
        line.push_str(&format!(" ({})", asides.join("; ")));
    }
    line
}

fn position(path: &str, place: &Place) -> String {
    format!("{path}:{}:{}", place.start.line, place.start.column)
}

/// A path that starts like a workflow command of a build server is told apart from one by `./`.
fn path(path: &str) -> String {
    let path = neutral(path);
    if path.trim_start().starts_with("::") || path.starts_with("##") { format!("./{path}") } else { path.into_owned() }
}
