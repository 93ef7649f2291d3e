//! GitLab's code quality report: an array of issues, each with a fingerprint by which merge requests are compared.

use super::Options;
use super::fingerprint::{Fingerprints, hash};
use super::json::put;
use super::place::Place;
use super::text::{list, neutral};
use super::unseen::{Unseen, unseen};
use crate::finding::Severity;
use crate::outcome::Outcome;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes an issue for each finding and for each thing that was not seen.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, outcome: &Outcome, _: &Options) -> io::Result<()> {
    let fingerprints = Fingerprints::of(outcome);
    let mut issues = Vec::new();
    for (finding, fingerprint) in outcome.findings.iter().zip(fingerprints.findings) {
        let place = Place::of(outcome, finding.primary.span);
        let clusters = if finding.clusters.is_empty() { String::new() } else { format!(" (affects {})", list(&finding.clusters, 12)) };
        issues.push(Issue {
            description: format!("{}{clusters}", neutral(&finding.message)),
            check_name: finding.rule.to_owned(),
            fingerprint,
            severity: match finding.severity {
                Severity::Error => "critical",
                Severity::Warning => "major",
                Severity::Info => "info",
            },
            location: location(outcome, &place),
        });
    }
    issues.extend(unseen(outcome).iter().map(|u| not_seen(outcome, u)));
    put(out, &issues)
}

fn location(outcome: &Outcome, place: &Place) -> Location {
    Location { path: outcome.shown.from_root(place.file), lines: Lines { begin: place.start.line, end: place.end.line.max(place.start.line) } }
}

fn not_seen(outcome: &Outcome, u: &Unseen) -> Issue {
    let location = match (u.file, u.span) {
        (_, Some(span)) => location(outcome, &Place::of(outcome, span)),
        (Some(file), None) => Location { path: outcome.shown.from_root(file), lines: Lines { begin: 1, end: 1 } },
        // A path is required; the root stands for the run.
        (None, None) => Location { path: ".".to_owned(), lines: Lines { begin: 1, end: 1 } },
    };
    Issue {
        description: format!("Not seen: {}", u.reason),
        check_name: u.kind.name().to_owned(),
        fingerprint: format!("{:032x}", hash([u.kind.name(), &location.path, &u.reason])),
        severity: if u.kind.is_failure() { "major" } else { "info" },
        location,
    }
}
