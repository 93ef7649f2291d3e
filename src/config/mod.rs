//! `.hco-lint.yaml`: what a repository tells the linter about itself.

mod keys;
mod read;
mod reference;
mod schema;
pub(crate) mod shape;

pub use read::read;
pub use reference::reference_markdown;
pub use schema::schema;

use crate::finding::{Confidence, Severity};
use crate::nodes::arch::Arch;
use crate::source::Span;
use std::collections::BTreeMap;

/// Name of the file, looked for from the linted path up to the repository's root.
pub const FILE_NAME: &str = ".hco-lint.yaml";

/// The configuration. Everything has a default.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// URL of this repository, where the git remote does not tell.
    pub repo_url: Option<String>,
    /// What is known of clusters.
    pub clusters: Vec<ClusterConfig>,
    /// Architectures assumed for clusters of which nothing else is known.
    pub default_architectures: Vec<(Arch, Span)>,
    /// The operator's release, where the repository does not show it.
    pub release: Option<(crate::operator::release::Release, Span)>,
    /// The operator's namespace.
    pub namespace: Option<(String, Span)>,
    /// The platform is plain Kubernetes, where none of the alerts exists.
    pub plain_kubernetes: Option<(bool, Span)>,
    /// The golden images that the operator brings.
    pub common_images: CommonImages,
    /// How loudly to say that a cluster's architectures are unknown, and where that stands.
    pub unknown_architectures: (UnknownArchitectures, Option<Span>),
    /// Severities by rule; `None` switches the rule off.
    pub rules: BTreeMap<String, (Option<Severity>, Span)>,
    /// Findings to leave out.
    pub ignore: Vec<Ignore>,
    /// Globs of paths that are not read.
    pub exclude: Vec<(String, Span)>,
    /// A file with findings that are left alone for the time being, relative to the configuration file.
    pub baseline: Option<(String, Span)>,
    /// Findings below it are hidden.
    pub min_confidence: Option<Confidence>,
}

/// What is known of one cluster.
#[derive(Clone, Debug)]
pub struct ClusterConfig {
    /// Its name; joins everything already called so.
    pub name: String,
    /// Where the entry stands.
    pub span: Span,
    /// Other names of it: short forms, API URLs, infrastructure ids.
    pub aliases: Vec<String>,
    /// Globs of paths that belong to it, whatever they say.
    pub paths: Vec<String>,
    /// All architectures of its nodes.
    pub architectures: Option<(Vec<Arch>, Span)>,
    /// A file with all of its Nodes, relative to the configuration file.
    pub nodes: Option<(String, Span)>,
}

/// Which golden images the operator brings.
#[derive(Clone, Debug, Default)]
pub enum CommonImages {
    /// Nothing is said: those of whoever builds the operator, as far as the repository shows it.
    #[default]
    Unsaid,
    /// Upstream's.
    Upstream,
    /// OpenShift Virtualization's, whose registries are not published.
    OpenshiftVirtualization,
    /// These.
    Listed(crate::operator::catalogue::Catalogue),
}

/// How loudly to say that a cluster's architectures are unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownArchitectures {
    /// One line in the summary.
    #[default]
    Summary,
    /// A finding of this severity per cluster.
    Finding(Severity),
}

/// One entry of `ignore`.
#[derive(Clone, Debug)]
pub struct Ignore {
    /// The rule; `None` stands for all.
    pub rule: Option<String>,
    /// Globs of paths.
    pub paths: Vec<String>,
    /// Name of an object.
    pub object: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Last day it holds (`2027-03-01`), and where that stands.
    pub expires: Option<(String, Span)>,
    /// The entry.
    pub item: crate::yaml::Node,
}

/// Something wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// Where.
    pub span: Span,
    /// What.
    pub message: String,
}
