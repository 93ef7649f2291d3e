//! Accumulating a root: its resources, bases and components, each layer's transformers in kustomize's order.

use super::Build;
use super::accumulated::{Accumulated, Mode};
use super::bounds::{MAX_COMPONENTS, MAX_DEPTH};
use super::chain::Chain;
use super::fields;
use super::files::Files;
use super::finish;
use super::kustomization::{Kustomization, display, in_dir};
use super::load;
use super::log::{Log, Plugin, ProblemKind};
use super::overlay;
use super::path;
use super::reading::Text;
use super::resource::Resource;
use super::root;
use super::schema::Schema;
use super::specs::Specs;
use super::transform;
use super::vars;
use crate::files::KUSTOMIZATIONS;
use crate::source::{FileId, Span};
use crate::yaml::{Node, Opaque, Style, parse_value};
use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};

/// What differs between those who call kustomize.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Files above the kustomization that refers to them are refused (kustomize's and Argo CD's default; Flux lifts it).
    pub restrict_to_root: bool,
    /// Resources that cannot matter ([`Files::matters`]) are passed over, unless something looks for an object that is not there: a
    /// patch, a replacement or a var may mean one of them.
    pub lean: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { restrict_to_root: true, lean: false }
    }
}

/// What a build starts from.
#[derive(Clone, Debug)]
pub enum Source<'s> {
    /// A directory with a kustomization.
    Directory(&'s str),
    /// Files of plain manifests and directories of kustomizations, as if a kustomization in `dir` listed them as resources.
    Resources {
        /// The directory of the supposed kustomization.
        dir: &'s str,
        /// Paths from the repository's root.
        paths: &'s [String],
        /// What asks for them.
        reference: Span,
    },
}

/// Fields that a deployer edits into the kustomization before it is built: Argo CD's `source.kustomize`, Flux's
/// `spec.patches`, `components`, `images`, … Their schema is the kustomization's own.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// A map of kustomization fields. Lists are appended (images and replicas replace entries of the same name), maps are
    /// merged, single values replace.
    pub fields: Node,
}

/// Builds kustomizations and remembers the bases they share.
pub struct Kustomizer<'f> {
    pub(super) files: &'f dyn Files,
    pub(super) options: Options,
    done: Mutex<HashMap<BaseKey, Arc<Accumulated>>>,
    taken: Arc<AtomicUsize>,
}

/// A base: its directory, the address of the schema it was accumulated under, and how.
type BaseKey = (Arc<str>, usize, Mode);

impl<'f> Kustomizer<'f> {
    /// A builder over these files.
    #[must_use]
    pub fn new(files: &'f dyn Files, options: Options) -> Self {
        Self { files, options, done: Mutex::new(HashMap::new()), taken: Arc::default() }
    }

    /// Renders the kustomization of a directory.
    #[must_use]
    pub fn build(&self, dir: &str) -> Build {
        self.build_with(&Source::Directory(dir), None)
    }

    /// Renders a source with a deployer's own fields laid into its kustomization.
    #[must_use]
    pub fn build_with(&self, source: &Source<'_>, overlay: Option<&Overlay>) -> Build {
        let (dir, own) = match source {
            Source::Directory(dir) => (*dir, self.root_of(dir)),
            Source::Resources { dir, .. } => (*dir, None),
        };
        let root = match (own, overlay) {
            (Some(own), Some(overlay)) => Some(overlay::laid_into(own, &overlay.fields)),
            (own, overlay) => own.or(overlay.map(|o| &o.fields)).cloned(),
        };
        let noted = root.as_ref().is_some_and(|r| !fields::items(r, "buildMetadata").is_empty());
        let mode = Mode { lean: self.options.lean, noted };
        let accumulated = self.accumulated(source, overlay, mode);
        let (mut build, sought) = finish::finish(&accumulated);
        if sought && accumulated.passed_over {
            build = finish::finish(&self.accumulated(source, overlay, mode.whole())).0;
        }
        if let Some(root) = root {
            root::finish(&mut build, &root, dir, self.files);
        }
        build
    }

    /// The fields of a directory's kustomization.
    fn root_of(&self, dir: &str) -> Option<&'f Node> {
        let file = KUSTOMIZATIONS.iter().find_map(|name| self.files.find(&in_dir(dir, name)))?;
        self.files.parsed(file).documents.first().map(|d| &d.root)
    }

    fn accumulated(&self, source: &Source<'_>, overlay: Option<&Overlay>, mode: Mode) -> Arc<Accumulated> {
        let schema = Schema::builtin();
        if let (Source::Directory(dir), None) = (source, overlay) {
            return self.directory(&Arc::from(*dir), None, &Chain { dir: "", parent: None, depth: 0 }, &schema, mode);
        }
        let accumulated = self.edited(source, overlay, &schema, mode);
        Arc::new(if accumulated.misses() { self.edited(source, overlay, &schema, mode.whole()) } else { accumulated })
    }

    fn edited(&self, source: &Source<'_>, overlay: Option<&Overlay>, schema: &Arc<Schema>, mode: Mode) -> Accumulated {
        let mut acc = Accumulated::new(schema.clone(), mode, &self.taken);
        let chain = Chain { dir: "", parent: None, depth: 0 };
        let kustomization = match source {
            Source::Directory(dir) => Kustomization::read(self.files, &Arc::from(*dir), None, &mut acc.log),
            Source::Resources { dir, paths, reference } => {
                let items = paths.iter().map(|p| Node::scalar(format!("/{p}"), Style::Plain, *reference)).collect();
                let entry = crate::yaml::Entry {
                    key: Node::scalar("resources", Style::Plain, *reference),
                    value: Node::sequence(items, *reference),
                    merged: false,
                };
                let root = Node::mapping(vec![entry], *reference);
                Some(Kustomization { dir: Arc::from(*dir), file: None, root, component: false })
            }
        };
        let Some(mut kustomization) = kustomization else {
            if let Source::Directory(dir) = source {
                self.no_kustomization(dir, overlay.map(|o| o.fields.span()), &mut acc.log);
            }
            return acc;
        };
        if let Some(overlay) = overlay {
            let root = overlay::laid_into(&kustomization.root, &overlay.fields);
            let log = &mut acc.log;
            kustomization = Kustomization::of_node(root, kustomization.dir.clone(), kustomization.file, log);
        }
        let dir = kustomization.dir.clone();
        let supposed = matches!(source, Source::Resources { .. });
        self.run(&kustomization, &mut acc, &Chain { dir: &dir, parent: Some(&chain), depth: 1 }, supposed);
        acc
    }

    fn no_kustomization(&self, dir: &str, reference: Option<Span>, log: &mut Log) {
        if let Some(span) = reference {
            log.refuse(ProblemKind::NoKustomization, span, format!("the directory `{}` has no kustomization file", display(dir)));
        }
    }

    /// The accumulation of a directory, done once for each schema.
    fn directory(&self, dir: &Arc<str>, reference: Option<Span>, chain: &Chain<'_>, schema: &Arc<Schema>, mode: Mode) -> Arc<Accumulated> {
        let key = (dir.clone(), Arc::as_ptr(schema) as usize, mode);
        if let Some(done) = self.done.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return done.clone();
        }
        let mut acc = Accumulated::new(schema.clone(), mode, &self.taken);
        match Kustomization::read(self.files, dir, reference, &mut acc.log) {
            Some(kustomization) => {
                acc.component = kustomization.component;
                acc.log.dirs.insert(dir.clone());
                self.run(&kustomization, &mut acc, &Chain { dir, parent: Some(chain), depth: chain.depth + 1 }, false);
            }
            // A directory without a kustomization is the fault of the reference, so nothing is remembered.
            None => return Arc::new(acc),
        }
        let acc = if acc.misses() { self.directory(dir, reference, chain, schema, mode.whole()) } else { Arc::new(acc) };
        self.done.lock().unwrap_or_else(PoisonError::into_inner).insert(key, acc.clone());
        acc
    }

    /// One kustomization's work on an accumulation: its own, or, for a component, its parent's.
    fn run(&self, kustomization: &Kustomization, acc: &mut Accumulated, chain: &Chain<'_>, supposed: bool) {
        self.openapi(kustomization, acc);
        for field in ["resources", "bases"] {
            for (text, node) in kustomization.references(field) {
                self.resource(kustomization, text, node.span(), acc, chain, supposed);
            }
        }
        transform::configurations(self, kustomization, acc);
        transform::generators(self, kustomization, acc);
        for (text, node) in kustomization.references("components") {
            self.component(kustomization, text, node.span(), acc, chain);
        }
        transform::transformers(self, kustomization, acc);
        for item in fields::items(&kustomization.root, "vars") {
            vars::add(item, acc);
        }
        if let Some(file) = kustomization.file {
            acc.resources.iter_mut().for_each(|r| r.layers.push(file));
        }
    }

    fn openapi(&self, kustomization: &Kustomization, acc: &mut Accumulated) {
        let Some(node) = fields::value(&kustomization.root, "openapi").and_then(|o| fields::value(o, "path")) else { return };
        let Some(document) = self.document(kustomization, node, acc) else { return };
        if Arc::ptr_eq(&acc.schema, &Schema::builtin()) {
            acc.schema = Arc::new(Schema::from_openapi(&document));
        }
    }

    /// The first document of a file that a field names.
    pub(super) fn document(&self, kustomization: &Kustomization, node: &Node, acc: &mut Accumulated) -> Option<Node> {
        let file = self.file(kustomization, node.text()?, node.span(), &mut acc.log)?;
        self.told(file, node.span(), &mut acc.log);
        self.files.parsed(file).documents.first().map(|d| d.root.clone())
    }

    /// Notes that a file's text cannot be had. Whether it can.
    pub(super) fn told(&self, file: FileId, span: Span, log: &mut Log) -> bool {
        let why = self.files.unreadable(file);
        if let Some(why) = why {
            log.hide(span, format!("`{}` cannot be read: {why}", self.files.path(file).unwrap_or_default()), false);
        }
        why.is_none()
    }

    /// The file that a field names; notes what is wrong with it.
    pub(super) fn file(&self, kustomization: &Kustomization, text: &str, span: Span, log: &mut Log) -> Option<FileId> {
        if path::is_url(text) {
            log.hide(span, format!("`{text}` is remote"), false);
            return None;
        }
        let Some(joined) = path::join(&kustomization.dir, text) else {
            log.hide(span, format!("`{text}` lies outside of the repository"), false);
            return None;
        };
        let Some(file) = self.files.find(&joined) else {
            log.refuse(ProblemKind::Missing, span, format!("there is no file `{joined}`"));
            return None;
        };
        log.files.insert(file);
        if self.options.restrict_to_root && !path::within(&kustomization.dir, &joined) {
            let message = format!("`{joined}` lies outside of `{}`; kustomize refuses files from there", display(&kustomization.dir));
            log.refuse(ProblemKind::OutsideRoot, span, message);
        }
        Some(file)
    }

    fn resource(&self, kustomization: &Kustomization, text: &str, span: Span, acc: &mut Accumulated, chain: &Chain<'_>, supposed: bool) {
        let joined = if supposed { text.strip_prefix('/').map(str::to_owned) } else { path::join(&kustomization.dir, text) };
        if !path::is_url(text)
            && let Some((path, file)) = joined.as_ref().and_then(|p| Some((p, self.files.find(p)?)))
        {
            if !supposed && self.options.restrict_to_root && !path::within(&kustomization.dir, path) {
                let message = format!("`{path}` lies outside of `{}`; kustomize refuses files from there", display(&kustomization.dir));
                acc.log.refuse(ProblemKind::OutsideRoot, span, message);
            }
            if acc.mode.lean && !self.files.matters(file) {
                acc.passed_over = true;
                return;
            }
            let before = acc.log.problems.len();
            for resource in self.objects(file, span, &kustomization.dir, &mut acc.log) {
                acc.append(resource, span);
            }
            if acc.log.problems.iter().skip(before).any(|p| p.kind == ProblemKind::Malformed) {
                acc.log.incomplete.get_or_insert(span);
            }
            return;
        }
        let Some(base) = self.base(text, joined, span, acc, chain, acc.mode) else { return };
        acc.passed_over |= base.passed_over;
        if base.component {
            let message = "a component is listed under `components`, not under `resources`";
            acc.log.refuse(ProblemKind::Field, span, message);
        }
        acc.log.absorb(&base.log);
        acc.specs = Specs::merge(&acc.specs, &base.specs, span, &mut acc.log);
        if Arc::ptr_eq(&acc.schema, &Schema::builtin()) {
            acc.schema = base.schema.clone();
        }
        for resource in &base.resources {
            acc.append(resource.clone(), span);
        }
        for var in &base.vars {
            vars::merge(var, acc);
        }
    }

    /// The objects of a file.
    pub(super) fn objects(&self, file: FileId, reference: Span, dir: &Arc<str>, log: &mut Log) -> Vec<Resource> {
        log.files.insert(file);
        self.told(file, reference, log);
        load::objects(&Text::file(self.files, file), dir, log)
    }

    /// The accumulation of a directory that a reference names, unless it is remote, missing or a cycle.
    fn base(&self, text: &str, joined: Option<String>, span: Span, acc: &mut Accumulated, chain: &Chain<'_>, mode: Mode) -> Option<Arc<Accumulated>> {
        let dir = self.reachable(text, joined, span, acc, chain, false)?;
        let base = self.directory(&dir, Some(span), chain, &acc.schema, mode);
        if let Some(inner) = base.log.dirs.iter().find(|d| chain.is_in_or_above(d)) {
            acc.log.refuse(ProblemKind::Cycle, span, format!("`{}` leads back to `{}`", display(&dir), display(inner)));
            return None;
        }
        Some(base)
    }

    fn reachable(&self, text: &str, joined: Option<String>, span: Span, acc: &mut Accumulated, chain: &Chain<'_>, alters: bool) -> Option<Arc<str>> {
        if path::is_repository(text) || path::is_url(text) {
            acc.log.hide(span, format!("`{text}` is remote"), alters);
            return None;
        }
        let Some(dir) = joined else {
            if text.starts_with('/') {
                acc.log.refuse(ProblemKind::Missing, span, "a path in a kustomization is relative");
            } else {
                acc.log.hide(span, format!("`{text}` lies outside of the repository"), alters);
            }
            return None;
        };
        if !self.files.is_directory(&dir) {
            acc.log.refuse(ProblemKind::Missing, span, format!("there is no file or directory `{dir}`"));
            acc.log.incomplete.get_or_insert(span);
            return None;
        }
        if chain.is_in_or_above(&dir) {
            acc.log.refuse(ProblemKind::Cycle, span, format!("`{}` contains the kustomization that refers to it", display(&dir)));
            return None;
        }
        if chain.depth > MAX_DEPTH {
            let message = format!("kustomizations nest deeper than {MAX_DEPTH}; the rest was not read");
            acc.log.limit(span, message, alters);
            return None;
        }
        Some(Arc::from(dir))
    }

    fn component(&self, parent: &Kustomization, text: &str, span: Span, acc: &mut Accumulated, chain: &Chain<'_>) {
        let joined = path::join(&parent.dir, text);
        let hidden = acc.log.unresolved.len();
        let Some(dir) = self.reachable(text, joined, span, acc, chain, true) else {
            if let Some(unknown) = acc.log.unresolved.get(hidden) {
                let unknown = Opaque { reason: unknown.reason.clone(), span };
                acc.veil(&unknown);
            }
            return;
        };
        acc.components += 1;
        if acc.components > MAX_COMPONENTS {
            // Said once: the others would be as many as they may.
            if acc.components == MAX_COMPONENTS + 1 {
                let message = format!("components are taken in more than {MAX_COMPONENTS} times; the others were not read");
                acc.log.limit(span, message.clone(), true);
                acc.veil(&Opaque { reason: message.into(), span });
            }
            return;
        }
        let Some(component) = Kustomization::read(self.files, &dir, Some(span), &mut acc.log) else { return };
        if !component.component {
            acc.log.refuse(ProblemKind::Field, span, "what is listed under `components` has kind Component");
        }
        acc.log.dirs.insert(dir.clone());
        self.run(&component, acc, &Chain { dir: &dir, parent: Some(chain), depth: chain.depth + 1 }, false);
        // What a component leaves is taken in anew.
        acc.specs = Specs::merge(&Specs::none(), &acc.specs, span, &mut acc.log);
        let resources = std::mem::take(&mut acc.resources);
        acc.index();
        resources.into_iter().for_each(|r| acc.append(r, span));
    }

    /// Objects that configure plugins: inline texts, which come first, then files and directories.
    pub(super) fn plugins(&self, kustomization: &Kustomization, role: &'static str, acc: &mut Accumulated) -> Vec<(Resource, Span)> {
        let (mut inline, mut found) = (Vec::new(), Vec::new());
        for (text, node) in kustomization.references(role) {
            let objects = match path::join(&kustomization.dir, text).and_then(|p| self.files.find(&p)) {
                Some(file) if !path::is_url(text) => self.objects(file, node.span(), &kustomization.dir, &mut acc.log),
                _ if text.contains('\n') || text.contains(": ") => {
                    let objects = load::objects(&Text::inline(&parse_value(node), text, false), &kustomization.dir, &mut acc.log);
                    inline.extend(objects.into_iter().map(|o| (o, node.span())));
                    continue;
                }
                _ => {
                    let joined = path::join(&kustomization.dir, text);
                    let chain = Chain { dir: &kustomization.dir, parent: None, depth: 1 };
                    let Some(base) = self.base(text, joined, node.span(), acc, &chain, acc.mode.whole()) else { continue };
                    acc.log.absorb(&base.log);
                    base.resources.clone()
                }
            };
            found.extend(objects.into_iter().map(|o| (o, node.span())));
        }
        inline.append(&mut found);
        inline
    }

    /// Notes a plugin that is a program of its own.
    pub(super) fn external(&self, role: &'static str, kustomization: &Kustomization, object: Resource, span: Span, acc: &mut Accumulated) {
        let kind = object.id().gvk.kind;
        let alters = role == "transformers";
        // What these make is worked out by whoever reads the plugins of a build.
        let followed = role == "generators" && matches!(&*kind, "PolicyGenerator" | "SiteConfig");
        if role != "validators" && !followed {
            acc.log.hide(span, format!("the {kind} plugin is a program that is not run"), alters);
        }
        if alters {
            acc.veil(&Opaque { reason: format!("the {kind} plugin is a program that is not run").into(), span });
        }
        acc.log.plugins.push(Plugin { role, dir: kustomization.dir.clone(), object });
    }
}
