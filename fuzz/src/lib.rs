//! What must hold for any bytes: each target panics where it does not.

pub mod files;
pub mod mutate;
mod readers;
#[path = "../../tests/support/relint.rs"]
mod relint;
/// What `relint` takes repositories from.
mod scratch {
    pub(crate) use crate::files::Files;
}
pub mod seeds;

use files::{Files, files};
use hco_lint::delivery::kustomize::{Build, Kustomizer, MemoryFiles, Options};
use hco_lint::finding::{Confidence, Edit};
use hco_lint::outcome::Outcome;
use hco_lint::report::{self, Format};
use hco_lint::run::{self, Settings};
use hco_lint::source::{FileId, Span};
use hco_lint::yaml::{self, Dialect, Node, Value};
use std::path::PathBuf;

/// A target's program: libFuzzer runs it on what it makes up, and without libFuzzer it runs on the files it is given.
#[cfg(fuzzing)]
#[macro_export]
macro_rules! target {
    ($run:path) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| $run(data));
        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            // Half of the changes are libFuzzer's own, which know what was covered.
            if seed % 2 == 0 {
                return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
            }
            let mut new = data[..size].to_vec();
            $crate::mutate::mutate(&mut $crate::mutate::Random::new(u64::from(seed)), &mut new);
            new.truncate(max_size);
            data[..new.len()].copy_from_slice(&new);
            new.len()
        });
    };
}

/// A target's program: libFuzzer runs it on what it makes up, and without libFuzzer it runs on the files it is given.
#[cfg(not(fuzzing))]
#[macro_export]
macro_rules! target {
    ($run:path) => {
        fn main() -> std::process::ExitCode {
            let fails = |path: &std::ffi::OsString| {
                let data = std::fs::read(path).expect("a file");
                std::panic::catch_unwind(|| $run(&data)).inspect_err(|_| eprintln!("fails: {}", path.display())).is_err()
            };
            let failed = std::env::args_os().skip(1).filter(fails).count();
            std::process::ExitCode::from(u8::from(failed > 0))
        }
    };
}

/// The reader of YAML: spans lie in the text, reading again gives the same, and no two other readers agree on anything else.
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
    if let Some(why) = readers::outvoted(text) {
        panic!("other readers agree on something else: {why}");
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

/// The Kustomize engine: building twice gives the same, every value has a place, and rendering what is rendered changes nothing.
pub fn fuzz_kustomize(data: &[u8]) {
    let contents = files(data);
    let files = MemoryFiles::new(contents.clone());
    let directory = |path: &String| path.rsplit_once('/').map_or("", |(directory, _)| directory).to_owned();
    let mut directories: Vec<String> = contents.keys().filter(|p| p.contains("ustomization")).map(directory).collect();
    directories.sort();
    directories.dedup();
    for directory in directories {
        let show = |build: &Build| format!("{:?} {:?} {:?}", build.objects, build.problems, build.unresolved);
        let build = Kustomizer::new(&files, Options::default()).build(&directory);
        let again = Kustomizer::new(&files, Options::default()).build(&directory);
        assert_eq!(show(&build), show(&again), "building twice differs");
        let place = |span: Span| {
            let held = files.source(span.file).is_some_and(|s| s.text.get(span.range()).is_some());
            assert!(held, "{span:?} lies in no file");
        };
        build.objects.iter().for_each(|o| placed(&o.root, &place));
        build.problems.iter().for_each(|p| place(p.span));
        build.unresolved.iter().for_each(|u| place(u.span));
        rendered_again(&build);
    }
}

fn placed(node: &Node, place: &dyn Fn(Span)) {
    place(node.span());
    match node.value() {
        Value::Mapping(map) => map.entries.iter().for_each(|e| [&e.key, &e.value].into_iter().for_each(|n| placed(n, place))),
        Value::Sequence(list) => list.items.iter().for_each(|item| placed(item, place)),
        Value::Scalar(_) | Value::Opaque(_) => {}
    }
}

fn rendered_again(build: &Build) {
    if !build.problems.is_empty() || !build.unresolved.is_empty() || build.objects.iter().any(|o| is_open(&o.root)) {
        return;
    }
    let json = |build: &Build| build.objects.iter().map(|o| o.root.to_json(Dialect::Kubernetes)).collect::<Vec<_>>();
    let first = json(build);
    let paths: Vec<String> = (0..first.len()).map(|n| format!("{n:05}.json")).collect();
    let kustomization = serde_json::json!({ "resources": paths });
    let texts = paths.into_iter().zip(first.iter().map(ToString::to_string));
    let files = MemoryFiles::new(texts.chain([("kustomization.yaml".to_owned(), kustomization.to_string())]));
    let again = Kustomizer::new(&files, Options::default()).build("");
    let problems: Vec<&str> = again.problems.iter().map(|p| p.message.as_str()).collect();
    assert_eq!(json(&again), first, "rendering what is rendered: {problems:?}");
}

fn is_open(node: &Node) -> bool {
    match node.value() {
        Value::Mapping(map) => map.open.is_some() || map.entries.iter().any(|e| is_open(&e.key) || is_open(&e.value)),
        Value::Sequence(list) => list.items.iter().any(is_open),
        Value::Scalar(_) => false,
        Value::Opaque(_) => true,
    }
}

/// An input as a repository to lint. Texts stay in memory where the program takes them from there, which is many times as fast.
struct Tree {
    root: PathBuf,
    texts: Vec<(PathBuf, String)>,
}

impl Tree {
    fn new(files: &Files) -> Self {
        let root = std::env::temp_dir().join(format!("hco-lint-fuzz-{}", std::process::id()));
        let _ = std::fs::create_dir_all(root.join(".git"));
        let root = root.canonicalize().unwrap_or(root);
        let mut tree = Self { root, texts: Vec::new() };
        // What a configuration names is looked for on disk.
        let configured = files.contains_key(".hco-lint.yaml");
        for (name, bytes) in files {
            let path = tree.root.join(name);
            let known = [".yaml", ".yml", ".json"].iter().any(|e| name.ends_with(e));
            match std::str::from_utf8(bytes) {
                Ok(text) if known && !configured => tree.texts.push((path, text.to_owned())),
                _ => {
                    // One path may be another's directory.
                    let _ = path.parent().map(std::fs::create_dir_all);
                    let _ = std::fs::write(path, bytes);
                }
            }
        }
        tree
    }

    fn settings(&self) -> Settings {
        Settings {
            paths: vec![PathBuf::from(".")],
            directory: self.root.clone(),
            min_confidence: Some(Confidence::Low),
            honour_ignore: true,
            threads: 1,
            texts: self.texts.iter().cloned().collect(),
            ..Settings::default()
        }
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        // What is only in memory leaves nothing behind but the directory.
        for entry in std::fs::read_dir(&self.root).into_iter().flatten().flatten().filter(|e| e.file_name() != ".git") {
            let path = entry.path();
            let _ = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        }
    }
}

fn lint(files: &Files) -> Option<Outcome> {
    run::run(&Tree::new(files).settings()).ok()
}

/// The fixes: each changes what it is there for and nothing else, its finding is gone, and mending what is mended changes nothing.
pub fn fuzz_fix(data: &[u8]) {
    let files = files(data);
    let Some(outcome) = lint(&files) else { return };
    for fix in outcome.findings.iter().flat_map(|f| &f.fixes) {
        let after = relint::fixed(&files, &outcome, fix);
        for (path, old) in &files {
            let edits: Vec<&Edit> = fix.edits.iter().filter(|e| outcome.source(e.span.file).is_some_and(|s| s.path == *path)).collect();
            confined(path, old, &after[path], &edits);
        }
    }
    mended(&files);
    // What cannot be built hides things, and mending one of them shows the next.
    if outcome.findings.iter().any(|f| matches!(f.rule, "kustomize-build" | "syntax")) || !outcome.unresolved.is_empty() {
        return;
    }
    let lint_again = |files: &Files| lint(files).expect("what is mended can be linted");
    let mut broken = relint::broken_promises(&files, &outcome, &lint_again);
    // Two resources that a fix gives one name are two of that name, which is for a person to think about.
    broken.retain(|promise| !promise.contains("(unsafe): it brings"));
    assert!(broken.is_empty(), "{broken:#?}");
}

fn mended(files: &Files) {
    let tree = Tree::new(files);
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

/// Whether only what the edits touch is changed.
fn confined(path: &str, old: &[u8], new: &[u8], edits: &[&Edit]) {
    if old == new {
        return;
    }
    let parsed = |bytes: &[u8]| std::str::from_utf8(bytes).map(|text| yaml::parse(FileId(0), text)).unwrap_or_default();
    let (old, new) = (parsed(old), parsed(new));
    assert_eq!(old.documents.len(), new.documents.len(), "{path}: another number of documents");
    assert!(new.problems.len() <= old.problems.len(), "{path}: a fix breaks it");
    let touched = |node: &Node| {
        let span = node.alias().unwrap_or(node.span());
        edits.iter().any(|e| e.span.start <= span.end && span.start <= e.span.end)
    };
    for (old, new) in old.documents.iter().zip(&new.documents) {
        assert!(kept(&old.root, &new.root, &touched), "{path}: more is changed than the edits touch");
    }
}

/// Whether all that no edit touches is the same. What is put behind the last value of a map or list touches none of it.
fn kept(old: &Node, new: &Node, touched: &dyn Fn(&Node) -> bool) -> bool {
    match (old.value(), new.value()) {
        _ if old.alias().is_some() && !touched(old) => equal(old, new),
        (Value::Mapping(old), Value::Mapping(new)) => old.entries.iter().all(|e| {
            let new = new.entries.iter().find(|n| n.key.text() == e.key.text());
            new.map_or_else(|| touched(&e.key) || touched(&e.value), |new| kept(&e.value, &new.value, touched))
        }),
        (Value::Sequence(old), Value::Sequence(new)) if old.items.len() <= new.items.len() => {
            old.items.iter().zip(&new.items).all(|(old, new)| kept(old, new, touched))
        }
        (Value::Sequence(old), Value::Sequence(new)) => {
            let mut new = new.items.iter();
            old.items.iter().filter(|item| !touched(item)).all(|item| new.any(|n| equal(item, n)))
        }
        _ => touched(old) || equal(old, new),
    }
}

/// What cannot be read is equal to nothing, itself included.
fn equal(old: &Node, new: &Node) -> bool {
    old.eq_value(new) || (is_open(old) && is_open(new))
}

/// The whole program: threads do not matter, every format writes what a run found, and what is to be JSON is.
pub fn fuzz_repo(data: &[u8]) {
    let files = files(data);
    let tree = Tree::new(&files);
    let Ok(outcome) = run::run(&tree.settings()) else { return };
    let write = |format: Format, outcome: &Outcome| {
        let mut out = Vec::new();
        format.write(&mut out, outcome, &report::Options::default()).expect("memory takes everything");
        String::from_utf8(out).expect("a report is text")
    };
    for format in <Format as clap::ValueEnum>::value_variants() {
        let text = write(*format, &outcome);
        if matches!(format, Format::Json | Format::Sarif | Format::Gitlab) {
            serde_json::from_str::<serde_json::Value>(&text).expect("JSON");
        }
        let odd = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r'));
        assert_eq!(odd, None, "{format:?} has a control character");
    }
    let mut settings = tree.settings();
    settings.threads = 3;
    let Ok(again) = run::run(&settings) else { panic!("a second run fails") };
    assert_eq!(write(Format::Json, &outcome), write(Format::Json, &again), "threads matter");
}
