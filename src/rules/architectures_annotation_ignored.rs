//! An architectures annotation that has no effect: the operator's own one wins, or the feature is off.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::fix::{Change, Proposal};
use crate::operator::Tri;
use crate::operator::hyperconverged::{ARCHITECTURES, Image, Text};
use crate::operator::images::{Annotation, GoldenImage};

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.plain_kubernetes {
        return;
    }
    for image in &subject.images.list {
        let Some(entry) = &image.entry else { continue };
        let Text::Is(text, node) = entry.annotation(ARCHITECTURES) else { continue };
        let draft = match subject.feature.on {
            Tri::No => off(subject, image),
            Tri::Yes => overruled(image, text),
            Tri::Maybe => None,
        };
        let Some((here, message, help)) = draft else { continue };
        let mut draft = Draft::new(node.span(), here, message)
            .about(&subject.hco.object)
            .item(&image.name)
            .field(ARCHITECTURES)
            .help(help)
            .confidence(subject.confidence());
        draft = match (subject.feature.on, remove(entry)) {
            (Tri::Yes, Some(fix)) => draft.fix(fix),
            _ => draft.because(subject.feature.place, "golden images are imported for one architecture only"),
        };
        findings.add(draft);
    }
}

type Words = (&'static str, String, String);

fn off(subject: &Subject<'_>, image: &GoldenImage) -> Option<Words> {
    let message = format!("the architectures of the golden image {} have no effect while images are imported for one architecture only", image.name);
    let help = if subject.release.has_feature() {
        format!("{}, or remove the annotation", subject.feature.enabling())
    } else {
        format!("release {} of the operator cannot import images per architecture; remove the annotation", subject.release)
    };
    Some(("without effect", message, help))
}

/// With an unchanged registry the operator keeps what it knows of its own image.
fn overruled(image: &GoldenImage, text: &str) -> Option<Words> {
    if !image.common || image.registry_modified != Tri::No {
        return None;
    }
    let Annotation::Is(own, None) = &image.annotation else { return None };
    if own == text {
        return None;
    }
    let message = format!("the architectures of the golden image {} are ignored: it is the operator's own and its registry is unchanged", image.name);
    let help = format!("remove the annotation: the image is imported for {own}; to import for other architectures, name another registry in its source");
    Some(("without effect", message, help))
}

fn remove(entry: &Image) -> Option<Proposal> {
    let mapping = entry.node.find(&["metadata", "annotations"])?;
    // A map needs an entry; with none left it goes as a whole.
    let change = if mapping.as_mapping().is_some_and(|m| m.entries.len() > 1) {
        Change::Remove { mapping: mapping.clone(), key: ARCHITECTURES.to_owned() }
    } else {
        Change::Remove { mapping: entry.node.find(&["metadata"])?.clone(), key: "annotations".to_owned() }
    };
    Some(Proposal { title: "remove the annotation".to_owned(), safe: true, changes: vec![change] })
}
