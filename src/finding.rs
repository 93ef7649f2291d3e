//! A finding: one thing that is wrong, on the line that decides it, for exactly the clusters it is true of.

use crate::source::Span;
use std::collections::BTreeSet;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Advice.
    Info,
    /// An alert will fire or something is silently lost.
    Warning,
    /// Admission refuses the resource or the operator breaks.
    Error,
}

impl Severity {
    /// The name people and machines read.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// How sure we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// True in some reading of the repository, not in all.
    Low,
    /// Rests on a likely link, such as a directory convention.
    Medium,
    /// Follows from what is declared.
    High,
}

impl Confidence {
    /// The name people and machines read.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// What happens if it is deployed as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consequence {
    /// Admission refuses it.
    Rejected,
    /// The operator degrades.
    Breaks,
    /// The operator raises an alert.
    Alert,
    /// Something is lost and nobody is told.
    SilentLoss,
    /// What is written has no effect.
    Ignored,
    /// Nothing yet.
    Advice,
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// Severity, after configuration.
    pub severity: Severity,
    /// Confidence.
    pub confidence: Confidence,
    /// The operator's alert, if it has one for this.
    pub alert: Option<&'static str>,
    /// What happens.
    pub consequence: Consequence,
    /// The defect, in one line without a full stop.
    pub message: String,
    /// What to do, if more than the fixes say.
    pub help: Option<String>,
    /// Further remarks: assumptions, why the confidence is not high.
    pub notes: Vec<String>,
    /// The clusters it is true of, by display name; empty when it concerns no particular cluster (a broken file).
    pub clusters: BTreeSet<String>,
    /// The object it is about.
    pub object: ObjectRef,
    /// The field it is about, as a path of keys; part of the fingerprint.
    pub field: String,
    /// The line to edit, and the words beside it.
    pub primary: Label,
    /// Evidence and other places, in the order to show them.
    pub related: Vec<Label>,
    /// Ways to mend it, best first.
    pub fixes: Vec<Fix>,
}

/// What a finding is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// Kind; empty for a file that is no manifest.
    pub kind: String,
    /// Name.
    pub name: String,
    /// The part of the object: a golden image's name, a pool's.
    pub item: Option<String>,
}

/// A place and what to say of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A few words.
    pub message: String,
}

/// One way to mend a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// Whether it can be applied without a person thinking about it.
    pub safe: bool,
    /// The edits; together they make one change.
    pub edits: Vec<Edit>,
}

/// A replacement of bytes in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// The text to put there.
    pub text: String,
}
