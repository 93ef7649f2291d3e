//! Two entries of one name, disabled ones included: the operator cannot build its list.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use std::collections::BTreeMap;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let mut first = BTreeMap::new();
    let images = subject.hco.images();
    for image in images.iter().filter(|i| i.name_known()) {
        let Some(earlier) = first.insert(image.name(), image.span()) else { continue };
        let message = match image.name() {
            "" => "two golden images have no name, which counts as the same name".to_owned(),
            name => format!("the golden image {name} is defined twice"),
        };
        findings.add(
            Draft::new(image.span(), "defined again", message)
                .about(&subject.hco.object)
                .item(image.name())
                .field("metadata.name")
                .because(earlier, "first defined here")
                .help("remove or rename one of them; a disabled entry counts too")
                .confidence(subject.confidence()),
        );
    }
}
