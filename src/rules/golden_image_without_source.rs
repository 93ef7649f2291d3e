//! An enabled entry customises one of the operator's images but has no source: the operator's merge dereferences it and crashes.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::operator::Tri;
use crate::operator::images::lacks_source;

pub(super) const CHECK: Check = Check::Subject(check);

/// Where an entry names its source.
const SOURCE: [&str; 4] = ["spec", "template", "spec", "source"];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    // With the common images off, the operator never merges the entry.
    if subject.hco.common_images().0 != Tri::Yes {
        return;
    }
    for image in subject.hco.images() {
        if subject.catalogue.get(image.name()).is_none() || image.enabled() != Tri::Yes || lacks_source(&image) != Tri::Yes {
            continue;
        }
        let draft = Draft::new(
            image.node.removed_at(&SOURCE).or(image.node.entry_at(&SOURCE[..1]).map(|e| e.key.span())).unwrap_or(image.span()),
            "no `template.spec.source`",
            format!("the entry for the operator's own image {} has no source, which crashes the operator's admission webhook", image.name()),
        );
        findings.add(
            draft
                .about(&subject.hco.object)
                .item(image.name())
                .field("spec.template.spec.source")
                .help("an entry replaces the operator's whole `spec`: repeat its `template.spec.source.registry` beside what you change")
                .confidence(subject.confidence()),
        );
    }
}
