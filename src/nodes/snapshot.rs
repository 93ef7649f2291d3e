//! The smallest Node list worth committing: what a dump says that this program uses, in an order and a form that make good diffs.

use super::arch::Arch;
use super::labels::{ARCH, BETA_ARCH};
use super::node::infra_id;
use super::pool::is_written_at_run_time;
use super::read::{self, Field};
use crate::manifest::{Object, objects};
use crate::source::{FileId, Source};
use crate::yaml::{Node, parse};
use std::collections::BTreeMap;
use std::fmt;

/// Why there is no snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The input is no YAML or JSON.
    Syntax {
        /// The line, from 1.
        line: u32,
        /// In words.
        message: String,
    },
    /// It holds no Node.
    NoNodes,
    /// A Node without an architecture: a manifest and no dump.
    NoArchitecture {
        /// The node's name.
        name: String,
    },
    /// A Node without a name.
    NoName,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hint = "is this the output of `kubectl get nodes -o yaml`?";
        match self {
            Error::Syntax { line, message } => write!(f, "line {line}: {message}"),
            Error::NoNodes => write!(f, "no Node found: {hint}"),
            Error::NoArchitecture { name } => write!(f, "node {name} reports no architecture: {hint}"),
            Error::NoName => write!(f, "a Node has no name: {hint}"),
        }
    }
}

impl std::error::Error for Error {}

/// The Node list of a dump (`kubectl get nodes -o yaml` or `-o json`, a must-gather's files, one Node or many) with names, labels,
/// architecture and operating system, and nothing else: no addresses, no images, nothing that changes by the day. Sorted by name; reading
/// it gives the same pools as reading the dump.
///
/// Labels are kept because a placement may select on any of them, except those that [`is_written_at_run_time`] names.
///
/// # Errors
///
/// When the text cannot be read, holds no Node, or holds one that says too little to be a dump.
pub fn snapshot(text: &str) -> Result<String, Error> {
    let parsed = parse(FileId(0), text);
    let nodes = parsed.documents.iter().flat_map(|document| objects(&document.root)).filter(|object| object.is("", "Node"));
    let mut sorted = BTreeMap::new();
    for node in nodes {
        if node.name.is_empty() {
            return Err(Error::NoName);
        }
        sorted.insert(node.name.clone(), one(&node)?);
    }
    // A broken document may have held nodes, and half a list is worse than none. A key twice is only odd.
    if let Some(problem) = parsed.problems.iter().find(|p| p.kind != crate::yaml::ProblemKind::DuplicateKey) {
        let source = Source::new(String::new(), text.to_owned());
        let line = source.position(problem.span.start as usize).line;
        return Err(Error::Syntax { line, message: problem.message.clone() });
    }
    if sorted.is_empty() {
        return Err(Error::NoNodes);
    }
    let items: String = sorted.into_values().collect();
    Ok(format!("apiVersion: v1\nkind: List\nitems:\n{items}"))
}

fn one(node: &Object) -> Result<String, Error> {
    let text = |path: &[&str]| read::field(&node.root, path).text();
    let reported = text(&["status", "nodeInfo", "architecture"]);
    let label = |key: &str| !matches!(read::field(&node.root, &["metadata", "labels", key]), Field::Absent);
    if reported.is_none() && !label(ARCH) && !label(BETA_ARCH) {
        return Err(Error::NoArchitecture { name: node.name.clone() });
    }
    let mut out = format!("- apiVersion: v1\n  kind: Node\n  metadata:\n    name: {}\n", scalar(&node.name));
    if infra_id(node).is_some()
        && let Some(machine) = text(&["metadata", "annotations", MACHINE])
    {
        out += &format!("    annotations:\n      {MACHINE}: {}\n", scalar(machine));
    }
    let entries = node.root.entries_at(&["metadata", "labels"]);
    let value = |node: &Node| if node.is_null() { Some(String::new()) } else { node.text().map(str::to_owned) };
    let labels: BTreeMap<&str, String> = entries.iter().filter_map(|e| Some((e.key.text()?, value(&e.value)?))).collect();
    let kept: Vec<_> = labels.into_iter().filter(|(key, _)| !is_written_at_run_time(key)).collect();
    if !kept.is_empty() {
        out += "    labels:\n";
    }
    for (key, value) in kept {
        out += &format!("      {}: {}\n", scalar(key), scalar(&value));
    }
    if let Some(arch) = reported {
        out += &format!("  status:\n    nodeInfo:\n      architecture: {}\n", scalar(Arch::goarch(arch).as_str()));
        if let Some(system) = text(&["status", "nodeInfo", "operatingSystem"]) {
            out += &format!("      operatingSystem: {}\n", scalar(system));
        }
    }
    Ok(out)
}

pub(super) const MACHINE: &str = "machine.openshift.io/machine";

/// A string as YAML that every reader takes for a string: bare where that is safe beyond doubt, else in double quotes.
fn scalar(text: &str) -> String {
    const WORDS: &[&str] = &["true", "false", "yes", "no", "on", "off", "y", "n", "null"];
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/' | '-');
    let safe =
        text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(plain) && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text));
    if safe { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nodes::pool::{LabelValue, Pool};
    use crate::nodes::{inventory, pool::Basis};
    use crate::source::Span;

    /// What `kubectl get nodes -o yaml` prints, shortened where it repeats.
    const DUMP: &str = r#"apiVersion: v1
items:
- apiVersion: v1
  kind: Node
  metadata:
    annotations:
      csi.volume.kubernetes.io/nodeid: '{"ebs.csi.aws.com":"i-0123"}'
      k8s.ovn.org/host-cidrs: '["10.0.1.7/18"]'
      machine.openshift.io/machine: openshift-machine-api/prod-x7k2q-worker-arm-a-8tn5p
      machineconfiguration.openshift.io/lastSyncedControllerConfigResourceVersion: "48211"
    creationTimestamp: "2026-01-02T03:04:05Z"
    labels:
      beta.kubernetes.io/arch: arm64
      cpu-model.node.kubevirt.io/Neoverse-V1: "true"
      cpu-timer.node.kubevirt.io/tsc-frequency: "2799998000"
      feature.node.kubernetes.io/cpu-cpuid.SVE: "true"
      feature.node.kubernetes.io/kernel-version.full: 5.14.0-570.12.1.el9_6.aarch64
      kubernetes.io/arch: arm64
      kubernetes.io/hostname: worker-b
      kubernetes.io/os: linux
      kubevirt.io/schedulable: "true"
      node-role.kubernetes.io/worker: ""
      node.kubernetes.io/instance-type: c7g.metal
      example.com/rack: "12"
      example.com/spare: "no"
    name: worker-b
    resourceVersion: "1234567"
    uid: 7a1e
  spec:
    providerID: aws:///eu-central-1a/i-0123
    taints:
    - {effect: NoSchedule, key: virt}
  status:
    addresses:
    - {address: 10.0.1.7, type: InternalIP}
    conditions:
    - {lastHeartbeatTime: "2026-08-22T10:00:00Z", status: "True", type: Ready}
    images:
    - {names: [quay.io/example/image@sha256:0], sizeBytes: 1}
    nodeInfo: {architecture: arm64, bootID: b, kernelVersion: 5.14.0, machineID: m, operatingSystem: linux, systemUUID: s}
- apiVersion: v1
  kind: Node
  metadata:
    name: "10-0-0-1"
    labels: {node-role.kubernetes.io/master: "", node-role.kubernetes.io/control-plane: null}
  status:
    nodeInfo: {architecture: amd64}
kind: List
metadata: {resourceVersion: ""}
"#;

    const SMALL: &str = r#"apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Node
  metadata:
    name: "10-0-0-1"
    labels:
      node-role.kubernetes.io/control-plane: ""
      node-role.kubernetes.io/master: ""
  status:
    nodeInfo:
      architecture: amd64
- apiVersion: v1
  kind: Node
  metadata:
    name: worker-b
    annotations:
      machine.openshift.io/machine: openshift-machine-api/prod-x7k2q-worker-arm-a-8tn5p
    labels:
      beta.kubernetes.io/arch: arm64
      example.com/rack: "12"
      example.com/spare: "no"
      feature.node.kubernetes.io/cpu-cpuid.SVE: "true"
      kubernetes.io/arch: arm64
      kubernetes.io/hostname: worker-b
      kubernetes.io/os: linux
      node-role.kubernetes.io/worker: ""
      node.kubernetes.io/instance-type: c7g.metal
  status:
    nodeInfo:
      architecture: arm64
      operatingSystem: linux
"#;

    /// The pools of a text, without the places that wrote them, by name.
    fn pools(text: &str) -> Vec<String> {
        let parsed = parse(FileId(0), text);
        let all: Vec<Object> = parsed.documents.iter().flat_map(|d| objects(&d.root)).collect();
        let nowhere = Span::new(FileId(0), 0, 0);
        let mut pools: Vec<Pool> = inventory(&all.iter().collect::<Vec<_>>()).pools;
        pools.sort_by(|a, b| a.name.cmp(&b.name));
        for pool in &mut pools {
            pool.span = nowhere;
            pool.labels.known.retain(|key, _| !is_written_at_run_time(key));
            for fact in &mut pool.facts {
                fact.span = nowhere;
                // A dump also tells when it was taken.
                fact.detail.truncate(fact.detail.find(", seen ").unwrap_or(fact.detail.len()));
            }
        }
        pools.iter().map(|pool| format!("{pool:?}")).collect()
    }

    #[test]
    fn a_dump_becomes_what_is_used_of_it() {
        assert_eq!(snapshot(DUMP).as_deref(), Ok(SMALL));
    }

    #[test]
    fn a_snapshot_reads_as_the_dump_and_is_its_own_snapshot() {
        assert_eq!(pools(SMALL), pools(DUMP));
        assert_eq!(pools(SMALL).len(), 2);
        assert_eq!(snapshot(SMALL).as_deref(), Ok(SMALL));
    }

    #[test]
    fn json_single_nodes_and_streams_are_read_too() {
        let one = r#"{"apiVersion":"v1","kind":"Node","metadata":{"name":"a","labels":{"x":"z"}},"status":{"nodeInfo":{"architecture":"s390x"}}}"#;
        let small = snapshot(one).expect("a node");
        assert!(small.contains("architecture: s390x") && small.contains("      x: z\n"), "{small}");
        let stream = format!("---\n{}---\n{}", small.replace("name: a", "name: b"), small);
        let both = snapshot(&stream).expect("two nodes");
        assert!(both.find("name: a\n") < both.find("name: b\n"), "{both}");
        let typed = "apiVersion: v1\nkind: NodeList\nitems:\n- metadata: {name: a, labels: {kubernetes.io/arch: arm64}}\n";
        assert!(snapshot(typed).is_ok_and(|text| !text.contains("status")), "labels alone are kept as they are");
    }

    #[test]
    fn what_is_no_dump_is_refused_with_the_reason() {
        assert_eq!(snapshot("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"), Err(Error::NoNodes));
        assert_eq!(snapshot(""), Err(Error::NoNodes));
        let patch = "apiVersion: v1\nkind: Node\nmetadata: {name: a, labels: {x: y}}\n";
        assert_eq!(snapshot(patch), Err(Error::NoArchitecture { name: "a".into() }));
        assert!(matches!(snapshot("a: [\n"), Err(Error::Syntax { .. })));
        assert!(matches!(snapshot(&format!("{SMALL}---\na: [\n")), Err(Error::Syntax { .. })), "half a list is worse than none");
    }

    #[test]
    fn every_text_comes_back_as_the_same_string() {
        for text in ["", "no", "Yes", "12", "0x1f", "1e3", "~", "null", "2026-01-01", "a b", "#", "quote\"d", "back\\slash", "é", "true", "v1.2"] {
            let dump = format!(
                "apiVersion: v1\nkind: Node\nmetadata: {{name: a, labels: {{k: {}}}}}\nstatus: {{nodeInfo: {{architecture: amd64}}}}\n",
                serde_json::Value::from(text)
            );
            let small = snapshot(&dump).expect("a node");
            let parsed = parse(FileId(0), &small);
            let all: Vec<Object> = parsed.documents.iter().flat_map(|d| objects(&d.root)).collect();
            let found = inventory(&all.iter().collect::<Vec<_>>());
            assert_eq!(found.pools[0].labels.get("k"), Some(&LabelValue::Is(text.to_owned())), "{small}");
            assert_eq!(all[0].label("k").and_then(crate::yaml::Node::as_str), Some(text), "{small}");
            assert_eq!(found.pools[0].facts[0].basis, Basis::Observed);
        }
    }

    #[test]
    fn labels_left_out_are_not_certainly_absent() {
        let parsed = parse(FileId(0), SMALL);
        let all: Vec<Object> = parsed.documents.iter().flat_map(|d| objects(&d.root)).collect();
        let found = inventory(&all.iter().collect::<Vec<_>>());
        assert_eq!(found.pools[0].labels.get("kubevirt.io/schedulable"), None);
        assert_eq!(found.pools[0].labels.get("example.com/other"), Some(&LabelValue::Absent));
    }
}
