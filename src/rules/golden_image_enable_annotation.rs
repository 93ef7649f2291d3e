//! The enable annotation is neither true nor false.

use super::{Check, Draft, Findings, golden_image};
use crate::cluster::Subject;
use crate::fix::{Change, Proposal};
use crate::operator::hyperconverged::{ENABLE, Text, meant};

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for image in subject.hco.images() {
        let Text::Is(value, node) = image.annotation(ENABLE) else { continue };
        // Anything but a string is refused by the schema already.
        if node.as_str().is_none() || matches!(value.to_lowercase().as_str(), "true" | "false") {
            continue;
        }
        let mut draft = Draft::new(node.span(), "neither \"true\" nor \"false\"", format!("{} is neither enabled nor disabled", golden_image(image.name())))
            .about(&subject.hco.object)
            .item(image.name())
            .field(ENABLE)
            .help("write \"true\" or \"false\", or drop the annotation to enable the image")
            .confidence(subject.confidence());
        if let Some(meant) = meant(value) {
            draft = draft.fix(Proposal {
                title: format!("write \"{meant}\""),
                safe: true,
                changes: vec![Change::Replace { node: node.clone(), text: meant.to_owned() }],
            });
        }
        findings.add(draft);
    }
}
