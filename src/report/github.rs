//! Workflow commands that GitHub Actions turns into annotations.
//!
//! A step shows ten annotations of each kind and drops the rest without a word. So the worst come first, what is beyond is written as
//! plain lines, and a notice says how many those are. Everything that comes from a repository is escaped: a file name with a line
//! break in it must not become a command of its own.

use super::place::Place;
use super::summary::{held_back, verdict};
use super::text::{count, list, neutral};
use super::unseen::{Kind, Unseen, tally, unseen};
use super::{Options, concise, plain, remedy};
use crate::finding::{Finding, Severity};
use crate::outcome::Outcome;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Annotations of one kind that a step shows.
const CAP: usize = 10;
/// More unseen things than this are counted, not named.
const UNSEEN: usize = 5;

/// Writes one command per finding while GitHub shows them, one command each for what was not seen, for unknown architectures and for
/// what is beyond the cap, then plain lines for the log: the findings beyond the cap and the verdict.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, outcome: &Outcome, options: &Options) -> io::Result<()> {
    let mut findings: Vec<&Finding> = options.unfolded(outcome).collect();
    findings.sort_by_key(|f| Reverse((f.severity, f.confidence)));
    let about_run = about_run(outcome);
    let mut left: BTreeMap<Severity, usize> = [Severity::Info, Severity::Warning, Severity::Error].into_iter().map(|s| (s, CAP)).collect();
    for (severity, _) in &about_run {
        left.entry(*severity).and_modify(|n| *n = n.saturating_sub(1));
    }
    // The notice about what is beyond is one of the notices.
    let of = |severity| findings.iter().filter(|f| f.severity == severity).count();
    if left.iter().any(|(severity, n)| of(*severity) > *n) {
        left.entry(Severity::Info).and_modify(|n| *n = n.saturating_sub(1));
    }
    let mut beyond = Vec::new();
    for finding in findings {
        match left.get_mut(&finding.severity) {
            Some(n) if *n > 0 => {
                *n -= 1;
                writeln!(out, "{}", annotation(outcome, finding))?;
            }
            _ => beyond.push(finding),
        }
    }
    for (severity, text) in about_run {
        writeln!(out, "::{} title=hco-lint::{}", kind(severity), data(&text))?;
    }
    if !beyond.is_empty() {
        let text = format!(
            "{} in the log only: GitHub shows {CAP} annotations of each kind per step. The step summary (--output markdown=FILE) has all of them.",
            count(beyond.len(), "more finding")
        );
        writeln!(out, "::notice title=hco-lint::{}", data(&text))?;
    }
    for finding in beyond {
        // The older form of commands is looked for anywhere in a line.
        writeln!(out, "{}", concise::line(outcome, finding, false, |path| outcome.shown.from_root(path)).replace("##[", "## ["))?;
    }
    let (verdict, files) = (verdict(outcome, options), count(outcome.summary.files, "file"));
    let held_back = held_back(outcome).map_or(String::new(), |line| format!("; not shown: {line}"));
    writeln!(out, "hco-lint: {verdict}; {} of {files} read{held_back}", outcome.summary.parsed)
}

fn kind(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    }
}

fn annotation(outcome: &Outcome, finding: &Finding) -> String {
    let Place { file, start, end, .. } = Place::of(outcome, finding.primary.span);
    let mut properties = vec![("file", outcome.shown.from_root(file)), ("line", start.line.to_string()), ("endLine", end.line.to_string())];
    // Columns are only allowed where both ends are on one line.
    if start.line == end.line {
        properties.push(("col", start.column.to_string()));
        properties.push(("endColumn", end.column.to_string()));
    }
    properties.push(("title", finding.rule.to_owned()));
    let properties: Vec<String> = properties.iter().map(|(key, value)| format!("{key}={}", property(value))).collect();
    let mut text = neutral(&finding.message).into_owned();
    for line in plain::details(outcome, finding) {
        text.push('\n');
        text.push_str(&line);
    }
    format!("::{} {}::{}", kind(finding.severity), properties.join(","), data(&text))
}

/// What concerns the run and no line: what was not seen, and whose nodes are unknown.
fn about_run(outcome: &Outcome) -> Vec<(Severity, String)> {
    let mut out = Vec::new();
    let unseen = unseen(outcome);
    let nothing = unseen.iter().find(|u| u.kind == Kind::Nothing);
    if let Some(nothing) = nothing {
        out.push((Severity::Error, nothing.reason.clone().into_owned()));
    }
    let gaps: Vec<&Unseen> = unseen.iter().filter(|u| u.kind != Kind::Nothing).collect();
    if !gaps.is_empty() {
        let mut text = format!("not seen: {}", tally(&unseen));
        for gap in gaps.iter().take(UNSEEN) {
            text.push_str(&format!("\n{}", gap.line(outcome, |path| outcome.shown.from_root(path))));
        }
        if gaps.len() > UNSEEN {
            text.push_str(&format!("\n… and {} more", gaps.len() - UNSEEN));
        }
        let severity = if gaps.iter().any(|u| u.kind.is_failure()) { Severity::Warning } else { Severity::Info };
        out.push((severity, text));
    }
    let unknown = &outcome.summary.unknown_architectures;
    if let Some(first) = unknown.first() {
        let clusters: Vec<&str> = unknown.iter().map(String::as_str).collect();
        let text = format!(
            "node architectures are unknown for {}\nsettle it with {} or in .hco-lint.yaml:\n{}",
            list(unknown, 12),
            remedy::arch_option(first),
            remedy::configuration(clusters.into_iter().take(12))
        );
        out.push((Severity::Info, text));
    }
    out
}

/// The text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a command's property.
fn property(text: &str) -> String {
    let text = data(text).replace(':', "%3A").replace(',', "%2C");
    // Line breaks are encoded by now, and nothing else has a code.
    neutral(&text).into_owned()
}
