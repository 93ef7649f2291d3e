//! Which findings are shown: chosen rules, severities, suppressions, confidence.

use super::Settings;
use super::share::Sharing;
use crate::cluster::Cluster;
use crate::config::{Config, UnknownArchitectures};
use crate::files::{File, Workspace};
use crate::finding::{Confidence, Finding, Label, Severity};
use crate::fix::{Files, Mender};
use crate::outcome::{Summary, Suppressed, Suppression};
use crate::rules::{Findings, Pending};
use crate::source::{FileId, Span};
use crate::suppress::{Comments, Entries, Text, mentions, today};
use std::collections::BTreeSet;

/// What to go by.
pub(super) struct Asked<'a> {
    pub(super) settings: &'a Settings,
    pub(super) config: &'a Config,
    pub(super) workspace: &'a Workspace,
    pub(super) clusters: &'a [Cluster],
    /// All of the repository is linted and could be read, so that what matches nothing is useless.
    pub(super) whole: bool,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Selection {
    /// With the number of findings that are hidden for their confidence.
    pub(super) summary: Summary,
    /// To show, in order, with their edits.
    pub(super) shown: Vec<Finding>,
    /// Hidden because somebody said so.
    pub(super) suppressed: Vec<Suppressed>,
}

impl Asked<'_> {
    /// Whether a rule is at work.
    fn ran(&self, rule: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|r| r == rule);
        let chosen = self.settings.select.is_empty() || named(&self.settings.select);
        chosen && !named(&self.settings.ignore) && self.config.rules.get(rule).is_none_or(|(severity, _)| severity.is_some())
    }

    /// Whether every rule is at work that the configuration does not switch off for good.
    fn ran_all(&self) -> bool {
        self.settings.select.is_empty() && self.settings.ignore.is_empty()
    }

    /// The severity the configuration gives to a rule's findings, and where.
    fn severity(&self, rule: &str) -> Option<(Severity, Option<Span>)> {
        match self.config.unknown_architectures {
            (UnknownArchitectures::Finding(severity), span) if rule == "unknown-architectures" => Some((severity, span)),
            _ => self.config.rules.get(rule).and_then(|(severity, span)| Some(((*severity)?, Some(*span)))),
        }
    }
}

/// Chooses. `judged` are the files whose suppressions must make sense.
pub(super) fn select(asked: &Asked<'_>, findings: Findings, judged: &dyn Fn(FileId, &File) -> bool) -> Selection {
    let workspace = asked.workspace;
    let files = |id| Some((workspace.source(id).ok()?, workspace.parsed(id)));
    let mut comments = comments(workspace, &findings, judged);
    let mut entries = Entries::new(&asked.config.ignore, &today());
    let mut judge =
        Judge { asked, mender: Mender::new(&files as &Files<'_>), sharing: Sharing::new(asked.clusters, workspace), selection: Selection::default() };
    let path = |id: FileId| workspace.file(id).path.clone();
    let mut take = |findings: Findings, comments: &mut Comments, entries: &mut Entries<'_>| {
        for pending in findings.into_list() {
            let by_comment = comments.hide(&pending.finding).map(|reason| (Suppression::Comment, reason));
            let by_entry = entries.hide(&pending.finding, &path).map(|reason| (Suppression::Configuration, reason));
            judge.take(pending, by_comment.or(by_entry));
        }
    };
    take(findings, &mut comments, &mut entries);
    // What is wrong with suppressions comes last: only now it is known which were of use.
    let mut more = Findings::default();
    comments.report(asked.whole, &|rule| asked.ran(rule), &mut more);
    take(more, &mut Comments::default(), &mut entries);
    let mut more = Findings::default();
    entries.report(asked.whole, &|rule| rule.map_or_else(|| asked.ran_all(), |rule| asked.ran(rule)), &mut more);
    take(more, &mut comments, &mut Entries::new(&[], ""));
    let mut selection = judge.selection;
    let order = |a: &Finding, b: &Finding| a.primary.span.cmp(&b.primary.span).then(a.rule.cmp(b.rule)).then_with(|| a.message.cmp(&b.message));
    selection.shown.sort_by(order);
    selection.suppressed.sort_by(|a, b| order(&a.finding, &b.finding));
    selection
}

/// The suppressions in the files that are judged, and in those that findings point into.
fn comments(workspace: &Workspace, findings: &Findings, judged: &dyn Fn(FileId, &File) -> bool) -> Comments {
    let mut files: BTreeSet<FileId> = findings.files().collect();
    files.extend(workspace.iter().filter(|(id, f)| judged(*id, f)).map(|(id, _)| id));
    let mut comments = Comments::default();
    for file in files {
        if let Ok(source) = workspace.source(file)
            && mentions(&source.text)
        {
            comments.read(Text { file, source, parsed: workspace.parsed(file), judged: judged(file, workspace.file(file)) });
        }
    }
    comments
}

struct Judge<'a> {
    asked: &'a Asked<'a>,
    mender: Mender<'a>,
    sharing: Sharing<'a>,
    selection: Selection,
}

impl Judge<'_> {
    fn take(&mut self, pending: Pending, hidden: Option<(Suppression, Option<String>)>) {
        let mut finding = pending.finding;
        if !self.asked.ran(finding.rule) {
            return;
        }
        if let Some((severity, span)) = self.asked.severity(finding.rule).filter(|(s, _)| *s != finding.severity) {
            finding.severity = severity;
            finding.related.extend(span.map(|span| Label { span, message: "its severity is set here".to_owned() }));
        }
        let least = self.asked.settings.min_confidence.or(self.asked.config.min_confidence).unwrap_or(Confidence::Medium);
        if finding.confidence < least {
            self.selection.summary.hidden += usize::from(hidden.is_none());
            return;
        }
        finding.fixes = pending.proposals.iter().flat_map(|p| self.sharing.fixes(&finding, p, &self.mender)).collect();
        finding.fixes.sort_by_key(|f| !f.safe);
        match hidden {
            Some((by, reason)) => self.selection.suppressed.push(Suppressed { finding, by, reason }),
            None => self.selection.shown.push(finding),
        }
    }
}
