//! Rendering: from a directory and the tool that reads it to objects.

use super::kustomize::{Build, Files, Kustomizer, Options, Overlay, ParsedFile, Plugin, Problem, Source as Base};
use super::{Rendering, Tool, helm};
use crate::files::{Workspace, parent};
use crate::manifest::{self, Object};
use crate::outcome::Unresolved;
use crate::source::{FileId, Source};
use globset::{Glob, GlobMatcher};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Names of kustomization files.
pub(super) const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// What a directory yields.
#[derive(Clone, Debug, Default)]
pub(super) struct Rendered {
    pub(super) objects: Arc<Vec<Object>>,
    pub(super) files: Arc<BTreeSet<FileId>>,
    pub(super) incomplete: bool,
    /// Objects read from templates: what they say is not certain.
    pub(super) guessed: bool,
    pub(super) unresolved: Vec<Unresolved>,
    pub(super) problems: Vec<Problem>,
    pub(super) plugins: Vec<Plugin>,
}

/// Renders and remembers.
pub(super) struct Renderer<'w> {
    pub(super) workspace: &'w Workspace,
    kustomizer: Kustomizer<'w>,
    done: RefCell<BTreeMap<String, Arc<Rendered>>>,
}

impl<'w> Renderer<'w> {
    pub(super) fn new(workspace: &'w Workspace) -> Self {
        Self { workspace, kustomizer: Kustomizer::new(workspace, Options::default()), done: RefCell::default() }
    }

    /// The kustomization file of a directory.
    pub(super) fn kustomization(&self, directory: &str) -> Option<FileId> {
        KUSTOMIZATIONS.iter().find_map(|name| self.workspace.find(&below(directory, name)))
    }

    /// What a Kustomize root yields.
    pub(super) fn root(&self, directory: &str) -> Arc<Rendered> {
        self.remember(format!("root {directory}"), || self.built(self.kustomizer.build(directory)))
    }

    /// What a rendering yields.
    pub(super) fn render(&self, rendering: &Rendering) -> Arc<Rendered> {
        let directory = rendering.directory.as_str();
        let overlay = rendering.overlay.as_ref();
        let key = || format!("{:?} {directory} {:?}", rendering.tool, overlay.map(crate::yaml::Node::address));
        match &rendering.tool {
            Tool::ArgoCd { recurse, include, exclude, values } => {
                if self.workspace.find(&below(directory, "Chart.yaml")).is_some() {
                    return self.remember(key(), || helm::chart(self.workspace, directory, values));
                }
                match (self.kustomization(directory), overlay) {
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
        let objects = build.objects.iter().flat_map(|r| manifest::objects(&r.root)).collect();
        let unresolved = build.unresolved.iter().map(|u| Unresolved { reason: u.reason.to_string(), span: u.span }).collect();
        Rendered {
            objects: Arc::new(objects),
            files: Arc::new(build.files),
            incomplete: !build.unresolved.is_empty(),
            guessed: false,
            unresolved,
            problems: build.problems,
            plugins: build.plugins,
        }
    }

    /// The manifests of a directory, as Argo CD's directory tool reads them.
    fn plain(&self, directory: &str, take: &Take) -> Rendered {
        let (mut objects, mut files) = (Vec::new(), BTreeSet::new());
        for (id, path) in self.workspace.below(directory) {
            let inner = path.strip_prefix(directory).unwrap_or(path).trim_start_matches('/');
            let manifest = [".yaml", ".yml", ".json"].iter().any(|e| path.ends_with(e));
            if !manifest || (!take.recurse && parent(path) != directory) || !take.wants(inner) {
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

/// Which plain files of a directory are taken.
struct Take {
    recurse: bool,
    include: Vec<GlobMatcher>,
    exclude: Vec<GlobMatcher>,
}

impl Take {
    fn wants(&self, path: &str) -> bool {
        let hit = |globs: &[GlobMatcher]| globs.iter().any(|g| g.is_match(path));
        (self.include.is_empty() || hit(&self.include)) && !hit(&self.exclude)
    }
}

/// `{a,b}` or `a`; `*` crosses directories, as in Argo CD.
fn globs(pattern: &str) -> Vec<GlobMatcher> {
    if pattern.is_empty() {
        return Vec::new();
    }
    Glob::new(pattern).ok().map(|g| g.compile_matcher()).into_iter().collect()
}

/// A path below a directory.
pub(super) fn below(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

impl Files for Workspace {
    fn parsed(&self, path: &str) -> Option<ParsedFile> {
        let id = self.find_any(path)?;
        let source = Arc::clone(self.source(id).ok()?);
        Some(ParsedFile { id, source, parsed: Arc::clone(Workspace::parsed(self, id)) })
    }

    fn bytes(&self, path: &str) -> Option<Cow<'_, [u8]>> {
        Workspace::bytes(self, path)
    }

    fn source(&self, id: FileId) -> Option<Arc<Source>> {
        Workspace::source(self, id).ok().cloned()
    }

    fn is_file(&self, path: &str) -> bool {
        self.find_any(path).is_some()
    }

    fn is_dir(&self, path: &str) -> bool {
        self.is_directory(path)
    }
}
