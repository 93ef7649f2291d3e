//! A cluster gets a HyperConverged and nothing says what its nodes are.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::finding::Confidence;
use crate::operator::Tri;
use crate::outcome::Knowledge;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let architectures = &subject.architectures;
    let nothing = architectures.knowledge == Knowledge::Unknown && architectures.possible.is_empty();
    if subject.plain_kubernetes || !nothing || subject.feature.on == Tri::Yes || subject.membership() == Confidence::Low {
        return;
    }
    let name = &subject.cluster.name;
    findings.add(
        Draft::new(
            subject.hco.nearest(&["kind"]),
            "its cluster's nodes are not declared",
            format!("nothing says which architectures the nodes of {name} have"),
        )
        .about(&subject.hco.object)
        .item(name)
        .field("nodes")
        .help(remedy(name))
        .confidence(subject.membership()),
    );
}

/// The one line that settles it.
fn remedy(name: &str) -> String {
    if name.starts_with(['(', '.']) {
        return "say it with `--arch amd64,arm64` or `--nodes FILE`, where FILE is what `kubectl get nodes -o yaml` prints".to_owned();
    }
    format!("add `{{name: {name}, nodeArchitectures: […]}}` to `clusters` in .hco-lint.yaml, or pass `--arch {name}=amd64,arm64` or `--nodes {name}=FILE`, where FILE is what `kubectl get nodes -o yaml` prints")
}
