//! One cluster is given more than one HyperConverged; the operator acts on one.

use super::{Check, Draft, Findings};
use crate::cluster::Cluster;
use crate::finding::Confidence;

pub(super) const CHECK: Check = Check::Cluster(check);

fn check(cluster: &Cluster, findings: &mut Findings) {
    let given: Vec<_> = cluster.hyperconverged.iter().filter(|c| c.confidence > Confidence::Low).collect();
    let [first, others @ ..] = given.as_slice() else { return };
    for claim in others {
        let at = claim.hco.nearest(&["metadata", "name"]);
        // The same document delivered twice is one resource.
        if at == first.hco.nearest(&["metadata", "name"]) {
            continue;
        }
        findings.add(
            Draft::new(at, "another one", format!("{} is given more than one HyperConverged", cluster.name))
                .about(&claim.hco.object)
                .field("metadata.name")
                .because(first.hco.nearest(&["metadata", "name"]), "the first one")
                .help("keep one; whichever is applied last wins")
                .confidence(claim.confidence.min(first.confidence)),
        );
    }
}
