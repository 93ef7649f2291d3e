//! A GitOps monorepository of any size, the same for the same seed.
//!
//! Clusters with Kustomize overlays on one shared HyperConverged and MachineSets of their own; one cluster in five has arm64 nodes, every
//! second of those switches the feature on. Around them the mass of any such repository: workloads, settings, chart values, and now and
//! then a definition of thousands of lines.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tree {
    /// YAML files written.
    pub(crate) files: usize,
    /// Clusters among them.
    pub(crate) clusters: usize,
    /// Clusters with nodes of two architectures and the feature off.
    pub(crate) reported: usize,
}

/// How many clusters a tree of so many files has, where nobody says.
pub(crate) fn usual_clusters(files: usize) -> usize {
    (files / 400).max(4)
}

/// Writes a tree of at least this many files, and for so many clusters, below a directory.
///
/// # Errors
/// What the file system refuses.
pub(crate) fn make(root: &Path, files: usize, clusters: usize, seed: u64) -> io::Result<Tree> {
    let mut writer = Writer { root: root.to_owned(), written: 0, random: Random(seed) };
    writer.file("components/virtualization/base/kustomization.yaml", "resources: [hyperconverged.yaml]\n")?;
    writer.file("components/virtualization/base/hyperconverged.yaml", HYPERCONVERGED)?;
    let mut reported = 0;
    for number in 0..clusters {
        let (mixed, on) = (number % 5 == 0, number % 10 == 5);
        reported += usize::from(mixed && !on);
        // The files so far and this cluster's share.
        writer.cluster(&format!("cluster-{number:04}"), mixed, on, (number + 1) * files / clusters)?;
    }
    Ok(Tree { files: writer.written, clusters, reported })
}

const HYPERCONVERGED: &str = "\
apiVersion: hco.kubevirt.io/v1beta1
kind: HyperConverged
metadata:
  name: kubevirt-hyperconverged
  namespace: openshift-cnv
spec:
  featureGates:
    deployKubeSecondaryDNS: true
";

const SWITCH_ON: &str = "\
patches:
  - target: {kind: HyperConverged}
    patch: |-
      - op: add
        path: /spec/featureGates/enableMultiArchBootImageImport
        value: true
";

/// SplitMix64: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }
}

struct Writer {
    root: PathBuf,
    written: usize,
    random: Random,
}

impl Writer {
    fn file(&mut self, path: &str, text: &str) -> io::Result<()> {
        let path = self.root.join(path);
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        self.written += 1;
        fs::write(path, text)
    }

    fn cluster(&mut self, name: &str, mixed: bool, on: bool, until: usize) -> io::Result<()> {
        let base = format!("clusters/{name}");
        self.file(&format!("{base}/kustomization.yaml"), "resources: [virtualization, machines, apps]\n")?;
        let patch = if on { SWITCH_ON } else { "" };
        self.file(&format!("{base}/virtualization/kustomization.yaml"), &format!("resources: [../../../components/virtualization/base]\n{patch}"))?;
        let machines = if mixed { "resources: [amd64.yaml, arm64.yaml]\n" } else { "resources: [amd64.yaml]\n" };
        self.file(&format!("{base}/machines/kustomization.yaml"), machines)?;
        self.file(&format!("{base}/machines/amd64.yaml"), &machine_set(name, "amd64", "m6i.4xlarge"))?;
        if mixed {
            self.file(&format!("{base}/machines/arm64.yaml"), &machine_set(name, "arm64", "m7g.4xlarge"))?;
        }
        let mut list = String::from("resources:\n");
        let mut app = 0;
        while self.written + 1 < until {
            let (file, text) = self.app(&format!("{name}-app-{app}"));
            // Values are read by a chart, not by the kustomization.
            if !file.starts_with("values-") {
                let _ = writeln!(list, "  - {file}");
            }
            self.file(&format!("{base}/apps/{file}"), &text)?;
            app += 1;
        }
        self.file(&format!("{base}/apps/kustomization.yaml"), &list)
    }

    /// One of the files that have nothing to do with virtual machines.
    fn app(&mut self, name: &str) -> (String, String) {
        match self.random.below(100) {
            0..70 => (format!("{name}.yaml"), self.workload(name)),
            70..85 => (format!("config-{name}.yaml"), self.settings(name)),
            85..99 => (format!("values-{name}.yaml"), self.values(name)),
            _ => (format!("crd-{name}.yaml"), definition(name)),
        }
    }

    fn workload(&mut self, name: &str) -> String {
        let (replicas, tag) = (1 + self.random.below(5), self.random.below(100));
        let mut text = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  labels:\n    app: {name}\nspec:\n  replicas: {replicas}\n  selector:\n    \
             matchLabels:\n      app: {name}\n  template:\n    metadata:\n      labels:\n        app: {name}\n    spec:\n      containers:\n        - name: main\n          \
             image: registry.example.com/{name}:1.{tag}\n          ports:\n            - containerPort: 8080\n          env:\n"
        );
        for variable in 0..2 + self.random.below(28) {
            let _ = writeln!(text, "            - name: SETTING_{variable}\n              value: \"{}\"", self.random.below(1_000_000_000));
        }
        let _ = write!(
            text,
            "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\nspec:\n  selector:\n    app: {name}\n  ports:\n    - port: 80\n      targetPort: 8080\n"
        );
        text
    }

    fn settings(&mut self, name: &str) -> String {
        let mut text = format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  settings.properties: |\n");
        for line in 0..10 + self.random.below(90) {
            let _ = writeln!(text, "    setting.number.{line} = {}", self.random.below(1_000_000));
        }
        text
    }

    fn values(&mut self, name: &str) -> String {
        let mut text = format!("fullnameOverride: {name}\nimage:\n  repository: registry.example.com/{name}\n");
        for section in 0..3 + self.random.below(10) {
            let _ = writeln!(text, "section{section}:\n  enabled: {}\n  size: {}Gi", self.random.below(2) == 0, self.random.below(500));
        }
        text
    }
}

fn machine_set(cluster: &str, architecture: &str, instance: &str) -> String {
    let name = format!("{cluster}-worker-{architecture}");
    format!(
        "apiVersion: machine.openshift.io/v1beta1\nkind: MachineSet\nmetadata:\n  name: {name}\n  namespace: openshift-machine-api\n  labels:\n    \
         machine.openshift.io/cluster-api-cluster: {cluster}\nspec:\n  replicas: 3\n  selector:\n    matchLabels:\n      \
         machine.openshift.io/cluster-api-machineset: {name}\n  template:\n    metadata:\n      labels:\n        \
         machine.openshift.io/cluster-api-machine-role: worker\n        machine.openshift.io/cluster-api-machineset: {name}\n    spec:\n      \
         providerSpec:\n        value:\n          apiVersion: machine.openshift.io/v1beta1\n          kind: AWSMachineProviderConfig\n          \
         instanceType: {instance}\n"
    )
}

fn definition(name: &str) -> String {
    let mut text = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: {name}.example.com\nspec:\n  group: example.com\n  scope: Namespaced\n  \
         names:\n    kind: Example\n    plural: {name}\n  versions:\n    - name: v1\n      served: true\n      storage: true\n      schema:\n        openAPIV3Schema:\n          \
         type: object\n          properties:\n"
    );
    for property in 0..700 {
        let _ = write!(
            text,
            "            property{property}:\n              description: What property {property} of an example is for, in a sentence.\n              type: string\n"
        );
    }
    text
}
