//! Which findings are asked for where not all are: those that a change brings.

use super::{Place, RunError, Settings, run};
use crate::baseline::{Baseline, Entry, Seen, recall};
use crate::files::{Workspace, normalise};
use crate::finding::Finding;
use crate::git::{self, Checkout, Tree};
use crate::outcome::Outcome;
use crate::report::fingerprint::{Fingerprints, identity};
use crate::source::FileId;
use crate::text::and;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The findings that are asked for. By default all.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Those that were not there before, or in fewer clusters.
    since: Option<Since>,
    /// And those that rest on one of these files and directories.
    changed: Option<Vec<PathBuf>>,
    before: Arc<OnceLock<Result<Before, String>>>,
}

/// What *before* means.
#[derive(Clone, Debug)]
pub enum Since {
    /// In a revision.
    Revision(String),
    /// Where the second of two revisions left the first one.
    Fork(String, String),
    /// In the last commit.
    LastCommit,
}

/// The repository as it was.
#[derive(Debug)]
struct Before {
    tree: Tree,
    findings: OnceLock<Result<Known, String>>,
}

/// What was found in it.
#[derive(Clone, Debug)]
struct Known {
    entries: Vec<Entry>,
    /// Why nothing was.
    failure: Option<String>,
}

impl Scope {
    /// The findings that were not there before, and those that rest on a changed file or directory.
    #[must_use]
    pub fn new(since: Option<Since>, changed: Option<Vec<PathBuf>>) -> Self {
        Self { since, changed, before: Arc::default() }
    }

    /// Why nothing could be said of the earlier revision, if so.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        let before = self.before.get()?.as_ref().ok()?;
        before.findings.get()?.as_ref().ok()?.failure.as_deref()
    }

    fn before(&self, place: &Place, since: &Since) -> Result<&Before, String> {
        let read = || {
            let tree = match since {
                _ if !place.versioned => Err(format!("{} is not in a Git repository", place.boundary.display())),
                Since::Revision(revision) => git::tree(&place.boundary, revision),
                Since::Fork(from, to) => git::fork_point(&place.boundary, from, to),
                Since::LastCommit => git::last_commit(&place.boundary),
            };
            Ok(Before { tree: tree?, findings: OnceLock::new() })
        };
        self.before.get_or_init(read).as_ref().map_err(Clone::clone)
    }
}

/// Keeps what is asked for, and says how many findings are not.
pub(super) fn narrow(settings: &Settings, place: &Place, workspace: &Workspace, findings: &mut Vec<Finding>) -> Result<Option<usize>, RunError> {
    let Some(since) = &settings.scope.since else { return Ok(None) };
    let usage = |message: String| RunError::Usage(vec![message]);
    // A revision that is not there is said also where nothing needs it.
    let before = settings.scope.before(place, since).map_err(usage)?;
    let all = findings.len();
    let changed = settings.scope.changed.as_ref().map(|paths| keys(paths, settings, place));
    let key = |id: FileId| &*workspace.file(id).path;
    let files = |f: &Finding| -> BTreeSet<FileId> { std::iter::once(&f.primary).chain(&f.related).map(|l| l.span.file).collect() };
    let touched = |id: FileId| changed.as_ref().is_some_and(|c| covers(c, key(id)));
    let mut asked: Vec<bool> = findings.iter().map(|f| files(f).into_iter().any(touched)).collect();
    if asked.contains(&false) {
        let known = before.findings.get_or_init(|| found(settings, place, &before.tree)).as_ref().map_err(|e| usage(e.clone()))?;
        let print = |f: &Finding| format!("{:032x}", identity(f, &workspace.from_root(f.primary.span.file)));
        let seen = Seen { shown: findings.iter().map(|f| (f, print(f))).collect(), ..Seen::default() };
        let recalled = recall(&Baseline { file: FileId(0), entries: known.entries.clone() }, &seen, &|file| workspace.find_any(file).is_none()).shown;
        for ((asked, finding), known) in asked.iter_mut().zip(findings.iter_mut()).zip(recalled) {
            if *asked || known.as_ref().is_some_and(BTreeSet::is_empty) {
                continue;
            }
            // What rests on a file that is no part of the repository yet is not what a commit brings.
            let mut tracked = true;
            for id in files(finding).into_iter().filter(|id| changed.is_some() && !touched(*id) && is_file(place, key(*id))) {
                tracked &= before.tree.knows(key(id)).map_err(usage)?;
            }
            if tracked {
                *asked = true;
                finding.notes.extend(known.map(|more| format!("it was there before, but not for {}", and(&more.iter().collect::<Vec<_>>()))));
            }
        }
    }
    let mut asked = asked.into_iter();
    findings.retain(|_| asked.next().unwrap_or(true));
    Ok(Some(all - findings.len()))
}

/// The paths relative to the repository, as they are written and as links lead.
fn keys(paths: &[PathBuf], settings: &Settings, place: &Place) -> BTreeSet<String> {
    let here = settings.directory.canonicalize().unwrap_or_else(|_| settings.directory.clone());
    let written = |path: &PathBuf| {
        let path = here.join(path);
        normalise(&path.strip_prefix(&place.boundary).ok()?.to_string_lossy().replace('\\', "/"))
    };
    paths.iter().flat_map(|path| written(path).into_iter().chain([place.key(&here.join(path))])).collect()
}

/// Whether a file is one of these, or lies below one.
fn covers(paths: &BTreeSet<String>, file: &str) -> bool {
    paths.contains("") || paths.contains(file) || file.match_indices('/').any(|(at, _)| paths.contains(&file[..at]))
}

fn is_file(place: &Place, key: &str) -> bool {
    Path::new(key).is_relative() && place.boundary.join(key).is_file()
}

/// What the same run finds in the repository as it was. Where it cannot be made, nothing was found, and everything is new.
fn found(settings: &Settings, place: &Place, tree: &Tree) -> Result<Known, String> {
    let known = |outcome: Outcome| Known { entries: entries(&outcome), failure: None };
    let failed =
        |why: &str| Known { entries: Vec::new(), failure: Some(format!("the revision before cannot be linted ({why}): everything counts as new")) };
    let here = settings.directory.canonicalize().map_err(|e| format!("{}: {e}", settings.directory.display()))?;
    // Where the program was started decides which configuration holds: the directories lie to each other as they do here.
    let below = place.boundary.strip_prefix(&here).ok().filter(|b| !b.as_os_str().is_empty()).unwrap_or(Path::new("tree"));
    settings.stage.set("reading the revision before");
    // What the command line names is taken as it was, or as it is where it was not there.
    let options = settings.config.iter().chain(&settings.baseline).chain(settings.nodes.iter().map(|(_, path)| path));
    let options: Vec<PathBuf> = options.filter_map(|path| here.join(path).canonicalize().ok()).collect();
    let named = place.linted.iter().chain(&options).filter_map(|path| path.strip_prefix(&place.boundary).ok()).collect();
    let mut checkout = Checkout::new(tree, below, &named)?;
    let directory = match here.strip_prefix(&place.boundary) {
        Ok(inside) => checkout.root.join(inside),
        Err(_) if place.boundary.starts_with(&here) => checkout.directory().to_path_buf(),
        Err(_) => checkout.directory().join("elsewhere"),
    };
    std::fs::create_dir_all(&directory).map_err(|e| format!("a temporary directory cannot be written: {e}"))?;
    let then = |path: &Path| path.strip_prefix(&place.boundary).ok().map(|p| checkout.root.join(p)).filter(|p| p.exists());
    let paths: Vec<PathBuf> = place.linted.iter().filter_map(|p| then(p)).collect();
    if paths.is_empty() {
        return Ok(known(Outcome::default()));
    }
    let option = |path: &PathBuf| {
        let path = here.join(path);
        let path = path.canonicalize().unwrap_or(path);
        then(&path).unwrap_or(path)
    };
    let earlier = Settings {
        paths,
        directory,
        config: settings.config.as_ref().map(option),
        baseline: settings.baseline.as_ref().map(option),
        nodes: settings.nodes.iter().map(|(cluster, path)| (cluster.clone(), option(path))).collect(),
        texts: std::mem::take(&mut checkout.texts),
        scope: Scope::default(),
        ..settings.clone()
    };
    Ok(match run(&earlier) {
        Ok(outcome) => known(outcome),
        Err(RunError::Usage(messages)) => failed(messages.first().map_or("", String::as_str)),
        Err(RunError::Config(source, errors)) => failed(&errors.first().map_or(String::new(), |e| {
            let at = source.position(e.span.start as usize);
            format!("{}:{}:{}: {}", source.path, at.line, at.column, e.message)
        })),
    })
}

/// The findings that are shown, as a baseline would record them.
fn entries(outcome: &Outcome) -> Vec<Entry> {
    let entry = |(finding, fingerprint): (&Finding, &String)| Entry {
        fingerprint: fingerprint.clone(),
        rule: finding.rule.to_owned(),
        file: outcome.source(finding.primary.span.file).map_or(String::new(), |s| outcome.shown.from_root(&s.path)),
        object: String::new(),
        message: String::new(),
        clusters: finding.clusters.clone(),
        place: None,
    };
    outcome.findings.iter().zip(&Fingerprints::of(outcome).findings).map(entry).collect()
}
