//! An enabled entry without `spec`: admission refuses the resource.

use super::{Check, Draft, Findings, golden_image};
use crate::cluster::Subject;
use crate::operator::Tri;
use crate::operator::hyperconverged::ENABLE;
use crate::yaml::Lookup;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for image in subject.hco.images() {
        if image.enabled() != Tri::Yes || !matches!(image.node.at(&["spec"]), Lookup::Absent) {
            continue;
        }
        findings.add(
            Draft::new(image.lacking(&["spec"]), "enabled, and has no `spec`", format!("{} is enabled but has no spec", golden_image(image.name())))
                .about(&subject.hco.object)
                .item(image.name())
                .field("spec")
                .help(format!("give it a `spec`, or disable it with the annotation `{ENABLE}: \"false\"`"))
                .confidence(subject.confidence()),
        );
    }
}
