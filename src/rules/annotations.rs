//! What the rules about the text of the architectures annotation share: which annotations count, and how much.

use super::{Draft, Findings};
use crate::cluster::Subject;
use crate::finding::Severity;
use crate::operator::Tri;
use crate::operator::hyperconverged::ARCHITECTURES;
use crate::operator::images::GoldenImage;
use crate::yaml::Node;

/// Calls `find` with every annotation that the resource writes and the operator would use. On plain Kubernetes no golden image is deployed.
pub(super) fn each(subject: &Subject<'_>, findings: &mut Findings, find: fn(&GoldenImage, &str, &Node) -> Option<Draft>) {
    if !subject.minds_architectures() {
        return;
    }
    for image in &subject.images.list {
        let Some((text, node)) = image.written() else { continue };
        let Some(draft) = find(image, text, node) else { continue };
        let mut draft = draft.about(&subject.hco.object).item(&image.name).field(ARCHITECTURES).confidence(subject.confidence());
        if subject.feature.on == Tri::No {
            draft = draft.severity(Severity::Info).note("golden images are imported for one architecture only here, so nothing is lost yet");
        }
        findings.add(draft);
    }
}
