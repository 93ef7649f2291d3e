//! A finding in a few plain lines, for the formats that have one field for everything.

use super::place::Place;
use super::text::{count, list, neutral};
use crate::finding::{Confidence, Finding, Label};
use crate::outcome::Outcome;

/// More places than this are counted, not named.
const PLACES: usize = 8;
/// More clusters than this are counted, not named.
const CLUSTERS: usize = 12;

/// What there is to say after the message: whom it affects, the places, remarks, what to do. Paths are from the repository's root.
pub(crate) fn details(outcome: &Outcome, finding: &Finding) -> Vec<String> {
    let mut out = Vec::new();
    if !finding.clusters.is_empty() {
        out.push(format!("affects: {}", list(&finding.clusters, CLUSTERS)));
    }
    if !finding.primary.message.is_empty() {
        out.push(place(outcome, &finding.primary));
    }
    out.extend(finding.related.iter().take(PLACES).map(|l| place(outcome, l)));
    if finding.related.len() > PLACES {
        out.push(format!("… and {}", count(finding.related.len() - PLACES, "more place")));
    }
    if let Some(alert) = finding.alert {
        out.push(format!("alert: {alert}"));
    }
    if finding.confidence != Confidence::High {
        out.push(format!("confidence: {}", finding.confidence.name()));
    }
    out.extend(finding.notes.iter().map(|n| format!("note: {}", neutral(n))));
    out.extend(finding.help.iter().map(|h| format!("help: {}", neutral(h))));
    out.extend(finding.fixes.iter().map(|f| format!("{}: {}", if f.safe { "fix" } else { "unsafe fix" }, neutral(&f.title))));
    out
}

/// `path:line: words`.
fn place(outcome: &Outcome, label: &Label) -> String {
    let at = Place::of(outcome, label.span).line();
    format!("{}: {}", neutral(&outcome.shown.from_root(&at)), neutral(&label.message))
}
