//! What a build has to say besides its objects.

use super::bounds::{MAX_MEETINGS, Work};
use super::id::Id;
use super::resource::Resource;
use crate::source::{FileId, Span};
use crate::yaml::{Node, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Something wrong with a kustomization or with what it refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of problem.
    pub kind: ProblemKind,
    /// What follows from it.
    pub effect: Effect,
    /// The reference, patch or field to edit.
    pub span: Span,
    /// One sentence.
    pub message: String,
    /// The other place it concerns: the first of two equal objects, the object a patch does not fit.
    pub related: Option<Span>,
    /// The API group and the kind of the object that a patch names, where it is not there.
    pub sought: Option<(Box<str>, Box<str>)>,
}

/// What follows from a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// `kustomize build` fails.
    Refused,
    /// `kustomize build` succeeds, but what is written here does nothing, or not what it says.
    Ineffective,
}

/// The kinds of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// A directory without a kustomization file, or with several.
    NoKustomization,
    /// A kustomization's own field: unknown, of the wrong type, contradicting another.
    Field,
    /// A file or directory that does not exist.
    Missing,
    /// A file above or beside the kustomization that refers to it; refused unless the load restriction is lifted.
    OutsideRoot,
    /// A kustomization that contains itself.
    Cycle,
    /// The same object twice.
    Duplicate,
    /// A file or patch that is no YAML, or an object without kind or name.
    Malformed,
    /// A key of an object or patch that is no string, or stands twice.
    Key,
    /// A patch or replacement whose target does not exist.
    NoTarget,
    /// A patch or replacement that cannot be applied to its target.
    NotApplicable,
    /// A bound of this program was hit.
    Limit,
}

/// A reference whose content is not in the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    /// The reference.
    pub span: Span,
    /// Why it could not be followed, in words that complete "unknown: …".
    pub reason: Arc<str>,
    /// It may change every object of its kustomization (a remote component, an external transformer), not only add some.
    pub alters: bool,
}

/// The configuration of a generator, transformer or validator that kustomize would run as a program.
#[derive(Clone, Debug)]
pub struct Plugin {
    /// The field that names it: `generators`, `transformers` or `validators`.
    pub role: &'static str,
    /// The directory of the kustomization that names it; relative paths inside the configuration start there.
    pub dir: Arc<str>,
    /// The configuration object.
    pub object: Resource,
}

/// Problems and hidden things, as they are met.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    pub(super) problems: Vec<Problem>,
    pub(super) unresolved: Vec<Unresolved>,
    pub(super) plugins: Vec<Plugin>,
    pub(super) files: BTreeSet<FileId>,
    /// Directories whose kustomization was read, to find cycles through a shared base.
    pub(super) dirs: BTreeSet<Arc<str>>,
    /// A resource could not be read at all, so objects are missing for a reason already reported.
    pub(super) incomplete: Option<Span>,
    /// An object was looked for and is not there.
    pub(super) sought: bool,
    /// How many objects patches, replacements, vars and other changes were held against.
    met: usize,
    /// How many steps changes took.
    worked: u64,
}

/// Whether a tree has the key that stands at a place.
fn has_key(tree: &Node, key: Span) -> bool {
    match tree.value() {
        Value::Scalar(_) | Value::Opaque(_) => false,
        Value::Sequence(sequence) => sequence.items.iter().any(|i| has_key(i, key)),
        Value::Mapping(mapping) => mapping.entries.iter().any(|e| e.key.span() == key || has_key(&e.value, key)),
    }
}

impl Log {
    /// Notes what `kustomize build` would refuse.
    pub(super) fn refuse(&mut self, kind: ProblemKind, span: Span, message: impl Into<String>) {
        self.problem(kind, Effect::Refused, span, message.into(), None);
    }

    /// Notes a patch for an object that is not there.
    pub(super) fn refuse_patch(&mut self, id: &Id, span: Span) {
        let message = format!("no resource matches the patch for {id}");
        let sought = Some((id.gvk.group.clone(), id.gvk.kind.clone()));
        self.problems.push(Problem { kind: ProblemKind::NoTarget, effect: Effect::Refused, span, message, related: None, sought });
    }

    /// The same with a second place.
    pub(super) fn refuse_related(&mut self, kind: ProblemKind, span: Span, message: impl Into<String>, related: Span) {
        self.problem(kind, Effect::Refused, span, message.into(), Some(related));
    }

    /// Notes what has no effect.
    pub(super) fn ineffective(&mut self, kind: ProblemKind, span: Span, message: impl Into<String>) {
        self.problem(kind, Effect::Ineffective, span, message.into(), None);
    }

    fn problem(&mut self, kind: ProblemKind, effect: Effect, span: Span, message: String, related: Option<Span>) {
        self.problems.push(Problem { kind, effect, span, message, related, sought: None });
    }

    /// Takes back what was noted about keys of a patch or object that no object has after a change: kustomize does not mind them then.
    pub(super) fn excuse_keys(&mut self, whose: Span, objects: &[Resource]) {
        self.problems.retain(|p| p.kind != ProblemKind::Key || !whose.contains(p.span) || objects.iter().any(|o| has_key(&o.root, p.span)));
    }

    /// Notes once that a bound of this program was hit, and what is unknown for it.
    pub(super) fn limit(&mut self, span: Span, message: String, alters: bool) {
        if !self.problems.iter().any(|p| p.kind == ProblemKind::Limit && p.message == message) {
            self.ineffective(ProblemKind::Limit, span, message.clone());
            self.hide(span, message, alters);
        }
    }

    /// Counts objects that a change is held against. `false` from the first one on that is too many.
    pub(super) fn meet(&mut self, objects: usize, span: Span) -> bool {
        self.met = self.met.saturating_add(objects);
        if self.met <= MAX_MEETINGS {
            return true;
        }
        self.limit(span, format!("patches and replacements are held against more than {MAX_MEETINGS} objects; the others were not applied"), true);
        false
    }

    /// Whether no change is held against anything any more.
    pub(super) fn is_spent(&self) -> bool {
        self.met > MAX_MEETINGS
    }

    /// Lets a change work, within what is left for all of them.
    pub(super) fn work<T>(&mut self, change: impl FnOnce(&Work) -> T) -> T {
        let work = self.steps();
        let result = change(&work);
        self.stepped(&work);
        result
    }

    /// The steps that are left, to be given to [`Log::stepped`] when a change is done.
    pub(super) fn steps(&self) -> Work {
        Work::after(self.worked)
    }

    /// Takes note of the steps of a change.
    pub(super) fn stepped(&mut self, work: &Work) {
        self.worked = work.done();
    }

    /// Notes a reference that cannot be followed.
    pub(super) fn hide(&mut self, span: Span, reason: impl Into<Arc<str>>, alters: bool) {
        self.unresolved.push(Unresolved { span, reason: reason.into(), alters });
    }

    /// Takes over what another accumulation noted; what both share (a base used twice) is kept once.
    pub(super) fn absorb(&mut self, other: &Log) {
        for p in &other.problems {
            if !self.problems.contains(p) {
                self.problems.push(p.clone());
            }
        }
        for u in &other.unresolved {
            if !self.unresolved.contains(u) {
                self.unresolved.push(u.clone());
            }
        }
        for p in &other.plugins {
            if !self.plugins.iter().any(|q| q.role == p.role && q.object.root.same(&p.object.root)) {
                self.plugins.push(p.clone());
            }
        }
        self.files.extend(&other.files);
        self.dirs.extend(other.dirs.iter().cloned());
        self.incomplete = self.incomplete.or(other.incomplete);
    }

    /// The first thing that may hide an object that was looked for and is not there, if anything hides objects.
    pub(super) fn hides(&mut self) -> Option<(Span, Arc<str>)> {
        self.sought = true;
        self.unresolved
            .first()
            .map(|u| (u.span, u.reason.clone()))
            .or_else(|| self.incomplete.map(|span| (span, Arc::from("the resource that would hold it could not be read"))))
    }
}
