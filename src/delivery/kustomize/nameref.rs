//! References by name: when an object's name has changed, whatever refers to it by its old name is rewritten.
//!
//! Truth: `api/filters/nameref`. A candidate must have had the old name, be of the referred kind and be reachable from the
//! referrer's namespace; among several the one renamed in the same layers wins.

use super::bounds::Work;
use super::edit;
use super::fieldspec::{FieldSpec, Walk};
use super::id::{Gvk, Id, text_at};
use super::log::Log;
use super::merge::{Kind, Misfit};
use super::patch::unfit;
use super::resource::Resource;
use crate::yaml::{Node, Style};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Rewrites every reference to an object that has been renamed.
pub(super) fn update(resources: &mut [Resource], references: &[(Gvk, Vec<FieldSpec>)], log: &mut Log) {
    let targets = Targets::of(resources);
    if targets.by_old_name.is_empty() {
        return;
    }
    for referrer in resources.iter_mut() {
        let original = referrer.original_id();
        let specs = references.iter().flat_map(|(target, specs)| specs.iter().map(move |spec| (target, spec)));
        let specs: Vec<(&Gvk, &FieldSpec)> = specs.filter(|(_, spec)| spec.gvk.selects(&original.gvk)).collect();
        if specs.is_empty() {
            continue;
        }
        let namespaces = subject_namespaces(&referrer.root);
        let view = View { targets: &targets, place: Place::of(&referrer.id()), referrer: referrer.clone(), namespaces, work: log.steps() };
        for (target, spec) in specs {
            let mut set = |node: &Node| view.rewritten(node, target, spec);
            match spec.apply_any_kind(&referrer.root, &mut Walk { create: None, by: referrer.origin.span, set: &mut set }) {
                Ok(root) => referrer.root = root,
                Err(misfit) => unfit(misfit, referrer, log),
            }
        }
        log.stepped(&view.work);
    }
}

/// What can be referred to.
struct Target {
    id: Id,
    /// Of the identity it has now.
    place: Place,
    original: Id,
    previous: Vec<Id>,
    prefixes: Vec<Box<str>>,
    suffixes: Vec<Box<str>>,
}

struct Targets {
    all: Vec<Target>,
    /// Only what has been renamed has earlier identities, so only that is ever found.
    by_old_name: BTreeMap<Box<str>, Vec<usize>>,
    /// By the namespace that they began in.
    began: HashMap<Box<str>, Began>,
}

/// Where those are now that began in one namespace.
#[derive(Default)]
struct Began {
    cluster_scoped: bool,
    /// The namespaces as written, and those that count where nothing is written.
    written: HashSet<Box<str>>,
    effective: HashSet<Box<str>>,
}

impl Targets {
    fn of(resources: &[Resource]) -> Self {
        let mut by_old_name: BTreeMap<Box<str>, Vec<usize>> = BTreeMap::new();
        let mut all = Vec::new();
        for resource in resources.iter().filter(|r| !r.state.previous.is_empty()) {
            let names: BTreeSet<&str> = resource.state.previous.iter().map(|p| &*p.name).collect();
            for name in names {
                by_old_name.entry(name.into()).or_default().push(all.len());
            }
            let id = resource.id();
            all.push(Target {
                place: Place::of(&id),
                id,
                original: resource.original_id(),
                previous: resource.previous().collect(),
                prefixes: resource.state.prefixes.clone(),
                suffixes: resource.state.suffixes.clone(),
            });
        }
        let mut began: HashMap<Box<str>, Began> = HashMap::new();
        for target in all.iter().filter(|t: &&Target| !t.original.gvk.is_cluster_scoped()) {
            let there = began.entry(target.original.effective_namespace().into()).or_default();
            there.cluster_scoped |= target.place.cluster_scoped;
            there.written.insert(target.id.namespace.clone());
            there.effective.insert(target.place.namespace.clone());
        }
        Self { all, by_old_name, began }
    }
}

/// Where an object is: told once, because the kinds that are in no namespace are a list.
struct Place {
    cluster_scoped: bool,
    namespace: Box<str>,
}

impl Place {
    fn of(id: &Id) -> Self {
        Self { cluster_scoped: id.gvk.is_cluster_scoped(), namespace: id.effective_namespace().into() }
    }
}

/// The targets as one referrer sees them.
struct View<'t> {
    targets: &'t Targets,
    place: Place,
    referrer: Resource,
    /// Namespaces of the service accounts a role binding names.
    namespaces: BTreeSet<Box<str>>,
    /// How much may still be gone through.
    work: Work,
}

impl View<'_> {
    fn rewritten(&self, node: &Node, target: &Gvk, spec: &FieldSpec) -> Result<Node, Misfit> {
        match Kind::of(node) {
            Kind::Null | Kind::Opaque => Ok(node.clone()),
            Kind::Scalar => self.name(node, target, spec),
            Kind::Map => self.name_and_namespace(node, target, spec),
            Kind::Sequence => {
                let mut changed = false;
                let mut items = Vec::new();
                for item in node.as_sequence().unwrap_or_default() {
                    let new = match Kind::of(item) {
                        Kind::Sequence => return Err(misfit(item, "a reference is a name or a map")),
                        _ => self.rewritten(item, target, spec)?,
                    };
                    changed |= !new.same(item);
                    items.push(new);
                }
                Ok(if changed { edit::with_items(node, items) } else { node.clone() })
            }
        }
    }

    /// Goes through all that has ever had a name.
    fn spend(&self, name: &str, node: &Node) -> Result<(), Misfit> {
        self.work.spend(self.targets.by_old_name.get(name).map_or(0, Vec::len), node.span())
    }

    /// A field that holds a name.
    fn name(&self, node: &Node, target: &Gvk, spec: &FieldSpec) -> Result<Node, Misfit> {
        let old = node.text().unwrap_or("");
        let same = |found: &[&Target]| found.windows(2).all(|w| w.first().map(|t| &t.id.name) == w.last().map(|t| &t.id.name));
        self.spend(old, node)?;
        match self.referral(old, None, target, spec, same) {
            Ok(Some(found)) if &*found.id.name != old => Ok(renamed(node, &found.id.name)),
            Ok(_) => Ok(node.clone()),
            Err(message) => Err(misfit(node, &message)),
        }
    }

    /// A map with `name` and perhaps `namespace`.
    fn name_and_namespace(&self, node: &Node, target: &Gvk, spec: &FieldSpec) -> Result<Node, Misfit> {
        let entry = |key: &str| node.as_mapping().and_then(|m| m.entry(key));
        let Some(name) = entry("name") else {
            return Err(misfit(node, "a reference by name has no `name`"));
        };
        let old = name.value.text().unwrap_or("");
        let namespace = entry("namespace").map(|e| e.value.text().unwrap_or(""));
        let same = |found: &[&Target]| {
            let key = |t: Option<&&Target>| t.map(|t| (t.id.name.clone(), t.id.namespace.clone()));
            found.windows(2).all(|w| key(w.first()) == key(w.last()))
        };
        self.spend(old, node)?;
        let found = match self.referral(old, namespace, target, spec, same) {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(node.clone()),
            Err(message) => return Err(misfit(node, &message)),
        };
        let new_namespace = &*found.id.namespace;
        if &*found.id.name == old && (new_namespace.is_empty() || namespace == Some(new_namespace)) {
            return Ok(node.clone());
        }
        Ok(edit::with_mapping(node, |m| {
            if &*found.id.name != old {
                edit::set_value(m, &name.key, renamed(&name.value, &found.id.name));
            }
            if !new_namespace.is_empty() && namespace != Some(new_namespace) {
                let old = m.entry("namespace").cloned();
                let key = old.as_ref().map_or_else(|| Node::scalar("namespace", Style::Plain, name.value.span()), |e| e.key.clone());
                let value = old.map_or_else(|| edit::new_string(new_namespace, name.value.span()), |e| renamed(&e.value, new_namespace));
                edit::set_value(m, &key, value);
            }
        }))
    }

    /// The object a name refers to, if any; several that are not the same are an error.
    fn referral(
        &self,
        old: &str,
        namespace: Option<&str>,
        target: &Gvk,
        spec: &FieldSpec,
        same: impl Fn(&[&Target]) -> bool,
    ) -> Result<Option<&Target>, String> {
        let indices = self.targets.by_old_name.get(old).map_or(&[][..], Vec::as_slice);
        let candidates: Vec<&Target> = indices.iter().filter_map(|i| self.targets.all.get(*i)).filter(|t| self.can_see(t)).collect();
        let candidates = match namespace {
            None => candidates,
            Some(ns) => {
                let namespaced = |id: &Id| !id.gvk.is_cluster_scoped() && id.effective_namespace() == ns;
                // Whether any object at all began in the namespace decides which identity counts.
                let began = self.targets.began.get(ns).is_some_and(|there| self.can_see_any(there));
                candidates.into_iter().filter(|t| namespaced(if began { &t.original } else { &t.id })).collect()
            }
        };
        let role = if spec.path.ends_with("roleRef/name") { role_kind(&self.referrer.root) } else { None };
        let fits = |t: &&Target| {
            t.previous.iter().any(|p| target.selects(&p.gvk))
                && role.as_ref().is_none_or(|role| t.previous.iter().any(|p| role.selects(&p.gvk)))
                && self.shares_namespace(t)
        };
        let mut found: Vec<&Target> = candidates.into_iter().filter(fits).collect();
        if found.len() != 1 {
            found.retain(|t| self.same_affixes(t, true));
            if found.len() > 1 {
                found.retain(|t| self.same_affixes(t, false));
            }
        }
        match found.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            several if same(several) => Ok(several.first().copied()),
            _ => Err(format!("`{old}` may refer to several objects that have been renamed differently")),
        }
    }

    /// `SubsetThatCouldBeReferencedByResource`.
    fn can_see(&self, target: &Target) -> bool {
        self.place.cluster_scoped
            || target.place.cluster_scoped
            || target.place.namespace == self.place.namespace
            || self.namespaces.contains(&target.id.namespace)
    }

    /// The same of any of those that began in a namespace.
    fn can_see_any(&self, there: &Began) -> bool {
        self.place.cluster_scoped
            || there.cluster_scoped
            || there.effective.contains(&self.place.namespace)
            || self.namespaces.iter().any(|ns| there.written.contains(ns))
    }

    fn shares_namespace(&self, target: &Target) -> bool {
        self.place.cluster_scoped
            || target.place.cluster_scoped
            || &*target.id.gvk.kind == "ServiceAccount"
            || target.place.namespace == self.place.namespace
    }

    fn same_affixes(&self, target: &Target, lenient: bool) -> bool {
        let state = &self.referrer.state;
        let alike = |a: &[Box<str>], b: &[Box<str>]| lenient && (a.is_empty() || b.is_empty()) || same_end(a, b);
        alike(&target.prefixes, &state.prefixes) && alike(&target.suffixes, &state.suffixes)
    }
}

/// Whether the shorter list is the end of the longer; an empty one is only the end of an empty one.
fn same_end(a: &[Box<str>], b: &[Box<str>]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() { long.is_empty() } else { long.ends_with(short) }
}

fn renamed(node: &Node, name: &str) -> Node {
    match node.as_scalar() {
        Some(old) => edit::renamed(old.style, name, node.span()),
        None => edit::new_string(name, node.span()),
    }
}

fn misfit(node: &Node, message: &str) -> Misfit {
    Misfit { span: node.span(), related: None, message: message.to_owned() }
}

/// The kind a role binding's `roleRef` names.
fn role_kind(root: &Node) -> Option<Gvk> {
    let part = |key: &str| root.find(&["roleRef", key]).and_then(Node::text);
    Some(Gvk { group: part("apiGroup")?.into(), version: "".into(), kind: part("kind")?.into() })
}

fn subject_namespaces(root: &Node) -> BTreeSet<Box<str>> {
    if text_at(root, &["kind"]) != "RoleBinding" {
        return BTreeSet::new();
    }
    let accounts = root.items_at(&["subjects"]).iter().filter(|s| s.str_at(&["kind"]) == Some("ServiceAccount"));
    accounts.filter_map(|s| s.str_at(&["namespace"])).map(Box::from).collect()
}
