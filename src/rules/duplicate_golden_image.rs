//! Two entries of one name, disabled ones included: the operator cannot build its list.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::operator::hyperconverged::Image;
use crate::source::Span;
use std::collections::BTreeMap;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let mut first = BTreeMap::new();
    let images = subject.hco.images();
    for image in images.iter().filter(|i| i.name_known()) {
        let Some(earlier) = first.insert(image.name(), image.span()) else { continue };
        // Through an alias both are one text: then it is the entry that stands there again.
        let at = if image.span() == earlier { entry(image) } else { image.span() };
        let message = match image.name() {
            "" => "two golden images have no name, which counts as the same name".to_owned(),
            name => format!("the golden image {name} is defined twice"),
        };
        findings.add(
            Draft::new(at, "defined again", message)
                .about(&subject.hco.object)
                .item(image.name())
                .field("metadata.name")
                .because(earlier, "first defined here")
                .help("remove or rename one of them; a disabled entry counts too")
                .confidence(subject.confidence()),
        );
    }
}

/// The first line of an entry itself.
fn entry(image: &Image) -> Span {
    let first = image.node.as_mapping().and_then(|m| m.entries.first());
    image.node.alias().or(first.map(|e| e.key.span())).unwrap_or(image.node.span())
}
