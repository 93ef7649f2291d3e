//! Which clusters a placement chooses, as far as the labels of managed clusters stand in Git.

use super::super::plan::Context;
use crate::manifest::Object;
use crate::operator::Tri;
use crate::yaml::Node;

const GROUP: &str = "cluster.open-cluster-management.io";

/// The clusters that a placement chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::delivery) enum Chosen {
    /// These, and as far as can be told no others.
    These(Vec<String>),
    /// These, and perhaps others.
    AtLeast(Vec<String>),
    /// Every one.
    All,
    /// It cannot be told.
    Some,
}

/// Whether a label selector (`matchLabels`, `matchExpressions`) chooses an object. A label that is absent from Git may be set elsewhere.
pub(in crate::delivery) fn matches(selector: &Node, object: &Object) -> Tri {
    let value = |key: &str| match (key, object.label(key).and_then(Node::text)) {
        // Every managed cluster carries its own name as a label.
        ("name", None) if object.kind == "ManagedCluster" => Some(object.name.as_str()),
        (_, found) => found,
    };
    let one_of = |key: &str, values: &[&str]| value(key).map_or(Tri::Maybe, |v| Tri::from(values.contains(&v)));
    let labels =
        selector.entries_at(&["matchLabels"]).iter().map(|e| one_of(e.key.text().unwrap_or_default(), &[e.value.text().unwrap_or_default()]));
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
pub(in crate::delivery) fn placement(context: &Context<'_>, name: &str, namespace: Option<&str>) -> Chosen {
    let near = |o: &&Object| o.name == name && (namespace.is_none() || o.namespace.is_none() || o.namespace.as_deref() == namespace);
    if let Some(placement) = context.all(GROUP, "Placement").find(near) {
        let Some(spec) = placement.root.find(&["spec"]) else { return Chosen::All };
        let selectors: Vec<&Node> = spec.items_at(&["predicates"]).iter().filter_map(|p| p.find(&["requiredClusterSelector"])).collect();
        if spec.find(&["numberOfClusters"]).is_some() {
            return Chosen::Some;
        }
        return by_selectors(
            context,
            &selectors
                .iter()
                .map(|s| Selector { labels: s.find(&["labelSelector"]), claims: s.find(&["claimSelector"]).is_some() })
                .collect::<Vec<_>>(),
        );
    }
    if let Some(rule) = context.all("apps.open-cluster-management.io", "PlacementRule").find(near) {
        let Some(spec) = rule.root.find(&["spec"]) else { return Chosen::All };
        if spec.find(&["clusterReplicas"]).is_some() {
            return Chosen::Some;
        }
        let names: Vec<String> = spec.items_at(&["clusters"]).iter().filter_map(|c| c.find(&["name"])?.text().map(str::to_owned)).collect();
        if !names.is_empty() {
            return Chosen::These(names);
        }
        return by_labels(context, spec.find(&["clusterSelector"]).or_else(|| spec.find(&["clusterLabels"])));
    }
    Chosen::Some
}

/// One alternative of a placement.
struct Selector<'a> {
    labels: Option<&'a Node>,
    /// It asks for claims too, which no manifest tells.
    claims: bool,
}

/// The clusters that one label selector chooses; none chooses all.
pub(super) fn by_labels(context: &Context<'_>, selector: Option<&Node>) -> Chosen {
    selector.map_or(Chosen::All, |s| by_selectors(context, &[Selector { labels: Some(s), claims: false }]))
}

fn by_selectors(context: &Context<'_>, selectors: &[Selector<'_>]) -> Chosen {
    let empty = |s: &Selector<'_>| {
        !s.claims && s.labels.is_none_or(|l| l.entries_at(&["matchLabels"]).is_empty() && l.items_at(&["matchExpressions"]).is_empty())
    };
    if selectors.is_empty() || selectors.iter().any(empty) {
        return Chosen::All;
    }
    let literal: Option<Vec<Vec<String>>> = selectors.iter().map(|s| if s.claims { None } else { names(s.labels?) }).collect();
    if let Some(names) = literal {
        return Chosen::These(names.into_iter().flatten().collect());
    }
    let managed: Vec<&Object> = context.all(GROUP, "ManagedCluster").collect();
    let (mut yes, mut open) = (Vec::new(), managed.is_empty());
    for cluster in managed {
        let one = |s: &Selector<'_>| s.labels.map_or(Tri::Yes, |l| matches(l, cluster)).and(if s.claims { Tri::Maybe } else { Tri::Yes });
        match selectors.iter().map(one).fold(Tri::No, Tri::or) {
            Tri::Yes => yes.push(cluster.name.clone()),
            Tri::Maybe => open = true,
            Tri::No => {}
        }
    }
    match (yes.is_empty(), open) {
        (true, true) => Chosen::Some,
        (false, true) => Chosen::AtLeast(yes),
        (_, false) => Chosen::These(yes),
    }
}

/// The names a selector lists when it asks for the label `name` and nothing else: that label is the cluster's name.
fn names(selector: &Node) -> Option<Vec<String>> {
    let (labels, expressions) = (selector.entries_at(&["matchLabels"]), selector.items_at(&["matchExpressions"]));
    match (labels, expressions) {
        ([only], []) if only.key.text() == Some("name") => Some(vec![only.value.text()?.to_owned()]),
        ([], [only]) if only.str_at(&["key"]) == Some("name") && only.str_at(&["operator"]) == Some("In") => {
            Some(only.items_at(&["values"]).iter().filter_map(Node::text).map(str::to_owned).collect())
        }
        _ => None,
    }
}
