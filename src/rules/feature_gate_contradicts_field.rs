//! v1: a deprecated gate and the field that replaced it disagree.

use super::gate_changes::assumed;
use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::fix::{Change, Proposal};
use crate::operator::Tri;
use crate::operator::feature::{Gate, gates};
use crate::operator::gates::{Effect, Known, known};
use crate::operator::hyperconverged::{Api, boolean};

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.hco.api != Api::V1 || !subject.release.has_field() {
        return;
    }
    for gate in gates(subject.hco) {
        let known = known(Api::V1, gate.name, subject.release).filter(|k| k.effect == Effect::Deprecated);
        findings.extend(known.and_then(|known| contradiction(subject, &gate, known)));
    }
}

fn contradiction(subject: &Subject<'_>, gate: &Gate<'_>, known: &Known) -> Option<Draft> {
    let field = known.field?;
    let path: Vec<&str> = field.split('.').collect();
    let (value, Some(node)) = boolean(subject.hco.root().at(&path), false) else { return None };
    let wanted = if known.inverted { !value } else { value };
    if value == Tri::Maybe || gate.enabled == Tri::Maybe || gate.enabled == wanted {
        return None;
    }
    let state = gate.node.find(&["state"]);
    let mut draft = Draft::new(
        state.or_else(|| gate.node.find(&["name"])).unwrap_or(gate.node).span(),
        if gate.enabled == Tri::Yes { "the gate says enabled" } else { "the gate says disabled" },
        format!("the feature gate `{}` and the field `{field}` contradict each other", known.name),
    )
    .about(&subject.hco.object)
    .item(known.name)
    .field("spec.featureGates")
    .because(node.span(), format!("the field says {}", if value == Tri::Yes { "true" } else { "false" }))
    .help("remove the deprecated gate; the field alone decides")
    .confidence(subject.confidence());
    draft = assumed(subject, draft, "true since release 1.19, which is assumed; 1.18 drops the field");
    if let Some(state) = state {
        let text = if wanted == Tri::Yes { "Enabled" } else { "Disabled" };
        let changes = vec![Change::Replace { node: state.clone(), text: text.to_owned() }];
        draft = draft.fix(Proposal { title: "let the gate agree with the field".to_owned(), safe: false, changes });
    }
    Some(draft)
}
