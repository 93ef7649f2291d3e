//! Running the program.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What one run printed, and its exit code.
pub(crate) struct Ran {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: i32,
}

/// A command, run to its end without standard input.
pub(crate) fn ran(command: &mut Command) -> Ran {
    ran_with(command, "")
}

/// A command, run to its end with this on standard input.
pub(crate) fn ran_with(command: &mut Command, input: &str) -> Ran {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    // What does not read it may be gone by now.
    let _ = child.stdin.take().expect("standard input").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ran { out: text(output.stdout), err: text(output.stderr), code: output.status.code().expect("a code") }
}

/// The program with these arguments, in this directory.
pub(crate) fn hco_lint(directory: &Path, arguments: &[&str]) -> Ran {
    ran(Command::new(env!("CARGO_BIN_EXE_hco-lint")).args(arguments).current_dir(directory).env("NO_COLOR", "1"))
}
