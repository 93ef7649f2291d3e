//! One cluster is given more than one HyperConverged; the operator acts on one.

use super::{Check, Draft, Findings};
use crate::cluster::Cluster;
use crate::delivery::Mode;
use crate::finding::Confidence;

pub(super) const CHECK: Check = Check::Cluster(check);

fn check(cluster: &Cluster, findings: &mut Findings) {
    // What a policy merges onto the resource is none of its own.
    let given: Vec<_> = cluster.hyperconverged.iter().filter(|c| c.confidence > Confidence::Low && c.mode == Mode::Full).collect();
    let [first, others @ ..] = given.as_slice() else { return };
    for claim in others {
        let at = claim.hco.nearest(&["metadata", "name"]);
        // Two files meet in a cluster by what their places say.
        let together = if at.file == first.hco.object.span().file { Confidence::High } else { Confidence::Medium };
        // The same document delivered twice is one resource.
        if at == first.hco.nearest(&["metadata", "name"]) {
            continue;
        }
        findings.add(
            Draft::new(at, "another one", format!("{} is given more than one HyperConverged", cluster.called()))
                .about(&claim.hco.object)
                .field("metadata.name")
                .because(first.hco.nearest(&["metadata", "name"]), "the first one")
                .help("keep one; whichever is applied last wins")
                .confidence(claim.confidence.min(first.confidence).min(together)),
        );
    }
}
