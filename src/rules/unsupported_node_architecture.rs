//! Nodes of an architecture that the images' operator refuses, with the feature on or off.

use super::{Check, Draft, Findings};
use crate::cluster::{Proof, Subject};
use crate::nodes::arch::Arch;
use crate::operator::SUPPORTED;
use crate::operator::hyperconverged::Part;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.minds_architectures() {
        return;
    }
    let (workloads, control_plane) = (&subject.architectures.workloads, &subject.architectures.control_plane);
    let refused = |arch: &&Arch| !SUPPORTED.contains(&arch.as_str());
    for (arch, proofs) in control_plane.iter().filter(|(arch, _)| refused(arch)) {
        findings.extend(proofs.first().map(|proof| of_control_plane(subject, arch, proof)));
    }
    for (arch, proofs) in workloads.iter().filter(|(arch, _)| refused(arch) && !control_plane.contains_key(*arch)) {
        findings.extend(proofs.first().map(|proof| of_workloads(subject, arch, proof)));
    }
}

/// No placement takes the control plane out.
fn of_control_plane(subject: &Subject<'_>, arch: &Arch, proof: &Proof) -> Draft {
    let here = format!("given to a cluster with a control plane of {arch}");
    draft(subject, subject.hco.nearest(&["kind"]), here, arch, proof).field("controlPlane").help("no placement takes the control plane out: this cluster cannot have golden images and templates")
}

fn of_workloads(subject: &Subject<'_>, arch: &Arch, proof: &Proof) -> Draft {
    let path = subject.hco.api.path(Part::Workloads);
    let field = path.join(".");
    draft(subject, subject.hco.nearest(path), format!("lets {arch} nodes take part"), arch, proof)
        .field(&field)
        .help(format!("keep these nodes out with a required node affinity in `{field}`"))
}

fn draft(subject: &Subject<'_>, at: crate::source::Span, here: String, arch: &Arch, proof: &Proof) -> Draft {
    Draft::new(at, here, format!("{arch} nodes stop golden images and templates from being deployed at all"))
        .about(&subject.hco.object)
        .item(arch.as_str())
        .because(proof.span, subject.evidence(&[arch], proof))
        .confidence(proof.confidence.min(subject.membership()))
}
