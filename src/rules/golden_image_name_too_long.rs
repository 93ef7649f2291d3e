//! A name leaves no room for the suffix that each architecture adds.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::manifest::template::is_template;
use crate::operator::hyperconverged::Image;
use crate::operator::images::{Annotation, GoldenImage};
use crate::operator::{SUPPORTED, Tri};
use crate::yaml::Node;

pub(super) const CHECK: Check = Check::Subject(check);

/// What CDI accepts for the name of a DataImportCron and of its data source.
const LONGEST: usize = 63;
/// Length of `-amd64`, `-arm64` and `-s390x`.
const SUFFIX: usize = 6;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.minds_architectures() || subject.feature.on != Tri::Yes {
        return;
    }
    let nodes = subject.nodes();
    for image in &subject.images.list {
        let Some(entry) = &image.entry else { continue };
        let imported = imported(image, |arch| nodes.run(arch));
        if imported == Tri::No {
            continue;
        }
        for (path, what) in [(["metadata", "name"].as_slice(), "name"), (&["spec", "managedDataSource"], "data source")] {
            let Some((text, node)) = long(entry, path) else { continue };
            let (here, message) = (
                format!("{} characters, {} with the architecture", text.len(), text.len() + SUFFIX),
                format!("the {what} of the golden image {} is too long to take an architecture's suffix", image.name),
            );
            let mut draft = Draft::new(node.span(), here, message)
                .about(&subject.hco.object)
                .item(&image.name)
                .field(&path.join("."))
                .help(format!("use at most {} characters", LONGEST - SUFFIX))
                .confidence(subject.membership());
            if imported == Tri::Maybe {
                draft = draft.confidence(crate::finding::Confidence::Medium).note("it is not known whether any node has one of the image's architectures");
            }
            if let Some(decided) = &subject.feature.decided_by {
                draft = draft.because(decided.span(), "golden images are imported per architecture, as `NAME-ARCHITECTURE`");
            }
            findings.add(draft);
        }
    }
}

/// Whether the image is imported under names with a suffix: one without the annotation keeps its own name, one for no node is left out.
fn imported(image: &GoldenImage, run: impl Fn(&str) -> Tri) -> Tri {
    match &image.annotation {
        Annotation::Absent => Tri::No,
        Annotation::Unknown => Tri::Maybe,
        Annotation::Is(..) => image.annotation.tokens().filter(|t| SUPPORTED.contains(t)).map(run).fold(Tri::No, Tri::or),
    }
}

fn long<'a>(entry: &'a Image, path: &[&str]) -> Option<(&'a str, &'a Node)> {
    let node = entry.node.find(path)?;
    let text = node.text().filter(|t| t.len() > LONGEST - SUFFIX && !is_template(t))?;
    Some((text, node))
}
