//! Some architecture of the cluster's workload nodes has no copy of a golden image.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::nodes::arch::Arch;
use crate::operator::{SUPPORTED, Tri};
use crate::operator::hyperconverged::ARCHITECTURES;
use crate::operator::images::Annotation;
use crate::text::and;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.minds_architectures() || subject.feature.on != Tri::Yes {
        return;
    }
    let workloads = &subject.architectures.workloads;
    for image in &subject.images.list {
        let Annotation::Is(text, place) = &image.annotation else { continue };
        let listed = |arch: &Arch| text.split(',').any(|token| token == arch.as_str());
        // No image can be imported for an architecture that SSP does not know, whatever it lists.
        let (has, missing): (Vec<_>, Vec<_>) = workloads.iter().filter(|(arch, _)| SUPPORTED.contains(&arch.as_str())).partition(|(arch, _)| listed(arch));
        if missing.is_empty() || has.is_empty() {
            continue;
        }
        let names: Vec<&str> = missing.iter().map(|(arch, _)| arch.as_str()).collect();
        let at = place.or_else(|| image.entry.as_ref().map(|e| e.span())).unwrap_or(subject.feature.place);
        let message = format!("the golden image {} is not imported for {}, which workload nodes have", image.name, and(&names));
        let sure = missing.iter().filter_map(|(_, proofs)| proofs.iter().map(|p| p.confidence).max()).max();
        let mut draft = Draft::new(at, format!("imported for {text} only"), message)
            .about(&subject.hco.object)
            .item(&image.name)
            .field(ARCHITECTURES)
            .help(format!("if the image has {}, add it to the annotation `{ARCHITECTURES}`; if not, keep its virtual machines to the others", and(&names)))
            .confidence(sure.map_or(subject.membership(), |c| c.min(subject.membership())));
        for (arch, proofs) in missing {
            if let Some(proof) = proofs.first() {
                draft = draft.because(proof.span, subject.evidence(&[arch], proof));
            }
        }
        findings.add(draft);
    }
}
