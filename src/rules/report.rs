//! How a rule says what it found: a draft per cluster, gathered into one finding per cause.

use super::Rule;
use crate::finding::{Confidence, Consequence, Finding, Label, ObjectRef, Severity};
use crate::fix::Proposal;
use crate::manifest::Object;
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// What a rule says of one cluster.
#[derive(Clone, Debug)]
pub struct Draft {
    finding: Finding,
    proposals: Vec<Proposal>,
    severity: Option<Severity>,
    consequence: Option<Consequence>,
    stray: bool,
}

impl Draft {
    /// The defect `message`, with `here` written at the place.
    pub fn new(at: Span, here: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            finding: Finding {
                rule: "",
                severity: Severity::Warning,
                confidence: Confidence::High,
                alert: None,
                consequence: Consequence::Advice,
                message: message.into(),
                help: None,
                notes: Vec::new(),
                clusters: BTreeSet::new(),
                object: ObjectRef::default(),
                field: String::new(),
                primary: Label { span: at, message: here.into() },
                related: Vec::new(),
                fixes: Vec::new(),
            },
            proposals: Vec::new(),
            severity: None,
            consequence: None,
            stray: false,
        }
    }

    /// The object it is about.
    #[must_use]
    pub fn about(mut self, object: &Object) -> Self {
        self.finding.object.kind.clone_from(&object.kind);
        self.finding.object.name.clone_from(&object.name);
        self
    }

    /// The object it is about, where there is no more than its kind and name.
    #[must_use]
    pub fn object(mut self, kind: &str, name: &str) -> Self {
        self.finding.object = ObjectRef { kind: kind.to_owned(), name: name.to_owned(), item: self.finding.object.item };
        self
    }

    /// The object is wrong by itself, and as surely as this given to the cluster. What may be given to another one is wrong all the same,
    /// and not said of this cluster in particular.
    #[must_use]
    pub fn given(mut self, confidence: Confidence) -> Self {
        self.stray = confidence == Confidence::Low;
        self
    }

    /// The part of the object it is about.
    #[must_use]
    pub fn item(mut self, item: &str) -> Self {
        self.finding.object.item = (!item.is_empty()).then(|| item.to_owned());
        self
    }

    /// The field it is about, as a path of keys.
    #[must_use]
    pub fn field(mut self, field: &str) -> Self {
        field.clone_into(&mut self.finding.field);
        self
    }

    /// What to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.finding.help = Some(help.into());
        self
    }

    /// A further remark.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.finding.notes.push(note.into());
        self
    }

    /// Another place and what to say of it.
    #[must_use]
    pub fn because(mut self, span: Span, message: impl Into<String>) -> Self {
        self.finding.related.push(Label { span, message: message.into() });
        self
    }

    /// At most this sure.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.finding.confidence = self.finding.confidence.min(confidence);
        self
    }

    /// Another severity than the page's.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// Another consequence than the page's.
    #[must_use]
    pub fn consequence(mut self, consequence: Consequence) -> Self {
        self.consequence = Some(consequence);
        self
    }

    /// A way to mend it.
    #[must_use]
    pub fn fix(mut self, proposal: Proposal) -> Self {
        self.proposals.push(proposal);
        self
    }
}

/// A finding whose fixes are not yet edits.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The finding.
    pub finding: Finding,
    /// Its fixes.
    pub proposals: Vec<Proposal>,
}

/// The findings of a run, one per cause.
#[derive(Debug, Default)]
pub struct Findings {
    rule: Option<&'static Rule>,
    cluster: String,
    member: bool,
    list: Vec<Pending>,
    index: BTreeMap<Key, usize>,
    /// The first that was too many.
    beyond: Option<Span>,
}

/// How many findings there may be.
const MAX_FINDINGS: usize = 25_000;

/// So many places and notes of other clusters are taken over into one finding.
const MOST_MERGED: usize = 1000;

/// What makes two drafts one finding: everything but the cluster. What is merely possible stays apart from what is so.
type Key = (&'static str, Span, String, ObjectRef, bool);

impl Findings {
    /// What follows is about this cluster; empty for none. A cluster that may not be given the resource at all is no `member`: what is
    /// certainly wrong with the resource is then not said of this cluster in particular.
    pub fn enter(&mut self, cluster: &str, member: bool) {
        cluster.clone_into(&mut self.cluster);
        self.member = member;
    }

    /// What follows comes from this rule.
    pub fn begin(&mut self, rule: &'static Rule) {
        self.rule = Some(rule);
    }

    /// A draft by a rule that the run itself reports, about no particular cluster.
    pub fn report(&mut self, rule: &str, draft: Draft) {
        self.rule = super::find(rule);
        self.cluster.clear();
        self.add(draft);
    }

    /// Takes a draft. Severity and consequence are the page's unless the draft says otherwise.
    pub fn add(&mut self, draft: Draft) {
        let Some(rule) = self.rule else { return };
        let (meta, mut finding) = (rule.page.meta(), draft.finding);
        finding.rule = rule.name;
        finding.severity = draft.severity.unwrap_or(meta.severity);
        finding.consequence = draft.consequence.unwrap_or(meta.consequence);
        finding.alert = meta.alert.as_deref();
        if !self.cluster.is_empty() && (self.member && !draft.stray || finding.confidence == Confidence::Low) {
            finding.clusters.insert(self.cluster.clone());
        }
        self.take(Pending { finding, proposals: draft.proposals });
    }

    fn take(&mut self, pending: Pending) {
        let finding = &pending.finding;
        let possible = finding.confidence == Confidence::Low;
        let key = (finding.rule, finding.primary.span, finding.message.clone(), finding.object.clone(), possible);
        let full = self.list.len() >= MAX_FINDINGS;
        match self.index.get(&key).and_then(|i| self.list.get_mut(*i)) {
            Some(known) => merge(known, pending),
            None if full => drop(self.beyond.get_or_insert(finding.primary.span)),
            None => {
                self.index.insert(key, self.list.len());
                self.list.push(pending);
            }
        }
    }

    /// Takes what was found elsewhere.
    pub(super) fn absorb(&mut self, other: Findings) {
        self.beyond = self.beyond.or(other.beyond);
        other.list.into_iter().for_each(|pending| self.take(pending));
    }

    /// Takes any number of drafts.
    pub fn extend(&mut self, drafts: impl IntoIterator<Item = Draft>) {
        drafts.into_iter().for_each(|draft| self.add(draft));
    }

    /// The findings so far.
    pub(super) fn pending(&self) -> impl Iterator<Item = &Pending> {
        self.list.iter()
    }

    /// Keeps the proposals that `keep` says yes to.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&mut Proposal) -> bool) {
        self.list.iter_mut().for_each(|p| p.proposals.retain_mut(&mut keep));
    }

    /// Where the first finding points that was too many, and the words for it.
    #[must_use]
    pub fn beyond(&self) -> Option<(Span, String)> {
        self.beyond.map(|span| (span, format!("there are more than {MAX_FINDINGS} findings; the others were left out")))
    }

    /// The files that findings point into.
    pub fn files(&self) -> impl Iterator<Item = crate::source::FileId> {
        self.list.iter().map(|p| p.finding.primary.span.file)
    }

    /// All findings.
    #[must_use]
    pub fn into_list(self) -> Vec<Pending> {
        self.list
    }
}

/// A golden image in a sentence.
pub(super) fn golden_image(name: &str) -> String {
    if name.is_empty() { "a golden image without a name".to_owned() } else { format!("the golden image {name}") }
}

fn merge(known: &mut Pending, other: Pending) {
    // One text for several clusters: what one of them should think about is for none to do unasked.
    if other.proposals.is_empty() {
        known.proposals.clear();
    }
    for proposal in &mut known.proposals {
        proposal.safe &= other.proposals.iter().any(|o| o.safe && o.title == proposal.title);
    }
    let (into, from) = (&mut known.finding, other.finding);
    into.clusters.extend(from.clusters);
    into.confidence = into.confidence.min(from.confidence);
    for label in from.related {
        if into.related.len() < MOST_MERGED && !into.related.contains(&label) {
            into.related.push(label);
        }
    }
    for note in from.notes {
        if into.notes.len() < MOST_MERGED && !into.notes.contains(&note) {
            into.notes.push(note);
        }
    }
}
