//! What identifies an object inside a build: group, version, kind, name and namespace, now and before each renaming.

use crate::yaml::Node;
use std::fmt;

/// Stands for the namespace of objects that have none.
pub(super) const NO_NAMESPACE: &str = "_non_namespaceable_";

/// A kind as written, or a selector of kinds where empty parts match anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Gvk {
    pub(super) group: Box<str>,
    pub(super) version: Box<str>,
    pub(super) kind: Box<str>,
}

impl Gvk {
    /// The kind of an `apiVersion` and a `kind`.
    pub(super) fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = split_api_version(api_version);
        Self { group: group.into(), version: version.into(), kind: kind.into() }
    }

    /// Whether this selector, whose empty parts match anything, selects a kind.
    pub(super) fn selects(&self, other: &Gvk) -> bool {
        let part = |mine: &str, theirs: &str| mine.is_empty() || mine == theirs;
        part(&self.group, &other.group) && part(&self.version, &other.version) && part(&self.kind, &other.kind)
    }

    /// Where kustomize sorts it among others (`Gvk.IsLessThan`); an empty part comes after every other.
    pub(super) fn rank(&self) -> (usize, String) {
        let (first, last) = (FIRST.iter().position(|k| *k == &*self.kind), LAST.iter().position(|k| *k == &*self.kind));
        let order = first.or(last.map(|n| FIRST.len() + 1 + n)).unwrap_or(FIRST.len());
        let part = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
        (order, format!("{}_{}_{}", part(&self.group, "~G"), part(&self.version, "~V"), part(&self.kind, "~K")))
    }

    /// Whether Kubernetes has no namespaces for this kind; unknown kinds count as namespaced, as in kustomize.
    pub(super) fn is_cluster_scoped(&self) -> bool {
        CLUSTER_SCOPED
            .iter()
            .any(|(group, versions, kinds)| *group == &*self.group && versions.contains(&&*self.version) && kinds.contains(&&*self.kind))
    }
}

/// `group/version` in two; the core group is empty.
pub(super) fn split_api_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

/// The kinds that come before all others, and those that come after them.
const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];
const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// The cluster-scoped kinds of kustomize's built-in schema (Kubernetes 1.21).
const CLUSTER_SCOPED: &[(&str, &[&str], &[&str])] = &[
    ("", &["v1"], &["ComponentStatus", "Namespace", "Node", "NodeProxyOptions", "PersistentVolume"]),
    ("admissionregistration.k8s.io", &["v1", "v1beta1"], &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]),
    ("apiextensions.k8s.io", &["v1", "v1beta1"], &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", &["v1", "v1beta1"], &["APIService"]),
    ("certificates.k8s.io", &["v1", "v1beta1"], &["CertificateSigningRequest"]),
    ("flowcontrol.apiserver.k8s.io", &["v1beta1"], &["FlowSchema", "PriorityLevelConfiguration"]),
    ("networking.k8s.io", &["v1", "v1beta1"], &["IngressClass"]),
    ("node.k8s.io", &["v1", "v1beta1"], &["RuntimeClass"]),
    ("policy", &["v1beta1"], &["PodSecurityPolicy"]),
    ("rbac.authorization.k8s.io", &["v1", "v1beta1"], &["ClusterRole", "ClusterRoleBinding"]),
    ("scheduling.k8s.io", &["v1", "v1beta1"], &["PriorityClass"]),
    ("storage.k8s.io", &["v1", "v1beta1"], &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"]),
];

/// The identity of an object at some stage of a build.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Id {
    pub(super) gvk: Gvk,
    pub(super) name: Box<str>,
    /// As written for the current identity; the effective namespace for an earlier one.
    pub(super) namespace: Box<str>,
}

impl Id {
    /// The identity an object's tree states.
    pub(super) fn of(root: &Node) -> Self {
        Self {
            gvk: Gvk::new(text_at(root, &["apiVersion"]), text_at(root, &["kind"])),
            name: text_at(root, &["metadata", "name"]).into(),
            namespace: text_at(root, &["metadata", "namespace"]).into(),
        }
    }

    /// The namespace that counts in comparisons: none for cluster-scoped kinds, `default` where nothing is said.
    pub(super) fn effective_namespace(&self) -> &str {
        if self.gvk.is_cluster_scoped() {
            NO_NAMESPACE
        } else if self.namespace.is_empty() {
            "default"
        } else {
            &self.namespace
        }
    }

    /// Whether both are the same object.
    pub(super) fn same(&self, other: &Id) -> bool {
        self.gvk == other.gvk && self.name == other.name && self.effective_namespace() == other.effective_namespace()
    }

    /// Whether an exact selector, whose empty parts match anything, selects this object (`ResId.IsSelectedBy`).
    pub(super) fn selected_by(&self, selector: &Id) -> bool {
        (selector.name.is_empty() || selector.name == self.name)
            && (selector.namespace.is_empty() || selector.effective_namespace() == self.effective_namespace())
            && selector.gvk.selects(&self.gvk)
    }

    /// The same with the namespace that counts, so that equal objects have equal keys.
    pub(super) fn key(mut self) -> Self {
        self.namespace = self.effective_namespace().into();
        self
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.gvk.kind, self.name)?;
        if !self.namespace.is_empty() && &*self.namespace != NO_NAMESPACE {
            write!(f, " in namespace {}", self.namespace)?;
        }
        Ok(())
    }
}

/// A scalar's text at a path of keys, empty when there is none (null included), as kustomize reads identities.
pub(super) fn text_at<'a>(root: &'a Node, path: &[&str]) -> &'a str {
    root.find(path).filter(|n| !n.is_null()).and_then(Node::text).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(api_version: &str, kind: &str, name: &str, namespace: &str) -> Id {
        Id { gvk: Gvk::new(api_version, kind), name: name.into(), namespace: namespace.into() }
    }

    #[test]
    fn no_namespace_is_the_default_one_unless_the_kind_has_none() {
        assert!(id("v1", "ConfigMap", "a", "").same(&id("v1", "ConfigMap", "a", "default")));
        assert!(!id("v1", "ConfigMap", "a", "").same(&id("v1", "ConfigMap", "a", "x")));
        assert!(id("v1", "Node", "a", "x").same(&id("v1", "Node", "a", "y")));
        // An unknown kind counts as namespaced, a known kind in an unknown version too.
        assert_eq!(id("hco.kubevirt.io/v1", "HyperConverged", "a", "").effective_namespace(), "default");
        assert_eq!(id("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", "a", "").effective_namespace(), "default");
    }

    #[test]
    fn selectors_match_by_their_given_parts() {
        let deployment = Gvk::new("apps/v1", "Deployment");
        assert!(Gvk { kind: "Deployment".into(), ..Gvk::default() }.selects(&deployment));
        assert!(!Gvk { group: "extensions".into(), ..Gvk::default() }.selects(&deployment));
        assert!(id("apps/v1", "Deployment", "a", "").selected_by(&id("", "Deployment", "", "default")));
    }
}
