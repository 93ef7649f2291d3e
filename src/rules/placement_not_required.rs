//! The placement of workloads speaks of architectures, but in words that decide nothing.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::operator::hyperconverged::Part;
use crate::operator::placement::{hints, is_architecture};

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let (architectures, placement) = (&subject.architectures, &subject.workloads);
    if architectures.workloads.len() < 2 || placement.unknown.is_some() || placement.keys().any(is_architecture) {
        return;
    }
    let path = subject.hco.api.path(Part::Workloads);
    let Some((first, others)) = hints(subject.hco.part(Part::Workloads)).split_first().map(|(f, o)| (f.clone(), o.to_vec())) else { return };
    let mut draft = Draft::new(
        first.span,
        format!("{} only", first.what),
        "the placement of workloads mentions an architecture but does not require it, so nodes of every architecture count",
    )
    .about(&subject.hco.object)
    .field(&path.join("."))
    .help(format!("to keep workloads to one architecture, require it: `{}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution`", path.join(".")))
    .confidence(subject.membership().min(architectures.mixed()));
    for hint in others {
        draft = draft.because(hint.span, format!("{} only", hint.what));
    }
    for (arch, proofs) in &architectures.workloads {
        if let Some(proof) = proofs.first() {
            draft = draft.because(proof.span, subject.evidence(&[arch], proof));
        }
    }
    findings.add(draft);
}
