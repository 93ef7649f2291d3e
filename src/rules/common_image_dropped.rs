//! The operator's own images are switched off, and an entry carries the name of one: it is dropped without a word.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.plain_kubernetes {
        return;
    }
    let (_, switch) = subject.hco.common_images();
    for image in &subject.images.dropped {
        let message = format!("the golden image {} is dropped: it has the name of one of the operator's own, and those are switched off", image.name());
        let mut draft = Draft::new(image.span(), "neither the operator's nor yours", message)
            .about(&subject.hco.object)
            .item(image.name())
            .field("metadata.name")
            .help("give the entry a name of its own, or switch the operator's images on and disable those you do not want")
            .confidence(subject.confidence());
        if let Some(switch) = switch {
            draft = draft.because(switch.span(), "the operator's own images are switched off here");
        }
        findings.add(draft);
    }
}
