//! v1: the deprecated gate and the field that replaced it disagree.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::fix::{Change, Proposal};
use crate::operator::Tri;
use crate::operator::feature::gate;
use crate::operator::hyperconverged::{Api, FEATURE, boolean};

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.hco.api != Api::V1 || !subject.release.has_field() {
        return;
    }
    let (field, Some(node)) = boolean(subject.hco.root().at(subject.feature.path), false) else { return };
    let Some(gate) = gate(subject.hco, subject.release) else { return };
    if field == Tri::Maybe || gate.enabled == Tri::Maybe || gate.enabled == field {
        return;
    }
    let state = gate.node.find(&["state"]);
    let mut draft = Draft::new(
        state.or_else(|| gate.node.find(&["name"])).unwrap_or(gate.node).span(),
        if gate.enabled == Tri::Yes { "the gate says enabled" } else { "the gate says disabled" },
        format!("the feature gate `{FEATURE}` and the field of the same name contradict each other"),
    )
    .about(&subject.hco.object)
    .field("spec.featureGates")
    .because(node.span(), format!("the field says {}", if field == Tri::Yes { "true" } else { "false" }))
    .help("remove the deprecated gate; the field alone decides")
    .confidence(subject.confidence());
    if let Some(state) = state {
        let text = if field == Tri::Yes { "Enabled" } else { "Disabled" };
        let changes = vec![Change::Replace { node: state.clone(), text: text.to_owned() }];
        draft = draft.fix(Proposal { title: "let the gate agree with the field".to_owned(), safe: false, changes });
    }
    findings.add(draft);
}
