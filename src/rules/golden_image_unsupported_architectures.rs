//! The feature is on and no node has any of a golden image's architectures.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::finding::Confidence;
use crate::nodes::arch::Arch;
use crate::operator::Tri;
use crate::operator::hyperconverged::ARCHITECTURES;
use crate::operator::images::{Annotation, GoldenImage};
use crate::outcome::Knowledge;
use crate::source::Span;
use crate::text::and;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.plain_kubernetes || subject.feature.on != Tri::Yes || subject.architectures.knowledge == Knowledge::Unknown {
        return;
    }
    for image in &subject.images.list {
        let Annotation::Is(text, place) = &image.annotation else { continue };
        let listed = |arch: &Arch| text.split(',').any(|token| token == arch.as_str());
        let workloads = &subject.architectures.workloads;
        if text.is_empty() || workloads.keys().any(listed) {
            continue;
        }
        // Absence follows from a complete inventory alone; a possible node of the right architecture would be enough.
        let possible = subject.architectures.possible.keys().any(listed);
        let complete = subject.architectures.knowledge == Knowledge::Complete && !possible;
        let confidence = if complete { subject.membership() } else { Confidence::Low };
        findings.add(draft(subject, image, text, *place).confidence(confidence));
    }
}

fn draft(subject: &Subject<'_>, image: &GoldenImage, text: &str, place: Option<Span>) -> Draft {
    let at = place.or_else(|| image.entry.as_ref().map(|e| e.span())).unwrap_or(subject.feature.place);
    let here = if place.is_some() { "none of these is a workload node's architecture".to_owned() } else { format!("imported for {text}") };
    let mut draft = Draft::new(at, here, format!("the golden image {} has no architecture of this cluster's nodes, so it is not imported", image.name))
        .about(&subject.hco.object)
        .item(&image.name)
        .field(ARCHITECTURES)
        .help("correct the list, build the image for an architecture of the cluster, or disable the image with the annotation `dataimportcrontemplate.kubevirt.io/enable: \"false\"`");
    let names: Vec<&str> = subject.architectures.workloads.keys().map(Arch::as_str).collect();
    draft = match names.as_slice() {
        [] => draft.note(format!("no node of {} can run workloads", subject.cluster.name)),
        names => draft.note(format!("workload nodes of {} have {}", subject.cluster.name, and(names))),
    };
    for proofs in subject.architectures.workloads.values() {
        if let Some(proof) = proofs.first() {
            draft = draft.because(proof.span, format!("{} {} ({})", proof.kind, proof.name, proof.detail));
        }
    }
    draft
}
