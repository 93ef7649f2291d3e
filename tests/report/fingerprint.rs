//! What keeps a finding the same finding.

use crate::support::{awkward, fleet};
use hco_lint::files::Shown;
use hco_lint::outcome::Outcome;
use hco_lint::report::fingerprint::Fingerprints;
use hco_lint::source::Source;

fn source(outcome: &mut Outcome) -> &mut Source {
    outcome.sources.values_mut().next().expect("a source")
}

#[test]
fn it_is_the_hash_that_is_described() {
    // Computed from the description by another program.
    assert_eq!(Fingerprints::of(&fleet()).findings[0], "9534420a7015e2203306646878015ee4");
}

#[test]
fn it_survives_moved_lines_other_words_and_other_clusters() {
    let before = Fingerprints::of(&fleet());
    let mut outcome = fleet();
    let base = source(&mut outcome);
    *base = Source::new(base.path.clone(), format!("# a new comment\n{}", base.text));
    for finding in outcome.findings.iter_mut().chain(outcome.suppressed.iter_mut().map(|s| &mut s.finding)) {
        finding.primary.span.start += 16;
        finding.primary.span.end += 16;
        finding.message.push_str(" indeed");
        finding.clusters.insert("new".to_owned());
        finding.related.clear();
    }
    assert_eq!(Fingerprints::of(&outcome).findings, before.findings);
}

#[test]
fn it_changes_with_each_part_of_the_identity() {
    let before = Fingerprints::of(&fleet()).findings;
    let changed = |change: fn(&mut Outcome)| {
        let mut outcome = fleet();
        change(&mut outcome);
        Fingerprints::of(&outcome).findings[0] != before[0]
    };
    assert!(changed(|o| o.findings[0].rule = "syntax"));
    assert!(changed(|o| o.findings[0].object.kind = "KubeVirt".into()));
    assert!(changed(|o| o.findings[0].object.name = "other".into()));
    assert!(changed(|o| o.findings[0].object.item = Some("item".into())));
    assert!(changed(|o| o.findings[0].field = "spec".into()));
    assert!(changed(|o| source(o).path = "base/other.yaml".into()));
    assert!(changed(|o| o.shown = Shown::new("/r".as_ref(), "/r/deploy".as_ref())));
    assert!(!changed(|_| ()));
}

#[test]
fn equal_ones_are_counted_in_the_order_of_the_file() {
    let fingerprints = Fingerprints::of(&awkward()).findings;
    // The fourth finding stands behind the third.
    assert_eq!(fingerprints[3], format!("{}-2", fingerprints[2]));
    let mut turned = awkward();
    turned.findings.swap(2, 3);
    let turned = Fingerprints::of(&turned).findings;
    assert_eq!((&turned[2], &turned[3]), (&fingerprints[3], &fingerprints[2]));
}

#[test]
fn suppressing_one_renames_no_other() {
    let mut outcome = awkward();
    let before = Fingerprints::of(&outcome);
    let finding = outcome.findings.remove(2);
    outcome.suppressed.push(hco_lint::outcome::Suppressed { finding, by: hco_lint::outcome::Suppression::Baseline, reason: None, at: None });
    let after = Fingerprints::of(&outcome);
    assert_eq!(after.findings[2], before.findings[3]);
    assert_eq!(after.suppressed, [before.findings[2].clone()]);
}
