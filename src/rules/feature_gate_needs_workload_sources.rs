//! v1: the deprecated gate is listed and `spec.workloadSources` is missing, so the mutating webhook's patch has no parent.

use super::gate_changes::assumed;
use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::fix::{Change, Proposal};
use crate::operator::Tri;
use crate::operator::feature::gate;
use crate::operator::hyperconverged::{Api, FEATURE};
use crate::yaml::Lookup;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.hco.api != Api::V1 || !subject.release.has_field() {
        return;
    }
    let Some(gate) = gate(subject.hco, subject.release) else { return };
    if !matches!(subject.hco.root().at(&["spec", "workloadSources"]), Lookup::Absent) {
        return;
    }
    let mut draft = Draft::new(
        gate.node.find(&["name"]).unwrap_or(gate.node).span(),
        "listed, but there is no `spec.workloadSources`",
        format!("the feature gate `{FEATURE}` is listed and `spec.workloadSources` is missing, so admission fails"),
    )
    .about(&subject.hco.object)
    .field("spec.workloadSources")
    .help(format!("set `spec.workloadSources.{FEATURE}` and remove the deprecated gate"))
    .confidence(subject.confidence());
    draft = assumed(subject, draft, "true since release 1.19, which is assumed; in 1.18 the gate is all there is");
    if gate.enabled != Tri::Maybe {
        let value = if gate.enabled == Tri::Yes { "true" } else { "false" };
        let path = subject.feature.path.iter().map(|k| (*k).to_owned()).collect();
        let changes = vec![Change::Set { root: subject.hco.root().clone(), path, value: value.to_owned() }];
        draft = draft.fix(Proposal { title: "set the field as the gate says".to_owned(), safe: true, changes });
    }
    findings.add(draft);
}
