//! A virtual machine's disk is to be made from a data source of one architecture that no golden image fills.

use super::{Check, Draft, Findings};
use crate::cluster::{SourceRef, Subject};
use crate::finding::Confidence;
use crate::operator::Tri;
use crate::operator::data_sources::{has_template, is_there, lives_in};

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.minds_architectures() {
        return;
    }
    let made = subject.data_sources();
    for machine in subject.cluster.machines() {
        for source in machine.sources().unwrap_or_default() {
            let Some((base, arch)) = source.split() else { continue };
            // Only what would come from one of the golden images is this configuration's to make.
            let images = subject.images.list.iter().enumerate().filter(|(_, i)| i.data_source.as_deref() == Some(base));
            let Some((_, image)) = images.into_iter().find(|(_, i)| lives_in(subject.hco, i, source.namespace)) else { continue };
            if made.iter().any(|d| d.name == source.name && is_there(d, source.namespace)) || declared(subject, &source) {
                continue;
            }
            let message = format!("the virtual machine {} needs the data source {}, which no golden image fills", machine.object.name, source.name);
            let (here, help) = match subject.feature.on {
                Tri::No => (
                    "made only while images are imported per architecture",
                    format!("{}, or use the data source {base}", subject.feature.enabling()),
                ),
                _ => ("not imported for this architecture", format!("add {arch} to the architectures of {}, or use another data source", image.name)),
            };
            let mut confidence = subject.membership().min(machine.confidence);
            if !subject.hco.images_known() {
                confidence = Confidence::Low;
            } else if has_template(base, arch) {
                // The templates' operator makes it, and somebody may have filled it by hand.
                confidence = confidence.min(Confidence::Medium);
            }
            findings.add(
                Draft::new(source.node.span(), here, message)
                    .about(machine.object)
                    .item(source.name)
                    .field("spec.dataVolumeTemplates")
                    .because(image.entry.as_ref().map_or(subject.feature.place, |e| e.span()), format!("{} manages {base}", image.name))
                    .help(help)
                    .confidence(confidence),
            );
        }
    }
}

/// Whether the repository itself delivers the data source.
fn declared(subject: &Subject<'_>, source: &SourceRef<'_>) -> bool {
    subject.cluster.given("cdi.kubevirt.io", "DataSource").any(|(o, _)| o.name == source.name)
}
