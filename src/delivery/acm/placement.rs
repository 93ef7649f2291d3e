//! Which clusters a placement chooses, as far as the labels of managed clusters stand in Git.

use super::super::Target;
use super::super::plan::Context;
use super::super::selector::{Labels, selects};
use crate::manifest::{Object, template::is_template};
use crate::operator::Tri;
use crate::source::Span;
use crate::yaml::Node;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

const GROUP: &str = "cluster.open-cluster-management.io";
const RULES: &str = "apps.open-cluster-management.io";

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

/// The clusters that the Placement or PlacementRule of a name chooses.
pub(in crate::delivery) fn placement(context: &Context<'_>, name: &str, namespace: Option<&str>) -> Chosen {
    find(context, name, namespace).map_or(Chosen::Some, |object| chosen_by(context, object))
}

/// The same as targets, which are worked out once for each placement.
pub(super) fn placed(context: &Context<'_>, name: &str, namespace: Option<&str>) -> Arc<Vec<Target>> {
    let Some(object) = find(context, name, namespace) else { return Arc::new(Chosen::Some.targets()) };
    if let Some(known) = context.placements.borrow().get(&object.span()) {
        return Arc::clone(known);
    }
    let targets = Arc::new(chosen_by(context, object).targets());
    context.placements.borrow_mut().insert(object.span(), Arc::clone(&targets));
    targets
}

fn find<'a>(context: &Context<'a>, name: &str, namespace: Option<&str>) -> Option<&'a Object> {
    let near = |o: &&Object| namespace.is_none() || o.namespace.is_none() || o.namespace.as_deref() == namespace;
    context.named(GROUP, "Placement", name).chain(context.named(RULES, "PlacementRule", name)).find(near)
}

/// The clusters that a Placement or a PlacementRule chooses.
pub(super) fn chosen_by(context: &Context<'_>, object: &Object) -> Chosen {
    let spec = object.root.find(&["spec"]);
    let has = |key: &str| spec.is_some_and(|s| s.find(&[key]).is_some());
    // Of those that fit, a number is picked.
    if has("numberOfClusters") || has("clusterReplicas") {
        return Chosen::Some;
    }
    if object.is(GROUP, "Placement") {
        let predicates = spec.map(|s| s.items_at(&["predicates"])).unwrap_or_default();
        let selectors: Vec<Selector<'_>> = predicates.iter().filter_map(|p| Selector::read(p.find(&["requiredClusterSelector"])?)).collect();
        return by_selectors(context, &selectors, &Sets::of(context, object));
    }
    let Some(spec) = spec.filter(|_| object.is(RULES, "PlacementRule")) else { return Chosen::Some };
    let names: Vec<String> = spec.items_at(&["clusters"]).iter().filter_map(|c| c.find(&["name"])?.text().map(str::to_owned)).collect();
    if !names.is_empty() {
        return Chosen::These(names);
    }
    by_labels(context, spec.find(&["clusterSelector"]).or_else(|| spec.find(&["clusterLabels"])))
}

/// One alternative of a placement.
struct Selector<'a> {
    labels: Option<&'a Node>,
    /// It asks for claims or an expression too, which no manifest tells.
    more: bool,
}

impl<'a> Selector<'a> {
    fn read(node: &'a Node) -> Option<Self> {
        let more = ["claimSelector", "celSelector"].iter().any(|key| node.find(&[key]).is_some());
        node.as_mapping().map(|_| Self { labels: node.find(&["labelSelector"]), more })
    }
}

/// The cluster sets that a placement may choose from; none where it may choose from all clusters.
struct Sets<'a> {
    names: Option<BTreeSet<String>>,
    /// The selectors of those that choose their clusters by labels.
    selectors: Vec<&'a Node>,
}

impl<'a> Sets<'a> {
    /// Those it names, of those that are bound to its namespace.
    fn of(context: &Context<'a>, placement: &Object) -> Self {
        let named: BTreeSet<String> = placement.root.items_at(&["spec", "clusterSets"]).iter().filter_map(Node::text).map(str::to_owned).collect();
        let here = |o: &&Object| o.namespace.is_some() && o.namespace == placement.namespace;
        let bindings = context.all(GROUP, "ManagedClusterSetBinding").filter(here);
        let bound: BTreeSet<String> = bindings.filter_map(|b| b.root.str_at(&["spec", "clusterSet"])).map(str::to_owned).collect();
        let sets = if named.is_empty() { bound } else { named };
        if sets.is_empty() || sets.contains("global") {
            return Self::all();
        }
        let selector = |set: &'a Object| {
            let selector = set.root.find(&["spec", "clusterSelector"]).filter(|_| sets.contains(&set.name))?;
            selector.find(&["labelSelector"]).filter(|_| selector.str_at(&["selectorType"]) == Some("LabelSelector"))
        };
        let selectors = context.all(GROUP, "ManagedClusterSet").filter_map(selector).collect();
        Self { names: Some(sets), selectors }
    }

    /// No bounds.
    fn all() -> Self {
        Self { names: None, selectors: Vec::new() }
    }

    /// Whether a cluster is in one of them. One whose label says nothing is in the set `default`, or in one that is said elsewhere.
    fn hold(&self, cluster: &Managed<'_>) -> Tri {
        let Some(sets) = &self.names else { return Tri::Yes };
        let chosen = self.selectors.iter().map(|s| cluster.fits(s)).fold(Tri::No, Tri::or);
        let labelled = match cluster.label("cluster.open-cluster-management.io/clusterset") {
            Some(set) => Tri::from(sets.contains(set)),
            None if sets.contains("default") => Tri::Yes,
            // A cluster may be in several sets that choose by labels without being labelled for any.
            None if self.selectors.len() == sets.len() => Tri::No,
            None => Tri::Maybe,
        };
        labelled.or(chosen)
    }
}

/// A managed cluster: its name, and the labels that Git gives it.
struct Managed<'a> {
    name: &'a str,
    labels: Option<&'a Node>,
    span: Span,
}

impl<'a> Managed<'a> {
    /// The ManagedClusters there are, and those that are made of what installs a cluster (the siteconfig operator and its predecessor).
    fn all(context: &Context<'a>) -> Vec<Self> {
        let of = |o: &'a Object| Self { name: o.name.as_str(), labels: o.root.find(&["metadata", "labels"]), span: o.span() };
        let site = |spec: &'a Node, labels: &[&str]| {
            let name = spec.str_at(&["clusterName"]).filter(|name| !is_template(name))?;
            Some(Self { name, labels: spec.find(labels), span: spec.span() })
        };
        let instances = context.all("siteconfig.open-cluster-management.io", "ClusterInstance");
        let instances = instances.filter_map(|o| site(o.root.find(&["spec"])?, &["extraLabels", "ManagedCluster"]));
        let sites = context.all("ran.openshift.io", "SiteConfig").flat_map(|o| o.root.items_at(&["spec", "clusters"]));
        let sites = sites.filter_map(|spec| site(spec, &["clusterLabels"]));
        context.all(GROUP, "ManagedCluster").map(of).chain(instances).chain(sites).collect()
    }

    /// The value of a label. Every managed cluster carries its own name as one.
    fn label(&self, key: &str) -> Option<&'a str> {
        let written = self.labels.and_then(|labels| labels.find(&[key])).and_then(Node::text);
        written.or_else(|| (key == "name").then_some(self.name))
    }

    /// Whether a label selector chooses it. Its labels may be set outside Git, too.
    fn fits(&self, selector: &Node) -> Tri {
        selects(selector, &Labels { value: &|key| self.label(key), complete: false })
    }
}

/// The clusters that one label selector chooses; none chooses all.
pub(super) fn by_labels(context: &Context<'_>, selector: Option<&Node>) -> Chosen {
    selector.map_or(Chosen::All, |s| by_selectors(context, &[Selector { labels: Some(s), more: false }], &Sets::all()))
}

fn by_selectors(context: &Context<'_>, selectors: &[Selector<'_>], sets: &Sets<'_>) -> Chosen {
    let empty = |s: &Selector<'_>| {
        !s.more && s.labels.is_none_or(|l| l.entries_at(&["matchLabels"]).is_empty() && l.items_at(&["matchExpressions"]).is_empty())
    };
    let everything = selectors.is_empty() || selectors.iter().any(empty);
    let managed = Managed::all(context);
    let labels = selectors.iter().filter_map(|s| s.labels).chain(sets.selectors.iter().copied());
    let weight = 1 + labels.map(|l| l.weight() as usize).sum::<usize>();
    let whole = match &sets.names {
        None => true,
        // Without any cluster in Git all there are may well be in the set that clusters are in by themselves.
        Some(sets) => managed.is_empty() && sets.contains("default"),
    };
    if everything && whole {
        return Chosen::All;
    }
    let literal: Option<Vec<Vec<String>>> = selectors.iter().map(|s| if s.more { None } else { names(s.labels?) }).collect();
    if let Some(names) = literal.filter(|_| !everything) {
        return Chosen::These(names.into_iter().flatten().collect());
    }
    // Who lists no cluster by itself need not install all of them from here.
    let (mut yes, mut seen, mut open) = (Vec::new(), HashSet::new(), context.all(GROUP, "ManagedCluster").next().is_none());
    for cluster in managed {
        if !context.effort().go(weight, cluster.span) {
            return Chosen::Some;
        }
        let one = |s: &Selector<'_>| s.labels.map_or(Tri::Yes, |l| cluster.fits(l)).and(if s.more { Tri::Maybe } else { Tri::Yes });
        let fits = if everything { Tri::Yes } else { selectors.iter().map(one).fold(Tri::No, Tri::or) };
        match fits.and(sets.hold(&cluster)) {
            Tri::Yes if seen.insert(cluster.name) => yes.push(cluster.name.to_owned()),
            Tri::Yes => {}
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
