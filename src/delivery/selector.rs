//! Label selectors: `matchLabels` and `matchExpressions`, over labels of which not all need to stand in Git.

use crate::manifest::Object;
use crate::operator::Tri;
use crate::yaml::Node;

/// The labels that a selector asks for.
pub(super) struct Labels<'a> {
    /// The value of a label.
    pub(super) value: &'a dyn Fn(&str) -> Option<&'a str>,
    /// A label that is not here is nowhere; otherwise it may be set elsewhere.
    pub(super) complete: bool,
}

/// Whether a label selector chooses what has these labels.
pub(super) fn selects(selector: &Node, labels: &Labels<'_>) -> Tri {
    let value = |key: &str| (labels.value)(key);
    let absent = |yes: bool| if labels.complete { Tri::from(yes) } else { Tri::Maybe };
    let one_of = |key: &str, values: &[&str]| value(key).map_or(absent(false), |v| Tri::from(values.contains(&v)));
    let equal = selector.entries_at(&["matchLabels"]).iter();
    let equal = equal.map(|e| one_of(e.key.text().unwrap_or_default(), &[e.value.text().unwrap_or_default()]));
    let expressions = selector.items_at(&["matchExpressions"]).iter().map(|e| {
        let key = e.find(&["key"]).and_then(Node::text).unwrap_or_default();
        let values: Vec<&str> = e.items_at(&["values"]).iter().filter_map(Node::text).collect();
        match e.find(&["operator"]).and_then(Node::text).unwrap_or_default() {
            "In" => one_of(key, &values),
            "NotIn" => !one_of(key, &values),
            "Exists" => value(key).map_or(absent(false), |_| Tri::Yes),
            "DoesNotExist" => value(key).map_or(absent(true), |_| Tri::No),
            _ => Tri::Maybe,
        }
    });
    equal.chain(expressions).fold(Tri::Yes, Tri::and)
}

/// Whether a label selector chooses an object, whose labels may be set outside Git.
pub(super) fn chooses(selector: &Node, object: &Object) -> Tri {
    let value = |key: &str| object.label(key).and_then(Node::text);
    selects(selector, &Labels { value: &value, complete: false })
}
