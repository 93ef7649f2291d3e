//! A HyperConverged the operator will not act on, because of its name.

use super::{Check, Draft, Findings};
use crate::cluster::Cluster;
use crate::finding::Consequence;
use crate::fix::{Change, Proposal};
use crate::manifest::template::is_template;
use crate::operator::hyperconverged::NAME;
use crate::yaml::{Lookup, Node};

pub(super) const CHECK: Check = Check::Cluster(check);

fn check(cluster: &Cluster, findings: &mut Findings) {
    for claim in &cluster.hyperconverged {
        let object = &claim.hco.object;
        let name = match object.root.at(&["metadata", "name"]) {
            Lookup::Found(node) if node.as_str().is_some_and(|n| n != NAME && !is_template(n)) => node,
            _ => continue,
        };
        // The CRD's pattern is not anchored: a longer name that contains the right one is admitted and then ignored.
        let (here, consequence) = if name.as_str().is_some_and(|n| n.contains(NAME)) {
            ("admitted, but the operator ignores it", Consequence::Ignored)
        } else {
            ("the API server refuses this name", Consequence::Rejected)
        };
        let draft = Draft::new(name.span(), here, format!("the HyperConverged must be named {NAME}"))
            .about(object)
            .field("metadata.name")
            .consequence(consequence)
            .confidence(claim.confidence);
        // A patch would look for it in vain.
        findings.add(if claim.hco.is_patched() { draft } else { draft.fix(rename(name)) });
    }
}

fn rename(name: &Node) -> Proposal {
    let changes = vec![Change::Replace { node: name.clone(), text: NAME.to_owned() }];
    Proposal { title: format!("name it {NAME}"), safe: false, changes }
}
