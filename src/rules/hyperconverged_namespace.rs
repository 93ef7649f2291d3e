//! The HyperConverged is not in the namespace that the operator runs in.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::fix::{Change, Proposal};
use crate::manifest::template::is_template;
use crate::operator::release::Release;
use crate::yaml::Node;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let object = &subject.hco.object;
    let Some(node) = object.root.find(&["metadata", "namespace"]) else { return };
    let Some(namespace) = Node::text(node).filter(|n| !n.is_empty() && !is_template(n)) else { return };
    let Some((operator, said)) = subject.namespace.as_ref().filter(|(operator, _)| operator != namespace) else { return };
    // As sure as it is that what installs the operator goes to the same cluster; what is configured counts.
    let by = subject.cluster.given.iter().find(|g| said.is_some_and(|s| g.object.span().contains(s)));
    let refused = subject.release >= Release::minor(17);
    let here = if refused { "creating it here is refused" } else { "ignored here" };
    let mut draft = Draft::new(node.span(), here, format!("the operator runs in {} and looks for its HyperConverged there", operator))
        .about(object)
        .field("metadata.namespace")
        .confidence(by.map_or(subject.membership(), |g| g.confidence.min(subject.membership())));
    // A patch would look for it in vain.
    if !subject.hco.is_patched() {
        let changes = vec![Change::Replace { node: node.clone(), text: operator.clone() }];
        draft = draft.fix(Proposal { title: format!("move it to {operator}"), safe: false, changes });
    }
    if let Some(span) = said {
        draft = draft.because(*span, "the operator's namespace");
    }
    findings.add(draft);
}
