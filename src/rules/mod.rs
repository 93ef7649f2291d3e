//! The rules: one file each, one page each (`rules/<name>.md`), one line here.
//!
//! A rule looks at what the operator would see and says where and what; it never sees an offset, reads no file and knows no other rule.

mod aftermath;
mod annotations;
mod gate_changes;
mod page;
mod pool_problems;
mod report;
mod table;

pub use page::{Example, ExampleFile, Group, Meta, Page};
use report::golden_image;
pub use report::{Draft, Findings, Pending};
pub use table::table_markdown;

use crate::cluster::{Cluster, Subject};
use crate::finding::Confidence;
use std::sync::LazyLock;

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name, in suppressions, configuration and every report.
    pub name: &'static str,
    /// Its page.
    pub page: Page,
    check: Check,
}

impl Rule {
    /// Whether the run itself reports it, whatever clusters are like.
    #[must_use]
    pub fn is_housekeeping(&self) -> bool {
        matches!(self.check, Check::Run)
    }
}

/// What a rule looks at.
#[derive(Debug)]
enum Check {
    /// The HyperConverged that a cluster is given, with everything the operator would compute.
    Subject(fn(&Subject<'_>, &mut Findings)),
    /// A cluster as it is, with or without a HyperConverged.
    Cluster(fn(&Cluster, &mut Findings)),
    /// Nothing: the run itself reports it, where it happens.
    Run,
}

impl Rule {
    /// Where its page can be read.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://github.com/hco-lint/hco-lint/blob/main/rules/{}.md", self.name)
    }
}

macro_rules! rules {
    ($($name:literal $module:ident)*) => {
        $(mod $module;)*
        /// Every rule, in the order of the list below.
        pub static ALL: LazyLock<Vec<Rule>> = LazyLock::new(|| vec![$(Rule {
            name: $name,
            page: Page::new($name, include_str!(concat!("../../rules/", $name, ".md"))),
            check: $module::CHECK,
        }),*]);
    };
}

rules! {
    "multi-arch-images-disabled" multi_arch_images_disabled
    "golden-image-no-architectures" golden_image_no_architectures
    "golden-image-unsupported-architectures" golden_image_unsupported_architectures
    "architectures-annotation-whitespace" architectures_annotation_whitespace
    "architectures-annotation-token" architectures_annotation_token
    "architectures-annotation-empty" architectures_annotation_empty
    "golden-image-partial-coverage" golden_image_partial_coverage
    "architectures-annotation-ignored" architectures_annotation_ignored
    "common-image-dropped" common_image_dropped
    "golden-image-name-too-long" golden_image_name_too_long
    "duplicate-data-source" duplicate_data_source
    "feature-gate-unknown" feature_gate_unknown
    "feature-gate-ignored" feature_gate_ignored
    "feature-gate-deprecated" feature_gate_deprecated
    "misplaced-field" misplaced_field
    "placement-not-required" placement_not_required
    "golden-image-without-source" golden_image_without_source
    "golden-image-without-spec" golden_image_without_spec
    "golden-image-without-name" golden_image_without_name
    "duplicate-golden-image" duplicate_golden_image
    "golden-image-enable-annotation" golden_image_enable_annotation
    "feature-gate-contradicts-field" feature_gate_contradicts_field
    "feature-gate-needs-workload-sources" feature_gate_needs_workload_sources
    "feature-gate-wrong-shape" feature_gate_wrong_shape
    "wrong-value-type" wrong_value_type
    "placement-invalid-affinity" placement_invalid_affinity
    "placement-empty-term" placement_empty_term
    "placement-matches-no-node" placement_matches_no_node
    "unsupported-node-architecture" unsupported_node_architecture
    "hyperconverged-name" hyperconverged_name
    "hyperconverged-namespace" hyperconverged_namespace
    "multiple-hyperconverged" multiple_hyperconverged
    "architecture-evidence-conflict" architecture_evidence_conflict
    "node-pool-cannot-boot" node_pool_cannot_boot
    "release-payload-single-arch" release_payload_single_arch
    "unknown-architectures" unknown_architectures
    "partial-inventory" partial_inventory
    "latent-architecture" latent_architecture
    "single-node-architecture" single_node_architecture
    "control-plane-differs" control_plane_differs
    "ssp-jsonpatch" ssp_jsonpatch
    "descheduler-profile" descheduler_profile
    "vm-architecture-unavailable" vm_architecture_unavailable
    "vm-architecture-contradiction" vm_architecture_contradiction
    "vm-data-source-missing" vm_data_source_missing
    "vm-architecture-implicit" vm_architecture_implicit
    "syntax" syntax
    "duplicate-key" duplicate_key
    "kustomize-build" kustomize_build
    "unresolved" unresolved
    "suppression-malformed" suppression_malformed
    "suppression-unknown-rule" suppression_unknown_rule
    "suppression-unused" suppression_unused
    "configuration-unused" configuration_unused
    "baseline-stale" baseline_stale
}

/// The rule of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Rule> {
    ALL.iter().find(|r| r.name == name)
}

/// The names of all rules.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|r| r.name)
}

/// Runs every rule on one cluster.
pub fn check(cluster: &Cluster, subject: Option<&Subject<'_>>, findings: &mut Findings) {
    let member = subject.is_none_or(|s| s.claim.confidence > Confidence::Low);
    findings.enter(&cluster.name, member);
    let mut own = Findings::default();
    own.enter(&cluster.name, member);
    for rule in ALL.iter() {
        own.begin(rule);
        match (&rule.check, subject) {
            (Check::Subject(check), Some(subject)) => check(subject, &mut own),
            (Check::Cluster(check), _) => check(cluster, &mut own),
            (Check::Subject(_), None) | (Check::Run, _) => {}
        }
    }
    if let Some(subject) = subject {
        aftermath::weigh(subject, &mut own);
    }
    findings.absorb(own);
}
