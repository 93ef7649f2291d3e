//! Everything a run found out: what every report format reads, and nothing else.

use crate::files::Shown;
use crate::finding::{Confidence, Finding, Label, Severity};
use crate::membership::Membership;
use crate::nodes::arch::Arch;
use crate::nodes::pool::{Basis, Role, State};
use crate::source::{FileId, Source, Span};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The name of the one cluster of a repository that tells no clusters apart.
pub const WHOLE_REPOSITORY: &str = "(repository)";

/// The result of a run.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How paths are shown: sources have theirs from where the user stands, platforms want them from the repository's root.
    pub shown: Shown,
    /// The texts that spans point into: of every file that was read.
    pub sources: BTreeMap<FileId, Source>,
    /// Where sources can be written back to: of every one that is a file below the linted paths.
    pub files: BTreeMap<FileId, PathBuf>,
    /// The clusters, by name.
    pub clusters: Vec<ClusterView>,
    /// The findings to show, in the order to show them.
    pub findings: Vec<Finding>,
    /// The findings that a comment, the configuration or the baseline hides.
    pub suppressed: Vec<Suppressed>,
    /// What the baseline in effect does; `None` without one.
    pub baseline: Option<crate::baseline::Effect>,
    /// What was gone by.
    pub decided: Decided,
    /// What could not be seen.
    pub unresolved: Vec<Unresolved>,
    /// How much was read, and what was not.
    pub summary: Summary,
}

impl Outcome {
    /// How many findings the baseline hides.
    #[must_use]
    pub fn recorded(&self) -> usize {
        self.suppressed.iter().filter(|s| s.by == Suppression::Baseline).count()
    }

    /// The source of a file.
    #[must_use]
    pub fn source(&self, file: FileId) -> Option<&Source> {
        self.sources.get(&file)
    }
}

/// A finding that is not shown because somebody said so.
#[derive(Clone, Debug)]
pub struct Suppressed {
    /// What is hidden.
    pub finding: Finding,
    /// Who hides it.
    pub by: Suppression,
    /// The reason they gave.
    pub reason: Option<String>,
    /// Where they said it.
    pub at: Option<Span>,
}

/// What the findings of a run were decided by.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// The configuration.
    pub configuration: Option<FileId>,
    /// The baseline.
    pub baseline: Option<FileId>,
    /// The rules that were switched off, and where; `None` for the command line. Those that `--select` does not name are not among them.
    pub off: Vec<(&'static str, Option<Span>)>,
    /// The findings that are hidden for too little confidence.
    pub faint: Vec<Finding>,
}

/// What hides a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suppression {
    /// A comment in the manifest.
    Comment,
    /// An `ignore` entry of the configuration.
    Configuration,
    /// The baseline.
    Baseline,
}

/// Something that was not seen.
#[derive(Clone, Debug)]
pub struct Unresolved {
    /// What and why, in one line.
    pub reason: String,
    /// Where it is referred to.
    pub span: Span,
}

/// What was read and what was not.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Files that were looked at.
    pub files: usize,
    /// Files that were parsed, because they could matter.
    pub parsed: usize,
    /// Files that could not be read, with the reason.
    pub unreadable: Vec<(String, String)>,
    /// Files that hold templates and were therefore read in part or not at all.
    pub templates: Vec<String>,
    /// Findings hidden because their confidence is below the asked one.
    pub hidden: usize,
    /// Findings that are not part of the change that was asked about; nothing where all are asked for.
    pub outside: Option<usize>,
    /// Clusters with a HyperConverged whose node architectures nothing tells.
    pub unknown_architectures: Vec<String>,
}

impl Summary {
    /// Whether there was nothing that could be checked: no file at all, or none that could matter and was readable. Files that cannot
    /// matter are checked by seeing that.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files == 0 || (self.parsed == 0 && !self.unreadable.is_empty())
    }
}

/// One cluster as `topology` and JSON show it.
#[derive(Clone, Debug)]
pub struct ClusterView {
    /// Display name; [`WHOLE_REPOSITORY`] when the whole repository is one cluster.
    pub name: String,
    /// The HyperConverged it is given, if it is given one.
    pub hyperconverged: Option<HyperConvergedView>,
    /// Whether the feature is on.
    pub multi_arch: MultiArch,
    /// Architectures of the nodes that may run virtual machines, sorted.
    pub workloads: Vec<Arch>,
    /// Architectures of the control plane, sorted.
    pub control_plane: Vec<Arch>,
    /// Architectures that only pools without nodes would bring, sorted.
    pub latent: Vec<Arch>,
    /// How much of the truth the lists are.
    pub knowledge: Knowledge,
    /// One entry per pool, unknown ones included.
    pub evidence: Vec<Evidence>,
    /// The golden images in effect, by name.
    pub golden_images: Vec<GoldenImageView>,
    /// Why the cluster exists and why each part belongs to it.
    pub why: Vec<Label>,
    /// Every object that is, or may be, the cluster's, and why: what gives it the HyperConverged, its pools, what else rules read.
    pub members: Vec<Membership>,
    /// How sure the membership of the HyperConverged is.
    pub confidence: Confidence,
}

/// Where the HyperConverged of a cluster comes from.
#[derive(Clone, Debug)]
pub struct HyperConvergedView {
    /// `apiVersion`.
    pub api_version: String,
    /// Name.
    pub name: String,
    /// Namespace, if it is written.
    pub namespace: Option<String>,
    /// The object.
    pub span: Span,
}

/// Whether golden images are imported per architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MultiArch {
    /// Yes.
    On,
    /// No.
    Off,
    /// It cannot be read.
    Unknown,
    /// There is no HyperConverged.
    None,
}

impl MultiArch {
    /// The name machines read.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            MultiArch::On => "on",
            MultiArch::Off => "off",
            MultiArch::Unknown => "unknown",
            MultiArch::None => "none",
        }
    }
}

/// How much is known of a cluster's architectures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knowledge {
    /// All nodes are accounted for.
    Complete,
    /// A lower bound.
    Partial,
    /// Nothing.
    Unknown,
}

impl Knowledge {
    /// The name machines read.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Knowledge::Complete => "complete",
            Knowledge::Partial => "partial",
            Knowledge::Unknown => "unknown",
        }
    }
}

/// What one pool tells.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The architecture, if it is known.
    pub arch: Option<Arch>,
    /// How it is known.
    pub basis: Option<Basis>,
    /// The words that say it, or why nothing does.
    pub detail: String,
    /// Whether nodes exist.
    pub state: State,
    /// What they do.
    pub role: Role,
    /// Kind of the declaring object.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The words that say it, or the object.
    pub span: Span,
}

/// One golden image in effect.
#[derive(Clone, Debug)]
pub struct GoldenImageView {
    /// Name of its DataImportCronTemplate.
    pub name: String,
    /// Whether it is one of the operator's own.
    pub common: bool,
    /// The architectures it will be imported for as its annotation says (sorted; empty without one).
    pub architectures: Vec<String>,
    /// Its entry in the HyperConverged; `None` for a common image that the resource does not mention.
    pub span: Option<Span>,
}

impl Summary {
    /// How many of `findings` have each severity: errors, warnings, infos.
    #[must_use]
    pub fn count(findings: &[Finding]) -> [usize; 3] {
        let of = |s| findings.iter().filter(|f| f.severity == s).count();
        [of(Severity::Error), of(Severity::Warning), of(Severity::Info)]
    }
}
