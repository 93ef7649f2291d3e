//! Writing a baseline: one entry per finding, in an order that does not depend on the run, with what a reviewer wants to know beside the
//! fingerprint.
//!
//! It is YAML like everything around it, so that it reads well in a pull request and what is wrong with it has a place; strings are written
//! as in JSON, which YAML reads the same way.

use super::{Entry, VERSION};
use crate::finding::{Finding, ObjectRef};
use crate::outcome::{Outcome, Suppression};
use crate::report::{fingerprint::Fingerprints, is_active};
use std::collections::BTreeMap;

/// The rule whose findings are about the baseline itself.
const STALE: &str = "baseline-stale";

/// Whether a finding is about a baseline, and therefore never in one.
#[must_use]
pub fn is_about(finding: &Finding) -> bool {
    finding.rule == STALE
}

/// What a baseline written after this run holds: the findings that are shown, those that the baseline in effect hides, and what that one
/// records and the run could not judge. What a comment or the configuration hides needs no entry.
#[must_use]
pub fn record(outcome: &Outcome) -> Vec<Entry> {
    let prints = Fingerprints::of(outcome);
    let shown = outcome.findings.iter().zip(&prints.findings).filter(|(f, _)| !is_about(f));
    let hidden =
        outcome.suppressed.iter().zip(&prints.suppressed).filter(|(s, _)| s.by == Suppression::Baseline).map(|(s, print)| (&s.finding, print));
    let found = shown.chain(hidden).map(|(finding, print)| entry(outcome, finding, print));
    let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
    for entry in found.chain(outcome.baseline.iter().flat_map(|b| b.kept.clone())) {
        match entries.get_mut(&entry.fingerprint) {
            Some(known) => known.clusters.extend(entry.clusters),
            None => drop(entries.insert(entry.fingerprint.clone(), entry)),
        }
    }
    let mut entries: Vec<Entry> = entries.into_values().collect();
    entries.sort_by(|a, b| (&a.file, &a.rule, &a.object, &a.fingerprint).cmp(&(&b.file, &b.rule, &b.object, &b.fingerprint)));
    entries
}

fn entry(outcome: &Outcome, finding: &Finding, print: &str) -> Entry {
    let path = outcome.source(finding.primary.span.file).map_or("", |s| s.path.as_str());
    Entry {
        fingerprint: print.to_owned(),
        rule: finding.rule.to_owned(),
        file: outcome.shown.from_root(path),
        object: object(&finding.object),
        message: finding.message.clone(),
        clusters: finding.clusters.clone(),
        place: None,
    }
}

fn object(object: &ObjectRef) -> String {
    let parts = [object.kind.as_str(), &object.name, object.item.as_deref().unwrap_or_default()];
    parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join("/")
}

/// The text of a baseline.
#[must_use]
pub fn text(entries: &[Entry]) -> String {
    let mut out = format!(
        "# Findings that are left alone for the time being, as `--write-baseline` recorded them.\n\
         # Without its entry a finding is shown again; the fingerprint and the clusters decide, the rest is for people.\n\
         version: {VERSION}\nfindings:{}\n",
        if entries.is_empty() { " []" } else { "" }
    );
    for entry in entries {
        let clusters = entry.clusters.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(", ");
        let lines = [
            ("rule", entry.rule.clone()),
            ("file", quoted(&entry.file)),
            ("object", if entry.object.is_empty() { String::new() } else { quoted(&entry.object) }),
            ("message", if entry.message.is_empty() { String::new() } else { quoted(&entry.message) }),
            ("clusters", if clusters.is_empty() { String::new() } else { format!("[{clusters}]") }),
            ("fingerprint", quoted(&entry.fingerprint)),
        ];
        for (number, (key, value)) in lines.iter().filter(|(_, value)| !value.is_empty()).enumerate() {
            out += &format!("  {} {key}: {value}\n", if number == 0 { "-" } else { " " });
        }
    }
    out
}

/// As JSON; what a terminal or a reviewer would not see as it is, is written out.
fn quoted(text: &str) -> String {
    let plain = serde_json::Value::from(text).to_string();
    // Of characters beyond the first 65,536, JSON writes halves that YAML does not know.
    let escape = |c: char| if u32::from(c) > 0xffff { format!("\\U{:08x}", u32::from(c)) } else { format!("\\u{:04x}", u32::from(c)) };
    // Two more are no characters to YAML.
    let odd = |c: char| is_active(c) || matches!(c, '\u{fffe}' | '\u{ffff}');
    plain.chars().map(|c| if odd(c) { escape(c) } else { c.to_string() }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Entry, read, text};
    use crate::source::FileId;

    #[test]
    fn whatever_is_written_is_read() {
        let odd =
            "\" ' \\ : # - [ ] { } , & * ! | > % @ ` é 字 😀 \t \n \r \u{1b}[31m \u{7f} \u{85} \u{a0} \u{2028} \u{202e} \u{feff} ~ null 0x1 end ";
        let entry = |number: usize, text: &str| Entry {
            fingerprint: format!("{:032x}{}", 7, if number == 1 { String::new() } else { format!("-{number}") }),
            rule: "syntax".to_owned(),
            file: text.to_owned(),
            object: text.to_owned(),
            message: text.to_owned(),
            clusters: [text.to_owned(), format!("{text}2")].into(),
            place: None,
        };
        let written: Vec<Entry> = [odd, "a", "yes", "1", "- x", " "].iter().enumerate().map(|(i, text)| entry(i + 1, text)).collect();
        let read = read(FileId(0), &text(&written)).expect("a baseline");
        assert_eq!(text(&read.entries), text(&written));
        for (read, written) in read.entries.iter().zip(&written) {
            assert_eq!((&read.fingerprint, &read.file, &read.clusters), (&written.fingerprint, &written.file, &written.clusters));
        }
    }
}
