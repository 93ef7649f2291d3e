//! Open Cluster Management: which clusters a placement chooses, and what policies and works deliver to them.

use super::plan::Context;
use crate::manifest::Object;
use crate::operator::Tri;
use crate::yaml::Node;

/// The clusters that a placement chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Chosen {
    /// These, and as far as can be told no others.
    These(Vec<String>),
    /// Every one.
    All,
    /// It cannot be told.
    Some,
}

/// Whether a label selector (`matchLabels`, `matchExpressions`) chooses an object. A label that is absent from Git may be set elsewhere.
pub(super) fn matches(selector: &Node, object: &Object) -> Tri {
    let value = |key: &str| match (key, object.label(key).and_then(Node::text)) {
        // Every managed cluster carries its own name as a label.
        ("name", None) if object.kind == "ManagedCluster" => Some(object.name.as_str()),
        (_, found) => found,
    };
    let one_of = |key: &str, values: &[&str]| value(key).map_or(Tri::Maybe, |v| Tri::from(values.contains(&v)));
    let labels = selector.entries_at(&["matchLabels"]).iter().map(|e| one_of(e.key.text().unwrap_or_default(), &[e.value.text().unwrap_or_default()]));
    let expressions = selector.items_at(&["matchExpressions"]).iter().map(|e| {
        let key = e.find(&["key"]).and_then(Node::text).unwrap_or_default();
        let values: Vec<&str> = e.items_at(&["values"]).iter().filter_map(Node::text).collect();
        match e.find(&["operator"]).and_then(Node::text).unwrap_or_default() {
            "In" => one_of(key, &values),
            "NotIn" => !one_of(key, &values),
            "Exists" => value(key).map_or(Tri::Maybe, |_| Tri::Yes),
            "DoesNotExist" => value(key).map_or(Tri::Maybe, |_| Tri::No),
            _ => Tri::Maybe,
        }
    });
    labels.chain(expressions).fold(Tri::Yes, Tri::and)
}

/// The clusters that the Placement or PlacementRule of a name chooses.
pub(super) fn placement(_context: &Context<'_>, _name: &str, _namespace: Option<&str>) -> Chosen {
    Chosen::Some
}

/// What a policy or work delivers.
pub(super) fn emissions(_object: &Object, _context: &Context<'_>) -> Vec<super::Emission> {
    Vec::new()
}
