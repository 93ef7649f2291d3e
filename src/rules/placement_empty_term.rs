//! A required node affinity without any effective term: it matches no node.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::operator::hyperconverged::Part;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let placement = &subject.workloads;
    let Some(required) = placement.required.as_ref().filter(|r| r.is_empty() && placement.unknown.is_none()) else { return };
    let (at, here) = match required.terms.first() {
        Some(term) => (term.span, "a term without requirements matches nothing"),
        None => (required.span, "without a term there is nothing that could match"),
    };
    findings.add(
        Draft::new(at, here, "the required node affinity of workloads matches no node at all")
            .about(&subject.hco.object)
            .field(&subject.hco.api.path(Part::Workloads).join("."))
            .help("write what the nodes must have, or remove `requiredDuringSchedulingIgnoredDuringExecution`")
            .confidence(subject.confidence()),
    );
}
