//! What is delivered: which objects reach a cluster together, by whom, and what was not seen.
//!
//! The unit is a delivery: rendered objects and what is known of the cluster they go to. Nothing is judged that nobody delivers: a
//! file that a kustomization lists, a patch, a chart's template is no delivery of its own.

pub mod kustomize;
mod plain;

pub use plain::deliveries;

use crate::finding::{Confidence, Label};
use crate::manifest::Object;
use crate::outcome::Unresolved;
use crate::source::{FileId, Span};
use std::collections::BTreeSet;

/// Objects that reach a cluster together.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// How they reach it.
    pub how: How,
    /// The file, or the directory with a `/` at its end, that yields them; relative to the repository.
    pub root: String,
    /// The objects, wrappers opened.
    pub objects: Vec<Object>,
    /// Every file that takes part.
    pub files: BTreeSet<FileId>,
    /// The cluster they go to, as far as the deliverer says.
    pub target: Target,
    /// How sure the link is.
    pub confidence: Confidence,
    /// Further objects may exist that could not be seen.
    pub incomplete: bool,
    /// The chain of places that make it a delivery, outermost first.
    pub via: Vec<Label>,
    /// Where to point when the delivery as a whole is meant.
    pub span: Span,
}

/// The mechanism of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// A file that nobody refers to.
    Plain,
    /// A Kustomize build root.
    Kustomize,
    /// Standard input, rendered by the user.
    Stdin,
}

/// The cluster a delivery goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nobody says: the path may.
    Path,
    /// This one.
    Named(String),
}

/// All deliveries and what came up on the way.
#[derive(Clone, Debug, Default)]
pub struct Deliveries {
    /// The deliveries, by root.
    pub list: Vec<Delivery>,
    /// What could not be seen.
    pub unresolved: Vec<Unresolved>,
    /// Files with templates that were not read.
    pub templates: BTreeSet<FileId>,
}
