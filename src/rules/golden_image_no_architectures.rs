//! The feature is on and a golden image does not say which architectures it has.

use super::{Check, Draft, Findings, golden_image};
use crate::cluster::Subject;
use crate::fix::{Change, Proposal};
use crate::operator::Tri;
use crate::operator::hyperconverged::{ARCHITECTURES, Text};
use crate::operator::images::{Annotation, GoldenImage};
use crate::source::Span;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.minds_architectures() || subject.feature.on != Tri::Yes {
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
    let entry = image.entry.as_ref().map_or(subject.feature.place, |e| e.lacking(&["metadata", "annotations", ARCHITECTURES]));
    let (at, here) = match empty {
        Some(place) => (place, "the list is empty, so the image is not imported either"),
        None => (entry, "no list of architectures"),
    };
    let mut draft = Draft::new(at, here, format!("{} does not say which architectures it has", golden_image(&image.name)))
        .about(&subject.hco.object)
        .item(&image.name)
        .field(ARCHITECTURES)
        .help(format!("list them in the annotation `{ARCHITECTURES}`, as in \"amd64,arm64\" without blanks; `podman manifest inspect` shows what the image has"));
    if image.common && image.registry_modified == Tri::Yes {
        draft = draft.note("its entry changes the registry of one of the operator's own images, and with it the operator's own list is dropped");
    }
    if subject.feature.decided_by.is_some() {
        draft = draft.because(subject.feature.place, "golden images are imported per architecture");
    }
    if let Some(proposal) = annotate(subject, image) {
        draft = draft.fix(proposal);
    }
    draft
}

/// A copy of one of the operator's own images has, most likely, the architectures of the original.
fn annotate(subject: &Subject<'_>, image: &GoldenImage) -> Option<Proposal> {
    let known = subject.catalogue.get(&image.name)?.architectures.clone()?;
    let nodes = subject.nodes();
    if known.split(',').all(|arch| nodes.run(arch) == Tri::No) {
        return None;
    }
    let entry = image.entry.as_ref()?;
    let change = match entry.annotation(ARCHITECTURES) {
        Text::Is(_, node) => Change::Replace { node: node.clone(), text: known.clone() },
        Text::Absent => Change::Set {
            root: entry.node.clone(),
            path: ["metadata", "annotations", ARCHITECTURES].map(str::to_owned).to_vec(),
            value: format!("\"{known}\""),
        },
        Text::Unknown => return None,
    };
    Some(Proposal { title: "list the architectures of the operator's own image".to_owned(), safe: false, changes: vec![change] })
}
