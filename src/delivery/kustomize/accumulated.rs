//! What one kustomization has taken in so far: its objects, and what holds for all of them.

use super::bounds::{MAX_OBJECTS, MAX_TAKEN};
use super::id::Id;
use super::log::{Log, ProblemKind};
use super::metadata::with_string_annotations;
use super::resource::{Resource, Step};
use super::schema::Schema;
use super::specs::Specs;
use crate::source::{FileId, Span};
use crate::yaml::{Mapping, Node, Opaque, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a build's root decides about all that is below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Mode {
    /// Resources that cannot matter are to be passed over.
    pub(super) lean: bool,
    /// It has `buildMetadata`, so that kustomize notes the origin of every object from the beginning.
    pub(super) noted: bool,
}

impl Mode {
    /// The same with every resource.
    pub(super) fn whole(self) -> Self {
        Self { lean: false, ..self }
    }
}

/// A base with all its layers.
#[derive(Clone, Debug)]
pub(super) struct Accumulated {
    pub(super) resources: Vec<Resource>,
    pub(super) specs: Arc<Specs>,
    pub(super) vars: Vec<Node>,
    /// Where the var of each name stands.
    pub(super) named_vars: BTreeMap<Box<str>, Span>,
    pub(super) log: Log,
    pub(super) component: bool,
    /// The merge schema in force, which an `openapi` field may have changed.
    pub(super) schema: Arc<Schema>,
    ids: HashMap<Id, Span>,
    /// How many times components were taken in.
    pub(super) components: usize,
    pub(super) mode: Mode,
    /// Some were.
    pub(super) passed_over: bool,
    /// What all builds have taken in.
    taken: Arc<AtomicUsize>,
    /// That there are too many objects was told.
    full: bool,
    /// How many transformers of each kind the kustomization at hand has begun.
    steps: BTreeMap<&'static str, usize>,
}

impl Accumulated {
    pub(super) fn new(schema: Arc<Schema>, mode: Mode, taken: &Arc<AtomicUsize>) -> Self {
        Self {
            resources: Vec::new(),
            specs: Specs::none(),
            vars: Vec::new(),
            named_vars: BTreeMap::new(),
            log: Log::default(),
            component: false,
            schema,
            ids: HashMap::new(),
            components: 0,
            mode,
            passed_over: false,
            taken: Arc::clone(taken),
            full: false,
            steps: BTreeMap::new(),
        }
    }

    /// Before a kustomization's transformers.
    pub(super) fn begin(&mut self) {
        self.steps.clear();
    }

    /// A transformer of the kustomization in this file.
    pub(super) fn step(&mut self, kind: &'static str, layer: Option<FileId>) -> Option<Step> {
        let count = self.steps.entry(kind).or_default();
        *count += 1;
        Some(Step { layer: layer?, kind, nth: *count - 1 })
    }

    /// Something was looked for that may be among what was passed over.
    pub(super) fn misses(&self) -> bool {
        self.passed_over && self.log.sought
    }

    /// Adds an object; one that is there already is refused and left out.
    pub(super) fn append(&mut self, mut resource: Resource, reference: Span) {
        resource.state.noted = self.mode.noted;
        let weight = 1 + resource.state.previous.len();
        if self.taken.fetch_add(weight, Ordering::Relaxed) + weight > MAX_TAKEN {
            return self.full(reference, format!("kustomizations take in more than {MAX_TAKEN} objects in all; the others were left out"));
        }
        let id = resource.id().key();
        match self.ids.get(&id) {
            Some(first) if !resource.conjured => {
                let message = format!("the object is already there: {}", resource.id());
                self.log.refuse_related(ProblemKind::Duplicate, reference, message, *first);
            }
            Some(_) => {}
            None if self.resources.len() >= MAX_OBJECTS => {
                self.full(reference, format!("one build yields more than {MAX_OBJECTS} objects; the others were not read"));
            }
            None => {
                self.ids.insert(id, resource.origin.span);
                self.resources.push(resource);
            }
        }
    }

    /// Notes once that there are too many objects; what comes after them stays unknown.
    fn full(&mut self, reference: Span, message: String) {
        if self.full {
            return;
        }
        self.full = true;
        self.log.limit(reference, message, false);
    }

    /// After each transformer: where origins are noted, so is the transformer, and annotations are written anew for that.
    pub(super) fn transformed(&mut self) {
        if self.mode.noted {
            self.resources.iter_mut().for_each(|r| r.root = with_string_annotations(&r.root));
        }
    }

    /// Takes the identities anew after transformers changed them.
    pub(super) fn index(&mut self) {
        self.ids = self.resources.iter().map(|r| (r.id().key(), r.origin.span)).collect();
    }

    /// After something unseen may have changed every object: only what identifies it stays certain.
    pub(super) fn veil(&mut self, unknown: &Opaque) {
        for resource in &mut self.resources {
            resource.root = veiled(&resource.root, unknown);
        }
    }
}

/// An object of which nothing but its identity is known.
pub(crate) fn veiled(root: &Node, unknown: &Opaque) -> Node {
    let Some(mapping) = root.as_mapping() else { return root.clone() };
    let keep = |m: &Mapping, keys: &[&str]| Mapping {
        entries: m.entries.iter().filter(|e| e.key.text().is_some_and(|k| keys.contains(&k))).cloned().collect(),
        open: Some(unknown.clone()),
        ..Mapping::default()
    };
    let mut kept = keep(mapping, &["apiVersion", "kind", "metadata"]);
    if let Some(entry) = kept.entries.iter_mut().find(|e| e.key.text() == Some("metadata"))
        && let Some(metadata) = entry.value.as_mapping()
    {
        entry.value = Node::new(Value::Mapping(keep(metadata, &["name", "namespace"])), entry.value.span());
    }
    Node::new(Value::Mapping(kept), root.span())
}
