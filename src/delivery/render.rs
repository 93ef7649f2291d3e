//! Rendering: from a directory and the tool that reads it to objects.

use super::effort::Effort;
use super::flux::Substitution;
use super::kustomize::{Build, Kustomizer, Options, Overlay, Plugin, Problem, Source as Base, veiled};
use super::{Rendering, Tool, helm};
use crate::files::{CHART, Globs, Star, Workspace, glob, is_manifest, parent};
use crate::manifest::{self, Object};
use crate::nodes::pool::Pool;
use crate::outcome::Unresolved;
use crate::source::{FileId, Span};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a directory yields.
#[derive(Clone, Debug, Default)]
pub(super) struct Rendered {
    pub(super) objects: Arc<Vec<Object>>,
    pub(super) pools: Arc<Vec<Pool>>,
    pub(super) files: Arc<BTreeSet<FileId>>,
    pub(super) incomplete: bool,
    /// Objects that a template may yield or not: nothing they say is certain.
    pub(super) guesses: Arc<Vec<Object>>,
    /// Templates of which nothing is unknown.
    pub(super) whole: BTreeSet<FileId>,
    pub(super) unresolved: Vec<Unresolved>,
    pub(super) problems: Vec<Problem>,
    pub(super) plugins: Vec<Plugin>,
}

/// Renders and remembers.
pub(super) struct Renderer<'w> {
    pub(super) workspace: &'w Workspace,
    kustomizer: Kustomizer<'w>,
    /// Flux lifts the restriction to files below the kustomization.
    flux: Kustomizer<'w>,
    done: RefCell<BTreeMap<String, Arc<Rendered>>>,
    pub(super) effort: Effort,
}

/// What an object costs that is there once more with other values: it is read and held against all that is looked for.
const STEPS_OF_AN_OBJECT: usize = 40;

impl<'w> Renderer<'w> {
    pub(super) fn new(workspace: &'w Workspace) -> Self {
        let kustomizer = Kustomizer::new(workspace, Options { restrict_to_root: true, lean: true });
        let flux = Kustomizer::new(workspace, Options { restrict_to_root: false, lean: true });
        Self { workspace, kustomizer, flux, done: RefCell::default(), effort: Effort::new() }
    }

    /// What a Kustomize root yields.
    pub(super) fn root(&self, directory: &str) -> Arc<Rendered> {
        self.remember(format!("root {directory}"), || self.built(self.kustomizer.build(directory)))
    }

    /// What a rendering yields.
    pub(super) fn render(&self, rendering: &Rendering) -> Arc<Rendered> {
        let Some(veil) = &rendering.veil else { return self.seen(rendering) };
        let seen = self.seen(rendering);
        self.remember(format!("veiled {:?} {:?}", Arc::as_ptr(&seen), veil.span), || {
            let objects = seen.objects.iter().filter_map(|o| Object::read(&veiled(&o.root, veil))).collect();
            Rendered { objects: Arc::new(objects), incomplete: true, ..(*seen).clone() }
        })
    }

    /// What a rendering yields where nothing is hidden.
    fn seen(&self, rendering: &Rendering) -> Arc<Rendered> {
        let directory = rendering.directory.as_str();
        let overlay = rendering.overlay.as_ref();
        let key = || format!("{:?} {directory} {:?}", rendering.tool, overlay.map(crate::yaml::Node::address));
        match &rendering.tool {
            Tool::Flux(substitution) => self.remember(key(), || self.flux(directory, overlay, substitution.as_ref())),
            Tool::ArgoCd { recurse, include, exclude } => {
                if self.workspace.find(&below(directory, CHART)).is_some() {
                    let key = format!("chart {directory} {}", rendering.release.key());
                    return self.remember(key, || helm::chart(self.workspace, directory, &rendering.release, &self.effort));
                }
                match (self.workspace.kustomization(directory), overlay) {
                    (Some(_), None) => self.root(directory),
                    (Some(_), Some(fields)) => self.remember(key(), || {
                        let overlay = Overlay { fields: fields.clone() };
                        self.built(self.kustomizer.build_with(&Base::Directory(directory), Some(&overlay)))
                    }),
                    (None, _) => {
                        let take = Take { recurse: *recurse, include: globs(include), exclude: globs(exclude) };
                        self.remember(key(), || self.plain(directory, &take))
                    }
                }
            }
        }
    }

    fn remember(&self, key: String, make: impl FnOnce() -> Rendered) -> Arc<Rendered> {
        if let Some(known) = self.done.borrow().get(&key) {
            return Arc::clone(known);
        }
        let rendered = Arc::new(make());
        self.done.borrow_mut().insert(key, Arc::clone(&rendered));
        rendered
    }

    fn built(&self, build: Build) -> Rendered {
        // A site's clusters are generated from it. It is read for them as if it were applied, which nobody does.
        let sites = build.plugins.iter().filter(|p| p.role == "generators").filter_map(|p| Object::read(&p.object.root));
        let sites = sites.filter(|o| o.is("ran.openshift.io", "SiteConfig"));
        let objects = build.objects.iter().flat_map(|r| manifest::objects(&r.root)).chain(sites).collect();
        let unresolved = build.unresolved.iter().map(|u| Unresolved { reason: u.reason.to_string(), span: u.span }).collect();
        Rendered {
            objects: Arc::new(objects),
            pools: Arc::default(),
            files: Arc::new(build.files),
            incomplete: !build.unresolved.is_empty(),
            guesses: Arc::default(),
            whole: BTreeSet::new(),
            unresolved,
            problems: build.problems,
            plugins: build.plugins,
        }
    }

    /// A directory as Flux builds it: its kustomization, or one that lists everything below.
    fn flux(&self, directory: &str, overlay: Option<&crate::yaml::Node>, substitution: Option<&Substitution>) -> Rendered {
        let overlay = overlay.map(|fields| Overlay { fields: fields.clone() });
        let build = || match self.workspace.kustomization(directory) {
            Some(_) => self.built(self.flux.build_with(&Base::Directory(directory), overlay.as_ref())),
            None => {
                let paths = self.listed(directory);
                let first = paths.iter().find_map(|p| self.workspace.find(p)).unwrap_or(FileId(0));
                let base = Base::Resources { dir: directory, paths: &paths, reference: Span::new(first, 0, 0) };
                self.built(self.flux.build_with(&base, overlay.as_ref()))
            }
        };
        // Most differ in their variables alone.
        let mut rendered = if overlay.is_none() { (*self.remember(format!("flux {directory}"), build)).clone() } else { build() };
        // Beyond the bound the variables stay where they are, and are unknown.
        let work = rendered.objects.len().saturating_mul(STEPS_OF_AN_OBJECT);
        let at = || Span::new(rendered.files.first().copied().unwrap_or(FileId(0)), 0, 0);
        if let Some(substitution) = substitution.filter(|_| self.effort.go(work, at())) {
            let objects = rendered.objects.iter().filter_map(|o| Object::read(&substitution.apply(&o.root, &self.effort))).collect();
            rendered.objects = Arc::new(objects);
        }
        rendered
    }

    /// What Flux lists in a kustomization of its own making: sub-directories that have one, and every other manifest that could matter.
    fn listed(&self, directory: &str) -> Vec<String> {
        let has = |d: &str| self.workspace.kustomization(d).is_some();
        let mut paths: BTreeSet<String> = BTreeSet::new();
        for (id, path) in self.workspace.below(directory) {
            let inside = |ancestor: &str| ancestor.len() > directory.len() && has(ancestor);
            let mut ancestor = parent(path);
            let mut nearest = None;
            while ancestor.len() > directory.len() {
                if inside(ancestor) {
                    nearest = Some(ancestor);
                }
                ancestor = parent(ancestor);
            }
            match nearest {
                // The outermost kustomization below takes in whatever lies deeper.
                Some(outer) => drop(paths.insert(outer.to_owned())),
                None if self.workspace.file(id).relevant && !path.ends_with(".json") => drop(paths.insert(path.to_owned())),
                None => {}
            }
        }
        paths.into_iter().collect()
    }

    /// The manifests of a directory, as Argo CD's directory tool reads them.
    fn plain(&self, directory: &str, take: &Take) -> Rendered {
        let (mut objects, mut files) = (Vec::new(), BTreeSet::new());
        for (id, path) in self.workspace.below(directory) {
            let inner = path.strip_prefix(directory).unwrap_or(path).trim_start_matches('/');
            if !is_manifest(path) || (!take.recurse && parent(path) != directory) || !take.wants(inner) {
                continue;
            }
            files.insert(id);
            if self.workspace.file(id).relevant && !self.skips(id) {
                objects.extend(self.workspace.parsed(id).documents.iter().flat_map(|d| manifest::objects(&d.root)));
            }
        }
        Rendered { objects: Arc::new(objects), files: Arc::new(files), ..Rendered::default() }
    }

    /// A file that tells Argo CD to pass it over.
    fn skips(&self, id: FileId) -> bool {
        self.workspace.source(id).is_ok_and(|s| s.text.contains("+argocd:skip-file-rendering"))
    }
}

/// The objects that `kubectl kustomize` prints for a directory, in any order; and what it would refuse.
#[must_use]
pub fn render_root(workspace: &Workspace, directory: &str) -> (Vec<crate::yaml::Node>, Vec<Problem>) {
    let build = Kustomizer::new(workspace, Options::default()).build(directory);
    (build.objects.into_iter().map(|r| r.root).collect(), build.problems)
}

/// Which plain files of a directory are taken.
struct Take {
    recurse: bool,
    include: Globs,
    exclude: Globs,
}

impl Take {
    fn wants(&self, path: &str) -> bool {
        (self.include.is_empty() || self.include.is_match(path)) && !self.exclude.is_match(path)
    }
}

/// `{a,b}` or `a`; `*` crosses directories, as in Argo CD. A glob that is none takes and leaves out nothing: whoever reads it says so.
fn globs(pattern: &str) -> Globs {
    if pattern.is_empty() { Globs::default() } else { glob(pattern, Star::Path).unwrap_or_default() }
}

/// A path below a directory.
pub(super) fn below(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}
