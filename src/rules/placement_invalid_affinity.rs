//! A required node affinity that does not parse.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::operator::hyperconverged::Part;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (part, word) in [(Part::Workloads, "workloads"), (Part::Infra, "infrastructure")] {
        for refusal in subject.hco.placement(part).refusals() {
            findings.add(
                Draft::new(refusal.span, refusal.reason, format!("the required node affinity of {word} does not parse"))
                    .about(&subject.hco.object)
                    .field(&subject.hco.api.path(part).join("."))
                    .confidence(subject.confidence()),
            );
        }
    }
}
