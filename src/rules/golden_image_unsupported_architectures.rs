//! The feature is on and no node has any of a golden image's architectures.

use super::{Check, Draft, Findings, golden_image};
use crate::cluster::Subject;
use crate::finding::Confidence;
use crate::fix::{Change, Proposal};
use crate::nodes::arch::Arch;
use crate::operator::Tri;
use crate::operator::hyperconverged::{ARCHITECTURES, ENABLE, Part, Text};
use crate::operator::images::{Annotation, GoldenImage};
use crate::outcome::Knowledge;
use crate::source::Span;
use crate::text::and;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.minds_architectures() || subject.feature.on != Tri::Yes || subject.architectures.knowledge == Knowledge::Unknown {
        return;
    }
    // With no node of either kind the operator names no architectures to SSP, which refuses that: the metric is never set.
    let architectures = &subject.architectures;
    if [&architectures.workloads, &architectures.control_plane, &architectures.possible].iter().all(|map| map.is_empty()) {
        return;
    }
    for image in &subject.images.list {
        let Annotation::Is(text, place) = &image.annotation else { continue };
        let listed = |arch: &Arch| text.split(',').any(|token| token == arch.as_str());
        let (workloads, possible) = (&subject.architectures.workloads, &subject.architectures.possible);
        // Nodes that are there and may be workload nodes are enough to say nothing.
        let may_run = |arch: &Arch| listed(arch) && subject.architectures.may_be_present(arch);
        if text.is_empty() || workloads.keys().any(listed) || possible.keys().any(may_run) {
            continue;
        }
        // Absence follows from a complete inventory alone; a pool of the right architecture may get its nodes.
        let complete = subject.architectures.knowledge == Knowledge::Complete && !possible.keys().any(listed);
        let confidence = if complete { subject.membership().min(subject.cluster.inventory()) } else { Confidence::Low };
        findings.add(draft(subject, image, text, *place).confidence(confidence));
    }
}

fn draft(subject: &Subject<'_>, image: &GoldenImage, text: &str, place: Option<Span>) -> Draft {
    let at = place.or_else(|| image.entry.as_ref().map(|e| e.span())).unwrap_or(subject.feature.place);
    let here = if place.is_some() { "none of these is a workload node's architecture".to_owned() } else { format!("imported for {text}") };
    let mut draft = Draft::new(at, here, format!("{} has no architecture of this cluster's nodes, so it is not imported", golden_image(&image.name)))
        .about(&subject.hco.object)
        .item(&image.name)
        .field(ARCHITECTURES)
        .help(help(subject, image));
    let names: Vec<&str> = subject.architectures.workloads.keys().map(Arch::as_str).collect();
    draft = match names.as_slice() {
        [] => draft.note(format!("no node of {} can run workloads", subject.cluster.called())),
        names => draft.note(format!("workload nodes of {} have {}", subject.cluster.called(), and(names))),
    };
    for (arch, proofs) in &subject.architectures.workloads {
        if let Some(proof) = proofs.first() {
            draft = draft.because(proof.span, subject.evidence(&[arch], proof));
        }
    }
    match disable(image) {
        Some(proposal) => draft.fix(proposal),
        None => draft,
    }
}

fn help(subject: &Subject<'_>, image: &GoldenImage) -> String {
    let disable = format!("the annotation `{ENABLE}: \"false\"`");
    if subject.architectures.workloads.is_empty() {
        let path = subject.hco.api.path(Part::Workloads).join(".");
        return format!("let `{path}` choose nodes that exist; without it, workload nodes are those with the label `node-role.kubernetes.io/worker`");
    }
    match image.entry {
        Some(_) => format!("correct the list, build the image for an architecture of the cluster, or disable it with {disable}"),
        None => format!("disable it with an entry of this name and {disable}"),
    }
}

/// Switches the image off, where the resource has an entry for it.
fn disable(image: &GoldenImage) -> Option<Proposal> {
    let entry = image.entry.as_ref()?;
    let change = match entry.annotation(ENABLE) {
        Text::Is(_, node) => Change::Replace { node: node.clone(), text: "false".to_owned() },
        Text::Absent => Change::Set {
            root: entry.node.clone(),
            path: ["metadata", "annotations", ENABLE].map(str::to_owned).to_vec(),
            value: "\"false\"".to_owned(),
        },
        Text::Unknown => return None,
    };
    Some(Proposal { title: "disable the image".to_owned(), safe: false, changes: vec![change] })
}
