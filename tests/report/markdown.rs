//! The Markdown document as a platform sees it.

use crate::support::{fleet, many};
use crate::{options, write};
use hco_lint::report::Format;

#[test]
fn it_stays_within_what_a_comment_may_hold() {
    let mut outcome = many(300);
    for i in 0..400 {
        let mut finding = outcome.findings[0].clone();
        finding.field = format!("spec.{i}");
        outcome.findings.push(finding);
    }
    let text = write(Format::Markdown, &outcome, &options());
    assert!(text.len() < 65_536, "{} bytes", text.len());
    assert!(text.contains("more findings not shown here"), "and says so");
    assert!(text.contains("| 250 more |"), "{text}");
}

#[test]
fn clusters_with_findings_come_first_when_not_all_fit() {
    let outcome = many(300);
    assert_eq!(outcome.findings[0].clusters.len(), 85);
    let text = write(Format::Markdown, &outcome, &options());
    let rows = text.lines().filter(|l| l.starts_with("| `cluster-"));
    assert!(rows.clone().all(|r| r.ends_with("| 1 |")), "{text}");
    assert_eq!(rows.count(), 50);
}

/// Blocks are balanced: what comes from the repository ends none of them.
#[test]
fn the_evidence_is_folded() {
    for outcome in [fleet(), crate::support::awkward()] {
        let text = write(Format::Markdown, &outcome, &options());
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
        assert_eq!(text.matches("<summary>").count(), text.matches("</summary>").count());
        let fences = text.lines().filter(|l| l.starts_with("```")).count();
        assert!(fences > 0 && fences % 2 == 0);
    }
}
