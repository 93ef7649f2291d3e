//! What is delivered: which objects reach a cluster together, by whom, and what was not seen.
//!
//! The unit is a delivery: rendered objects and what is known of the cluster they go to. Nothing is judged that nobody delivers: a
//! file that a kustomization lists, a patch, a chart's template is no delivery of its own.
//!
//! `candidates` finds what could be applied by itself (Kustomize roots, plain files); deployers among their objects (`argocd`, `flux`, `acm`, …) emit
//! further deliveries and claim candidates; `plan` follows them until nothing new comes.

mod acm;
mod amendment;
mod argocd;
mod candidates;
mod carriers;
mod claims;
mod effort;
mod fleet;
mod flux;
mod helm;
pub mod kustomize;
mod plan;
mod render;
mod repository;
mod selector;
mod values;

pub use amendment::Amendment;
pub(crate) use kustomize::veiled;
pub use plan::deliveries;
pub use render::render_root;
pub use repository::origin;

use crate::finding::{Confidence, Label};
use crate::manifest::Object;
use crate::nodes::pool::Pool;
use crate::outcome::Unresolved;
use crate::source::{FileId, Span};
use crate::yaml::{Node, Opaque};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Objects that reach a cluster together.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// How they reach it.
    pub how: How,
    /// The file, or the directory with a `/` at its end, that yields them; relative to the repository.
    pub root: String,
    /// The objects, wrappers opened.
    pub objects: Arc<Vec<Object>>,
    /// What files without a kind say about nodes (`install-config.yaml` and its like).
    pub pools: Arc<Vec<Pool>>,
    /// Patches for objects that are delivered to the same cluster by others.
    pub amendments: Arc<Vec<Amendment>>,
    /// Every file that takes part.
    pub files: Arc<BTreeSet<FileId>>,
    /// The cluster they go to, as far as the deliverer says.
    pub target: Target,
    /// Whether the objects are whole or parts to be merged onto what is there.
    pub mode: Mode,
    /// How sure the link is.
    pub confidence: Confidence,
    /// Further objects may exist that could not be seen.
    pub incomplete: bool,
    /// The chain of places that make it a delivery, outermost first.
    pub via: Vec<Label>,
}

/// The mechanism of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// A file that nobody refers to.
    Plain,
    /// A Kustomize build root.
    Kustomize,
    /// Something a deployer renders.
    Deployed,
    /// Standard input, rendered by the user.
    Stdin,
}

/// The cluster a delivery goes to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// Nobody says: the directories of this path may.
    Path(String),
    /// The cluster that holds the deployer, whose own place is this path.
    InCluster(String),
    /// This one.
    Named(String),
    /// Every cluster that is registered.
    All,
    /// Some clusters; which ones cannot be told here.
    Some,
}

/// What a delivery does to objects that exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It gives them whole.
    Full,
    /// It merges what it says onto them (a `musthave` policy).
    Merge,
}

/// All deliveries and what came up on the way.
#[derive(Clone, Debug, Default)]
pub struct Deliveries {
    /// The deliveries, by root.
    pub list: Vec<Delivery>,
    /// What could not be seen.
    pub unresolved: Vec<Unresolved>,
    /// What `kustomize build` would refuse, or what has no effect, in builds that yield a HyperConverged.
    pub problems: Vec<kustomize::Problem>,
    /// Files with templates that were not read, or in part.
    pub templates: BTreeSet<FileId>,
}

/// What a deployer sets in motion.
#[derive(Clone, Debug)]
struct Emission {
    /// What it delivers.
    what: What,
    /// Where to; `None` is the cluster the deployer itself is on.
    target: Option<Target>,
    /// Whole or in part.
    mode: Mode,
    /// How sure the link is.
    confidence: Confidence,
    /// The place that makes it so.
    via: Label,
}

/// What an emission delivers.
#[derive(Clone, Debug)]
enum What {
    /// A directory of the repository, rendered.
    Directory(Rendering),
    /// Objects that are embedded in the deployer.
    Objects(Arc<render::Rendered>),
    /// Patches for objects that are there.
    Amendments(Arc<Vec<Amendment>>),
    /// Nothing, but these paths are accounted for: excluded, or only inspected.
    Nothing(Vec<String>),
    /// More than a bound of this program allows, in words.
    Beyond(String),
    /// Something that cannot be told, in words.
    Unseen(String),
}

impl What {
    /// Objects that the deployer in a file embeds.
    fn objects(objects: Vec<Object>, file: FileId) -> Self {
        let files = Arc::new(BTreeSet::from([file]));
        What::Objects(Arc::new(render::Rendered { objects: Arc::new(objects), files, ..render::Rendered::default() }))
    }
}

impl Emission {
    /// Nothing but a word about something that cannot be told.
    fn unseen(span: Span, reason: String) -> Self {
        let via = Label { span, message: String::new() };
        Self { what: What::Unseen(reason), target: None, mode: Mode::Full, confidence: Confidence::High, via }
    }
}

/// How a directory is rendered.
#[derive(Clone, Debug)]
struct Rendering {
    /// The directory, relative to the repository.
    directory: String,
    /// Who renders it.
    tool: Tool,
    /// Fields edited into the kustomization before it is built.
    overlay: Option<Node>,
    /// What may be changed about everything there, in a way that nobody can tell.
    veil: Option<Opaque>,
    /// What a chart is rendered with.
    release: Arc<helm::Release>,
}

/// Who renders a directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tool {
    /// Argo CD: Helm, Kustomize or plain files, by what lies there.
    ArgoCd {
        /// Plain files of sub-directories too.
        recurse: bool,
        /// Globs of plain files to take (all when empty) and to leave out.
        include: String,
        /// See `include`.
        exclude: String,
    },
    /// Flux: the kustomization, or one made up of everything below; then variables are replaced.
    Flux(Option<flux::Substitution>),
}
