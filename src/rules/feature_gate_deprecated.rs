//! v1: a feature gate is listed although a field has taken its place.

use super::gate_changes::{assumed, drop_gate};
use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::fix::{Change, Proposal};
use crate::operator::Tri;
use crate::operator::feature::{Gate, gates};
use crate::operator::gates::{Effect, known};
use crate::operator::hyperconverged::Api;
use crate::yaml::Lookup;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.hco.api != Api::V1 {
        return;
    }
    for gate in gates(subject.hco) {
        let Some(known) = known(Api::V1, gate.name, subject.release).filter(|k| k.effect == Effect::Deprecated) else { continue };
        let Some(field) = known.field else { continue };
        let mut draft = Draft::new(
            gate.node.find(&["name"]).unwrap_or(gate.node).span(),
            "deprecated",
            format!("the feature gate `{}` is deprecated: `{field}` has taken its place", known.name),
        )
        .about(&subject.hco.object)
        .item(known.name)
        .field("spec.featureGates")
        .help(format!("set `{field}` and remove the gate; a later release will not know it"))
        .confidence(subject.confidence());
        draft = assumed(subject, draft, "true since release 1.19, which is assumed; in 1.18 the gate is the only switch");
        if let Some(proposal) = to_field(subject, &gate, field, known.inverted) {
            draft = draft.fix(proposal);
        }
        findings.add(draft);
    }
}

/// Says the same with the field.
fn to_field(subject: &Subject<'_>, gate: &Gate<'_>, field: &str, inverted: bool) -> Option<Proposal> {
    let root = subject.hco.root();
    let path: Vec<String> = field.split('.').map(str::to_owned).collect();
    let keys: Vec<&str> = path.iter().map(String::as_str).collect();
    if gate.enabled == Tri::Maybe {
        return None;
    }
    let mut changes = vec![drop_gate(subject.hco, gate)?];
    if matches!(root.at(&keys), Lookup::Absent) {
        changes.push(Change::Set { root: root.clone(), path, value: ((gate.enabled == Tri::Yes) != inverted).to_string() });
    }
    Some(Proposal { title: "use the field instead".to_owned(), safe: true, changes })
}
