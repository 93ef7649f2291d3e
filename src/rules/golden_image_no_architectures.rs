//! The feature is on and a golden image does not say which architectures it has.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::operator::Tri;
use crate::operator::hyperconverged::ARCHITECTURES;
use crate::operator::images::{Annotation, GoldenImage};
use crate::source::Span;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.plain_kubernetes || subject.feature.on != Tri::Yes {
        return;
    }
    for image in &subject.images.list {
        let place = match &image.annotation {
            Annotation::Absent => None,
            Annotation::Is(text, place) if text.is_empty() => *place,
            Annotation::Is(..) | Annotation::Unknown => continue,
        };
        findings.add(draft(subject, image, place).confidence(subject.confidence()));
    }
}

fn draft(subject: &Subject<'_>, image: &GoldenImage, empty: Option<Span>) -> Draft {
    let entry = image.entry.as_ref().map_or(subject.feature.place, |e| e.span());
    let (at, here) = match empty {
        Some(place) => (place, "the list is empty, so the image is not imported either"),
        None => (entry, "no list of architectures"),
    };
    let mut draft = Draft::new(at, here, format!("the golden image {} does not say which architectures it has", image.name))
        .about(&subject.hco.object)
        .item(&image.name)
        .field(ARCHITECTURES)
        .help(format!("list them in the annotation `{ARCHITECTURES}`, as in \"amd64,arm64\" without blanks; `podman manifest inspect` shows what the image has"));
    if image.common && image.registry_modified == Tri::Yes {
        draft = draft.note("its entry changes the registry of one of the operator's own images, and with it the operator's own list is dropped");
    }
    if let Some(node) = &subject.feature.decided_by {
        draft = draft.because(node.span(), "golden images are imported per architecture");
    }
    draft
}
