//! `--diff-base` and `--changed`: which findings are asked for.

use super::args::CheckArgs;
use crate::run::{Scope, Settings, Since};
use std::path::Path;

/// What is wrong with arguments that ask for a comparison, if anything is.
pub(super) fn refusal(args: &CheckArgs) -> Option<&'static str> {
    let stdin = args.input.paths.iter().any(|p| p == Path::new("-"));
    match (&args.scope.diff_base, args.scope.changed) {
        (_, true) if stdin => Some("--changed takes the names of changed files, and not what they hold"),
        (Some(_), _) if stdin => Some("what stands on standard input has no earlier revision: --diff-base takes files and directories"),
        _ => None,
    }
}

/// Narrows a run to what a change brings.
pub(super) fn narrow(settings: Settings, args: &CheckArgs) -> Result<Settings, String> {
    let revision = args.scope.diff_base.clone().map(Since::Revision);
    if !args.scope.changed {
        return Ok(Settings { scope: Scope::new(revision, None), ..settings });
    }
    let here = settings.directory.canonicalize().map_err(|e| format!("the working directory: {e}"))?;
    let Some(root) = here.ancestors().find(|a| a.join(".git").exists()) else {
        return Err(format!("--changed compares with the last commit, and {} is not in a Git repository", here.display()));
    };
    // What pre-commit says where it looks at commits and not at what is staged.
    let variable = |name| std::env::var(name).ok().filter(|v| !v.is_empty());
    let fork = variable("PRE_COMMIT_FROM_REF").zip(variable("PRE_COMMIT_TO_REF")).map(|(from, to)| Since::Fork(from, to));
    let base = revision.or(fork).unwrap_or(Since::LastCommit);
    let scope = Scope::new(Some(base), Some(args.input.paths.clone()));
    Ok(Settings { paths: vec![root.to_path_buf()], scope, ..settings })
}
