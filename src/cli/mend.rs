//! `--fix`, `--unsafe-fixes` and `--diff`: what is mended goes to files, or to the screen.

use super::args::FixArgs;
use super::{exit, say};
use crate::fix;
use crate::outcome::Outcome;
use crate::report::text::neutral;
use crate::run::{self, Changed, RunError, Settings};
use std::io::{self, IsTerminal, Write};

/// The mended texts, and how many findings they mend.
#[derive(Debug, Default)]
pub(super) struct Texts {
    asked: bool,
    fixed: usize,
    files: Vec<(String, Changed)>,
    /// Standard input, mended or as it was.
    stream: Option<String>,
}

/// What became of mended texts.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Standard output holds the mended stream.
    pub(super) stream: bool,
    /// A file could not be written.
    pub(super) failed: bool,
}

/// Lints, and mends as far as the arguments ask for it.
pub(super) fn outcome(settings: &Settings, args: &FixArgs) -> Result<(Outcome, Texts), RunError> {
    if !args.fix && !args.unsafe_fixes && !args.diff {
        return Ok((run::run(settings)?, Texts::default()));
    }
    let mended = run::mend(settings, args.unsafe_fixes)?;
    let mut files: Vec<(String, Changed)> = mended.files.into_iter().collect();
    // What standard input holds in the place of a file goes to standard output, not to the file.
    for (_, file) in &mut files {
        file.path = file.path.take().filter(|p| !settings.texts.contains_key(p));
    }
    let given = settings.stdin.as_ref().or_else(|| settings.texts.values().next()).cloned();
    let stream = files.iter().find(|(_, f)| f.path.is_none()).map(|(_, f)| f.new.clone()).or(given);
    Ok((mended.outcome, Texts { asked: true, fixed: mended.fixed, files, stream }))
}

/// Shows what would be changed.
pub(super) fn diff(texts: &Texts, color: bool) -> io::Result<u8> {
    let mut out = io::stdout().lock();
    // A patch is for programs and stays as it is; a person is shown what the lines hold.
    let seen = out.is_terminal();
    for (path, changed) in &texts.files {
        for line in fix::unified(path, &changed.old, &changed.new).split_inclusive('\n') {
            let shown = line.strip_suffix('\n').filter(|_| seen).map(|text| format!("{}\n", neutral(text.trim_end_matches('\r'))));
            let line = shown.as_deref().unwrap_or(line);
            match (color, line.as_bytes().first()) {
                (true, Some(b'+')) => write!(out, "\x1b[32m{}\x1b[0m", line)?,
                (true, Some(b'-')) => write!(out, "\x1b[31m{}\x1b[0m", line)?,
                (true, Some(b'@')) => write!(out, "\x1b[36m{}\x1b[0m", line)?,
                _ => out.write_all(line.as_bytes())?,
            }
        }
    }
    let (found, files) = (texts.fixed, texts.files.len());
    say(&format!("{} would be mended in {}", count(found, "finding"), count(files, "file")))?;
    Ok(if texts.files.is_empty() { exit::OK } else { exit::FINDINGS })
}

/// Writes what was mended.
pub(super) fn write(texts: &Texts) -> io::Result<Written> {
    let mut written = Written::default();
    if !texts.asked {
        return Ok(written);
    }
    for (name, changed) in &texts.files {
        let Some(path) = &changed.path else { continue };
        if let Err(error) = fix::write(path, &changed.old, &changed.new) {
            written.failed = true;
            say(&format!("{name}: {error}; it was not mended"))?;
        }
    }
    if let Some(text) = &texts.stream {
        written.stream = true;
        io::stdout().lock().write_all(text.as_bytes())?;
    }
    if !written.failed {
        say(&format!("{} mended in {}", count(texts.fixed, "finding"), count(texts.files.len(), "file")))?;
    }
    Ok(written)
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
