//! Starting `git` so that nothing but its own code runs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Variables that hooks of git set, and that would lead to another repository than the one asked for: those of `git rev-parse
/// --local-env-vars` that are not the user's own settings.
const LOCAL: [&str; 13] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// What the repository's configuration must not decide.
const FIXED: [&str; 4] = ["core.fsmonitor=false", "core.hooksPath=/dev/null", "core.pager=cat", "protocol.allow=never"];

/// Git in one repository.
#[derive(Clone, Debug)]
pub(super) struct Git {
    root: PathBuf,
}

impl Git {
    /// Git in the repository of this root.
    pub(super) fn new(root: &Path) -> Result<Self, String> {
        let git = Self { root: root.to_path_buf() };
        if !root.join(".git").exists() {
            return Err(format!("{} is not in a Git repository", root.display()));
        }
        // A `.git` that git does not know would make it look further up, if it were not for the ceiling.
        git.text(&["rev-parse", "--git-dir"])?;
        Ok(git)
    }

    /// Its root.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The command with these arguments, nothing connected.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        for name in LOCAL {
            command.env_remove(name);
        }
        let ceiling = self.root.parent().map_or_else(OsString::new, |p| p.as_os_str().to_owned());
        command.env("GIT_CEILING_DIRECTORIES", ceiling);
        // An object that a partial clone lacks is an error and no reason to ask a remote, by any protocol.
        command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "").env("GIT_TERMINAL_PROMPT", "0");
        command.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0");
        command.arg("-C").arg(&self.root).args(["--no-pager", "--literal-pathspecs"]);
        command.args(FIXED.iter().flat_map(|setting| ["-c", setting])).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn output(&self, arguments: &[&str]) -> Result<Output, String> {
        self.command(arguments).output().map_err(|error| cannot_start(&error))
    }

    /// What it prints.
    pub(super) fn bytes(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let output = self.output(arguments)?;
        if output.status.success() { Ok(output.stdout) } else { Err(complaint(&output.stderr)) }
    }

    /// The line it prints.
    pub(super) fn text(&self, arguments: &[&str]) -> Result<String, String> {
        self.bytes(arguments).map(|bytes| line(&bytes))
    }

    /// The line it prints; nothing where the answer is no, which `rev-parse --quiet` and others say with a code and without words.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<Option<String>, String> {
        let output = self.output(arguments)?;
        match output.status.code() {
            Some(0) => Ok(Some(line(&output.stdout))),
            Some(_) if output.stderr.iter().all(u8::is_ascii_whitespace) => Ok(None),
            _ => Err(complaint(&output.stderr)),
        }
    }
}

pub(super) fn cannot_start(error: &std::io::Error) -> String {
    format!("git cannot be started: {error}")
}

/// What git says went wrong.
pub(super) fn complaint(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let line = text.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or("it failed without a word");
    format!("git: {}", line.trim_start_matches("fatal: "))
}

fn line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}
