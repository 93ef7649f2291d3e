//! Whole small repositories under `fixtures/repositories/`, linted by the program as a person would run it: what people read
//! (`<name>.human.snap`, `<name>.topology.snap`), what machines read (`<name>.json.snap`) and the exit code.
//!
//! After a change read the differences, then accept them with `INSTA_UPDATE=always cargo test --test repositories`.

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/tree.rs"]
mod tree;

use scratch::Scratch;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::process::Command;
use tree::{entries, files};

/// What the program prints and the code it ends with.
fn hco_lint(scratch: &Scratch, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hco-lint"));
    let output = command.args(arguments).current_dir(&scratch.root).env_remove("COLUMNS").env("NO_COLOR", "1").output().expect("it runs");
    let (out, err) = (String::from_utf8(output.stdout).expect("text"), String::from_utf8(output.stderr).expect("text"));
    let code = output.status.code().map_or("a signal".to_owned(), |c| c.to_string());
    format!("{out}{}exit code {code}\n", if err.is_empty() { err } else { format!("standard error:\n{err}") })
}

#[test]
fn repositories_read_as_people_and_machines_expect() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/repositories");
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path(&root);
    let mut failed = Vec::new();
    for directory in entries(&root).into_iter().filter(|p| p.is_dir()) {
        let name = directory.file_name().expect("a name").to_string_lossy().into_owned();
        let files = files(&directory);
        let scratch = Scratch::new(&files);
        let human = hco_lint(&scratch, &["--color", "never"]);
        let json = hco_lint(&scratch, &["--format", "json"]);
        let topology = hco_lint(&scratch, &["topology", "--color", "never"]);
        for (kind, shown) in [("human", human), ("json", json), ("topology", topology)] {
            // One stale snapshot must not hide the others.
            let compare = || settings.bind(|| insta::assert_snapshot!(format!("{name}.{kind}"), shown));
            if std::panic::catch_unwind(AssertUnwindSafe(compare)).is_err() {
                failed.push(format!("{name}.{kind}"));
            }
        }
    }
    assert!(failed.is_empty(), "snapshots differ: {failed:?}");
}
