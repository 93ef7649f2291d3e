//! A Git repository to try things in.

use crate::scratch::{Files, Scratch};
use crate::support::{Ran, ran};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository; it is gone when this is dropped.
pub(crate) struct Repository {
    scratch: Scratch,
}

impl Repository {
    /// A repository with these files in its first commit.
    pub(crate) fn new(files: &Files) -> Self {
        let repository = Self { scratch: Scratch::new(files) };
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        repository.commit();
        repository
    }

    /// A repository with the files of a directory of this project.
    pub(crate) fn of(directory: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
        let files = crate::tree::files(&root);
        assert!(!files.is_empty(), "{directory}");
        Self::new(&files)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.scratch.root
    }

    /// Runs git; it must succeed.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git(self.root(), arguments)
    }

    pub(crate) fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "a commit"]);
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }

    /// Puts a text in the place of another one.
    pub(crate) fn edit(&self, path: &str, old: &str, new: &str) {
        let text = std::fs::read_to_string(self.root().join(path)).expect("a file");
        assert!(text.contains(old), "{path}: {text}");
        self.write(path, &text.replace(old, new));
    }

    pub(crate) fn remove(&self, path: &str) {
        std::fs::remove_file(self.root().join(path)).expect("a file");
    }

    /// The program in this repository, in the concise format unless another is asked for; what it writes to the directory for temporary files must be gone after it.
    pub(crate) fn lint(&self, arguments: &[&str]) -> Ran {
        self.lint_in("", arguments)
    }

    /// The same in a directory below it.
    pub(crate) fn lint_in(&self, directory: &str, arguments: &[&str]) -> Ran {
        let temporary = self.temporary();
        let mut command = Command::new(env!("CARGO_BIN_EXE_hco-lint"));
        let format: &[&str] = if arguments.contains(&"--format") { &[] } else { &["--format", "concise"] };
        command.args(format).args(arguments).current_dir(self.root().join(directory));
        let ran = ran(isolated(&mut command).env("TMPDIR", &temporary));
        assert_eq!(std::fs::read_dir(&temporary).expect("a directory").count(), 0, "something is left");
        ran
    }

    pub(crate) fn temporary(&self) -> PathBuf {
        let temporary = self.root().join(".git/temporary");
        std::fs::create_dir_all(&temporary).expect("a directory");
        temporary
    }
}

/// Runs git in a directory; it must succeed.
pub(crate) fn git(directory: &Path, arguments: &[&str]) -> String {
    let ran = ran(isolated(Command::new("git").args(arguments).current_dir(directory)));
    assert_eq!(ran.code, 0, "git {arguments:?}: {}", ran.err);
    ran.out.trim_end().to_owned()
}

/// Without anything that the machine says about git.
pub(crate) fn isolated(command: &mut Command) -> &mut Command {
    for variable in ["PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF", "GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(variable);
    }
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "test").env(format!("GIT_{who}_EMAIL"), "test@example.com");
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null").env("NO_COLOR", "1")
}
