//! The byte search that decides which files are parsed.
//!
//! A file without any of these words holds nothing this linter reads. The words are chosen so that few are needed: most of what matters
//! carries an API group. Files are searched as bytes, before anyone asks whether they are UTF-8 or YAML.

use aho_corasick::{AhoCorasick, MatchKind};
use std::sync::LazyLock;

/// At least one of these occurs in every file that could matter.
const WORDS: [&str; 26] = [
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
    "AgentConfig",
    "install-config",
    "type: controlplane",
    "type: worker",
];

/// The compiled search: one pass over a file, however many words.
static SEARCH: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    // Only leftmost searches of this crate use vector instructions.
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(WORDS).ok()
});

/// Whether any of the words occurs. Everything is taken to matter should the search itself not compile.
pub(super) fn occur(bytes: &[u8]) -> bool {
    SEARCH.as_ref().is_none_or(|search| search.is_match(bytes))
}
