//! The Kustomize engine against kubectl's own answers: every directory of `fixtures/kustomize/` is a root and holds what
//! `kubectl kustomize` (5.5) made of it, `expected.json` or `refused.txt`. `refused.snap` holds what the engine says of those that are refused,
//! and of those where something has no effect.
//!
//! `UPDATE=1 cargo test --test kustomize` asks the kubectl of this machine anew; nothing else needs one.

#[path = "support/rendered.rs"]
mod rendered;

use hco_lint::delivery::kustomize::{Build, Effect, Kustomizer, MemoryFiles, Options, Problem};
use rendered::{difference, json, objects};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const ANSWERS: [&str; 2] = ["expected.json", "refused.txt"];

fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(directory).expect("a directory").map(|e| e.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn read(root: &Path, directory: &Path, contents: &mut BTreeMap<String, Vec<u8>>) {
    for path in entries(directory) {
        let name = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
        if path.is_dir() {
            read(root, &path, contents);
        } else if !ANSWERS.contains(&name.as_str()) {
            contents.insert(name, fs::read(&path).expect("a file"));
        }
    }
}

/// kubectl's answer as JSON, which it makes itself, so that no reader of ours takes part.
fn as_json(yaml: &str) -> Vec<Value> {
    if yaml.trim().is_empty() {
        return Vec::new();
    }
    let mut command = Command::new("kubectl");
    command.args(["patch", "--local", "--type=json", "-p", "[]", "-o", "json", "-f", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("kubectl");
    std::io::Write::write_all(&mut child.stdin.take().expect("its input"), yaml.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "kubectl cannot read its own answer:\n{yaml}");
    let values = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>();
    values.collect::<Result<_, _>>().expect("JSON")
}

/// A complaint without what differs from run to run: the log's head, the place of this repository.
fn complaint(error: &str, case: &Path) -> String {
    let text = error.split_once("err=").map_or(error, |(_, rest)| rest).trim();
    let quoted = serde_json::from_str::<String>(text).ok();
    let listed = || text.trim_start_matches('<').trim_end_matches('>').lines().map(|l| l.trim_start_matches('\t')).collect::<Vec<_>>().join("\n");
    let mut text = quoted.unwrap_or_else(listed);
    if text.starts_with("panic:") {
        // What follows are addresses.
        text = text.lines().take(1).collect();
    }
    format!("{}\n", text.replace(&*case.to_string_lossy(), "/case").trim())
}

fn update(case: &Path) {
    for answer in ANSWERS {
        let _ = fs::remove_file(case.join(answer));
    }
    let (name, text) = match rendered::kustomize(case) {
        Ok(yaml) => (ANSWERS[0], format!("{:#}\n", Value::Array(as_json(&yaml)))),
        Err(error) => (ANSWERS[1], complaint(&error, case)),
    };
    fs::write(case.join(name), text).expect("a file");
}

fn told(problem: &Problem, files: &MemoryFiles) -> String {
    let place = files.source(problem.span.file).map_or(String::new(), |s| {
        let at = s.position(problem.span.start as usize);
        format!("{}:{}:{}", s.path, at.line, at.column)
    });
    let word = if problem.effect == Effect::Refused { "refused" } else { "no effect" };
    format!("  {word} at {place}: {}\n", problem.message)
}

/// What is wrong with a build, given kubectl's answer.
fn verdict(case: &Path, build: &Build) -> Option<String> {
    let refused = build.problems.iter().find(|p| p.effect == Effect::Refused);
    let Ok(expected) = fs::read_to_string(case.join(ANSWERS[0])) else {
        assert!(case.join(ANSWERS[1]).exists(), "{} has no answer", case.display());
        return if refused.is_none() { Some("kubectl refuses it, the engine does not".to_owned()) } else { None };
    };
    if let Some(problem) = refused {
        return Some(format!("kubectl builds it, the engine refuses it: {}", problem.message));
    }
    let wanted = objects(serde_json::from_str::<Vec<Value>>(&expected).expect("JSON"));
    difference(&wanted, &objects(json(build.objects.iter().map(|o| &o.root))))
}

#[test]
fn roots_yield_what_kubectl_yields() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/kustomize");
    let (mut wrong, mut said) = (String::new(), String::new());
    for case in entries(&root).into_iter().filter(|p| p.is_dir()) {
        if std::env::var_os("UPDATE").is_some() {
            update(&case);
        }
        let mut contents = BTreeMap::new();
        read(&case, &case, &mut contents);
        let files = MemoryFiles::new(contents);
        let build = Kustomizer::new(&files, Options::default()).build("");
        let name = case.file_name().expect("a name").to_string_lossy();
        if let Some(why) = verdict(&case, &build) {
            let _ = writeln!(wrong, "{name}: {why}");
        }
        if !build.problems.is_empty() {
            let _ = writeln!(said, "{name}");
            build.problems.iter().for_each(|p| said.push_str(&told(p, &files)));
        }
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path(&root);
    assert!(wrong.is_empty(), "the engine differs from kubectl:\n{wrong}");
    settings.bind(|| insta::assert_snapshot!("refused", said));
}
