//! What every fix promises: the finding is gone. A safe one brings nothing that was not found before, and no other brings an error.

use super::scratch::Files;
use hco_lint::finding::{Finding, Fix, Severity};
use hco_lint::outcome::Outcome;
use std::collections::BTreeMap;

/// A finding, however its words and its place change: rule and object.
type Kind = (&'static str, String);

/// What may be left of a finding about the same object.
const REST: [(&str, &str); 1] = [("golden-image-unsupported-architectures", "golden-image-partial-coverage")];

/// What says that something hides nothing any more: a fix may well mend what was hidden.
const STALE: [&str; 3] = ["suppression-unused", "configuration-unused", "baseline-stale"];

/// Makes every fix by itself, lints again, and says which promises were broken.
pub(crate) fn broken_promises(files: &Files, outcome: &Outcome, lint: &dyn Fn(&Files) -> Outcome) -> Vec<String> {
    let before = kinds(outcome);
    let mut broken = Vec::new();
    for finding in &outcome.findings {
        for fix in &finding.fixes {
            let what = format!("{} of {:?}: {}", finding.rule, finding.object, fix.title);
            let after = fixed(files, outcome, fix);
            if after == *files {
                broken.push(format!("{what}: it changes nothing"));
            }
            let again = lint(&after);
            let same = |o: &Outcome| o.findings.iter().filter(|f| identity(f) == identity(finding)).count();
            if same(&again) >= same(outcome) {
                broken.push(format!("{what}: the finding is still there"));
            }
            for (kind, severity) in kinds(&again) {
                let was = |rule: &'static str| before.contains_key(&(rule, kind.1.clone()));
                let rest = REST.iter().any(|(whole, rest)| *rest == kind.0 && was(whole));
                if !was(kind.0) && !rest && !STALE.contains(&kind.0) && (fix.safe || severity == Severity::Error) {
                    broken.push(format!("{what} ({}): it brings {kind:?}", if fix.safe { "safe" } else { "unsafe" }));
                }
            }
        }
    }
    broken
}

/// The files after a fix.
pub(crate) fn fixed(files: &Files, outcome: &Outcome, fix: &Fix) -> Files {
    let mut files = files.clone();
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|e| std::cmp::Reverse((e.span.file, e.span.start)));
    for edit in edits {
        let path = &outcome.source(edit.span.file).expect("a file").path;
        let bytes = files.get_mut(path).expect("an edited file is one of the repository");
        bytes.splice(edit.span.range(), edit.text.bytes());
    }
    files
}

/// What is a finding's own, however lines and places move.
fn identity(finding: &Finding) -> (&'static str, String, String) {
    (finding.rule, format!("{:?} {} {:?}", finding.object, finding.field, finding.clusters), finding.message.clone())
}

fn kinds(outcome: &Outcome) -> BTreeMap<Kind, Severity> {
    let sure = outcome.findings.iter().filter(|f| f.confidence > hco_lint::finding::Confidence::Low);
    sure.map(|f| ((f.rule, format!("{:?}", f.object)), f.severity)).collect()
}
