//! What the documentation shows is what happens: every `console` block of README.md and docs/src is run and its output compared, in a
//! scratch copy of the example repository. `UPDATE=1 cargo test --test docs` writes the true output into the pages.
//!
//! In a page, a fenced block whose first line says `file=PATH` puts that file into the scratch repository before the blocks below it run. A
//! block that says `console in=DIRECTORY` runs in that directory, as a repository of its own.

#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// README.md and the pages of the book, relative to the root.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![PathBuf::from("README.md")];
    for entry in fs::read_dir(root().join("docs/src")).into_iter().flatten() {
        let path = entry.expect("a directory entry").path();
        if path.extension().is_some_and(|e| e == "md") {
            pages.push(path.strip_prefix(root()).expect("below the root").to_path_buf());
        }
    }
    pages.sort();
    pages
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a scratch directory");
    for entry in fs::read_dir(from).expect("the example") {
        let entry = entry.expect("a directory entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copied file");
        }
    }
}

/// A directory for a page, empty.
fn scratch(page: &Path) -> PathBuf {
    let name = page.to_string_lossy().replace(['/', '.'], "-");
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs").join(name);
    let _ = fs::remove_dir_all(&scratch);
    scratch
}

/// The commands of one block, run one after another.
struct Shell {
    directory: PathBuf,
    status: i32,
}

impl Shell {
    fn run(&mut self, command: &str) -> String {
        if let Some(directory) = command.strip_prefix("cd ") {
            self.directory.push(directory);
            return String::new();
        }
        let programs = Path::new(env!("CARGO_BIN_EXE_hco-lint")).parent().expect("the program's directory").to_string_lossy().into_owned();
        let output = Command::new("sh")
            .arg("-c")
            .arg(format!("exec 2>&1\n(exit {})\n{command}", self.status))
            .current_dir(&self.directory)
            .env("PATH", format!("{programs}:{}", std::env::var("PATH").unwrap_or_default()))
            .env("NO_COLOR", "1")
            .envs(["AUTHOR", "COMMITTER"].into_iter().flat_map(|w| [(format!("GIT_{w}_NAME"), "me"), (format!("GIT_{w}_EMAIL"), "me@example.com")]))
            .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")])
            .env_remove("COLUMNS")
            .stdin(Stdio::null())
            .output()
            .expect("a shell");
        self.status = output.status.code().expect("an exit code");
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

/// The page as it is when every command's output is the true one.
fn true_page(page: &Path, text: &str) -> String {
    let scratch = scratch(page);
    let mut lines = text.lines();
    let mut out = String::new();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let Some(info) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|l| *l != "```").collect();
        let (language, of) = info.split_once(' ').unwrap_or((info, ""));
        if language == "console" {
            let directory = scratch.join(of.strip_prefix("in=").unwrap_or_default());
            fs::create_dir_all(directory.join(".git")).expect("a repository");
            // Every block begins with the example as it is.
            copy(&root().join("fixtures/example"), &scratch.join("fixtures/example"));
            let mut shell = Shell { directory, status: 0 };
            for command in body.iter().filter_map(|l| l.strip_prefix("$ ")) {
                let output = shell.run(command);
                out.push_str(&format!("$ {command}\n{output}"));
                if !output.is_empty() && !output.ends_with('\n') {
                    out.push('\n');
                }
            }
        } else {
            for line in &body {
                out.push_str(line);
                out.push('\n');
            }
            if let Some(file) = of.strip_prefix("file=") {
                let file = scratch.join(file);
                fs::create_dir_all(file.parent().expect("a directory")).expect("directories");
                fs::write(file, body.join("\n") + "\n").expect("a file");
            }
        }
        out.push_str("```\n");
    }
    out
}

#[test]
fn pages_show_what_happens() {
    let mut stale = Vec::new();
    for page in pages() {
        let path = root().join(&page);
        let text = fs::read_to_string(&path).expect("a page");
        let now = true_page(&page, &text);
        if now == text {
            continue;
        }
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, now).expect("the page");
        } else {
            let (at, (was, is)) = text.lines().zip(now.lines()).enumerate().find(|(_, (a, b))| a != b).unwrap_or((0, ("", "(one is longer)")));
            stale.push(format!("{}:{}\n  page: {was}\n  true: {is}", page.display(), at + 1));
        }
    }
    assert!(stale.is_empty(), "these pages show what no longer happens (UPDATE=1 cargo test --test docs mends them):\n{}", stale.join("\n"));
}

#[test]
fn the_readme_shows_findings() {
    let text = fs::read_to_string(root().join("README.md")).expect("README.md");
    assert!(text.contains("```console\n$ hco-lint fixtures/example\nwarning["), "README.md shows a run on the example");
}

#[test]
fn links_lead_somewhere() {
    let others = ["CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"].map(PathBuf::from);
    let mut broken = Vec::new();
    for page in pages().into_iter().chain(others) {
        let path = root().join(&page);
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") && !path.parent().expect("a directory").join(target).exists() {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "links to nothing:\n{}", broken.join("\n"));
}
