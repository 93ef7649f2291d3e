//! What a fix would bring: a safe one leaves no finding that was not there, and none leaves an error.

use super::{ALL, Check, Findings, Pending};
use crate::cluster::{HcoClaim, Subject};
use crate::finding::{Confidence, ObjectRef, Severity};
use crate::fix::{Proposal, changed};
use crate::operator::hyperconverged::HyperConverged;
use std::collections::BTreeMap;

/// Findings however their words and their places change, and how bad they are: rule and object.
type Kinds = BTreeMap<(&'static str, ObjectRef), Severity>;

/// A rule whose finding is what may be left of another's, of the same object.
const REST: [(&str, &str); 1] = [("golden-image-unsupported-architectures", "golden-image-partial-coverage")];

/// Drops every proposal after which a rule would find an error that it does not find before, and takes the word safe from those after which
/// a rule would find anything new.
pub(super) fn weigh(subject: &Subject<'_>, findings: &mut Findings) {
    // Of what is only seen in part nobody knows what it would become.
    if !subject.claim.seen.root().same(subject.claim.hco.root()) {
        return;
    }
    let before = kinds(findings);
    findings.retain(|proposal| {
        let after = after(subject, proposal);
        let new = |(rule, object): &(&'static str, ObjectRef)| {
            let was = |rule: &'static str| before.contains_key(&(rule, object.clone()));
            !was(rule) && !REST.iter().any(|(whole, rest)| rest == rule && was(whole))
        };
        let worst = after.iter().filter(|(kind, _)| new(kind)).map(|(_, severity)| *severity).max();
        proposal.safe &= worst.is_none();
        worst != Some(Severity::Error)
    });
}

/// What the rules find after a proposal, if it changes the HyperConverged at all.
fn after(subject: &Subject<'_>, proposal: &Proposal) -> Kinds {
    let Some(root) = changed(subject.hco.root(), &proposal.changes) else { return Kinds::new() };
    let hco = HyperConverged { object: crate::manifest::Object { root, ..subject.hco.object.clone() }, api: subject.hco.api };
    let claim = HcoClaim { seen: hco.clone(), hco, ..subject.claim.clone() };
    let (subject, mut findings) = (subject.with(&claim), Findings::default());
    for rule in ALL.iter() {
        if let Check::Subject(check) = &rule.check {
            findings.begin(rule);
            check(&subject, &mut findings);
        }
    }
    kinds(&findings)
}

/// What is merely possible does not count.
fn kinds(findings: &Findings) -> Kinds {
    let sure = |p: &&Pending| p.finding.confidence > Confidence::Low;
    findings.pending().filter(sure).map(|p| ((p.finding.rule, p.finding.object.clone()), p.finding.severity)).collect()
}
