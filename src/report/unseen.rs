//! What a run did not see. Every format says it: silence about a file nobody could read would look like approval.

use super::place::Place;
use super::text::{count, neutral};
use crate::outcome::Outcome;
use crate::source::Span;
use std::borrow::Cow;

/// One thing that was not seen.
pub(crate) struct Unseen<'a> {
    /// What kind of thing.
    pub(crate) kind: Kind,
    /// What and why, on one line, without the place.
    pub(crate) reason: Cow<'a, str>,
    /// The file it is about; `None` when it is about the run.
    pub(crate) file: Option<&'a str>,
    /// Where in the file, if it is a place and not all of it.
    pub(crate) span: Option<Span>,
}

/// Kinds of what was not seen, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// No manifest was read at all.
    Nothing,
    /// A file could not be read.
    Unreadable,
    /// A file holds templates.
    Template,
    /// A manifest refers to something that is not here.
    Unresolved,
}

impl Kind {
    /// The name machines read.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Nothing => "nothing-checked",
            Kind::Unreadable => "unreadable",
            Kind::Template => "template",
            Kind::Unresolved => "unresolved",
        }
    }

    /// Whether the run failed to do what it was asked (as opposed to meeting what no static reading can see).
    pub(crate) fn is_failure(self) -> bool {
        matches!(self, Kind::Nothing | Kind::Unreadable)
    }
}

/// Everything that was not seen, worst first.
pub(crate) fn unseen(outcome: &Outcome) -> Vec<Unseen<'_>> {
    let summary = &outcome.summary;
    let mut out = Vec::new();
    if summary.is_empty() {
        let reason = format!("nothing was checked: no manifest among {}", count(summary.files, "file"));
        out.push(Unseen { kind: Kind::Nothing, reason: Cow::Owned(reason), file: None, span: None });
    }
    for (file, reason) in &summary.unreadable {
        out.push(Unseen {
            kind: Kind::Unreadable,
            reason: Cow::Owned(format!("could not be read: {}", neutral(reason))),
            file: Some(file),
            span: None,
        });
    }
    for file in &summary.templates {
        let reason = Cow::Borrowed("holds templates that are not evaluated in full");
        out.push(Unseen { kind: Kind::Template, reason, file: Some(file), span: None });
    }
    for u in &outcome.unresolved {
        let file = outcome.source(u.span.file).map(|s| s.path.as_str());
        out.push(Unseen { kind: Kind::Unresolved, reason: neutral(&u.reason), file, span: Some(u.span) });
    }
    out
}

impl Unseen<'_> {
    /// Its path, with the line where there is one.
    pub(crate) fn place(&self, outcome: &Outcome) -> Option<String> {
        self.file.map(|file| self.span.map_or_else(|| file.to_owned(), |span| Place::of(outcome, span).line()))
    }

    /// On one line: where, as `path` has it, and what.
    pub(crate) fn line(&self, outcome: &Outcome, path: impl Fn(&str) -> String) -> String {
        match self.place(outcome) {
            Some(place) => format!("{}: {}", neutral(&path(&place)), self.reason),
            None => self.reason.clone().into_owned(),
        }
    }
}

/// How many of which kind, in words: `1 file could not be read, 2 references were not resolved`. Empty when everything was seen.
pub(crate) fn tally(unseen: &[Unseen]) -> String {
    let of = |kind| unseen.iter().filter(|u| u.kind == kind).count();
    let part = |n: usize, noun, verb| (n > 0).then(|| format!("{} {verb}", count(n, noun)));
    let parts = [
        part(of(Kind::Unreadable), "file", "could not be read"),
        part(of(Kind::Template), "file", "with templates"),
        part(of(Kind::Unresolved), "reference", "not resolved"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
