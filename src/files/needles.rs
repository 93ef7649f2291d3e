//! The byte search that decides which files are parsed.
//!
//! A file without any of these words holds nothing this linter reads. The words are chosen so that few are needed: most of what matters
//! carries an API group. Files are searched as bytes, before anyone asks whether they are UTF-8 or YAML.

use memchr::memmem::Finder;

/// At least one of these occurs in every file that could matter.
const WORDS: [&str; 22] = [
    "kubevirt",
    "openshift.io",
    "x-k8s.io",
    "open-cluster-management",
    "argoproj.io",
    "fluxcd.io",
    "metal3.io",
    "nodeInfo",
    "kind: Node",
    "\"Node\"",
    "baseDomain",
    "karpenter",
    "eksctl.io",
    "cattle.io",
    "gardener",
    "kops.k8s.io",
    "clusterName",
    "eks.",
    "containercluster",
    "containerservice",
    "container.cnrm",
    "tinkerbell",
];

/// A compiled search, shared by all threads.
#[derive(Debug)]
pub(super) struct Needles(Vec<Finder<'static>>);

impl Needles {
    pub(super) fn new() -> Self {
        Self(WORDS.iter().map(|w| Finder::new(w.as_bytes())).collect())
    }

    /// Whether any of the words occurs.
    pub(super) fn occur(&self, bytes: &[u8]) -> bool {
        self.0.iter().any(|finder| finder.find(bytes).is_some())
    }
}

/// Files that matter by their name.
pub(super) fn by_name(name: &str) -> bool {
    matches!(name, "kustomization.yaml" | "kustomization.yml" | "Kustomization" | "Chart.yaml")
}
