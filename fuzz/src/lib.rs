//! What must hold for any bytes: each function panics where it does not.

use hco_lint::delivery::kustomize::{Kustomizer, MemoryFiles, Options};
use hco_lint::report::{self, Format};
use hco_lint::run::{self, Settings};
use hco_lint::source::FileId;
use hco_lint::yaml::{self, Node, Value};
use std::path::PathBuf;

/// The reader of YAML: spans lie in the text, and reading again gives the same.
pub fn fuzz_yaml(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (first, second) = (yaml::parse(FileId(0), text), yaml::parse(FileId(0), text));
    assert_eq!(format!("{first:?}"), format!("{second:?}"), "reading twice differs");
    for document in &first.documents {
        spans(&document.root, text);
    }
    for problem in &first.problems {
        assert!(text.get(problem.span.range()).is_some(), "a problem lies outside of the text");
    }
}

fn spans(node: &Node, text: &str) {
    assert!(text.get(node.span().range()).is_some(), "a node lies outside of the text");
    match node.value() {
        Value::Mapping(map) => map.entries.iter().for_each(|e| [&e.key, &e.value].into_iter().for_each(|n| spans(n, text))),
        Value::Sequence(list) => list.items.iter().for_each(|item| spans(item, text)),
        Value::Scalar(_) => drop(yaml::parse_value(node)),
        Value::Opaque(_) => {}
    }
}

/// Files out of bytes: `#@ path` begins one.
fn files(data: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(data);
    let mut files: Vec<(String, String)> = vec![("hyperconverged.yaml".to_owned(), String::new())];
    for line in text.split_inclusive('\n') {
        if let Some(path) = line.strip_prefix("#@ ") {
            let path: String = path.trim().chars().filter(|c| c.is_ascii_alphanumeric() || "./-_".contains(*c)).take(60).collect();
            let path: Vec<&str> = path.split('/').filter(|p| !p.is_empty() && !p.starts_with('.')).collect();
            files.push((path.join("/"), String::new()));
        } else if let Some((_, text)) = files.last_mut() {
            text.push_str(line);
        }
    }
    files.retain(|(path, _)| !path.is_empty());
    files.truncate(16);
    files
}

/// The Kustomize engine: building twice gives the same.
pub fn fuzz_kustomize(data: &[u8]) {
    let files = MemoryFiles::new(files(data));
    for directory in ["", "base", "overlay"] {
        let build = || {
            let build = Kustomizer::new(&files, Options::default()).build(directory);
            format!("{:?} {:?} {:?}", build.objects, build.problems, build.unresolved)
        };
        assert_eq!(build(), build(), "building twice differs");
    }
}

/// A directory that is gone when this is dropped.
struct Tree(PathBuf);

impl Tree {
    fn new(data: &[u8]) -> Option<Self> {
        let root = std::env::temp_dir().join(format!("hco-lint-fuzz-{}", std::process::id()));
        let tree = Self(root);
        std::fs::create_dir_all(tree.0.join(".git")).ok()?;
        for (path, text) in files(data) {
            let path = tree.0.join(path);
            // One path may be another's directory.
            let _ = path.parent().map(std::fs::create_dir_all);
            let _ = std::fs::write(path, text);
        }
        Some(tree)
    }

    fn settings(&self) -> Settings {
        Settings { paths: vec![PathBuf::from(".")], directory: self.0.clone(), honour_ignore: true, threads: 1, ..Settings::default() }
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The fixes: what was YAML still is, and mending what is mended changes nothing.
pub fn fuzz_fix(data: &[u8]) {
    let Some(tree) = Tree::new(data) else { return };
    let Ok(mended) = run::mend(&tree.settings(), false) else { return };
    let mut settings = tree.settings();
    for changed in mended.files.values() {
        let problems = |text: &str| yaml::parse(FileId(0), text).problems.len();
        assert!(problems(&changed.new) <= problems(&changed.old), "a fix breaks a file");
        let Some(path) = &changed.path else { continue };
        settings.texts.insert(path.clone(), changed.new.clone());
    }
    if let Ok(again) = run::mend(&settings, false) {
        assert!(again.files.is_empty(), "mending twice is not mending once");
    }
}

/// The whole program: every format writes what a run found.
pub fn fuzz_repo(data: &[u8]) {
    let Some(tree) = Tree::new(data) else { return };
    let Ok(outcome) = run::run(&tree.settings()) else { return };
    for format in <Format as clap::ValueEnum>::value_variants() {
        format.write(&mut std::io::sink(), &outcome, &report::Options::default()).expect("a sink takes everything");
    }
}
