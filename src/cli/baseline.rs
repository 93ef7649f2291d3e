//! `--write-baseline`: what a run finds goes to a file, and counts as known from then on.

use super::say;
use crate::baseline::{Effect, record, text};
use crate::fix;
use crate::outcome::{Outcome, Suppressed, Suppression};
use std::io;
use std::path::Path;

/// Writes the baseline and hides what is in it; not when nothing was checked. `false` when it could not be written.
pub(super) fn write(path: &Path, outcome: &mut Outcome) -> io::Result<bool> {
    if outcome.summary.files == 0 {
        say(&format!("{}: nothing was checked, so no baseline was written", path.display()))?;
        return Ok(true);
    }
    let entries = record(outcome);
    if let Err(error) = fix::put(path, &text(&entries)) {
        say(&format!("{}: {error}; no baseline was written", path.display()))?;
        return Ok(false);
    }
    let found = std::mem::take(&mut outcome.findings).into_iter().filter(|f| !crate::baseline::is_about(f));
    outcome.suppressed.extend(found.map(|finding| Suppressed { finding, by: Suppression::Baseline, reason: None, at: None }));
    outcome.suppressed.sort_by_key(|s| s.finding.primary.span);
    outcome.baseline = Some(Effect::default());
    let (noun, written) = (if entries.len() == 1 { "finding" } else { "findings" }, entries.len());
    say(&format!("{written} {noun} recorded in {}", path.display()))?;
    Ok(true)
}
