//! Whether golden images are imported per architecture: the flag's effective value and the line that decides it.

use super::Tri;
use super::hyperconverged::{Api, FEATURE, HyperConverged, boolean};
use super::release::Release;
use crate::manifest::template::{self, is_expression};
use crate::source::Span;
use crate::yaml::{Entry, Lookup, Node, Value};

/// The flag.
#[derive(Clone, Debug)]
pub struct Feature {
    /// Its effective value.
    pub on: Tri,
    /// The node whose value decides, where one does.
    pub decided_by: Option<Node>,
    /// The line to edit: the deciding line, else the narrowest block the flag belongs in, else the patch that took it away.
    pub place: Span,
    /// Where this release keeps the flag, as a path of keys.
    pub path: &'static [&'static str],
    /// Admission refuses the resource for what is written where the flag is looked for, so it never comes to have a value.
    pub refused: bool,
}

impl Feature {
    /// Whether this API version and release keep it as an entry of a list.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.path == V1_GATES
    }

    /// How to switch it on in this API version and release, in the imperative.
    #[must_use]
    pub fn enabling(&self) -> String {
        if self.is_listed() { format!("list the gate `{FEATURE}` under `spec.featureGates`") } else { format!("set `{}: true`", self.path.join(".")) }
    }
}

/// Where the newest release keeps the flag.
#[must_use]
pub fn field_path(api: Api) -> &'static [&'static str] {
    match api {
        Api::V1beta1 => V1BETA1,
        Api::V1 => V1_FIELD,
    }
}

const V1BETA1: &[&str] = &["spec", "featureGates", FEATURE];
const V1_FIELD: &[&str] = &["spec", "workloadSources", FEATURE];
const V1_GATES: &[&str] = &["spec", "featureGates"];

/// One entry of the v1 list of gates.
#[derive(Clone, Debug)]
pub struct Gate<'a> {
    /// The entry.
    pub node: &'a Node,
    /// `name`.
    pub name: &'a str,
    /// Enabled unless `state` says otherwise.
    pub enabled: Tri,
}

/// The entries of the v1 list of gates.
#[must_use]
pub fn gates(hco: &HyperConverged) -> Vec<Gate<'_>> {
    let items = hco.root().items_at(V1_GATES).iter();
    items
        .filter_map(|node| {
            let enabled = match node.at(&["state"]) {
                Lookup::Absent => Tri::Yes,
                Lookup::Unknown(_) => Tri::Maybe,
                Lookup::Found(state) => match state.text() {
                    Some("Enabled") => Tri::Yes,
                    Some("Disabled") => Tri::No,
                    _ => Tri::Maybe,
                },
            };
            Some(Gate { node, name: node.find(&["name"])?.text()?, enabled })
        })
        .collect()
}

/// The gate that switched the common images before a field did.
pub const COMMON_IMAGES: &str = "enableCommonBootImageImport";

/// The entry of a gate of exactly this name.
#[must_use]
pub fn gate_named<'a>(hco: &'a HyperConverged, name: &str) -> Option<Gate<'a>> {
    gates(hco).into_iter().find(|g| g.name == name)
}

/// The entry of the feature's gate. Names are matched without regard to case since 1.19.
#[must_use]
pub fn gate(hco: &HyperConverged, release: Release) -> Option<Gate<'_>> {
    gates(hco).into_iter().find(|g| if release.has_field() { g.name.eq_ignore_ascii_case(FEATURE) } else { g.name == FEATURE })
}

/// The flag as a release of the operator reads it.
#[must_use]
pub fn feature(hco: &HyperConverged, release: Release) -> Feature {
    let path = match hco.api {
        Api::V1beta1 => V1BETA1,
        Api::V1 if release.has_field() => V1_FIELD,
        Api::V1 => V1_GATES,
    };
    let (on, decided_by) = match hco.api {
        Api::V1beta1 if misshapen(hco) => (Tri::Maybe, None),
        Api::V1beta1 => match switch(hco, V1BETA1) {
            (Tri::No, None) if release.has_field() => restored(hco).map_or((Tri::No, None), |kept| (Tri::Yes, Some(kept.clone()))),
            written => written,
        },
        Api::V1 => {
            let field = if release.has_field() { switch(hco, V1_FIELD) } else { (Tri::No, None) };
            if field.1.is_some() || field.0 == Tri::Maybe { field } else { gate_value(hco, release) }
        }
    };
    let on = if release.has_feature() { on } else { Tri::No };
    let refused = on == Tri::Maybe && decided_by.as_ref().map_or(misshapen(hco), is_plain);
    let gate = |item: &Node| item.str_at(&["name"]).is_some_and(|n| n.eq_ignore_ascii_case(FEATURE));
    let removed = || hco.root().removed_at(path).or_else(|| hco.root().item_removed_at(V1_GATES, gate));
    let place = decided_by.as_ref().and_then(|n| line_of(hco, path, n)).or_else(removed).unwrap_or_else(|| belongs(hco, path));
    Feature { on, decided_by, place, path, refused }
}

/// Whether the gates have the shape of the other API version.
fn misshapen(hco: &HyperConverged) -> bool {
    let Lookup::Found(gates) = hco.root().at(V1_GATES).non_null() else { return false };
    let right = match hco.api {
        Api::V1 => gates.as_sequence().is_some(),
        Api::V1beta1 => gates.as_mapping().is_some(),
    };
    !right && is_plain(gates)
}

/// Whether the value is written out, and not for a template to fill in.
fn is_plain(node: &Node) -> bool {
    !matches!(node.value(), Value::Opaque(_)) && !is_expression(node)
}

/// The annotation by which a v1beta1 resource keeps what v1 alone can say; it comes with what a cluster gives out.
const V1_ONLY: [&str; 3] = ["metadata", "annotations", "hco.kubevirt.io/v1-only-fields"];

/// The annotation, where it switches the feature on for a resource that does not mention it (the operator's `api/v1beta1/conversion.go`).
fn restored(hco: &HyperConverged) -> Option<&Node> {
    let kept = hco.root().find(&V1_ONLY)?;
    let fields: serde_json::Value = serde_json::from_str(kept.text()?).ok()?;
    let gate = || {
        let is = |g: &&serde_json::Value| g["name"].as_str().is_some_and(|n| n.eq_ignore_ascii_case(FEATURE));
        let gate = fields["featureGates"].as_array()?.iter().find(is)?;
        Some(gate["state"].as_str().is_none_or(|state| state == "Enabled"))
    };
    fields["multiArchEnabled"].as_bool().or_else(gate)?.then_some(kept)
}

fn switch(hco: &HyperConverged, path: &[&str]) -> (Tri, Option<Node>) {
    let (on, node) = boolean(template::at(hco.root(), path), false);
    (on, node.cloned())
}

fn gate_value(hco: &HyperConverged, release: Release) -> (Tri, Option<Node>) {
    match gate(hco, release) {
        Some(gate) => (gate.enabled, Some(gate.node.find(&["state"]).unwrap_or(gate.node).clone())),
        None => match template::at(hco.root(), V1_GATES) {
            Lookup::Unknown(_) => (Tri::Maybe, None),
            Lookup::Found(_) if misshapen(hco) => (Tri::Maybe, None),
            Lookup::Found(list) if is_expression(list) || list.as_sequence().is_some_and(|items| items.iter().any(is_any)) => (Tri::Maybe, None),
            _ => (Tri::No, None),
        },
    }
}

/// Whether an entry may be any gate's.
fn is_any(gate: &Node) -> bool {
    match template::at(gate, &["name"]) {
        Lookup::Unknown(_) => true,
        Lookup::Found(name) => is_expression(name),
        Lookup::Absent => false,
    }
}

/// Key and value together where the value was written with its key; a value that a patch put in stands alone.
fn line_of(hco: &HyperConverged, path: &[&str], node: &Node) -> Option<Span> {
    let entry = hco.root().entry_at(path).filter(|e| e.value.same(node));
    Some(entry.map_or(node.span(), Entry::span))
}

/// The narrowest existing block the flag belongs in: `featureGates`, then the field's own parent, then `spec`, then the object's kind.
fn belongs(hco: &HyperConverged, path: &[&str]) -> Span {
    // A key without a value sets nothing, and is yet the line to write the value on.
    if let Some(bare) = hco.root().entry_at(path).filter(|e| e.value.is_null()) {
        return bare.key.span();
    }
    if let Some(gates) = hco.root().entry_at(V1_GATES) {
        return gates.key.span();
    }
    hco.nearest(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Object;
    use crate::yaml::parse;

    #[test]
    fn what_a_template_writes_is_unknown() {
        for (version, spec) in [
            ("v1beta1", "'${X}'"),
            ("v1beta1", "{featureGates: '${X}'}"),
            ("v1beta1", "{featureGates: {enableMultiArchBootImageImport: '${X}'}}"),
            ("v1", "'${X}'"),
            ("v1", "{workloadSources: '${X}'}"),
            ("v1", "{featureGates: '${X}'}"),
            ("v1", "{featureGates: ['${X}']}"),
            ("v1", "{featureGates: [{name: '${X}'}]}"),
            ("v1", "{featureGates: [{name: enableMultiArchBootImageImport, state: '${X}'}]}"),
        ] {
            let parsed = parse(crate::source::FileId(0), &format!("apiVersion: hco.kubevirt.io/{version}\nkind: HyperConverged\nspec: {spec}\n"));
            let hco = Object::read(&parsed.documents[0].root).and_then(|o| HyperConverged::read(&o)).expect("one");
            let feature = feature(&hco, Release::NEWEST);
            assert_eq!((feature.on, feature.refused), (Tri::Maybe, false), "{version} {spec}");
        }
    }
}
