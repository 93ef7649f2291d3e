//! A cluster gets a HyperConverged and nothing says what its nodes are.

use super::{Check, Draft, Findings};
use crate::cluster::{Cluster, Subject};
use crate::outcome::WHOLE_REPOSITORY;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.wants_architectures() {
        return;
    }
    let cluster = subject.cluster;
    findings.add(
        Draft::new(
            subject.hco.nearest(&["kind"]),
            "its cluster's nodes are not declared",
            format!("nothing says which architectures the nodes of {} have", cluster.called()),
        )
        .about(&subject.hco.object)
        .item(&cluster.name)
        .field("nodes")
        .help(remedy(cluster))
        .confidence(subject.membership()),
    );
}

/// The one line that settles it.
fn remedy(cluster: &Cluster) -> String {
    let (line, option) = match cluster.name.as_str() {
        WHOLE_REPOSITORY => ("`defaults: {nodeArchitectures: […]}`".to_owned(), String::new()),
        name => (format!("`{{name: {name}, nodeArchitectures: […]}}` below `clusters`"), format!("{name}=")),
    };
    format!(
        "write {line} in .hco-lint.yaml, or pass `--arch {option}amd64,arm64` or `--nodes {option}FILE`, where FILE is what `kubectl get nodes -o yaml` prints"
    )
}
