//! Fixes carried out in memory, again and again until there is nothing left to mend.

use super::{RunError, STDIN, Settings, run};
use crate::finding::{Confidence, Fix};
use crate::fix;
use crate::outcome::Outcome;
use crate::report::fingerprint::Fingerprints;
use crate::source::{FileId, Source};
use crate::yaml;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What is left after fixes, and the texts they make.
#[derive(Debug)]
pub struct Mended {
    /// What is found in the mended texts.
    pub outcome: Outcome,
    /// How many findings were mended.
    pub fixed: usize,
    /// The changed files, by path as shown.
    pub files: BTreeMap<String, Changed>,
}

/// One changed file.
#[derive(Debug)]
pub struct Changed {
    /// Where it lies; `None` for standard input.
    pub path: Option<PathBuf>,
    /// Its text before.
    pub old: String,
    /// Its text after.
    pub new: String,
}

/// How often to lint again. One round mends everything that is not near to each other, so few are ever needed.
const ROUNDS: usize = 20;

/// Lints, and mends what can be mended: what is safe, or with `all` everything. Only linted files are changed, and nothing is written.
///
/// # Errors
/// As for [`run`].
pub fn mend(settings: &Settings, all: bool) -> Result<Mended, RunError> {
    let mut settings = settings.clone();
    let mut files: BTreeMap<String, Changed> = BTreeMap::new();
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    let mut outcome = run(&settings)?;
    for _ in 0..ROUNDS {
        let names = names(&outcome);
        for name in &names {
            seen.entry(name.clone()).or_insert_with(|| Seen { first: names.iter().filter(|n| *n == name).count(), tried: BTreeMap::new() });
        }
        // A fix that leaves its finding is not made again.
        let known = |number: usize| names.get(number).and_then(|n| seen.get(n));
        let fresh = |number: usize, fix: &Fix| known(number).is_some_and(|s| s.tried.get(&fix.title).is_none_or(|tried| *tried < s.first));
        let wanted = |number: usize, fix: &Fix| {
            let sure = outcome.findings.get(number).is_some_and(|f| f.confidence > Confidence::Low);
            let here = fix.edits.iter().all(|e| writable(&outcome, e.span.file));
            (all || (fix.safe && sure)) && here && fresh(number, fix)
        };
        let mut chosen = fix::choose(&outcome.findings, &wanted);
        let Some(first) = chosen.fixes.first().cloned() else { break };
        // Each fix is sound by itself; should they not be together, they are made one by one.
        if chosen.files.iter().any(|file| broken(&outcome, *file, &chosen)) {
            chosen = fix::Chosen { fixes: vec![first], files: first.1.edits.iter().map(|e| e.span.file).collect() };
        }
        for file in &chosen.files {
            let Some(source) = outcome.source(*file) else { continue };
            let Some(text) = fix::apply(&source.text, &chosen.edits(*file)) else { continue };
            take(&mut settings, &mut files, source, outcome.files.get(file).cloned(), text);
        }
        for (number, fix) in &chosen.fixes {
            if let Some(seen) = names.get(*number).and_then(|n| seen.get_mut(n)) {
                *seen.tried.entry(fix.title.clone()).or_default() += 1;
            }
        }
        outcome = run(&settings)?;
    }
    let left = names(&outcome);
    let mended = |(name, seen): (&String, &Seen)| {
        let gone = seen.first.saturating_sub(left.iter().filter(|n| *n == name).count());
        gone.min(seen.tried.values().sum())
    };
    files.retain(|_, f| f.old != f.new);
    Ok(Mended { fixed: seen.iter().map(mended).sum(), outcome, files })
}

/// What is remembered of the findings of one fingerprint.
struct Seen {
    /// How many there were at first.
    first: usize,
    /// How often each fix was made.
    tried: BTreeMap<String, usize>,
}

/// The fingerprint of every finding, without the number that tells equal ones apart.
fn names(outcome: &Outcome) -> Vec<String> {
    let base = |print: String| print.split('-').next().unwrap_or_default().to_owned();
    Fingerprints::of(outcome).findings.into_iter().map(base).collect()
}

/// Remembers a new text, and makes the next run read it.
fn take(settings: &mut Settings, files: &mut BTreeMap<String, Changed>, source: &Source, path: Option<PathBuf>, text: String) {
    let first = || Changed { path: path.clone(), old: source.text.clone(), new: String::new() };
    files.entry(source.path.clone()).or_insert_with(first).new.clone_from(&text);
    match path {
        Some(path) => {
            settings.texts.insert(path, text);
        }
        None => settings.stdin = Some(text),
    }
}

/// Whether a file's text can be changed: a linted file, or standard input.
fn writable(outcome: &Outcome, file: FileId) -> bool {
    outcome.files.contains_key(&file) || outcome.source(file).is_some_and(|s| s.path == STDIN)
}

/// Whether all chosen edits of a file together leave more problems in it than there were.
fn broken(outcome: &Outcome, file: FileId, chosen: &fix::Chosen<'_>) -> bool {
    let Some(source) = outcome.source(file) else { return true };
    let problems = |text: &str| yaml::parse(file, text).problems.len();
    fix::apply(&source.text, &chosen.edits(file)).is_none_or(|text| problems(&text) > problems(&source.text))
}
