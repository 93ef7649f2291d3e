//! An entry without `metadata`, or without a name in it.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::finding::Consequence;
use crate::yaml::Lookup;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (index, image) in subject.hco.images().into_iter().enumerate() {
        if !image.name().is_empty() || !image.name_known() || image.node.as_mapping().is_none() {
            continue;
        }
        let (here, consequence) = match image.node.at(&["metadata"]) {
            Lookup::Absent => ("no `metadata`, which the operator's mutating webhook writes to", Consequence::Rejected),
            Lookup::Found(_) => ("no `metadata.name`; admitted, then refused when the images are deployed", Consequence::Breaks),
            Lookup::Unknown(_) => continue,
        };
        findings.add(
            Draft::new(image.lacking(&["metadata", "name"]), here, format!("golden image number {} has no name", index + 1))
                .about(&subject.hco.object)
                .item(&format!("#{}", index + 1))
                .field("metadata.name")
                .help("give it a `metadata.name` of its own")
                .consequence(consequence)
                .confidence(subject.confidence()),
        );
    }
}
