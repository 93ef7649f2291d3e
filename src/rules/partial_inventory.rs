//! The only pools declared are of one architecture that is not amd64, and nothing says that they are all.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::operator::Tri;
use crate::outcome::Knowledge;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let architectures = &subject.architectures;
    if !subject.minds_architectures() || subject.feature.on != Tri::No || architectures.knowledge != Knowledge::Partial || subject.images.any() == Tri::No {
        return;
    }
    // A placement that names the architecture is an upper bound: no other one can come in.
    if subject.workloads.has_requirements() == Tri::Yes || architectures.conceivable().len() != 1 {
        return;
    }
    let Some((arch, proofs)) = architectures.workloads.iter().next().filter(|(a, _)| a.as_str() != "amd64") else { return };
    let Some(proof) = proofs.first() else { return };
    let (cluster, name) = (subject.cluster, subject.cluster.called());
    findings.add(
        Draft::new(proof.span, format!("{arch}"), format!("only {arch} nodes of {name} are declared; if its other nodes are amd64, golden images lack an architecture"))
            .about(&subject.hco.object)
            .item(&cluster.name)
            .field("nodes")
            .because(subject.feature.place, "golden images are imported for one architecture only")
            .note("the machine sets that the installer makes are usually not in Git")
            .help(format!("say what all nodes of {name} are, with `nodeArchitectures` in .hco-lint.yaml or with `--nodes`"))
            .confidence(proof.confidence.min(subject.membership())),
    );
}
