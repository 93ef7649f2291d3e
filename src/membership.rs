//! Why something belongs to a cluster.

use crate::finding::{Confidence, Label};
use crate::source::Span;

/// What makes something a part of a cluster, and where that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The kind of link.
    pub mechanism: Mechanism,
    /// The link in words.
    pub words: String,
    /// The line that makes it.
    pub span: Span,
}

/// The kinds of links between an object and a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mechanism {
    /// The configuration says so.
    Configuration,
    /// The command line says so.
    CommandLine,
    /// Whoever deploys it names the cluster.
    Deployer,
    /// A directory is called after the cluster.
    Directory,
    /// A field of the object names the cluster.
    Field,
    /// The object's namespace is called like the cluster.
    Namespace,
    /// One delivery holds it and the HyperConverged.
    Delivery,
    /// It lies where the HyperConverged lies, and nothing tells clusters apart.
    Neighbourhood,
    /// There is but one cluster it could belong to.
    OnlyCluster,
}

impl Mechanism {
    /// The name machines read.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Mechanism::Configuration => "configuration",
            Mechanism::CommandLine => "command-line",
            Mechanism::Deployer => "deployer",
            Mechanism::Directory => "directory",
            Mechanism::Field => "field",
            Mechanism::Namespace => "namespace",
            Mechanism::Delivery => "delivery",
            Mechanism::Neighbourhood => "neighbourhood",
            Mechanism::OnlyCluster => "only-cluster",
        }
    }
}

impl Reason {
    /// A reason.
    #[must_use]
    pub fn new(mechanism: Mechanism, words: impl Into<String>, span: Span) -> Self {
        Self { mechanism, words: words.into(), span }
    }

    /// As a label of the line that makes it.
    #[must_use]
    pub fn label(&self) -> Label {
        Label { span: self.span, message: self.words.clone() }
    }
}

/// One object of a cluster.
#[derive(Clone, Debug)]
pub struct Membership {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// Why it belongs to the cluster.
    pub reason: Reason,
    /// How sure that is: low is only possible.
    pub confidence: Confidence,
}

impl Membership {
    /// `must`: in every reading of the repository; `may`: in some.
    #[must_use]
    pub fn certainty(&self) -> &'static str {
        if self.confidence > Confidence::Low { "must" } else { "may" }
    }
}
