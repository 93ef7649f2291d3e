//! A switch on a release that does not know it there: the gate before 1.16, the field before 1.19, and the old gate of the common images.

use super::gate_changes::{GATES, assumed, drop_gate, drop_key};
use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::finding::Severity;
use crate::fix::{Change, Proposal};
use crate::operator::Tri;
use crate::operator::feature::{COMMON_IMAGES, gate_named};
use crate::operator::gates::{Effect, known};
use crate::operator::hyperconverged::{Api, FEATURE, Part, boolean};
use crate::operator::release::Release;
use crate::source::Span;
use crate::yaml::Node;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    findings.extend(too_early(subject));
    findings.extend(field_too_early(subject));
    findings.extend(common_images(subject));
}

fn draft(subject: &Subject<'_>, at: Span, here: &str, name: &str, message: String) -> Draft {
    Draft::new(at, here, message).about(&subject.hco.object).item(name).field("spec.featureGates").confidence(subject.confidence())
}

/// The feature's gate on a release that has no such feature.
fn too_early(subject: &Subject<'_>) -> Option<Draft> {
    if subject.release.has_feature() {
        return None;
    }
    let at = match subject.hco.api {
        Api::V1beta1 => subject.hco.root().entry_at(&[GATES[0], GATES[1], FEATURE])?.span(),
        Api::V1 => gate_named(subject.hco, FEATURE)?.node.span(),
    };
    let message = format!("release {} of the operator does not know the feature gate `{FEATURE}`", subject.release);
    Some(draft(subject, at, "dropped", FEATURE, message).help("golden images can be imported per architecture since 1.16; upgrade the operator, or remove the gate"))
}

/// The v1 field on a release whose v1 has the gate alone.
fn field_too_early(subject: &Subject<'_>) -> Option<Draft> {
    if subject.hco.api != Api::V1 || subject.release.has_field() {
        return None;
    }
    let entry = subject.hco.root().entry_at(&["spec", "workloadSources", FEATURE])?;
    let message = format!("release {} of the operator does not know the field `spec.workloadSources.{FEATURE}`", subject.release);
    let mut draft = draft(subject, entry.key.span(), "dropped", FEATURE, message).help(format!("list the gate `{FEATURE}` under `spec.featureGates` instead"));
    if let (Some(on), Some(remove)) = (entry.value.as_bool(), drop_key(subject.hco, &["spec", "workloadSources"], FEATURE)) {
        let state = if on { "" } else { ", state: Disabled" };
        let path = GATES.map(str::to_owned).to_vec();
        let gate = Change::Append { root: subject.hco.root().clone(), path, value: format!("{{name: {FEATURE}{state}}}") };
        draft = draft.fix(Proposal { title: "list the gate instead".to_owned(), safe: true, changes: vec![gate, remove] });
    }
    Some(draft)
}

/// The gate of the common images: a field has taken its place since 1.15.
fn common_images(subject: &Subject<'_>) -> Option<Draft> {
    let in_force = known(subject.hco.api, COMMON_IMAGES, subject.release).is_some_and(|k| k.effect != Effect::Ignored);
    if in_force {
        return None;
    }
    let path = subject.hco.api.path(Part::CommonImages);
    let (at, said) = match subject.hco.api {
        Api::V1beta1 => {
            let entry = subject.hco.root().entry_at(&[GATES[0], GATES[1], COMMON_IMAGES])?;
            (entry.key.span(), boolean(subject.hco.root().at(&[GATES[0], GATES[1], COMMON_IMAGES]), true))
        }
        Api::V1 => {
            let gate = gate_named(subject.hco, COMMON_IMAGES)?;
            (gate.node.find(&["name"]).unwrap_or(gate.node).span(), (gate.enabled, Some(gate.node)))
        }
    };
    let message = format!("the feature gate `{COMMON_IMAGES}` has no effect: the field `{}` has taken its place", path.join("."));
    let mut draft = draft(subject, at, "ignored", COMMON_IMAGES, message);
    let (field, field_node) = subject.hco.common_images();
    if said.0 == field {
        draft = draft.severity(Severity::Info).note("the field says the same, so nothing is lost");
    }
    draft = assumed(subject, draft, format!("true since release {}; before it the gate was the switch", Release::minor(15)));
    draft = draft.help(match field_node {
        Some(_) => "remove the gate".to_owned(),
        None => format!("write `{}` instead", path.join(".")),
    });
    Some(match proposal(subject, said, field_node, path) {
        Some(proposal) => draft.fix(proposal),
        None => draft,
    })
}

fn proposal(subject: &Subject<'_>, (said, node): (Tri, Option<&Node>), field: Option<&Node>, path: &[&str]) -> Option<Proposal> {
    let remove = match subject.hco.api {
        Api::V1beta1 => drop_key(subject.hco, &GATES, COMMON_IMAGES)?,
        Api::V1 => drop_gate(subject.hco, &gate_named(subject.hco, COMMON_IMAGES)?)?,
    };
    let (value, _) = ((said != Tri::Maybe).then_some(said == Tri::Yes)?, node?);
    match field {
        Some(_) => Some(Proposal { title: "remove the gate".to_owned(), safe: true, changes: vec![remove] }),
        // Where the gate said off, the field will really switch the images off.
        None => {
            let changes = vec![set(subject, path, value.to_string()), remove];
            Some(Proposal { title: "write the field instead".to_owned(), safe: value, changes })
        }
    }
}

fn set(subject: &Subject<'_>, path: &[&str], value: String) -> Change {
    Change::Set { root: subject.hco.root().clone(), path: path.iter().map(|k| (*k).to_owned()).collect(), value }
}
