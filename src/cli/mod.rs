//! The command line: arguments in, exit code out.

mod args;
mod baseline;
mod check;
mod explain;
mod mend;
mod progress;
mod scope;
mod settings;
mod shell;

use crate::report::is_active;
use args::{Cli, Command};
use clap::Parser;
use std::io::{self, Write};

/// Exit codes, the same for every format.
mod exit {
    /// Checked, nothing at or above `--fail-on`.
    pub(super) const OK: u8 = 0;
    /// At least one finding at or above `--fail-on`.
    pub(super) const FINDINGS: u8 = 1;
    /// Usage or configuration error.
    pub(super) const USAGE: u8 = 2;
    /// No manifest was read at all.
    pub(super) const NOTHING: u8 = 3;
    /// The result is incomplete.
    pub(super) const INCOMPLETE: u8 = 4;

    /// Each with its meaning, for the manual.
    pub(super) const MEANINGS: [(u8, &str); 5] = [
        (OK, "checked, and nothing at or above --fail-on"),
        (FINDINGS, "at least one finding at or above --fail-on, of medium or high confidence; with --diff, something to mend"),
        (USAGE, "the command line or the configuration is wrong"),
        (NOTHING, "nothing to check: no manifest was read"),
        (INCOMPLETE, "something could not be read, so the result is incomplete"),
    ];
}

/// Tells people something on standard error, on one line of its own.
fn say(message: &str) -> io::Result<()> {
    writeln!(io::stderr(), "hco-lint: {}", crate::report::harmless::line(message))
}

/// Runs the program with the process's arguments and gives its exit code.
#[must_use]
pub fn main() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // An argument may hold what a terminal or a build server obeys; clap repeats it as it is.
            let odd = std::env::args_os().any(|a| a.to_string_lossy().chars().any(is_active));
            // Help and version are no errors; clap knows which stream they go to.
            let _ = if odd && error.use_stderr() {
                say(error.to_string().trim_start_matches("error: ").split("\n\n").next().unwrap_or_default())
            } else {
                error.print()
            };
            return if error.use_stderr() { exit::USAGE } else { exit::OK };
        }
    };
    let done = match cli.command {
        None => check::check(&cli.check),
        Some(Command::Check(args)) => check::check(&args),
        Some(Command::Topology(args)) => check::topology(&args),
        Some(Command::Snapshot { file }) => check::snapshot(file.as_deref()),
        Some(Command::Explain { rule }) => explain::explain(rule.as_deref()),
        Some(Command::Lsp) => crate::lsp::serve(io::stdin(), &mut io::stdout().lock()),
        Some(Command::Completions { shell }) => shell::completions(shell),
        Some(Command::Man { command }) => shell::man(command.as_deref()),
    };
    match done {
        Ok(code) => code,
        // The reader went away: it has seen what it wanted.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit::OK,
        Err(error) => {
            let _ = say(&error.to_string());
            exit::INCOMPLETE
        }
    }
}
