//! Nodes of an architecture that the images' operator refuses, with the feature on or off.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::finding::Confidence;
use crate::operator::SUPPORTED;
use crate::operator::hyperconverged::Part;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    // On plain Kubernetes the operator deploys no SSP, so nobody refuses.
    if subject.plain_kubernetes {
        return;
    }
    let architectures = &subject.architectures;
    for (arch, proofs) in architectures.workloads.iter().chain(&architectures.control_plane) {
        let Some(proof) = proofs.first().filter(|_| !SUPPORTED.contains(&arch.as_str())) else { continue };
        let workload = architectures.workloads.contains_key(arch);
        let path = subject.hco.api.path(Part::Workloads);
        let help = if workload && !architectures.control_plane.contains_key(arch) {
            format!("keep these nodes out of `{}` with a required node affinity", path.join("."))
        } else {
            "golden images and templates cannot be deployed on this cluster".to_owned()
        };
        let confidence = proof.confidence.min(subject.membership()).max(Confidence::Low);
        findings.add(
            Draft::new(subject.hco.nearest(path), format!("lets {arch} nodes take part"), format!("{arch} nodes stop golden images and templates from being deployed at all"))
                .about(&subject.hco.object)
                .item(arch.as_str())
                .field(&path.join("."))
                .because(proof.span, format!("{arch} in {}: {} {} ({})", subject.cluster.name, proof.kind, proof.name, proof.detail))
                .help(help)
                .confidence(confidence),
        );
    }
}
