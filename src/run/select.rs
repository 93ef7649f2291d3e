//! Which findings are shown: chosen rules, severities, suppressions, confidence.

use super::Settings;
use super::share::Sharing;
use crate::baseline::{Baseline, Effect, Entry, MAX_MOVED, Seen, recall};
use crate::cluster::{Assumptions, Cluster};
use crate::config::{Config, UnknownArchitectures};
use crate::files::{File, Workspace};
use crate::finding::{Confidence, Finding, Label, Severity};
use crate::fix::{Change, Files, Mender, Proposal};
use crate::outcome::{Summary, Suppressed, Suppression};
use crate::report::fingerprint::identity;
use crate::rules::{self, Draft, Findings, Pending};
use crate::source::{FileId, Span};
use crate::suppress::{Comments, Entries, Text, mentions, today};
use crate::text::and;
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// What to go by.
pub(super) struct Asked<'a> {
    pub(super) settings: &'a Settings,
    pub(super) config: &'a Config,
    pub(super) workspace: &'a Workspace,
    pub(super) clusters: &'a [Cluster],
    pub(super) baseline: Option<&'a Baseline>,
    /// All of the repository is linted and could be read, so that what matches nothing is useless.
    pub(super) whole: bool,
    pub(super) assumptions: &'a Assumptions<'a>,
    /// The files of resources whose clusters' nodes nothing tells.
    pub(super) undecided: OnceCell<BTreeSet<FileId>>,
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
    /// What the baseline does.
    pub(super) baseline: Option<Effect>,
    /// Hidden for their confidence.
    pub(super) faint: Vec<Finding>,
    /// Where there would be too many findings about suppressions and the baseline, and the words for it.
    pub(super) beyond: Option<(Span, String)>,
}

impl Asked<'_> {
    /// Whether a rule is at work.
    fn ran(&self, rule: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|r| r == rule);
        let chosen = self.settings.select.is_empty() || named(&self.settings.select);
        chosen && !named(&self.settings.ignore) && self.config.rules.get(rule).is_none_or(|(severity, _)| severity.is_some())
    }

    /// The rules that are switched off by name, and where; nothing for the command line.
    pub(super) fn off(&self) -> Vec<(&'static str, Option<Span>)> {
        let by_option = |rule: &str| self.settings.ignore.iter().any(|r| r == rule).then_some(None);
        let by_line = |rule: &str| self.config.rules.get(rule).filter(|(severity, _)| severity.is_none()).map(|(_, span)| Some(*span));
        crate::rules::names().filter_map(|rule| Some((rule, by_option(rule).or_else(|| by_line(rule))?))).collect()
    }

    /// Whether every rule is at work that the configuration does not switch off for good.
    fn ran_all(&self) -> bool {
        self.settings.select.is_empty() && self.settings.ignore.is_empty()
    }

    /// Whether a rule may find something in one of these files once facts from outside the repository, such as `--nodes`, tell more of the
    /// nodes. What the run itself reports needs no nodes.
    fn may_find_more(&self, rule: Option<&str>, here: impl Fn(FileId) -> bool) -> bool {
        let files = || {
            let subjects = self.clusters.iter().filter_map(|c| c.subject(self.assumptions)).filter(|s| s.is_undecided());
            subjects.flat_map(|s| s.claim.files.iter().copied().chain([s.hco.root().span().file]).collect::<Vec<_>>()).collect()
        };
        rule.and_then(rules::find).is_none_or(|rule| !rule.is_housekeeping()) && self.undecided.get_or_init(files).iter().any(|id| here(*id))
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
    let mut judge = Judge {
        asked,
        mender: Mender::new(&files as &Files<'_>),
        sharing: Sharing::new(asked.clusters, workspace),
        selection: Selection::default(),
        beyond: None,
    };
    let path = |id: FileId| workspace.file(id).path.to_string();
    let mut take = |findings: Findings, comments: &mut Comments, entries: &mut Entries<'_>| {
        let list = findings.into_list();
        let by_comments = comments.hide(&list.iter().map(|pending| &pending.finding).collect::<Vec<_>>());
        for (pending, by_comment) in list.into_iter().zip(by_comments) {
            let by_comment = by_comment.map(|by| (Suppression::Comment, by));
            let by_entry = entries.hide(&pending.finding, &path).map(|by| (Suppression::Configuration, by));
            judge.take(pending, by_comment.or(by_entry));
        }
    };
    take(findings, &mut comments, &mut entries);
    // What is wrong with suppressions comes last: only now it is known which were of use.
    let mut more = Findings::default();
    comments.report(&|rule, file| asked.whole && asked.ran(rule) && !asked.may_find_more(Some(rule), |id| id == file), &mut more);
    let mut beyond = more.beyond();
    take(more, &mut Comments::default(), &mut entries);
    let mut more = Findings::default();
    let seen = |rule: Option<&str>, covers: &dyn Fn(&str) -> bool| {
        let ran = rule.map_or_else(|| asked.ran_all(), |rule| asked.ran(rule));
        asked.whole && ran && !asked.may_find_more(rule, |id| covers(&path(id)))
    };
    entries.report(&seen, &mut more);
    beyond = beyond.or(more.beyond());
    take(more, &mut comments, &mut Entries::new(&[], ""));
    judge.selection.sort();
    if let Some(baseline) = asked.baseline {
        let mut more = Findings::default();
        judge.baseline(baseline, &mut more);
        beyond = beyond.or(more.beyond()).or(judge.beyond.take());
        more.into_list().into_iter().for_each(|pending| judge.take(pending, None));
        judge.selection.sort();
    }
    Selection { beyond, ..judge.selection }
}

impl Selection {
    fn sort(&mut self) {
        let order = |a: &Finding, b: &Finding| a.primary.span.cmp(&b.primary.span).then(a.rule.cmp(b.rule)).then_with(|| a.message.cmp(&b.message));
        self.shown.sort_by(order);
        self.suppressed.sort_by(|a, b| order(&a.finding, &b.finding));
    }
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
    beyond: Option<(Span, String)>,
}

impl Judge<'_> {
    fn take(&mut self, pending: Pending, hidden: Option<(Suppression, (Span, Option<String>))>) {
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
            self.selection.faint.push(finding);
            return;
        }
        finding.fixes = pending.proposals.iter().flat_map(|p| self.sharing.fixes(&finding, p, &self.mender)).collect();
        finding.fixes.sort_by_key(|f| !f.safe);
        match hidden {
            Some((by, (at, reason))) => self.selection.suppressed.push(Suppressed { finding, by, reason, at: Some(at) }),
            None => self.selection.shown.push(finding),
        }
    }

    /// Hides what the baseline knows, and says which of its entries are stale.
    fn baseline(&mut self, baseline: &Baseline, findings: &mut Findings) {
        let workspace = self.asked.workspace;
        let print = |f: &Finding| format!("{:032x}", identity(f, &workspace.from_root(f.primary.span.file)));
        let selection = std::mem::take(&mut self.selection);
        let seen = Seen {
            shown: selection.shown.iter().map(|f| (f, print(f))).collect(),
            suppressed: selection.suppressed.iter().map(|s| (&s.finding, print(&s.finding))).collect(),
            faint: selection.faint.iter().map(|f| (f, print(f))).collect(),
        };
        let recalled = recall(baseline, &seen, &|file| workspace.find_any(file).is_none());
        let mut effect = Effect { kept: recalled.dormant };
        if recalled.beyond {
            let words =
                format!("findings are held against more than {MAX_MOVED} files that the baseline names and that are gone; the others are new");
            self.beyond = Some((Span::new(baseline.file, 0, 0), words));
        }
        let (mut shown, mut suppressed) = (Vec::new(), selection.suppressed);
        for (mut finding, known) in selection.shown.into_iter().zip(recalled.shown) {
            match known {
                Some(new) if new.is_empty() => {
                    suppressed.push(Suppressed { finding, by: Suppression::Baseline, reason: None, at: None });
                }
                Some(new) => {
                    finding.notes.push(format!("the baseline has it, but not for {}", and(&new.iter().collect::<Vec<_>>())));
                    shown.push(finding);
                }
                None => shown.push(finding),
            }
        }
        for (entry, gone) in recalled.stale {
            let undecided = self.asked.may_find_more(Some(&entry.rule), |id| workspace.from_root(id) == entry.file);
            if self.asked.whole && self.asked.ran(&entry.rule) && !undecided {
                findings.report("baseline-stale", stale(&entry, &gone, baseline.file));
            } else {
                effect.kept.push(Entry { clusters: gone, ..entry });
            }
        }
        self.selection = Selection { shown, suppressed, baseline: Some(effect), ..selection };
    }
}

/// An entry without a finding, or without one for some of its clusters.
fn stale(entry: &Entry, gone: &BTreeSet<String>, file: FileId) -> Draft {
    let span = entry.place.as_ref().map_or(Span::new(file, 0, 0), |p| p.span);
    let about = if entry.object.is_empty() { String::new() } else { format!(" about {}", entry.object) };
    let place = if entry.file.is_empty() { String::new() } else { format!(" in {}", entry.file) };
    let finding = format!("the finding of {}{about}{place}", entry.rule);
    let whole = *gone == entry.clusters;
    let clusters = and(&gone.iter().collect::<Vec<_>>());
    let (draft, title) = if whole {
        (Draft::new(span, "this hides nothing", format!("{finding} is gone")), "remove the entry".to_owned())
    } else {
        (Draft::new(span, "this hides less than it says", format!("{finding} is gone from {clusters}")), format!("remove {clusters} from it"))
    };
    let items = entry.place.iter().flat_map(|p| if whole { std::slice::from_ref(&p.item) } else { p.item.items_at(&["clusters"]) });
    let changes = items.filter(|i| whole || i.text().is_some_and(|name| gone.contains(name))).map(|i| Change::RemoveItem { item: i.clone() });
    let draft = draft.fix(Proposal { title, safe: true, changes: changes.collect() });
    draft.field("baseline").item(&entry.fingerprint).help("remove what is gone from the baseline, or write it again with `--write-baseline`")
}
