//! Kustomize, natively: what `kustomize build` (version 5.5) would yield for a directory, with the place that wrote every value.
//!
//! [`Kustomizer::build`] renders one root. A base is accumulated once however many overlays use it. Nothing is fetched and no
//! program is run: remote resources, Helm charts and external plugins are named in [`Build::unresolved`] and make exactly what
//! they hide unknown, so a later explicit patch still decides. What `kustomize build` would refuse becomes a [`Problem`] with its
//! place, and the rest is built all the same.
//!
//! Truth: the kustomize source at v5.5.0 (`api/internal/target/kusttarget.go` for the order of work), checked against
//! `kubectl kustomize` by `tests/kustomize.rs`.

mod accumulate;
mod accumulated;
pub mod bounds;
mod builtin;
mod chain;
mod crds;
mod dates;
mod digest;
mod edit;
mod elements;
mod fields;
mod fieldspec;
mod files;
mod finish;
mod generate;
mod id;
mod images;
mod jsonpatch;
mod kustomization;
#[cfg(test)]
mod lean_tests;
mod load;
mod log;
mod merge;
mod metadata;
mod nameref;
mod numbers;
mod overlay;
mod patch;
mod patched;
mod path;
mod pattern;
mod pointer;
mod reading;
mod replacement;
mod resource;
mod root;
mod schema;
mod select;
mod shared;
mod specs;
#[cfg(test)]
mod tests;
mod transform;
mod vars;

pub use accumulate::{Kustomizer, Options, Overlay, Source};
pub(crate) use accumulated::veiled;
pub use files::{Files, MemoryFiles};
pub use log::{Effect, Plugin, Problem, ProblemKind, Unresolved};
pub use resource::{Origin, Resource};

use crate::source::FileId;
use crate::yaml::Node;
use std::collections::BTreeSet;

/// An object after a JSON patch, and the bound that kept it from being applied, if one did; `None` where it does not fit.
#[must_use]
pub fn json_patched(root: &Node, patch: &Node) -> Option<(Node, Option<String>)> {
    let operations = match jsonpatch::read(patch) {
        Ok(operations) => jsonpatch::apply(root, &operations, &bounds::Work::after(0)),
        Err(misfit) => Err(misfit),
    };
    match operations {
        Err(misfit) if bounds::is_beyond(&misfit) => Some((patch::hidden_by_bound(root, misfit.span), Some(misfit.message))),
        result => Some((result.ok()?, None)),
    }
}

/// What a root yields.
#[derive(Debug, Default)]
pub struct Build {
    /// The objects in kustomize's order of accumulation, names and references final.
    pub objects: Vec<Resource>,
    /// What could not be seen, and which reference hides it. When this is not empty further objects may exist.
    pub unresolved: Vec<Unresolved>,
    /// What `kustomize build` would refuse, and what has no effect.
    pub problems: Vec<Problem>,
    /// Configurations of generators, transformers and validators that are programs of their own.
    pub plugins: Vec<Plugin>,
    /// Every file the build read.
    pub files: BTreeSet<FileId>,
}
