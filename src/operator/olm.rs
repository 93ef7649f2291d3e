//! What the objects that install the operator say about it: its release, its namespace and who builds it.
//!
//! Read are OLM's Subscription, ClusterServiceVersion and OperatorGroup, the policy kind that wraps them on hubs (OperatorPolicy), and
//! OLM v1's ClusterExtension. The downstream product and the upstream project name their versions alike and number them apart:
//! `kubevirt-hyperconverged-operator.v4.20.1` is OpenShift Virtualization 4.20 with the operator's 1.16, `….v1.16.0` is upstream's own.

use super::release::Release;
use crate::manifest::Object;
use crate::manifest::template::is_template;
use crate::source::Span;
use crate::yaml::Node;

/// Name of the package in Red Hat's catalogue (and in upstream's nightly one).
const PACKAGE: &str = "kubevirt-hyperconverged";
/// Name of the package in the community catalogue.
const COMMUNITY: &str = "community-kubevirt-hyperconverged";
/// What the names of all versions begin with.
const CSV: &str = "kubevirt-hyperconverged-operator.v";

/// Who builds the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Distribution {
    /// The upstream project.
    Upstream,
    /// Red Hat OpenShift Virtualization.
    OpenShiftVirtualization,
}

/// Something an object says, with the words and their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said<T> {
    /// What.
    pub value: T,
    /// The words.
    pub detail: String,
    /// Where they stand.
    pub span: Span,
}

/// How the operator comes to a cluster. Every list is empty where nothing says, and has the surest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Installation {
    /// Releases that are certainly, or most likely, the one that runs: an installed or pinned version, a channel of one release.
    pub releases: Vec<Said<Release>>,
    /// Releases below which the operator is not: a `startingCSV` from which it may have been upgraded without anybody writing it down.
    pub at_least: Vec<Said<Release>>,
    /// Namespaces the operator runs in, which are those in which it looks for its HyperConverged.
    pub namespaces: Vec<Said<String>>,
    /// Who builds it.
    pub distributions: Vec<Said<Distribution>>,
}

impl Installation {
    /// Reads the objects that one cluster is given.
    #[must_use]
    pub fn read(objects: &[&Object]) -> Self {
        let mut found = Self::default();
        let mut groups = Vec::new();
        for object in objects {
            match (object.group.as_str(), object.kind.as_str()) {
                ("operators.coreos.com", "ClusterServiceVersion") => found.version(object),
                ("operators.coreos.com", "Subscription") => found.subscription(object, &["spec"], Some(&object.root)),
                ("policy.open-cluster-management.io", "OperatorPolicy") => found.policy(object),
                ("olm.operatorframework.io", "ClusterExtension") => found.extension(object),
                ("operators.coreos.com", "OperatorGroup") => groups.push(*object),
                _ => {}
            }
        }
        for group in groups {
            found.group(group);
        }
        found
    }

    /// A ClusterServiceVersion is what runs. Copies in other namespaces are no installations.
    fn version(&mut self, object: &Object) {
        let Some(name) = object.root.find(&["metadata", "name"]).filter(|n| n.text().is_some_and(|t| t.starts_with(CSV))) else { return };
        if object.label("olm.copiedFrom").is_some() {
            return;
        }
        self.csv(name, true);
        self.namespace(object.root.find(&["metadata", "namespace"]));
    }

    /// A Subscription, or the part of a policy that will become one; `status` holds what was installed.
    fn subscription(&mut self, object: &Object, path: &[&str], status: Option<&Node>) {
        let at = |key: &str| object.root.find(&[path, &[key]].concat());
        let Some(package) = at("name").filter(|n| matches!(n.text(), Some(PACKAGE | COMMUNITY))) else { return };
        if let Some(installed) = status.and_then(|root| root.find(&["status", "installedCSV"])) {
            self.csv(installed, true);
        }
        let manual = at("installPlanApproval").and_then(Node::text) == Some("Manual");
        if let Some(starting) = at("startingCSV") {
            self.csv(starting, manual);
        }
        // The community catalogue has channels of one release each (`1.16.0`).
        if let Some(channel) = at("channel").and_then(|node| Some((node, node.text()?)))
            && let Some(release) = Release::parse(channel.1)
        {
            self.releases.push(said(release, channel.0));
        }
        let community = package.text() == Some(COMMUNITY) || at("source").and_then(Node::text) == Some("community-operators");
        let redhat = at("source").and_then(Node::text) == Some("redhat-operators");
        if community {
            self.distributions.push(said(Distribution::Upstream, package));
        } else if redhat {
            self.distributions.push(said(Distribution::OpenShiftVirtualization, package));
        }
        let own = if path == ["spec"] { object.root.find(&["metadata", "namespace"]) } else { at("namespace") };
        self.namespace(own);
    }

    /// A hub's policy: a subscription inside, the versions it approves, and the namespace of its operator group.
    fn policy(&mut self, object: &Object) {
        self.subscription(object, &["spec", "subscription"], None);
        let ours = object.root.find(&["spec", "subscription", "name"]).and_then(Node::text);
        if !matches!(ours, Some(PACKAGE | COMMUNITY)) {
            return;
        }
        if let [only] = object.root.items_at(&["spec", "versions"]) {
            self.csv(only, true);
        }
        self.namespace(object.root.find(&["spec", "operatorGroup", "namespace"]));
    }

    fn extension(&mut self, object: &Object) {
        let catalog = |key: &str| object.root.find(&["spec", "source", "catalog", key]);
        let Some(package) = catalog("packageName").filter(|n| matches!(n.text(), Some(PACKAGE | COMMUNITY))) else { return };
        // A range says no version.
        if let Some(version) = catalog("version").filter(|n| n.text().is_some_and(|t| t.split('.').count() == 3)) {
            self.numbered(version, version.text().unwrap_or_default(), true);
        }
        if package.text() == Some(COMMUNITY) {
            self.distributions.push(said(Distribution::Upstream, package));
        }
        self.namespace(object.root.find(&["spec", "namespace"]));
    }

    /// An OperatorGroup that is named after the operator, or lies where its subscription does, confirms the namespace.
    fn group(&mut self, object: &Object) {
        let node = object.root.find(&["metadata", "namespace"]);
        let namespace = node.and_then(Node::text);
        let known = self.namespaces.iter().any(|n| Some(n.value.as_str()) == namespace);
        if known || object.name.contains(PACKAGE) {
            self.namespace(node);
        }
    }

    fn namespace(&mut self, node: Option<&Node>) {
        if let Some((node, text)) = node.and_then(|n| Some((n, n.as_str()?))).filter(|(_, text)| is_name(text)) {
            self.namespaces.push(Said { value: text.to_owned(), detail: text.to_owned(), span: node.span() });
        }
    }

    /// The name of a version.
    fn csv(&mut self, node: &Node, certain: bool) {
        if let Some(version) = node.text().and_then(|text| text.trim().strip_prefix(CSV)) {
            self.numbered(node, version, certain);
        }
    }

    fn numbered(&mut self, node: &Node, version: &str, certain: bool) {
        let upstream = Release::parse(version);
        let release = upstream.or_else(|| Release::of_openshift_virtualization(version));
        // Upstream has never left 1.x, the product is at 4.x.
        let distribution = if upstream.is_some() { Distribution::Upstream } else { Distribution::OpenShiftVirtualization };
        let Some(release) = release else { return };
        let list = if certain { &mut self.releases } else { &mut self.at_least };
        list.push(said(release, node));
        self.distributions.push(said(distribution, node));
    }
}

fn said<T>(value: T, node: &Node) -> Said<T> {
    Said { value, detail: node.text().unwrap_or_default().trim().to_owned(), span: node.span() }
}

/// Whether a text can be a namespace's name; templates and placeholders are not.
fn is_name(text: &str) -> bool {
    !text.is_empty() && !is_template(text) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::objects;
    use crate::source::FileId;
    use crate::yaml::parse;

    fn read(text: &str) -> Installation {
        let parsed = parse(FileId(0), text);
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        let all: Vec<Object> = parsed.documents.iter().flat_map(|d| objects(&d.root)).collect();
        let found = Installation::read(&all.iter().collect::<Vec<_>>());
        let places = found.releases.iter().map(|s| (&s.detail, s.span)).chain(found.at_least.iter().map(|s| (&s.detail, s.span)));
        let places =
            places.chain(found.namespaces.iter().map(|s| (&s.detail, s.span))).chain(found.distributions.iter().map(|s| (&s.detail, s.span)));
        for (detail, span) in places {
            assert_eq!(text[span.range()].trim_matches('"'), detail, "every span covers its words");
        }
        found
    }

    fn values<T: Clone>(list: &[Said<T>]) -> Vec<T> {
        list.iter().map(|s| s.value.clone()).collect()
    }

    #[test]
    fn a_subscription_tells_namespace_builder_and_where_it_started() {
        let found = read(
            "apiVersion: operators.coreos.com/v1\nkind: OperatorGroup\nmetadata: {name: any, namespace: openshift-cnv}\n---\n\
             apiVersion: operators.coreos.com/v1alpha1\nkind: Subscription\nmetadata: {name: hco-operatorhub, namespace: openshift-cnv}\n\
             spec: {name: kubevirt-hyperconverged, source: redhat-operators, channel: stable, startingCSV: kubevirt-hyperconverged-operator.v4.20.1}\n",
        );
        assert_eq!(values(&found.releases), []);
        assert_eq!(values(&found.at_least), [Release::minor(16)]);
        assert_eq!(values(&found.namespaces), ["openshift-cnv", "openshift-cnv"]);
        assert!(values(&found.distributions).iter().all(|d| *d == Distribution::OpenShiftVirtualization) && found.distributions.len() == 2);
    }

    #[test]
    fn what_is_pinned_or_installed_is_what_runs() {
        let subscription = |rest: &str| {
            read(&format!(
                "apiVersion: operators.coreos.com/v1alpha1\nkind: Subscription\nmetadata: {{name: a, namespace: cnv}}\n\
                 spec: {{name: kubevirt-hyperconverged, {rest}\n"
            ))
        };
        let manual = subscription("installPlanApproval: Manual, startingCSV: kubevirt-hyperconverged-operator.v4.21.0}");
        assert_eq!((values(&manual.releases), values(&manual.at_least)), (vec![Release::minor(17)], vec![]));
        let dumped =
            subscription("startingCSV: kubevirt-hyperconverged-operator.v4.20.1}\nstatus: {installedCSV: kubevirt-hyperconverged-operator.v4.22.0}");
        assert_eq!((values(&dumped.releases), values(&dumped.at_least)), (vec![Release::minor(18)], vec![Release::minor(16)]));
        let community = read(
            "apiVersion: operators.coreos.com/v1alpha1\nkind: Subscription\nmetadata: {name: a, namespace: kubevirt-hyperconverged}\n\
             spec: {name: community-kubevirt-hyperconverged, source: community-operators, channel: \"1.17.0\"}\n",
        );
        assert_eq!(values(&community.releases), [Release::minor(17)]);
        assert_eq!(values(&community.distributions), [Distribution::Upstream]);
    }

    #[test]
    fn a_version_object_tells_unless_it_is_a_copy() {
        let version = |name: &str, labels: &str| {
            read(&format!(
                "apiVersion: operators.coreos.com/v1alpha1\nkind: ClusterServiceVersion\nmetadata: {{name: {name}, namespace: hco, labels: {labels}}}\n"
            ))
        };
        let upstream = version("kubevirt-hyperconverged-operator.v1.16.0", "{}");
        assert_eq!(values(&upstream.releases), [Release::minor(16)]);
        assert_eq!(values(&upstream.distributions), [Distribution::Upstream]);
        assert_eq!(values(&upstream.namespaces), ["hco"]);
        assert_eq!(version("kubevirt-hyperconverged-operator.v1.16.0", "{olm.copiedFrom: hco}"), Installation::default());
        assert_eq!(version("grafana-operator.v5.21.2", "{}"), Installation::default());
    }

    #[test]
    fn policies_and_extensions_carry_the_same() {
        let policy = read(
            "apiVersion: policy.open-cluster-management.io/v1beta1\nkind: OperatorPolicy\nmetadata: {name: virt}\nspec:\n\
             \x20 subscription: {name: kubevirt-hyperconverged, namespace: openshift-cnv, source: redhat-operators}\n\
             \x20 versions: [kubevirt-hyperconverged-operator.v4.20.3]\n",
        );
        assert_eq!((values(&policy.releases), values(&policy.namespaces)), (vec![Release::minor(16)], vec!["openshift-cnv".to_owned()]));
        let extension = |version: &str| {
            read(&format!(
                "apiVersion: olm.operatorframework.io/v1\nkind: ClusterExtension\nmetadata: {{name: virt}}\nspec:\n  namespace: cnv\n\
                 \x20 source: {{sourceType: Catalog, catalog: {{packageName: kubevirt-hyperconverged, version: \"{version}\"}}}}\n"
            ))
        };
        assert_eq!(values(&extension("4.21.0").releases), [Release::minor(17)]);
        assert_eq!(values(&extension(">=4.20").releases), []);
    }

    #[test]
    fn other_packages_kinds_and_templates_say_nothing() {
        for text in [
            "apiVersion: operators.coreos.com/v1alpha1\nkind: Subscription\nmetadata: {name: kubevirt-hyperconverged, namespace: a}\nspec: {name: nmstate}\n",
            "apiVersion: apps.open-cluster-management.io/v1\nkind: Subscription\nmetadata: {name: a, namespace: a}\nspec: {name: kubevirt-hyperconverged}\n",
            "apiVersion: operators.coreos.com/v1\nkind: OperatorGroup\nmetadata: {name: other, namespace: other}\n",
            "apiVersion: operators.coreos.com/v1alpha1\nkind: Subscription\nmetadata: {name: a, namespace: NAMESPACE}\n\
             spec: {name: kubevirt-hyperconverged, startingCSV: \"{{ version }}\", channel: stable}\n",
            "apiVersion: operators.coreos.com/v1alpha1\nkind: Subscription\nmetadata: {name: a}\n\
             spec: {name: kubevirt-hyperconverged, startingCSV: PATCHME}\n",
        ] {
            assert_eq!(read(text), Installation::default(), "{text}");
        }
    }
}
