//! Nodes of several architectures may run virtual machines, and golden images are imported for one of them.

use super::{Check, Draft, Findings};
use crate::cluster::{Architectures, Proof, Subject};
use crate::finding::Confidence;
use crate::fix::{Change, Proposal};
use crate::nodes::arch::Arch;
use crate::operator::{SUPPORTED, Tri};
use crate::operator::feature::gate;
use crate::operator::hyperconverged::{Api, FEATURE, Part};
use crate::source::Span;
use crate::text::and;
use crate::yaml::Node;
use std::collections::HashMap;

pub(super) const CHECK: Check = Check::Subject(check);

/// How many places are shown for one architecture.
const PLACES: usize = 2;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.minds_architectures() || subject.feature.on == Tri::Yes || subject.images.any() == Tri::No {
        return;
    }
    // What the API server refuses has a finding of its own, and decides nothing.
    if subject.feature.refused {
        return;
    }
    let architectures = &subject.architectures;
    let certain = architectures.workloads.len() > 1;
    if !certain && architectures.conceivable().len() < 2 {
        return;
    }
    // What is true in some reading of the repository only is possible, not so.
    let sure = certain && subject.feature.on == Tri::No && subject.images.any() == Tri::Yes;
    let confidence = if sure { subject.membership().min(architectures.mixed()) } else { Confidence::Low };
    findings.add(draft(subject).confidence(confidence));
}

fn draft(subject: &Subject<'_>) -> Draft {
    let feature = &subject.feature;
    let here = if feature.decided_by.is_some() { "disabled here" } else { "nothing here enables it" };
    let message = "golden images are imported for one architecture only, but virtual machines may run on nodes of several";
    let mut draft = Draft::new(feature.place, here, message).about(&subject.hco.object).field("enableMultiArchBootImageImport").help(help(subject));
    for (possibly, archs, proof) in evidence(&subject.architectures) {
        draft = draft.because(proof.span, format!("{possibly}{}", subject.evidence(&archs, proof)));
    }
    let by_gate = feature.decided_by.as_ref().is_some_and(|n| n.text().is_some_and(|t| matches!(t, "Enabled" | "Disabled")));
    if !subject.release_known && subject.hco.api == Api::V1 && !by_gate {
        draft = draft.note("release 1.18 has no such field in v1: there, list the gate `enableMultiArchBootImageImport` under `spec.featureGates`");
    }
    for proposal in [enable(subject), pin(subject)].into_iter().flatten() {
        draft = draft.fix(proposal);
    }
    draft
}

/// What to show for every architecture, those that one place declares together.
fn evidence(architectures: &Architectures) -> Vec<(&'static str, Vec<&Arch>, &Proof)> {
    let mut shown: Vec<(&str, Vec<&Arch>, &Proof)> = Vec::new();
    let mut places: HashMap<(&str, Span), usize> = HashMap::new();
    for (arch, proofs) in architectures.workloads.iter().chain(&architectures.possible) {
        let possibly = if architectures.workloads.contains_key(arch) { "" } else { "possibly " };
        for proof in proofs.iter().take(PLACES) {
            let place = *places.entry((possibly, proof.span)).or_insert(shown.len());
            match shown.get_mut(place) {
                Some((_, archs, _)) => archs.push(arch),
                None => shown.push((possibly, vec![arch], proof)),
            }
        }
    }
    shown
}

fn help(subject: &Subject<'_>) -> String {
    let names: Vec<String> = subject.architectures.conceivable().iter().map(ToString::to_string).collect();
    let enable = subject.feature.enabling();
    let pin = subject.hco.api.path(Part::Workloads).join(".");
    let custom = subject.hco.images().iter().any(|i| i.enabled() == Tri::Yes && !i.name().is_empty());
    let annotate = if custom { ", and annotate your own images with `ssp.kubevirt.io/dict.architectures`" } else { "" };
    format!("{enable}{annotate}; or keep virtual machines to one of {} with a required node affinity in `{pin}`", and(&names))
}

fn enable(subject: &Subject<'_>) -> Option<Proposal> {
    let root = subject.hco.root();
    let change = match &subject.feature.decided_by {
        Some(node) if node.as_bool() == Some(false) => Change::Replace { node: node.clone(), text: "true".to_owned() },
        Some(node) if node.text() == Some("Disabled") => Change::Replace { node: node.clone(), text: "Enabled".to_owned() },
        Some(_) => return None,
        // In 1.18 it is an entry of a list, enabled unless it says otherwise. What else a list holds that cannot be read may be the entry.
        None if subject.feature.is_listed() && subject.feature.on != Tri::No => return None,
        None if subject.feature.is_listed() => append(root, subject.feature.path, &format!("{{name: {FEATURE}}}")),
        None => set(root, subject.feature.path, "true"),
    };
    let mut changes = vec![change];
    // The deprecated gate must not contradict the field.
    if let (Api::V1, Some(gate)) = (subject.hco.api, gate(subject.hco, subject.release))
        && let Some(state) = gate.node.find(&["state"])
        && gate.enabled == Tri::No
        && subject.feature.decided_by.as_ref().is_some_and(|d| !d.same(state))
    {
        changes.push(Change::Replace { node: state.clone(), text: "Enabled".to_owned() });
    }
    Some(Proposal { title: "import golden images for every architecture".to_owned(), safe: true, changes })
}

/// Keeps workloads on the control plane's architecture, or the first one that golden images can have, where no placement stands in the way.
fn pin(subject: &Subject<'_>) -> Option<Proposal> {
    let architectures = &subject.architectures;
    if subject.workloads.has_requirements() != Tri::No {
        return None;
    }
    let mut choice = architectures.control_plane.keys().chain(architectures.workloads.keys());
    let arch = choice.find(|a| SUPPORTED.contains(&a.as_str()) && architectures.workloads.contains_key(*a))?;
    let mut path: Vec<String> = subject.hco.api.path(Part::Workloads).iter().map(|k| (*k).to_owned()).collect();
    path.extend(["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"].map(str::to_owned));
    let value = format!("[{{matchExpressions: [{{key: kubernetes.io/arch, operator: In, values: [{arch}]}}]}}]");
    let changes = vec![Change::Set { root: subject.hco.root().clone(), path, value }];
    Some(Proposal { title: format!("keep virtual machines to {arch} nodes"), safe: false, changes })
}

fn append(root: &Node, path: &[&str], value: &str) -> Change {
    Change::Append { root: root.clone(), path: path.iter().map(|k| (*k).to_owned()).collect(), value: value.to_owned() }
}

fn set(root: &Node, path: &[&str], value: &str) -> Change {
    Change::Set { root: root.clone(), path: path.iter().map(|k| (*k).to_owned()).collect(), value: value.to_owned() }
}
