//! The objects of one API server, to look up by what they are and where they live.

use crate::manifest::Object;
use crate::source::FileId;
use std::collections::BTreeMap;

/// The objects of one API server. Of several with one identity the last is kept: they are one object there. A Node's dump and its patch
/// are two, because one of them is no object to apply.
pub(super) struct World<'a> {
    kinds: BTreeMap<&'a str, BTreeMap<&'a str, Kind<'a>>>,
}

/// The objects of one kind, in order and by name.
#[derive(Default)]
struct Kind<'a> {
    all: Vec<&'a Object>,
    named: BTreeMap<&'a str, Vec<&'a Object>>,
}

impl<'a> World<'a> {
    pub(super) fn new(objects: &[&'a Object]) -> Self {
        let mut last = BTreeMap::new();
        for (at, object) in objects.iter().enumerate() {
            last.insert(identity(object), at);
        }
        let mut kinds: BTreeMap<&str, BTreeMap<&str, Kind<'_>>> = BTreeMap::new();
        for (at, object) in objects.iter().enumerate() {
            // Without a name nothing tells two objects apart, so each stands for itself.
            if object.name.is_empty() || last.get(&identity(object)) == Some(&at) {
                let kind = kinds.entry(object.group.as_str()).or_default().entry(object.kind.as_str()).or_default();
                kind.all.push(object);
                kind.named.entry(object.name.as_str()).or_default().push(object);
            }
        }
        Self { kinds }
    }

    /// Every object of a group and kind, in order.
    pub(super) fn all(&self, group: &str, kind: &str) -> &[&'a Object] {
        self.kinds.get(group).and_then(|kinds| kinds.get(kind)).map_or(&[], |kind| kind.all.as_slice())
    }

    /// Every object of a group, kind by kind.
    pub(super) fn group(&self, group: &str) -> impl Iterator<Item = &'a Object> {
        self.kinds.get(group).into_iter().flat_map(BTreeMap::values).flat_map(|kind| &kind.all).copied()
    }

    /// The object of a name. A namespace that only one side writes is no objection, because a deployer may add it.
    pub(super) fn find(&self, group: &str, kind: &str, namespace: Option<&str>, name: &str) -> Option<&'a Object> {
        if name.is_empty() {
            return None;
        }
        let named = self.kinds.get(group)?.get(kind)?.named.get(name)?;
        let exact = named.iter().find(|o| o.namespace.as_deref() == namespace);
        exact.or_else(|| named.iter().find(|o| same_namespace(o.namespace.as_deref(), namespace))).copied()
    }
}

type Identity<'a> = (&'a str, &'a str, Option<&'a str>, &'a str, Option<FileId>);

/// What makes two objects one. Objects about the cluster they lie in have names that every cluster has (`worker-0`), and a caller that
/// cannot tell clusters apart may bring several; so only in one file are those certainly one object.
fn identity(object: &Object) -> Identity<'_> {
    let here = match (object.group.as_str(), object.namespace.as_deref()) {
        // A host name is its own, wherever it is listed.
        ("", _) if object.kind == "Node" => !object.name.contains('.'),
        ("" | "config.openshift.io" | "machine.openshift.io" | "autoscaling.openshift.io" | "karpenter.sh", _) => true,
        (_, Some("openshift-machine-api" | "openshift-cluster-api")) => true,
        _ => false,
    };
    let kind = if object.is("", "Node") && object.root.find(&["status"]).is_none() { "Node patch" } else { object.kind.as_str() };
    (&object.group, kind, object.namespace.as_deref(), &object.name, here.then(|| object.span().file))
}

/// Whether two namespaces can be the same one.
pub(super) fn same_namespace(a: Option<&str>, b: Option<&str>) -> bool {
    a.is_none() || b.is_none() || a == b
}
