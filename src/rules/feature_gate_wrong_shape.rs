//! Feature gates in the other API version's shape, or one gate twice.

use super::gate_changes::assumed;
use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::operator::feature::gates;
use crate::operator::hyperconverged::Api;
use crate::operator::schema::describe;
use crate::yaml::{Lookup, Node};
use std::collections::BTreeMap;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Lookup::Found(node) = subject.hco.root().at(&["spec", "featureGates"]) else { return };
    let (wanted, right) = match subject.hco.api {
        Api::V1 => ("a list of names", node.as_sequence().is_some()),
        Api::V1beta1 => ("a map of booleans", node.as_mapping().is_some()),
    };
    if !right && !crate::manifest::template::is_template(node.text().unwrap_or_default()) {
        findings.add(shape(subject, node, wanted));
    }
    if right && subject.hco.api == Api::V1 && subject.release.has_field() {
        twice(subject, findings);
    }
}

fn shape(subject: &Subject<'_>, node: &Node, wanted: &str) -> Draft {
    let version = subject.hco.object.api_version();
    let key = subject.hco.nearest(&["spec", "featureGates"]);
    let help = match subject.hco.api {
        Api::V1 => "write the gates as `- name: …` with an optional `state: Enabled` or `Disabled`",
        Api::V1beta1 => "write the gates as `name: true` or `name: false`",
    };
    Draft::new(key, format!("{} here", describe(node)), format!("`spec.featureGates` of {version} must be {wanted}"))
        .about(&subject.hco.object)
        .field("spec.featureGates")
        .help(help)
        .confidence(subject.confidence())
}

/// The CRD refuses two gates whose names differ in case alone, since the release that also compares them so.
fn twice(subject: &Subject<'_>, findings: &mut Findings) {
    let mut first = BTreeMap::new();
    for gate in gates(subject.hco) {
        let place = gate.node.find(&["name"]).unwrap_or(gate.node).span();
        let Some(earlier) = first.insert(gate.name.to_lowercase(), place) else { continue };
        let draft = Draft::new(place, "listed again", format!("the feature gate `{}` is listed twice", gate.name))
            .about(&subject.hco.object)
            .item(gate.name)
            .field("spec.featureGates")
            .because(earlier, "first listed here")
            .help("keep one of them; names are compared without regard to case")
            .confidence(subject.confidence());
        findings.add(assumed(subject, draft, "true since release 1.19, which is assumed; in 1.18 the first of them counts"));
    }
}
