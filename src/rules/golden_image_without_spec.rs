//! An enabled entry without `spec`: admission refuses the resource.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::operator::Tri;
use crate::operator::hyperconverged::ENABLE;
use crate::yaml::Lookup;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for image in subject.hco.images() {
        // An entry without any metadata is refused before its spec is looked at.
        if image.enabled() != Tri::Yes || !matches!(image.node.at(&["spec"]), Lookup::Absent) {
            continue;
        }
        findings.add(
            Draft::new(image.span(), "enabled, and has no `spec`", format!("the golden image {} is enabled but has no spec", named(image.name())))
                .about(&subject.hco.object)
                .item(image.name())
                .field("spec")
                .help(format!("give it a `spec`, or disable it with the annotation `{ENABLE}: \"false\"`"))
                .confidence(subject.confidence()),
        );
    }
}

fn named(name: &str) -> &str {
    if name.is_empty() { "without a name" } else { name }
}
