//! From arguments to the settings of a run.

use super::args::{CheckArgs, InputArgs};
use super::{exit, say, scope};
use crate::finding::Confidence;
use crate::run::{Settings, unlinked};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What stands on standard input.
pub(super) fn stdin() -> io::Result<String> {
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text)?;
    Ok(text)
}

/// The settings of a run, or the exit code when the arguments make none.
pub(super) fn settings(input: &InputArgs, check: Option<&CheckArgs>) -> Result<Settings, u8> {
    let usage = |message: String| {
        let _ = say(&message);
        exit::USAGE
    };
    if let Some(refusal) = check.and_then(scope::refusal) {
        return Err(usage(refusal.to_owned()));
    }
    let directory = std::env::current_dir().map_err(|e| usage(format!("the working directory: {e}")))?;
    let dash = Path::new("-");
    let wanted = input.stdin_filename.is_some() || input.paths.iter().any(|p| p == dash);
    let mut stdin = if wanted { Some(stdin().map_err(|e| usage(format!("standard input: {e}")))?) } else { None };
    let mut texts = BTreeMap::new();
    if let Some(file) = &input.stdin_filename {
        let file = unlinked(&directory.join(file)).map_err(|e| usage(format!("{}: {e}", file.display())))?;
        texts.extend(stdin.take().map(|text| (file, text)));
    }
    let mut paths: Vec<PathBuf> = input.paths.iter().filter(|p| *p != dash).cloned().collect();
    if paths.is_empty() && stdin.is_none() {
        paths.push(PathBuf::from("."));
    }
    if input.cluster.is_some() && stdin.is_none() {
        return Err(usage("--cluster names the cluster of what stands on standard input: give `-` as a path".to_owned()));
    }
    let cores = std::thread::available_parallelism().map_or(4, usize::from);
    let settings = Settings {
        paths,
        directory,
        stdin,
        stdin_cluster: input.cluster.clone(),
        config: input.config.clone(),
        nodes: input.nodes.clone(),
        architectures: input.arch.clone(),
        release: input.hco_version,
        select: check.map(|c| c.select.clone()).unwrap_or_default(),
        ignore: check.map(|c| c.ignore.clone()).unwrap_or_default(),
        min_confidence: check.and_then(|c| c.min_confidence).map(Confidence::from),
        baseline: check.and_then(|c| c.baseline.baseline.clone()),
        // What hides no finding needs no baseline.
        no_baseline: check.is_none_or(|c| c.baseline.no_baseline || c.list_files),
        write_baseline: check.and_then(|c| c.baseline.write_baseline.clone()),
        honour_ignore: !input.no_ignore,
        threads: input.threads.map_or((cores * 2).max(8), usize::from),
        texts,
        ..Settings::default()
    };
    let settings = match check {
        Some(check) => scope::narrow(settings, check).map_err(usage)?,
        None => settings,
    };
    let linted: Vec<PathBuf> = settings.paths.iter().filter_map(|p| settings.directory.join(p).canonicalize().ok()).collect();
    match settings.texts.keys().find(|file| !linted.iter().any(|l| file.starts_with(l))) {
        Some(file) => Err(usage(format!("{} is not among what is linted", file.display()))),
        None => Ok(settings),
    }
}
