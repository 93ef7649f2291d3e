//! The labels a pool's nodes will carry when the scheduler looks, as far as the platform guarantees them.

use super::arch::Arch;
use super::pool::{LabelValue, Labels, Pool, Role};
use super::read::{self, Field};
use crate::yaml::Node;
use std::borrow::Cow;

/// The label the operator counts workload nodes by.
pub(super) const WORKER: &str = "node-role.kubernetes.io/worker";
/// The labels the operator counts control-plane nodes by.
pub(super) const MASTER: &str = "node-role.kubernetes.io/master";
/// See [`MASTER`].
pub(super) const CONTROL_PLANE: &str = "node-role.kubernetes.io/control-plane";
/// The architecture, written by the kubelet.
pub(super) const ARCH: &str = "kubernetes.io/arch";
/// Its predecessor, which kubelets still write.
pub(super) const BETA_ARCH: &str = "beta.kubernetes.io/arch";

impl Labels {
    /// Takes over a map of labels that the declaration puts on the nodes; a value that cannot be read is some value.
    pub(super) fn declared(&mut self, root: &Node, path: &[&str]) {
        for entry in root.entries_at(path) {
            if let Some(key) = entry.key.text().filter(|key| !read::is_template(key)) {
                self.known.insert(key.to_owned(), value_of(&entry.value));
            }
        }
    }

    /// The role labels of an OpenShift node, which its kubelet registers with: every worker pool's, infra and custom roles included, and
    /// both spellings of the control plane's.
    pub(super) fn openshift(&mut self, role: Role) {
        let yes = || LabelValue::Is(String::new());
        match role {
            Role::Worker => {
                self.hint(WORKER, yes());
                self.hint(MASTER, LabelValue::Absent);
                self.hint(CONTROL_PLANE, LabelValue::Absent);
            }
            Role::ControlPlaneAndWorker => [WORKER, MASTER, CONTROL_PLANE].iter().for_each(|key| self.hint(key, yes())),
            // Whether masters are schedulable is written elsewhere, if at all.
            Role::ControlPlane => [MASTER, CONTROL_PLANE].iter().for_each(|key| self.hint(key, yes())),
            Role::Unknown => self.hint(WORKER, yes()),
            Role::Neither => {}
        }
        self.hint("node.openshift.io/os_id", LabelValue::Some);
    }

    /// The labels a cloud provider adds: the instance type, and where the machine stands.
    pub(super) fn cloud(&mut self, instance_type: &Field<'_>, region: Option<&str>, zone: Option<&str>) {
        let value = |text: Option<&str>| text.filter(|t| !read::is_placeholder(t)).map_or(LabelValue::Some, |t| LabelValue::Is(t.to_owned()));
        for key in ["node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"] {
            self.hint(key, value(instance_type.text()));
        }
        for key in ["topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"] {
            self.hint(key, value(region));
        }
        for key in ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"] {
            self.hint(key, value(zone));
        }
    }
}

impl Pool {
    /// Adds what every kubelet writes about itself. Last, when the architecture is settled.
    pub(super) fn kubelet_labels(&mut self) {
        if self.labels.complete {
            return;
        }
        let arch = self.arch().filter(|_| !self.doubtful).map(Arch::as_str).map_or(LabelValue::Some, |arch| LabelValue::Is(arch.to_owned()));
        self.labels.hint(ARCH, arch.clone());
        self.labels.hint(BETA_ARCH, arch);
        self.labels.hint("kubernetes.io/os", LabelValue::Is("linux".to_owned()));
        self.labels.hint("beta.kubernetes.io/os", LabelValue::Is("linux".to_owned()));
        self.labels.hint("kubernetes.io/hostname", LabelValue::Some);
    }

    /// The labels its nodes have if they are of this architecture, whatever else they might be.
    #[must_use]
    pub fn labels_as(&self, arch: &Arch) -> Cow<'_, Labels> {
        if !self.doubtful || self.labels.complete {
            return Cow::Borrowed(&self.labels);
        }
        let mut labels = self.labels.clone();
        for key in [ARCH, BETA_ARCH] {
            labels.known.insert(key.to_owned(), LabelValue::Is(arch.as_str().to_owned()));
        }
        Cow::Owned(labels)
    }
}

/// A label's value: text as it stands, or some value where it is a template. Null decodes as the empty string.
pub(super) fn value_of(node: &Node) -> LabelValue {
    match node.text() {
        _ if node.is_null() => LabelValue::Is(String::new()),
        Some(text) if !read::is_template(text) => LabelValue::Is(text.to_owned()),
        _ => LabelValue::Some,
    }
}

/// The role a set of node labels shows: `None` when they name no role at all.
pub(super) fn role_of(labels: &Labels) -> Option<Role> {
    let has = |key: &str| matches!(labels.known.get(key), Some(LabelValue::Is(_) | LabelValue::Some));
    match (has(WORKER), has(MASTER) || has(CONTROL_PLANE)) {
        (true, true) => Some(Role::ControlPlaneAndWorker),
        (true, false) => Some(Role::Worker),
        (false, true) => Some(Role::ControlPlane),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nodes::pool::{Basis, Fact};
    use crate::source::{FileId, Span};

    #[test]
    fn a_kubelet_writes_what_it_is() {
        let span = Span::new(FileId(0), 0, 0);
        let mut pool = Pool::new("MachineSet", "a", span);
        pool.facts.push(Fact { arch: Arch::ARM64, basis: Basis::Declared, detail: "arm64".into(), span });
        pool.labels.openshift(Role::Worker);
        pool.kubelet_labels();
        let is = |text: &str| Some(LabelValue::Is(text.to_owned()));
        for (key, value) in [
            ("kubernetes.io/arch", is("arm64")),
            ("beta.kubernetes.io/arch", is("arm64")),
            ("kubernetes.io/os", is("linux")),
            ("kubernetes.io/hostname", Some(LabelValue::Some)),
            (WORKER, is("")),
            (MASTER, Some(LabelValue::Absent)),
            ("example.com/anything", None),
        ] {
            assert_eq!(pool.labels.get(key), value.as_ref(), "{key}");
        }
    }

    #[test]
    fn an_unknown_architecture_is_some_value_and_a_dump_stays_as_it_is() {
        let mut pool = Pool::new("MachineSet", "a", Span::new(FileId(0), 0, 0));
        pool.kubelet_labels();
        assert_eq!(pool.labels.get(ARCH), Some(&LabelValue::Some));
        let mut pool = Pool { doubtful: true, ..Pool::new("NodePool", "a", Span::new(FileId(0), 0, 0)) };
        pool.facts.push(Fact { arch: Arch::AMD64, basis: Basis::SchemaDefault, detail: "default".into(), span: pool.span });
        pool.kubelet_labels();
        assert_eq!(pool.labels.get(ARCH), Some(&LabelValue::Some), "a default that need not hold");
        let mut dump = Pool::new("Node", "a", Span::new(FileId(0), 0, 0));
        dump.labels.complete = true;
        dump.kubelet_labels();
        assert_eq!(dump.labels.get(ARCH), Some(&LabelValue::Absent));
    }
}
