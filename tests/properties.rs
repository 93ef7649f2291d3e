//! What must not matter: threads, the order of paths, how often one looks, the order of documents in a file, and in which file a document stands.
//! Tried on every repository under `fixtures/repositories/`.

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/tree.rs"]
mod tree;

use scratch::{Files, Scratch};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use tree::{entries, files};

/// Every repository with its name.
fn repositories() -> Vec<(String, Files)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/repositories");
    let one = |directory: PathBuf| {
        let files = files(&directory);
        (directory.file_name().expect("a name").to_string_lossy().into_owned(), files)
    };
    entries(&root).into_iter().filter(|p| p.is_dir()).map(one).collect()
}

fn lint(scratch: &Scratch, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hco-lint"));
    let command = command.args(["--format", "json", "--min-confidence", "low"]).args(arguments).current_dir(&scratch.root);
    String::from_utf8(command.output().expect("it runs").stdout).expect("UTF-8")
}

/// The findings without their places, sorted.
fn verdicts(report: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(report).expect("JSON");
    let verdict = |f: &Value| format!("{} {} {} {} {}", f["rule"], f["severity"], f["confidence"], f["clusters"], f["object"]);
    let mut all: Vec<String> = report["findings"].as_array().expect("findings").iter().map(verdict).collect();
    all.sort();
    all
}

#[test]
fn threads_order_and_repetition_do_not_matter() {
    for (name, files) in repositories() {
        let scratch = Scratch::new(&files);
        let mut paths: Vec<String> = entries(&scratch.root).iter().filter_map(|p| Some(p.file_name()?.to_str()?.to_owned())).collect();
        paths.retain(|p| !p.starts_with('.'));
        let first = lint(&scratch, &["--threads", "1"]);
        for threads in ["1", "2", "7", "64"] {
            assert!(lint(&scratch, &["--threads", threads]) == first, "{name}: {threads} threads");
        }
        let arguments: Vec<&str> = paths.iter().map(String::as_str).collect();
        let forward = lint(&scratch, &arguments);
        let twice: Vec<&str> = arguments.iter().chain(&arguments).copied().collect();
        let backward: Vec<&str> = arguments.iter().rev().copied().collect();
        assert!(lint(&scratch, &backward) == forward, "{name}: paths backwards");
        assert!(lint(&scratch, &twice) == forward, "{name}: paths twice");
    }
}

/// The documents of a file, unless something about it is more than documents.
fn documents(path: &str, bytes: &[u8]) -> Option<Vec<String>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let is_plain =
        path.ends_with(".yaml") && !path.contains("templates/") && !text.contains("{{") && !text.contains("hco-lint:") && !text.contains('\r');
    // A list of files is in an order that kustomize goes by.
    let is_manifest = !path.ends_with("kustomization.yaml") && !path.ends_with(".hco-lint.yaml") && !path.contains("values");
    let parsed = hco_lint::yaml::parse(hco_lint::source::FileId(0), text);
    let texts: Vec<String> = text.split("\n---").map(|d| d.trim_start_matches("---").trim_start_matches('\n').to_owned() + "\n").collect();
    let whole = parsed.problems.is_empty() && texts.len() == parsed.documents.len() && texts.len() > 1;
    (is_plain && is_manifest && whole).then_some(texts)
}

#[test]
fn the_order_of_documents_does_not_matter() {
    let mut changed = 0;
    for (name, files) in repositories() {
        let before = verdicts(&lint(&Scratch::new(&files), &[]));
        let mut turned = files.clone();
        for (path, bytes) in &mut turned {
            let Some(mut texts) = documents(path, bytes) else { continue };
            texts.reverse();
            *bytes = texts.join("---\n").into_bytes();
            changed += 1;
        }
        assert_eq!(verdicts(&lint(&Scratch::new(&turned), &[])), before, "{name}: documents backwards");
    }
    assert!(changed > 5, "only {changed} files have several documents");
}

#[test]
fn the_file_of_a_document_does_not_matter() {
    let mut changed = 0;
    for (name, files) in repositories() {
        let before = verdicts(&lint(&Scratch::new(&files), &[]));
        // Whoever lists files by their names means those files.
        let all = String::from_utf8_lossy(&files.values().flatten().copied().collect::<Vec<u8>>()).into_owned();
        let mut split = files.clone();
        for (path, bytes) in &files {
            let file = path.rsplit('/').next().unwrap_or(path);
            let Some(texts) = documents(path, bytes).filter(|_| !all.contains(file)) else { continue };
            split.remove(path);
            let part = |(number, text): (usize, String)| (path.replace(".yaml", &format!(".{number}.yaml")), text.into_bytes());
            split.extend(texts.into_iter().enumerate().map(part));
            changed += 1;
        }
        assert_eq!(verdicts(&lint(&Scratch::new(&split), &[])), before, "{name}: documents in files of their own");
    }
    assert!(changed > 3, "only {changed} files have several documents");
}
